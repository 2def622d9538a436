import cv2
import numpy as np
import pytest
from scipy import ndimage

from tablekin.sample.degradation.pose import SheetPose, bend_of_sheet, turn_boxes


def test_points_found_by_iteration_map_back() -> None:
    rng = np.random.default_rng(3)
    affine = cv2.getRotationMatrix2D((200, 150), 2.0, 1.0)
    pose = SheetPose(affine, bend_of_sheet((300, 400), 12.0, True, 3.0, rng))
    points = rng.uniform([40, 40], [360, 260], (50, 2))
    scan = pose.to_scan(points)
    x, y = pose.maps()
    for axis, field in enumerate((x, y)):
        back = ndimage.map_coordinates(field, scan[:, ::-1].T, order=1)
        np.testing.assert_allclose(back, points[:, axis], atol=0.05)


def test_more_points_than_opencv_takes_at_once_are_mapped_all_the_same() -> None:
    affine = cv2.getRotationMatrix2D((20, 15), 2.0, 1.0)
    pose = SheetPose(affine, bend_of_sheet((30, 40), 2.0, True, 0.3, np.random.default_rng(3)))
    points = np.random.default_rng(5).uniform(5, 25, (40_000, 2))
    parts = [pose.to_scan(part) for part in np.array_split(points, 4)]
    np.testing.assert_allclose(pose.to_scan(points), np.concatenate(parts), atol=1e-9)


@pytest.mark.parametrize("orientation", [0, 90, 180, 270])
def test_turned_boxes_are_where_numpy_turns_them(orientation: int) -> None:
    image = np.zeros((30, 50), bool)
    image[4:9, 12:31] = True
    turned = np.rot90(image, -orientation // 90)
    rows, cols = np.nonzero(turned)
    box = turn_boxes(np.array([[12.0, 4.0, 31.0, 9.0]]), (30, 50), orientation)[0]
    np.testing.assert_array_equal(box, [cols.min(), rows.min(), cols.max() + 1, rows.max() + 1])


@pytest.mark.parametrize("gutter_left", [True, False])
def test_lines_are_lifted_most_at_the_gutter(gutter_left: bool) -> None:
    bend = bend_of_sheet((60, 200), 10.0, gutter_left, 0.0, np.random.default_rng(0))
    lift = np.abs(bend[1]).mean(0)
    steps = np.diff(lift if gutter_left else lift[::-1])
    assert (steps < 0).all()
    assert np.abs(bend[0]).mean(0).argmax() == (0 if gutter_left else 199)
