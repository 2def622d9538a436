"""ProjectionProfile: what stands at each pixel across a flattened table, and the columns that follow from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tablekin.page import Detections
from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.bounds import extend_sideways
from tablekin.segment.columns import (
    CROSSED_ROWS,
    RULED_ROWS,
    ProjectionProfile,
    digit_profile,
    find_divisions,
)
from tablekin.segment.context import BlockContext
from tablekin.segment.ruling import box_sums

INKED_ROWS = 0.3  # share of rows with ink at which a division is not white


def column_edges(
    own: Detections,
    number: NDArray[np.intp],
    u: NDArray[np.floating],
    member: NDArray[np.intp],
    edges: NDArray[np.floating],
    window: BlockContext,
    text: NDArray[np.uint8],
    metrics: DigitMetrics,
) -> tuple[NDArray[np.float64], float, float]:
    """Find the divisions between the columns and both sides of the table.

    Parameters
    ----------
    own, number, u, member
        The table's digits, the number, place across and row of each ``(n,)``.
    edges
        v of the lines between rows.
    window
        Rules and letters around the table.
    text
        ``(height, width)``, 1 on ink that is no rule, with specks: points may be as small.
    metrics
        Size of the figures.

    Returns
    -------
    edges
        u of the divisions and of both sides.
    openness, ruled
        Shares of the divisions that are ruled or white in most rows, and that are ruled.
    """
    half = (own.boxes[:, 2] - own.boxes[:, 0]) / 2
    # a 1 takes the room of any other figure
    half = np.where(own.digit == 1, np.maximum(half, metrics.width / 2), half)
    u0, u1 = u - half, u + half
    span = [window.letters, window.vertical]
    low = min([float(u0.min())] + [float(a[:, 0].min()) for a in span if len(a)]) - 2
    high = max([float(u1.max())] + [float(a[:, 0].max()) for a in span if len(a)]) + 2
    width, rows = int(high - low) + 1, len(edges) - 1
    strips = ProjectionProfile(
        low,
        digit_profile(u0, u1, low, width),
        _row_counts(window.letters, edges, low, width),
        _row_counts(window.letters, _space_edges(edges), low, width, every=2),
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
    # a pixel and a half less on both sides: the figures' own ink may stick out of their boxes
    between = np.column_stack([boxes[a, 2] + 1.5, top, boxes[b, 0] - 1.5, bottom])
    dots = box_sums(text, between) / metrics.height**2
    dotted = (dots > 0.008) & (dots < 0.12)
    divisions = find_divisions(inner, metrics, (u1[a], u0[b], dotted))
    edges = extend_sideways(strips, divisions, left, right, metrics)
    return edges, *_openness(strips, divisions)


def _openness(strips: ProjectionProfile, divisions: NDArray[np.floating]) -> tuple[float, float]:
    """Return the shares of the divisions that are ruled or white in most rows, and that are ruled."""
    if not len(divisions):
        return 1.0, 0.0
    places = np.round(divisions - strips.start).astype(np.intp)
    ruled = np.array([strips.rules[max(p - 3, 0) : p + 4].max() for p in places]) >= RULED_ROWS * strips.rows
    inked = strips.ink[places] + strips.digits[places]
    return float((ruled | (inked < INKED_ROWS * strips.rows)).mean()), float(ruled.mean())


def _column_span(
    strips: ProjectionProfile, u0: NDArray[np.floating], u1: NDArray[np.floating], number: NDArray[np.intp]
) -> tuple[float, float]:
    """Return the outermost u of the numbers that share a column with others; stray digits do not count."""
    shared = strips.digits > CROSSED_ROWS * strips.rows + (strips.rows > 8)
    before = np.concatenate([[0], np.cumsum(shared)])
    low, high = (np.clip(np.round(a - strips.start).astype(np.intp), 0, len(shared)) for a in (u0, u1))
    good = np.isin(number, number[before[high] > before[low]])
    if not good.any():
        return float(u0.min()), float(u1.max())
    return float(u0[good].min()), float(u1[good].max())


def _cut(strips: ProjectionProfile, low: float, high: float) -> ProjectionProfile:
    """Cut strips down to the part from ``low`` to ``high``."""
    begin, end = round(low - strips.start), round(high - strips.start)
    return replace(
        strips,
        start=strips.start + begin,
        digits=strips.digits[begin:end],
        ink=strips.ink[begin:end],
        between=strips.between[begin:end],
        rules=strips.rules[begin:end],
    )


def _space_edges(edges: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return both ends of the spaces between rows, a quarter of a row high."""
    reach = 0.125 * np.median(np.diff(edges))
    return np.sort(np.concatenate([edges - reach, edges + reach]))


def _row_counts(
    uv: NDArray[np.floating], edges: NDArray[np.floating], start: float, width: int, every: int = 1
) -> NDArray[np.float64]:
    """Count, for every pixel across, the rows (or every second interval) that have one of the points there."""
    row = np.searchsorted(edges, uv[:, 1]) - 1
    column = np.round(uv[:, 0] - start).astype(np.intp)
    good = (row >= 0) & (row < len(edges) - 1) & (row % every == 0) & (column >= 0) & (column < width)
    present = np.zeros((len(edges) - 1, width), bool)
    present[row[good], column[good]] = True
    return present.sum(0).astype(np.float64)
