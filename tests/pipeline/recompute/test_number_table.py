"""Columns of numbers come back from the table as they were put into it."""

import numpy as np

from tablekin.recompute import number_columns, read_number_columns, recompute
from tablekin.recompute.number_table import to_number_frame
from tablekin.recompute.table_text import from_rows
from tablekin.schemas import ALL_SCHEMAS, to_arrow
from tests.pipeline.recompute.tables import declinations


def kept(columns):
    """Put columns into a table of a corpus and read them again."""
    frame = to_number_frame(columns).assign(doc_id="page")
    return [*read_number_columns(to_arrow("numbers", frame))]


def test_columns_come_back_bit_for_bit():
    register = from_rows([[str(day), str(300 + day * day * 7 % 41), ""] for day in range(1, 13)], table_id=1)
    table = declinations()
    found = recompute([table, type(table)(1, register.text, register.region + table.region.size)])
    before = [*number_columns(found)]
    after = kept(before)
    assert [*map(str, after)] == [*map(str, before)]
    assert [one.role for one in before].count("argument") == 3 and {one.sheet for one in before} == {0, 1}
    for one, other in zip(before, after, strict=True):
        for name in ("rows", "values", "regions", "computed", "due"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_two_columns_of_one_number_remain_two():
    register = from_rows([[str(value), str(value + 5)] for value in (7, 3, 9, 4, 8, 2)])
    (first, *_) = number_columns(recompute([register]))
    twice = kept([first, first])
    assert [len(one.rows) for one in twice] == [len(first.rows)] * 2


def test_a_document_without_numbers_has_no_columns():
    assert [*read_number_columns(ALL_SCHEMAS["numbers"].empty_table())] == []
