"""Segmentation: from the digits and rules of a page to its regions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.page import Layout, WorkingPage
from tablekin.segment.blocks import find_blocks
from tablekin.segment.layout import in_reading_order, lay_out
from tablekin.segment.observations import PageObservations, observe_page
from tablekin.segment.page_number import find_page_numbers
from tablekin.segment.panels import find_panel_break
from tablekin.segment.table import Table, build_table, split_block
from tablekin.threshold import threshold

_BROKEN = "broken rules"
_CROSSED = "rules that digits cross"
_ORNAMENTS = "ornaments and woodcuts"
_REAL = "the real scans"


@dataclass(frozen=True)
class TableCriteria:
    """What a block of digits needs to count as a table."""

    min_rows: int = threshold(3, "rows", "in a table at least")
    min_columns: int = threshold(2, "columns", "with digits at least, or one beside a column of text")
    min_digits: int = threshold(12, "digits", "in a table at least")
    min_filled: float = threshold(0.25, "of the cells", "that hold a digit at least")
    min_entries: int = threshold(8, "entries", "that line up with their column at least")
    min_aligned: float = threshold(0.5, "of the entries", "that line up with their column", chosen=_BROKEN)
    min_open: float = threshold(0.6, "of the divisions", "that are ruled or white at least", chosen=_CROSSED)
    max_embedded: float = threshold(0.5, "of the digits", "that touch letters at most")
    min_typical_score: float = threshold(
        0.6,
        "median score",
        "of the digits at least: letters and ornaments score less",
        chosen="a blurred page of the archive of seed 70707, and woodcuts",
    )
    min_score: float = threshold(0.3, "score", "weaker digits are not used to find the table")
    heading_gap: float = threshold(
        1.5,
        "digit heights",
        "below a table that are not the next one's heading",
        chosen="pages that face one another",
    )
    single_column: float = threshold(2.0, "times min_rows", "rows of a table of one column of numbers")
    # numbers among words are a table only where rules divide them, they fill it or they line up well
    ruled: float = threshold(
        0.5, "of the divisions", "ruled in a table whatever words are near", chosen=_ORNAMENTS
    )
    full: float = threshold(0.65, "of the cells", "with digits, which prose never reaches", chosen=_ORNAMENTS)
    aligned_by_crowd: float = threshold(
        0.55, "of the digits", "near words, added to min_aligned", chosen=_REAL
    )
    max_aligned: float = threshold(0.75, "of the entries", "that need to line up in any case", chosen=_REAL)


CRITERIA = TableCriteria()


def segment(page: WorkingPage, criteria: TableCriteria | None = None) -> Layout:
    """Find the tables of a page, their rows, columns and cells, and the page number.

    Parameters
    ----------
    page
        Upright, deskewed page with digits about 20 pixels high.
    criteria
        What counts as a table; the defaults where None.

    Returns
    -------
    Layout
        Regions in a fixed order (outside, page numbers, headers, rows, columns, cells, margins) and the
        leaf region of every pixel. Tables are numbered by their place on the page, left column first.
    """
    return segment_observed(observe_page(page), criteria)


def segment_observed(observations: PageObservations, criteria: TableCriteria | None = None) -> Layout:
    """Find what `segment` finds, from what was observed on a page."""
    shape = (observations.letters.shape[0], observations.letters.shape[1])
    if not len(observations.digits):
        return lay_out([], [], shape, 0.0)
    tables = in_reading_order(_find_tables(observations, criteria or CRITERIA, shape))
    page_numbers = find_page_numbers(
        observations.numbers,
        observations.embedded,
        [table.box for table in tables],
        observations.letters,
        observations.metrics,
        shape,
    )
    return lay_out(tables, page_numbers, shape, observations.metrics.height)


def _find_tables(
    observations: PageObservations, criteria: TableCriteria, shape: tuple[int, int]
) -> list[Table]:
    """Find the blocks of digits that are tables."""
    digits, height = observations.digits, observations.metrics.height
    embedded = observations.embedded[observations.near.number]
    free = ~embedded & (digits.score >= criteria.min_score)
    blocks = [
        b
        for b in _find_blocks(observations, free, shape)
        # one line of digits is no table, but may be the heading of the one below
        if len(b) >= criteria.min_digits and np.ptp(digits.centres[b, 1]) > 2 * height
    ]
    tables, remaining = [], blocks
    while remaining:
        block, *remaining = remaining
        table = build_table(observations, block, _limits(block, blocks, digits.boxes, shape, height))
        if table is None or not _is_table(table, observations, criteria):
            continue
        border = find_panel_break(table, digits, block)
        if border is None:
            tables.append(table)
            continue
        beyond = table.dewarping.points(digits.centres[block])[:, 0] >= border
        pieces = [block[~beyond], block[beyond]]
        blocks = [other for other in blocks if other is not block] + pieces
        remaining = [*pieces, *remaining]
    return tables


def _find_blocks(
    observations: PageObservations, free: NDArray[np.bool_], shape: tuple[int, int]
) -> list[NDArray[np.intp]]:
    """Find blocks and split those that hold tables side by side, whose parts are grouped afresh."""
    digits, metrics = observations.digits, observations.metrics
    whole = find_blocks(digits, observations.near, free, observations.ruling, metrics)
    blocks = []
    for block in whole:
        parts = split_block(observations, block, _limits(block, whole, digits.boxes, shape, metrics.height))
        if len(parts) == 1:
            blocks.append(block)
            continue
        for part in parts:
            own = np.zeros(len(digits), bool)
            own[part] = True
            blocks += find_blocks(digits, observations.near, own, observations.ruling, metrics)
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
                top = max(top, float(min(b1 + CRITERIA.heading_gap * height, y0)))
            else:
                bottom = min(bottom, float(y1 + CRITERIA.heading_gap * height))
    return left, top, right, bottom


def _is_table(table: Table, observations: PageObservations, criteria: TableCriteria) -> bool:
    rows, columns = table.filled.shape
    used = table.filled.any(0).sum()
    if rows < criteria.min_rows or table.digits < criteria.min_digits:
        return False
    # one column of numbers makes a table only beside a column of text
    single = used == 1 and columns > 1 and rows >= criteria.single_column * criteria.min_rows
    if used < criteria.min_columns and not single:
        return False
    if table.openness < criteria.min_open:
        return False
    filled = float(table.filled[:, table.filled.any(0)].mean())
    if filled < criteria.min_filled:
        return False
    uv = table.dewarping.points(observations.digits.centres)
    inside = (uv[:, 0] > table.column_edges[0]) & (uv[:, 0] < table.column_edges[-1])
    inside &= (uv[:, 1] > table.row_edges[0]) & (uv[:, 1] < table.row_edges[-1])
    if observations.embedded[observations.near.number[inside]].mean() > criteria.max_embedded:
        return False
    if np.median(observations.digits.score[inside]) < criteria.min_typical_score:
        return False
    among_words = table.ruled < criteria.ruled and filled < criteria.full
    crowded = float(observations.crowded[inside].mean()) if among_words else 0.0
    enough = criteria.min_aligned + criteria.aligned_by_crowd * crowded
    enough = min(enough, max(criteria.max_aligned, criteria.min_aligned))
    return table.aligned >= max(enough * table.entries, criteria.min_entries)
