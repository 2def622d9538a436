"""Projection: what stands at each pixel across a flattened table, counted over its rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tablekin.segment.context import BlockContext
from tablekin.threshold import threshold

_TIGHT = "tables of seed 616161 whose rows touch, and Fort William 1901-12"


@dataclass(frozen=True)
class ProjectionCriteria:
    """Where a rule runs beyond the rows of a table."""

    beyond: float = threshold(0.8, "pitches", "above the first row, or below the last", chosen=_TIGHT)
    filled: float = threshold(0.8, "of that", "that the rule fills", chosen=_TIGHT)


CRITERIA = ProjectionCriteria()


@dataclass(frozen=True)
class ProjectionProfile:
    """Rows that have something at each pixel across a table; ``(width,)`` each."""

    start: float  # u of the first entry
    digits: NDArray[np.float64]  # rows with a digit
    ink: NDArray[np.float64]  # rows with letters or other ink, digits and rules left out
    between: NDArray[np.float64]  # spaces between rows with such ink: stains and borders, not words
    rules: NDArray[np.float64]  # rows with a vertical rule
    rows: int
    beyond: NDArray[np.bool_]  # whether a rule runs above the first row or below the last

    def cut(self, low: float, high: float) -> ProjectionProfile:
        """Cut the profile down to the part from u ``low`` to ``high``."""
        begin, end = round(low - self.start), round(high - self.start)
        return replace(
            self,
            start=self.start + begin,
            digits=self.digits[begin:end],
            ink=self.ink[begin:end],
            between=self.between[begin:end],
            rules=self.rules[begin:end],
            beyond=self.beyond[begin:end],
        )


def project(
    u0: NDArray[np.floating], u1: NDArray[np.floating], edges: NDArray[np.floating], context: BlockContext
) -> ProjectionProfile:
    """Count digits, ink and rules across a table.

    Parameters
    ----------
    u0, u1
        Left and right ends of the digits ``(n,)``.
    edges
        v of the lines between rows.
    context
        Rules and letters around the table.
    """
    span = [context.letters, context.vertical]
    low = min([float(u0.min())] + [float(a[:, 0].min()) for a in span if len(a)]) - 2
    high = max([float(u1.max())] + [float(a[:, 0].max()) for a in span if len(a)]) + 2
    width = int(high - low) + 1
    return ProjectionProfile(
        low,
        digit_profile(u0, u1, low, width),
        _row_counts(context.letters, edges, low, width),
        _row_counts(context.letters, _space_edges(edges), low, width, every=2),
        _row_counts(context.vertical, edges, low, width),
        len(edges) - 1,
        _runs_beyond(context.vertical, edges, low, width),
    )


def digit_profile(
    u0: NDArray[np.floating], u1: NDArray[np.floating], start: float, width: int
) -> NDArray[np.float64]:
    """Count the digits over each pixel, each box drawn in by half a pixel."""
    low = np.clip(np.round(u0 + 0.5 - start).astype(np.intp), 0, width)
    high = np.clip(np.round(u1 - 0.5 - start).astype(np.intp), 0, width)
    change = np.bincount(low, minlength=width + 1) - np.bincount(np.maximum(high, low), minlength=width + 1)
    return np.cumsum(change)[:width].astype(np.float64)


def _runs_beyond(
    uv: NDArray[np.floating], edges: NDArray[np.floating], start: float, width: int
) -> NDArray[np.bool_]:
    """Tell, for every pixel across, whether points fill most of a strip above the first edge or below the last."""
    high = round(CRITERIA.beyond * float(np.median(np.diff(edges))))
    column = np.round(uv[:, 0] - start).astype(np.intp)
    found = np.zeros(width, bool)
    for top in (edges[0] - high, edges[-1]):
        line = np.floor(uv[:, 1] - top).astype(np.intp)
        good = (line >= 0) & (line < high) & (column >= 0) & (column < width)
        present = np.zeros((max(high, 1), width), bool)
        present[line[good], column[good]] = True
        found |= present.mean(0) >= CRITERIA.filled
    return found


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
