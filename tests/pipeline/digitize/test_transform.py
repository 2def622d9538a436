from __future__ import annotations

import cv2
import numpy as np
import pytest

from tablekin.digitize.transform import to_original, to_working, working_frame


@pytest.mark.parametrize("orientation", [0, 90, 180, 270])
@pytest.mark.parametrize("scale", [0.5, 1.0, 1.6])
def test_a_mark_of_a_turned_scan_lands_upright_where_the_affine_says(orientation: int, scale: float) -> None:
    upright = np.zeros((300, 200), np.float32)
    upright[40:60, 150:170] = 1  # near the top right corner
    scan = np.ascontiguousarray(np.rot90(upright, -(orientation // 90)))
    affine, size = working_frame((scan.shape[0], scan.shape[1]), orientation, scale, 0.0)
    working = to_working(scan, affine, size)
    assert size == (round(200 * scale), round(300 * scale))
    y, x = (np.average(axis, weights=working) for axis in np.indices(working.shape))
    np.testing.assert_allclose((x, y), (159.5 * scale, 49.5 * scale), atol=0.8)
    rows, cols = np.nonzero(scan)
    centre = affine @ (cols.mean(), rows.mean(), 1)
    np.testing.assert_allclose(centre, (x, y), atol=0.8)


@pytest.mark.parametrize("skew", [-5.0, 3.0])
def test_a_line_that_falls_to_the_right_becomes_level(skew: float) -> None:
    scan = np.zeros((300, 400), np.float32)
    fall = np.tan(np.radians(skew)) * 150
    cv2.line(scan, (50, round(150 - fall)), (350, round(150 + fall)), 1, 3)
    affine, size = working_frame((300, 400), 0, 1.0, skew)
    rows = np.nonzero(to_working(scan, affine, size) > 0.5)[0]
    assert np.ptp(rows) <= 6  # the line is five pixels thick


@pytest.mark.parametrize("orientation", [0, 90, 180, 270])
def test_boxes_go_back_to_where_they_were_in_the_scan(orientation: int) -> None:
    boxes = np.array([[10, 20, 30, 50], [100, 5, 140, 25]], np.float32)  # of the scan
    affine, _ = working_frame((80, 160), orientation, 0.75, 0.0)
    corners = boxes.reshape(-1, 2, 2) @ affine[:, :2].T + affine[:, 2]
    working = np.concatenate([corners.min(1), corners.max(1)], 1)
    found = to_original(working, cv2.invertAffineTransform(affine))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, boxes, atol=1e-3)


def test_a_tilted_box_is_enclosed() -> None:
    turn = np.array([[0.6, -0.8, 0.0], [0.8, 0.6, 0.0]])  # by 53.13 degrees
    found = to_original(np.array([[0.0, 0.0, 10.0, 5.0]]), turn)
    np.testing.assert_allclose(found, [[-4.0, 0.0, 6.0, 11.0]], atol=1e-6)
    assert to_original(np.zeros((0, 4)), turn).shape == (0, 4)
