"""Segmentation: from the digits and rules of a page to its regions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tablekin.page import Layout, Region, WorkingPage
from tablekin.segment.blocks import find_blocks
from tablekin.segment.observations import PageObservations, observe_page
from tablekin.segment.page_number import find_page_numbers
from tablekin.segment.panels import find_panel_break
from tablekin.segment.table import Table, bounding_box, build_table, split_block

FULL = 0.65  # share of the cells with digits that prose never reaches


@dataclass(frozen=True)
class TableCriteria:
    """What a block of digits needs to count as a table."""

    min_rows: int = 3
    min_columns: int = 2
    min_digits: int = 12
    min_filled: float = 0.25  # share of the cells that hold a digit
    min_entries: int = 8  # entries that line up with their column
    min_aligned: float = 0.5  # share of the entries that line up with their column
    min_open: float = 0.6  # share of the divisions between columns that are ruled or white
    max_embedded: float = 0.5  # share of the digits in the table's area that touch letters
    min_typical_score: float = 0.6  # median score of the digits: letters and ornaments score less
    min_score: float = 0.3  # weaker digits are not used to find the table


def segment(page: WorkingPage, limits: TableCriteria | None = None) -> Layout:
    """Find the tables of a page, their rows, columns and cells, and the page number.

    Parameters
    ----------
    page
        Upright, deskewed page with figures about 20 pixels high.
    limits
        What counts as a table; the defaults where None.

    Returns
    -------
    Layout
        Regions in a fixed order (outside, page numbers, headers, rows, columns, cells, margins) and the
        leaf region of every pixel. Tables are numbered by their place on the page, left column first.
    """
    limits = limits or TableCriteria()
    shape = (page.ink.shape[0], page.ink.shape[1])
    if not len(page.digits):
        return _lay_out([], [], [], shape, 0.0)
    evidence = observe_page(page)
    tables = _in_reading_order(_find_tables(evidence, limits, shape))
    areas = [t.box for t in tables]
    folios = find_page_numbers(
        evidence.numbers, evidence.embedded, areas, evidence.letters, evidence.metrics, shape
    )
    return _lay_out(tables, areas, folios, shape, evidence.metrics.height)


def _find_tables(evidence: PageObservations, limits: TableCriteria, shape: tuple[int, int]) -> list[Table]:
    """Find the blocks of digits that are tables."""
    digits, height = evidence.digits, evidence.metrics.height
    embedded = evidence.embedded[evidence.near.number]
    free = ~embedded & (digits.score >= limits.min_score)
    blocks = [
        b
        for b in _find_blocks(evidence, free, shape)
        # one line of figures is no table, but may be the heading of the one below
        if len(b) >= limits.min_digits and np.ptp(digits.centres[b, 1]) > 2 * height
    ]
    tables, remaining = [], blocks
    while remaining:
        block, *remaining = remaining
        table = build_table(evidence, block, _limits(block, blocks, digits.boxes, shape, height))
        if table is None or not _is_table(table, evidence, limits):
            continue
        border = find_panel_break(table, digits, block)
        if border is None:
            tables.append(table)
            continue
        beyond = table.flattening.points(digits.centres[block])[:, 0] >= border
        pieces = [block[~beyond], block[beyond]]
        blocks = [other for other in blocks if other is not block] + pieces
        remaining = [*pieces, *remaining]
    return tables


def _find_blocks(
    evidence: PageObservations, free: NDArray[np.bool_], shape: tuple[int, int]
) -> list[NDArray[np.intp]]:
    """Find blocks and split those that hold tables side by side, whose parts are grouped afresh."""
    digits, metrics = evidence.digits, evidence.metrics
    whole = find_blocks(digits, evidence.near, free, evidence.ruling, metrics)
    blocks = []
    for block in whole:
        parts = split_block(evidence, block, _limits(block, whole, digits.boxes, shape, metrics.height))
        if len(parts) == 1:
            blocks.append(block)
            continue
        for part in parts:
            own = np.zeros(len(digits), bool)
            own[part] = True
            blocks += find_blocks(digits, evidence.near, own, evidence.ruling, metrics)
    return blocks


def _limits(
    block: NDArray[np.intp],
    blocks: list[NDArray[np.intp]],
    boxes: NDArray[np.floating],
    shape: tuple[int, int],
    height: float,
) -> tuple[float, float, float, float]:
    """Return a box around a block that ends before its neighbours.

    Between blocks side by side the border is half way; the space between one block and the block below
    it belongs to the lower one, as its heading, but for a digit height and a half.
    """
    own = boxes[block]
    x0, y0, x1, y1 = own[:, 0].min(), own[:, 1].min(), own[:, 2].max(), own[:, 3].max()
    left, top, right, bottom = 0.0, 0.0, float(shape[1]), float(shape[0])
    for other in blocks:
        theirs = boxes[other]
        if other is block:
            continue
        a0, b0, a1, b1 = theirs[:, 0].min(), theirs[:, 1].min(), theirs[:, 2].max(), theirs[:, 3].max()
        if b0 < y1 and b1 > y0:
            if a1 <= x0:
                left = max(left, float(a1 + x0) / 2)
            elif a0 >= x1:
                right = min(right, float(a0 + x1) / 2)
        elif a0 < x1 and a1 > x0:
            if b1 <= y0:
                top = max(top, float(min(b1 + 1.5 * height, y0)))
            else:
                bottom = min(bottom, float(y1 + 1.5 * height))
    return left, top, right, bottom


def _is_table(table: Table, evidence: PageObservations, limits: TableCriteria) -> bool:
    rows, columns = table.filled.shape
    used = table.filled.any(0).sum()
    if rows < limits.min_rows or table.digits < limits.min_digits:
        return False
    # one column of numbers makes a table only beside a column of text
    if used < limits.min_columns and not (used == 1 and columns > 1 and rows >= 2 * limits.min_rows):
        return False
    if table.openness < limits.min_open:
        return False
    filled = float(table.filled[:, table.filled.any(0)].mean())
    if filled < limits.min_filled:
        return False
    uv = table.flattening.points(evidence.digits.centres)
    inside = (uv[:, 0] > table.column_edges[0]) & (uv[:, 0] < table.column_edges[-1])
    inside &= (uv[:, 1] > table.row_edges[0]) & (uv[:, 1] < table.row_edges[-1])
    if evidence.embedded[evidence.near.number[inside]].mean() > limits.max_embedded:
        return False
    if np.median(evidence.digits.score[inside]) < limits.min_typical_score:
        return False
    # numbers among words are a table only where rules divide them, they fill it or they line up well
    crowded = float(evidence.crowded[inside].mean()) if table.ruled < 0.5 and filled < FULL else 0.0
    aligned = min(limits.min_aligned + 0.55 * crowded, max(0.75, limits.min_aligned))
    return table.aligned >= max(aligned * table.entries, limits.min_entries)


def _in_reading_order(tables: list[Table]) -> list[Table]:
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


def _lay_out(
    tables: list[Table],
    areas: list[tuple[float, float, float, float]],
    folios: list[tuple[float, float, float, float]],
    shape: tuple[int, int],
    digit_height: float,
) -> Layout:
    """Give the regions their numbers and paint the label of every pixel."""
    height, width = shape
    found = [Region(0, "outside", None, None, None, (0.0, 0.0, float(width), float(height)))]
    found += [Region(0, "page_number", None, None, None, box) for box in folios]
    for kind in ("header", "row", "column", "cell"):
        for table_id, table in enumerate(tables):
            found += _table_regions(kind, table_id, table, shape)
    if areas:
        left, right = min(a[0] for a in areas), max(a[2] for a in areas)
        strips = [(0.0, 0.0, left, float(height)), (right, 0.0, float(width), float(height))]
        found += [Region(0, "margin", None, None, None, s) for s in strips if s[2] - s[0] > digit_height]
    regions = tuple(replace(region, region_id=k) for k, region in enumerate(found))
    labels = np.zeros(shape, np.int32)
    for kind in ("margin", "page_number"):
        for region in regions:
            if region.kind == kind:
                x0, y0, x1, y1 = (max(round(value), 0) for value in region.box)
                labels[y0:y1, x0:x1] = region.region_id
    for table_id, table in enumerate(tables):
        _paint(labels, table, table_id, regions)
    return Layout(bool(tables), regions, labels)


def _table_regions(kind: str, table_id: int, table: Table, shape: tuple[int, int]) -> list[Region]:
    """Make the regions of one kind of one table, ids still to be given."""
    grid = table.vertices()
    grid = np.clip(grid, 0, (shape[1], shape[0]))
    rows, columns = range(grid.shape[0] - 2), range(grid.shape[1] - 1)

    def region(row: int | None, col: int | None, corners: NDArray[np.float64]) -> Region:
        return Region(0, kind, table_id, row, col, bounding_box(corners))

    if kind == "header":
        return [region(None, None, grid[:2])] if table.header_top < table.row_edges[0] else []
    if kind == "row":
        return [region(r, None, grid[r + 1 : r + 3]) for r in rows]
    if kind == "column":
        return [region(None, c, grid[1:, c : c + 2]) for c in columns]
    return [region(r, c, grid[r + 1 : r + 3, c : c + 2]) for r in rows for c in columns]


def _paint(labels: NDArray[np.int32], table: Table, table_id: int, regions: tuple[Region, ...]) -> None:
    """Write the header and cells of a table into the labels."""
    own = [r for r in regions if r.table_id == table_id]
    first = next(r.region_id for r in own if r.kind == "cell")
    header = [r.region_id for r in own if r.kind == "header"]
    columns = len(table.column_edges) - 1
    x0, y0, x1, y1 = table.box
    height, width = labels.shape
    left, top = max(int(x0) - 1, 0), max(int(y0) - 1, 0)
    right, bottom = min(int(x1) + 2, width), min(int(y1) + 2, height)
    u, v = table.flattening.pixels(left, top, right, bottom)
    column = _lookup(u, table.column_edges)
    row = _lookup(v, np.concatenate([[table.header_top], table.row_edges]))
    cell = first + (row - 1) * columns + column
    if header:
        cell[row == 0] = header[0]
    inside = (column >= 0) & (column < columns) & (row >= (0 if header else 1)) & (row < len(table.row_edges))
    view = labels[top:bottom, left:right]
    view[inside] = cell[inside]


def _lookup(values: NDArray[np.float32], edges: NDArray[np.floating]) -> NDArray[np.int32]:
    """Return the interval of ``edges`` of each value: -1 below, ``len(edges) - 1`` above; to half a pixel."""
    start = float(edges[0]) - 2
    size = int(2 * (edges[-1] - start)) + 6
    table = (np.searchsorted(edges, start + np.arange(size) / 2, side="right") - 1).astype(np.int32)
    index = (values - np.float32(start)) * np.float32(2)
    return table[np.clip(index, 0, size - 1).astype(np.int32)]
