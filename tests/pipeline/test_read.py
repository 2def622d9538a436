from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tablekin.models.networks.marks import mark_index
from tablekin.page import Detections, Layout, MarkDetections, Region, WorkingPage
from tablekin.read import read
from tablekin.segment import segment
from tests.support.printed_table import Printed, print_table


def page_of(*digits: tuple[int, float, float, float, float, float]) -> WorkingPage:
    array = np.array(digits, np.float32).reshape(-1, 6)
    found = Detections.from_boxes(array[:, 0].astype(np.int8), array[:, 5], array[:, 1:5])
    return WorkingPage(np.zeros((100, 200), np.float32), np.eye(3)[:2], found)


def one_cell(kind: str = "cell") -> Layout:
    regions = (
        Region(0, "outside", None, None, None, (0, 0, 200, 100)),
        Region(1, kind, 0, 0, 0, (0, 0, 100, 100)),
    )
    labels = np.zeros((100, 200), np.int32)
    labels[:, :100] = 1
    return Layout(True, regions, labels)


def test_digits_are_read_from_left_to_right_with_spaces() -> None:
    page = page_of(
        (3, 40, 20, 53, 40, 0.5), (1, 10, 20, 23, 40, 0.8), (2, 25, 22, 38, 42, 0.9), (7, 70, 20, 83, 40, 1)
    )
    reading = read(page, one_cell())
    assert reading.regions.text.tolist() == ["", "123 7"]
    assert reading.regions.confidence.tolist() == [0, pytest.approx(0.36)]
    assert reading.digit_region.tolist() == [1, 1, 1, 1]


def test_lines_of_a_cell_are_read_from_the_top() -> None:
    page = page_of(
        (4, 10, 50, 23, 70, 1), (5, 40, 10, 53, 30, 1), (6, 55, 14, 68, 34, 1), (9, 120, 10, 133, 30, 1)
    )
    reading = read(page, one_cell())
    assert reading.regions.text.tolist() == ["", "56 4"]
    assert reading.digit_region.tolist() == [1, 1, 1, 0]


@pytest.mark.parametrize("raised", [-16, 16])
def test_raised_and_lowered_digits_keep_their_order(raised: int) -> None:
    page = page_of((1, 10, 40, 23, 60, 1), (8, 26, 40 + raised, 39, 60 + raised, 1), (7, 42, 41, 55, 61, 1))
    reading = read(page, one_cell()).regions
    assert reading.text[1] == reading.printed[1] == "187"


def test_narrow_one_makes_no_space() -> None:
    page = page_of(
        (8, 10, 20, 23, 40, 1), (1, 28, 20, 32, 40, 1), (1, 43, 20, 47, 40, 1), (8, 52, 20, 65, 40, 1)
    )
    assert read(page, one_cell()).regions.text[1] == "8118"


def test_point_is_no_space() -> None:
    page = page_of((9, 10, 20, 23, 40, 1), (5, 36, 20, 49, 40, 1))
    assert read(page, one_cell()).regions.text[1] == "9 5"
    page.ink[28:32, 28:32] = 1
    assert read(page, one_cell()).regions.text[1] == "95"


@pytest.mark.parametrize("kind", ["row", "column", "margin"])
def test_other_regions_have_no_text(kind: str) -> None:
    assert read(page_of((9, 10, 20, 23, 40, 1)), one_cell(kind)).regions.text[1] == ""


def test_page_without_digits() -> None:
    reading = read(page_of(), one_cell())
    assert reading.regions.text.tolist() == ["", ""]
    assert len(reading.digit_region) == 0


def test_numbers_of_a_table_are_read_as_set() -> None:
    page = Printed(np.random.default_rng(1), (1400, 1100), tilt=0.005, bow=10, old_style=True)
    print_table(page, 120, 150, 30, ["?9", "??99", "9·999", "99"], rules="columns")
    working, truth = page.page()
    layout = segment(working)
    table = read(working, layout).regions
    table[["kind", "row", "col"]] = [(r.kind, r.row, r.col) for r in layout.regions]
    cells = table[table.kind == "cell"].set_index(["row", "col"]).text
    for row in range(30):
        for column in range(4):
            own = np.flatnonzero((truth == (0, row, column)).all(1))
            own = own[np.argsort(working.digits.boxes[own, 0])]
            assert cells[row, column] == "".join(map(str, working.digits.digit[own]))


@pytest.mark.parametrize(
    ("boxes", "printed"),
    [
        ([(101, 20, 117, 40)], "17%"),  # right beside the last digit, outside of the cell
        ([(101, 20, 117, 40), (119, 20, 135, 40)], "17%%"),
        ([(118, 20, 134, 40)], "17"),  # too far
        ([(101, 55, 117, 75)], "17"),  # below
    ],
)
def test_marks_beyond_the_last_column_belong_to_the_number_they_stand_beside(boxes, printed) -> None:
    page = page_of((1, 70, 20, 83, 40, 1), (7, 85, 20, 98, 40, 1))
    count = len(boxes)
    marks = MarkDetections(
        np.full(count, mark_index("%"), np.int16), np.ones(count, np.float32), np.array(boxes, np.float32)
    )
    assert read(replace(page, marks=marks), one_cell()).regions.printed[1] == printed
