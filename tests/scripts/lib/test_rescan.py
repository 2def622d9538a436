"""A page scanned anew: the same every time, and where its print lies."""

from __future__ import annotations

import numpy as np
import pytest
from lib.rescan import WEAR, rescan


def test_a_rescan_is_the_same_every_time_and_says_where_everything_lies() -> None:
    page = np.full((300, 400), 230, np.uint8)
    dots = np.array([[60, 50], [330, 70], [200, 150], [80, 250], [350, 260]])
    for x, y in dots:
        page[y - 5 : y + 6, x - 5 : x + 6] = 30
    image, pose = rescan(page, 20.0, 4)
    again, _ = rescan(page, 20.0, 4)
    assert np.array_equal(image, again)
    other, pose_of_other = rescan(page, 20.0, 5)
    assert other.shape != image.shape
    for scan, place in ((image, pose), (other, pose_of_other)):
        assert scan.dtype == np.uint8 and scan.shape == place.shape
        for x, y in place.to_scan(dots.astype(float)):
            near = scan[round(y) - 15 : round(y) + 16, round(x) - 15 : round(x) + 16].astype(float)
            weight = np.clip(np.median(near) - 25 - near, 0, None)  # of what is ink
            rows, cols = np.indices(near.shape)
            found = np.array([(weight * cols).sum(), (weight * rows).sum()]) / weight.sum() - 15
            assert found == pytest.approx([x - round(x), y - round(y)], abs=0.7)
        scale = scan.shape[0] / page.shape[0]
        assert WEAR.scale[0] - 0.01 <= scale <= WEAR.scale[1] + 0.01
