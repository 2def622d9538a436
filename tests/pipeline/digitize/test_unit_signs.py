"""Signs of degrees above columns, which look like zeros."""

import numpy as np

from tablekin.digitize.unit_signs import find_degree_signs
from tablekin.page import Detections

COLUMNS, PITCH = (100, 200, 300, 400), 30


def page_with_rings(drop: float, size: float, columns: tuple[int, ...] = COLUMNS) -> Detections:
    """Ten rows of numbers ``50``, and above them a zero so high and so wide in each of some columns."""
    found = [(0, x - size / 2, 100 - drop - size / 2, x + size / 2, 100 - drop + size / 2) for x in columns]
    for row in range(10):
        for x in COLUMNS:
            y = 100 + row * PITCH
            found += [(5, x - 14, y - 10, x - 2, y + 10), (0, x, y - 7, x + 14, y + 7)]
    table = np.array(found, np.float32)
    return Detections.from_boxes(
        table[:, 0].astype(np.int8), np.full(len(table), 0.9, np.float32), table[:, 1:]
    )


def signs(digits: Detections) -> list[int]:
    is_sign, marks = find_degree_signs(digits)
    assert np.array_equal(marks.boxes, digits.boxes[is_sign])
    return np.flatnonzero(is_sign).tolist()


def test_small_zeros_close_above_the_first_row_are_signs_of_degrees() -> None:
    assert signs(page_with_rings(21, 11)) == [0, 1, 2, 3]


def test_a_row_of_zeros_of_the_usual_size_or_distance_is_one() -> None:
    assert signs(page_with_rings(21, 14)) == []
    assert signs(page_with_rings(PITCH, 11)) == []


def test_one_or_two_are_too_few() -> None:
    assert signs(page_with_rings(21, 11, COLUMNS[:2])) == []


def test_small_zeros_far_from_all_rows_are_none() -> None:
    assert signs(page_with_rings(200, 11)) == []
    alone = page_with_rings(21, 11)
    assert signs(alone.take(np.arange(len(alone)) < 4)) == []
