"""KeptScores: the scores of the pairs that are kept, where these are few of all pairs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tablekin.config import Similarity
from tablekin.explain.nearest import compared_by, scaled
from tablekin.explain.order_statistics import Compared, exact_likeness
from tablekin.explain.ranking import Ranking
from tablekin.explain.scores import CRITERIA, name_documents
from tablekin.models.compilation import compiled
from tablekin.schemas import SCHEMAS

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Index = NDArray[np.int64]


@compiled
def _likeness(compared: Compared, a: Index, b: Index) -> Floats:
    """Compute the likeness of pairs, each number as where all of a block are multiplied out."""
    found = np.empty(len(a))
    for pair in range(len(a)):
        found[pair] = exact_likeness(compared, a[pair], b[pair])
    return found


@dataclass(frozen=True)
class KeptScores:
    """Scores of pairs of documents whose medians, deviations and nearest are known.

    Attributes
    ----------
    names
        The doc_id of each document, sorted.
    phi
        ``(documents, features)``.
    ranking
        Of the documents, by ``similarity``.
    documents
        How many the corpus has.
    """

    names: pa.Array
    phi: Floats
    ranking: Ranking
    similarity: Similarity
    documents: int

    @cached_property
    def _by(self) -> dict[Similarity, Compared]:
        return {each: compared_by(self.phi, each) for each in Similarity}

    @property
    def ranked_by(self) -> Floats:
        """The vectors by which documents are ranked, ``(documents, features)``."""
        return self._by[self.similarity].vectors

    @cached_property
    def _scale(self) -> tuple[Floats, Floats]:
        return scaled(self.ranking, self.documents)

    def dots(self, a: Index, b: Index) -> Floats:
        """Compute the inner products of the features of pairs."""
        return multiply_pairs(self.phi, a, b)

    def cosines(self, a: Index, b: Index) -> Floats:
        """Compute the cosines of pairs."""
        return _likeness(self._by[Similarity.PAPER], a, b)

    def table(self, a: Index, b: Index, error: Singles) -> pa.Table:
        """Make rows of table ``pairs``; see :meth:`tablekin.explain.scores.Scores.table`.

        A rank is missing where it is beyond those that are kept.

        Parameters
        ----------
        a, b
            ``(pairs,)``, places of the documents.
        error
            ``(pairs,)``, column ``conservation_error``.
        """
        found = {each: _likeness(self._by[each], a, b) for each in Similarity}
        ranked = found[self.similarity]
        return pa.table(
            [
                name_documents(self.names, a),
                name_documents(self.names, b),
                self.dots(a, b).astype(np.float32),
                found[Similarity.PAPER].astype(np.float32),
                np.minimum(self._z(a, ranked), self._z(b, ranked)).astype(np.float32),
                self._rank(a, b),
                self._rank(b, a),
                error,
                found[Similarity.SPECIFIC].astype(np.float32),
            ],
            SCHEMAS["pairs"].names,
        )

    def _z(self, document: Index, likeness: Floats) -> Floats:
        median, deviation = self._scale
        return (likeness - median[document]) / np.maximum(deviation[document], CRITERIA.min_deviation)

    def _rank(self, document: Index, partner: Index) -> pa.Array:
        """Find the place of partners among the nearest of documents; missing where they are none of these."""
        is_partner = self.ranking.nearest[document] == partner[:, None]
        rank = is_partner.argmax(1) if is_partner.shape[1] else np.zeros(len(document), np.int64)
        return pa.array((rank + 1).astype(np.int32), mask=~is_partner.any(1))


def multiply_pairs(vectors: Floats, a: Index, b: Index) -> Floats:
    """Multiply the vectors of pairs of documents, adding in the order of the features."""
    return _likeness(Compared(vectors, np.ones(len(vectors))), a, b)


def errors_of(sums: Floats, a: Index, b: Index, dots: Floats) -> Singles:
    """Compute column ``conservation_error``: how far the sum of a pair's map is from its ``dot``, relative to that.

    Parameters
    ----------
    sums
        ``(documents, features)``, relevance summed over the regions.
    a, b
        ``(pairs,)``, places in ``sums``.
    dots
        ``(pairs,)``.
    """
    explained = multiply_pairs(sums, a, b)
    return np.where(dots > 0, np.abs(explained - dots) / np.maximum(dots, 1e-30), 0.0).astype(np.float32)
