"""Scores: how similar two documents are, and where each stands among the partners of the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tablekin.config import Similarity
from tablekin.models.compilation import compiled
from tablekin.models.specific_similarity import load_specific_similarity
from tablekin.schemas import SCHEMAS
from tablekin.threshold import threshold

_ROWS = 64  # documents ranked together: the more, the more memory a thread takes


@dataclass(frozen=True)
class ScoreCriteria:
    """What a pair's ``z`` is counted in."""

    min_documents: int = threshold(4, "documents", "fewer do not tell what cosines are usual; z is 0 then")
    mad_to_std: float = threshold(
        1.4826,
        "standard deviations",
        "that the median absolute deviation of normally distributed numbers is one of: 1 / 0.6745",
    )
    min_deviation: float = threshold(
        1e-6, "cosine", "deviation of the similarities at least: they are float32 rounded"
    )


CRITERIA = ScoreCriteria()

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class PairBlock:
    """Documents against documents, the unit of work; a pair lies in it if ``a`` is of the rows and before ``b``."""

    rows: range
    columns: range

    def pairs(self) -> tuple[Index, Index]:
        """Places of the two documents of each pair, ``a < b``, those with the same b together."""
        a, b = np.meshgrid(np.arange(self.rows.start, self.rows.stop), self.columns)
        before = a < b
        return a[before].astype(np.int64), b[before].astype(np.int64)

    def divide(self, size: int) -> Iterator[PairBlock]:
        """Cut the block into smaller ones."""
        for row in range(self.rows.start, self.rows.stop, size):
            for column in range(self.columns.start, self.columns.stop, size):
                block = PairBlock(
                    range(row, min(row + size, self.rows.stop)),
                    range(column, min(column + size, self.columns.stop)),
                )
                if block.rows.start < block.columns.stop - 1:
                    yield block


@compiled
def _products(left: Array, right: Array) -> Array:
    """Multiply ``(rows, features)`` by ``(features, columns)``, adding in the order of the features.

    Unlike that of a BLAS, a result does not depend on the block it is computed in.
    """
    total = np.zeros((len(left), right.shape[1]))
    for row in range(len(left)):
        for feature in range(len(right)):
            value = left[row, feature]
            for column in range(right.shape[1]):
                total[row, column] += value * right[feature, column]
    return total


class Scores:
    """Scores of all pairs of documents; keeps the rank of every document among the partners of every other.

    Parameters
    ----------
    documents
        The doc_id of each, sorted.
    phi
        ``(documents, features)``.
    sums
        ``(documents, features)``, relevance of each feature, summed over the regions.
    threads
        The result does not depend on their number.
    device
        Where partners are ranked; nor does it on that.
    similarity
        By which they are ranked.
    """

    def __init__(
        self,
        documents: Sequence[str],
        phi: Array,
        sums: Array,
        threads: int,
        device: str = "cpu",
        similarity: Similarity = Similarity.PAPER,
    ) -> None:
        self._names = pa.array(documents, pa.string())
        self._phi, self._sums = phi, sums
        self._compared = load_specific_similarity().features(phi)
        self._across, self._sums_across = np.ascontiguousarray(phi.T), np.ascontiguousarray(sums.T)
        self._compared_across = np.ascontiguousarray(self._compared.T)
        self._norm = np.array([np.sqrt(_products(row[None], row[:, None])[0, 0]) for row in phi])
        self._is_specific = similarity is Similarity.SPECIFIC
        count = len(phi)
        self._rank = np.zeros((count, count), np.uint16 if count < 2**16 else np.uint32)
        self._median, self._deviation = np.zeros(count), np.full(count, np.inf)
        if device != "cpu" and count >= CRITERIA.min_documents:
            self._rank_on(device)
            return
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(self._rank_rows, range(0, count, _ROWS)))

    def _cosine(self, dot: Array, rows: range, columns: range) -> Array:
        norms = np.outer(self._norm[rows.start : rows.stop], self._norm[columns.start : columns.stop])
        return dot / np.maximum(norms, 1e-30)

    def _rank_on(self, device: str) -> None:
        from tablekin.explain.device_ranking import rank_rows  # which needs torch

        ranked = self._compared if self._is_specific else self._phi
        norm = np.ones(len(ranked)) if self._is_specific else self._norm
        for found in rank_rows(ranked, norm, device):
            here = slice(found.rows.start, found.rows.stop)
            self._rank[here], self._median[here] = found.rank, found.median
            self._deviation[here] = CRITERIA.mad_to_std * found.deviation

    def _rank_rows(self, begin: int) -> None:
        count = len(self._norm)
        rows = range(begin, min(begin + _ROWS, count))
        if self._is_specific:
            ranked = _products(self._compared[rows.start : rows.stop], self._compared_across)
        else:
            dots = _products(self._phi[rows.start : rows.stop], self._across)
            ranked = self._cosine(dots, rows, range(count))
        for document, likeness in zip(rows, ranked, strict=True):
            others = np.delete(likeness, document)
            if count >= CRITERIA.min_documents:
                self._median[document] = np.median(others)
                self._deviation[document] = CRITERIA.mad_to_std * np.median(
                    np.abs(others - self._median[document])
                )
            order = np.argsort(-others, kind="stable")
            self._rank[document, order + (order >= document)] = np.arange(1, count)

    def table(self, a: Index, b: Index) -> pa.Table:
        """Make rows of table ``pairs``.

        ``specific`` is the specific similarity, -1 to 1. ``z`` says how far the similarity that partners are ranked
        by, this one or the cosine, stands above its median between a document and its other partners, in robust
        standard deviations (1.4826 times the median absolute deviation); of the two documents' values
        the smaller one is given, 0 where there are fewer than four documents. ``rank_a`` is the place of doc_b
        among the partners of doc_a (1 is the nearest). ``conservation_error`` is the difference between the sum
        of the pair's region map and ``dot``, relative to ``dot``.

        Parameters
        ----------
        a, b
            ``(pairs,)``, places of the documents, best of a block: the products of all between are computed.
        """
        rows, columns = range(a.min(), a.max() + 1), range(b.min(), b.max() + 1)
        here = (a - rows.start, b - columns.start)
        dots = _products(self._phi[rows.start : rows.stop], self._across[:, columns.start : columns.stop])
        explained = _products(
            self._sums[rows.start : rows.stop], self._sums_across[:, columns.start : columns.stop]
        )[here]
        cosine, dot = self._cosine(dots, rows, columns)[here], dots[here]
        specific = _products(
            self._compared[rows.start : rows.stop], self._compared_across[:, columns.start : columns.stop]
        )[here]
        ranked = specific if self._is_specific else cosine
        error = np.where(dot > 0, np.abs(explained - dot) / np.maximum(dot, 1e-30), 0.0)
        return pa.table(
            [
                name_documents(self._names, a),
                name_documents(self._names, b),
                dot.astype(np.float32),
                cosine.astype(np.float32),
                np.minimum(self._z(a, ranked), self._z(b, ranked)).astype(np.float32),
                self._rank[a, b].astype(np.int32),
                self._rank[b, a].astype(np.int32),
                error.astype(np.float32),
                specific.astype(np.float32),
            ],
            SCHEMAS["pairs"].names,
        )

    def _z(self, document: Index, likeness: Array) -> Array:
        return (likeness - self._median[document]) / np.maximum(
            self._deviation[document], CRITERIA.min_deviation
        )


def name_documents(names: pa.Array, place: Index) -> pa.DictionaryArray:
    """Give documents their doc_id; the dictionary holds no others but those that stand between them.

    Where these would be more than there are numbers, it holds none of them.
    """
    first = int(place.min())
    if place.max() - first > len(place):
        those, local = np.unique(place, return_inverse=True)
        return pa.DictionaryArray.from_arrays(pa.array(local.astype(np.int32)), names.take(pa.array(those)))
    local = (place - first).astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(local), names[first : int(place.max()) + 1])
