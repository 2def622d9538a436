"""Check: what is wrong with a corpus on disk, and how to repair it.

Every file is compared with its digest in the manifest: what changed since it was written is named, down to a bit. The
values of a file that is not as it was written are checked against those of others, to say what is wrong with it; on
request those of all. The scans are not looked at; ``tablekin run`` compares them with ``sha256``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tablekin.check.collations import check_collations
from tablekin.check.corrections import can_be_compared, check_corrections
from tablekin.check.documents import check_documents
from tablekin.check.drivers import check_drivers
from tablekin.check.files import check_batches, check_file, check_manifest, is_as_written, repair_part
from tablekin.check.index import DocumentIndex
from tablekin.check.journal import check_journal
from tablekin.check.kept import KeptPairs, check_nearest, is_partial, kept_keys
from tablekin.check.matches import check_coverage, check_matches
from tablekin.check.pairs import PairSet, check_pairs
from tablekin.check.problem import Problem, delete_batch, delete_tables
from tablekin.check.recomputations import check_recomputations
from tablekin.check.record import (
    check_record,
    check_seals,
    config_of,
    fingerprints_of,
    read_record,
    similarity_of,
    specific_of,
)
from tablekin.config import RunConfig, Similarity
from tablekin.corpus import CorpusLayout, CorpusManifest, CorrectedReadings, find_foreign, tables_of_batch
from tablekin.errors import CorpusError
from tablekin.schemas import ALL_SCHEMAS, RECOMPUTED_TABLES, SCHEMAS

# what follows from the documents
_COMPARED = ("pairs", "matches", "drivers", "collations", "alignments", *RECOMPUTED_TABLES)


@dataclass(frozen=True)
class Parts:
    """Parts of a corpus by table."""

    sound: dict[str, list[Path]]  # those that can be read
    changed: frozenset[Path]  # those that are not as they were written

    def is_to_be_checked(self, tables: Iterable[str], values: bool) -> bool:
        """Tell whether the values of some tables need be looked at."""
        return values or any(part in self.changed for table in tables for part in self.sound[table])

    def count_rows(self, layout: CorpusLayout) -> dict[str, int]:
        """Count the rows of the tables all of whose parts can be read."""
        return {
            table: sum(pq.read_metadata(part).num_rows for part in parts)
            for table, parts in self.sound.items()
            if parts == layout.parts(table)
        }


def check(root: Path, values: bool = False) -> Iterator[Problem]:
    """Find everything that is wrong with the corpus in ``root``; a part of a table is in memory at a time.

    Parameters
    ----------
    root
        The corpus.
    values
        Whether the values of files that are as they were written are checked against one another, too.

    Raises
    ------
    CorpusError
        There is none.
    """
    layout = CorpusLayout(root)
    if not layout.record.is_file() and not any(layout.parts(table) for table in SCHEMAS):
        raise CorpusError(f"{root} is not a corpus; make one with: tablekin run SCANS --out {root}")
    foreign = list(find_foreign(layout))
    for path, what in foreign:
        yield Problem(layout.place(path), what, "delete it, or move it out of the corpus, and check again")
    if foreign:  # what is behind them is not read
        return
    yield from check_journal(layout)
    unfinished = any(layout.begun(name).exists() for name in ("drop", "correct"))
    if unfinished or layout.new_metadata.exists():  # what else is to be seen comes of it
        return
    manifest = CorpusManifest.read(root)
    yield from check_manifest(layout, manifest)
    parts, problems = _find_parts(layout, manifest, values)
    yield from problems
    yield from check_batches(layout)
    compared = parts.is_to_be_checked(_COMPARED, values)
    index = DocumentIndex()
    yield from _check_documents(layout, parts, index, values or compared)
    record, problems = read_record(layout, manifest)
    yield from problems
    yield from check_record(layout, record, index, parts.count_rows(layout))
    corrected = (
        CorrectedReadings(layout).digest() if parts.sound["regions"] == layout.parts("regions") else ""
    )
    expected, config = fingerprints_of(record, corrected), config_of(record)
    sound = parts.sound
    yield from check_seals(layout, sound, expected, index)
    met: PairSet | KeptPairs | None = None
    kept, problems = _kept_of(layout, parts, index, config)
    yield from problems
    similarity, specific = similarity_of(record), specific_of(record)
    if parts.is_to_be_checked(["pairs"], values):
        found = check_pairs(layout, sound["pairs"], index, specific, kept)
        yield from _as_far_as_possible(found, layout, "pairs")
    if parts.is_to_be_checked(["matches"], values):
        met = KeptPairs(kept.keys, len(index.names)) if kept else PairSet(len(index.names))
        max_rank = config.explain.matches_per_pair if config else None
        found = check_matches(layout, sound["matches"], index, met, max_rank, similarity)
        yield from _as_far_as_possible(found, layout, "matches")
    yield from check_coverage(
        layout,
        sound["matches"],
        index,
        met,
        config.explain.matches_from_cosine if config else 0,
        expected.pairs if expected else None,
        specific if similarity is Similarity.SPECIFIC else None,
        kept,
    )
    if parts.is_to_be_checked(["drivers"], values):
        yield from _as_far_as_possible(check_drivers(layout, sound["drivers"], index), layout, "drivers")
    found = check_recomputations(
        layout,
        sound,
        index if parts.is_to_be_checked(RECOMPUTED_TABLES, values) else None,
        expected.recomputed if expected else None,
    )
    yield from _as_far_as_possible(found, layout, "columns")
    if can_be_compared(sound, layout):
        yield from _as_far_as_possible(check_corrections(layout), layout, "corrections")
    found = check_collations(
        layout,
        sound["collations"],
        sound["alignments"],
        index if parts.is_to_be_checked(["collations", "alignments"], values) else None,
        expected.cells if expected else None,
    )
    yield from _as_far_as_possible(found, layout, "collations")


def _kept_of(
    layout: CorpusLayout, parts: Parts, index: DocumentIndex, config: RunConfig | None
) -> tuple[KeptPairs | None, list[Problem]]:
    """Find which pairs a corpus keeps that does not keep all, and what is wrong with what says it."""
    if not is_partial(layout):
        return None, []
    names = pa.array(sorted(name for name, _, status in index.inputs if status == "ok"), pa.string())
    checked = check_nearest(layout, parts.sound["nearest"], names, config) if index.complete else iter(())
    problems = list(_as_far_as_possible(checked, layout, "nearest"))
    return KeptPairs(kept_keys(parts.sound, names), len(names)), problems


def _as_far_as_possible(
    problems: Iterator[Problem], layout: CorpusLayout, table: str, part: Path | None = None
) -> Iterator[Problem]:
    """Find problems until what a file holds is so far out of order that no more can be told."""
    try:
        yield from problems
    except (pa.ArrowException, ArithmeticError, LookupError, TypeError, ValueError) as error:
        place = part or layout.table(table)
        what = f"has values that cannot be looked at ({type(error).__name__}: {error})"
        repair = repair_part(layout, table, part) if part else delete_tables(layout, table)
        yield Problem(layout.place(place), what, repair)


def _find_parts(layout: CorpusLayout, manifest: CorpusManifest, values: bool) -> tuple[Parts, list[Problem]]:
    """Compare all parts with the manifest, and those that differ, or all, with the schema."""
    everything = [(table, part) for table in ALL_SCHEMAS for part in layout.parts(table)]
    with ThreadPoolExecutor() as threads:
        same = list(threads.map(partial(is_as_written, layout, manifest), (part for _, part in everything)))
    sound: dict[str, list[Path]] = {table: [] for table in ALL_SCHEMAS}
    problems, changed = [], set()
    for (table, part), is_same in zip(everything, same, strict=True):
        found = [] if is_same and not values else list(check_file(layout, table, part))
        if not is_same:
            changed.add(part)
            what = "is not as tablekin wrote it: it is damaged, or something else has changed it"
            found = found or [Problem(layout.place(part), what, repair_part(layout, table, part))]
            sound[table] += [part] if len(found) == 1 and found[0].what == what else []
        elif not found:
            sound[table].append(part)
        problems += found
    for table in ALL_SCHEMAS:
        for leftover in layout.unfinished(table):
            what = "is what an interrupted run left"
            problems.append(Problem(layout.place(leftover), what, "run again, which deletes it"))
    return Parts(sound, frozenset(changed)), problems


def _check_documents(
    layout: CorpusLayout, parts: Parts, index: DocumentIndex, values: bool
) -> Iterator[Problem]:
    """Check batches of documents, those that are not as they were written or all, and fill the index."""
    for seal in parts.sound["documents"]:
        tables = tables_of_batch(seal)
        batch = [layout.part(table, seal.name) for table in tables]
        if not all(part in parts.sound[table] for table, part in zip(tables, batch, strict=True)):
            index.complete = False
        elif values or not parts.changed.isdisjoint(batch):
            yield from _as_far_as_possible(
                check_documents(layout, seal.name, index), layout, "documents", seal
            )
        else:
            index.note(seal.name, pd.read_parquet(seal, columns=["doc_id", "sha256", "status"]))
    index.complete &= len(parts.sound["documents"]) == len(layout.parts("documents"))
    index.settle()
    for name, seals in index.repeated():
        first, last = (layout.place(layout.part("documents", part)) for part in (seals[0], seals[-1]))
        yield Problem(last, f"has {name}, as has {first}", delete_batch(layout, seals[-1]))
