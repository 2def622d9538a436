"""CsvFile: corrections as a table with a row for each cell, as ``tablekin read --csv`` writes it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from tablekin.correction.proposal import Box, Complaint, CorrectionFile, PlaceInTable, Proposal, clean_reading
from tablekin.errors import ConfigError, UsageError
from tablekin.ingest import SEPARATORS, MetadataRecord, read_table

_DOCUMENT = ("doc", "document", "doc_id")
_READING = ("reading", "after")
_BOX = ("x0", "y0", "x1", "y1")
_FROM_ZERO = ("table_id", "col", "region_id")  # as the tables of a corpus name what counts from 0 there


class _LineError(Exception):
    """Why a line cannot be taken, and what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


def read_csv_file(path: Path) -> CorrectionFile:
    """Read a CSV file as a spreadsheet program saves it.

    It has the columns ``doc`` and ``reading``, and ``row`` and ``column`` (and ``table`` where a page has several),
    counted from 1, or ``x0``, ``y0``, ``x1`` and ``y1``; ``before``, what was read there when the file was written,
    makes it sure that a line is still of the same cell. Other columns are passed over.

    Raises
    ------
    UsageError
        It cannot be read as a whole, or has other columns.
    """
    try:
        table = read_table(path, _DOCUMENT, "corrections")
    except ConfigError as error:
        raise UsageError(str(error)) from error
    header, records = table.records[0].values, table.records[1:]
    columns = _columns(path, header)
    proposals, complaints = [], []
    for record in records:
        place = f"{path.name}, line {record.line}"
        if len(record.values) > len(header):
            separator = SEPARATORS[table.separator]
            what = f"has {len(record.values)} values for {len(header)} columns"
            remedy = f"put a value that has a {separator} in quotation marks"
            complaints.append(Complaint(place, what, remedy))
            continue
        try:
            proposals.append(_proposal(place, record, columns))
        except _LineError as error:
            complaints.append(Complaint(place, error.what, error.remedy))
    notes = (table.note,) if table.note else ()
    return CorrectionFile(path.name, tuple(proposals), tuple(complaints), notes)


def _columns(path: Path, header: Sequence[str]) -> dict[str, int]:
    """Find the columns by their names, whatever their capitals."""
    found: dict[str, int] = {}
    for number, name in enumerate(name.casefold() for name in header):
        if name and name in found:
            raise UsageError(f"{path} has several columns '{name}'; rename or delete all but one")
        found[name] = number
    if wrong := [name for name in _FROM_ZERO if name in found]:
        raise UsageError(
            f"{path} has columns {', '.join(wrong)}, which count from 0 in the tables of a corpus; name them table, "
            "row and column, count from 1, and leave region_id out, or begin with a file of: tablekin read CORPUS DOC "
            "--csv FILE"
        )
    for names in (_DOCUMENT, _READING):
        if not any(name in found for name in names):
            raise UsageError(
                f"{path} has no column '{names[0]}'; its columns are: {', '.join(header)}. A file to begin with is "
                "written by: tablekin read CORPUS DOC --csv FILE"
            )
    if not {"row", "column"} <= found.keys() and not {*_BOX} <= found.keys():
        raise UsageError(
            f"{path} does not say where its cells are: it has neither columns row and column, counted from 1, nor x0, "
            "y0, x1 and y1"
        )
    return found


def _proposal(place: str, record: MetadataRecord, columns: Mapping[str, int]) -> Proposal:
    def value(*names: str) -> str:
        number = next(columns[name] for name in names if name in columns)
        return record.values[number] if number < len(record.values) else ""

    def given(*names: str) -> bool:
        return all(name in columns and value(name) for name in names)

    if not value(*_DOCUMENT):
        raise _LineError("names no document", "write its doc_id or the name of its scan into the column doc")
    cell = box = None
    if given("row") or given("column"):
        table = _count(value("table"), "table") if given("table") else None
        cell = PlaceInTable(table, _count(value("row"), "row"), _count(value("column"), "column"))
    if given(*_BOX):
        box = _box([value(name) for name in _BOX], needed=cell is None)
    if cell is None and box is None:
        raise _LineError("does not say where its cell is", "give row and column, or x0, y0, x1 and y1")
    try:
        reading = clean_reading(value(*_READING))
        before = clean_reading(value("before")) if "before" in columns else None
    except ValueError as error:
        raise _LineError(str(error), "shorten or retype it") from error
    return Proposal(place, (value(*_DOCUMENT),), (reading,), cell, box, before)


def _count(text: str, name: str) -> int:
    try:
        number = float(text.replace(",", "."))  # spreadsheets write 3 as 3.0 now and then
    except ValueError:
        number = math.nan
    if not (number >= 1 and number == int(number)):
        raise _LineError(
            f"has {text!r} as its {name}", "tables, rows and columns are whole numbers from 1 on"
        )
    return int(number)


def _box(texts: Sequence[str], needed: bool) -> Box | None:
    """Read a box; where it is not needed, what a spreadsheet has made something else of is passed over."""
    try:
        x0, y0, x1, y1 = (float(text.replace(",", ".")) for text in texts)
    except ValueError:
        x0 = y0 = x1 = y1 = math.nan
    if all(map(math.isfinite, (x0, y0, x1, y1))) and x0 < x1 and y0 < y1:
        return x0, y0, x1, y1
    if needed:
        raise _LineError(
            f"has {', '.join(texts)} as its box", "give pixels of the scan: left, top, right, bottom"
        )
    return None
