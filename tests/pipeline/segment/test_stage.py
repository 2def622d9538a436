from __future__ import annotations

import numpy as np
import pytest

from tablekin.read import read
from tablekin.segment.stage import segment
from tests.support.printed_table import HEIGHT, Printed, print_table, share_in_right_cell

NUMBERS = ["99", "9·999", "9·999", "9·999", "9·999", "9·999", "9·999", "9·999"]
DEGREES = ["?9", "?9", "?9", "?9", "?9", "?9", "?9"]
RAGGED = ["?9", "???99", "??9", "?999", "9", "??99"]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rules", ["full", "columns", "frame", "head", "none"])
@pytest.mark.parametrize("columns", [NUMBERS, DEGREES, RAGGED], ids=["points", "degrees", "ragged"])
def test_digits_fall_in_their_cells(seed: int, rules: str, columns: list[str]) -> None:
    rng = np.random.default_rng([seed, len(columns)])
    tilt, bow = rng.uniform(-0.008, 0.008), rng.uniform(-15, 15)
    page = Printed(rng, (1400, 1100), old_style=seed % 2 == 1, tilt=tilt, bow=bow)
    print_table(page, 120, 150, 34, columns, rules=rules, broken=0.15 * seed, every=5 * (seed % 2))
    working, truth = page.page(missed=0.02, false=0.02)
    layout = segment(working)
    assert layout.is_table
    assert share_in_right_cell(layout, working.digits, truth) >= 0.98


def test_grid_has_the_rows_and_columns_that_were_set() -> None:
    page = Printed(np.random.default_rng(4), (1400, 1100))
    print_table(page, 120, 150, 30, RAGGED, rules="none")
    working, _ = page.page()
    kinds = [r.kind for r in segment(working).regions]
    assert (kinds.count("row"), kinds.count("column"), kinds.count("cell")) == (30, 6, 180)


def test_text_column_becomes_a_column_without_digits() -> None:
    page = Printed(np.random.default_rng(5), (1400, 1100))
    print_table(page, 120, 150, 30, ["??99", "99", "99"], rules="none", label=14)
    working, truth = page.page()
    layout = segment(working)
    assert sum(r.kind == "column" for r in layout.regions) == 4
    assert share_in_right_cell(layout, working.digits, truth) == 1


def test_triangular_table() -> None:
    page = Printed(np.random.default_rng(6), (900, 1100))
    print_table(
        page, 120, 150, 9, ["9999", "999", "99", "99", "99", "9", "9", "9"], pitch=56, triangular=True
    )
    working, truth = page.page()
    layout = segment(working)
    assert share_in_right_cell(layout, working.digits, truth) == 1


def test_two_tables_side_by_side() -> None:
    page = Printed(np.random.default_rng(7), (1400, 1500))
    right, _ = print_table(page, 100, 150, 30, DEGREES, table=0, pitch=30)
    print_table(page, right + 130, 150, 26, DEGREES, table=1, pitch=34)
    working, truth = page.page(missed=0.02, false=0.01)
    layout = segment(working)
    assert {r.table_id for r in layout.regions} == {None, 0, 1}
    assert min(share_in_right_cell(layout, working.digits, truth, k) for k in (0, 1)) >= 0.98


def test_two_frames_side_by_side_below_one_title() -> None:
    page = Printed(np.random.default_rng(17), (1400, 1500))
    right, _ = print_table(page, 100, 150, 30, NUMBERS[:4], table=0)
    print_table(page, right + 26, 150, 30, NUMBERS[:4], table=1)
    page.rule(200, 90, 900, 90)
    working, truth = page.page(missed=0.02)
    layout = segment(working)
    assert {r.table_id for r in layout.regions} == {None, 0, 1}
    assert min(share_in_right_cell(layout, working.digits, truth, k) for k in (0, 1)) >= 0.98


@pytest.mark.parametrize(("second", "tables"), [(31, 2), (1, 1), (60, 1)])
@pytest.mark.parametrize("columns", [["99", "99999"], ["99999", "999", "99"]], ids=["left", "right"])
def test_table_goes_on_beside_itself_where_the_arguments_say_so(
    columns: list[str], second: int, tables: int
) -> None:
    page = Printed(np.random.default_rng(18), (1400, 1100))
    kind = {"rules": "none", "counting": columns.index("99")}
    right, _ = print_table(page, 100, 150, 30, columns, table=0, count=1, **kind)
    print_table(page, right, 150, 30, columns, table=1, count=second, **kind)
    working, truth = page.page(missed=0.02)
    layout = segment(working)
    assert len({r.table_id for r in layout.regions} - {None}) == tables
    if tables == 2:
        assert min(share_in_right_cell(layout, working.digits, truth, k) for k in (0, 1)) >= 0.98


@pytest.mark.parametrize(("pitch", "tables"), [(30, 1), (37, 2)])
def test_columns_far_apart_are_one_table_where_a_rule_and_the_lines_join_them(
    pitch: int, tables: int
) -> None:
    page = Printed(np.random.default_rng(23), (1500, 1500))
    right, _ = print_table(page, 100, 150, 30, ["99", "9999"], table=0, rules="none")
    print_table(page, right + 11 * HEIGHT, 150, 30, ["9999", "999"], table=1, rules="none", pitch=pitch)
    page.rule(100, 118, right + 11 * HEIGHT + 200, 118)
    working, _ = page.page(missed=0.02)
    assert len({r.table_id for r in segment(working).regions} - {None}) == tables


def test_a_wide_ruled_column_of_letters_is_no_space_between_tables() -> None:
    page = Printed(np.random.default_rng(5), (900, 1200))
    left, bottom = print_table(page, 100, 150, 20, ["9999", "99"], rules="columns")
    right, _ = print_table(page, left + 210, 150, 20, ["99", "9?"], rules="columns")
    for row in range(20):  # a letter in the middle of a column wider than ten digits are high
        page.word(1, left + 100, 150 + 30 * (row + 1))
    page.rule(left, 150, left, bottom)
    for y in (110, 150, bottom):
        page.rule(100, y, right, y)
    working, _ = page.page()
    layout = segment(working)
    assert {r.table_id for r in layout.regions if r.kind == "column"} == {0}
    assert sum(r.kind == "column" for r in layout.regions) == 5


def test_braces_over_some_of_the_columns_do_not_divide_a_table() -> None:
    page = Printed(np.random.default_rng(24), (1400, 1100))
    right, _ = print_table(page, 100, 150, 30, ["99", "9999", "9999"], rules="none", gap=44)
    print_table(page, right - 12, 150, 30, ["9999", "9999", "99"], rules="none", gap=44)
    page.rule(right - 170, 120, right - 22, 120)
    page.rule(right + 10, 120, right + 158, 120)
    working, _ = page.page(missed=0.02)
    assert len({r.table_id for r in segment(working).regions} - {None}) == 1


def test_degrees_and_minutes_of_a_ruled_column_stay_in_it() -> None:
    page = Printed(np.random.default_rng(19), (1400, 1100))
    print_table(page, 100, 150, 30, ["99", *["?99 99"] * 6], rules="columns")
    working, truth = page.page(missed=0.02)
    layout = segment(working)
    assert sum(r.kind == "column" for r in layout.regions) == 7
    assert share_in_right_cell(layout, working.digits, truth) >= 0.98


def test_narrow_columns_of_a_table_ruled_here_and_there_stay_apart() -> None:
    page = Printed(np.random.default_rng(20), (1400, 1300))
    right, bottom = print_table(page, 100, 150, 30, ["9999"] * 16, gap=15, rules="none")
    for place in range(1, 4):
        across = 100 + place * (right - 100) / 4
        page.rule(across, 150, across, bottom)
    working, truth = page.page()
    layout = segment(working)
    assert sum(r.kind == "column" for r in layout.regions) == 16
    assert share_in_right_cell(layout, working.digits, truth) >= 0.98


def test_two_columns_that_nearly_touch_are_found_by_the_room_of_the_others() -> None:
    page = Printed(np.random.default_rng(21), (1400, 1300))
    right, _ = print_table(page, 100, 150, 30, ["9999"] * 6, rules="none")
    close, _ = print_table(page, right - 13, 150, 30, ["99999999"], rules="none")
    for digit, x0, y0, x1, y1, cell in page.digits[:]:
        if x0 > right + 4 * 13:  # the right half of the last column, half a digit further right
            page.digits.remove((digit, x0, y0, x1, y1, cell))
            page.digits.append((digit, x0 + 5, y0, x1 + 5, y1, (0, cell[1], 7)))
        elif x0 > right - 13:
            page.digits.remove((digit, x0, y0, x1, y1, cell))
            page.digits.append((digit, x0, y0, x1, y1, (0, cell[1], 6)))
    print_table(page, close, 150, 30, ["9999"] * 3, rules="none")
    working, _ = page.page()
    assert sum(r.kind == "column" for r in segment(working).regions) == 11


def test_years_among_columns_of_two_figures_are_one_column() -> None:
    page = Printed(np.random.default_rng(22), (1400, 1300))
    print_table(page, 100, 150, 30, [*["99"] * 9, "1699"], rules="none")
    working, truth = page.page(missed=0.01)
    layout = segment(working)
    assert sum(r.kind == "column" for r in layout.regions) == 10
    assert share_in_right_cell(layout, working.digits, truth) >= 0.98


@pytest.mark.parametrize("rules", ["none", "full"])
def test_differences_between_the_lines_make_no_rows_and_keep_their_digits_together(rules: str) -> None:
    page, rows, pitch = Printed(np.random.default_rng(0), (1300, 1000)), 30, 30.0
    right, _ = print_table(page, 120, 150, rows, ["99", "9999999"], pitch=pitch, rules=rules)
    print_table(page, right + 60, 150, rows, ["99999"], pitch=pitch, rules=rules)
    for row in range(rows - 1):
        page.number(str(300 - row), right + 50, 150 + pitch * (row + 1.5), (0, row, 2))
    working, _ = page.page()
    layout = segment(working)
    texts = read(working, layout).regions["text"]
    column = {
        r.row: text for r, text in zip(layout.regions, texts, strict=True) if r.kind == "cell" and r.col == 2
    }
    assert [column[row] for row in range(rows)] == [*(str(300 - row) for row in range(rows - 1)), ""]


def test_two_tables_one_above_the_other() -> None:
    page = Printed(np.random.default_rng(8), (1600, 1100))
    _, bottom = print_table(page, 100, 150, 18, DEGREES, table=0)
    for k in range(3):
        page.word(20, 150, bottom + 50 + 34 * k)
    print_table(page, 100, bottom + 150, 18, RAGGED, table=1)
    working, truth = page.page()
    layout = segment(working)
    assert {r.table_id for r in layout.regions} == {None, 0, 1}
    assert min(share_in_right_cell(layout, working.digits, truth, k) for k in (0, 1)) >= 0.98


def test_heading_row_above_a_rule_is_the_header() -> None:
    page = Printed(np.random.default_rng(9), (1400, 1100))
    for k in range(7):
        page.number(str(k + 1), 172 + 52 * k, 110, (0, -1, k))
    page.rule(120, 80, 500, 80)
    right, _ = print_table(page, 120, 130, 30, DEGREES, rules="columns")
    page.rule(120, 132, right, 132)
    working, truth = page.page()
    layout = segment(working)
    centres = working.digits.centres.astype(int)
    kinds = np.array([layout.regions[k].kind for k in layout.labels[centres[:, 1], centres[:, 0]]])
    assert set(kinds[truth[:, 1] == -1]) == {"header"}
    assert set(kinds[truth[:, 1] >= 0]) == {"cell"}


def prose(rng: np.random.Generator, false: float) -> Printed:
    page = Printed(rng, (1600, 1100))
    for line in range(150, 1450, 36):
        x = 120.0
        while x < 900:
            if rng.random() < 0.06:
                x = x + 80
                page.number(str(rng.integers(1, 2000)), x - 12, line, (-1, -1, -1))
            x = page.word(int(rng.integers(2, 9)), x, line) + 12
    for k in rng.choice(len(page.marks), int(false * len(page.marks)), replace=False):
        page.digits.append((0, *page.marks[k], (-1, -1, -1)))
    return page


@pytest.mark.parametrize("false", [0.0, 0.1])
@pytest.mark.parametrize("seed", range(4))
def test_prose_is_no_table(seed: int, false: float) -> None:
    page = prose(np.random.default_rng(seed), false)
    page.number("47", 900, 80, (-1, -1, -1))
    working, _ = page.page()
    layout = segment(working)
    assert not layout.is_table
    assert {r.kind for r in layout.regions} == {"outside", "page_number"}


def test_numbers_around_a_circle_are_no_table() -> None:
    page = Printed(np.random.default_rng(2), (1400, 1400))
    for radius in (300, 400, 500):
        for k in range(36):
            x, y = 700 + radius * np.cos(k * np.pi / 18), 700 + radius * np.sin(k * np.pi / 18)
            page.number(str(10 * k), x, y, (-1, -1, -1))
    working, _ = page.page()
    assert not segment(working).is_table


def test_empty_page_has_only_the_outside() -> None:
    page = Printed(np.random.default_rng(0), (300, 200))
    layout = segment(page.page()[0])
    assert [r.kind for r in layout.regions] == ["outside"]
    assert layout.labels.shape == (300, 200)
    assert not layout.labels.any()


def test_labels_agree_with_regions() -> None:
    page = Printed(np.random.default_rng(3), (1400, 1100), tilt=0.004, bow=8)
    page.number("123", 1000, 60, (-1, -1, -1))
    print_table(page, 120, 150, 30, DEGREES, rules="full")
    layout = segment(page.page()[0])
    assert [r.region_id for r in layout.regions] == list(range(len(layout.regions)))
    order = ["outside", "page_number", "header", "row", "column", "cell", "margin"]
    ranks = [order.index(r.kind) for r in layout.regions]
    assert ranks == sorted(ranks)
    for region in layout.regions:
        if region.kind == "cell":
            y, x = np.nonzero(layout.labels == region.region_id)
            assert len(x)
            x0, y0, x1, y1 = region.box
            assert x.min() >= x0 - 3 and x.max() <= x1 + 3 and y.min() >= y0 - 3 and y.max() <= y1 + 3
        if region.kind in ("row", "column"):
            assert not (layout.labels == region.region_id).any()
