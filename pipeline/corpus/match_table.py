"""MatchTable: table ``matches`` of a corpus on disk.

A part says itself which pairs it answers for and what it was made from, so that one that was finished before a run was
interrupted is known to be sound.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tablekin.corpus.codec import read_provenance
from tablekin.corpus.layout import CorpusLayout
from tablekin.corpus.manifest import CorpusManifest
from tablekin.corpus.match_coverage import Document, Mask, MatchProvenance
from tablekin.corpus.parts import keep_rows, part_metadata, remove_rows, sealed, write_row_groups

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
        if made_from is None or left is None or not len(left.listed()[0]):
            part.unlink()
            return
        seal = MatchProvenance(made_from.fingerprint, left).seal()
        remove_rows(part, sealed(_TABLE, seal), ["doc_a", "doc_b"], [doc_id for doc_id, _ in gone])

    def keep(self, name: str, kept: Mask) -> None:
        """Delete the rows of some pairs from a part.

        Parameters
        ----------
        name
            Of the part; it says what it is made from.
        kept
            Which of the pairs that it lists stay, at least one.
        """
        part = self._layout.part(_TABLE, name)
        made_from = MatchProvenance.of_seal(part_metadata(part))
        left = made_from.coverage.only(kept)
        names = [pa.array([doc_id for doc_id, _ in side], pa.string()) for side in (left.rows, left.columns)]

        def is_kept(rows: pa.Table) -> pa.Array:
            places = [
                pc.fill_null(pc.index_in(rows[key].cast(pa.string()), names[side]), -1)
                .to_numpy()
                .astype(np.int64)
                for side, key in enumerate(("doc_a", "doc_b"))
            ]
            known = (places[0] >= 0) & (places[1] >= 0)
            known[known] = left.has(places[0][known], places[1][known])
            return pa.array(known)

        seal = MatchProvenance(made_from.fingerprint, left).seal()
        keep_rows(part, sealed(_TABLE, seal), ["doc_a", "doc_b"], is_kept)

    def digest(self) -> str:
        """Digest of which parts there are, and how large they are."""
        parts = self._layout.parts(_TABLE)
        listed = "\n".join(f"{part.name} {part.stat().st_size}" for part in parts)
        return hashlib.sha256(listed.encode()).hexdigest()[:16]

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
