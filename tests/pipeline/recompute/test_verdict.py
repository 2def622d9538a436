"""Misprint or misreading: what the scores of the digit network are worth."""

import math

import numpy as np
import pandas as pd
import pytest

from tablekin.recompute.checks import judge_places
from tablekin.recompute.forms import SINGLE, Form
from tablekin.recompute.misprint import Habits, misprint_probability
from tablekin.recompute.quantity import PrintedQuantity
from tablekin.recompute.table_text import read_tables
from tablekin.recompute.verdict import judge, misreading_probability


def numbers(*values: float) -> PrintedQuantity:
    places = np.array(values)[:, None]
    regions = np.arange(len(values))[:, None]
    return PrintedQuantity(0, SINGLE, "", places[:, 0], places, regions, ((0, 0),))


SURE = {8: 0.9996, 3: 2e-6}


def test_a_digit_read_without_doubt_is_a_misprint_though_its_cell_has_no_other():
    assert judge("8", "1", (SURE,), slip=0.0).p_misprint > 0.8


def test_a_second_choice_with_a_hundredth_of_the_score_is_a_misreading():
    assert judge("8", "3", ({8: 0.985, 3: 0.02},), slip=0.0).p_misreading > 0.9
    assert (
        judge("8", "1", ({8: 0.985, 3: 0.02},), slip=0.0).p_misprint
        > judge("8", "3", ({8: 0.985, 3: 0.02},), slip=0.0).p_misprint
    )


@pytest.mark.parametrize(
    ("score", "misread"), [(1e-5, 0), (5e-4, 0.00246), (5e-3, 0.0112), (0.02, 0.03546), (0.05, 0.09048)]
)
def test_second_choices_are_borne_out_by_pages_whose_print_is_known(score, misread):
    # shares that scripts/evaluate_second_choices.py printed of an archive of seed 771955, on which nothing was fitted
    odds = misreading_probability("8", "3", ({8: 0.997, 3: score},))
    assert abs(math.log10(odds + 1e-4) - math.log10(misread + 1e-4)) < 0.4


def test_a_cell_whose_digits_are_those_due_is_neither_though_it_was_parted_otherwise():
    quantity = numbers(1.0, 12.0, 13.0)
    choices = {0: ({1: 0.999}, {1: 0.999})}  # 11 was read, and parted by a speck
    written = np.array([[11.0], [12.0], [13.0]])
    (cell,) = judge_places(quantity, 0, written, 0.0, choices)
    assert (cell.verdict.p_misprint, cell.verdict.p_misreading) == (0.0, 0.0)


def test_a_digit_that_was_not_found_is_misread_where_its_place_lacks_it():
    """246 14 read as 246 4: no compositor's 0 for 1, as 246 04 would be."""
    places = np.array([[246.0, 4.0], [247.0, 20.0], [248.0, 26.0]])
    regions = np.repeat(np.arange(3)[:, None], 2, axis=1)
    quantity = PrintedQuantity(0, Form((60,)), "", places @ [60.0, 1.0], places, regions, ((0, 0), (0, 0)))
    written = places.copy()
    written[0] = [246.0, 14.0]
    choices = {0: tuple({digit: 0.9999} for digit in (2, 4, 6, 4))}
    (cell,) = judge_places(quantity, 0, written, 0.0, choices)
    assert cell.due == "24614" and cell.verdict.p_misreading > 0.5
    written[0] = [246.0, 5.0]  # printed without zeros before minutes
    (cell,) = judge_places(quantity, 0, written, 0.0, choices)
    assert cell.due == "24605" and cell.verdict.p_misprint > 0.5


def test_a_ditto_mark_that_does_not_fit_is_misread():
    """A compositor sets no ditto mark for a number; a reader takes a faint one for it."""
    quantity = numbers(6.0, 6.0, 8.0)
    written = np.array([[6.0], [7.0], [8.0]])
    (cell,) = judge_places(quantity, 1, written, 0.0, {1: ()})
    assert cell.verdict.p_misreading > 0.8
    columns = {"region_id": [0, 1, 2], "text": ["6", "", "8"], "printed": ["6", "”", "8"], "confidence": 0.99}
    regions = pd.DataFrame({"kind": "cell", "table_id": 0, "row": [0, 1, 2], "col": 0, **columns})
    digits = pd.DataFrame(columns=["region_id", "digit", "score", "x0", "y0"])
    (table,) = read_tables(regions, digits)
    assert table.choices[1] == ()


def test_a_number_that_lacks_most_of_its_digits_is_hardly_a_misprint():
    """Compositors leave out a digit, not three: 7 for 1357 is a cell of which one digit was found."""
    assert judge("7", "1357", ({7: 0.9999},), slip=0.0).p_misreading > 0.9
    no_rarer = Habits(shortened=1.0)
    assert misprint_probability("7", "1357")[0] == pytest.approx(
        0.1 * misprint_probability("7", "1357", habits=no_rarer)[0]
    )
    assert misprint_probability("157", "1357") == misprint_probability("157", "1357", habits=no_rarer)


def test_a_digit_in_doubt_may_be_one_that_the_network_did_not_think_of():
    doubted, sure = ({2: 0.9, 1: 0.04},), ({2: 0.9995, 1: 1e-5},)
    assert judge("2", "3", doubted, slip=0.0).p_misreading > 0.5
    assert judge("2", "3", sure, slip=0.0).p_misprint > 0.5


def test_a_cell_that_holds_a_number_of_another_column_is_judged_by_its_own_digits():
    """8 15 and 48 7 were read as one cell; 48 is a misprint of 18, and no digit of it was doubted."""
    places = np.array([[18.0, 30.0], [48.0, 7.0], [17.0, 44.0]])
    regions = np.array([[0, 0], [1, 1], [2, 2]])
    quantity = PrintedQuantity(0, Form((60,)), "", places @ [60.0, 1.0], places, regions, ((0, 0),))
    written = np.array([[18.0, 30.0], [18.0, 7.0], [17.0, 44.0]])
    choices = {1: tuple({digit: 0.9996, 9: 1e-6} for digit in (8, 1, 5, 4, 8, 7))}
    (cell,) = judge_places(quantity, 1, written, 0.0, choices)
    assert cell.verdict.p_misprint > 0.8


def test_seconds_of_the_line_above_are_a_misprint_though_their_cell_holds_degrees_and_minutes():
    places = np.array([[111.0, 51.0, 12.0], [112.0, 12.0, 12.0], [112.0, 33.0, 40.0]])
    regions = np.repeat(np.arange(3)[:, None], 3, 1)
    weights = [3600.0, 60.0, 1.0]
    quantity = PrintedQuantity(0, Form((60, 60)), "", places @ weights, places, regions, ((0, 0),))
    written = places.copy()
    written[1, 2] = 46.0
    choices = {1: tuple({int(digit): 0.9996} for digit in "1121212")}
    (cell,) = judge_places(quantity, 1, written, 1e-5, choices)
    assert cell.verdict.p_misprint > 0.8


def test_digits_that_are_those_due_without_noughts_were_parted_otherwise():
    """11 8 was read, as 1 and 18 by what was taken for a point."""
    places = np.array([[1.0, 18.0], [11.0, 5.0]])
    regions = np.array([[0, 0], [1, 1]])
    quantity = PrintedQuantity(0, Form((60,)), "", places @ [60.0, 1.0], places, regions, ((0, 0),))
    written = np.array([[11.0, 8.0], [11.0, 5.0]])
    choices = {0: ({1: 0.4}, {1: 0.94}, {8: 0.999})}
    (cell,) = judge_places(quantity, 0, written, 0.0, choices)
    assert cell.verdict.p_misprint == cell.verdict.p_misreading == 0.0


def test_what_was_read_is_not_the_digit_that_the_network_likes_best():
    """The page's own digits made a 2 of what the network took for a 3: 4809735 is due but for the last place."""
    quantity = numbers(4809680.0, 4809725.0, 4809790.0)
    written = np.array([[4809680.0], [4809735.0], [4809790.0]])
    digits: list[dict[int, float]] = [{digit: 0.9996} for digit in (4, 8, 0, 9, 7, 2, 5)]
    digits[5] = {2: 0.585, 3: 0.632}
    (cell,) = judge_places(quantity, 1, written, 0.0, {1: tuple(digits)})
    assert cell.verdict.p_misreading > 0.9
