"""Resolution: which cells of a corpus proposals are of, and which of them can be taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.corpus import CellKey, CorpusStore, find_document
from tablekin.correction.application import cells_by_document
from tablekin.correction.overlap import BOX, find_again, find_around
from tablekin.correction.proposal import Complaint, PlaceInTable, Proposal
from tablekin.errors import UsageError

Size = tuple[float, float]  # width and height in pixels
_MAX_STRETCH = 0.01  # by which the width and height of a picture may have been scaled differently: rounding
_ANEW = "write the file anew with: tablekin read {root} {doc} --csv FILE"


@dataclass(frozen=True)
class _Change:
    """A proposal that is of a cell and changes it."""

    proposal: Proposal
    document: str
    cell: pd.Series
    reading: str


@dataclass(frozen=True)
class Resolved:
    """What of a file can be taken."""

    rows: pd.DataFrame  # doc_id, region_id, box, before, after, sha256: a row for each cell that changes
    unchanged: int  # places of the file that say what is read at present
    complaints: tuple[Complaint, ...]


class _RefusedError(Exception):
    """Why a proposal cannot be taken, and what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


def as_shown(text: str, printed: str) -> str:
    """Give what a cell reads to who corrects it: as printed, or its digits where nothing else is known."""
    return printed or text


def resolve_proposals(corpus: CorpusStore, proposals: Sequence[Proposal]) -> Resolved:
    """Find the cells of proposals and compare what is read there at present.

    Parameters
    ----------
    corpus
        Its corrections are applied.
    proposals
        Of one file.
    """
    edited = [one for one in proposals if not _is_untouched(one)]
    names, complaints = _find_documents(corpus, {one.names: one.place for one in reversed(edited)})
    earlier = _earlier_readings(corpus)
    cells = cells_by_document(corpus, dict.fromkeys(names.values()))
    sizes = _sizes(corpus, cells)
    settled: list[_Change] = []
    unchanged = len(proposals) - len(edited)
    for proposal in _with_lines_joined(edited, names, cells, sizes):
        doc = names.get(proposal.names)
        if doc is None:
            continue
        anew = _ANEW.format(root=corpus.root, doc=doc)
        try:
            cell = _find_cell(doc, cells.get(doc, pd.DataFrame()), proposal, sizes.get(doc), anew)
            now = as_shown(cell["text"], cell["printed"])
            reading = _choose(proposal, now, earlier.get((doc, int(cell["region_id"])), set()), anew)
        except _RefusedError as error:
            complaints.append(Complaint(proposal.place, error.what, error.remedy))
            continue
        if reading is None:
            unchanged += 1
        else:
            settled.append(_Change(proposal, doc, cell, reading))
    taken, twice = _without_contradictions(settled)
    complaints += twice
    documents = corpus.read("documents", {one.document for one in taken}, ["doc_id", "sha256"])
    scans = dict(zip(documents["doc_id"], documents["sha256"], strict=True))
    rows = [
        {
            **one.cell[["doc_id", "region_id", *BOX]].to_dict(),
            "before": as_shown(one.cell["text"], one.cell["printed"]),
            "after": one.reading,
            "sha256": scans[one.document],
        }
        for one in taken
    ]
    columns = ["doc_id", "region_id", *BOX, "before", "after", "sha256"]
    return Resolved(pd.DataFrame(rows, columns=columns), unchanged, tuple(complaints))


def _is_untouched(proposal: Proposal) -> bool:
    """Tell whether a line was not edited.

    A spreadsheet may have made numbers of both the reading and what was there before (``02`` becomes ``2``); those
    are still the same.
    """
    return proposal.before is not None and proposal.readings == (proposal.before,)


def _earlier_readings(corpus: CorpusStore) -> dict[CellKey, set[str]]:
    """Give what was read in corrected cells before."""
    found: dict[CellKey, set[str]] = {}
    rows = corpus.correction_table.active()
    for doc, region, before in zip(rows["doc_id"], rows["region_id"], rows["before"], strict=True):
        found.setdefault((str(doc), int(region)), set()).add(str(before))
    return found


def _find_documents(
    corpus: CorpusStore, wanted: dict[tuple[str, ...], str]
) -> tuple[dict[tuple[str, ...], str], list[Complaint]]:
    """Find the doc_id of all names, each complained of once, at its first place."""
    found, complaints = {}, []
    for names, place in wanted.items():
        errors: list[UsageError] = []
        for name in names:
            try:
                found[names] = find_document(corpus, name)
                break
            except UsageError as error:
                errors.append(error)
        if names not in found:
            what, _, remedy = str(errors[0]).partition("; ")
            complaints.append(Complaint(place, what, remedy or "take it out of the file"))
    return found, complaints


def _sizes(corpus: CorpusStore, doc_ids: Iterable[str]) -> dict[str, Size]:
    """Give the width and height of the scans of documents."""
    rows = corpus.read("documents", {*doc_ids}, ["doc_id", "width", "height"])
    return {
        str(doc): (float(width), float(height))
        for doc, width, height in zip(rows["doc_id"], rows["width"], rows["height"], strict=True)
    }


def _with_lines_joined(
    proposals: Sequence[Proposal],
    names: dict[tuple[str, ...], str],
    cells: dict[str, pd.DataFrame],
    sizes: dict[str, Size],
) -> Iterator[Proposal]:
    """Make one proposal of the lines that lie in a cell, and leave out those that lie in none."""
    lines: dict[tuple[str, int], list[Proposal]] = {}
    for one in proposals:
        doc = names.get(one.names)
        if not one.is_loose:
            yield one
        elif doc in cells and one.box is not None and (box := _scaled(one, sizes[doc])) is not None:
            place = find_around(cells[doc], box)
            if place is not None:
                lines.setdefault((doc, place), []).append(one)
    for these in lines.values():
        said = " ".join(filter(None, (one.readings[0] for one in these)))
        yield replace(these[0], readings=(said,) if len(these) > 1 else these[0].readings)


def _scaled(proposal: Proposal, size: Size) -> NDArray[np.float64] | None:
    """Give the box of a proposal in pixels of the scan; None where its picture has another shape."""
    box = np.array(proposal.box, np.float64)
    if proposal.image is None:
        return box
    scale = np.array(size) / np.array(proposal.image)
    if abs(scale[0] / scale[1] - 1) > _MAX_STRETCH:
        return None
    return box * np.tile(scale, 2)


def _find_cell(doc: str, cells: pd.DataFrame, proposal: Proposal, size: Size | None, anew: str) -> pd.Series:
    """Find the cell of a proposal."""
    if cells.empty:
        raise _RefusedError(f"{doc} has no table", "look at it with: tablekin read --image")
    box = None if proposal.box is None or size is None else _scaled(proposal, size)
    if proposal.image is not None and box is None:
        raise _RefusedError(
            f"its picture has another shape than the scan of {doc}", "edit it over the whole scan"
        )
    if proposal.cell is None:
        assert box is not None
        place = find_around(cells, box)
        if place is None:
            raise _RefusedError(
                f"its box lies in no cell of {doc}", "draw it inside the cell, in pixels of the scan"
            )
        return cells.iloc[place]
    own = _at(doc, cells, proposal.cell)
    if box is not None and find_again(own.to_frame().T, box) is None:
        raise _RefusedError(
            f"row {proposal.cell.row}, column {proposal.cell.column} of {doc} stands elsewhere than its box says",
            anew,
        )
    return own


def _at(doc: str, cells: pd.DataFrame, place: PlaceInTable) -> pd.Series:
    """Give the cell at a place that counts from 1."""
    tables = sorted(int(table) for table in cells["table_id"].unique())
    if place.table is None and len(tables) > 1:
        raise _RefusedError(f"{doc} has {len(tables)} tables", "say which in a column table, from 1")
    number = tables[0] if place.table is None else place.table - 1
    own = cells[cells["table_id"] == number]
    if own.empty:
        raise _RefusedError(f"{doc} has no table {number + 1}", f"it has {len(tables)}, counted from 1")
    found = own[(own["row"] == place.row - 1) & (own["col"] == place.column - 1)]
    if found.empty:
        rows, columns = int(own["row"].max()) + 1, int(own["col"].max()) + 1
        what = f"table {number + 1} of {doc} has no row {place.row}, column {place.column}"
        raise _RefusedError(what, f"it has {rows} rows and {columns} columns, counted from 1")
    return found.iloc[0]


def _choose(proposal: Proposal, now: str, earlier: set[str], anew: str) -> str | None:
    """Give the reading that changes a cell; None where nothing does.

    Of several readings of one cell, those are left from before an edit that are what was corrected earlier.
    """
    changed = [reading for reading in proposal.readings if reading != now]
    if now in proposal.readings:
        changed = [reading for reading in changed if reading not in earlier]
    if not changed:
        return None
    if proposal.before is not None and not _is_like(proposal.before, now):
        raise _RefusedError(
            f"its cell was read as {proposal.before!r} when the file was written, and is {now!r} now", anew
        )
    return changed[0]


def _is_like(written: str, now: str) -> bool:
    """Tell whether two readings are the same but for what a spreadsheet makes of a number."""
    return written == now or _bare(written) == _bare(now) != ""


def _bare(reading: str) -> str:
    return re.sub(r"\D", "", reading).strip("0")


def _without_contradictions(settled: Iterable[_Change]) -> tuple[list[_Change], list[Complaint]]:
    """Take every cell once; of one that is given several readings none is taken."""
    of_cell: dict[CellKey, list[_Change]] = {}
    for one in settled:
        of_cell.setdefault((one.document, int(one.cell["region_id"])), []).append(one)
    taken = [these[0] for these in of_cell.values() if len({one.reading for one in these}) == 1]
    return taken, list(_contradictions(of_cell.values()))


def _contradictions(cells: Iterable[list[_Change]]) -> Iterator[Complaint]:
    for these in cells:
        readings = dict.fromkeys(one.reading for one in these)
        if len(readings) > 1:
            said = " and ".join(map(repr, readings))
            yield Complaint(
                these[-1].proposal.place,
                f"gives a cell of {these[0].document} another reading than {these[0].proposal.place}: {said}",
                "keep one of them; neither was taken",
            )
