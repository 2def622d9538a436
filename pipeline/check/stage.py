"""Check: what is wrong with a corpus on disk, and how to repair it.

The values of the tables are checked against one another. What cannot be told from them is not covered: neither the
text and boxes of regions and digits, whose content has no digest on disk, nor the scans, which ``tablekin run``
compares with ``sha256``. Pages of Parquet files that carry a checksum are checked against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from tablekin.check.collations import check_collations
from tablekin.check.documents import check_documents
from tablekin.check.drivers import check_drivers
from tablekin.check.files import check_batches, check_file
from tablekin.check.index import DocumentIndex
from tablekin.check.journal import check_journal
from tablekin.check.matches import check_matches
from tablekin.check.pairs import check_pairs
from tablekin.check.problem import Problem, delete_batch
from tablekin.check.recomputations import check_recomputations
from tablekin.check.record import check_record, check_seals, config_of, fingerprints_of, read_record
from tablekin.corpus import CorpusLayout, find_foreign
from tablekin.errors import CorpusError
from tablekin.schemas import DOCUMENT_TABLES, SCHEMAS


def check(root: Path) -> Iterator[Problem]:
    """Find everything that is wrong with the corpus in ``root``; a part of a table is in memory at a time.

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
    if layout.begun("drop").exists() or layout.new_metadata.exists():  # what else is to be seen comes of it
        return
    sound: dict[str, list[Path]] = {}
    for table in SCHEMAS:
        sound[table] = []
        for part in layout.parts(table):
            problems = list(check_file(layout, table, part))
            yield from problems
            if not problems:
                sound[table].append(part)
        for leftover in layout.unfinished(table):
            what = "is what an interrupted run left"
            yield Problem(layout.place(leftover), what, "run again, which deletes it")
    yield from check_batches(layout)
    index = DocumentIndex()
    for part in sound["documents"]:
        if all(layout.part(table, part.name) in sound[table] for table in DOCUMENT_TABLES):
            yield from check_documents(layout, part.name, index)
        else:
            index.complete = False
    index.complete &= len(sound["documents"]) == len(layout.parts("documents"))
    index.settle()
    for name, parts in index.repeated():
        first, last = (layout.place(layout.part("documents", part)) for part in (parts[0], parts[-1]))
        yield Problem(last, f"has {name}, as has {first}", delete_batch(layout, parts[-1]))
    record, problems = read_record(layout)
    yield from problems
    rows = {
        table: sum(pq.read_metadata(part).num_rows for part in sound[table])
        for table in SCHEMAS
        if sound[table] == layout.parts(table)
    }
    yield from check_record(layout, record, index, rows)
    expected, config = fingerprints_of(record), config_of(record)
    yield from check_seals(layout, sound, expected, index)
    yield from check_pairs(layout, sound["pairs"], index)
    yield from check_matches(
        layout,
        sound["matches"],
        index,
        config.explain if config else None,
        expected.pairs if expected else None,
    )
    yield from check_drivers(layout, sound["drivers"], index)
    yield from check_recomputations(layout, sound, index, expected.recomputed if expected else None)
    fingerprint = expected.documents if expected else None
    yield from check_collations(layout, sound["collations"], sound["alignments"], index, fingerprint)
