"""Assignment: to each row of a matrix another column, so that the sum of the scores is the largest.

The shortest augmenting path algorithm of Crouse (On implementing 2D rectangular assignment algorithms, IEEE
Transactions on Aerospace and Electronic Systems 52, 2016), as in ``scipy.optimize.linear_sum_assignment``: of equal
assignments it finds the same one. Here compiled functions can call it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.models.compilation import compiled

Array = NDArray[np.float64]
Places = NDArray[np.int64]


@compiled
def assign(scores: Array) -> Places:
    """Assign a column to each row of ``(n, n)`` finite scores; ``(n,)``."""
    count = len(scores)
    costs = -scores
    of_row, of_column = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    for_row, for_column = np.zeros(count), np.zeros(count)  # dual variables
    distance, before = np.empty(count), np.full(count, -1, np.int64)
    rows_seen, columns_seen = np.empty(count, np.bool_), np.empty(count, np.bool_)
    remaining = np.empty(count, np.int64)
    for row in range(count):
        for k in range(count):
            remaining[k] = count - k - 1
        rows_seen[:], columns_seen[:], distance[:] = False, False, np.inf
        sink, least, left, i = -1, 0.0, count, row
        while sink == -1:
            rows_seen[i] = True
            nearest, lowest = -1, np.inf
            for k in range(left):
                j = remaining[k]
                length = least + costs[i, j] - for_row[i] - for_column[j]
                if length < distance[j]:
                    before[j], distance[j] = i, length
                if distance[j] < lowest or (distance[j] == lowest and of_column[j] == -1):
                    nearest, lowest = k, distance[j]
            least, j = lowest, remaining[nearest]
            if of_column[j] == -1:
                sink = j
            else:
                i = of_column[j]
            columns_seen[j] = True
            left -= 1
            remaining[nearest] = remaining[left]
        for_row[row] += least
        for k in range(count):
            if rows_seen[k] and k != row:
                for_row[k] += least - distance[of_row[k]]
            if columns_seen[k]:
                for_column[k] -= least - distance[k]
        _augment(sink, row, before, of_row, of_column)
    return of_row


@compiled
def _augment(sink: int, row: int, before: Places, of_row: Places, of_column: Places) -> None:
    """Change the assignments along the path that ends at column ``sink`` and begins at ``row``."""
    i, j = -1, sink
    while i != row:
        i = before[j]
        of_column[j] = i
        of_row[i], j = j, of_row[i]
