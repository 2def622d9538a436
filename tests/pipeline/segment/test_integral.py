from __future__ import annotations

import numpy as np

from tablekin.segment.integral import box_sums


def test_sums_are_those_of_the_pixels_inside_each_box() -> None:
    rng = np.random.default_rng(0)
    mask = (rng.random((40, 60)) < 0.3).astype(np.uint8)
    corners = rng.uniform(-15, 75, (200, 4))
    expected = []
    for x0, y0, x1, y1 in np.round(corners).astype(int):
        inside = [mask[y, x] for y in range(40) for x in range(60) if x0 <= x < x1 and y0 <= y < y1]
        expected.append(sum(int(value) for value in inside))
    assert box_sums(mask, corners).tolist() == expected
