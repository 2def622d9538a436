"""Panels: tables side by side that only their arguments tell apart.

A long table is often printed in two or three pieces beside each other, with the same columns and often neither a rule
nor more white between them than elsewhere. The arguments of the second piece go on where those of the first end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.argument import Progression, find_progression
from tablekin.page import Detections
from tablekin.segment.table import Table
from tablekin.threshold import threshold

_LARGEST = 10**6  # an argument is smaller
_BESIDE = "tables side by side without a rule or more white between them"


@dataclass(frozen=True)
class PanelCriteria:
    """When a table goes on beside itself."""

    min_rows: int = threshold(8, "rows", "fewer do not show that arguments go on", chosen=_BESIDE)
    filled: float = threshold(
        0.5, "of the rows", "with a number, in a column that counts as one", chosen=_BESIDE
    )
    tolerance: int = threshold(1, "rows", "that the arguments of the second piece may be off", chosen=_BESIDE)


CRITERIA = PanelCriteria()
_MIN_COLUMNS = 4  # an argument and a function, twice


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
    if rows < CRITERIA.min_rows or columns < _MIN_COLUMNS:
        return None
    values = _values(table, digits, block)
    filled = np.flatnonzero((values >= 0).mean(0) > CRITERIA.filled)
    if len(filled) < _MIN_COLUMNS:
        return None
    progressions = []
    for column in filled:
        present = np.flatnonzero(values[:, column] >= 0)
        progressions.append(find_progression(values[present, column], present))
    for first in range(2):  # the outermost column may be what is seen of the page beside this one
        for place in range(first + 2, len(filled) - 1):  # arguments on the left
            if _goes_on(progressions[first], progressions[place], rows):
                return float(table.column_edges[filled[place]])
        last = len(filled) - 1 - first
        for place in range(last - 2, 0, -1):  # on the right
            if _goes_on(progressions[place], progressions[last], rows):
                return float(table.column_edges[filled[place] + 1])
    return None


def _goes_on(one: Progression | None, other: Progression | None, rows: int) -> bool:
    """Tell whether a column goes on where another ends."""
    if one is None or other is None or one.step != other.step:
        return False
    return abs((other.start - one.start) / one.step - rows) <= CRITERIA.tolerance


def _values(table: Table, digits: Detections, block: NDArray[np.intp]) -> NDArray[np.int64]:
    """Read the number of each cell ``(rows, columns)``; -1 where there is none or it is too long."""
    uv = table.dewarping.points(digits.centres[block])
    row = np.searchsorted(table.row_edges, uv[:, 1]) - 1
    column = np.searchsorted(table.column_edges, uv[:, 0]) - 1
    rows, columns = table.filled.shape
    values = np.full((rows, columns), -1, np.int64)
    for place in np.argsort(uv[:, 0], kind="stable"):
        i, c = row[place], column[place]
        if 0 <= i < rows and 0 <= c < columns and values[i, c] < _LARGEST:
            values[i, c] = 10 * max(values[i, c], 0) + digits.digit[block[place]]
    return values
