"""RecomputedTables: the tables ``columns``, ``functions``, ``numbers`` and ``checks`` of a corpus on disk.

What is recomputed of a batch of documents is a part of the same name as theirs in each of these tables, that of
``checks`` last. Each says with what and from which readings it was made; one that was made from others is made anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from tablekin.corpus.codec import read_provenance
from tablekin.corpus.layout import CorpusLayout
from tablekin.corpus.manifest import CorpusManifest, place_of
from tablekin.corpus.parts import read_parts, sealed, unique_strings, write_part
from tablekin.schemas import ALL_SCHEMAS, RECOMPUTED_TABLES, WITNESS_COLUMNS, PartKey, to_arrow

_READINGS = {  # what readings are
    "regions": [
        *("doc_id", "region_id", "kind", "table_id", "row", "col", "x0", "y0", "x1", "y1"),
        *("text", "confidence", "printed"),
    ],
    "digits": ["doc_id", "digit", "score", "x0", "y0", "region_id", "other", "other_score"],
}
_SEAL = "documents"


@dataclass(frozen=True)
class ReadingsProvenance:
    """What a part was made from."""

    fingerprint: str  # of the config, the version and the known parameters
    readings: str  # digest of the parts with the readings; empty if it is of none as a whole
    files: str = ""  # digests of their files as the manifest had them; empty if it did not tell

    def seal(self) -> dict[str, str]:
        """Metadata of the part."""
        return {
            PartKey.FINGERPRINT: self.fingerprint,
            PartKey.READINGS: self.readings,
            PartKey.READ_FILES: self.files,
        }

    @classmethod
    def of_seal(cls, metadata: Mapping[str, str]) -> ReadingsProvenance:
        """Read the metadata of a part."""
        files = metadata.get(PartKey.READ_FILES, "")
        return cls(metadata[PartKey.FINGERPRINT], metadata[PartKey.READINGS], files)


class RecomputedTables:
    """Tables of what is recomputed, in the corpus of this layout."""

    def __init__(self, layout: CorpusLayout) -> None:
        self._layout = layout

    def stale(self, fingerprint: str) -> list[str]:
        """Name the batches of documents that are to be recomputed, in their order.

        Readings are read only where the manifest does not tell that their files are still the same.
        """
        manifest = CorpusManifest.read(self._layout.root)
        return [
            part.name
            for part in self._layout.parts(_SEAL)
            if not self._is_current(part.name, fingerprint, manifest)
        ]

    def _is_current(self, name: str, fingerprint: str, manifest: CorpusManifest) -> bool:
        """Tell whether a batch was recomputed from the readings that there are, with this config."""
        parts = [self._layout.part(table, name) for table in RECOMPUTED_TABLES]
        if not all(part.is_file() and manifest.has_size_of(self._layout.root, part) for part in parts):
            return False
        seals = {read_provenance(part, ReadingsProvenance.of_seal) for part in parts}
        seal = seals.pop()
        if seals or seal is None or seal.fingerprint != fingerprint or not seal.readings:
            return False
        files = self._files(name, manifest)
        return (bool(files) and seal.files == files) or seal.readings == self.digest(name)

    def _files(self, name: str, manifest: CorpusManifest) -> str:
        """Digest of the files with the readings of a batch, as the manifest has them; empty if it leaves a doubt."""
        found = hashlib.sha256()
        for table in _READINGS:
            part = self._layout.part(table, name)
            known = manifest.files.get(place_of(self._layout.root, part), [])
            if len(known) != 1 or not manifest.has_size_of(self._layout.root, part):
                return ""
            found.update(known[0].sha256.encode())
        return found.hexdigest()

    def digest(self, name: str) -> str:
        """Digest of the readings of a batch, however their files are encoded."""
        found = hashlib.sha256()
        for table, columns in _READINGS.items():
            rows = read_parts([self._layout.part(table, name)], columns).replace_schema_metadata()
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, rows.schema) as stream:
                stream.write_table(rows.combine_chunks())
            found.update(sink.getvalue())
        return found.hexdigest()

    def readings(self, name: str) -> tuple[tuple[str, ...], pd.DataFrame, pd.DataFrame]:
        """Read the names of the documents of a batch, and their rows of tables ``regions`` and ``digits``."""
        documents = read_parts([self._layout.part(_SEAL, name)], ["doc_id"])["doc_id"].to_pylist()
        regions, digits = (
            read_parts([self._layout.part(table, name)], columns).to_pandas()
            for table, columns in _READINGS.items()
        )
        return tuple(documents), regions, digits

    def numbers(self, doc_ids: Collection[str]) -> pa.Table:
        """Read the rows of table ``numbers`` of some documents."""
        parts = self._layout.parts("numbers")
        if not parts:
            return ALL_SCHEMAS["numbers"].empty_table()
        return read_parts(parts, condition=ds.field("doc_id").isin(pa.array(sorted(doc_ids), pa.string())))

    def unweighed(self) -> list[str]:
        """Name the parts of ``checks`` whose verdicts no witnesses have been weighed in on, in their order."""
        return [
            part.name
            for part in self._layout.parts("checks")
            if read_provenance(part, lambda metadata: metadata.get(PartKey.WITNESSED)) is None
        ]

    def checks(self, name: str) -> pd.DataFrame:
        """Read a part of ``checks``."""
        optional = [ALL_SCHEMAS["checks"].field(column) for column in WITNESS_COLUMNS]
        return read_parts([self._layout.part("checks", name)], optional=optional).to_pandas()

    def write_weighed(self, name: str, rows: pd.DataFrame) -> None:
        """Write a part of ``checks`` anew, weighed by witnesses; it is of the same readings as it was."""
        part = self._layout.part("checks", name)
        made_from = read_provenance(part, ReadingsProvenance.of_seal) or ReadingsProvenance("", "")
        self._write(part, to_arrow("checks", rows), {**made_from.seal(), PartKey.WITNESSED: "yes"})

    def write(self, name: str, tables: Mapping[str, pd.DataFrame], fingerprint: str) -> None:
        """Write what was recomputed of a batch; its readings are as they were when it was read."""
        files = self._files(name, CorpusManifest.read(self._layout.root))
        made_from = ReadingsProvenance(fingerprint, self.digest(name), files)
        for table in RECOMPUTED_TABLES:
            self._write(self._layout.part(table, name), to_arrow(table, tables[table]), made_from.seal())

    def drop(self, doc_ids: Collection[str]) -> None:
        """Delete the rows of documents; what is left of their batches is recomputed by the next run."""
        gone = {*doc_ids}
        kept = ~ds.field("doc_id").isin(pa.array(sorted(gone), pa.string()))
        for table in RECOMPUTED_TABLES:
            for part in self._layout.parts(table):
                if gone & unique_strings(part, "doc_id"):
                    made_from = read_provenance(part, ReadingsProvenance.of_seal)
                    left = ReadingsProvenance(made_from.fingerprint if made_from else "", "")
                    self._write(part, read_parts([part], condition=kept), left.seal())

    def tidy(self) -> None:
        """Delete the parts of batches that are no more."""
        there = {part.name for part in self._layout.parts(_SEAL)}
        for table in RECOMPUTED_TABLES:
            for part in self._layout.parts(table):
                if part.name not in there:
                    part.unlink()

    @staticmethod
    def _write(part: Path, rows: pa.Table, seal: Mapping[str, str]) -> None:
        write_part(part, rows.replace_schema_metadata(sealed(part.parent.name, seal).metadata))
