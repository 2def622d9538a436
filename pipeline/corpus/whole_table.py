"""WholeTable: a table that is made anew as a whole when what it depends on has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from tablekin.corpus.codec import read_provenance
from tablekin.corpus.layout import CorpusLayout
from tablekin.corpus.manifest import CorpusManifest
from tablekin.corpus.parts import remove_rows, sealed, unique_strings, write_row_groups
from tablekin.schemas import PartKey

_PAIR = ["doc_a", "doc_b"]


@dataclass(frozen=True)
class Comparison:
    """What a table of a whole corpus was made from."""

    fingerprint: str  # of the config, the version and the weights
    compared: (
        str  # digest of the documents' names and content; empty if it is not of any documents as a whole
    )

    def seal(self) -> dict[str, str]:
        """Metadata of the part."""
        return {PartKey.FINGERPRINT: self.fingerprint, PartKey.COMPARED: self.compared}

    @classmethod
    def of_seal(cls, metadata: Mapping[str, str]) -> Comparison:
        """Read the metadata of a part."""
        return cls(metadata[PartKey.FINGERPRINT], metadata[PartKey.COMPARED])


def inputs_digest(documents: Iterable[tuple[str, str]]) -> str:
    """Digest of the doc_id and sha256 of documents, in any order."""
    return hashlib.sha256(
        "\0".join(f"{name} {digest}" for name, digest in sorted(documents)).encode()
    ).hexdigest()


class WholeTable:
    """A table of a corpus that has one part, which says what it was made from.

    Parameters
    ----------
    layout
        Of the corpus.
    name
        Of the table.
    """

    def __init__(self, layout: CorpusLayout, name: str) -> None:
        self._layout, self._name = layout, name

    def made_from(self) -> Comparison | None:
        """Tell what the table was made from; None if there is none, it cannot be told, or is not as it was written."""
        parts = self._layout.parts(self._name)
        root = self._layout.root
        if len(parts) != 1 or not CorpusManifest.read(root, parts[0]).has_size_of(root, parts[0]):
            return None
        return read_provenance(parts[0], Comparison.of_seal)

    def kept(self) -> str:
        """Tell which rows are kept, as it was said when the table was written; empty where all are."""
        parts = self._layout.parts(self._name)
        found = read_provenance(parts[0], lambda metadata: metadata.get(PartKey.KEPT, "")) if parts else None
        return found or ""

    def row_groups(self, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Read the rows, or some columns of them, a row group at a time."""
        for part in self._layout.parts(self._name):
            with pq.ParquetFile(part) as file:
                for group in range(file.num_row_groups):
                    yield file.read_row_group(group, columns)

    def replace(self, rows: Iterable[pa.Table], made_from: Comparison, kept: str = "") -> int:
        """Write the table anew.

        Parameters
        ----------
        rows
            Each becomes a row group.
        made_from
            What the table is made from.
        kept
            Which of all rows these are; empty where they are all.

        Returns
        -------
        int
            Number of rows.
        """
        part = self._layout.part(self._name, "part-00000.parquet")
        seal = made_from.seal()
        if kept:
            seal[PartKey.KEPT] = kept
        count = write_row_groups(part, sealed(self._name, seal), rows)
        for other in self._layout.parts(self._name):
            if other != part:
                other.unlink()
        return count

    def drop(self) -> None:
        """Delete the table."""
        for part in self._layout.parts(self._name):
            part.unlink()

    def drop_pairs_of(self, doc_ids: Collection[str]) -> None:
        """Delete the pairs of some documents; if there were any, the table is not as made from anything any more."""
        gone, manifest = {*doc_ids}, CorpusManifest.read(self._layout.root)
        for part in self._layout.parts(self._name):
            if not manifest.has_size_of(self._layout.root, part):
                part.unlink()
            elif any(gone & unique_strings(part, key) for key in _PAIR):
                made_from = read_provenance(part, Comparison.of_seal)
                seal = Comparison(made_from.fingerprint if made_from else "", "").seal()
                remove_rows(part, sealed(self._name, seal), _PAIR, gone)

    def count(self) -> int:
        """Count the rows."""
        return sum(ds.dataset(part, format="parquet").count_rows() for part in self._layout.parts(self._name))
