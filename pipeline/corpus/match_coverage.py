"""Coverage: which pairs of documents a part of table ``matches`` answers for, also those that have no match."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tablekin.corpus.codec import decode, encode
from tablekin.schemas import PartKey

Document = tuple[str, str]  # doc_id, and a digest of its scan
Mask = NDArray[np.bool_]
Places = NDArray[np.int64]


def document_key(doc_id: str, sha256: str, corrected: str = "") -> Document:
    """Make what tells a document, and what it was made from, from any other.

    ``corrected`` is the digest of what people corrected in it, where that counts.
    """
    return doc_id, sha256[:16] + (f"+{corrected}" if corrected else "")


@dataclass(frozen=True)
class Coverage:
    """Pairs of documents, a rectangle with holes."""

    rows: tuple[Document, ...]
    columns: tuple[Document, ...]
    pairs: Mask  # (rows, columns)

    @classmethod
    def of(cls, rows: Sequence[Document], columns: Sequence[Document], pairs: Mask) -> Coverage:
        """Leave out the documents without a pair; ``pairs`` is ``(rows, columns)``."""
        has_row, has_column = pairs.any(1), pairs.any(0)
        return cls(
            tuple(rows[int(place)] for place in np.flatnonzero(has_row)),
            tuple(columns[int(place)] for place in np.flatnonzero(has_column)),
            pairs[np.ix_(has_row, has_column)],
        )

    def without(self, gone: Collection[Document]) -> Coverage:
        """Leave out the pairs of some documents."""
        left = self.pairs.copy()
        left[[document in gone for document in self.rows]] = False
        left[:, [document in gone for document in self.columns]] = False
        return Coverage.of(self.rows, self.columns, left)

    def listed(self) -> tuple[Places, Places]:
        """Give the places of the documents of each pair among rows and columns."""
        row, column = np.nonzero(self.pairs)
        return row.astype(np.int64), column.astype(np.int64)

    def has(self, row: Places, column: Places) -> Mask:
        """Tell which pairs are covered, by the places of their documents."""
        return self.pairs[row, column]

    def only(self, kept: Mask) -> PairList:
        """Leave out other pairs; ``kept`` is in the order of ``listed``."""
        return PairList(self.rows, self.columns, *self.listed()).only(kept)

    def documents(self) -> set[Document]:
        """Name all documents."""
        return {*self.rows, *self.columns}

    def to_text(self) -> str:
        """Encode the coverage for the metadata of a file."""
        bits = base64.b64encode(np.packbits(self.pairs).tobytes()).decode()
        return encode({"rows": self.rows, "columns": self.columns, "pairs": bits})

    @classmethod
    def from_text(cls, text: str) -> Coverage:
        """Decode what ``to_text`` encoded.

        Raises
        ------
        KeyError, TypeError, ValueError
            It is something else.
        """
        return cls.of_plain(decode(text))

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Coverage:
        """Make the coverage of what was encoded; see `from_text`."""
        rows, columns = (tuple((doc, digest) for doc, digest in plain[key]) for key in ("rows", "columns"))
        bits = np.frombuffer(base64.b64decode(plain["pairs"]), np.uint8)
        pairs = np.unpackbits(bits, count=len(rows) * len(columns)).astype(bool)
        return cls(rows, columns, pairs.reshape(len(rows), len(columns)))


@dataclass(frozen=True)
class PairList:
    """Pairs of documents, one by one: a coverage where they are few of all that their documents make."""

    rows: tuple[Document, ...]
    columns: tuple[Document, ...]
    row: Places  # (pairs,), place of the first document in rows
    column: Places  # (pairs,)

    @classmethod
    def of(cls, documents: Sequence[Document], a: Places, b: Places) -> PairList:
        """List pairs by the places of their documents."""
        (first, row), (second, column) = (np.unique(side, return_inverse=True) for side in (a, b))
        rows, columns = (tuple(documents[place] for place in side.tolist()) for side in (first, second))
        return cls(rows, columns, row.astype(np.int64), column.astype(np.int64))

    def listed(self) -> tuple[Places, Places]:
        """Give the places of the documents of each pair among rows and columns."""
        return self.row, self.column

    def has(self, row: Places, column: Places) -> Mask:
        """Tell which pairs are covered, by the places of their documents."""
        width = len(self.columns)
        return np.isin(row * width + column, self.row * width + self.column)

    def only(self, kept: Mask) -> PairList:
        """Leave out other pairs; ``kept`` is in the order of ``listed``."""
        (first, row), (second, column) = (
            np.unique(side[kept], return_inverse=True) for side in (self.row, self.column)
        )
        rows = tuple(self.rows[place] for place in first.tolist())
        columns = tuple(self.columns[place] for place in second.tolist())
        return PairList(rows, columns, row.astype(np.int64), column.astype(np.int64))

    def without(self, gone: Collection[Document]) -> PairList:
        """Leave out the pairs of some documents."""
        of_row, of_column = (
            np.array([document in gone for document in side], bool) for side in (self.rows, self.columns)
        )
        return self.only(~(of_row[self.row] | of_column[self.column]))

    def documents(self) -> set[Document]:
        """Name all documents."""
        return {*self.rows, *self.columns}

    def to_text(self) -> str:
        """Encode the list for the metadata of a file."""
        places = np.stack([self.row, np.diff(self.column, prepend=0)]).astype("<i4")
        listed = base64.b64encode(zlib.compress(places.tobytes())).decode()
        return encode({"rows": self.rows, "columns": self.columns, "listed": listed})

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> PairList:
        """Make the list of what ``to_text`` encoded.

        Raises
        ------
        KeyError, TypeError, ValueError
            It is something else.
        """
        rows, columns = (tuple((doc, digest) for doc, digest in plain[key]) for key in ("rows", "columns"))
        try:
            places = np.frombuffer(zlib.decompress(base64.b64decode(plain["listed"])), "<i4")
        except zlib.error as error:
            raise ValueError(f"not compressed as it should be: {error}") from error
        row, steps = places.reshape(2, -1).astype(np.int64)
        column = np.cumsum(steps)
        for side, place in ((rows, row), (columns, column)):
            if place.min(initial=0) < 0 or place.max(initial=-1) >= len(side):
                raise ValueError("pairs of documents that are not named")
        return cls(rows, columns, row, column)


def read_coverage(text: str) -> Coverage | PairList:
    """Decode what a part answers for.

    Raises
    ------
    KeyError, TypeError, ValueError
        It is something else.
    """
    plain = decode(text)
    return PairList.of_plain(plain) if "listed" in plain else Coverage.of_plain(plain)


@dataclass(frozen=True)
class MatchProvenance:
    """What a part of table ``matches`` was made from."""

    fingerprint: str  # of the documents' and the pairs' config
    coverage: Coverage | PairList

    def seal(self) -> dict[str, str]:
        """Metadata of the part."""
        return {PartKey.FINGERPRINT: self.fingerprint, PartKey.COVERAGE: self.coverage.to_text()}

    @classmethod
    def of_seal(cls, metadata: Mapping[str, str]) -> MatchProvenance:
        """Read the metadata of a part."""
        return cls(metadata[PartKey.FINGERPRINT], read_coverage(metadata[PartKey.COVERAGE]))


@dataclass
class Survey:
    """What is left to do in table ``matches``."""

    missing: Mask  # (documents, documents), true above the diagonal where a pair has not been explained
    obsolete: list[str] = field(default_factory=list)  # parts of another config, or whose pairs others have
    partial: dict[str, set[Document]] = field(default_factory=dict)  # parts -> documents there are no more
    used: int = 0  # parts that stay

    def is_done(self) -> bool:
        """Tell whether the table is as it must be."""
        return bool(self.used and not self.obsolete and not self.partial and not self.missing.any())


def survey(
    parts: Iterable[tuple[str, MatchProvenance | None]], documents: Sequence[Document], fingerprint: str
) -> Survey:
    """Find out which pairs of documents the parts of table ``matches`` hold.

    Parameters
    ----------
    parts
        Name of each part, and what it was made from, if it says so.
    documents
        Those of the corpus, sorted.
    fingerprint
        Of the present config.
    """
    missing = np.zeros((len(documents), len(documents)), bool)
    for row in range(len(documents)):
        missing[row, row + 1 :] = True
    found = Survey(missing)
    places = {document: place for place, document in enumerate(documents)}
    for name, made_from in parts:
        if made_from is None or made_from.fingerprint != fingerprint:
            found.obsolete.append(name)
            continue
        gone = made_from.coverage.documents() - places.keys()
        left = made_from.coverage.without(gone) if gone else made_from.coverage
        at = [
            np.array([places[document] for document in side], np.int64)[place]
            for side, place in zip((left.rows, left.columns), left.listed(), strict=True)
        ]
        here = at[0], at[1]
        if not missing[here].all() or (gone and not len(here[0])):
            found.obsolete.append(name)
            continue
        missing[here] = False
        found.used += 1
        if gone:
            found.partial[name] = gone
    return found
