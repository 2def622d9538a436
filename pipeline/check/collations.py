"""Collation integrity: whether the collated cells of a corpus fit one another, its documents and its record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from tablekin.check.documents import Problem
from tablekin.check.index import KINDS, DocumentIndex
from tablekin.corpus.collation_coverage import CollationProvenance, alignments_of
from tablekin.corpus.collation_tables import read_collated
from tablekin.corpus.parts import read_parts

COLLATE_AGAIN = "delete the folders alignments and collations and run again"
_PAIR = ["doc_a", "doc_b"]
_RELATIONS = ("same", "variant", "only_a", "only_b")


def check_collations(
    collations: Sequence[Path], alignments: Sequence[Path], knowledge: DocumentIndex, fingerprint: str | None
) -> Iterator[Problem]:
    """Check the parts of both tables; ``fingerprint`` is that of the documents in the record."""
    known: list[CollationProvenance] = []
    for part in collations:
        collated = read_collated(part)
        place = f"collations/{part.name}"
        if collated is None:
            yield Problem(place, "does not say which pairs it has", COLLATE_AGAIN)
            continue
        known.append(collated)
        if fingerprint and collated.fingerprint != fingerprint:
            yield Problem(place, "was made with another config than run.json tells", COLLATE_AGAIN)
        rows = read_parts([part])
        for what in _wrong_rows(rows, collated, knowledge):
            yield Problem(place, what, COLLATE_AGAIN)
    if alignments and len(known) == len(collations):
        found = read_parts(alignments).to_pandas().sort_values(_PAIR, ignore_index=True)
        expected = alignments_of(known)
        same = len(found) == len(expected) and all(
            np.allclose(found[name], expected[name].astype(float), rtol=1e-4, atol=1e-4)
            if name not in _PAIR
            else (found[name] == expected[name]).all()
            for name in expected.columns
        )
        if not same:
            yield Problem("alignments", "does not sum up what the table collations says", COLLATE_AGAIN)


def _wrong_rows(table: pa.Table, collated: CollationProvenance, knowledge: DocumentIndex) -> Iterator[str]:
    rows = table.to_pandas()
    if unknown := set(rows["relation"]) - {*_RELATIONS}:
        yield f"has an unknown relation: {', '.join(sorted(unknown))}"
    for side, alone in (("a", "only_b"), ("b", "only_a")):
        document = knowledge.places(table[f"doc_{side}"])
        region = rows[f"region_{side}"].to_numpy(np.int64)
        is_cell = knowledge.kinds(document, np.maximum(region, 0)) == KINDS.index("cell")
        absent = (region < 0) & (rows["relation"] == alone)
        if knowledge.complete and not (is_cell & (region >= 0) | absent).all():
            yield "has cells that are not in the table regions"
    counts = Counter(zip(rows["doc_a"], rows["doc_b"], strict=True))
    expected = {
        (a, b): sum(int(row[name]) for name in (*_RELATIONS, "doubtful"))
        for ((a, _), (b, _)), row in collated.pairs.items()
    }
    if counts != {pair: count for pair, count in expected.items() if count}:
        yield "has other rows than it says of its pairs"
