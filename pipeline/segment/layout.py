"""Layout: the regions of a page by number, and the region of every pixel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tablekin.page import Layout, Region, RegionKind
from tablekin.segment.table import Table, bounding_box

Box = tuple[float, float, float, float]
_TABLE_KINDS = (RegionKind.HEADER, RegionKind.ROW, RegionKind.COLUMN, RegionKind.CELL)


def lay_out(
    tables: list[Table], page_numbers: list[Box], shape: tuple[int, int], digit_height: float
) -> Layout:
    """Give the regions of a page their numbers and paint the label of every pixel.

    Parameters
    ----------
    tables
        The tables in reading order.
    page_numbers
        Boxes of the page's number, or of the two of an opening.
    shape
        Height and width of the page.
    digit_height
        In pixels; a narrower margin is none.
    """
    height, width = shape
    found = [_region(RegionKind.OUTSIDE, (0.0, 0.0, float(width), float(height)))]
    found += [_region(RegionKind.PAGE_NUMBER, box) for box in page_numbers]
    for kind in _TABLE_KINDS:
        for table_id, table in enumerate(tables):
            found += _table_regions(kind, table_id, table, shape)
    if tables:
        areas = [table.box for table in tables]
        left, right = min(a[0] for a in areas), max(a[2] for a in areas)
        strips = [(0.0, 0.0, left, float(height)), (right, 0.0, float(width), float(height))]
        found += [_region(RegionKind.MARGIN, s) for s in strips if s[2] - s[0] > digit_height]
    regions = tuple(replace(region, region_id=k) for k, region in enumerate(found))
    labels = np.zeros(shape, np.int32)
    for kind in (RegionKind.MARGIN, RegionKind.PAGE_NUMBER):
        for region in regions:
            if region.kind == kind:
                x0, y0, x1, y1 = (max(round(value), 0) for value in region.box)
                labels[y0:y1, x0:x1] = region.region_id
    for table_id, table in enumerate(tables):
        _paint(labels, table, [region for region in regions if region.table_id == table_id])
    return Layout(bool(tables), regions, labels)


def in_reading_order(tables: list[Table]) -> list[Table]:
    """Sort tables by columns of tables from the left, each from the top."""
    boxes = [t.box for t in tables]
    order = sorted(range(len(tables)), key=lambda k: boxes[k][0])
    stacks: list[list[int]] = []
    for k in order:
        for stack in stacks:
            if boxes[k][0] < min(boxes[i][2] for i in stack):
                stack.append(k)
                break
        else:
            stacks.append([k])
    return [tables[k] for stack in stacks for k in sorted(stack, key=lambda i: boxes[i][1])]


def _region(
    kind: RegionKind, box: Box, table_id: int | None = None, row: int | None = None, col: int | None = None
) -> Region:
    """Make a region whose number is still to be given."""
    return Region(0, kind, table_id, row, col, box)


def _table_regions(kind: RegionKind, table_id: int, table: Table, shape: tuple[int, int]) -> list[Region]:
    """Make the regions of one kind of one table."""
    grid = np.clip(table.vertices(), 0, (shape[1], shape[0]))
    rows, columns = range(grid.shape[0] - 2), range(grid.shape[1] - 1)

    def region(row: int | None, col: int | None, corners: NDArray[np.float64]) -> Region:
        return _region(kind, bounding_box(corners), table_id, row, col)

    if kind == RegionKind.HEADER:
        return [region(None, None, grid[:2])] if table.header_top < table.row_edges[0] else []
    if kind == RegionKind.ROW:
        return [region(r, None, grid[r + 1 : r + 3]) for r in rows]
    if kind == RegionKind.COLUMN:
        return [region(None, c, grid[1:, c : c + 2]) for c in columns]
    corners = np.clip(table.cell_corners(), 0, (shape[1], shape[0]))
    last = np.broadcast_to(np.arange(len(rows))[:, None], corners.shape[:2]).copy()  # row of each cell
    hidden = np.zeros(last.shape, bool)
    for span in table.spans:
        last[span.first, span.column] = span.after - 1
        hidden[span.first + 1 : span.after, span.column] = True
    return [region(r, c, corners[[r, last[r, c]], c]) for r in rows for c in columns if not hidden[r, c]]


def _paint(labels: NDArray[np.int32], table: Table, own: list[Region]) -> None:
    """Write the header and cells of a table into the labels."""
    first = next(r.region_id for r in own if r.kind == RegionKind.CELL)
    header = [r.region_id for r in own if r.kind == RegionKind.HEADER]
    columns = len(table.column_edges) - 1
    x0, y0, x1, y1 = table.box
    height, width = labels.shape
    left, top = max(int(x0) - 1, 0), max(int(y0) - 1, 0)
    right, bottom = min(int(x1) + 2, width), min(int(y1) + 2, height)
    u, v = table.dewarping.pixels(left, top, right, bottom)
    column = _lookup(u, table.column_edges)
    edges = np.concatenate([[table.header_top], table.row_edges])
    if table.column_shifts.any():
        v = v - np.concatenate([table.column_shifts, [0.0, 0.0]]).astype(np.float32)[column]
    row = _lookup(v, edges)
    cell = (row - 1) * columns + column
    cell = first + (_numbers(table)[np.clip(cell, 0, table.filled.size - 1)] if table.spans else cell)
    if header:
        cell[row == 0] = header[0]
    inside = (column >= 0) & (column < columns) & (row >= (0 if header else 1)) & (row < len(table.row_edges))
    view = labels[top:bottom, left:right]
    view[inside] = cell[inside]


def _numbers(table: Table) -> NDArray[np.int32]:
    """Give every place of a grid the number of its cell, where some are as high as several rows; ``(places,)``."""
    own = np.ones(table.filled.shape, bool)
    for span in table.spans:
        own[span.first + 1 : span.after, span.column] = False
    numbers = (np.cumsum(own.ravel()) - 1).reshape(own.shape).astype(np.int32)
    for span in table.spans:
        numbers[span.first : span.after, span.column] = numbers[span.first, span.column]
    return numbers.ravel()


def _lookup(values: NDArray[np.float32], edges: NDArray[np.floating]) -> NDArray[np.int32]:
    """Return the interval of ``edges`` of each value: -1 below, ``len(edges) - 1`` above; to half a pixel."""
    start = float(edges[0]) - 2
    size = int(2 * (edges[-1] - start)) + 6
    table = (np.searchsorted(edges, start + np.arange(size) / 2, side="right") - 1).astype(np.int32)
    index = (values - np.float32(start)) * np.float32(2)
    return table[np.clip(index, 0, size - 1).astype(np.int32)]
