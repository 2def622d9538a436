"""InvertedIndex: the documents of every term, with what a term adds to the cosine of two documents that have it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.models.compilation import compiled

Places = NDArray[np.int32]
Weights = NDArray[np.float32]
Begins = NDArray[np.int64]


class DocumentVectors(NamedTuple):
    """Sparse vectors of documents."""

    begins: Begins  # (documents + 1,) where each begins in the other two
    terms: Places  # (entries,) rising in every document
    values: Weights  # (entries,) each vector is of length 1


class InvertedIndex(NamedTuple):
    """The same by terms, without those that no two documents have in common.

    A document's vector is the weights of its terms by one over its length, so that the cosine of two documents is the
    sum of the squared weights of the terms they share, by the scales of both.
    """

    begins: Begins  # (terms + 1,)
    documents: Places  # (entries,)
    gains: Weights  # (terms,) squared weights
    scales: (
        Weights  # (documents,) one over the length of the weights of a document's terms; 0 where it has none
    )
    by_scale: Places  # (documents,) the largest scale first


def make_index(rows: DocumentVectors, weights: NDArray[np.float64]) -> InvertedIndex:
    """Make the index of documents.

    Parameters
    ----------
    rows
        Their vectors.
    weights
        ``(terms,)``, of which ``rows`` has the unit vectors; a term of weight 0 counts nothing.
    """
    gains = (weights**2).astype(np.float32)
    begins, documents, scales = _invert(rows, gains)
    return InvertedIndex(
        begins, documents, gains, scales, np.argsort(-scales, kind="stable").astype(np.int32)
    )


@compiled
def _invert(rows: DocumentVectors, gains: Weights) -> tuple[Begins, Places, Weights]:
    """Sort entries by term, each term's by document."""
    count = np.zeros(len(gains) + 1, np.int64)
    for term in rows.terms:
        count[term + 1] += 1
    begins = np.zeros(len(gains) + 1, np.int64)
    for term in range(len(gains)):
        kept = count[term + 1] if gains[term] > 0 and count[term + 1] > 1 else 0
        begins[term + 1] = begins[term] + kept
    free = begins[:-1].copy()
    documents = np.empty(begins[-1], np.int32)
    scales = np.zeros(len(rows.begins) - 1, np.float32)
    for document in range(len(scales)):
        square = 0.0
        for term in rows.terms[rows.begins[document] : rows.begins[document + 1]]:
            square += gains[term]
            if begins[term + 1] > begins[term]:
                documents[free[term]] = document
                free[term] += 1
        if square > 0:
            scales[document] = 1 / np.sqrt(square)
    return begins, documents, scales


@compiled
def unit_rows(doc: Places, term: Places, weights: NDArray[np.float64], documents: int) -> DocumentVectors:
    """Weigh the terms of documents, and divide each document's by their length.

    Parameters
    ----------
    doc, term
        ``(entries,)``, each document's terms rising.
    weights
        ``(terms,)``.
    documents
        Their number.
    """
    begins = np.zeros(documents + 1, np.int64)
    squares = np.zeros(documents)
    for n in range(len(doc)):
        begins[doc[n] + 1] += 1
        squares[doc[n]] += weights[term[n]] ** 2
    begins = np.cumsum(begins)
    lengths = np.maximum(np.sqrt(squares), 1e-30)
    free = begins[:-1].copy()
    terms, values = np.empty(len(term), np.int32), np.empty(len(term), np.float32)
    for n in range(len(doc)):
        place = free[doc[n]]
        free[doc[n]] += 1
        terms[place], values[place] = term[n], weights[term[n]] / lengths[doc[n]]
    return DocumentVectors(begins, terms, values)
