"""Corpus: the folder of a run's tables. No other module knows where in it anything lies.

Every table is a folder of Parquet parts, so ``pandas.read_parquet("corpus/matches")`` reads it whole.
Documents are added in batches: one part of the same name in each of their tables, that of ``documents`` last.
It seals the batch: a part without its seal is what an interrupted run left, and is deleted when the corpus is
next written to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from tablekin.corpus.collation_tables import CollationTables
from tablekin.corpus.pair_tables import FINGERPRINT, PairTables
from tablekin.corpus.parts import (
    discard_unfinished,
    list_parts,
    part_metadata,
    read_parts,
    write_json,
    write_part,
)
from tablekin.errors import CorpusError
from tablekin.schemas import DOCUMENT_TABLES, SCHEMA_VERSION, SCHEMAS, empty, to_arrow

DROPPING = "tablekin.dropping"  # in a seal, names of documents whose rows other tables may still have
_RECORD = "run.json"


class Corpus(PairTables, CollationTables):
    """Tables of a corpus in the folder ``root``; makes the folder if there is none.

    Raises
    ------
    CorpusError
        The folder holds something else, or tables of another schema version.
    """

    def __init__(self, root: Path) -> None:
        if root.exists() and not root.is_dir():
            raise CorpusError(f"{root} is a file; name a folder for the corpus")
        strangers = [path.name for path in root.iterdir()] if root.is_dir() else []
        known = {*SCHEMAS, _RECORD}
        visible = [name for name in strangers if not name.startswith(".")]
        if visible and not known.intersection(visible):
            raise CorpusError(
                f"{root} holds other files (such as {visible[0]}); name a new folder for the corpus"
            )
        self.root = root
        for part in self._parts("documents")[:1]:
            version = part_metadata(part).get("tablekin.schema")
            if version != SCHEMA_VERSION:
                raise CorpusError(
                    f"{root} was written with schema version {version}, this tablekin writes "
                    f"{SCHEMA_VERSION}; name a new folder for the corpus"
                )

    @classmethod
    def open(cls, root: Path) -> Corpus:
        """Open a corpus to read it.

        Raises
        ------
        CorpusError
            There is none in ``root``.
        """
        if not list_parts(root / "documents"):
            raise CorpusError(f"{root} is not a corpus; make one with: tablekin run SCANS --out {root}")
        return cls(root)

    def _parts(self, table: str) -> list[Path]:
        return list_parts(self.root / table)

    def read(
        self, table: str, doc_ids: Collection[str] | None = None, columns: list[str] | None = None
    ) -> pd.DataFrame:
        """Read a table, or only the rows of some documents: of pairs, those of two of them."""
        parts = self._parts(table)
        if not parts:
            return empty(table)[columns or list(SCHEMAS[table].names)]
        condition: ds.Expression | None = None
        if doc_ids is not None:
            wanted = pa.array(sorted(doc_ids), pa.string())
            keys = [key for key in ("doc_id", "doc_a", "doc_b") if key in SCHEMAS[table].names]
            condition = ds.field(keys[0]).isin(wanted)
            for key in keys[1:]:
                condition = condition & ds.field(key).isin(wanted)
        return read_parts(parts, columns, condition).to_pandas()

    def batches(self, tables: Mapping[str, list[str]]) -> Iterator[dict[str, pa.Table]]:
        """Read tables of documents batch by batch; ``tables`` names their columns."""
        for part in self._parts("documents"):
            yield {
                table: read_parts([self.root / table / part.name], columns)
                for table, columns in tables.items()
            }

    def tidy(self) -> None:
        """Delete what an interrupted run left of documents, and finish dropping those it was dropping."""
        for table in SCHEMAS:
            discard_unfinished(self.root / table)
        discard_unfinished(self.root)
        sealed = {part.name for part in self._parts("documents")}
        for table in DOCUMENT_TABLES:
            for part in self._parts(table):
                if part.name not in sealed:
                    part.unlink()
        for part in self._parts("documents"):
            if gone := part_metadata(part).get(DROPPING):
                self._finish_dropping(part, json.loads(gone))

    def stale_documents(self, fingerprint: str) -> list[str]:
        """Name the documents that were analysed with another config or other weights."""
        return [
            name
            for part in self._parts("documents")
            if part_metadata(part).get(FINGERPRINT) != fingerprint
            for name in read_parts([part], ["doc_id"])["doc_id"].to_pylist()
        ]

    def drop_stale_documents(self, fingerprint: str) -> None:
        """Delete the documents that were analysed with another config or other weights, and all pairs."""
        self.drop_comparison()
        for part in self._parts("documents"):
            if part_metadata(part).get(FINGERPRINT) != fingerprint:
                for table in reversed(DOCUMENT_TABLES):  # the seal first
                    (self.root / table / part.name).unlink(missing_ok=True)

    def add_documents(
        self, tables: Mapping[str, pd.DataFrame], fingerprint: str, metadata: Iterable[pa.Field] = ()
    ) -> None:
        """Add a batch of documents.

        Parameters
        ----------
        tables
            Rows of every table of documents.
        fingerprint
            Digest of what the rows depend on besides the scans.
        metadata
            Names and types of the user's columns in ``documents``.
        """
        numbers = [int(part.stem.removeprefix("part-")) for part in self._parts("documents")]
        name = f"part-{max(numbers, default=-1) + 1:05d}.parquet"
        for table in DOCUMENT_TABLES:
            arrow = to_arrow(table, tables[table], list(metadata) if table == "documents" else None)
            write_part(self.root / table / name, _with(arrow, {FINGERPRINT: fingerprint}))

    def drop_documents(self, doc_ids: Collection[str]) -> None:
        """Delete documents and their pairs.

        Their pairs go first: matches say themselves what they are of, so that whatever is left when this is
        interrupted, they are not taken for those of the documents that are there then.
        """
        self.drop_collations_of(doc_ids)
        self.drop_pairs_of(doc_ids)
        for part in self._parts("documents"):
            gone = sorted({*doc_ids} & {*read_parts([part], ["doc_id"])["doc_id"].to_pylist()})
            if gone:
                write_part(part, _with(_without(part, gone), {DROPPING: json.dumps(gone)}))
                self._finish_dropping(part, gone)

    def _finish_dropping(self, seal: Path, gone: list[str]) -> None:
        """Delete the rows of documents that table ``documents`` does not have any more."""
        for table in DOCUMENT_TABLES[:-1]:
            part = self.root / table / seal.name
            write_part(part, _without(part, gone))
        write_part(seal, _with(read_parts([seal]), {DROPPING: None}))

    def replace_metadata(self, documents: pd.DataFrame, metadata: Iterable[pa.Field]) -> bool:
        """Give the documents other columns of the user's.

        Parameters
        ----------
        documents
            All rows of the table with their new columns.
        metadata
            Names and types of the new columns.

        Returns
        -------
        bool
            Whether anything had to be written.
        """
        fields, written = list(metadata), False
        for part in self._parts("documents"):
            old = read_parts([part])
            rows = documents.set_index("doc_id").loc[old["doc_id"].to_pylist()].reset_index()
            new = _with(to_arrow("documents", rows, fields), {FINGERPRINT: part_metadata(part)[FINGERPRINT]})
            if not (new.schema.equals(old.schema) and new.equals(old)):
                write_part(part, new)
                written = True
        return written

    def metadata_fields(self) -> list[pa.Field]:
        """Names and types of the user's columns in ``documents``."""
        parts = self._parts("documents")
        return (
            list(read_parts(parts, condition=ds.scalar(False)).schema)[len(SCHEMAS["documents"]) :]
            if parts
            else []
        )

    def metadata_differ(self) -> bool:
        """Tell whether the parts of ``documents`` have other columns than one another, or of other types."""
        first = len(SCHEMAS["documents"])
        return len({tuple(pq.read_schema(part))[first:] for part in self._parts("documents")}) > 1

    def find_scan(self, source: str) -> Path:
        """Find the file of a scan below the folders that runs were given.

        Raises
        ------
        CorpusError
            It is in none of them.
        """
        roots = [Path(root) for root in self.read_record().get("scans", [])]
        for root in roots:
            if (root / source).is_file():
                return root / source
        raise CorpusError(
            f"the scan {source} is not in {' or '.join(map(str, roots))} any more; put it back, or name its "
            f"new folder: tablekin run FOLDER --out {self.root}"
        )

    def read_record(self) -> dict[str, Any]:
        """Read ``run.json``; empty if there is none.

        Raises
        ------
        CorpusError
            It is damaged.
        """
        path = self.root / _RECORD
        try:
            return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}
        except (ValueError, TypeError) as error:
            raise CorpusError(f"{path} is damaged ({error}); delete it and run again") from error

    def write_record(self, record: Mapping[str, Any]) -> None:
        """Write ``run.json``."""
        write_json(self.root / _RECORD, record)


def inputs_digest(documents: Iterable[tuple[str, str]]) -> str:
    """Digest of the doc_id and sha256 of documents, in any order."""
    return hashlib.sha256(
        "\0".join(f"{name} {digest}" for name, digest in sorted(documents)).encode()
    ).hexdigest()


def _without(part: Path, doc_ids: list[str]) -> pa.Table:
    return read_parts([part], condition=~ds.field("doc_id").isin(pa.array(doc_ids, pa.string())))


def _with(table: pa.Table, metadata: Mapping[str, str | None]) -> pa.Table:
    """Set metadata of a table, or remove those that are None."""
    old = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    new = {key: value for key, value in {**old, **metadata}.items() if value is not None}
    return table.replace_schema_metadata(new)
