"""Tables with cells as high as several rows, whose rules are known."""

from __future__ import annotations

import numpy as np
import pytest

from tablekin.read import read
from tablekin.segment.spans import Span, find_spans
from tablekin.segment.stage import segment
from tests.support.printed_table import Printed, print_table

ROWS, PITCH = 30, 30.0
CENTRES = 100 + PITCH * np.arange(ROWS)
COLUMNS = np.array([0.0, 100.0, 200.0])


def rules_below(every: int, low: float, high: float) -> np.ndarray:
    """Draw a rule below every so many rows, from u ``low`` to ``high``."""
    across = np.arange(low, high)
    return np.concatenate(
        [
            np.column_stack([across, np.full(len(across), CENTRES[row] - PITCH / 2)])
            for row in range(every, ROWS, every)
        ]
    )


def full_column() -> tuple[np.ndarray, np.ndarray]:
    return CENTRES, np.zeros(ROWS, int)


@pytest.mark.parametrize("every", [2, 3, 4])
def test_a_number_in_the_middle_of_a_ruled_cell_is_of_all_its_rows(every: int) -> None:
    middles = np.array([CENTRES[row : row + every].mean() for row in range(0, ROWS, every)])
    line, column = (
        np.concatenate(parts)
        for parts in zip(full_column(), (middles, np.ones(len(middles), int)), strict=True)
    )
    found = find_spans(line, column, CENTRES, COLUMNS, rules_below(every, 100, 200))
    firsts = range(0, ROWS, every)
    assert found == [
        Span(1, row, min(row + every, ROWS)) for row in firsts if min(row + every, ROWS) - row > 1
    ]


def test_rules_below_every_third_row_of_a_table_make_no_high_cells() -> None:
    line, column = full_column()
    line, column = np.concatenate([line, line]), np.concatenate([column, column + 1])
    assert find_spans(line, column, CENTRES, COLUMNS, rules_below(3, 0, 200)) == []


def test_a_number_here_and_there_between_rules_stays_in_its_row() -> None:
    rows = np.random.default_rng(0).choice(ROWS, 10, replace=False)
    rows = rows[np.unique(rows // 3, return_index=True)[1]]
    line = np.concatenate([CENTRES, CENTRES[rows]])
    column = np.concatenate([np.zeros(ROWS, int), np.ones(len(rows), int)])
    assert find_spans(line, column, CENTRES, COLUMNS, rules_below(3, 0, 200)) == []


def test_without_rules_nothing_is_known_of_high_cells() -> None:
    middles = np.array([CENTRES[row : row + 3].mean() for row in range(0, ROWS, 3)])
    line = np.concatenate([CENTRES, middles])
    column = np.concatenate([np.zeros(ROWS, int), np.ones(len(middles), int)])
    assert find_spans(line, column, CENTRES, COLUMNS, np.zeros((0, 2))) == []


@pytest.mark.parametrize("every", [2, 3])
def test_regions_and_readings_of_high_cells(every: int) -> None:
    page = Printed(np.random.default_rng(every), (1300, 700))
    right, _ = print_table(page, 120, 150, ROWS, ["99", "999"], rules="columns")
    print_table(page, right + 70, 150, ROWS, ["999"], rules="columns")
    page.rule(right, 150, right, 150 + PITCH * ROWS)
    for row in range(0, ROWS, every):
        middle = 150 + PITCH * (row + 1 + (every - 1) / 2)
        page.number(str(10 + row), right + 52, middle, (0, row, 2))
        if row:
            page.rule(right, 150 + PITCH * row + 7, right + 70, 150 + PITCH * row + 7)
    working, truth = page.page()
    layout = segment(working)
    texts = dict(
        zip((r.region_id for r in layout.regions), read(working, layout).regions["text"], strict=True)
    )
    cells = [r for r in layout.regions if r.kind == "cell"]
    high = [r for r in cells if r.col == 2]
    assert [r.row for r in high] == list(range(0, ROWS, every))
    assert [texts[r.region_id] for r in high] == [str(10 + row) for row in range(0, ROWS, every)]
    assert all(r.box[3] - r.box[1] > (every - 0.6) * PITCH for r in high)
    assert len(cells) == ROWS * 3 + len(high)
    assert [r.region_id for r in layout.regions] == list(range(len(layout.regions)))
    x, y = working.digits.centres.astype(int).T
    for place, (_, row, column) in zip(layout.labels[y, x], truth, strict=True):
        assert layout.regions[place].kind == "cell"
        if column == 2:
            assert layout.regions[place].row == row


@pytest.mark.parametrize("ruled", [True, False])
def test_a_last_column_of_cells_four_lines_high_is_of_the_table_where_rules_part_them(ruled: bool) -> None:
    page = Printed(np.random.default_rng(4), (1300, 700))
    right, _ = print_table(page, 120, 150, ROWS, ["99", "999", "99"], rules="columns")
    page.rule(right, 150, right, 150 + PITCH * ROWS)
    for row in range(0, ROWS, 4):
        page.number("28", right + 60, 150 + PITCH * (row + 2.5), (0, row, 3))
        if row and ruled:
            page.rule(right, 150 + PITCH * row + 7, right + 80, 150 + PITCH * row + 7)
    working, truth = page.page()
    layout = segment(working)
    x, y = working.digits.centres[truth[:, 2] == 3].astype(int).T
    found = [layout.regions[place] for place in layout.labels[y, x]]
    rows = truth[truth[:, 2] == 3, 1].tolist()
    if ruled:
        assert [(region.kind, region.col, region.row) for region in found] == [
            ("cell", 3, row) for row in rows
        ]
    else:
        assert all(region.kind != "cell" for region in found)
