"""Needleman and Wunsch: the best way through a matrix of scores that goes forward in rows and columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.models.compilation import compiled


def best_path(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Choose places that rise in rows and columns and whose scores have the largest sum.

    The global alignment of Needleman and Wunsch (1970) with gaps that cost nothing; places with scores of 0 and less
    are never chosen.

    Parameters
    ----------
    scores
        ``(m, n)``.

    Returns
    -------
    ndarray
        ``(k, 2)``, row and column of each chosen place, rising in both.
    """
    return np.asarray(find_path(np.ascontiguousarray(scores, np.float64)), np.int64)


@compiled
def find_path(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Choose the same places, for compiled functions; ``scores`` are C-ordered."""
    m, n = scores.shape
    best = np.zeros((m + 1, n + 1))
    for i in range(1, m + 1):
        for j in range(1, n + 1):
            value = max(best[i - 1, j], best[i, j - 1])
            if scores[i - 1, j - 1] > 0:
                value = max(value, best[i - 1, j - 1] + scores[i - 1, j - 1])
            best[i, j] = value
    path = np.empty((min(m, n), 2), np.int64)
    count, i, j = 0, m, n
    while i > 0 and j > 0:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            path[count, 0], path[count, 1] = i, j
            count += 1
    return path[:count][::-1].copy()
