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
from tablekin.explain.alike import order_alike
from tablekin.explain.integer_products import Pairs, in_columns, round_vectors
from tablekin.explain.order_statistics import NEVER, Compared, UnitVectors, make_scratch
from tablekin.explain.ranking import Ranking
from tablekin.explain.row_statistics import summarize
from tablekin.explain.scores import CRITERIA
from tablekin.explain.simd import LANES
from tablekin.explain.window_statistics import settle_all
from tablekin.explain.windows import WORD, guess_windows, make_noted, measure_slack, note_tile
from tablekin.models.specific_similarity import load_specific_similarity
from tablekin.threshold import threshold

_UNIT_ROUNDOFF = 2.0**-24  # of float32


@dataclass(frozen=True)
class RankingSizes:
    """How many documents are ranked at a time; the results are the same whatever they are."""

    block: int = threshold(
        4096, "documents", "ranked by one thread and kept together when a run is interrupted"
    )
    rows: int = threshold(256, "documents", "of a block that are multiplied by others together, at most")
    tile: int = threshold(1024, "documents", "by which: likeness of a tile stays in a processor's cache")
    sample: int = threshold(16384, "documents", "at most whose likeness tells what to look for")
    share: int = threshold(
        32, "documents", "one of which is of that sample, if that is more than the next number"
    )
    least: int = threshold(4096, "documents", "of that sample, at least, where there are as many")
    tried: int = threshold(64, "documents", "ranked as a whole at first, to know how well the sample tells")
    slack: float = threshold(1.6, "times", "what those were wrong by at most, others may be wrong")


SIZES = RankingSizes()

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


def compared_by(phi: Floats, similarity: Similarity) -> Compared:
    """Give the vectors, and their lengths, by which documents with these features are ranked."""
    if similarity is Similarity.SPECIFIC:
        specific = load_specific_similarity()
        vectors = np.empty((len(phi), len(specific.weights)))
        for begin in range(0, len(phi), SIZES.block):  # on the way it holds several arrays of this size
            vectors[begin : begin + SIZES.block] = specific.features(phi[begin : begin + SIZES.block])
        return Compared(vectors, np.ones(len(phi)))
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
        self._stride = -(-documents // WORD) * WORD
        unit = np.zeros((self._stride, -(-features // LANES) * LANES), np.float32)
        for begin in range(0, documents, SIZES.block):  # no second array of float64
            here = slice(begin, min(begin + SIZES.block, documents))
            unit[here, :features] = compared.vectors[here] / np.maximum(compared.norm[here, None], 1e-30)
        # each of the products and sums, and both vectors, are rounded
        self._unit = UnitVectors(unit, (features + 8) * _UNIT_ROUNDOFF)
        self._rounded = round_vectors(compared.vectors, compared.norm, self._stride)
        size = min(documents, SIZES.sample, max(SIZES.least, documents // SIZES.share))
        # documents that are alike stand for one another
        alike = order_alike(compared.vectors)
        self._sample = np.sort(alike[((np.arange(size) + 0.5) * (documents / size)).astype(np.int64)])
        columns = in_columns(self._rounded.rows(self._sample))
        self._sampled = np.pad(columns, ((0, len(columns) % 2), (0, 0), (0, 0)))  # as `multiply` wants it
        self._slack = SIZES.slack * max(map(self._try, alike[:: -(-documents // SIZES.tried)].tolist())) + 2
        self._room = local()

    def _try(self, document: int) -> float:
        """Tell by how much the sample is wrong of a document."""
        likeness = self._likeness(document)
        others = len(self._compared.norm) - 1
        known = np.partition(likeness, (len(likeness) - others, len(likeness) - others + others // 2))
        median = known[len(likeness) - others + others // 2]
        away = np.abs(known[len(likeness) - others :] - median)
        sample = likeness[self._sample]
        padding = len(self._sampled) * LANES - len(sample)
        sample = np.concatenate([sample, np.full(padding, NEVER)])
        return measure_slack(sample, padding, others, float(median), float(np.median(away)))

    def _likeness(self, document: int) -> Singles:
        """Compute the likeness of a document with all others in float32."""
        likeness: Singles = self._unit.vectors @ self._unit.vectors[document]
        likeness[len(self._compared.norm) :] = NEVER
        likeness[document] = NEVER
        return likeness

    def rank(self, block: range) -> Ranking:
        """Rank the partners of the documents of a block."""
        if not hasattr(self._room, "tile"):
            documents, size = len(self._compared.norm), len(self._sample)
            self._room.tile = np.empty(SIZES.rows * max(SIZES.tile, len(self._sampled) * LANES), np.float32)
            self._room.noted = make_noted(SIZES.rows, documents, size, self._count, self._slack)
            self._room.scratch = make_scratch(self._stride)
        found = Ranking(
            np.zeros(len(block)), np.zeros(len(block)), np.zeros((len(block), self._count), np.int32)
        )
        for begin in range(block.start, block.stop, SIZES.rows):
            rows = range(begin, min(begin + SIZES.rows, block.stop))
            here = slice(rows.start - block.start, rows.stop - block.start)
            self._rank(rows, Ranking(found.median[here], found.deviation[here], found.nearest[here]))
        return found

    def _rank(self, rows: range, found: Ranking) -> None:
        """Rank the partners of some documents; ``found`` is written."""
        own = self._rounded.rows(np.arange(rows.start, rows.stop))
        noted, limits = self._room.noted, self._guess(rows, own)
        for counts in (noted.below, noted.inside, noted.windows.found, noted.top.found):
            counts[:] = 0
        for first in range(0, self._stride, SIZES.tile):
            places = range(first, min(first + SIZES.tile, self._stride))
            columns = self._rounded.columns[places.start // LANES : places.stop // LANES]
            likeness = self._multiply(own, columns)
            self._leave_out(likeness, rows, places)
            note_tile(likeness, first, limits, noted)
        unsure = settle_all(
            self._compared,
            rows.start,
            limits,
            noted,
            self._stride,
            self._unit,
            self._rounded.error,
            self._room.scratch,
            (found.median, found.deviation, found.nearest),
        )
        for row in np.flatnonzero(unsure).tolist():
            self._rank_whole(rows.start + row, row, found)

    def _guess(self, rows: range, numbers: Pairs) -> Singles:
        """Guess between which numbers lies what is wanted of some documents."""
        likeness = self._multiply(numbers, self._sampled)
        size = len(self._sample)
        likeness[:, size:] = NEVER
        own = np.flatnonzero((self._sample >= rows.start) & (self._sample < rows.stop))
        likeness[self._sample[own] - rows.start, own] = NEVER
        limits = np.empty((len(rows), 7), np.float32)
        others, padding = len(self._compared.norm) - 1, len(self._sampled) * LANES - size
        guess_windows(likeness, padding, others, self._count, self._slack, self._rounded.error, limits)
        return limits

    def _multiply(self, rows: Pairs, columns: Pairs) -> Singles:
        """Multiply some documents by others, into room of this thread."""
        others = len(columns) * LANES
        likeness: Singles = self._room.tile[: len(rows) * others].reshape(len(rows), others)
        self._rounded.multiply(rows, columns, likeness)
        return likeness

    def _leave_out(self, likeness: Singles, rows: range, places: range) -> None:
        """Mark in a tile what is no partner."""
        if places.stop > len(self._compared.norm):
            likeness[:, max(len(self._compared.norm) - places.start, 0) :] = NEVER
        own = np.arange(max(rows.start, places.start), min(rows.stop, places.stop))
        likeness[own - rows.start, own - places.start] = NEVER

    def _rank_whole(self, document: int, row: int, found: Ranking) -> None:
        """Rank the partners of one document, looking at all that it has at once."""
        likeness = self._likeness(document)
        found.median[row], found.deviation[row] = summarize(
            self._compared,
            document,
            likeness,
            np.sort(likeness[self._sample]),
            self._stride - len(self._compared.norm) + 1,
            self._unit.error,
            self._count,
            self._room.scratch,
            found.nearest[row],
        )


def scaled(ranking: Ranking, documents: int) -> tuple[Floats, Floats]:
    """Give median and standard deviation that ``z`` is counted in; of too few documents, such that it is 0."""
    if documents < CRITERIA.min_documents:
        return np.zeros(len(ranking.median)), np.full(len(ranking.median), np.inf)
    return ranking.median, CRITERIA.mad_to_std * ranking.deviation
