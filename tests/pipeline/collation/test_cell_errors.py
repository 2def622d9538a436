"""In which of two cells an error stands, by tables of a function in which errors were made by hand."""

import pytest

from tablekin.collation import collate, expectations_of, keep_significant, make_witness, to_frame
from tests.pipeline.recompute.tables import declinations
from tests.support.read_tables import read, rows_of

MINUTES = 2  # column of minutes of the first sign


def table(changed):
    text = declinations().text.copy()
    for row, printed in changed.items():
        assert text[row, MINUTES] != printed
        text[row, MINUTES] = printed
    return [[str(cell) for cell in line] for line in text]


def witness(changed=None, with_function=True):
    rows = rows_of(table(changed or {}))
    expected = (expectations_of(rows["regions"], rows["digits"]),) if with_function else ()
    return make_witness("", rows["regions"], rows["digits"], rows["factors"], *expected)


def errors(a, b):
    cells = to_frame(keep_significant(collate(a, b)))
    column = cells[(cells["col_a"] == MINUTES) & (cells["row_b"] >= 0)].set_index("row_a").sort_index()
    assert (column["col_b"] == MINUTES).all()
    return column


@pytest.mark.parametrize("known", ["both", "a", "b"])
def test_an_error_is_where_something_else_stands_than_is_due(known):
    a = witness({4: "99", 9: "98"}, known != "b")
    b = witness({4: "99", 14: "97"}, known != "a")
    found = errors(a, b)
    told = {4: "both", 9: "a", 14: "b"}
    assert {row: found.loc[row, "error_in"] for row in told} == told
    assert {*found.drop([*told])["error_in"]} == {"none"}
    due = [row[MINUTES] for row in table({})]
    assert [int(text) for text in found["computed"]] == [int(text) for text in due]


def test_nothing_is_told_of_what_no_function_explains():
    found = errors(witness({4: "99"}, with_function=False), read(table({})))
    assert {*found["error_in"]} == {"unknown"} and {*found["computed"]} == {""}
