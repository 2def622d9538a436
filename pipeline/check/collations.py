"""Collations: whether the collated cells of a corpus fit one another, its documents and its record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from tablekin.check.index import KINDS, DocumentIndex
from tablekin.check.problem import Problem, delete_tables
from tablekin.corpus import CollationProvenance, CorpusLayout, alignments_of, read_parts, read_provenance
from tablekin.page import RegionKind

_PAIR = ["doc_a", "doc_b"]
_RELATIONS = ("same", "variant", "only_a", "only_b", "not_compared")
_WORDS = (*_PAIR, "verdict", "strength")


def check_collations(
    layout: CorpusLayout,
    collations: Sequence[Path],
    alignments: Sequence[Path],
    index: DocumentIndex | None,
    fingerprint: str | None,
) -> Iterator[Problem]:
    """Check tables ``collations`` and ``alignments``.

    Parameters
    ----------
    layout
        Of the corpus.
    collations, alignments
        Parts of the two tables that can be read.
    index
        All documents; without it, rows are not looked at.
    fingerprint
        As from :func:`tablekin.collation.cells_fingerprint`, of the config in the record, if it is known.
    """
    known: list[CollationProvenance] = []
    again = delete_tables(layout, "alignments", "collations")
    for part in collations:
        made_from, place = read_provenance(part, CollationProvenance.of_seal), layout.place(part)
        if made_from is None:
            yield Problem(place, "does not say which pairs it has", again)
            continue
        known.append(made_from)
        if fingerprint and made_from.fingerprint != fingerprint:
            what = f"was made with another config than {layout.place(layout.record)} tells"
            yield Problem(place, what, again)
        for what in _wrong_rows(read_parts([part]), made_from, index) if index else ():
            yield Problem(place, what, again)
    if alignments and len(known) == len(collations):
        found = read_parts(alignments).to_pandas().sort_values(_PAIR, ignore_index=True)
        expected = alignments_of(known)
        same = len(found) == len(expected) and all(
            np.allclose(found[name], expected[name].astype(float), rtol=1e-4, atol=1e-4)
            if name not in _WORDS
            else (found[name] == expected[name]).all()
            for name in expected.columns
        )
        if not same:
            place = layout.place(layout.table("alignments"))
            yield Problem(place, "does not sum up what the table collations says", again)


def _wrong_rows(table: pa.Table, made_from: CollationProvenance, index: DocumentIndex) -> Iterator[str]:
    rows = table.to_pandas()
    if unknown := set(rows["relation"]) - {*_RELATIONS}:
        yield f"has an unknown relation: {', '.join(sorted(unknown))}"
    for side, away in ("ab", "ba"):
        document = index.places(table[f"doc_{side}"])
        region = rows[f"region_{side}"].to_numpy(np.int64)
        is_cell = index.kinds(document, np.maximum(region, 0)) == KINDS.index(RegionKind.CELL)
        absent = (region < 0) & rows["relation"].isin([f"only_{away}", "not_compared"])
        if index.complete and not (is_cell & (region >= 0) | absent).all():
            yield "has cells that are not in the table regions"
    counts = Counter(zip(rows["doc_a"], rows["doc_b"], strict=True))
    expected = {
        (a, b): sum(int(row[name]) for name in (*_RELATIONS, "doubtful"))
        for ((a, _), (b, _)), row in made_from.pairs.items()
    }
    if counts != {pair: count for pair, count in expected.items() if count}:
        yield "has other rows than it says of its pairs"
