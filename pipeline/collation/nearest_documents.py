"""Nearest documents: those whose vectors of weighted terms have the largest cosines, by an inverted index; compiled.

Documents without a term in common are never looked at, and no more is held than one row of cosines.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.models.compilation import compiled

Places = NDArray[np.int32]
Weights = NDArray[np.float32]
Rows = tuple[NDArray[np.integer], NDArray[np.integer], Weights]
"""A sparse matrix by rows: where each begins in the other two, ``(rows + 1,)``; columns and values, ``(entries,)``."""


@compiled
def nearest_rows(
    vectors: Rows, documents_of: Rows, first: int, last: int, count: int
) -> tuple[Places, Weights]:
    """Find the rows nearest to each of those from ``first`` to before ``last``.

    Parameters
    ----------
    vectors
        ``(documents, terms)``, weights of at least 0, each row of length 1.
    documents_of
        The same ``(terms, documents)``: the inverted index.
    count
        Rows wanted for each, itself not counted.

    Returns
    -------
    places, cosines
        ``(last - first, count)``, the largest first and of equals the first of them; -1 where there are no more with
        a term in common.
    """
    begins, terms, values = vectors
    begins_of_term, documents, weights = documents_of
    places = np.full((last - first, count), -1, np.int32)
    best = np.zeros((last - first, count), np.float32)
    cosines = np.zeros(len(begins) - 1, np.float32)
    touched = np.empty(len(begins) - 1, np.int32)
    for row in range(first, last):
        found = 0
        for entry in range(begins[row], begins[row + 1]):
            value = values[entry]
            if value == 0:
                continue
            term = terms[entry]
            for place in range(begins_of_term[term], begins_of_term[term + 1]):
                document = documents[place]
                if cosines[document] == 0:
                    touched[found] = document
                    found += 1
                cosines[document] += value * weights[place]
        for document in touched[:found]:
            cosine = cosines[document]
            cosines[document] = 0
            if document != row and cosine > 0:
                _insert(places[row - first], best[row - first], document, cosine)
    return places, best


@compiled
def _insert(places: Places, best: Weights, document: int, cosine: float) -> None:
    """Put a document among the nearest, if it is one of them."""
    rank = len(best)
    while rank > 0 and (
        places[rank - 1] < 0
        or cosine > best[rank - 1]
        or (cosine == best[rank - 1] and document < places[rank - 1])
    ):
        rank -= 1
    for later in range(len(best) - 1, rank, -1):
        places[later], best[later] = places[later - 1], best[later - 1]
    if rank < len(best):
        places[rank], best[rank] = document, cosine
