"""Compare: bring the tables of pairs up to date with the documents of a corpus."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import closing
from itertools import count as integers
from threading import Event
from typing import Protocol, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.config import RunConfig
from pipeline.corpus import Comparison, Corpus, inputs_digest
from pipeline.execution import Progress, default_workers
from pipeline.factors import TABLES, Factors, gather
from pipeline.pairs import Block

BLOCK = 250  # documents on a side of a block, whose matches are a part
TILE = 100  # documents on a side of what is matched and written together
_AHEAD = 2  # results a thread may be ahead of whoever takes them

Index = NDArray[np.int64]
Task = TypeVar("Task")
Result = TypeVar("Result")


class Table(Protocol):
    """Scores of all pairs."""

    def table(self, a: Index, b: Index) -> pa.Table:
        """Make the rows of table ``pairs`` of some pairs."""


Score = Callable[[Factors, int], Table]  # (factors, threads)
Match = Callable[[Factors, Index, Index, NDArray[np.floating], int], pa.Table]
# (factors, places of the documents, their dot, matches of a pair and level) -> matches
Count = Callable[[str, int, int, float], None]  # (stage, rows in, rows out, seconds)


def compare(
    corpus: Corpus,
    config: RunConfig,
    fingerprint: str,
    stages: Callable[[], tuple[Score, Match]],
    count: Count,
) -> int | None:
    """Score all pairs of documents anew and explain those that are new.

    Scores are cheap, and where a document stands among the partners of another changes with every document
    added; matches do not change, so only those of new pairs are computed.

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

    Returns
    -------
    int or None
        Number of pairs explained; None if the tables were up to date.
    """
    documents = corpus.read("documents", columns=["doc_id", "sha256", "status"])
    documents = documents[documents["status"] == "ok"]
    target = config.pair_fingerprint(fingerprint)
    digest = inputs_digest(zip(documents["doc_id"], documents["sha256"], strict=True))
    old = corpus.comparison()
    if old is not None and (old.fingerprint, old.compared) == (target, digest):
        return None
    if old is not None and old.fingerprint != target:
        corpus.drop_comparison()
        old = None
    passes = old.passes + 1 if old else 1
    partners = corpus.paired_documents()
    score, match = stages()
    threads = default_workers("cpu")
    begin = time.perf_counter()
    factors = gather(corpus.batches(TABLES))
    count("gather", len(documents), len(factors.documents), time.perf_counter() - begin)
    begin = time.perf_counter()
    scores = score(factors, threads)
    scored = time.perf_counter() - begin
    begin = time.perf_counter()
    fresh = np.array([document not in partners for document in factors.documents], bool)
    new, written = explain_blocks(
        corpus, factors, scores, match, fresh, config.explain.matches_per_pair, passes, threads
    )
    count("match", new, written, time.perf_counter() - begin)
    begin = time.perf_counter()
    rows = write_scores(corpus, scores, len(factors.documents), Comparison(target, digest, passes), threads)
    count("score", len(factors.documents), rows, scored + time.perf_counter() - begin)
    return new


def explain_blocks(
    corpus: Corpus,
    factors: Factors,
    scores: Table,
    match: Match,
    fresh: NDArray[np.bool_],
    matches_per_pair: int,
    number_of_pass: int,
    threads: int,
) -> tuple[int, int]:
    """Write the matches of the pairs in which a document is new, a part for every block; at least one.

    Parameters
    ----------
    fresh
        ``(documents,)``, whether it is new.

    Returns
    -------
    int, int
        Pairs explained, matches written.
    """
    whole = Block(range(len(fresh)), range(len(fresh)))
    blocks = [
        (block, sum(len(a) for a, _ in _tiles(block, fresh)))
        for block in whole.divide(BLOCK)
        if fresh[block.rows.start : block.rows.stop].any()
        or fresh[block.columns.start : block.columns.stop].any()
    ]
    total = sum(pairs for _, pairs in blocks)
    stop = Event()

    def explain_tile(tile: tuple[Index, Index]) -> pa.Table:
        if stop.is_set():
            raise CancelledError  # so that what was written of the part is not taken for all of it
        return match(factors, *tile, scores.table(*tile)["dot"].to_numpy(), matches_per_pair)

    def explain(numbered: tuple[int, Block]) -> int:
        number, block = numbered
        return corpus.add_matches(map(explain_tile, _tiles(block, fresh)), number_of_pass, number)

    if not total:
        return 0, corpus.add_matches([], number_of_pass, 0)
    progress = Progress("comparing", total, "pairs")
    written = 0
    try:
        parts = _in_order(explain, zip(integers(), (block for block, _ in blocks)), threads)
        with closing(parts):
            for (_, pairs), rows in zip(blocks, parts, strict=True):
                written += rows
                progress.advance(pairs)
    finally:
        stop.set()
        progress.close()
    return total, written


def _tiles(block: Block, fresh: NDArray[np.bool_]) -> Iterator[tuple[Index, Index]]:
    """Cut a block into tiles of pairs with a new document."""
    for tile in block.divide(TILE):
        a, b = tile.pairs()
        new = fresh[a] | fresh[b]
        if new.any():
            yield a[new], b[new]


def write_scores(corpus: Corpus, scores: Table, documents: int, comparison: Comparison, threads: int) -> int:
    """Write table ``pairs``, a row group for every block; returns the number of rows."""
    blocks = Block(range(documents), range(documents)).divide(BLOCK)
    with closing(_in_order(lambda block: scores.table(*block.pairs()), blocks, threads)) as tables:
        return corpus.replace_pairs(tables, comparison)


def _in_order(function: Callable[[Task], Result], tasks: Iterable[Task], threads: int) -> Generator[Result]:
    """Apply ``function`` in threads; results come in the order of the tasks, and few of them wait to be taken."""
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for task in tasks:
                waiting.append(pool.submit(function, task))
                if len(waiting) > threads * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
