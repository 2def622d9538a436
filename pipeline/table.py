"""Table: rows, columns and extent of one block of digits, in flattened coordinates."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.columns import CROSSED_ROWS, Strips, digit_strips, find_divisions
from pipeline.extent import extend_sideways, row_edges, vertical_ends
from pipeline.flattening import Flattening, fit_flattening, follow_lines
from pipeline.neighbours import Metrics, Neighbourhood
from pipeline.page import Detections
from pipeline.rows import Rows, find_rows
from pipeline.ruling import Ruling, box_sums

SIDE_REACH = 26.0  # how far text columns are followed beyond the digits, in digit heights
HEADER_REACH = 15.0  # how far above the first row a heading is looked for, in digit heights


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
    numbers: int
    aligned: int  # numbers that line up with their column

    def corners(self, u0: float, v0: float, u1: float, v1: float) -> tuple[float, float, float, float]:
        """Return the box in the working frame around a box of the flattened page."""
        middle_u, middle_v = (u0 + u1) / 2, (v0 + v1) / 2
        uv = np.array([(u, v) for u in (u0, middle_u, u1) for v in (v0, middle_v, v1)])
        xy = self.flattening.inverse(uv)
        return (float(xy[:, 0].min()), float(xy[:, 1].min()), float(xy[:, 0].max()), float(xy[:, 1].max()))


@dataclass(frozen=True)
class Window:
    """The rules and letters of a part of the page, each pixel with its place on the flattened page."""

    letters: NDArray[np.floating]  # (m, 2): u, v of every pixel of ink that is no digit and no rule
    vertical: NDArray[np.floating]  # (m, 2): u, v of pixels of vertical rules
    horizontal: NDArray[np.floating]  # (m, 2): u, v of pixels of horizontal rules


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
    flattening, rows = _flatten_rows(own, right, lower, letters.shape, metrics)
    if len(rows.centres) < 2:
        return None
    window = _window(flattening, own, ruling, letters, metrics, limits)
    uv = flattening.points(own.centres)
    number = near.number[block]
    first, last = body_rows(rows, number, crowded[block], uv[:, 0], window)
    if last - first < 2:
        return None
    body = (rows.member >= first) & (rows.member < last)
    centres = rows.centres[first:last]
    member = rows.member[body] - first
    edges = row_edges(
        centres, window.horizontal, (float(uv[body, 0].min()), float(uv[body, 0].max())), metrics
    )
    kept = np.flatnonzero(body)
    number = number[kept]
    columns = _column_edges(
        take_digits(own, kept), number, uv[kept, 0], member, edges, window, letters, metrics
    )
    top, low, high = vertical_ends(edges, columns, centres, window.horizontal, window.letters, metrics)
    edges[0], edges[-1] = low, high
    filled = np.zeros((len(edges) - 1, len(columns) - 1), bool)
    column = np.clip(np.searchsorted(columns, uv[body, 0]) - 1, 0, len(columns) - 2)
    filled[member, column] = True
    aligned = _alignment(take_digits(own, kept), number, uv[kept, 0], column, metrics)
    return Table(flattening, edges, columns, top, filled, len(kept), len(np.unique(number)), aligned)


def _alignment(
    own: Detections,
    number: NDArray[np.intp],
    u: NDArray[np.floating],
    column: NDArray[np.intp],
    metrics: Metrics,
) -> int:
    """Count the numbers that line up at the left, middle or right of their column.

    A column needs three numbers to line up.
    """
    half = (own.boxes[:, 2] - own.boxes[:, 0]) / 2
    first, name = np.unique(number, return_index=True)[1], np.unique(number, return_inverse=True)[1]
    low, high = np.full(len(first), np.inf), np.full(len(first), -np.inf)
    np.minimum.at(low, name, u - half)
    np.maximum.at(high, name, u + half)
    place = column[first]
    good = 0
    for k in np.unique(place):
        ends = np.column_stack([low, (low + high) / 2, high])[place == k]
        near = np.abs(ends - np.median(ends, axis=0)) < 0.4 * metrics.width
        good += int(near.sum(0).max()) if len(ends) > 2 else 0
    return good


def _within(pairs: NDArray[np.intp], block: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Keep the pairs inside a block, as indices into the block."""
    place = np.full(count, -1, np.intp)
    place[block] = np.arange(len(block))
    inside = place[pairs]
    return inside[(inside >= 0).all(1)]


def _flatten_rows(
    own: Detections,
    right: NDArray[np.intp],
    lower: NDArray[np.intp],
    shape: tuple[int, ...],
    metrics: Metrics,
) -> tuple[Flattening, Rows]:
    """Flatten a block and find its rows, following the lines where they bend."""
    heights = own.heights
    usual = np.array(
        [np.median(heights[own.digit == d]) if (own.digit == d).any() else 1.0 for d in range(10)]
    )
    small = heights < 0.72 * usual[own.digit]
    # figures of fractions are small for their kind and stand above and below the line
    weight = own.score * np.where(small, 0.01, 1.0)
    right = right[~small[right].any(1)]
    flattening = fit_flattening(own, right, lower, (shape[0], shape[1]))
    steps = own.centres[lower[:, 1], 1] - own.centres[lower[:, 0], 1]
    for reach in (5.0, 3.0):
        line = flattening.points(own.centres)[:, 1] - flattening.offset[own.digit]
        rows = find_rows(line, weight, metrics.height, steps)
        residual = line - rows.centres[rows.member]
        flattening = follow_lines(flattening, own.centres, residual, reach * metrics.height)
    line = flattening.points(own.centres)[:, 1] - flattening.offset[own.digit]
    return flattening, find_rows(line, weight, metrics.height, steps)


def _window(
    flattening: Flattening,
    own: Detections,
    ruling: Ruling,
    letters: NDArray[np.uint8],
    metrics: Metrics,
    limits: tuple[float, float, float, float],
) -> Window:
    side, above = SIDE_REACH * metrics.height, HEADER_REACH * metrics.height
    x0 = round(max(float(own.boxes[:, 0].min()) - side, limits[0]))
    y0 = round(max(float(own.boxes[:, 1].min()) - above, limits[1]))
    x1 = round(min(float(own.boxes[:, 2].max()) + side, limits[2]))
    y1 = round(min(float(own.boxes[:, 3].max()) + 3 * metrics.height, limits[3]))
    u, v = flattening.pixels(x0, y0, x1, y1)
    masks = (letters[y0:y1, x0:x1], ruling.vertical[y0:y1, x0:x1], ruling.horizontal[y0:y1, x0:x1])
    return Window(*(np.column_stack([u[m > 0], v[m > 0]]) for m in masks))


def body_rows(
    rows: Rows,
    number: NDArray[np.intp],
    crowded: NDArray[np.bool_],
    u: NDArray[np.floating],
    window: Window,
) -> tuple[int, int]:
    """Leave out heading rows at the top and lines of text with numbers at both ends.

    A heading is one or two rows above a horizontal rule, set off by more than the usual pitch, where
    most rows have no rule below them. A line of text has few numbers and they stand between words.

    Parameters
    ----------
    rows
        The rows of a block.
    number
        Number each digit belongs to ``(n,)``.
    crowded
        Digits of numbers with words close by ``(n,)``.
    u
        Digits across the flattened page ``(n,)``.
    window
        Rules around the block.

    Returns
    -------
    tuple
        First row of the body and the row after its last.
    """
    count = len(rows.centres)
    first, last = 0, count
    pairs = np.unique(np.column_stack([rows.member, number, crowded]), axis=0)
    sizes = np.bincount(pairs[:, 0], minlength=count)
    wordy = (sizes <= 0.34 * np.median(sizes)) & (np.bincount(pairs[:, 0], pairs[:, 2], count) > 0.5 * sizes)
    while last - first > 3 and wordy[first]:
        first += 1
    while last - first > 3 and wordy[last - 1]:
        last -= 1
    ruled = ruled_gaps(rows.centres, window.horizontal, (float(u.min()), float(u.max())))
    if last - first > 4 and ruled[first : last - 1].mean() < 0.5:
        for k in (first, first + 1):
            set_off = rows.centres[k + 1] - rows.centres[k] > 1.2 * rows.pitch
            if ruled[k] and set_off and sizes[k] > 0.5 * np.median(sizes):
                return k + 1, last
    return first, last


def ruled_gaps(
    centres: NDArray[np.floating], horizontal: NDArray[np.floating], span: tuple[float, float]
) -> NDArray[np.bool_]:
    """Tell below which rows a horizontal rule runs across at least half of the table; ``(rows - 1,)``."""
    inside = (horizontal[:, 0] >= span[0]) & (horizontal[:, 0] <= span[1])
    gap = np.searchsorted(centres, horizontal[inside, 1]) - 1
    step = max((span[1] - span[0]) / 50, 1.0)
    place = np.clip(((horizontal[inside, 0] - span[0]) / step).astype(np.intp), 0, 49)
    good = (gap >= 0) & (gap < len(centres) - 1)
    covered = np.zeros((max(len(centres) - 1, 1), 50), bool)
    covered[gap[good], place[good]] = True
    return covered.mean(1) > 0.5


def _column_edges(
    own: Detections,
    number: NDArray[np.intp],
    u: NDArray[np.floating],
    member: NDArray[np.intp],
    edges: NDArray[np.floating],
    window: Window,
    letters: NDArray[np.uint8],
    metrics: Metrics,
) -> NDArray[np.float64]:
    """Find the divisions between the columns and both sides of the table."""
    half = (own.boxes[:, 2] - own.boxes[:, 0]) / 2
    # a 1 takes the room of any other figure
    half = np.where(own.digit == 1, np.maximum(half, metrics.width / 2), half)
    u0, u1 = u - half, u + half
    span = [window.letters, window.vertical]
    low = min([float(u0.min())] + [float(a[:, 0].min()) for a in span if len(a)]) - 2
    high = max([float(u1.max())] + [float(a[:, 0].max()) for a in span if len(a)]) + 2
    width, rows = int(high - low) + 1, len(edges) - 1
    strips = Strips(
        low,
        digit_strips(u0, u1, low, width),
        _row_counts(window.letters, edges, low, width),
        _row_counts(window.vertical, edges, low, width),
        rows,
    )
    left, right = _column_span(strips, u0, u1, number)
    inner = _cut(strips, left, right)
    order = np.lexsort((u, member))
    follow = member[order][1:] == member[order][:-1]
    a, b = order[:-1][follow], order[1:][follow]
    boxes = own.boxes
    top, bottom = np.minimum(boxes[a, 1], boxes[b, 1]), np.maximum(boxes[a, 3], boxes[b, 3])
    between = np.column_stack([boxes[a, 2], top, boxes[b, 0], bottom])
    dots = box_sums(letters, between) / metrics.height**2
    dotted = (dots > 0.008) & (dots < 0.12)
    divisions = find_divisions(inner, metrics, (u1[a], u0[b], dotted))
    return extend_sideways(strips, divisions, left, right, metrics)


def _column_span(
    strips: Strips, u0: NDArray[np.floating], u1: NDArray[np.floating], number: NDArray[np.intp]
) -> tuple[float, float]:
    """Return the outermost u of the numbers that share a column with others; stray digits do not count."""
    shared = strips.digits > CROSSED_ROWS * strips.rows + (strips.rows > 8)
    before = np.concatenate([[0], np.cumsum(shared)])
    low, high = (np.clip(np.round(a - strips.start).astype(np.intp), 0, len(shared)) for a in (u0, u1))
    good = np.isin(number, number[before[high] > before[low]])
    if not good.any():
        return float(u0.min()), float(u1.max())
    return float(u0[good].min()), float(u1[good].max())


def _cut(strips: Strips, low: float, high: float) -> Strips:
    """Cut strips down to the part from ``low`` to ``high``."""
    begin, end = round(low - strips.start), round(high - strips.start)
    return replace(
        strips,
        start=strips.start + begin,
        digits=strips.digits[begin:end],
        ink=strips.ink[begin:end],
        rules=strips.rules[begin:end],
    )


def _row_counts(
    uv: NDArray[np.floating], edges: NDArray[np.floating], start: float, width: int
) -> NDArray[np.float64]:
    """Count, for every pixel across, the rows that have one of the points there."""
    row = np.searchsorted(edges, uv[:, 1]) - 1
    column = np.round(uv[:, 0] - start).astype(np.intp)
    good = (row >= 0) & (row < len(edges) - 1) & (column >= 0) & (column < width)
    present = np.zeros((len(edges) - 1, width), bool)
    present[row[good], column[good]] = True
    return present.sum(0).astype(np.float64)
