"""DocumentTables: the tables with rows of documents, on disk.

Documents are added in batches: one part of the same name in each of their tables, that of ``documents`` last. It seals
the batch: a part without its seal is what an interrupted run left, and is deleted when the corpus is next written to.
It also says which optional tables the batch has besides those that every batch has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from tablekin.corpus.layout import CorpusLayout
from tablekin.corpus.manifest import CorpusManifest
from tablekin.corpus.parts import part_metadata, read_parts, write_part
from tablekin.errors import CorpusError
from tablekin.schemas import DOCUMENT_TABLES, OPTIONAL_DOCUMENT_TABLES, SCHEMAS, PartKey, to_arrow

_SEAL = "documents"  # the table whose part seals a batch
_ALL_TABLES = (*OPTIONAL_DOCUMENT_TABLES, *DOCUMENT_TABLES)


def tables_of_batch(seal: Path) -> tuple[str, ...]:
    """Name the tables that a batch has a part in, by its part of ``documents``; that comes last."""
    also = json.loads(part_metadata(seal).get(PartKey.ALSO, "[]"))
    return (*(table for table in OPTIONAL_DOCUMENT_TABLES if table in also), *DOCUMENT_TABLES)


class DocumentTables:
    """Tables of documents of the corpus of this layout."""

    def __init__(self, layout: CorpusLayout) -> None:
        self._layout = layout

    def next_name(self) -> str:
        """Name for the parts of the next batch."""
        return self._layout.next_part(_SEAL).name

    def add(
        self,
        tables: Mapping[str, pd.DataFrame],
        fingerprint: str,
        metadata: Iterable[pa.Field] = (),
        name: str | None = None,
    ) -> None:
        """Add a batch of documents.

        Parameters
        ----------
        tables
            Rows of every table of documents, and of those optional ones that the batch is to have.
        fingerprint
            Digest of what the rows depend on besides the scans.
        metadata
            Names and types of the user's columns in ``documents``.
        name
            Of the parts, by default the next one; a batch that is written again replaces itself.
        """
        name = name or self.next_name()
        if not self._layout.parts(_SEAL):  # later on a folder that is gone was deleted, and is not made anew
            self._layout.root.mkdir(parents=True, exist_ok=True)
        also = [table for table in OPTIONAL_DOCUMENT_TABLES if table in tables]
        for table in (*also, *DOCUMENT_TABLES):
            arrow = to_arrow(table, tables[table], list(metadata) if table == _SEAL else None)
            said: dict[str, str] = {PartKey.FINGERPRINT: fingerprint}
            if also and table == _SEAL:
                said[PartKey.ALSO] = json.dumps(also)
            write_part(self._layout.part(table, name), _with(arrow, said))

    def tidy(self) -> None:
        """Delete what an interrupted run left, and finish dropping the documents it was dropping."""
        sealed = {part.name for part in self._layout.parts(_SEAL)}
        for table in _ALL_TABLES:
            for part in self._layout.parts(table):
                if part.name not in sealed:
                    part.unlink()
        for part in self._layout.parts(_SEAL):
            if gone := part_metadata(part).get(PartKey.DROPPING):
                self._finish_dropping(part, json.loads(gone))
        if self._layout.new_metadata.exists():
            self._finish_metadata()

    def verify(self) -> None:
        """See that the parts of all batches are there, can be opened, and have the size they were written with.

        Raises
        ------
        CorpusError
            Some are not.
        """
        manifest = CorpusManifest.read(self._layout.root)
        if not manifest.files and self._layout.parts(_SEAL):
            raise CorpusError(
                f"{self._layout.manifest} is missing, without which no table can be trusted; put it back, or make the "
                "corpus anew in another folder: tablekin run SCANS --out FOLDER"
            )
        for seal in self._layout.parts(_SEAL):
            for table in tables_of_batch(seal):
                part = self._layout.part(table, seal.name)
                if what := self._what_is_wrong(part, manifest):
                    raise CorpusError(
                        f"{part} {what}; delete {seal} and run the same command again, which analyses its scans anew. "
                        f"tablekin check {self._layout.root} names everything of the kind"
                    )

    def _what_is_wrong(self, part: Path, manifest: CorpusManifest) -> str:
        if not part.is_file():
            return "is missing"
        if not manifest.has_size_of(self._layout.root, part):
            return (
                "has another size than it was written with: it is damaged, or something else has written it"
            )
        try:
            pq.read_metadata(part)
        except (OSError, pa.ArrowException):
            return "cannot be read"
        return ""

    def stale(self, fingerprint: str) -> list[str]:
        """Name the documents that were analysed with another config or other weights."""
        return [
            name
            for part in self._stale_parts(fingerprint)
            for name in read_parts([part], ["doc_id"])["doc_id"].to_pylist()
        ]

    def drop_stale(self, fingerprint: str) -> None:
        """Delete the documents that were analysed with another config or other weights."""
        for part in self._stale_parts(fingerprint):
            for table in reversed(_ALL_TABLES):  # the seal first
                self._layout.part(table, part.name).unlink(missing_ok=True)

    def _stale_parts(self, fingerprint: str) -> list[Path]:
        parts = self._layout.parts(_SEAL)
        return [part for part in parts if part_metadata(part).get(PartKey.FINGERPRINT) != fingerprint]

    def drop(self, doc_ids: Collection[str]) -> None:
        """Delete documents."""
        for part in self._layout.parts(_SEAL):
            gone = sorted({*doc_ids} & {*read_parts([part], ["doc_id"])["doc_id"].to_pylist()})
            if gone:
                write_part(part, _with(_without(part, gone), {PartKey.DROPPING: json.dumps(gone)}))
                self._finish_dropping(part, gone)

    def _finish_dropping(self, seal: Path, gone: list[str]) -> None:
        """Delete the rows of documents that table ``documents`` does not have any more."""
        for table in tables_of_batch(seal):
            if table != _SEAL:
                part = self._layout.part(table, seal.name)
                write_part(part, _without(part, gone))
        write_part(seal, _with(read_parts([seal]), {PartKey.DROPPING: None}))

    def replace_metadata(
        self, documents: pd.DataFrame, metadata: Iterable[pa.Field], begin: Callable[[], None] = lambda: None
    ) -> bool:
        """Give the documents other columns of the user's: all of them, or none if this is interrupted.

        The columns are first written to a file beside the tables; once that is there, whoever writes to the corpus next
        finishes what is interrupted.

        Parameters
        ----------
        documents
            All rows of the table with their new columns.
        metadata
            Names and types of the new columns.
        begin
            Is called before anything is written.

        Returns
        -------
        bool
            Whether anything had to be written.
        """
        columns = pa.schema([SCHEMAS[_SEAL].field("doc_id"), *metadata])
        new = pa.Table.from_pandas(documents[columns.names], columns, preserve_index=False)
        if not any(True for _ in self._differing(partial(_joined, new=new))):
            return False
        begin()
        write_part(self._layout.new_metadata, new)
        self._finish_metadata()
        return True

    def _finish_metadata(self) -> None:
        """Write the columns that lie beside the tables into those parts that do not have them yet."""
        with pq.ParquetFile(self._layout.new_metadata) as file:
            new = file.read()
        self._rewrite(partial(_joined, new=new))
        self._layout.new_metadata.unlink()

    def unify_metadata(self, begin: Callable[[], None] = lambda: None) -> bool:
        """Give all parts the user's columns that any has; whether it had to, and then ``begin`` was called before."""
        own = len(SCHEMAS[_SEAL])
        if len({tuple(pq.read_schema(part))[own:] for part in self._layout.parts(_SEAL)}) < 2:
            return False
        fields = self.metadata_fields()
        begin()

        def unified(old: pa.Table) -> pa.Table:
            table = old.select(range(own))
            for field in fields:
                given = old[field.name] if field.name in old.column_names else pa.nulls(len(old))
                table = table.append_column(field, given.cast(field.type))
            return table

        return self._rewrite(unified)

    def _rewrite(self, renew: Callable[[pa.Table], pa.Table]) -> bool:
        """Write the parts of ``documents`` that are not as ``renew`` makes them; whether there were any."""
        written = False
        for part, new in self._differing(renew):
            write_part(part, new)
            written = True
        return written

    def _differing(self, renew: Callable[[pa.Table], pa.Table]) -> Iterator[tuple[Path, pa.Table]]:
        """Yield the parts of ``documents`` that are not as ``renew`` makes them, and what it makes of them."""
        for part in self._layout.parts(_SEAL):
            old = read_parts([part])
            said = part_metadata(part)
            new = _with(renew(old), {key: said.get(key) for key in (PartKey.FINGERPRINT, PartKey.ALSO)})
            if not (new.schema.equals(old.schema) and new.equals(old)):
                yield part, new

    def metadata_fields(self) -> list[pa.Field]:
        """Names and types of the user's columns in ``documents``."""
        parts = self._layout.parts(_SEAL)
        own = len(SCHEMAS[_SEAL])
        return list(read_parts(parts, condition=ds.scalar(False)).schema)[own:] if parts else []


def _joined(old: pa.Table, new: pa.Table) -> pa.Table:
    """Give the rows of a part of ``documents`` other columns of the user's, by their ``doc_id``."""
    table = old.select(SCHEMAS[_SEAL].names).replace_schema_metadata(SCHEMAS[_SEAL].metadata)
    rows = new.take(pc.index_in(old["doc_id"], new["doc_id"]))
    for field in list(new.schema)[1:]:
        table = table.append_column(field, rows[field.name])
    return table


def _without(part: Path, doc_ids: list[str]) -> pa.Table:
    return read_parts([part], condition=~ds.field("doc_id").isin(pa.array(doc_ids, pa.string())))


def _with(table: pa.Table, metadata: Mapping[str, str | None]) -> pa.Table:
    """Set metadata of a table, or remove those that are None."""
    old = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    new = {key: value for key, value in {**old, **metadata}.items() if value is not None}
    return table.replace_schema_metadata(new)
