import numpy as np
import pandas as pd
import pytest

from tablekin.collation.grid import make_grids
from tablekin.collation.witness_rows import rows_of_frames
from tests.support.read_tables import grid


def regions(*cells):
    names = ["region_id", "kind", "table_id", "row", "col", "text", "confidence"]
    return pd.DataFrame(cells, columns=names)


def digits(*found):
    return pd.DataFrame(found, columns=["region_id", "digit", "score", "x0"])


def read_grids(cells, found):
    factors = pd.DataFrame(columns=["region_id", "feature", "relevance"])
    rows = rows_of_frames(cells, found, factors)
    return make_grids(rows.cells, rows.digits)


def test_cells_stand_at_their_row_and_column_and_missing_ones_are_empty():
    cells = regions(
        (0, "outside", None, None, None, "", 1.0),
        (1, "cell", 0, 0, 0, "12", 0.81),
        (2, "cell", 0, 1, 2, "3 4", 0.5),
        (3, "row", 0, 1, None, "", 1.0),
        (4, "cell", 1, 0, 0, "7", 0.9),
    )
    first, second = read_grids(cells, digits())
    assert first.text.tolist() == [["12", "", ""], ["", "", "3 4"]]
    assert first.region.tolist() == [[1, -1, -1], [-1, -1, 2]]
    assert first.filled.sum() == 2
    assert (second.table, second.shape) == (1, (1, 1))


def test_digits_have_their_own_scores_from_left_to_right_or_share_those_of_the_cell():
    cells = regions((1, "cell", 0, 0, 0, "12", 0.3), (2, "cell", 0, 0, 1, "4 5", 0.64))
    found = digits(
        (1, 2, 0.6, 30.0), (1, 1, 0.5, 10.0), (2, 4, 0.9, 0.0)
    )  # one digit of the second is unknown
    [table] = read_grids(cells, found)
    assert table.scores[0, 0] == (0.5, 0.6)
    assert table.scores[0, 1] == pytest.approx((0.8, 0.8))
    assert np.prod(table.scores[0, 1]) == pytest.approx(0.64)


def test_rows_become_columns_and_columns_are_read_as_one():
    table = grid(["1", "23", ""], ["2", "24", "30"])
    assert table.transposed().text.tolist() == [["1", "2"], ["23", "24"], ["", "30"]]
    assert table.transposed().region.tolist() == [[0, 3], [1, 4], [2, 5]]
    assert table.column((1, 2)).texts.tolist() == ["23", "24 30"]
