"""Comparison: the tables of pairs are brought up to date with the documents of a corpus."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import closing
from dataclasses import dataclass
from itertools import count as integers
from threading import Event
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tablekin.config import ExplainConfig, RunConfig
from tablekin.corpus import (
    Comparison,
    CorpusStore,
    Coverage,
    Document,
    MatchProvenance,
    Survey,
    document_key,
    inputs_digest,
    survey,
)
from tablekin.execution import Count, Progress, WorkerPool, default_workers, in_threads
from tablekin.explain.factor_index import FACTOR_TABLES, FactorIndex, load_factors
from tablekin.explain.nearest_plan import NearestPlan, plan_nearest
from tablekin.explain.nearest_stage import compare_nearest
from tablekin.explain.remote import Tile, match_in_cluster
from tablekin.explain.scores import PairBlock
from tablekin.provenance import pair_digest, weights_digests
from tablekin.threshold import threshold


@dataclass(frozen=True)
class BlockSizes:
    """How many documents are compared with how many at a time; the tables have the same rows whatever they are."""

    block: int = threshold(250, "documents", "on a side of a block, whose matches are a part of the table")
    tile: int = threshold(100, "documents", "on a side of what is matched together and is a row group")


SIZES = BlockSizes()

Index = NDArray[np.int64]


class ScoreTable(Protocol):
    """Scores of all pairs."""

    def table(self, a: Index, b: Index) -> pa.Table:
        """Make the rows of table ``pairs`` of some pairs."""


Score = Callable[[FactorIndex, int], ScoreTable]  # (factors, threads)
Match = Callable[[FactorIndex, Index, Index, NDArray[np.floating], int], pa.Table]
# (factors, places of the documents, their dot, matches of a pair and level) -> matches


@dataclass(frozen=True)
class ComparisonPlan:
    """What is left to do in the tables of pairs."""

    documents: list[Document]  # those that are ok, sorted
    comparison: Comparison  # what the tables are to be made from
    survey: Survey
    is_scored: bool  # whether table pairs is of this comparison
    outdated: int  # pairs compared with another config
    was_partial: bool = False  # whether the tables have had some of all pairs until now

    def is_done(self) -> bool:
        """Tell whether the tables are up to date."""
        return self.is_scored and self.survey.is_done()

    def __str__(self) -> str:
        """Say what will be done, for the user."""
        new = int(self.survey.missing.sum())
        again = "all pairs are kept now, before it were those of some partners (explain.partners): "
        kept = len(self.documents) * (len(self.documents) - 1) // 2 - new
        what = f"{new} pairs to be explained, {kept} are kept"
        if not self.is_scored:
            what += "; ranks and z of all are computed anew"
        if self.outdated:
            what = f"{self.outdated} pairs were compared with another config or other weights: {what}"
        return f"{again if self.was_partial else ''}{what}"


Begin = Callable[[ComparisonPlan | NearestPlan], None]


def plan_comparison(corpus: CorpusStore, config: RunConfig, fingerprint: str) -> ComparisonPlan | NearestPlan:
    """Find out what is left to do in the tables of pairs; see ``compare``."""
    rows = corpus.read("documents", columns=["doc_id", "sha256", "status"])
    inputs = list(zip(*(rows.loc[rows["status"] == "ok", key] for key in ("doc_id", "sha256")), strict=True))
    documents = sorted(document_key(*document) for document in inputs)
    made_with = config.pair_fingerprint(fingerprint, pair_digest(weights_digests()))
    target = Comparison(made_with, inputs_digest(inputs))
    if count := config.partners_of(len(documents)):
        return plan_nearest(corpus, documents, target, count)
    old, was_partial = corpus.pair_table.made_from(), corpus.pair_table.kept() != ""
    outdated = corpus.pair_table.count() if old is not None and old.fingerprint != target.fingerprint else 0
    found = survey(corpus.match_table.provenances(), documents, target.fingerprint)
    return ComparisonPlan(documents, target, found, old == target and not was_partial, outdated, was_partial)


def compare(
    corpus: CorpusStore,
    config: RunConfig,
    fingerprint: str,
    stages: Callable[[], tuple[Score, Match]],
    count: Count,
    begin: Begin | None = None,
    cluster: WorkerPool | None = None,
    device: str = "cpu",
) -> int | None:
    """Score all pairs of documents anew and explain those that have not been.

    Scores are cheap, and where a document stands among the partners of another changes with every document
    added; matches do not change, so only those of pairs that have none yet are computed.

    Parameters
    ----------
    corpus
        Its documents are all there.
    config
        Settings of the run.
    fingerprint
        Digest of what the documents' tables depend on.
    stages
        Gives the functions that score and explain, when there is something to do.
    count
        Takes what each stage did.
    begin
        Is told what will be done, if anything, before it is.
    cluster
        Finds the matches of all pairs; threads of this process by default, and where not all are kept.
    device
        Where partners are ranked where not all pairs are kept; else ``stages`` know.

    Returns
    -------
    int or None
        Number of pairs explained; None if the tables were up to date.
    """
    plan = plan_comparison(corpus, config, fingerprint)
    if isinstance(plan, NearestPlan):
        if plan.is_current:
            return None
        if begin is not None:
            begin(plan)
        return compare_nearest(corpus, config, plan, lambda: stages()[1], count, device)
    if plan.is_done():
        return None
    if begin is not None:
        begin(plan)
    for name in plan.survey.obsolete:
        corpus.match_table.drop_part(name)
    for name, gone in plan.survey.partial.items():
        corpus.match_table.trim(name, gone)
    corpus.nearest_table.drop()
    corpus.ranking.clear()
    if plan.is_scored and plan.survey.used and not plan.survey.missing.any():
        return 0
    score, match = stages()
    threads = default_workers("cpu")
    clock = time.perf_counter()
    with Progress("loading what the pages are compared by"):
        factors = load_factors(corpus.batches(FACTOR_TABLES, is_encoded=True), config.explain.similarity)
    count("load", len(plan.documents), len(factors.documents), time.perf_counter() - clock)
    clock = time.perf_counter()
    with Progress("ranking partners"):
        scores = score(factors, threads)
    scored = time.perf_counter() - clock
    clock = time.perf_counter()
    new, written = explain_blocks(corpus, factors, scores, match, plan, config.explain, threads, cluster)
    count("match", new, written, time.perf_counter() - clock)
    if not plan.is_scored:
        clock = time.perf_counter()
        with Progress("writing scores"):
            rows = write_scores(corpus, scores, len(factors.documents), plan.comparison, threads)
        count("score", len(factors.documents), rows, scored + time.perf_counter() - clock)
    return new


def explain_blocks(
    corpus: CorpusStore,
    factors: FactorIndex,
    scores: ScoreTable,
    match: Match,
    plan: ComparisonPlan,
    config: ExplainConfig,
    threads: int,
    cluster: WorkerPool | None = None,
) -> tuple[int, int]:
    """Write the matches of the pairs that have not been explained, a part for every block; at least one.

    Returns
    -------
    int, int
        Pairs explained, matches written.
    """
    missing, documents = plan.survey.missing, plan.documents
    whole = PairBlock(range(len(documents)), range(len(documents)))
    blocks = [
        (block, pairs)
        for block in whole.divide(SIZES.block)
        if (pairs := int(np.count_nonzero(missing[_slices(block)])))
    ]
    total, number_of_pass = sum(pairs for _, pairs in blocks), corpus.match_table.next_pass()
    stop = Event()

    def explain_tile(tile: Tile) -> pa.Table:
        if stop.is_set():
            raise CancelledError  # so that what was written of the part is not taken for all of it
        return match(factors, *tile, config.matches_per_pair)

    def tiles(block: PairBlock) -> Iterator[Tile]:
        for a, b in _tiles(block, missing):
            scored = scores.table(a, b)
            kept = scored["cosine"].to_numpy() >= config.matches_from_cosine
            if kept.any():
                yield a[kept], b[kept], scored["dot"].to_numpy()[kept]

    def write(numbered: tuple[int, PairBlock, Iterable[pa.Table]]) -> int:
        number, block, tables = numbered
        rows, columns = _slices(block)
        coverage = Coverage.of(documents[rows], documents[columns], missing[rows, columns])
        explained = MatchProvenance(plan.comparison.fingerprint, coverage)
        return corpus.match_table.add(tables, explained, number_of_pass, number)

    if not total:
        if not plan.survey.used:
            nothing = Coverage((), (), np.zeros((0, 0), bool))
            corpus.match_table.add(
                [], MatchProvenance(plan.comparison.fingerprint, nothing), number_of_pass, 0
            )
        return 0, 0
    written = 0
    try:
        chosen = [block for block, _ in blocks]
        found: Iterator[Iterator[pa.Table]]
        if cluster is None:
            found = (map(explain_tile, tiles(block)) for block in chosen)
        else:
            batches = (list(tiles(block)) for block in chosen)
            found = match_in_cluster(cluster, batches, factors, match, config.matches_per_pair)
        with (
            Progress("comparing", total, "pairs") as progress,
            closing(in_threads(write, zip(integers(), chosen, found), threads)) as parts,
        ):
            for (_, pairs), rows in zip(blocks, parts, strict=True):
                written += rows
                progress.advance(pairs)
    finally:
        stop.set()
    return total, written


def _slices(block: PairBlock) -> tuple[slice, slice]:
    return slice(block.rows.start, block.rows.stop), slice(block.columns.start, block.columns.stop)


def _tiles(block: PairBlock, missing: NDArray[np.bool_]) -> Iterator[tuple[Index, Index]]:
    """Cut a block into tiles of pairs that have not been explained."""
    for tile in block.divide(SIZES.tile):
        a, b = tile.pairs()
        new = missing[a, b]
        if new.any():
            yield a[new], b[new]


def write_scores(
    corpus: CorpusStore, scores: ScoreTable, documents: int, comparison: Comparison, threads: int
) -> int:
    """Write table ``pairs``, a row group for every block; returns the number of rows."""
    blocks = PairBlock(range(documents), range(documents)).divide(SIZES.block)
    with closing(in_threads(lambda block: scores.table(*block.pairs()), blocks, threads)) as tables:
        return corpus.pair_table.replace(tables, comparison)
