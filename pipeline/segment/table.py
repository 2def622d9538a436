"""Table: rows, columns and bounds of one block of digits, in flattened coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.page import Detections
from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.body import body_rows
from tablekin.segment.bounds import vertical_bounds
from tablekin.segment.columns import column_edges
from tablekin.segment.context import find_context
from tablekin.segment.dewarping import Dewarping, fit_dewarping, refine_columns
from tablekin.segment.observations import PageObservations
from tablekin.segment.rows import dewarp_rows, nearest, row_edges
from tablekin.segment.separators import find_separator
from tablekin.segment.spans import Span, find_spans
from tablekin.threshold import threshold

_HEADINGS = "headings with rows of numbers"
_DIFFERENCES = "made tables with a column of differences"
_LEANING = "tables whose columns lean"
_ROUNDS = 2  # of finding columns and straightening them: both have settled by then


@dataclass(frozen=True)
class GridCriteria:
    """What lines up in a table, and what belongs to its heading."""

    heading_rows: float = threshold(
        6.0, "digit heights", "above the first row in which digits are the heading's", chosen=_HEADINGS
    )
    lined_up: float = threshold(
        0.4, "digit widths", "from an entry's end to where its column lines up", chosen=_LEANING
    )
    min_entries: int = threshold(3, "entries", "in a column that lines up", chosen=_LEANING)
    between: float = threshold(
        0.3, "pitches", "from any row at least, of numbers that stand between the rows", chosen=_DIFFERENCES
    )
    between_share: float = threshold(
        0.8, "length of the mean", "of the phases of a column that stands between rows", chosen=_DIFFERENCES
    )
    min_between: int = threshold(8, "digits", "in such a column", chosen=_DIFFERENCES)
    reach: float = threshold(4.0, "digit heights", "over which columns are averaged", chosen=_LEANING)


CRITERIA = GridCriteria()


@dataclass(frozen=True)
class Table:
    """A table's grid on its flattened page.

    ``row_edges`` and ``column_edges`` are the v and u of the lines between rows and columns, both ends
    included; the header lies between ``header_top`` and the first row edge.
    """

    dewarping: Dewarping
    row_edges: NDArray[np.float64]  # (rows + 1,)
    column_edges: NDArray[np.float64]  # (columns + 1,)
    column_shifts: NDArray[np.float64]  # (columns,): how far below those of the others its cells begin
    spans: tuple[Span, ...]  # cells as high as several rows
    header_top: float
    filled: NDArray[np.bool_]  # (rows, columns): cells with a digit
    digits: int
    entries: int
    aligned: int  # entries that line up with their column
    openness: float  # share of the divisions between columns that are ruled or white
    ruled: float  # share of the divisions that are ruled

    def vertices(self) -> NDArray[np.float64]:
        """Return x, y of the corners of the cells, header first: ``(rows + 2, columns + 1, 2)``."""
        v = np.concatenate([[self.header_top], self.row_edges])
        grid = np.stack(np.meshgrid(self.column_edges, v), axis=-1)
        return self.dewarping.inverse(grid.reshape(-1, 2)).reshape(grid.shape)

    def cell_corners(self) -> NDArray[np.float64]:
        """Return x, y of the corners of every cell, ``(rows, columns, 4, 2)``; those of a span of each of its rows."""
        u0, u1 = (
            np.broadcast_to(u, self.filled.shape) for u in (self.column_edges[:-1], self.column_edges[1:])
        )
        v0, v1 = (v[:, None] + self.column_shifts for v in (self.row_edges[:-1], self.row_edges[1:]))
        corners = np.stack([np.stack(pair, -1) for pair in ((u0, v0), (u1, v0), (u1, v1), (u0, v1))], axis=2)
        return self.dewarping.inverse(corners.reshape(-1, 2)).reshape(corners.shape)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Box around the table and its header, in the working frame."""
        return bounding_box(self.vertices())


def bounding_box(points: NDArray[np.floating]) -> tuple[float, float, float, float]:
    """Return the box around points ``(..., 2)``."""
    (x0, y0), (x1, y1) = points.reshape(-1, 2).min(0), points.reshape(-1, 2).max(0)
    return float(x0), float(y0), float(x1), float(y1)


def build_table(
    observations: PageObservations, block: NDArray[np.intp], limits: tuple[float, float, float, float]
) -> Table | None:
    """Find the grid of one block of digits.

    Parameters
    ----------
    observations
        The whole page.
    block
        Indices of the block's digits.
    limits
        Box in which nothing belongs to another block: headings and text columns stay inside it.

    Returns
    -------
    Table or None
        None where fewer than two rows of digits remain.
    """
    digits, metrics, letters = observations.digits, observations.metrics, observations.letters
    ruling, numbers = observations.ruling, observations.near.number
    own = digits.take(block)
    pairs = pairs_within(observations, block)
    dewarping, rows = dewarp_rows(own, *pairs, letters.shape, metrics, observations.stretches)
    if len(rows.centres) < 2:
        return None
    context = find_context(dewarping, own, ruling, letters, metrics, limits)
    u = dewarping.points(own.centres)[:, 0]
    number = numbers[block]
    crowded, embedded = observations.crowded[block], observations.embedded[number]
    first, last = body_rows(rows, number, crowded, embedded, u, own.score, context, metrics)
    if last - first < 2:
        return None
    kept = np.flatnonzero((rows.member >= first) & (rows.member < last))
    own, number = digits.take(block[kept]), numbers[block[kept]]
    member, centres = rows.member[kept] - first, rows.centres[first:last]
    for _ in range(_ROUNDS):
        u = dewarping.points(own.centres)[:, 0]
        edges = row_edges(centres, context.horizontal, (float(u.min()), float(u.max())), metrics)
        columns = column_edges(
            own, number, u, member, edges, context, ruling.text, observations.units, metrics
        )
        column = _column_of(u, columns.edges)
        residual, aligned, entries = column_alignment(own, member, u, column, metrics)
        usable = np.isfinite(residual)
        reach = CRITERIA.reach * metrics.height
        dewarping = refine_columns(dewarping, own.centres[usable], residual[usable], reach)
        context = find_context(dewarping, own, ruling, letters, metrics, limits)
    u = dewarping.points(own.centres)[:, 0]
    columns = column_edges(own, number, u, member, edges, context, ruling.text, observations.units, metrics)
    near = (rows.centres[:first] > centres[0] - CRITERIA.heading_rows * metrics.height).nonzero()[0]
    heading = float(rows.centres[near[0]]) if len(near) else np.inf
    top, low, high = vertical_bounds(edges, columns.edges, centres, context, heading, metrics)
    edges[0], edges[-1] = low, high
    filled = np.zeros((len(edges) - 1, len(columns.edges) - 1), bool)
    column = _column_of(u, columns.edges)
    line = dewarping.points(own.centres)[:, 1] - dewarping.offset[own.digit]
    shifts = between_lines(line, member, column, centres, filled.shape[1])
    spans = find_spans(line, column, centres, columns.edges, context.horizontal)
    shifts[[span.column for span in spans]] = 0.0
    member = nearest(line - shifts[column], centres)
    filled[member, column] = True
    return Table(
        dewarping=dewarping,
        row_edges=edges,
        column_edges=columns.edges,
        column_shifts=shifts,
        spans=tuple(spans),
        header_top=top,
        filled=filled,
        digits=len(kept),
        entries=entries,
        aligned=aligned,
        openness=columns.openness,
        ruled=columns.ruled,
    )


def between_lines(
    line: NDArray[np.floating],
    member: NDArray[np.intp],
    column: NDArray[np.intp],
    centres: NDArray[np.floating],
    columns: int,
) -> NDArray[np.float64]:
    """Find columns whose numbers stand between the rows, as differences do.

    Parameters
    ----------
    line
        v of the line that each digit stands on ``(n,)``.
    member, column
        Its row and column ``(n,)``.
    centres
        v of the rows.
    columns
        How many there are.

    Returns
    -------
    array
        How far below its row each column stands ``(columns,)``; 0 where it stands in the rows.
    """
    pitch = float(np.median(np.diff(centres)))
    phase = np.exp(2j * np.pi * (line - centres[member]) / pitch)
    shifts = np.zeros(columns)
    for k in range(columns):
        mean = phase[column == k].mean() if (column == k).sum() >= CRITERIA.min_between else 0.0
        below = float(np.angle(mean)) / (2 * np.pi) % 1
        if abs(mean) >= CRITERIA.between_share and CRITERIA.between <= below <= 1 - CRITERIA.between:
            shifts[k] = below * pitch
    return shifts


def _column_of(u: NDArray[np.floating], columns: NDArray[np.floating]) -> NDArray[np.intp]:
    return np.clip(np.searchsorted(columns, u) - 1, 0, len(columns) - 2)


def pairs_within(
    observations: PageObservations, block: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs of neighbours inside a block, to the right and below, as indices into the block."""
    place = np.full(len(observations.digits), -1, np.intp)
    place[block] = np.arange(len(block))
    right, lower = (place[pairs] for pairs in (observations.near.right, observations.near.lower))
    return right[(right >= 0).all(1)], lower[(lower >= 0).all(1)]


def split_block(
    observations: PageObservations, block: NDArray[np.intp], limits: tuple[float, float, float, float]
) -> list[NDArray[np.intp]]:
    """Split a block at the white space between tables that stand side by side."""
    own, metrics = observations.digits.take(block), observations.metrics
    right, lower = pairs_within(observations, block)
    if not len(right) or not len(lower):
        return [block]
    dewarping = fit_dewarping(own, right, lower, observations.letters.shape, observations.stretches)
    context = find_context(dewarping, own, observations.ruling, observations.letters, metrics, limits)
    uv = dewarping.points(own.centres)
    half = (own.boxes[:, 2] - own.boxes[:, 0]) / 2
    v = uv[:, 1] - dewarping.offset[own.digit]
    separator = find_separator(uv[:, 0] - half, uv[:, 0] + half, v, context, metrics)
    if separator is None:
        return [block]
    parts = (block[uv[:, 0] < separator], block[uv[:, 0] >= separator])
    return [piece for part in parts for piece in split_block(observations, part, limits)]


def column_alignment(
    own: Detections,
    row: NDArray[np.intp],
    u: NDArray[np.floating],
    column: NDArray[np.intp],
    metrics: DigitMetrics,
) -> tuple[NDArray[np.float64], int, int]:
    """Measure how far the entries of each column stand from where the column lines up.

    A column lines up at the left, the middle or the right of its entries, whichever most agree on; it
    needs three entries. An entry is what stands in one cell.

    Returns
    -------
    residual
        ``(n,)``: distance of each digit's entry from its column, nan where it does not line up.
    aligned, entries
        How many entries line up, of how many.
    """
    half = (own.boxes[:, 2] - own.boxes[:, 0]) / 2
    _, first, name = np.unique(row * (column.max() + 1) + column, return_index=True, return_inverse=True)
    low, high = np.full(len(first), np.inf), np.full(len(first), -np.inf)
    np.minimum.at(low, name, u - half)
    np.maximum.at(high, name, u + half)
    ends = np.column_stack([low, (low + high) / 2, high])
    place = column[first]
    residual = np.full(len(first), np.nan)
    for k in np.unique(place):
        mine = np.flatnonzero(place == k)
        if len(mine) < CRITERIA.min_entries:
            continue
        off = ends[mine] - np.median(ends[mine], axis=0)
        near = np.abs(off) < CRITERIA.lined_up * metrics.width
        best = int(near.sum(0).argmax())
        residual[mine[near[:, best]]] = off[near[:, best], best]
    return residual[name], int(np.isfinite(residual).sum()), len(first)
