"""Collation coverage: which pairs of documents a part of table ``collations`` answers for, kin or not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from tablekin.corpus.codec import decode, encode
from tablekin.corpus.match_coverage import Document
from tablekin.schemas import SCHEMAS, PartKey

DocumentPair = tuple[Document, Document]
_COUNTS = SCHEMAS["alignments"].names[2:]  # after the names of the documents


@dataclass(frozen=True)
class CollationProvenance:
    """What a part of table ``collations`` was made from, and what became of each pair."""

    fingerprint: str  # of what the cells of a pair depend on
    pairs: dict[DocumentPair, dict[str, Any]]  # to the pair's columns of table alignments

    def only(self, pairs: Collection[DocumentPair]) -> CollationProvenance:
        """Leave out all other pairs."""
        return CollationProvenance(
            self.fingerprint, {pair: row for pair, row in self.pairs.items() if pair in pairs}
        )

    def alignments(self) -> pd.DataFrame:
        """Make rows of table ``alignments``."""
        rows = [{"doc_a": a[0], "doc_b": b[0], **row} for (a, b), row in self.pairs.items()]
        return pd.DataFrame(rows, columns=SCHEMAS["alignments"].names)

    def seal(self) -> dict[str, str]:
        """Metadata of the part."""
        rows = [[*pair, [row[name] for name in _COUNTS]] for pair, row in self.pairs.items()]
        return {PartKey.FINGERPRINT: self.fingerprint, PartKey.COLLATED: encode(rows)}

    @classmethod
    def of_seal(cls, metadata: Mapping[str, str]) -> CollationProvenance:
        """Read the metadata of a part.

        Raises
        ------
        KeyError, TypeError, ValueError
            They do not say it.
        """
        rows = decode(metadata[PartKey.COLLATED])
        return cls(
            metadata[PartKey.FINGERPRINT],
            {(tuple(a), tuple(b)): dict(zip(_COUNTS, counts, strict=True)) for a, b, counts in rows},
        )


@dataclass
class Inventory:
    """What is left to do in table ``collations``."""

    missing: set[DocumentPair]
    obsolete: list[str] = field(default_factory=list)  # parts none of whose pairs is wanted
    partial: dict[str, set[DocumentPair]] = field(
        default_factory=dict
    )  # parts -> their pairs that are wanted

    def is_done(self) -> bool:
        """Tell whether the table is as it must be."""
        return not (self.missing or self.obsolete or self.partial)


def take_inventory(
    parts: Iterable[tuple[str, CollationProvenance | None]],
    wanted: Collection[DocumentPair],
    fingerprint: str,
) -> Inventory:
    """Find out which of the wanted pairs the parts of table ``collations`` hold, each pair once.

    Parameters
    ----------
    parts
        Name of each part, and what it was made from, if it says so.
    wanted
        Pairs to be collated.
    fingerprint
        Of the present config.
    """
    found = Inventory(set(wanted))
    for name, collated in parts:
        here = set(collated.pairs) if collated and collated.fingerprint == fingerprint else set()
        good = here & found.missing
        if not good:
            found.obsolete.append(name)
        elif not collated or len(good) < len(collated.pairs):
            found.partial[name] = good
        found.missing -= good
    return found


def alignments_of(collated: Iterable[CollationProvenance]) -> pd.DataFrame:
    """Make table ``alignments``, sorted by the names of the documents."""
    empty = SCHEMAS["alignments"].empty_table().to_pandas()
    frames = [frame for one in collated if len(frame := one.alignments())]
    return pd.concat(frames).sort_values(["doc_a", "doc_b"], ignore_index=True) if frames else empty
