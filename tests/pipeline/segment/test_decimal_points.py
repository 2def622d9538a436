from __future__ import annotations

import numpy as np
import pytest

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.decimal_points import has_point

METRICS = DigitMetrics(20.0, 13.0, 2.0, 9.4)


@pytest.mark.parametrize(
    ("side", "point"),
    [(0, False), (1, False), (3, True), (6, True), (9, False)],
    ids=lambda value: str(value),
)
def test_a_dot_of_the_size_of_a_point_is_one(side: int, point: bool) -> None:
    ink = np.zeros((100, 100), np.uint8)
    ink[55 - side : 55, 30 : 30 + side] = 1
    left, right = np.array([[10.0, 40, 23, 60]]), np.array([[45.0, 42, 58, 62]])
    assert has_point(ink, left, right, METRICS).tolist() == [point]


def test_ink_of_the_digits_and_above_and_below_them_is_no_point() -> None:
    ink = np.zeros((100, 100), np.uint8)
    ink[40:60, 10:24] = ink[40:60, 44:58] = 1  # a pixel beyond their boxes
    ink[20:24, 30:34] = ink[70:74, 30:34] = 1
    left, right = np.array([[10.0, 40, 23, 60]]), np.array([[45.0, 40, 58, 60]])
    assert not has_point(ink, left, right, METRICS).any()
