"""Corpus: the folder of a run's tables. No other module knows where in it anything lies.

Every table is a folder of Parquet parts, so ``pandas.read_parquet("corpus/matches")`` reads it whole.
Documents are added in batches: one part of the same name in each of their tables, that of ``documents`` last.
It seals the batch: a part without its seal is what an interrupted run left, and is deleted when the corpus is
next written to. The one part of ``pairs`` seals the parts of ``matches`` in the same way, by the number of
passes it names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from pipeline.errors import CorpusError
from pipeline.parts import (
    discard_unfinished,
    list_parts,
    part_metadata,
    read_parts,
    unique_strings,
    write_json,
    write_part,
    write_row_groups,
)
from pipeline.schemas import DOCUMENT_TABLES, SCHEMA_VERSION, SCHEMAS, empty, to_arrow

_FINGERPRINT = "tablekin.fingerprint"
_PASSES = "tablekin.passes"
_COMPARED = "tablekin.compared"
_RECORD = "run.json"


@dataclass(frozen=True)
class Comparison:
    """What the tables of pairs were made from."""

    fingerprint: str  # of the documents' and the pairs' config
    compared: str  # digest of the documents' names and content
    passes: int  # how many times matches were added


class Corpus:
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

    def paired_documents(self) -> set[str]:
        """Name the documents that have a row in table ``pairs``."""
        names: set[str] = set()
        for part in self._parts("pairs"):
            for key in ("doc_a", "doc_b"):
                names.update(unique_strings(part, key))
        return names

    def read_pairs_of(self, doc_id: str) -> pd.DataFrame:
        """Read the rows of table ``pairs`` that one document takes part in."""
        condition = (ds.field("doc_a") == doc_id) | (ds.field("doc_b") == doc_id)
        parts = self._parts("pairs")
        return read_parts(parts, condition=condition).to_pandas() if parts else empty("pairs")

    def tidy(self, fingerprint: str) -> int:
        """Delete what an interrupted run left, and documents analysed with another config or other weights.

        Returns
        -------
        int
            How many documents were deleted because of their fingerprint.
        """
        for table in SCHEMAS:
            discard_unfinished(self.root / table)
        stale = [
            part for part in self._parts("documents") if part_metadata(part).get(_FINGERPRINT) != fingerprint
        ]
        count = sum(len(read_parts([part], ["doc_id"])) for part in stale)
        for part in stale:
            part.unlink()
        sealed = {part.name for part in self._parts("documents")}
        for table in DOCUMENT_TABLES:
            for part in self._parts(table):
                if part.name not in sealed:
                    part.unlink()
        if stale:
            self.drop_comparison()
        comparison = self.comparison()
        for part in self._parts("matches"):
            if comparison is None or _pass_of(part) > comparison.passes:
                part.unlink()
        return count

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
            write_part(self.root / table / name, _with(arrow, {_FINGERPRINT: fingerprint}))

    def drop_documents(self, doc_ids: Collection[str]) -> None:
        """Delete documents and their pairs."""
        gone = pa.array(sorted(doc_ids), pa.string())
        for table in ("pairs", "matches", *DOCUMENT_TABLES):
            keys = [key for key in ("doc_id", "doc_a", "doc_b") if key in SCHEMAS[table].names]
            for part in self._parts(table):
                rows = read_parts([part])
                keep = ~ds.field(keys[0]).isin(gone)
                for key in keys[1:]:
                    keep = keep & ~ds.field(key).isin(gone)
                left = rows.filter(keep)
                if len(left) < len(rows):
                    write_part(part, left)

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
            new = _with(
                to_arrow("documents", rows, fields), {_FINGERPRINT: part_metadata(part)[_FINGERPRINT]}
            )
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

    def comparison(self) -> Comparison | None:
        """Tell what the tables of pairs were made from; None if there are none."""
        for part in self._parts("pairs"):
            metadata = part_metadata(part)
            return Comparison(metadata[_FINGERPRINT], metadata[_COMPARED], int(metadata[_PASSES]))
        return None

    def drop_comparison(self) -> None:
        """Delete all pairs and matches."""
        for table in ("pairs", "matches"):
            for part in self._parts(table):
                part.unlink()

    def add_matches(self, matches: Iterable[pa.Table], number_of_pass: int, number: int) -> int:
        """Add a part of matches; it counts once ``replace_pairs`` has named its pass.

        Parameters
        ----------
        matches
            Rows of the table, those a reader takes or leaves together in one of them.
        number_of_pass, number
            The part is the only one of these numbers.

        Returns
        -------
        int
            Number of rows.
        """
        path = self.root / "matches" / f"part-{number_of_pass:04d}-{number:05d}.parquet"
        return write_row_groups(path, SCHEMAS["matches"], matches)

    def replace_pairs(self, pairs: Iterable[pa.Table], comparison: Comparison) -> int:
        """Write the table of pairs, which seals the matches of all passes so far; returns its number of rows."""
        seal = {
            _FINGERPRINT: comparison.fingerprint,
            _COMPARED: comparison.compared,
            _PASSES: str(comparison.passes),
        }
        schema = SCHEMAS["pairs"]
        encoded = {key.encode(): value.encode() for key, value in seal.items()}
        return write_row_groups(
            self.root / "pairs" / "part-00000.parquet",
            schema.with_metadata({**schema.metadata, **encoded}),
            pairs,
        )

    def drivers_are_current(self) -> bool:
        """Tell whether table ``drivers`` is of the present comparison."""
        now = self.comparison()
        seals = [part_metadata(part) for part in self._parts("drivers")]
        return now is not None and [(seal.get(_FINGERPRINT), seal.get(_COMPARED)) for seal in seals] == [
            (now.fingerprint, now.compared)
        ]

    def replace_drivers(self, drivers: Iterable[pa.Table]) -> int:
        """Write the table of drivers, sealed as of the present comparison; returns its number of rows."""
        comparison = self.comparison()
        seal = {_FINGERPRINT: comparison.fingerprint, _COMPARED: comparison.compared} if comparison else {}
        schema = SCHEMAS["drivers"]
        encoded = {key.encode(): value.encode() for key, value in seal.items()}
        return write_row_groups(
            self.root / "drivers" / "part-00000.parquet",
            schema.with_metadata({**schema.metadata, **encoded}),
            drivers,
        )

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
        """Read ``run.json``; empty if there is none."""
        path = self.root / _RECORD
        return json.loads(path.read_text("utf-8")) if path.exists() else {}

    def write_record(self, record: Mapping[str, Any]) -> None:
        """Write ``run.json``."""
        write_json(self.root / _RECORD, record)


def inputs_digest(documents: Iterable[tuple[str, str]]) -> str:
    """Digest of the doc_id and sha256 of documents, in any order."""
    return hashlib.sha256(
        "\0".join(f"{name} {digest}" for name, digest in sorted(documents)).encode()
    ).hexdigest()


def _pass_of(part: Path) -> int:
    return int(part.stem.split("-")[1])


def _with(table: pa.Table, metadata: Mapping[str, str]) -> pa.Table:
    old = table.schema.metadata or {}
    return table.replace_schema_metadata(
        {**old, **{key.encode(): value.encode() for key, value in metadata.items()}}
    )
