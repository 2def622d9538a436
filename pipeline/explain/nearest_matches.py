"""Matches with the nearest: the parts of table ``matches`` where it has some of all pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from threading import Event

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore, MatchProvenance, PairList, PairSurvey, pairs_of_keys
from tablekin.execution import Progress, in_threads
from tablekin.explain.alike import order_alike
from tablekin.explain.factor_file import FactorFile
from tablekin.explain.factor_index import FactorIndex
from tablekin.explain.kept_pairs import list_documents, order_pairs
from tablekin.explain.kept_scores import KeptScores
from tablekin.explain.nearest_plan import NearestPlan
from tablekin.threshold import threshold

Match = Callable[[FactorIndex, NDArray[np.int64], NDArray[np.int64], NDArray[np.floating], int], pa.Table]
Keys = NDArray[np.int64]


@dataclass(frozen=True)
class MatchSizes:
    """How much is done at a time; the table has the same rows whatever these are."""

    part: int = threshold(250_000, "pairs", "at least that one thread explains, and are a part of the table")
    parts: int = threshold(
        64, "parts", "at most that are added to the table, or a page would be looked for in too many"
    )
    loaded: int = threshold(
        16_384, "documents", "whose factors a thread has in memory, if a tile has no more"
    )
    tile: int = threshold(5000, "pairs", "explained together, and a row group")
    moves: int = threshold(
        3, "times", "that documents move toward their nearest; more spare hardly any reading"
    )
    moved: int = threshold(4096, "documents", "whose moves are computed together")


SIZES = MatchSizes()


def explain_pairs(
    corpus: CorpusStore,
    config: RunConfig,
    plan: NearestPlan,
    found: PairSurvey,
    scores: KeptScores,
    factors: FactorFile,
    match: Match,
    threads: int,
) -> int:
    """Write the matches of pairs that have not been explained, at least one part; returns the number of rows."""
    fingerprint, documents = plan.comparison.fingerprint, plan.documents
    number_of_pass = corpus.match_table.next_pass()
    parts = divide_pairs(found.missing, scores)
    if not parts and not found.used:
        nothing = MatchProvenance(fingerprint, PairList.of([], found.missing, found.missing))
        return corpus.match_table.add([], nothing, number_of_pass, 0)
    names = pa.array(factors.documents, pa.string())
    position = pc.fill_null(pc.index_in(scores.names, names), -1).to_numpy().astype(np.int64)
    stop = Event()

    def tables(keys: Keys) -> Iterator[pa.Table]:
        for piece in _pieces(keys, len(documents)):
            loaded = np.unique(position[list_documents(piece, len(documents))])
            index = factors.take(loaded)
            for begin in range(0, len(piece), SIZES.tile):
                if stop.is_set():
                    raise InterruptedError  # so that what was written of the part is not taken for all of it
                a, b = pairs_of_keys(piece[begin : begin + SIZES.tile], len(documents))
                near = scores.cosines(a, b).astype(np.float32) >= config.explain.matches_from_cosine
                if near.any():
                    dots = scores.dots(a, b).astype(np.float32)[near]
                    a, b = (np.searchsorted(loaded, position[side[near]]) for side in (a, b))
                    yield match(index, a, b, dots, config.explain.matches_per_pair)

    def write(numbered: tuple[int, Keys]) -> int:
        number, keys = numbered
        made_from = MatchProvenance(fingerprint, PairList.of(documents, *pairs_of_keys(keys, len(documents))))
        return corpus.match_table.add(tables(keys), made_from, number_of_pass, number)

    written = 0
    try:
        with (
            Progress("comparing", len(found.missing), "pairs") as progress,
            closing(in_threads(write, enumerate(parts), threads)) as results,
        ):
            for keys, rows in zip(parts, results, strict=True):
                written += rows
                progress.advance(len(keys))
    finally:
        stop.set()
    return written


def divide_pairs(missing: Keys, scores: KeptScores) -> list[Keys]:
    """Divide pairs into parts of documents that are alike, so that the factors of a part are few.

    Those of a part are in the order of documents that are alike, too.

    Parameters
    ----------
    missing
        The pairs, sorted.
    scores
        Of all documents.
    """
    if not len(missing):
        return []
    size = max(SIZES.part, -(-len(missing) // SIZES.parts))
    place = place_together(order_alike(scores.ranked_by), scores.ranking.nearest)
    ordered = order_pairs(missing, place)
    return [ordered[begin : begin + size] for begin in range(0, len(missing), size)]


def place_together(order: NDArray[np.int64], nearest: NDArray[np.int32]) -> NDArray[np.int64]:
    """Place documents so that those that have the same nearest stand together.

    Each moves to where the one in the middle of its nearest stands, all at once, a few times.

    Parameters
    ----------
    order
        ``(documents,)``, all of them, those that are alike together.
    nearest
        ``(documents, count)``, of each.

    Returns
    -------
    NDArray
        ``(documents,)``, the place of each.
    """
    place, middle = np.empty(len(order), np.int64), np.empty(len(order))
    place[order] = np.arange(len(order))
    for _ in range(SIZES.moves):
        for begin in range(0, len(order), SIZES.moved):
            here = slice(begin, begin + SIZES.moved)
            middle[here] = np.median(np.column_stack([place[here], place[nearest[here]]]), axis=1)
        place[np.argsort(middle, kind="stable")] = np.arange(len(order))
    return place


def _pieces(keys: Keys, documents: int) -> Iterator[Keys]:
    """Cut pairs into pieces of tiles whose documents are few enough to be in memory together; each piece sorted."""
    halves = [keys]
    while halves:
        piece = halves.pop()
        few = len(list_documents(piece, documents)) <= SIZES.loaded
        if few or len(piece) <= SIZES.tile:
            yield np.sort(piece)
            continue
        middle = -(-len(piece) // (2 * SIZES.tile)) * SIZES.tile
        halves += [piece[middle:], piece[:middle]]
