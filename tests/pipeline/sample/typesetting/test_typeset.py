import re
from dataclasses import replace

import numpy as np
import pytest

from tablekin.sample.typesetting.faces import FACES, has_character
from tablekin.sample.typesetting.line import Compositor
from tablekin.sample.typesetting.sheet import Sheet
from tablekin.sample.typesetting.style import Style, random_style
from tablekin.sample.typesetting.typecase import TypeCase
from tablekin.sample.typesetting.typeset import set_page
from tablekin.sample.works.content import Column, PageContent, TableContent

PLAIN = Style(
    "im-fell-english/roman", "im-fell-english/roman", "im-fell-english/italic", 22.0, letter_spacing=0.2
)


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
    """Concatenate the figures of one line from left to right."""
    return "".join(str(d) for d in digits.sort_values("x0")["digit"])


@pytest.mark.parametrize("seed", range(4))
def test_a_page_has_exactly_the_figures_of_its_content(seed: int) -> None:
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
def test_the_figures_of_a_cell_read_as_its_text_and_lie_inside_its_area(seed: int) -> None:
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


@pytest.mark.parametrize("face", sorted(name for name, face in FACES.items() if face.kind != "blackletter"))
def test_a_box_holds_all_ink_of_its_figure_and_none_of_its_neighbours(face: str) -> None:
    rng = np.random.default_rng(1)
    style = replace(PLAIN, figures=face, letter_spacing=0.6)
    compositor = Compositor(TypeCase(face, style, 22.0, rng), style, rng)
    sheet = Sheet(500, 80, rng)
    sheet.put_line(compositor.set_line("0123456789"), 20, 50)
    page = sheet.finish(22.0)
    assert list(page.digits["digit"]) == list(range(10))
    left = page.ink.copy()
    for digit in page.digits.itertuples():
        x0, y0, x1, y1 = (int(v) for v in (digit.x0, digit.y0, digit.x1, digit.y1))
        inside = left[y0:y1, x0:x1]
        for side in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
            assert side.max() > 0.2  # tight: ink at every side
        inside[:] = 0
    assert left.max() < 0.3


@pytest.mark.parametrize("height", [12.0, 20.0, 36.0])
def test_the_figure_eight_is_as_high_as_the_style_asks(height: float) -> None:
    rng = np.random.default_rng(2)
    for face in ("im-fell-dw-pica/italic", "old-standard-tt/roman", "cormorant/bold"):
        style = replace(PLAIN, digit_height=height, irregularity=0.0)
        x0, y0, x1, y1 = TypeCase(face, style, height, rng).sort("8").box
        assert abs((y1 - y0) - height) <= 0.08 * height + 1
        assert x1 > x0


def test_fractions_are_stacked_and_ignored() -> None:
    rng = np.random.default_rng(3)
    compositor = Compositor(TypeCase(PLAIN.figures, PLAIN, 22.0, rng), PLAIN, rng)
    sheet = Sheet(120, 80, rng)
    sheet.put_line(compositor.set_line("5¾"), 20, 50)
    digits = sheet.finish(22.0).digits
    assert list(digits["digit"]) == [5, 3, 4]
    assert list(digits["ignore"]) == [False, True, True]
    three, four = digits.iloc[1], digits.iloc[2]
    assert three["y1"] <= four["y0"]
    assert max(three["x0"], four["x0"]) < min(three["x1"], four["x1"])


def test_turned_headings_are_printed_but_their_figures_ignored() -> None:
    rng = np.random.default_rng(4)
    sheet = Sheet(100, 320, rng)
    compositor = Compositor(TypeCase(PLAIN.figures, PLAIN, 22.0, rng), PLAIN, rng)
    sheet.put_turned_line(compositor.set_line("Anno 1677"), 50, 300, 22.0)
    page = sheet.finish(22.0)
    assert list(page.digits["digit"]) == [1, 6, 7, 7] and page.digits["ignore"].all()
    assert page.digits["y0"].is_monotonic_decreasing  # reads upwards
    for digit in page.digits.itertuples():
        assert page.ink[int(digit.y0) : int(digit.y1), int(digit.x0) : int(digit.x1)].max() > 0.8


def test_a_style_and_a_seed_give_one_page() -> None:
    pages = []
    for _ in range(2):
        rng = np.random.default_rng(5)
        pages.append(set_page(table_page(), random_style(rng), rng))
    np.testing.assert_array_equal(pages[0].ink, pages[1].ink)
    assert pages[0].digits.equals(pages[1].digits) and pages[0].cells.equals(pages[1].cells)


def test_long_s_stands_inside_words_only() -> None:
    style = replace(PLAIN, long_s=True, v_for_u=True)
    rng = np.random.default_rng(6)
    compositor = Compositor(TypeCase(style.text, style, 20.0, rng), style, rng)
    assert compositor.spell("seas us passus Vus") == "ſeas vs paſſus Vus"
    assert has_character(FACES[style.text], "ſ")


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
