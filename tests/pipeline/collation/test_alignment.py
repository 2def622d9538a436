import numpy as np
import pytest

from tablekin.collation.agreement import AgreementScores
from tablekin.collation.alignment import align
from tablekin.collation.relevance import CellRelevance, TableFactors
from tests.support.read_tables import grid, values


def aligned(one, other, relevance=None):
    return align(AgreementScores(one, other), relevance)


@pytest.mark.parametrize("seed", range(8))
def test_rows_left_out_and_columns_moved_are_found(seed):
    rng = np.random.default_rng(seed)
    table = values(seed, rows=20, columns=4)
    kept = np.sort(rng.choice(20, 14, replace=False))
    order = rng.permutation(5)
    found = aligned(grid(*table), grid(*([table[i][c] for c in order] for i in kept)))
    assert found.rows.tolist() == [[i, j] for j, i in enumerate(kept)]
    assert {(span.a[0], span.b[0]) for span in found.columns} == {(c, d) for d, c in enumerate(order)}
    assert not found.transposed


def test_a_transposed_table_is_told_and_aligned_as_if_it_stood_upright():
    table = values(3, rows=12, columns=4)
    found = aligned(grid(*table), grid(*table).transposed())
    upright = aligned(grid(*table), grid(*table))
    assert found.transposed
    assert found.rows.tolist() == upright.rows.tolist()
    assert found.columns == upright.columns
    assert found.evidence == upright.evidence


def test_a_row_of_variants_between_aligned_ones_is_still_a_row():
    table = values(4, rows=12)
    other = [list(row) for row in table]
    other[5] = ["991", "7717", "8818", "9919", "1101"]
    assert aligned(grid(*table), grid(*other)).rows.tolist() == [[k, k] for k in range(12)]


def test_tables_with_nothing_in_common_have_no_rows_that_correspond():
    found = aligned(grid(["11", "23"], ["31", "47"]), grid(["59", "61"], ["71", "83"]))
    assert found.rows.shape == (0, 2)
    assert (found.columns, found.evidence) == ((), 0.0)


def test_the_explanation_of_a_pair_helps_where_values_do_not():
    """Two columns of values that repeat: only the relevance says that the second half is meant."""
    table = [[str(10 + k % 4)] for k in range(16)]
    part = table[8:16]
    ones = np.eye(8, dtype=np.float32)[:, None]  # a feature of its own for every row of the part
    relevance = CellRelevance(TableFactors(np.concatenate([0 * ones, 5 * ones])), TableFactors(ones))
    guided = aligned(grid(*table), grid(*part), relevance)
    assert guided.evidence >= aligned(grid(*table), grid(*part)).evidence
