from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tablekin.page import RegionKind
from tablekin.segment.dewarping import STEP, Dewarping
from tablekin.segment.layout import in_reading_order, lay_out
from tablekin.segment.table import Table

SHAPE = (600, 800)


def table(
    left: float, top: float, rows: int = 3, columns: int = 2, header: float = 0.0, bend: float = 0.0
) -> Table:
    """Make a table of cells 50 by 30 pixels."""
    y, x = np.mgrid[0 : SHAPE[0] + STEP : STEP, 0 : SHAPE[1] + STEP : STEP].astype(np.float32)
    return Table(
        dewarping=Dewarping(x + bend * np.sin(y / 150), y + bend * np.cos(x / 200), np.zeros(10)),
        row_edges=top + 30.0 * np.arange(rows + 1),
        column_edges=left + 50.0 * np.arange(columns + 1),
        column_shifts=np.zeros(columns),
        spans=(),
        header_top=top - header,
        filled=np.ones((rows, columns), bool),
        digits=rows * columns,
        entries=rows * columns,
        aligned=rows * columns,
        openness=1.0,
        ruled=0.0,
    )


def test_regions_are_numbered_by_kind_and_table() -> None:
    layout = lay_out([table(100, 200, header=40), table(400, 200)], [(700, 20, 730, 40)], SHAPE, 20.0)
    assert [r.region_id for r in layout.regions] == list(range(len(layout.regions)))
    kinds = [(r.kind, r.table_id) for r in layout.regions]
    order = list(RegionKind)
    assert kinds == sorted(kinds, key=lambda pair: (order.index(pair[0]), pair[1] or 0))
    count = {kind: sum(r.kind == kind for r in layout.regions) for kind in RegionKind}
    assert count == {
        "outside": 1,
        "page_number": 1,
        "header": 1,
        "row": 6,
        "column": 4,
        "cell": 12,
        "margin": 2,
    }


@pytest.mark.parametrize("bend", [0.0, 10.0])
def test_every_pixel_has_the_cell_its_table_coordinates_lie_in(bend: float) -> None:
    one = table(100, 200, rows=4, columns=3, header=40, bend=bend)
    layout = lay_out([one], [], SHAPE, 20.0)
    rng = np.random.default_rng(0)
    xy = np.column_stack([rng.integers(0, SHAPE[1], 3000), rng.integers(0, SHAPE[0], 3000)])
    uv = one.dewarping.points(xy.astype(float))
    for (x, y), (u, v) in zip(xy, uv, strict=True):
        near_edge = min(np.abs(one.column_edges - u).min(), np.abs(one.row_edges - v).min(), abs(160 - v)) < 1
        if near_edge:
            continue
        region = layout.regions[layout.labels[y, x]]
        column, row = int((u - 100) // 50), int((v - 200) // 30)
        if 0 <= column < 3 and 0 <= row < 4:
            assert (region.kind, region.row, region.col) == ("cell", row, column)
        elif 0 <= column < 3 and 160 < v < 200:
            assert region.kind == "header"
        else:
            assert region.kind in ("outside", "margin")


def test_margins_are_beside_the_tables_and_page_numbers_lie_on_top() -> None:
    layout = lay_out([table(100, 200)], [(20, 20, 60, 40)], SHAPE, 20.0)
    assert layout.regions[layout.labels[30, 40]].kind == "page_number"
    assert layout.regions[layout.labels[300, 40]].kind == "margin"
    assert layout.regions[layout.labels[300, 700]].kind == "margin"
    assert layout.labels[500, 150] == 0
    narrow = lay_out([table(10, 200)], [], SHAPE, 20.0)
    assert sum(r.kind == "margin" for r in narrow.regions) == 1


def test_tables_are_read_column_by_column() -> None:
    places = {"a": (100, 50), "b": (110, 350), "c": (400, 40), "d": (420, 300)}
    tables = {name: table(*place) for name, place in places.items()}
    found = in_reading_order([tables[name] for name in "dbca"])
    assert [next(n for n, t in tables.items() if t is each) for each in found] == list("abcd")
    wide = replace(tables["a"], column_edges=np.array([100.0, 700]))
    assert in_reading_order([tables["d"], wide])[0] is wide


def test_a_page_without_tables_is_all_outside() -> None:
    layout = lay_out([], [], SHAPE, 20.0)
    assert not layout.is_table
    assert [r.kind for r in layout.regions] == ["outside"]


def test_cells_of_a_column_between_the_rows_lie_lower() -> None:
    one = replace(table(100, 200, rows=4, columns=3), column_shifts=np.array([0.0, 15.0, 0.0]))
    layout = lay_out([one], [], SHAPE, 20.0)
    boxes = {(r.row, r.col): r.box for r in layout.regions if r.kind == RegionKind.CELL}
    assert boxes[1, 0] == pytest.approx((100, 230, 150, 260))
    assert boxes[1, 1] == pytest.approx((150, 245, 200, 275))
    number = {(r.row, r.col): r.region_id for r in layout.regions if r.kind == RegionKind.CELL}
    assert [layout.labels[235, x] for x in (120, 170, 220)] == [number[1, 0], number[0, 1], number[1, 2]]
