"""CollationTable: table ``collations`` of a corpus on disk.

As with matches, a part says itself which pairs it answers for and what it was made from. Table ``alignments`` sums up
what all of them say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tablekin.corpus.codec import read_provenance
from tablekin.corpus.collation_coverage import CollationProvenance, DocumentPair, alignments_of
from tablekin.corpus.layout import CorpusLayout
from tablekin.corpus.manifest import CorpusManifest
from tablekin.corpus.parts import read_parts, sealed, write_part
from tablekin.schemas import to_arrow

_TABLE = "collations"


class CollationTable:
    """Table ``collations`` of the corpus of this layout."""

    def __init__(self, layout: CorpusLayout) -> None:
        self._layout = layout

    def provenances(self) -> Iterator[tuple[str, CollationProvenance | None]]:
        """Name every part and what it was made from; None where that cannot be told, or it is not as it was written."""
        manifest = CorpusManifest.read(self._layout.root)
        for part in self._layout.parts(_TABLE):
            is_own = manifest.has_size_of(self._layout.root, part)
            yield part.name, read_provenance(part, CollationProvenance.of_seal) if is_own else None

    def read_parts(self, columns: list[str]) -> Iterator[pa.Table]:
        """Read some columns of the rows, a part at a time; the names of documents as dictionaries."""
        for part in self._layout.parts(_TABLE):
            yield pq.read_table(part, columns=columns, read_dictionary=["doc_a", "doc_b"])

    def add(self, rows: pd.DataFrame, made_from: CollationProvenance) -> None:
        """Add a part: rows of the table without order, and what they were made from."""
        self.write(self._layout.next_part(_TABLE).name, rows, made_from)

    def write(self, name: str, rows: pd.DataFrame, made_from: CollationProvenance) -> None:
        """Write a part of this name."""
        table = to_arrow(_TABLE, rows).replace_schema_metadata(sealed(_TABLE, made_from.seal()).metadata)
        write_part(self._layout.part(_TABLE, name), table)

    def keep(self, name: str, pairs: Collection[DocumentPair]) -> None:
        """Delete the rows of all other pairs from a part, or the part if none is left."""
        part = self._layout.part(_TABLE, name)
        made_from = read_provenance(part, CollationProvenance.of_seal)
        left = made_from.only(pairs) if made_from else None
        if left is None or not left.pairs:
            part.unlink()
            return
        rows = read_parts([part]).to_pandas()
        named = {(a, b) for (a, _), (b, _) in left.pairs}
        kept = np.array([pair in named for pair in zip(rows["doc_a"], rows["doc_b"], strict=True)], bool)
        self.write(name, rows[kept], left)

    def drop_pairs_of(self, doc_ids: Collection[str]) -> None:
        """Delete the pairs of some documents."""
        gone = {*doc_ids}
        for name, made_from in self.provenances():
            pairs = made_from.pairs if made_from else {}
            left = {pair for pair in pairs if not gone & {document for document, _ in pair}}
            if len(left) < len(pairs):
                self.keep(name, left)

    def alignments(self) -> pa.Table:
        """Make the rows of table ``alignments`` from what the parts say, sorted by the names of the documents."""
        return to_arrow("alignments", alignments_of(known for _, known in self.provenances() if known))
