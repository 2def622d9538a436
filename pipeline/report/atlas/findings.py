"""Findings: what a corpus tells, in sentences, and the pairs that are related, for the front page of an atlas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tablekin.collation import Relation
from tablekin.corpus import CorpusStore
from tablekin.lettering import counted
from tablekin.report.atlas.catalogue import NONE, Catalogue
from tablekin.report.relations import RelatedPair
from tablekin.threshold import threshold


@dataclass(frozen=True)
class TellingLimits:
    """What is told on the front page."""

    surprises: int = threshold(6, "pairs", "of each kind that are told first")
    nearest: int = threshold(6, "pairs", "that are nearest, told where none are related")
    min_years: int = threshold(
        50, "years", "between two printings of a table that is said to have lived long"
    )


LIMITS = TellingLimits()


def pair_columns(
    related: Sequence[RelatedPair],
    alignments: pd.DataFrame,
    catalogue: Catalogue,
    family_of: Mapping[str, int],
) -> dict[str, list[Any]]:
    """Write the related pairs as columns: numbers of documents, how they are related in words, and what is counted.

    Parameters
    ----------
    related
        Those with most in common first.
    alignments
        Table ``alignments``.
    catalogue
        The documents.
    family_of
        Number of the family of each document that is in one.
    """
    rows = {(str(one.doc_a), str(one.doc_b)): one for one in alignments.itertuples() if one.is_kin}
    own = [rows[min(pair.doc_a, pair.doc_b), max(pair.doc_a, pair.doc_b)] for pair in related]
    return {
        "a": [catalogue.number[pair.doc_a] for pair in related],
        "b": [catalogue.number[pair.doc_b] for pair in related],
        "relation": [pair.relation for pair in related],
        "counted": [pair.counted for pair in related],
        "dated": [int(pair.is_dated) for pair in related],
        "verdict": [str(one.verdict) for one in own],
        "strength": [str(one.strength) for one in own],
        "family": [
            family_of.get(pair.doc_a, NONE)
            if family_of.get(pair.doc_a, NONE) == family_of.get(pair.doc_b, -2)
            else NONE
            for pair in related
        ],
        "same": [pair.same for pair in related],
        "cells": [pair.cells for pair in related],
        "variant": [pair.variant for pair in related],
        "errors": [pair.shared_errors for pair in related],
        "deviations": [max(0, int(one.shared_deviations)) for one in own],
    }


def headline(related: Sequence[RelatedPair], catalogue: Catalogue, families: int) -> str:
    """Say in a sentence what the corpus tells."""
    total = len(catalogue.rows)
    read = int((catalogue.rows["status"] == "ok").sum())
    if not total:
        return "This corpus has no page."
    if not read:
        return (
            "The one scan of this corpus could not be read."
            if total == 1
            else f"None of the {total} scans of this corpus could be read."
        )
    if read == 1:
        which = "one page" if total == 1 else "one page that could be read"
        return f"This corpus has {which}: there is nothing to compare it with."
    if not related:
        return f"No two of these {total} pages are related, by collation."
    pages = {doc for pair in related for doc in (pair.doc_a, pair.doc_b)}
    told = f"{len(pages)} of {total} pages are related to another one"
    return f"{told}; they form {counted(families, 'family')}." if families else f"{told}."


def verdict_sentences(pairs: Mapping[str, Sequence[Any]]) -> list[str]:
    """Say how the related pairs are related, and how surely."""
    kinds = Counter(zip(pairs["verdict"], pairs["strength"], pairs["relation"], strict=True))
    copied = {
        how: sum(n for (v, s, _), n in kinds.items() if v == Relation.COPIED and s == how) for how in _SURE
    }
    sentences = []
    if any(copied.values()):
        parts = [f"{n} {_SURE[how]}" for how, n in copied.items() if n]
        total = sum(copied.values())
        sentences.append(
            f"{counted(total, 'pair')} {'are copies' if total > 1 else 'is a copy'}, one page from the other or both "
            f"from a third: {', '.join(parts)}."
        )
    alike = sum(
        n for (v, _, r), n in kinds.items() if v == Relation.SAME_FUNCTION and r.startswith("one function")
    )
    if alike:
        sentences.append(
            f"{counted(alike, 'pair')} {'print' if alike > 1 else 'prints'} one function that two authors computed: "
            "they are alike, and not copied."
        )
    rest = len(pairs["a"]) - sum(copied.values()) - alike
    if rest:
        sentences.append(
            f"Of {counted(rest, 'pair')} it is open whether one was copied: whoever computed these numbers rightly "
            "would have them."
        )
    return sentences


_SURE = {
    "strong": "with near certainty (odds of more than 100 to 1)",
    "fair": "probably (odds of more than 10 to 1)",
    "weak": "perhaps (odds below 10 to 1)",
}


def surprises(pairs: Mapping[str, Sequence[Any]], catalogue: Catalogue) -> list[dict[str, Any]]:
    """Choose what is told first: errors that two pages share, tables that lived long, and those that travelled."""
    docs = [str(doc) for doc in catalogue.rows.index]
    place = catalogue.names.place
    places = catalogue.rows[place].astype("object") if place in catalogue.rows else None
    found: list[dict[str, Any]] = []
    numbered = range(len(pairs["a"]))
    copied = [row for row in numbered if pairs["verdict"][row] == Relation.COPIED]
    for row in sorted(copied, key=lambda row: (-pairs["errors"][row], row))[: LIMITS.surprises]:
        if pairs["errors"][row]:
            errors = counted(pairs["errors"][row], "error")
            told = f"Both print {errors} where the computed value is known: nobody errs so twice by chance."
            found.append({"kind": "errors", "a": pairs["a"][row], "b": pairs["b"][row], "text": told})
    apart: list[tuple[int, int]] = []
    for row in copied:
        one, other = (catalogue.years.get(docs[pairs[side][row]]) for side in "ab")
        if one and other and one.middle is not None and other.middle is not None:
            apart.append((abs(other.middle - one.middle), row))
    for years, row in sorted(apart, key=lambda item: (-item[0], item[1]))[: LIMITS.surprises]:
        if years >= LIMITS.min_years:
            told = f"The table was printed again after {years} years."
            found.append({"kind": "years", "a": pairs["a"][row], "b": pairs["b"][row], "text": told})
    seen: set[tuple[str, str]] = set()
    for row in copied if places is not None else ():
        assert places is not None
        one, other = (places.iloc[pairs[side][row]] for side in "ab")
        if pd.isna(one) or pd.isna(other) or str(one) == str(other) or not pairs["dated"][row]:
            continue
        if (str(one), str(other)) in seen or len(seen) == LIMITS.surprises:
            continue
        seen.add((str(one), str(other)))
        told = f"The table travelled from {str(one)[:80]} to {str(other)[:80]}."
        found.append({"kind": "places", "a": pairs["a"][row], "b": pairs["b"][row], "text": told})
    return found


def nearest_of_all(corpus: CorpusStore, catalogue: Catalogue) -> list[dict[str, Any]]:
    """Find the pairs of documents that are nearest, for a corpus in which none are related."""
    nearest = corpus.read_nearest_pairs(1, ["doc_a", "doc_b", "cosine", "z"])
    first = nearest.sort_values(["z", "doc_a", "doc_b"], ascending=[False, True, True]).head(LIMITS.nearest)
    return [
        {
            "a": catalogue.number[str(pair.doc_a)],
            "b": catalogue.number[str(pair.doc_b)],
            "cosine": round(float(pair.cosine), 4),
            "z": round(float(pair.z), 2) if pd.notna(pair.z) else None,
        }
        for pair in first.itertuples()
        if str(pair.doc_a) in catalogue.number and str(pair.doc_b) in catalogue.number
    ]
