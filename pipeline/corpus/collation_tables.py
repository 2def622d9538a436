"""Collation tables: what a corpus knows of the cells of its pairs, on disk.

As with matches, a part of ``collations`` says itself which pairs it answers for and what it was made from; the one part
of ``alignments`` sums all of them up.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from tablekin.corpus.collation_coverage import CollationProvenance, DocumentPair, alignments_of
from tablekin.corpus.pair_tables import COMPARED, FINGERPRINT, sealed
from tablekin.corpus.parts import list_parts, part_metadata, read_parts, write_part
from tablekin.schemas import to_arrow

_COLLATED = "tablekin.collated"


class CollationTables:
    """Tables ``collations`` and ``alignments`` of the corpus in the folder ``root``."""

    root: Path

    def collated(self) -> Iterator[tuple[str, CollationProvenance | None]]:
        """Name every part of ``collations`` and what it was made from; None where that cannot be told."""
        for part in list_parts(self.root / "collations"):
            yield part.name, read_collated(part)

    def add_collations(self, rows: pd.DataFrame, collated: CollationProvenance) -> None:
        """Add a part: rows of table ``collations`` without order, and what they were made from."""
        parts = list_parts(self.root / "collations")
        number = 1 + max((int(part.stem.removeprefix("part-")) for part in parts), default=-1)
        self._write_collations(f"part-{number:05d}.parquet", rows, collated)

    def keep_collations(self, name: str, pairs: Collection[DocumentPair]) -> None:
        """Delete the rows of all other pairs from a part of ``collations``, or the part if none is left."""
        part = self.root / "collations" / name
        collated = read_collated(part)
        left = collated.only(pairs) if collated else None
        if left is None or not left.pairs:
            part.unlink()
            return
        rows = read_parts([part]).to_pandas()
        named = {(a, b) for (a, _), (b, _) in left.pairs}
        kept = np.array([pair in named for pair in zip(rows["doc_a"], rows["doc_b"], strict=True)], bool)
        self._write_collations(name, rows[kept], left)

    def _write_collations(self, name: str, rows: pd.DataFrame, collated: CollationProvenance) -> None:
        seal = {FINGERPRINT: collated.fingerprint, _COLLATED: collated.to_text()}
        table = to_arrow("collations", rows).replace_schema_metadata(sealed("collations", seal).metadata)
        write_part(self.root / "collations" / name, table)

    def drop_collations_of(self, doc_ids: Collection[str]) -> None:
        """Delete the collations of some documents."""
        gone = {*doc_ids}
        for name, collated in self.collated():
            pairs = collated.pairs if collated else {}
            left = {pair for pair in pairs if not gone & {document for document, _ in pair}}
            if len(left) < len(pairs):
                self.keep_collations(name, left)

    def alignments_seal(self) -> tuple[str, str] | None:
        """Tell what table ``alignments`` was made from: fingerprint, and what was compared; None if there is none."""
        for part in list_parts(self.root / "alignments"):
            metadata = part_metadata(part)
            return metadata.get(FINGERPRINT, ""), metadata.get(COMPARED, "")
        return None

    def replace_alignments(self, fingerprint: str, compared: str) -> int:
        """Write table ``alignments`` from what the parts of ``collations`` say; returns its number of rows."""
        rows = alignments_of(collated for _, collated in self.collated() if collated)
        seal = sealed("alignments", {FINGERPRINT: fingerprint, COMPARED: compared})
        table = to_arrow("alignments", rows).replace_schema_metadata(seal.metadata)
        write_part(self.root / "alignments/part-00000.parquet", table)
        return len(rows)


def read_collated(part: Path) -> CollationProvenance | None:
    """Read what a part of ``collations`` was made from; None if it cannot be told."""
    try:
        metadata = part_metadata(part)
        return CollationProvenance.from_text(metadata[FINGERPRINT], metadata[_COLLATED])
    except (KeyError, ValueError, OSError, zlib.error):  # pyarrow and json raise ValueErrors
        return None
