import numpy as np
import pytest

from tablekin.collation.agreement import WEIGHTS, AgreementScores, best_by_row
from tablekin.collation.span import ColumnSpan
from tests.support.agreement import score_by_hand, weights_by_hand
from tests.support.read_tables import grid

A = [["1", "5 07", "4711", ""], ["2", "5 30", "815", "9"]]
B = [["1", "507", "4712", "2"], ["2", "5 30", "", "9"]]


def made_up(seed):
    """A table of few digits, so that all ways to match come up."""
    rng = np.random.default_rng(seed)

    def text():
        return " ".join(
            "".join(rng.choice(list("0012"), rng.integers(1, 4))) for _ in range(rng.integers(0, 3))
        )

    return [[text() for _ in range(5)] for _ in range(7)]


def span(column, other):
    return ColumnSpan((column, 1), (other, 1))


def test_a_value_weighs_as_much_as_it_is_rare_in_both_tables():
    scores = AgreementScores(grid(*A), grid(*B))
    total = 14  # filled cells of both
    assert scores.weights(scores.a.column((3, 1)))[1] == pytest.approx(np.log(total / 2))
    assert scores.weights(scores.b.column((3, 1)))[0] == pytest.approx(np.log(total / 3))


def test_a_long_number_weighs_ten_to_one_for_every_digit_its_neighbours_do_not_foretell():
    scores = AgreementScores(grid(["123456700"]), grid(*B))
    [weight] = scores.weights(scores.a.column((0, 1)))
    assert weight == pytest.approx(5 * np.log(10))  # zeros at the end are rounding


@pytest.mark.parametrize(("one", "other"), [(A, B), (made_up(1), made_up(2))])
def test_scores_of_rows_and_columns_are_those_of_their_cells_found_one_by_one(one, other):
    scores, weights = AgreementScores(grid(*one), grid(*other)), weights_by_hand(one, other)
    cells = np.array(
        [[[[score_by_hand(x, y, weights) for y in last] for last in other] for x in row] for row in one]
    )
    rows = np.array([[0, 1], [1, 0], [1, 1]])
    expected = sum(cells[i, :, j, :] for i, j in rows)
    np.testing.assert_allclose(scores.of_columns(rows), expected)
    spans = [span(0, 1), span(2, 2), span(3, 0)]
    expected = sum(cells[:, s.a[0], :, s.b[0]] for s in spans)
    np.testing.assert_allclose(scores.of_rows(spans), expected)
    np.testing.assert_allclose(scores.best_by_row(), np.maximum(cells, 0).max(3).sum(1))
    numbered = grid(*one).numbered, grid(*other).numbered
    np.testing.assert_allclose(best_by_row(*numbered), np.maximum(cells, 0).max(3).sum(1))
    turned = scores.transposed()
    np.testing.assert_allclose(turned.best_by_row(), np.maximum(cells, 0).max(2).sum(1))


def test_joined_columns_are_scored_by_what_they_say_together():
    one, other = [["5", "07"], ["6", "30"], ["", "9"]], [["507"], ["6 30"], ["9"]]
    scores = AgreementScores(grid(*one), grid(*other))
    joined = ColumnSpan((0, 2), (0, 1))
    rows = np.array([[0, 0], [1, 1], [2, 2]])
    together = [["5 07"], ["6 30"], ["9"]]
    found = scores.of_rows([joined])
    values = scores.of_values(joined, rows)
    for k, share in enumerate((WEIGHTS.same_without_spaces, 1.0, 1.0)):
        weight = scores.weights(scores.b.column((0, 1)))[k]
        assert found[k, k] == values[k] == pytest.approx(share * weight), together[k]


def test_values_side_by_side_are_scored_one_by_one_and_zeros_must_agree():
    one, other = ([[text] for row in made_up(seed) for text in row] for seed in (3, 4))
    scores, weights = AgreementScores(grid(*one), grid(*other)), weights_by_hand(one, other)
    rows = np.stack(np.meshgrid(np.arange(len(one)), np.arange(len(other))), -1).reshape(-1, 2)
    expected = [score_by_hand(one[i][0], other[j][0], weights, bare=False) for i, j in rows]
    np.testing.assert_allclose(scores.of_values(span(0, 0), rows), expected)


def test_what_agrees_less_counts_less():
    weights = weights_by_hand(A, B)
    scores = AgreementScores(grid(["4711"]), grid(["9"], [""], ["4711"]))
    [different, missing, same] = scores.of_rows([span(0, 0)])[0]
    assert different < missing < 0 < same
    assert score_by_hand("5 07", "507", weights) < max(weights["5 07"], weights["507"])


def test_no_agreement_exceeds_that_of_the_smaller_table_with_itself():
    scores, weights = AgreementScores(grid(*A), grid(*A)), weights_by_hand(A, A)
    assert scores.upper_bound == pytest.approx(sum(weights[text] for row in A for text in row if text))
