"""Marks of a column: one column, one mark at one place of its numbers."""

import numpy as np
import pytest

from tablekin.models.networks.marks import mark_index
from tablekin.page import Detections, Layout, MarkDetections, Region, RegionKind, WorkingPage
from tablekin.read import read

STEP, WIDTH, HEIGHT = 30, 12, 20  # of rows, and of digits
POINT, SIGN, PLUS = 4, 5, 14  # sizes of marks


def printed_column(rows: list[str], sizes: dict[str, int] | None = None) -> list[str]:
    """A column as it is printed when these are its numbers as read; ``_`` is a point in the ink alone, ``~`` a gap."""
    sizes = {"·": POINT, ".": POINT, "+": POINT} | (sizes or {})
    ink = np.zeros((STEP * len(rows) + STEP, 200), np.float32)
    digits, marks, cells = [], [], [Region(0, RegionKind.OUTSIDE, None, None, None, (0, 0, 200, len(ink)))]
    labels = np.zeros(ink.shape, np.int32)
    for row, text in enumerate(rows):
        x, top = 10, 10 + row * STEP
        middle = top + HEIGHT / 2
        for glyph in text:
            if glyph.isdigit():
                digits.append((int(glyph), x, top, x + WIDTH, top + HEIGHT))
            elif glyph == "_":
                ink[int(middle) - 2 : int(middle) + 2, x + 4 : x + 8] = 1
            elif glyph != "~":
                half = sizes.get(glyph, SIGN) / 2
                marks.append((mark_index(glyph), x + 6 - half, middle - half, x + 6 + half, middle + half))
            x += WIDTH + 2
        bottom = top + HEIGHT + 5
        labels[top - 5 : bottom] = row + 1
        cells.append(Region(row + 1, RegionKind.CELL, 0, row, 0, (0, top - 5, 200, bottom)))
    read_digits, read_marks = np.array(digits, np.float32), np.array(marks, np.float32).reshape(-1, 5)
    found = Detections.from_boxes(
        read_digits[:, 0].astype(np.int8), np.full(len(digits), 0.99, np.float32), read_digits[:, 1:]
    )
    signs = MarkDetections(
        read_marks[:, 0].astype(np.int16), np.full(len(marks), 0.9, np.float32), read_marks[:, 1:]
    )
    page = WorkingPage(ink, np.eye(3)[:2], found, marks=signs)
    return read(page, Layout(True, tuple(cells), labels)).regions.printed.tolist()[1:]


def test_blurred_points_are_named_by_their_column_and_faint_ones_put_back() -> None:
    rows = ["29·5", "30·1", "28°9", "29'3", "30·4", "31·0", "27″8", "29·9", "28.6", "30_2"]
    assert printed_column(rows) == [
        "29·5",
        "30·1",
        "28·9",
        "29·3",
        "30·4",
        "31·0",
        "27·8",
        "29·9",
        "28·6",
        "30·2",
    ]


def test_a_point_before_the_first_digit_is_at_the_same_place() -> None:
    rows = ["29·95", "·58", "·51", "+60", "·52", "°46"]
    assert printed_column(rows) == ["29·95", "·58", "·51", "·60", "·52", "·46"]


def test_a_gap_without_ink_stays_one_and_a_large_mark_what_it_is() -> None:
    rows = ["29·95", "·58", "·51", "·60", "·52", "+46", "30~17"]
    assert printed_column(rows, {"+": PLUS})[5:] == ["+46", "30 17"]


def test_a_mean_with_more_digits_has_the_mark_of_its_table() -> None:
    rows = [f"3{row % 10}·{row % 7}" for row in range(21)]
    assert printed_column([*rows, "30°373"])[-1] == "30·373"
    assert printed_column([*rows[:12], "30°373"])[-1] == "30°373"


@pytest.mark.parametrize(
    "rows",
    [
        ["5°12′", "5′12″", "6°13′", "7°14′", "8°15′", "9′16″"],  # signs of units are never mixed up
        ["1·2", "1·3", "1·4", "1°5"],  # too few to decide
        ["1·2", "1·3", "1·4", "1·5", "1°6", "1°7", "1°8", "1°9"],  # as many one as the other
    ],
)
def test_a_column_that_cannot_tell_is_left_as_it_was_read(rows: list[str]) -> None:
    assert printed_column(rows) == rows
