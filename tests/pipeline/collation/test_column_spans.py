import numpy as np

from tablekin.collation.agreement import AgreementScores
from tablekin.collation.column_spans import add_repeated_arguments, join_columns
from tablekin.collation.span import ColumnSpan
from tests.support.read_tables import grid

ROWS = np.stack([np.arange(8), np.arange(8)], 1)


def tables():
    """Degrees and minutes in two columns beside the same in one, each with its argument."""
    rng = np.random.default_rng(2)
    places = rng.integers(11, 60, (8, 2))
    split = grid(*([str(row), str(d), str(m)] for row, (d, m) in enumerate(places, 1)))
    joined = grid(*([str(row), f"{d} {m}"] for row, (d, m) in enumerate(places, 1)))
    return split, joined


def test_columns_that_one_table_splits_are_joined():
    split, joined = tables()
    alone = [ColumnSpan((0, 1), (0, 1))]
    spans, evidence = join_columns(AgreementScores(split, joined), ROWS, alone)
    assert spans == (ColumnSpan((0, 1), (0, 1)), ColumnSpan((1, 2), (1, 1)))
    back, same = join_columns(AgreementScores(joined, split), ROWS, alone)
    assert back == (ColumnSpan((0, 1), (0, 1)), ColumnSpan((1, 1), (1, 2)))
    assert evidence == same


def test_columns_that_agree_one_by_one_stay_apart():
    split, _ = tables()
    single = [ColumnSpan((column, 1), (column, 1)) for column in range(3)]
    spans, _ = join_columns(AgreementScores(split, split), ROWS, single)
    assert spans == tuple(single)


def test_arguments_printed_on_both_sides_correspond_twice():
    _, once = tables()
    twice = grid(*([*row, row[0]] for row in once.text.tolist()))
    single = [ColumnSpan((column, 1), (column, 1)) for column in range(2)]
    scores = AgreementScores(twice, once)
    spans, evidence = join_columns(scores, ROWS, single)
    assert add_repeated_arguments(scores, ROWS, spans) == (*single, ColumnSpan((2, 1), (0, 1)))
    assert evidence > 0


def test_spans_overlap_where_they_share_a_column_of_either_table():
    wide = ColumnSpan((1, 3), (0, 1))
    assert wide.overlaps(ColumnSpan((3, 1), (5, 1)))
    assert wide.overlaps(ColumnSpan((7, 1), (0, 2)))
    assert not wide.overlaps(ColumnSpan((4, 1), (1, 1)))
