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
    first, row_of = _rows_by_text(place_b)
    for n in range(len(one)):
        line, score = best[one[n]], scores[n]
        for k in range(first[other[n]], first[other[n] + 1]):
            line[row_of[k]] = max(line[row_of[k]], score)
    total = np.zeros((len(place), len(place_b)))
    for i in range(len(place)):
        for text in place[i]:
            for j in range(len(place_b)):
                total[i, j] += best[text, j]
    return total


@compiled
def _rows_by_text(place: Places) -> tuple[Places, Places]:
    """List the rows in which each text stands: ``(texts + 1,)``, where its rows begin, and ``(cells,)`` rows."""
    first = np.zeros(place.max() + 2, np.int64)
    for cell in place.ravel():
        first[cell + 1] += 1
    for text in range(len(first) - 1):
        first[text + 1] += first[text]
    row_of, free = np.empty(place.size, np.int64), first.copy()
    for row in range(len(place)):
        for cell in place[row]:
            row_of[free[cell]] = row
            free[cell] += 1
    return first, row_of


@compiled
def often_the_same(codes: Codes, codes_b: Codes, rows: Places, enough: float) -> Places:
    """List neighbouring columns of one table that together have the code of a column of the other in many rows.

    Parameters
    ----------
    codes, codes_b
        ``(counts, rows, columns)``, what one and more columns from each on say together; ``NOTHING`` is no code.
    rows
        ``(n, 2)`` that correspond.
    enough
        Rows in more than which they are the same.

    Returns
    -------
    ndarray
        ``(found, 4)``, how many columns are joined; 0 if they are of a, 1 of b; the first of them; and the other
        table's column. Sorted.
    """
    found = [(0, 0, 0, 0) for _ in range(0)]
    for count in range(2, len(codes) + 1):
        for side in range(2):
            joined, single = (codes, codes_b) if side == 0 else (codes_b, codes)
            same = np.zeros((joined.shape[2], single.shape[2]), np.int64)
            for n in range(len(rows)):
                line, line_of_other = joined[count - 1, rows[n, side]], single[0, rows[n, 1 - side]]
                for c in range(joined.shape[2] - count + 1):
                    if line[c] != NOTHING:
                        for d in range(single.shape[2]):
                            same[c, d] += line[c] == line_of_other[d]
            for c in range(same.shape[0]):
                for d in range(same.shape[1]):
                    if same[c, d] > enough:
                        found.append((count, side, c, d))
    listed = np.empty((len(found), 4), np.int64)
    for n in range(len(found)):
        listed[n, 0], listed[n, 1], listed[n, 2], listed[n, 3] = found[n]
    return listed
