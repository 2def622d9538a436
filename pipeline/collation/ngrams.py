"""Digit n-grams: runs of digits that two documents have in common, whatever their layout.

The cosine of bigrams knows which pairs of digits a page has, but not in which order they follow one another. A copy
keeps the order: along the rows, along the columns, and in how the last digits of a column go on. Documents are
compared by these runs as texts are by their words, as vectors of weighted terms (Salton and Buckley, "Term-weighting
approaches in automatic text retrieval", 1988), to find candidates for collation that the cosine misses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tablekin.collation.inverted_index import DocumentVectors, make_index, unit_rows
from tablekin.collation.nearest_documents import nearest_rows
from tablekin.execution import default_workers
from tablekin.threshold import threshold


@dataclass(frozen=True)
class NgramSettings:
    """Which runs of digits documents are compared by."""

    digits: int = threshold(
        5, "digits", "that follow one another along a row or column, over the borders of cells"
    )
    endings: int = threshold(
        3,
        "cells",
        "that follow one another, of which the last two digits count: they go on where columns are split",
    )
    max_share: float = threshold(0.1, "of the documents", "beyond which a run says nothing")
    max_documents: int = threshold(
        100, "documents", "that may have a run in any case, so that it counts in small corpora"
    )

    @property
    def count(self) -> int:
        """Number of all n-grams: of runs of digits, and of endings."""
        return int(10**self.digits + 100**self.endings)


SETTINGS = NgramSettings()
_BLOCK = 256  # documents whose nearest are found at a time

Occurrences = tuple[NDArray[np.int32], NDArray[np.int32]]
"""Numbers of the document and of the n-gram, sorted, each pair once."""


def digit_ngrams(cells: pd.DataFrame, names: Sequence[str]) -> Occurrences:
    """Find the runs of digits of documents.

    Parameters
    ----------
    cells
        DocumentVectors of table ``regions``: doc_id, table_id, row, col and text of cells.
    names
        Documents that are numbered from 0; they must hold all those of ``cells``.
    """
    places = ["table_id", "row", "col"]
    filled = cells.assign(
        doc=pd.Index(names).get_indexer(cells["doc_id"]),
        text=cells["text"].str.replace(r"[^0-9]", "", regex=True),
    )
    filled = filled[filled["text"] != ""].dropna(subset=places)
    found = [np.zeros((0, 2), np.int64)]
    for line, along in (("row", "col"), ("col", "row")):
        ordered = filled.sort_values(["doc", "table_id", line, along], kind="stable")
        lines = ordered.groupby(["doc", "table_id", line], sort=False).ngroup().to_numpy()
        found += _ngrams_of_lines(ordered["doc"].to_numpy(np.int64), lines, ordered["text"].tolist())
    doc, ngram = np.concatenate(found).T
    each = np.unique(doc * SETTINGS.count + ngram)
    doc, ngram = np.divmod(each, SETTINGS.count)
    return doc.astype(np.int32), ngram.astype(np.int32)


def _ngrams_of_lines(
    doc: NDArray[np.int64], line: NDArray[np.int64], text: Sequence[str]
) -> list[NDArray[np.int64]]:
    """Find the runs of digits and those of endings in cells that are sorted by line."""
    length = np.array([len(one) for one in text], np.int64)
    digits = np.frombuffer("".join(text).encode("ascii"), np.uint8).astype(np.int64) - ord("0")
    endings = np.array([int(one[-2:]) for one in text], np.int64)
    return [
        _windows(np.repeat(doc, length), np.repeat(line, length), digits, SETTINGS.digits, 10, 0),
        _windows(doc, line, endings, SETTINGS.endings, 100, 10**SETTINGS.digits),
    ]


def _windows(
    doc: NDArray[np.int64],
    line: NDArray[np.int64],
    value: NDArray[np.int64],
    size: int,
    base: int,
    first: int,
) -> NDArray[np.int64]:
    """Name every ``size`` values that follow one another in a line and are not all equal; ``(n, 2)``."""
    if len(value) < size:
        return np.zeros((0, 2), np.int64)
    window = np.lib.stride_tricks.sliding_window_view(value, size)
    last = size - 1
    good = (line[last:] == line[: len(line) - last]) & (window != window[:, :1]).any(axis=1)
    code = first + window[good] @ base ** np.arange(size)[::-1]
    return np.column_stack([doc[: len(doc) - last][good], code])


def tf_idf(occurrences: Occurrences, documents: int) -> csr_array:
    """Make unit vectors of the runs of all documents, each weighted by how few documents have it.

    Returns
    -------
    csr_array
        ``(documents, runs)``, float32; a document without runs has zeros.
    """
    doc, ngram = occurrences
    weights = _weights(np.bincount(ngram, minlength=SETTINGS.count), documents)
    begins, terms, values = unit_rows(doc, ngram, weights, documents)
    return csr_array((values, terms, begins), shape=(documents, SETTINGS.count))


def _weights(frequency: NDArray[np.int64], documents: int) -> NDArray[np.float64]:
    """Weigh terms by the number of documents that have them, ``(terms,)``; 0 where these are too many."""
    rare = frequency <= max(SETTINGS.max_documents, SETTINGS.max_share * documents)
    return np.where(rare, np.log1p(documents / np.maximum(frequency, 1)), 0)


def nearest_by_ngrams(vectors: csr_array, count: int) -> Iterator[tuple[int, int, float]]:
    """Find the documents whose runs of digits are most alike.

    Parameters
    ----------
    vectors
        As from :func:`tf_idf`.
    count
        Documents wanted for each; those without a run in common are none.

    Yields
    ------
    tuple
        Numbers of a document and of one near to it, and the cosine of their vectors; equally near ones in order.
    """
    documents, terms = vectors.shape
    if count < 1 or not documents:
        return
    rows = DocumentVectors(
        vectors.indptr.astype(np.int64, copy=False),
        vectors.indices.astype(np.int32, copy=False),
        vectors.data,
    )
    index = make_index(rows, _weights(np.bincount(rows.terms, minlength=terms), documents))
    threads = ThreadPoolExecutor(default_workers("cpu"))
    try:
        blocks = range(0, documents, _BLOCK)
        ends = [min(first + _BLOCK, documents) for first in blocks]
        found = threads.map(lambda first, last: nearest_rows(rows, index, first, last, count), blocks, ends)
        for first, (places, cosines) in zip(blocks, found, strict=True):
            for doc, (near, alike) in enumerate(zip(places.tolist(), cosines.tolist(), strict=True), first):
                yield from (
                    (doc, other, cosine) for other, cosine in zip(near, alike, strict=True) if other >= 0
                )
    finally:
        threads.shutdown(cancel_futures=True)  # where no more are asked for
