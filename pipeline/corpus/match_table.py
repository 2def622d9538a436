"""MatchTable: table ``matches`` of a corpus on disk.

A part says itself which pairs it answers for and what it was made from, so that one that was finished before a run was
interrupted is known to be sound.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import pyarrow as pa

from tablekin.corpus.codec import read_provenance
from tablekin.corpus.layout import CorpusLayout
from tablekin.corpus.manifest import CorpusManifest
from tablekin.corpus.match_coverage import Document, MatchProvenance
from tablekin.corpus.parts import remove_rows, sealed, write_row_groups

_TABLE = "matches"


class MatchTable:
    """Table ``matches`` of the corpus of this layout."""

    def __init__(self, layout: CorpusLayout) -> None:
        self._layout = layout

    def provenances(self) -> Iterator[tuple[str, MatchProvenance | None]]:
        """Name every part and what it was made from; None where that cannot be told, or it is not as it was written."""
        manifest = CorpusManifest.read(self._layout.root)
        for part in self._layout.parts(_TABLE):
            is_own = manifest.has_size_of(self._layout.root, part)
            yield part.name, read_provenance(part, MatchProvenance.of_seal) if is_own else None

    def next_pass(self) -> int:
        """Count how many times matches have been added, from 1."""
        return 1 + max((int(part.stem.split("-")[1]) for part in self._layout.parts(_TABLE)), default=0)

    def add(
        self, matches: Iterable[pa.Table], made_from: MatchProvenance, number_of_pass: int, number: int
    ) -> int:
        """Add a part.

        Parameters
        ----------
        matches
            Rows of the table, those a reader takes or leaves together in one of them.
        made_from
            What they were made from.
        number_of_pass, number
            The part is the only one of these numbers.

        Returns
        -------
        int
            Number of rows.
        """
        path = self._layout.part(_TABLE, f"part-{number_of_pass:04d}-{number:05d}.parquet")
        return write_row_groups(path, sealed(_TABLE, made_from.seal()), matches)

    def trim(self, name: str, gone: Collection[Document]) -> None:
        """Delete the rows of some documents from a part, or the part if there are no others."""
        part = self._layout.part(_TABLE, name)
        made_from = read_provenance(part, MatchProvenance.of_seal)
        left = made_from.coverage.without(gone) if made_from else None
        if made_from is None or left is None or not left.pairs.any():
            part.unlink()
            return
        seal = MatchProvenance(made_from.fingerprint, left).seal()
        remove_rows(part, sealed(_TABLE, seal), ["doc_a", "doc_b"], [doc_id for doc_id, _ in gone])

    def drop_part(self, name: str) -> None:
        """Delete a part."""
        self._layout.part(_TABLE, name).unlink()

    def drop(self) -> None:
        """Delete the table."""
        for part in self._layout.parts(_TABLE):
            part.unlink()

    def drop_pairs_of(self, doc_ids: Collection[str]) -> None:
        """Delete the pairs of some documents."""
        gone = {*doc_ids}
        for name, made_from in self.provenances():
            here = made_from.coverage.documents() if made_from else set()
            if found := {document for document in here if document[0] in gone}:
                self.trim(name, found)
