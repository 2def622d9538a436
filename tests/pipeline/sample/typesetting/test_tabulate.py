from dataclasses import replace

import numpy as np
import pytest

from tablekin.sample.typesetting.sheet import SetPage, Sheet
from tablekin.sample.typesetting.style import Style
from tablekin.sample.typesetting.tabulate import TableBlock, measure_table
from tablekin.sample.works.content import Column, TableContent
from tests.support.printing import PLAIN, plain_compositor

COLUMNS = (Column("degree", "G.", argument=True), Column("d", "Gr.", "Sun"), Column("m", "Mi.", "Sun"))
CELLS = tuple((str(row), str(100 + 7 * row), str(row % 60)) for row in range(1, 11))


def measured(style: Style, columns=COLUMNS, cells=CELLS) -> TableBlock:
    compositor = plain_compositor(style)
    content = TableContent("", columns, tuple(map(str, range(len(cells)))), cells)
    return measure_table(0, content, style, compositor, compositor, compositor)


def printed(block: TableBlock) -> SetPage:
    sheet = Sheet(int(block.width) + 80, int(block.height) + 80, np.random.default_rng(0))
    block.draw(sheet, 40, 40)
    return sheet.finish(22.0)


def test_cells_tile_the_body_of_the_table_in_rows_and_columns() -> None:
    block = measured(PLAIN)
    cells = printed(block).cells
    body = cells[cells["kind"] == "cell"].set_index(["row", "col"])
    for row in range(len(CELLS)):
        for col in range(len(COLUMNS)):
            cell = body.loc[row, col]
            assert cell["text"] == CELLS[row][col]
            if col:
                assert cell["x0"] == pytest.approx(body.loc[row, col - 1]["x1"])
            if row:
                assert cell["y0"] == pytest.approx(body.loc[row - 1, col]["y1"])
    assert body["x1"].max() == pytest.approx(40 + block.width)
    assert body["y1"].max() == pytest.approx(40 + block.height)


def test_a_style_without_rules_prints_none_and_a_full_one_rules_every_row() -> None:
    bare = printed(measured(replace(PLAIN, rules="none"))).ink
    full = printed(measured(replace(PLAIN, rules="full"))).ink
    columns = full.shape[1]
    ruled = [(ink[:, 42 : columns - 42] > 0.4).mean(1) > 0.8 for ink in (bare, full)]
    assert not ruled[0].any()
    runs = np.flatnonzero(np.diff(ruled[1].astype(int)) == 1)
    assert len(runs) >= len(CELLS)


def test_groups_of_rows_are_set_apart_by_space() -> None:
    block = measured(replace(PLAIN, group_every=5))
    heights = np.diff(block.tops[:-1])
    assert heights[4] == pytest.approx(1.55 * block.pitch())
    assert np.delete(heights, 4) == pytest.approx(block.pitch())


def test_a_heading_over_a_group_spans_its_columns() -> None:
    block = measured(PLAIN)
    assert [(first, after) for first, after, _ in block.groups] == [(1, 3)]
    assert block.group_height > 0
    assert measured(PLAIN, columns=COLUMNS[:1], cells=tuple(row[:1] for row in CELLS)).group_height == 0


def test_parts_of_a_pair_stand_at_the_sides_of_their_cell() -> None:
    columns, cells = (Column("pair", ""),), (("5 · 12",), ("100 · 7",))
    together, apart = (
        measured(replace(PLAIN, spread_pairs=spread), columns, cells) for spread in (False, True)
    )
    widest = max(row[0].width for row in together.cells)
    assert [row[0].width for row in apart.cells] == pytest.approx([widest, widest])
    shift = apart.cells[0][0].placed[-1].x - together.cells[0][0].placed[-1].x
    assert shift == pytest.approx(widest - together.cells[0][0].width, abs=6)
