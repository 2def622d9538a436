"""Table: rows, columns and extent of one block of digits, in flattened coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.extent import row_edges, vertical_ends
from pipeline.flattening import Flattening, follow_columns
from pipeline.neighbours import Metrics, Neighbourhood
from pipeline.page import Detections
from pipeline.rows import body_rows, flatten_rows
from pipeline.ruling import Ruling
from pipeline.strips import column_edges
from pipeline.window import find_window

LINED_UP = 0.4  # farthest end of a number that still lines up with its column, in digit widths


@dataclass(frozen=True)
class Table:
    """A table's grid on its flattened page.

    ``row_edges`` and ``column_edges`` are the v and u of the lines between rows and columns, both ends
    included; the header lies between ``header_top`` and the first row edge.
    """

    flattening: Flattening
    row_edges: NDArray[np.float64]  # (rows + 1,)
    column_edges: NDArray[np.float64]  # (columns + 1,)
    header_top: float
    filled: NDArray[np.bool_]  # (rows, columns): cells with a digit
    digits: int
    entries: int
    aligned: int  # entries that line up with their column

    def vertices(self) -> NDArray[np.float64]:
        """Return x, y of the corners of the cells, header first: ``(rows + 2, columns + 1, 2)``."""
        v = np.concatenate([[self.header_top], self.row_edges])
        grid = np.stack(np.meshgrid(self.column_edges, v), axis=-1)
        return self.flattening.inverse(grid.reshape(-1, 2)).reshape(grid.shape)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Box around the table and its header, in the working frame."""
        return around(self.vertices())


def around(points: NDArray[np.floating]) -> tuple[float, float, float, float]:
    """Return the box around points ``(..., 2)``."""
    (x0, y0), (x1, y1) = points.reshape(-1, 2).min(0), points.reshape(-1, 2).max(0)
    return float(x0), float(y0), float(x1), float(y1)


def take_digits(digits: Detections, index: NDArray[np.intp]) -> Detections:
    """Select detections by index."""
    return Detections(digits.digit[index], digits.score[index], digits.boxes[index])


def build_table(
    digits: Detections,
    block: NDArray[np.intp],
    near: Neighbourhood,
    ruling: Ruling,
    crowded: NDArray[np.bool_],
    letters: NDArray[np.uint8],
    metrics: Metrics,
    limits: tuple[float, float, float, float],
) -> Table | None:
    """Find the grid of one block of digits.

    Parameters
    ----------
    digits, near, ruling, metrics
        The whole page.
    block
        Indices of the block's digits.
    crowded
        Digits of numbers with words close by ``(n,)``.
    letters
        ``(height, width)``, 1 on ink that is neither digit nor rule.
    limits
        Box in which nothing belongs to another block: headings and text columns stay inside it.

    Returns
    -------
    Table or None
        None where fewer than two rows of digits remain.
    """
    own = take_digits(digits, block)
    right, lower = (_within(pairs, block, len(digits)) for pairs in (near.right, near.lower))
    flattening, rows = flatten_rows(own, right, lower, letters.shape, metrics)
    if len(rows.centres) < 2:
        return None
    window = find_window(flattening, own, ruling, letters, metrics, limits)
    u = flattening.points(own.centres)[:, 0]
    first, last = body_rows(rows, near.number[block], crowded[block], u, window)
    if last - first < 2:
        return None
    kept = np.flatnonzero((rows.member >= first) & (rows.member < last))
    own, number = take_digits(own, kept), near.number[block][kept]
    member, centres = rows.member[kept] - first, rows.centres[first:last]
    for _ in range(2):
        u = flattening.points(own.centres)[:, 0]
        edges = row_edges(centres, window.horizontal, (float(u.min()), float(u.max())), metrics)
        columns = column_edges(own, number, u, member, edges, window, letters, metrics)
        column = _column_of(u, columns)
        residual, aligned, entries = line_up(own, member, u, column, metrics)
        usable = np.isfinite(residual)
        flattening = follow_columns(flattening, own.centres[usable], residual[usable], 4 * metrics.height)
        window = find_window(flattening, own, ruling, letters, metrics, limits)
    u = flattening.points(own.centres)[:, 0]
    columns = column_edges(own, number, u, member, edges, window, letters, metrics)
    top, low, high = vertical_ends(edges, columns, centres, window.horizontal, window.letters, metrics)
    edges[0], edges[-1] = low, high
    filled = np.zeros((len(edges) - 1, len(columns) - 1), bool)
    filled[member, _column_of(u, columns)] = True
    return Table(flattening, edges, columns, top, filled, len(kept), entries, aligned)


def _column_of(u: NDArray[np.floating], columns: NDArray[np.floating]) -> NDArray[np.intp]:
    return np.clip(np.searchsorted(columns, u) - 1, 0, len(columns) - 2)


def _within(pairs: NDArray[np.intp], block: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Keep the pairs inside a block, as indices into the block."""
    place = np.full(count, -1, np.intp)
    place[block] = np.arange(len(block))
    inside = place[pairs]
    return inside[(inside >= 0).all(1)]


def line_up(
    own: Detections,
    row: NDArray[np.intp],
    u: NDArray[np.floating],
    column: NDArray[np.intp],
    metrics: Metrics,
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
        if len(mine) < 3:
            continue
        off = ends[mine] - np.median(ends[mine], axis=0)
        near = np.abs(off) < LINED_UP * metrics.width
        best = int(near.sum(0).argmax())
        residual[mine[near[:, best]]] = off[near[:, best], best]
    return residual[name], int(np.isfinite(residual).sum()), len(first)
