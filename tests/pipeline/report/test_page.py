"""One page as a reader looks at it."""

import pytest

from tablekin.report.page import CRITERIA, in_doubt
from tests.support.read_tables import page_of


@pytest.fixture
def page():
    return page_of("p053", [["1", "23 5"], ["2", ""], ["3", "47"]], [["7"]], weak={"47": 0.5})


def test_tables_are_spread_out_as_they_stand(page):
    first, second = page.tables
    assert first.to_numpy().tolist() == [["1", "23 5"], ["2", ""], ["3", "47"]]
    assert second.to_numpy().tolist() == [["7"]]


def test_readings_in_doubt_have_a_question_mark(page):
    assert page.marked_tables[0].to_numpy().tolist() == [["1", "23 5"], ["2", ""], ["3", "47?"]]
    cells = page.cells
    assert cells[in_doubt(cells)]["text"].tolist() == ["47"]
    assert (cells[in_doubt(cells)]["confidence"] < CRITERIA.min_probability).all()


def test_cells_are_in_reading_order_and_a_copy(page):
    cells = page.cells
    assert cells[["table_id", "row", "col"]].to_numpy().tolist() == sorted(
        cells[["table_id", "row", "col"]].to_numpy().tolist()
    )
    changed = page.rows("regions")
    changed["text"] = "changed"
    assert page.tables[1].to_numpy().tolist() == [["7"]]


def test_a_notebook_shows_the_tables(page):
    html = page._repr_html_()
    assert "p053" in html
    assert "47?" in html
    assert repr(page) == "<Page p053: 9 digits, tables: 3 x 2, 1 x 1>"
    empty = page_of("p054", [["1"]], without_tables=True)
    assert "no table was found" in empty._repr_html_()
