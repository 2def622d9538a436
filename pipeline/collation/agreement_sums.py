"""Agreement sums: compiled loops that add up scores of texts over the rows and columns of two tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.vocabulary import NOTHING, Codes, Places
from tablekin.models.compilation import compiled

Array = NDArray[np.float64]


@compiled
def sum_of_columns(scores: Array, place: Places, place_b: Places, columns: Places) -> Array:
    """Add up over columns that correspond the scores of every two rows, ``(rows of a, rows of b)``.

    Parameters
    ----------
    scores
        ``(texts of a, texts of b)``.
    place, place_b
        ``(rows, columns)``, the text of each cell of a and b.
    columns
        ``(n, 2)`` those of a and b that correspond.
    """
    total = np.zeros((len(place), len(place_b)))
    for n in range(len(columns)):
        for i in range(len(place)):
            line = scores[place[i, columns[n, 0]]]
            for j in range(len(place_b)):
                total[i, j] += line[place_b[j, columns[n, 1]]]
    return total


@compiled
def sum_of_rows(scores: Array, place: Places, place_b: Places, rows: Places) -> Array:
    """Add up over rows that correspond, ``(n, 2)``, the scores of every two columns, ``(columns, columns)``."""
    total = np.zeros((place.shape[1], place_b.shape[1]))
    for n in range(len(rows)):
        for c in range(total.shape[0]):
            line = scores[place[rows[n, 0], c]]
            for d in range(total.shape[1]):
                total[c, d] += line[place_b[rows[n, 1], d]]
    return total


@compiled
def sum_of_best(one: Places, other: Places, scores: Array, place: Places, place_b: Places) -> Array:
    """Add up, for every two rows, the best that each cell of the one finds in the other; ``(rows of a, rows of b)``.

    Parameters
    ----------
    one, other, scores
        ``(matches,)`` texts of a and b that match, and how much that says.
    place, place_b
        ``(rows, columns)``, the text of each cell.
    """
    best = np.zeros((place.max() + 1, len(place_b)))
    rows_of: list[list[int]] = [[0 for _ in range(0)] for _ in range(place_b.max() + 1)]
    for j in range(len(place_b)):
        for text in place_b[j]:
            rows_of[text].append(j)
    for n in range(len(one)):
        for j in rows_of[other[n]]:
            best[one[n], j] = max(best[one[n], j], scores[n])
    total = np.zeros((len(place), len(place_b)))
    for i in range(len(place)):
        for text in place[i]:
            for j in range(len(place_b)):
                total[i, j] += best[text, j]
    return total


@compiled
def count_same(one: Codes, rows: Places, other: Codes, rows_of_other: Places) -> Places:
    """Count the rows in which every two columns have the same code; ``(columns of one, columns of other)``.

    Parameters
    ----------
    one, other
        ``(rows, columns)``, codes of which ``NOTHING`` is none.
    rows, rows_of_other
        ``(n,)`` that correspond.
    """
    same = np.zeros((one.shape[1], other.shape[1]), np.int64)
    for n in range(len(rows)):
        line = other[rows_of_other[n]]
        for c in range(one.shape[1]):
            code = one[rows[n], c]
            if code != NOTHING:
                for d in range(other.shape[1]):
                    same[c, d] += code == line[d]
    return same
