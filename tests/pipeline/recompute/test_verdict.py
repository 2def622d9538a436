"""Misprint or misreading: what the scores of the digit network are worth."""

import math

import numpy as np
import pytest

from tablekin.recompute.checks import judge_places
from tablekin.recompute.forms import SINGLE
from tablekin.recompute.quantity import PrintedQuantity
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
