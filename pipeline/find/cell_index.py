"""CellIndex: every cell of a corpus by what stands in it, in a file that is mapped into memory and not read.

It is made when something is first looked for, and again when the table ``regions`` has changed since.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from numpy.typing import NDArray

from tablekin.corpus import CorpusStore, read_parts, replacing
from tablekin.errors import StorageError
from tablekin.find.query import sixtieths
from tablekin.page import RegionKind

_KEY = b"tablekin.find"  # of the metadata: what the index was made from
_LAYOUT = "2"  # of the file; another number makes every index anew
_COLUMNS = ["doc_id", "region_id", "kind", "table_id", "row", "col", "text", "value"]

_TEXTS = ("documents", "texts", "digits")
_NUMBERS = {"region_id": np.int32, "table_id": np.int16, "row": np.int16, "col": np.int16}

Index = NDArray[np.int64]


@dataclass(frozen=True)
class CellIndex:
    """The cells of a corpus that have text, sorted by it."""

    documents: list[str]
    texts: pa.Array  # (texts,), each once, sorted
    begin: NDArray[np.int64]  # (texts + 1,): the cells of each text
    digits: pa.Array  # the same texts without blanks, each once, sorted
    digits_begin: NDArray[np.int64]  # (digits + 1,): the texts of each, in digits_text
    digits_text: NDArray[np.int32]
    document: NDArray[np.int32]  # (cells,): place in documents
    region: NDArray[np.int32]
    table: NDArray[np.int16]
    row: NDArray[np.int16]
    col: NDArray[np.int16]
    value: NDArray[np.float64]  # in units of the first group; not a number where there is none

    def __len__(self) -> int:
        return len(self.document)

    def with_texts(self, texts: set[str]) -> Index:
        """Find the cells that have one of some texts."""
        return _spans(self.begin, _places_of(self.texts, texts))

    def with_digits(self, digits: set[str]) -> Index:
        """Find the cells that have one of some strings of digits, whatever blanks stand between them."""
        found = self.digits_text[_spans(self.digits_begin, _places_of(self.digits, digits))]
        return _spans(self.begin, found.astype(np.int64))

    def with_values(self, value: float, tolerance: float) -> Index:
        """Find the cells whose value is near one."""
        slack = 1e-9 * max(abs(value), 1.0)  # 0.1 + 0.2 is within 0.1 of 0.2
        with np.errstate(invalid="ignore"):
            return np.flatnonzero(np.abs(self.value - value) <= tolerance + slack)

    @cached_property
    def lines(self) -> int:
        """More rows and columns than any table has, as `places` counts them: from a place to that below it."""
        return int(max(self.row.max(initial=0), self.col.max(initial=0))) + 2

    @cached_property
    def tables(self) -> int:
        """As many tables as any document has."""
        return int(self.table.max(initial=0)) + 1

    def places(self, cells: Index) -> Index:
        """Give document, table, row and column of cells as one number; the next in the row is one more."""
        place = self.document[cells].astype(np.int64) * self.tables + self.table[cells]
        return (place * self.lines + self.row[cells]) * self.lines + self.col[cells]

    def text_of(self, cells: Index) -> list[str]:
        """Give the texts of cells; empty for -1."""
        places = np.searchsorted(self.begin, cells, side="right") - 1
        found = pc.fill_null(self.texts.take(pa.array(places, pa.int64(), mask=cells < 0)), "")
        return list(found.to_pylist())


@dataclass(frozen=True)
class _SortedTexts:
    """Strings as a sequence of bytes, of which only those are made that are looked at."""

    begin: NDArray[np.int32]
    letters: memoryview

    @classmethod
    def of(cls, texts: pa.Array) -> _SortedTexts:
        _, offsets, letters = texts.buffers()
        begin = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
        return cls(begin, memoryview(letters if letters is not None else b""))

    def __len__(self) -> int:
        return len(self.begin) - 1

    def __getitem__(self, place: int) -> bytes:
        return bytes(self.letters[self.begin[place] : self.begin[place + 1]])


def _places_of(texts: pa.Array, wanted: set[str]) -> Index:
    """Find the places of strings among sorted ones; those that are not there are left out."""
    if not len(texts):
        return np.zeros(0, np.int64)
    known = _SortedTexts.of(texts)
    found = []
    for text in sorted(wanted):
        place = bisect_left(known, text.encode())
        if place < len(known) and known[place] == text.encode():
            found.append(place)
    return np.array(found, np.int64)


def _spans(begin: NDArray[np.int64], places: Index) -> Index:
    """List the numbers from the beginning of each of some places to that of the next."""
    spans = [np.arange(begin[place], begin[place + 1]) for place in places]
    return np.concatenate(spans) if spans else np.zeros(0, np.int64)


def open_index(corpus: CorpusStore, say: Callable[[str], None]) -> CellIndex:
    """Open the index of a corpus, made anew if it is not of its present cells.

    Where it cannot be kept, as in a folder that is not the user's, it is made for this time only.

    Parameters
    ----------
    corpus
        Its tables may be changed meanwhile; the next that opens the index notices.
    say
        Is told when it is made, which takes some seconds for 10,000 documents.
    """
    path, key = corpus.layout.cell_index, _key(corpus)
    if (found := _map(path, key)) is not None:
        return _of_record(found)
    say("making the index of all cells, which is kept for the next time")
    record = _make(corpus).replace_schema_metadata({_KEY: key})
    try:
        with replacing(path) as file, pa.ipc.new_file(file, record.schema) as writer:
            writer.write_table(record)
    except StorageError as error:
        say(f"the index is not kept: {error}")
        return _of_record(record)
    found = _map(path, key)
    return _of_record(record if found is None else found)


def _key(corpus: CorpusStore) -> bytes:
    """Say what the present cells are, by what the file system tells of their parts."""
    digest = hashlib.sha256(_LAYOUT.encode())
    for part in corpus.layout.parts("regions"):
        found = part.stat()
        digest.update(f"\0{part.name} {found.st_size} {found.st_mtime_ns}".encode())
    return digest.hexdigest().encode()


def _map(path: Path, key: bytes) -> pa.Table | None:
    """Map an index into memory; None if there is none, it is damaged, or of other cells."""
    try:
        record = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        is_sound = (record.schema.metadata or {}).get(_KEY) == key and record.num_rows == 1
        return record if is_sound else None
    except (OSError, pa.ArrowException):
        return None


def _of_record(record: pa.Table) -> CellIndex:
    columns: dict[str, Any] = {name: record[name].chunk(0).values for name in record.column_names}
    arrays = {
        name: column.to_numpy(zero_copy_only=True) for name, column in columns.items() if name not in _TEXTS
    }
    return CellIndex(
        documents=columns["documents"].to_pylist(), texts=columns["texts"], digits=columns["digits"], **arrays
    )


def _make(corpus: CorpusStore) -> pa.Table:
    """Make the index as a table of one row, a list in each column."""
    is_cell = (ds.field("kind") == RegionKind.CELL.value) & (ds.field("text") != "")
    parts = corpus.layout.parts("regions")
    cells = read_parts(parts, _COLUMNS, is_cell)
    documents, document = _sorted_codes(cells["doc_id"])
    texts, text = _sorted_codes(cells["text"])
    numbers = {name: cells[name].to_numpy().astype(kind) for name, kind in _NUMBERS.items()}
    order = np.lexsort((numbers["col"], numbers["row"], numbers["table_id"], document, text))
    read = np.array([sixtieths(each.split()) for each in texts.to_pylist()])
    value = cells["value"].to_numpy().astype(np.float64)
    value = np.where(np.isnan(value), read[text] if len(read) else value, value)
    begin = np.searchsorted(text[order], np.arange(len(texts) + 1))
    digits, bare = _sorted_codes(pa.chunked_array([pc.replace_substring(texts, " ", "")], pa.string()))
    by_digits = np.argsort(bare, kind="stable")
    digits_begin = np.searchsorted(bare[by_digits], np.arange(len(digits) + 1))
    columns = {
        "documents": documents,
        "texts": texts,
        "begin": pa.array(begin, pa.int64()),
        "digits": digits,
        "digits_begin": pa.array(digits_begin, pa.int64()),
        "digits_text": pa.array(by_digits, pa.int32()),
        "document": pa.array(document[order], pa.int32()),
        "region": pa.array(numbers["region_id"][order]),
        "table": pa.array(numbers["table_id"][order]),
        "row": pa.array(numbers["row"][order]),
        "col": pa.array(numbers["col"][order]),
        "value": pa.array(value[order]),
    }
    return pa.table(
        {name: pa.LargeListArray.from_arrays([0, len(column)], column) for name, column in columns.items()}
    )


def _sorted_codes(column: pa.ChunkedArray) -> tuple[pa.Array, NDArray[np.int32]]:
    """Give the values of a column, each once and sorted, and the place of each row's among them."""
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return encoded.dictionary.take(pa.array(order)), rank[encoded.indices.to_numpy()]
