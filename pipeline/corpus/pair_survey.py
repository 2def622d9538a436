"""PairSurvey: what is left to do in table ``matches`` where it has some of all pairs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tablekin.corpus.match_coverage import Document, Mask, MatchProvenance

Keys = NDArray[np.int64]


def pair_keys(a: NDArray[np.int64], b: NDArray[np.int64], documents: int) -> Keys:
    """Give each pair a number, by the places of its documents, ``a < b``; sorted, equal b stand together."""
    return b.astype(np.int64) * documents + a


def pairs_of_keys(keys: Keys, documents: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the places of the documents of numbered pairs."""
    b, a = np.divmod(keys, max(documents, 1))
    return a, b


def find_keys(keys: Keys, among: Keys) -> tuple[NDArray[np.int64], Mask]:
    """Find numbers among sorted ones: their places there, and whether they are there at all."""
    place = np.minimum(np.searchsorted(among, keys), max(len(among) - 1, 0))
    return place, among[place] == keys if len(among) else np.zeros(len(keys), bool)


@dataclass
class PairSurvey:
    """What is left to do in table ``matches``."""

    missing: Keys  # pairs that have not been explained, sorted
    obsolete: list[str] = field(
        default_factory=list
    )  # parts of another config, or none of whose pairs is wanted
    partial: dict[str, Mask] = field(default_factory=dict)  # parts -> which of their pairs are wanted
    used: int = 0  # parts that stay

    def is_done(self) -> bool:
        """Tell whether the table is as it must be."""
        return bool(self.used and not self.obsolete and not self.partial and not len(self.missing))


def survey_pairs(
    parts: Iterable[tuple[str, MatchProvenance | None]],
    documents: Sequence[Document],
    fingerprint: str,
    wanted: Keys,
) -> PairSurvey:
    """Find out which of the wanted pairs the parts of table ``matches`` hold, each pair once.

    Parameters
    ----------
    parts
        Name of each part, and what it was made from, if it says so.
    documents
        Those of the corpus, sorted.
    fingerprint
        Of the present config.
    wanted
        Pairs, sorted, by the places of their documents; see `pair_keys`.
    """
    found = PairSurvey(wanted)
    is_missing = np.ones(len(wanted), bool)
    places = {document: place for place, document in enumerate(documents)}
    for name, made_from in parts:
        if made_from is None or made_from.fingerprint != fingerprint:
            found.obsolete.append(name)
            continue
        coverage = made_from.coverage
        a, b = (
            np.array([places.get(document, -1) for document in side], np.int64)[place]
            for side, place in zip((coverage.rows, coverage.columns), coverage.listed(), strict=True)
        )
        at, is_here = find_keys(pair_keys(a, b, len(documents)), wanted)
        good = is_here & (a >= 0) & (b >= 0)
        good[good] = is_missing[at[good]]
        is_missing[at[good]] = False
        if not good.any() and (len(good) or len(wanted)):
            found.obsolete.append(name)
            continue
        found.used += 1
        if not good.all():
            found.partial[name] = good
    found.missing = wanted if is_missing.all() else wanted[is_missing]
    return found
