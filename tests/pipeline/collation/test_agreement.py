import numpy as np
import pytest

from tablekin.collation.agreement import WEIGHTS, AgreementScores
from tests.support.read_tables import grid

A = grid(["1", "5 07", "4711", ""], ["2", "5 30", "815", "9"])
B = grid(["1", "507", "4712", "2"], ["2", "5 30", "", "9"])


def test_a_value_weighs_as_much_as_it_is_rare_in_both_tables():
    scores = AgreementScores(A, B)
    total = 14  # filled cells of both
    assert scores.weight("9") == pytest.approx(np.log(total / 2))
    assert scores.weight("2") == pytest.approx(np.log(total / 3))


def test_a_long_number_weighs_ten_to_one_for_every_digit_its_neighbours_do_not_foretell():
    scores = AgreementScores(A, B)
    assert scores.weight("123456700") == pytest.approx(5 * np.log(10))  # zeros at the end are rounding


def test_scores_of_all_cells_are_those_found_one_by_one():
    scores = AgreementScores(A, B)
    assert scores.cells.shape == (2, 4, 2, 4)
    for (i, c), one in np.ndenumerate(A.text):
        for (j, d), other in np.ndenumerate(B.text):
            assert scores.cells[i, c, j, d] == pytest.approx(scores.of(one, other)), (one, other)


def test_what_agrees_less_counts_less():
    scores = AgreementScores(A, B)
    assert scores.of("5 07", "5 7") == max(scores.weight("5 07"), scores.weight("5 7"))
    assert scores.of("5 07", "507") == pytest.approx(WEIGHTS.same_without_spaces * scores.weight("507"))
    weight = max(scores.weight("4711"), scores.weight("4712"))
    assert scores.of("4711", "4712") == pytest.approx(WEIGHTS.within_one_edit * weight)
    assert scores.of("4711", "9") < scores.of("4711", "") < scores.of("", "") == 0


def test_no_agreement_exceeds_that_of_the_smaller_table_with_itself():
    scores = AgreementScores(A, A)
    assert scores.upper_bound == pytest.approx(sum(scores.of(text, text) for text in A.text.flat))
