from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from lib.placement import PageTruth, Placement, place_page, truth_of

from tablekin.page import WorkingPage
from tablekin.read import read
from tablekin.segment import segment
from tests.support.printed_table import Printed, print_table, share_in_right_cell

TO_ORIGINAL = np.array([[1.6, 0.1, 30.0], [-0.1, 1.6, 12.0]])  # a scan that was turned and reduced


def printed() -> tuple[WorkingPage, np.ndarray]:
    page = Printed(np.random.default_rng(0), (1000, 1000))
    print_table(page, 120, 150, 20, ["99", "999", "99"], rules="none")
    working, truth = page.page()
    return replace(working, to_original=TO_ORIGINAL), truth


def truth(working: WorkingPage, places: np.ndarray) -> PageTruth:
    centres = working.digits.centres.astype(np.float64) @ TO_ORIGINAL[:, :2].T + TO_ORIGINAL[:, 2]
    cells, texts = [], []
    for place in np.unique(places, axis=0):
        own = np.flatnonzero((places == place).all(1))
        own = own[np.argsort(working.digits.boxes[own, 0])]
        cells.append((place, centres[own].mean(0)))
        texts.append("".join(map(str, working.digits.digit[own])))
    return PageTruth(
        True, centres, places, np.array([c for _, c in cells]), np.array([p for p, _ in cells]), tuple(texts)
    )


def test_a_page_cut_and_read_as_it_was_printed_has_everything_in_place() -> None:
    working, places = printed()
    layout = segment(working)
    found = place_page(working, layout, read(working, layout), truth(working, places))
    count = len(places)
    assert found == Placement(count, count, 60, 60, 1, 0)


def joined(places: np.ndarray) -> np.ndarray:
    """Make one column of the second and the third."""
    return np.minimum(places, [0, places[:, 1].max(), 1])


def test_of_a_column_taken_for_two_only_the_larger_part_is_in_place() -> None:
    working, places = printed()
    layout = segment(working)
    wanted = truth(working, places)
    wanted = replace(wanted, digit_places=joined(wanted.digit_places), cell_places=joined(wanted.cell_places))
    found = place_page(working, layout, read(working, layout), wanted)
    assert found.digits - found.digits_placed == 20 * 2
    assert found.cells - found.cells_right == 20


def test_a_cell_with_another_digit_is_not_right() -> None:
    working, places = printed()
    layout = segment(working)
    wanted = truth(working, places)
    wanted = replace(wanted, cell_digits=("0" * 9, *wanted.cell_digits[1:]))
    found = place_page(working, layout, read(working, layout), wanted)
    assert (found.cells_right, found.digits_placed) == (59, len(places))


def test_digits_are_in_place_as_often_as_another_count_finds_them() -> None:
    page = Printed(np.random.default_rng(3), (1000, 1000))
    print_table(page, 120, 150, 20, ["99", "?99", "99"], rules="none")
    page.number("1234", 800, 320, (0, 5, 1))  # digits of the table that stand elsewhere
    working, places = page.page()
    working = replace(working, to_original=TO_ORIGINAL)
    layout = segment(working)
    found = place_page(working, layout, read(working, layout), truth(working, places))
    assert found.digits_placed / found.digits == pytest.approx(
        share_in_right_cell(layout, working.digits, places)
    )
    assert found.digits_placed < found.digits


def test_a_page_without_a_table_that_has_one_is_wrong() -> None:
    working, places = printed()
    empty = replace(working, digits=working.digits.take(np.zeros(len(places), bool)))
    layout = segment(empty)
    found = place_page(empty, layout, read(empty, layout), truth(working, places))
    assert (found.digits_placed, found.cells_right, found.tables_wrong) == (0, 0, 1)
    assert found + found == Placement(2 * len(places), 0, 120, 0, 2, 2)


def test_the_truth_of_a_page_leaves_out_what_is_ignored_and_cells_of_words() -> None:
    box = {"x0": 0.0, "y0": 10.0, "x1": 20.0, "y1": 30.0}
    digits = pd.DataFrame(
        {"digit": [1, 2, 3], "table": 0, "row": [0, 0, -1], "col": 0, "ignore": [False, True, False], **box}
    )
    cells = pd.DataFrame(
        {
            "kind": ["cell", "cell", "header"],
            "text": ["1 2", "Jan.", "3"],
            "table": 0,
            "row": 0,
            "col": 0,
            **box,
        }
    )
    found = truth_of(pd.Series({"is_table": True}), digits, cells)
    assert found.digit_centres.tolist() == [[10, 20]]
    assert found.cell_digits == ("12",)
