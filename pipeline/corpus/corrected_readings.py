"""CorrectedReadings: what people corrected in table ``regions``, and what the network had read there.

A part of the table says itself which of its cells were corrected, and keeps what was read there: nothing can be lost
between two files, and a part whose documents are analysed anew says of none. Whoever has the corrections can bring it
up to date at any time, whatever was interrupted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tablekin.corpus.codec import decode, encode
from tablekin.corpus.layout import CorpusLayout
from tablekin.corpus.parts import part_metadata, read_parts, write_part
from tablekin.schemas import PartKey

_TABLE = "regions"
_COLUMNS = ("text", "printed", "confidence", "value")
CellKey = tuple[str, int]  # doc_id and region_id


@dataclass(frozen=True)
class StoredReading:
    """What a cell says: columns of table ``regions``."""

    text: str
    printed: str
    confidence: float
    value: float | None


class CorrectedReadings:
    """Readings that were corrected, in the corpus of this layout."""

    def __init__(self, layout: CorpusLayout) -> None:
        self._layout = layout

    def parts(self, among: Collection[str] | None = None) -> Iterator[tuple[str, dict[CellKey, str]]]:
        """Name every part that has corrected cells, and what was put there.

        Parameters
        ----------
        among
            Names of the parts that are looked at; all by default.

        Yields
        ------
        tuple
            Name of the part, and the reading as printed by cell.
        """
        for name in [part.name for part in self._layout.parts(_TABLE)] if among is None else among:
            found = self._sealed(name)
            if found:
                yield name, {cell: after for cell, (after, _) in found.items()}

    def documents(self, among: Collection[str] | None = None) -> dict[str, int]:
        """Count the corrected cells of every document that has any; ``among`` is that of ``parts``."""
        counts: dict[str, int] = {}
        for _, cells in self.parts(among):
            for doc, _ in cells:
                counts[doc] = counts.get(doc, 0) + 1
        return counts

    def digests(self) -> dict[str, str]:
        """Digest of what was corrected in each document that was: another where its readings are others."""
        found: dict[str, list[str]] = {}
        for _, cells in self.parts():
            for (doc, region), after in sorted(cells.items()):
                found.setdefault(doc, []).append(f"{region} {after}")
        return {doc: _digest(lines) for doc, lines in found.items()}

    def digest(self) -> str:
        """Digest of all that was corrected; empty where nothing was."""
        found = self.digests()
        return _digest([f"{doc} {digest}" for doc, digest in sorted(found.items())]) if found else ""

    def regions(self, name: str) -> pa.Table:
        """Read a part of table ``regions`` with what the network read in it, before any correction."""
        rows = read_parts([self._layout.part(_TABLE, name)]).combine_chunks()
        read = {cell: before for cell, (_, before) in self._sealed(name).items()}
        return _sealed_with(_overlaid(rows, read), None)

    def write(self, name: str, corrected: Mapping[CellKey, StoredReading]) -> bool:
        """Give the cells of a part these readings, and all others what the network read.

        Parameters
        ----------
        name
            Of the part.
        corrected
            By cell. One that the part does not have is left out.

        Returns
        -------
        bool
            Whether anything had to be written.
        """
        rows = self.regions(name)
        keys = list(zip(rows["doc_id"].to_pylist(), rows["region_id"].to_pylist(), strict=True))
        place = {key: number for number, key in enumerate(keys)}
        own = {key: corrected[key] for key in sorted(corrected) if key in place}
        columns = [rows[column].to_pylist() for column in _COLUMNS]
        before = {key: StoredReading(*(column[place[key]] for column in columns)) for key in own}
        seal = [[*key, own[key].printed, *_values(before[key])] for key in own]
        if seal == [[*key, after, *_values(read)] for key, (after, read) in self._sealed(name).items()]:
            return False
        new = _sealed_with(_overlaid(rows, own), encode(seal) if seal else None)
        write_part(self._layout.part(_TABLE, name), new)
        return True

    def _sealed(self, name: str) -> dict[CellKey, tuple[str, StoredReading]]:
        """Read which cells a part says were corrected: what was put there, and what had been read.

        One that cannot be read says of none; that it cannot is told by whoever needs its rows.
        """
        try:
            text = part_metadata(self._layout.part(_TABLE, name)).get(PartKey.CORRECTED)
        except (OSError, pa.ArrowException):
            return {}
        rows = decode(text) if text else []
        return {(doc, int(region)): (after, StoredReading(*read)) for doc, region, after, *read in rows}


def _values(reading: StoredReading) -> list[Any]:
    return [getattr(reading, column) for column in _COLUMNS]


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\0".join(lines).encode()).hexdigest()[:16]


def _overlaid(rows: pa.Table, readings: Mapping[CellKey, StoredReading]) -> pa.Table:
    """Put readings into their cells."""
    if not readings:
        return rows
    keys = zip(rows["doc_id"].to_pylist(), rows["region_id"].to_pylist(), strict=True)
    places = [(number, readings[key]) for number, key in enumerate(keys) if key in readings]
    for column in _COLUMNS:
        values = rows[column].to_pylist()
        for number, reading in places:
            values[number] = getattr(reading, column)
        index = rows.schema.get_field_index(column)
        field = rows.schema.field(index)
        rows = rows.set_column(index, field, pa.array(values, field.type))
    return rows


def _sealed_with(rows: pa.Table, seal: str | None) -> pa.Table:
    """Say in the metadata of a part what was corrected in it."""
    key = PartKey.CORRECTED.encode()
    metadata = {name: value for name, value in (rows.schema.metadata or {}).items() if name != key}
    return rows.replace_schema_metadata(metadata if seal is None else {**metadata, key: seal.encode()})
