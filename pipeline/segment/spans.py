"""Spans: cells as high as several rows, as where one number stands for the three lines of a climate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.segment.body import ruled_gaps
from tablekin.threshold import threshold

_MADE = "made tables of climates, and those of the sample archive, none of whose cells is as high"


@dataclass(frozen=True)
class SpanCriteria:
    """When a cell is as high as the rules above and below it."""

    ruled: float = threshold(0.7, "of the column's width", "that a rule below a cell covers", chosen=_MADE)
    inset: float = threshold(
        0.1, "of the column's width", "beside its rules that is not looked at", chosen=_MADE
    )
    line: float = threshold(0.4, "pitches", "by which the digits of one line differ at most", chosen=_MADE)
    middle: float = threshold(0.4, "pitches", "from the middle of a cell to its line at most", chosen=_MADE)
    centred: float = threshold(0.8, "of the high cells", "whose line is in the middle", chosen=_MADE)
    min_cells: int = threshold(3, "cells", "as high as several rows, with a number, at least", chosen=_MADE)


CRITERIA = SpanCriteria()


@dataclass(frozen=True)
class Span:
    """A cell that is as high as several rows."""

    column: int
    first: int  # row
    after: int  # the row after its last


def find_spans(
    line: NDArray[np.floating],
    column: NDArray[np.intp],
    centres: NDArray[np.floating],
    columns: NDArray[np.floating],
    horizontal: NDArray[np.floating],
) -> list[Span]:
    """Find the cells that rules make as high as several rows, each with one line of digits in its middle.

    A rule below every few rows of a table is none between cells of this kind: there every row has its number. Nor is
    a column with a number here and there, which stands in any row of those between two rules.

    Parameters
    ----------
    line
        v of the line that each digit stands on ``(n,)``.
    column
        Its column ``(n,)``.
    centres
        v of the rows.
    columns
        u of the lines between columns, both sides of the table included.
    horizontal
        u, v of the pixels of horizontal rules ``(m, 2)``.

    Returns
    -------
    list of Span
        By column, then row; of the columns that have such cells.
    """
    pitch = float(np.median(np.diff(centres)))
    found: list[Span] = []
    for number in np.unique(column):
        low, high = columns[number], columns[number + 1]
        inset = CRITERIA.inset * (high - low)
        ruled = ruled_gaps(centres, horizontal, (low + inset, high - inset)) >= CRITERIA.ruled
        bounds = np.concatenate([[0], np.flatnonzero(ruled) + 1, [len(centres)]])
        found += _spans_of(int(number), line[column == number], centres, bounds, pitch)
    return found


def _spans_of(
    number: int,
    line: NDArray[np.floating],
    centres: NDArray[np.floating],
    bounds: NDArray[np.intp],
    pitch: float,
) -> list[Span]:
    """Return the high cells of a column, which has rules above the rows ``bounds``; none where they are no spans."""
    ends = (centres[np.maximum(bounds - 1, 0)] + centres[np.minimum(bounds, len(centres) - 1)]) / 2
    ends[0], ends[-1] = -np.inf, np.inf
    cell = np.searchsorted(ends, line) - 1
    spans, centred = [], []
    for place in range(len(bounds) - 1):
        own, first, after = line[cell == place], int(bounds[place]), int(bounds[place + 1])
        if len(own) and np.ptp(own) > CRITERIA.line * pitch:
            return []
        if after - first == 1:
            continue
        spans.append(Span(number, first, after))
        if len(own):
            middle = (centres[first] + centres[after - 1]) / 2
            centred.append(abs(float(np.median(own)) - middle) <= CRITERIA.middle * pitch)
    if len(centred) < CRITERIA.min_cells or np.mean(centred) < CRITERIA.centred:
        return []
    return spans
