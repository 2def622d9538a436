"""Application: the cells of a corpus get the readings that were corrected, wherever these stand now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tablekin.corpus import CellKey, CorpusStore, StoredReading
from tablekin.correction.overlap import BOX, find_again
from tablekin.number import text_of, value_of
from tablekin.page import RegionKind

_LOST = -1  # region of a correction whose cell is not there any more
_CELL = ["doc_id", "region_id", *BOX]


@dataclass(frozen=True)
class LostCorrection:
    """A correction that stands in the history and in no cell."""

    document: str
    after: str
    source: str
    why: str

    def __str__(self) -> str:
        return f"the correction {self.after!r} of {self.document} (from {self.source}) stands nowhere: {self.why}"


@dataclass(frozen=True)
class Applied:
    """What became of the corrections of a corpus."""

    changed: tuple[str, ...]  # doc_id of documents some of whose readings are others now
    cells: int  # corrected cells of all documents


def corrected_reading(printed: str) -> StoredReading:
    """Make what a cell says of what is printed in it, as reading does; it is certain."""
    text, value = text_of(printed), value_of(printed)
    return StoredReading(text, printed, 1.0 if text else 0.0, None if np.isnan(value) else value)


def apply_corrections(corpus: CorpusStore, begin: Callable[[], None]) -> Applied:
    """Bring the readings of a corpus up to date with its corrections, which are found again by their boxes.

    Whatever was interrupted, this finishes it: what the network read is kept with every reading that was corrected.

    Parameters
    ----------
    corpus
        Its table of corrections says what is to stand where.
    begin
        Is called before anything is written.
    """
    history = corpus.correction_table.read()
    has_readings = {name: cells for name, cells in corpus.corrected_readings.parts()}
    before = corpus.corrected_readings.digests()
    placed = _place(corpus, history)
    active = history["undone"].isna().to_numpy(bool)
    wanted = _wanted(history[active].assign(region_id=placed[active]))
    names = {doc for doc, _ in wanted}
    for name, documents in _documents_by_part(corpus):
        own = {key: reading for key, reading in wanted.items() if key[0] in documents}
        now = {key: reading.printed for key, reading in own.items()}
        if (names & documents or name in has_readings) and now != has_readings.get(name, {}):
            begin()
            corpus.corrected_readings.write(name, own)
    if not np.array_equal(placed, history["region_id"].to_numpy(np.int64)):
        begin()
        corpus.correction_table.write(history.assign(region_id=placed))
    after = corpus.corrected_readings.digests()
    changed = sorted(doc for doc in before.keys() | after.keys() if before.get(doc) != after.get(doc))
    return Applied(tuple(changed), len(wanted))


def _documents_by_part(corpus: CorpusStore) -> Iterator[tuple[str, set[str]]]:
    for part, batch in zip(
        corpus.layout.parts("documents"), corpus.batches({"documents": ["doc_id"]}), strict=True
    ):
        yield part.name, set(batch["documents"]["doc_id"].to_pylist())


def _wanted(active: pd.DataFrame) -> dict[CellKey, StoredReading]:
    """Choose the newest correction of every cell."""
    found = active[active["region_id"] != _LOST]
    keys = zip(found["doc_id"], found["region_id"], strict=True)
    return {
        (str(doc), int(region)): corrected_reading(str(after))
        for (doc, region), after in zip(keys, found["after"], strict=True)
    }


def _place(corpus: CorpusStore, history: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Find the present region of every correction of the history."""
    documents = corpus.read("documents", set(history["doc_id"]), ["doc_id", "sha256"])
    scans = dict(zip(documents["doc_id"], documents["sha256"], strict=True))
    cells = cells_by_document(corpus, scans)
    placed = np.full(len(history), _LOST, np.int64)
    boxes = history[BOX].to_numpy(np.float64)
    columns = zip(history["doc_id"], history["sha256"], strict=True)
    for number, (doc, scan) in enumerate(columns):
        if scans.get(doc) == scan and doc in cells:
            found = find_again(cells[doc], boxes[number])
            placed[number] = _LOST if found is None else int(cells[doc]["region_id"].iloc[found])
    return placed


def cells_by_document(corpus: CorpusStore, documents: Mapping[str, object]) -> dict[str, pd.DataFrame]:
    """Read the cells of documents: region, box, table, row, column, text and reading as printed."""
    columns = [*_CELL, "kind", "table_id", "row", "col", "text", "printed"]
    regions = corpus.read("regions", documents, columns)
    cells = regions[regions["kind"] == RegionKind.CELL]
    return {str(doc): rows.reset_index(drop=True) for doc, rows in cells.groupby("doc_id")}


def lost_corrections(corpus: CorpusStore) -> list[LostCorrection]:
    """List the corrections that were not undone and whose place is not in the corpus any more, and why."""
    active = corpus.correction_table.active()
    lost = active[active["region_id"] == _LOST]
    documents = corpus.read("documents", set(lost["doc_id"]), ["doc_id", "sha256", "status"])
    known = documents.set_index("doc_id")
    found = []
    for row in lost.itertuples():
        if row.doc_id not in known.index:
            why = "the corpus has no such document any more"
        elif known.loc[row.doc_id, "sha256"] != row.sha256:
            why = "its scan is another now"
        elif known.loc[row.doc_id, "status"] != "ok":
            why = "its scan could not be analysed"
        else:
            why = "no cell is found at its place any more"
        found.append(LostCorrection(str(row.doc_id), str(row.after), str(row.source), why))
    return found
