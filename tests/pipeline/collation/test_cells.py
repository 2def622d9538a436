import numpy as np
import pytest

from tablekin.collation.cells import to_frame
from tablekin.collation.collation import collate, keep_significant
from tests.support.read_tables import read, values

ROWS = 20


def found(one, other):
    return to_frame(keep_significant(collate(read(one), read(other))))


def test_every_filled_cell_of_either_document_is_listed_once():
    table = values(1, rows=ROWS)
    shorter = [row[:-1] for row in table[:-3]]
    cells = found(table, shorter)
    assert not cells[cells["region_a"] >= 0]["region_a"].duplicated().any()
    assert sorted(cells.loc[cells["region_a"] >= 0, "region_a"]) == list(range(ROWS * 5))
    assert sorted(cells.loc[cells["region_b"] >= 0, "region_b"]) == list(range((ROWS - 3) * 4))


def test_places_of_a_transposed_table_are_those_of_its_document():
    table = values(2, rows=ROWS)
    turned = [list(column) for column in zip(*table, strict=True)]
    cells = found(table, turned)
    assert (cells["relation"] == "same").all()
    assert (cells["row_a"] == cells["col_b"]).all()
    assert (cells["col_a"] == cells["row_b"]).all()
    for cell in cells.itertuples():
        assert table[cell.row_a][cell.col_a] == turned[cell.row_b][cell.col_b] == cell.text_b


def test_a_digit_that_strayed_over_a_border_is_no_variant():
    table = values(3, rows=ROWS)
    other = [list(row) for row in table]
    other[4][2], other[4][3] = table[4][2] + table[4][3][0], table[4][3][1:]
    assert (found(table, other)["relation"] == "same").all()


def test_the_confidence_of_cells_that_agree_is_that_of_their_readings():
    table = values(4, rows=ROWS)
    cells = to_frame(keep_significant(collate(read(table, scores=0.99), read(table, scores=0.98))))
    lengths = cells["text_a"].str.len()
    assert cells["confidence"].to_numpy() == pytest.approx((0.99 * 0.98) ** lengths.to_numpy())


def test_neighbouring_columns_that_hardly_agree_are_left_out():
    rng = np.random.default_rng(5)
    table = values(5, rows=ROWS)
    other = [[*row[:4], str(text)] for row, text in zip(table, rng.integers(1000, 9999, ROWS), strict=True)]
    cells = found(table, other)
    aligned = cells[cells["relation"].isin(["same", "variant"])]
    assert set(aligned["col_a"]) == {0, 1, 2, 3}
    left = cells[cells["relation"] == "not_compared"]
    assert (left["region_a"] >= 0).sum() == (left["region_b"] >= 0).sum() == ROWS
