from dataclasses import replace

import numpy as np
import pytest

from tablekin.collation.agreement import AgreementScores
from tablekin.collation.alignment import Alignment, align
from tablekin.collation.significance import CRITERIA, NOTHING_IN_COMMON, SignificanceTest, weigh_alignment
from tablekin.collation.span import ColumnSpan
from tablekin.collation.verdict import CRITERIA as VERDICTS
from tests.support.agreement import weights_by_hand
from tests.support.read_tables import grid, values
from tests.support.thresholds import varied


def weighed(one, other):
    agreement = AgreementScores(grid(*one), grid(*other))
    return weigh_alignment(agreement, align(agreement))


def test_cells_are_counted_and_weighed_in_columns_that_do_not_count():
    table = values(1, rows=10, columns=2)
    other = [list(row) for row in table]
    other[3][1] = "9999"
    other[6][2] = ""
    found = weighed(table, other)
    assert (found.compared, found.agreeing) == (19, 18)
    same = [table[i][c] for i in range(10) for c in (1, 2) if table[i][c] == other[i][c]]
    weights = weights_by_hand(table, other)
    assert found.evidence == pytest.approx(sum(weights[text] for text in same))
    assert found.coverage == 1
    assert found.agreement == pytest.approx(18 / 19)
    assert found.is_alike


def test_z_is_the_evidence_beyond_that_of_shuffled_rows_in_their_deviations():
    test = SignificanceTest(10, 8, 1.0, 0.5, 50.0, 20.0, 6.0, 0.0)
    assert test.agreement == pytest.approx(0.4)
    assert test.z == pytest.approx(5)
    assert (
        SignificanceTest(10, 8, 1.0, 1.0, 50.0, 20.0, 0.0, 0.0).z == 30
    )  # a deviation of nothing is not believed


def test_rows_left_out_between_aligned_ones_count_against_kinship():
    table = values(2, rows=30, columns=2)
    texts = [[row[1], row[2]] for row in table]
    strange = [[row[1], row[2]] for row in values(9, rows=30, columns=2)]
    holes = [texts[k] if k % 3 == 0 else strange[k] for k in range(30)]
    whole, part = weighed(texts, texts), weighed(texts, holes)
    assert whole.coverage == 1
    assert part.agreement < 0.5 < whole.agreement
    assert not part.is_alike


def test_a_table_with_every_third_argument_of_another_leaves_no_row_out():
    table = values(5, rows=30)
    assert weighed(table, table[::3]).coverage == 1


def test_arguments_alone_are_no_evidence():
    counts = grid(*([str(k)] for k in range(1, 21)))
    alignment = Alignment(np.stack([np.arange(20)] * 2, 1), (ColumnSpan((0, 1), (0, 1)),), 50.0)
    assert weigh_alignment(AgreementScores(counts, counts), alignment) is NOTHING_IN_COMMON
    assert not NOTHING_IN_COMMON.is_alike


def test_the_same_values_in_another_order_are_what_shuffling_expects():
    rng = np.random.default_rng(7)
    column = rng.integers(10, 16, 40).astype(str)
    one, other = [[text] for text in column], [[text] for text in rng.permutation(column)]
    found = weighed(one, other)
    assert abs(found.z) < 3
    assert found.expected == pytest.approx(found.agreeing, abs=6)


def test_what_hopeless_tables_say_of_themselves_is_not_found_out_for_it_could_not_help():
    rng = np.random.default_rng(8)
    bounded = 0
    for share in (0.0, 0.2, 0.5, 0.9):  # of the cells that differ
        table = values(6, rows=24, columns=3)
        other = [
            [str(rng.integers(10, 999)) if rng.random() < share else text for text in row] for row in table
        ]
        found = weighed(table, other)
        with varied(CRITERIA, "hopeless", -np.inf):
            exact = weighed(table, other)
        if found.information != exact.information:
            assert exact.information <= found.information <= CRITERIA.hopeless
            bounded += 1
        assert replace(found, information=exact.information) == exact
    assert 0 < bounded < 4


def test_verdicts_do_not_depend_on_how_hopeless_tables_are():
    assert CRITERIA.hopeless < min(-VERDICTS.max_log_odds, VERDICTS.min_disagreement)
    assert CRITERIA.hopeless < CRITERIA.min_information_of_tables
