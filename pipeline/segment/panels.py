"""Continuation: tables side by side that only their arguments tell apart.

A long table is often printed in two or three pieces beside each other, with the same columns and often neither a rule
nor more white between them than elsewhere. The arguments of the second piece go on where those of the first end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.page import Detections
from tablekin.segment.table import Table

LEAST_ROWS = 8
COUNTING = 0.7  # share of the rows whose arguments count by equal steps
_LARGEST = 10**6  # an argument is smaller


@dataclass(frozen=True)
class _Count:
    """A column that counts: ``start + step * row``."""

    start: int
    step: int


def find_panel_break(table: Table, digits: Detections, block: NDArray[np.intp]) -> float | None:
    """Find where a table's arguments go on beside it.

    Parameters
    ----------
    table
        Its grid.
    digits
        Those of the page.
    block
        Indices of the table's digits.

    Returns
    -------
    float or None
        u of the division before the second piece.
    """
    rows, columns = table.filled.shape
    if rows < LEAST_ROWS or columns < 4:
        return None
    values = _values(table, digits, block)
    filled = np.flatnonzero((values >= 0).mean(0) > 0.5)
    if len(filled) < 4:
        return None
    counts = [_count(values[:, column]) for column in filled]
    for place in range(2, len(filled) - 1):  # arguments on the left
        if _goes_on(counts[0], counts[place], rows):
            return float(table.column_edges[filled[place]])
    for place in range(len(filled) - 3, 0, -1):  # on the right
        if _goes_on(counts[place], counts[-1], rows):
            return float(table.column_edges[filled[place] + 1])
    return None


def _goes_on(count: _Count | None, other: _Count | None, rows: int) -> bool:
    """Tell whether a column goes on where another ends."""
    if count is None or other is None or count.step != other.step:
        return False
    return abs((other.start - count.start) / count.step - rows) <= 1


def _values(table: Table, digits: Detections, block: NDArray[np.intp]) -> NDArray[np.int64]:
    """Read the number of each cell ``(rows, columns)``; -1 where there is none or it is too long."""
    uv = table.flattening.points(digits.centres[block])
    row = np.searchsorted(table.row_edges, uv[:, 1]) - 1
    column = np.searchsorted(table.column_edges, uv[:, 0]) - 1
    rows, columns = table.filled.shape
    values = np.full((rows, columns), -1, np.int64)
    for place in np.argsort(uv[:, 0], kind="stable"):
        i, c = row[place], column[place]
        if 0 <= i < rows and 0 <= c < columns and values[i, c] < _LARGEST:
            values[i, c] = 10 * max(values[i, c], 0) + digits.digit[block[place]]
    return values


def _count(values: NDArray[np.int64]) -> _Count | None:
    """Tell how a column counts; None where it does not."""
    rows = np.flatnonzero(values >= 0)
    if len(rows) < LEAST_ROWS:
        return None
    steps = np.diff(values[rows]) / np.diff(rows)
    step = int(np.median(steps))
    if step <= 0:
        return None
    starts, counts = np.unique(values[rows] - step * rows, return_counts=True)
    if counts.max() < COUNTING * len(values):
        return None
    return _Count(int(starts[counts.argmax()]), step)
