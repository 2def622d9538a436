"""DocumentList: table ``documents`` in one file, so that a document is found without a look into all parts.

A run writes some documents to a part; whoever asks for one of a hundred thousand would have to open thousands. When
a run has ended, the table is written once more to a file that is mapped into memory, with the part that each row is
from. It counts only where the parts are those that it was made from, and may be deleted.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection
from contextlib import suppress

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tablekin.corpus.atomic_file import replacing
from tablekin.corpus.layout import CorpusLayout
from tablekin.corpus.parts import read_parts
from tablekin.errors import StorageError

_TABLE = "documents"
_KEY, _LAYOUT = b"tablekin.of", b"1"  # what the parts were, and how the file is made
_PART = "tablekin.part"  # column that the table does not have
_FEW = 64  # parts that are as well read themselves


class DocumentList:
    """The list of the documents of the corpus of this layout."""

    def __init__(self, layout: CorpusLayout) -> None:
        self._layout = layout
        self._known: tuple[bytes, pa.Table] | None = None

    def keep(self) -> None:
        """Write the list, if there are many parts and it is not there; where it cannot be written, there is none."""
        key = self._key()
        parts = self._layout.parts(_TABLE)
        if len(parts) <= _FEW:
            self._layout.document_list.unlink(missing_ok=True)
            return
        if self._map(key) is not None:
            return
        names = pa.array([part.name for part in parts])
        place = [place for place, part in enumerate(parts) for _ in range(pq.read_metadata(part).num_rows)]
        column = pa.DictionaryArray.from_arrays(pa.array(place, pa.int32()), names)
        table = read_parts(parts).append_column(_PART, column).combine_chunks()
        table = table.replace_schema_metadata({_KEY: key})
        with (
            suppress(StorageError),
            replacing(self._layout.document_list) as file,
            pa.ipc.new_file(file, table.schema) as writer,
        ):
            writer.write_table(table)

    def table(self) -> pa.Table | None:
        """Give table ``documents``; None where the list is not there, or not of the present parts."""
        found = self._present()
        return None if found is None else found.drop_columns([_PART])

    def parts_of(self, doc_ids: Collection[str]) -> set[str] | None:
        """Name the parts that have some documents; None where the list does not tell."""
        found = self._present()
        if found is None:
            return None
        rows = found.filter(pc.is_in(found["doc_id"], pa.array(sorted(doc_ids), pa.string())))
        return {str(name) for name in rows[_PART].to_pylist()}

    def _present(self) -> pa.Table | None:
        if not self._layout.document_list.exists():
            return None
        key = self._key()
        if self._known is None or self._known[0] != key:
            found = self._map(key)
            self._known = None if found is None else (key, found)
        return None if self._known is None else self._known[1]

    def _key(self) -> bytes:
        """Say what the present parts are, by what the file system tells of them."""
        digest = hashlib.sha256(_LAYOUT)
        folder = self._layout.table(_TABLE)
        with os.scandir(folder) as entries:
            known = sorted((entry.name, entry.stat()) for entry in entries if entry.name.endswith(".parquet"))
        for name, found in known:
            digest.update(f"\0{name} {found.st_size} {found.st_mtime_ns}".encode())
        return digest.hexdigest().encode()

    def _map(self, key: bytes) -> pa.Table | None:
        """Map the file into memory; None if there is none, it is damaged, or of other parts."""
        try:
            table = pa.ipc.open_file(pa.memory_map(str(self._layout.document_list))).read_all()
        except (OSError, pa.ArrowException):
            return None
        return table if (table.schema.metadata or {}).get(_KEY) == key else None
