import re
from dataclasses import replace

import numpy as np
import pytest

from tablekin.sample.typesetting.style import random_style
from tablekin.sample.typesetting.typeset import set_page
from tablekin.sample.works.content import Column, PageContent, TableContent
from tests.support.printing import PLAIN


def table_page(**changes: object) -> PageContent:
    columns = (
        Column("degree", "G.", argument=True),
        Column("sun.degrees", "Gr.\nmin", "Sol 3"),
        Column("sun.minutes", "M.", "Sol 3"),
        Column("name", "Nomen", align="left"),
    )
    cells = (("1", "23", "04", "Lo 5"), ("2", "678", "", "zona"), ("3", "9·093", "7½", "Os"))
    table = TableContent("Tabula 1543", columns, ("1", "2", "3"), cells)
    page = PageContent("table", (table,), ("Anno Domini 1685 sol lib. 27",), "LIBRO", "104", "Illo")
    return replace(page, **changes)


def in_reading_order(digits) -> str:
    """Concatenate the digits of one line from left to right."""
    return "".join(str(d) for d in digits.sort_values("x0")["digit"])


@pytest.mark.parametrize("seed", range(4))
def test_a_page_has_exactly_the_digits_of_its_content(seed: int) -> None:
    rng = np.random.default_rng(seed)
    style = replace(random_style(rng), marginalia=False)
    content = table_page()
    page = set_page(content, style, rng)
    printed = "1543 3 1685 27 104" + " ".join(" ".join(row) for row in content.tables[0].cells).replace(
        "½", ""
    )
    expected = sorted(re.sub(r"\D", "", printed))
    fractions = page.digits["ignore"] & (page.digits["row"] == 2)
    assert sorted(str(d) for d in page.digits.loc[~fractions, "digit"]) == expected
    assert sorted(page.digits.loc[fractions, "digit"]) == [1, 2]


@pytest.mark.parametrize("seed", range(4))
def test_the_digits_of_a_cell_read_as_its_text_and_lie_inside_its_area(seed: int) -> None:
    rng = np.random.default_rng(seed)
    style = replace(random_style(rng), irregularity=0.05, rule_gap=0.4)
    content = table_page()
    page = set_page(content, style, rng)
    for cell in page.cells[page.cells["kind"] == "cell"].itertuples():
        assert cell.text == content.tables[0].cells[cell.row][cell.col]
        own = page.digits[(page.digits["row"] == cell.row) & (page.digits["col"] == cell.col)]
        own = own[~own["ignore"]]
        assert in_reading_order(own) == re.sub(r"\D", "", cell.text.replace("½", ""))
        middle = (own[["x0", "y0"]].to_numpy() + own[["x1", "y1"]].to_numpy()) / 2
        assert (middle >= (cell.x0, cell.y0)).all() and (middle <= (cell.x1, cell.y1)).all()


def test_a_style_and_a_seed_give_one_page() -> None:
    pages = []
    for _ in range(2):
        rng = np.random.default_rng(5)
        pages.append(set_page(table_page(), random_style(rng), rng))
    np.testing.assert_array_equal(pages[0].ink, pages[1].ink)
    assert pages[0].digits.equals(pages[1].digits) and pages[0].cells.equals(pages[1].cells)


def test_an_oversized_page_is_set_smaller() -> None:
    columns = tuple(Column(str(c), "") for c in range(24))
    cells = tuple(tuple("1234567" for _ in columns) for _ in range(30))
    table = TableContent("", columns, tuple(map(str, range(30))), cells)
    page = set_page(
        PageContent("table", (table,), (), "", ""),
        replace(PLAIN, digit_height=40.0),
        np.random.default_rng(7),
    )
    assert page.digit_height < 40 and len(page.digits) == 24 * 30 * 7
    assert page.ink.size < 4e6
