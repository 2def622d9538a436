"""Collation stage: every document is laid beside its nearest; what their tables have in common is kept cell by cell."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, TypeVar, overload

import numpy as np
import pandas as pd

from tablekin.collation.candidates import find_candidates
from tablekin.collation.cell_columns import CellColumns, concatenate
from tablekin.collation.cells import list_cells
from tablekin.collation.collation import collate, keep_significant
from tablekin.collation.testimony import weigh_parts
from tablekin.collation.verdict import summarize
from tablekin.collation.witness import Witness, WitnessReader
from tablekin.corpus import (
    CollationProvenance,
    Comparison,
    CorpusStore,
    DocumentPair,
    Inventory,
    take_inventory,
)
from tablekin.errors import CorpusError
from tablekin.execution import (
    Count,
    Failure,
    Progress,
    WorkerPool,
    attempt,
    left_to_stay,
    run_in_order,
)
from tablekin.schemas import empty

Pair = TypeVar("Pair")
_BATCH = 128  # pairs that are collated together at most: what a table says of itself serves all of them
_BATCHES = 16  # wanted at least, so that workers end at about the same time
_LEAST = 64  # pairs that are worth sending to a worker: it takes longer to start than these take
_PAIRS_OF_PART, _ROWS_OF_PART = 1024, 250_000  # written together: some 100 MB while they wait
_SECONDS_OF_PART = 20.0  # of work that may be lost if the machine stops


@dataclass(frozen=True)
class CollationBatch:
    """Pairs of documents to be collated."""

    pairs: tuple[tuple[str, str], ...]
    witnesses: Mapping[str, Witness]


@dataclass(frozen=True)
class CollatedBatch:
    """What became of them."""

    cells: pd.DataFrame  # rows of table collations
    alignments: list[dict[str, Any]]  # of each pair, its columns of table alignments


def collate_batch(batch: CollationBatch) -> CollatedBatch:
    """Collate pairs of documents."""
    cells, alignments = [], []
    for name_a, name_b in batch.pairs:
        tried = collate(batch.witnesses[name_a], batch.witnesses[name_b])
        cells.append(list_cells(keep_significant(tried)))
        alignments.append(summarize(tried, cells[-1]))
    return CollatedBatch(_rows_of(batch.pairs, cells), alignments)


def _rows_of(pairs: Sequence[tuple[str, str]], cells: Sequence[CellColumns]) -> pd.DataFrame:
    """Make rows of table ``collations`` of the cells of each pair, in one piece: a data frame takes long to make."""
    counts = [one.size for one in cells]
    if not sum(counts):
        return empty("collations")
    names_a, names_b = np.repeat(np.array(pairs, object), counts, axis=0).T
    return concatenate(cells).to_frame().assign(doc_a=names_a, doc_b=names_b)


def update_collations(
    corpus: CorpusStore,
    neighbours: int,
    fingerprint: str,
    workers: int | WorkerPool,
    count: Count,
    begin: Callable[[Inventory], None],
) -> int | None:
    """Bring tables ``collations`` and ``alignments`` up to date with table ``pairs``, and the verdicts of ``checks``.

    Parameters
    ----------
    corpus
        Its table of pairs is up to date, and what is recomputed.
    neighbours
        A pair is collated if one of its documents is among so many nearest of the other, by features or by sequences.
    fingerprint
        As from :func:`cells_fingerprint`.
    workers
        Number of processes, or those of a cluster.
    count
        Takes what was done.
    begin
        Is told what will be done, if anything, before it is.

    Returns
    -------
    int or None
        Number of pairs collated; None if the tables were up to date.

    Raises
    ------
    CorpusError
        Documents could not be collated.
    """
    pairs = corpus.pair_table.made_from()
    made_from = Comparison(
        collations_fingerprint(fingerprint, neighbours, corpus.corrected_readings.digest()),
        pairs.compared if pairs else "",
    )
    if corpus.alignment_table.made_from() == made_from and corpus.collations_are_complete():
        return None
    clock = time.perf_counter()
    with Progress("looking for neighbours to collate"):
        candidates = find_candidates(corpus, neighbours)
    inventory = take_inventory(corpus.collation_table.provenances(), candidates, fingerprint)
    begin(inventory)
    for name in inventory.obsolete:
        corpus.collation_table.keep(name, ())
    for name, wanted in inventory.partial.items():
        corpus.collation_table.keep(name, wanted)
    rows = _collate_missing(corpus, sorted(inventory.missing), fingerprint, workers)
    count("collate", len(inventory.missing), rows, time.perf_counter() - clock)
    alignments = corpus.collation_table.alignments()
    checks = [part.name for part in corpus.layout.parts("checks")]
    weigh_parts(corpus, checks, alignments.select(["doc_a", "doc_b", "verdict"]).to_pandas(), count)
    corpus.alignment_table.replace([alignments], made_from)  # last: it says that all before is done
    return len(inventory.missing)


def cells_fingerprint(documents: str, recomputed: str) -> str:
    """Digest of what the cells of a pair depend on: the fingerprints of its documents, and of what they should say."""
    return hashlib.sha256(f"{documents} {recomputed}".encode()).hexdigest()[:16]


def collations_fingerprint(cells: str, neighbours: int, corrected: str = "") -> str:
    """Digest of what the tables depend on besides the scans.

    Parameters
    ----------
    cells
        As from :func:`cells_fingerprint`.
    neighbours
        As for :func:`update_collations`.
    corrected
        Digest of what people corrected in the readings; empty where they corrected nothing.
    """
    said = f"{cells} {neighbours} features sequences{f' {corrected}' if corrected else ''}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _collate_missing(
    corpus: CorpusStore, missing: Sequence[DocumentPair], fingerprint: str, workers: int | WorkerPool
) -> int:
    """Collate pairs, a batch at a time; what is finished when an exception ends it is kept."""
    reader = WitnessReader(corpus, {name for pair in missing for name, _ in pair})
    groups = group_pairs(missing)
    batches = _CollationBatches(reader, groups)
    with (
        left_to_stay(),
        Progress("collating", len(missing), "pairs") as progress,
        closing(_run(batches, workers)) as results,
        closing(_PartWriter(corpus, fingerprint)) as writer,
    ):
        for group, result in zip(groups, results, strict=True):
            if isinstance(result, Failure):
                names = ", ".join(sorted({name for pair in group for name, _ in pair}))
                raise CorpusError(f"cannot collate {names}: {result.reason}\n{result.detail}")
            writer.add(group, result)
            progress.advance(len(group))
    return writer.written


def group_pairs(pairs: Sequence[Pair]) -> list[Sequence[Pair]]:
    """Divide pairs into those that are collated together."""
    size = min(_BATCH, max(_LEAST, -(-len(pairs) // _BATCHES)))
    return [pairs[first : first + size] for first in range(0, len(pairs), size)]


class _PartWriter:
    """Gathers what was collated, since a corpus of many small files is slow to write and to read.

    Parameters
    ----------
    corpus
        Gets a part when there is enough for one, or when it is time.
    fingerprint
        Of what the cells depend on.
    """

    def __init__(self, corpus: CorpusStore, fingerprint: str) -> None:
        self._corpus, self._fingerprint = corpus, fingerprint
        self.written = 0  # rows
        self._cells: list[pd.DataFrame] = []
        self._pairs: dict[DocumentPair, dict[str, Any]] = {}
        self._begun = time.monotonic()

    def add(self, pairs: Sequence[DocumentPair], found: CollatedBatch) -> None:
        """Take what was found of a batch of pairs."""
        self._cells.append(found.cells)
        self._pairs.update(zip(pairs, found.alignments, strict=True))
        is_full = len(self._pairs) >= _PAIRS_OF_PART or sum(map(len, self._cells)) >= _ROWS_OF_PART
        if is_full or time.monotonic() - self._begun >= _SECONDS_OF_PART:
            self.close()

    def close(self) -> None:
        """Write what there is."""
        if self._pairs:
            cells = pd.concat([one for one in self._cells if len(one)] or self._cells[:1])
            self._corpus.collation_table.add(cells, CollationProvenance(self._fingerprint, self._pairs))
            self.written += len(cells)
        self._cells, self._pairs, self._begun = [], {}, time.monotonic()


class _CollationBatches(Sequence[CollationBatch]):
    """Batches, made when they are asked for."""

    def __init__(self, reader: WitnessReader, groups: Sequence[Sequence[DocumentPair]]) -> None:
        self._reader, self._groups = reader, groups

    def __len__(self) -> int:
        return len(self._groups)

    @overload
    def __getitem__(self, place: int) -> CollationBatch: ...

    @overload
    def __getitem__(self, place: slice) -> _CollationBatches: ...

    def __getitem__(self, place: int | slice) -> CollationBatch | _CollationBatches:
        if isinstance(place, slice):
            return _CollationBatches(self._reader, self._groups[place])
        pairs = tuple((a, b) for (a, _), (b, _) in self._groups[place])
        names = {name for pair in pairs for name in pair}
        return CollationBatch(pairs, {name: self._reader.witness(name) for name in sorted(names)})


def _run(batches: _CollationBatches, workers: int | WorkerPool) -> Generator[CollatedBatch | Failure]:
    if len(batches) == 1 and isinstance(workers, int):  # sooner done than a process is started
        yield attempt(collate_batch, batches[0])
    else:
        yield from run_in_order(collate_batch, batches, workers)
