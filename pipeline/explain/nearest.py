"""Nearest: the documents nearest to each of many, and what likeness is usual, without keeping what all pairs have.

Documents are taken some at a time; their likeness with all others is multiplied out, looked through and forgotten. What
is kept grows with the documents, not with the pairs, and is the same, bit by bit, as where all pairs are ranked.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from threading import local

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tablekin.config import Similarity
from tablekin.execution import in_threads
from tablekin.explain.order_statistics import NEVER, Compared, make_scratch, summarize
from tablekin.explain.ranking import Ranking
from tablekin.explain.scores import CRITERIA
from tablekin.explain.simd import LANES
from tablekin.models.specific_similarity import load_specific_similarity
from tablekin.threshold import threshold

_UNIT_ROUNDOFF = 2.0**-24  # of float32


@dataclass(frozen=True)
class RankingSizes:
    """How many documents are ranked at a time; the results are the same whatever they are."""

    block: int = threshold(
        4096, "documents", "ranked by one thread and kept together when a run is interrupted"
    )
    rows: int = threshold(256, "documents", "of a block that are multiplied by all others together, at most")
    memory: int = threshold(2**26, "numbers", "of likeness that a thread holds at most: 256 MB")
    sample: int = threshold(8192, "documents", "at least whose likeness is sorted, to know what to look for")
    share: int = threshold(32, "documents", "one of which is of that sample, where that is more")


SIZES = RankingSizes()

Floats = NDArray[np.float64]


def compared_by(phi: Floats, similarity: Similarity) -> Compared:
    """Give the vectors, and their lengths, by which documents with these features are ranked."""
    if similarity is Similarity.SPECIFIC:
        return Compared(load_specific_similarity().features(phi), np.ones(len(phi)))
    total = np.zeros(len(phi))
    for feature in phi.T:  # in the order in which every product is added
        total += feature * feature
    return Compared(phi, np.sqrt(total))


def rank_blocks(
    compared: Compared, count: int, blocks: list[range], threads: int, device: str = "cpu"
) -> Iterator[Ranking]:
    """Rank the partners of some documents after the other.

    Parameters
    ----------
    compared
        All documents.
    count
        Nearest wanted of each; fewer where there are no more.
    blocks
        Places of documents to be ranked, one block by one thread.
    threads
        The results do not depend on their number.
    device
        Where they are ranked, nor on that.

    Yields
    ------
    Ranking
        Of each block.
    """
    count = min(count, len(compared.norm) - 1)
    if len(compared.norm) < 2:
        yield from (Ranking.empty(len(block)) for block in blocks)
        return
    if device != "cpu":
        from tablekin.explain.device_nearest import DeviceRanker  # which needs torch

        yield from map(DeviceRanker(compared.vectors, compared.norm, count, device).rank, blocks)
        return
    rank = _Ranker(compared, count).rank
    with threadpool_limits(1, "blas"), closing(in_threads(rank, blocks, threads)) as found:
        yield from found


class _Ranker:
    """Ranks the partners of documents; every thread has room of its own."""

    def __init__(self, compared: Compared, count: int) -> None:
        self._compared, self._count = compared, count
        documents, features = compared.vectors.shape
        self._stride = -(-documents // LANES) * LANES
        unit = np.zeros((self._stride, features), np.float32)
        for begin in range(0, documents, SIZES.block):  # no second array of float64
            here = slice(begin, min(begin + SIZES.block, documents))
            unit[here] = compared.vectors[here] / np.maximum(compared.norm[here, None], 1e-30)
        self._unit = unit
        # each of the products and sums, and both vectors, are rounded
        self._error = (features + 8) * _UNIT_ROUNDOFF
        size = min(documents, max(SIZES.sample, documents // SIZES.share))
        self._sample = np.sort(np.random.default_rng(0).choice(documents, size, replace=False))
        self._rows = max(1, min(SIZES.rows, SIZES.memory // self._stride))
        self._room = local()

    def rank(self, block: range) -> Ranking:
        """Rank the partners of the documents of a block."""
        if not hasattr(self._room, "likeness"):
            self._room.likeness = np.empty((self._rows, self._stride), np.float32)
            self._room.scratch = make_scratch(self._stride)
        documents = len(self._compared.norm)
        found = Ranking(
            np.zeros(len(block)), np.zeros(len(block)), np.zeros((len(block), self._count), np.int32)
        )
        for begin in range(block.start, block.stop, self._rows):
            rows = range(begin, min(begin + self._rows, block.stop))
            likeness = self._room.likeness[: len(rows)]
            np.matmul(self._unit[rows.start : rows.stop], self._unit.T, out=likeness)
            likeness[:, documents:] = NEVER
            likeness[np.arange(len(rows)), rows] = NEVER
            samples = np.sort(likeness[:, self._sample], axis=1)
            for row, document in enumerate(rows):
                at = document - block.start
                found.median[at], found.deviation[at] = summarize(
                    self._compared,
                    document,
                    likeness[row],
                    samples[row],
                    self._stride - documents + 1,
                    self._error,
                    self._count,
                    self._room.scratch,
                    found.nearest[at],
                )
        return found


def scaled(ranking: Ranking, documents: int) -> tuple[Floats, Floats]:
    """Give median and standard deviation that ``z`` is counted in; of too few documents, such that it is 0."""
    if documents < CRITERIA.min_documents:
        return np.zeros(len(ranking.median)), np.full(len(ranking.median), np.inf)
    return ranking.median, CRITERIA.mad_to_std * ranking.deviation
