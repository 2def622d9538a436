"""Aligned cells against a list that is made cell by cell, by the definition of values that are the same."""

import numpy as np
import pytest

from tablekin.collation.aligned_cells import list_aligned
from tablekin.collation.cell_columns import RELATIONS
from tablekin.collation.collation import collate, keep_significant
from tablekin.collation.values import is_same_value
from tests.support.read_tables import read, values

ROWS = 30


def one_by_one(collation, score, score_b):
    """List place, relation and probability of what corresponds; of what differs no probability."""
    a, b = collation.a.text, collation.aligned_b.text
    for i, j in collation.alignment.rows.tolist():
        for (first, count), (first_b, count_b) in collation.alignment.columns:
            own = " ".join(filter(None, a[i, first : first + count]))
            other = " ".join(filter(None, b[j, first_b : first_b + count_b]))
            if not own and not other:
                continue
            related = "only_b" if not own else "only_a" if not other else "variant"
            related = "same" if own and other and is_same_value(own, other) else related
            sure = score ** len(own.replace(" ", "")) * score_b ** len(other.replace(" ", ""))
            for column in range(first, first + count):
                for column_b in range(first_b, first_b + count_b):
                    place = (j, column_b) if not collation.alignment.transposed else (column_b, j)
                    yield (i, column, *place, related), None if related == "variant" else sure


def edition(table, rng, changed=0.03, lost=0.05):
    """Print a table anew: digits are changed, and cells lost."""
    printed = []
    for row in table:
        cells = [text if rng.random() > changed else str(int(text) + 1000) for text in row[1:]]
        printed.append([row[0], *(text if rng.random() > lost else "" for text in cells)])
    return printed


def in_two(table):
    """Print the second column in two, at its last digit."""
    return [[row[0], row[1][:-1], row[1][-1:], *row[2:]] for row in table]


@pytest.mark.parametrize("is_transposed", [False, True])
@pytest.mark.parametrize("is_split", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_cells_are_those_of_rows_and_columns_that_correspond(seed, is_split, is_transposed):
    rng = np.random.default_rng(seed)
    table = values(seed, rows=ROWS)
    other = edition(table, rng)
    other = in_two(table) if is_split else other[:7] + other[9:]
    if is_transposed:
        other = [list(column) for column in zip(*other, strict=True)]
    kept = keep_significant(collate(read(table, scores=0.99), read(other, scores=0.98)))
    assert len(kept) == 1 and kept[0].alignment.transposed == is_transposed
    assert any(span.is_joined for span in kept[0].alignment.columns) == is_split
    cells, expected = list_aligned(kept[0]), list(one_by_one(kept[0], 0.99, 0.98))
    places = (cells.row_a, cells.col_a, cells.row_b, cells.col_b, RELATIONS[cells.relation])
    assert list(zip(*(one.tolist() for one in places), strict=True)) == [place for place, _ in expected]
    assert cells.text_a.tolist() == [table[i][c] for i, c in zip(cells.row_a, cells.col_a, strict=True)]
    assert cells.text_b.tolist() == [other[i][c] for i, c in zip(cells.row_b, cells.col_b, strict=True)]
    sure = [(one, float(two)) for (_, one), two in zip(expected, cells.confidence, strict=True) if one]
    assert [two for _, two in sure] == pytest.approx([one for one, _ in sure])
    assert is_split or {"same", "variant", "only_a"} <= {*RELATIONS[cells.relation]}
