"""A page at its place in a drawing."""

import numpy as np
import pytest

from tablekin.report.placed_page import place_page


@pytest.mark.parametrize("orientation", [0, 90, 180, 270])
def test_boxes_stay_on_what_they_frame_when_the_page_is_turned(orientation):
    upright = np.full((60, 40), 255, np.uint8)
    upright[6:12, 20:30] = 0
    scanned = np.rot90(upright, -orientation // 90)
    ys, xs = np.nonzero(scanned == 0)
    box = np.array([[xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]])
    page = place_page(scanned, orientation, 100, 50, (80, 150))
    assert (page.image < 128).sum() == 4 * 60
    np.testing.assert_allclose(page.place(box), [[140, 62, 160, 74]])
    ys, xs = np.nonzero(page.image < 128)
    assert (xs.min() + 100, ys.min() + 50, xs.max() + 101, ys.max() + 51) == (140, 62, 160, 74)


def test_a_page_that_is_moved_takes_its_boxes_along():
    page = place_page(np.full((60, 40), 255, np.uint8), 90, 0, 0, (120, 80))
    box = np.array([[3.0, 5.0, 9.0, 20.0]])
    moved = page.move(30, 70)
    np.testing.assert_allclose(moved.place(box) - page.place(box), [[30, 70, 30, 70]])
    assert (moved.right, moved.bottom) == (30 + page.image.shape[1], 70 + page.image.shape[0])
    assert page.left == 0
