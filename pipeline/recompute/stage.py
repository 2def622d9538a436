"""Recomputation stage: the tables of every batch of documents are recomputed where their readings are new."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import overload

import pandas as pd

from tablekin import data
from tablekin.config import RecomputeConfig, RunConfig
from tablekin.corpus import CorpusStore, uncorrected_handwriting
from tablekin.errors import CorpusError
from tablekin.execution import Count, Failure, Progress, Say, WorkerPool, attempt, run_in_order
from tablekin.recompute.rows import recompute_readings, to_frames, without_claims
from tablekin.schemas import RECOMPUTED_TABLES, empty


@dataclass(frozen=True)
class ReadBatch:
    """Readings of a batch of documents."""

    doc_ids: tuple[str, ...]
    regions: pd.DataFrame
    digits: pd.DataFrame
    guessed: frozenset[str] = frozenset()  # documents of whose readings no function is claimed


@dataclass(frozen=True)
class RecomputedBatch:
    """What became of them."""

    tables: dict[str, pd.DataFrame]  # rows of each table
    failures: dict[str, Failure]  # of documents that could not be recomputed; they have no rows


def recompute_batch(batch: ReadBatch, config: RecomputeConfig) -> RecomputedBatch:
    """Recompute a batch of documents."""
    regions, digits = (dict(list(rows.groupby("doc_id"))) for rows in (batch.regions, batch.digits))
    made: list[dict[str, pd.DataFrame]] = []
    failures: dict[str, Failure] = {}
    for doc in batch.doc_ids:
        if doc not in regions:
            continue
        found = attempt(
            partial(recompute_readings, config=without_claims(config) if doc in batch.guessed else config),
            regions[doc],
            digits.get(doc, batch.digits[:0]),
        )
        if isinstance(found, Failure):
            failures[doc] = found
        else:
            made.append(to_frames(doc, found))
    tables = {table: _stack(table, [frames[table] for frames in made]) for table in RECOMPUTED_TABLES}
    return RecomputedBatch(tables, failures)


def _stack(table: str, frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else empty(table)


def recomputation_fingerprint(config: RunConfig, version: str) -> str:
    """Digest of what the tables depend on besides the readings: config, version, and the known parameters."""
    known = Path(data.__file__).parent / "parameters.json"
    return config.recomputation_fingerprint(version, hashlib.sha256(known.read_bytes()).hexdigest())


def update_recomputations(
    corpus: CorpusStore,
    config: RecomputeConfig,
    fingerprint: str,
    workers: int | WorkerPool,
    count: Count,
    begin: Callable[[int], None],
    say: Say,
) -> int | None:
    """Bring tables ``columns``, ``functions``, ``numbers`` and ``checks`` up to date with all readings.

    Parameters
    ----------
    corpus
        Its tables of documents are up to date.
    config
        Which functions are claimed.
    fingerprint
        As from :func:`recomputation_fingerprint`.
    workers
        Number of processes, or those of a cluster.
    count
        Takes what was done.
    begin
        Is told the number of batches that will be recomputed, if any, before they are.
    say
        Is told which documents could not be; the others are.

    Returns
    -------
    int or None
        Number of documents recomputed; None if the tables were up to date.

    Raises
    ------
    CorpusError
        A batch could not be recomputed.
    """
    stale = corpus.recomputed_tables.stale(fingerprint)
    if not stale:
        return None
    clock = time.perf_counter()
    begin(len(stale))
    documents = rows = 0
    work = partial(recompute_batch, config=config)
    batches = _LazyBatches(corpus, stale)
    with (
        Progress("recomputing", len(stale), "batches") as progress,
        closing(_run(work, batches, workers)) as results,
    ):
        for name, result in zip(stale, results, strict=True):
            if isinstance(result, Failure):
                raise CorpusError(f"cannot recompute the batch {name}: {result.reason}\n{result.detail}")
            for doc, failure in result.failures.items():
                say(f"{doc} is not recomputed: {failure.reason}")
                say(failure.detail)
            corpus.recomputed_tables.write(name, result.tables, fingerprint)
            documents += batches.sizes[name]
            rows += len(result.tables["checks"])
            progress.advance()
    count("recompute", documents, rows, time.perf_counter() - clock)
    return documents


class _LazyBatches(Sequence[ReadBatch]):
    """Batches, read when they are asked for."""

    def __init__(self, corpus: CorpusStore, names: Sequence[str]) -> None:
        self._corpus, self._names = corpus, names
        self._guessed = uncorrected_handwriting(corpus)
        self.sizes: dict[str, int] = {}  # documents of each batch that was read

    def __len__(self) -> int:
        return len(self._names)

    @overload
    def __getitem__(self, place: int) -> ReadBatch: ...

    @overload
    def __getitem__(self, place: slice) -> _LazyBatches: ...

    def __getitem__(self, place: int | slice) -> ReadBatch | _LazyBatches:
        if isinstance(place, slice):
            return _LazyBatches(self._corpus, self._names[place])
        name = self._names[place]
        documents, regions, digits = self._corpus.recomputed_tables.readings(name)
        self.sizes[name] = len(documents)
        return ReadBatch(documents, regions, digits, self._guessed.intersection(documents))


def _run(
    work: Callable[[ReadBatch], RecomputedBatch], batches: _LazyBatches, workers: int | WorkerPool
) -> Generator[RecomputedBatch | Failure]:
    if len(batches) == 1 and isinstance(workers, int):  # sooner done than a process is started
        yield attempt(work, batches[0])
    else:
        yield from run_in_order(work, batches, workers)
