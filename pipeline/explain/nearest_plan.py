"""NearestPlan: of which pairs scores and matches are to be kept, and whether the tables are of these."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.corpus import Comparison, CorpusStore, Document, pair_keys, pairs_of_keys

Keys = NDArray[np.int64]


@dataclass(frozen=True)
class NearestPlan:
    """What is to be kept, and whether the tables are of that."""

    documents: list[Document]  # those that are ok, sorted
    comparison: Comparison
    count: int  # nearest of each document
    kin: Keys  # sorted
    was: dict[str, str | int]  # what the table of pairs says that it keeps; empty where that is all
    before: Comparison | None  # what the table of pairs was made from
    is_current: bool  # whether the tables are up to date

    @property
    def says(self) -> dict[str, str | int]:
        """What the table of pairs is to say that it keeps, but for which parts of matches there are."""
        names = [doc_id for doc_id, _ in self.documents]
        a, b = pairs_of_keys(self.kin, len(names))
        listed = "\n".join(
            f"{names[one]} {names[other]}" for one, other in zip(a.tolist(), b.tolist(), strict=True)
        )
        return {"partners": self.count, "kin": hashlib.sha256(listed.encode()).hexdigest()[:16]}

    def __str__(self) -> str:
        """Say what will be done, for the user."""
        kept = (
            f"of each of {len(self.documents)} documents the pairs with its {self.count} nearest and its kin"
        )
        if self.before is not None and self.was.get("partners") != self.count:
            others = f"those with its {self.was['partners']} nearest" if self.was else "all"
            return f"kept are now {kept}, before it were {others} (explain.partners)"
        if self.before is None:
            return f"kept are {kept} (explain.partners; all by default up to 20,000 documents)"
        return f"kept are {kept}"


def plan_nearest(
    corpus: CorpusStore, documents: list[Document], comparison: Comparison, count: int
) -> NearestPlan:
    """Find out whether the tables of pairs are up to date; see ``nearest_stage``."""
    said = corpus.pair_table.kept()
    before = corpus.pair_table.made_from()
    kin = _kin(corpus, documents)
    plan = NearestPlan(documents, comparison, count, kin, json.loads(said) if said else {}, before, False)
    is_current = before == comparison and plan.was == {**plan.says, "matches": corpus.match_table.digest()}
    is_current = is_current and corpus.nearest_table.made_from() == comparison
    return NearestPlan(documents, comparison, count, kin, plan.was, before, is_current)


def _kin(corpus: CorpusStore, documents: list[Document]) -> Keys:
    """Find the pairs that collation found kin, of documents that are there."""
    found = corpus.read("alignments", columns=["doc_a", "doc_b", "is_kin"])
    place = {doc_id: number for number, (doc_id, _) in enumerate(documents)}
    kin = found[found["is_kin"]]
    a, b = (kin[side].map(place).fillna(-1).to_numpy(np.int64) for side in ("doc_a", "doc_b"))
    known = (a >= 0) & (b >= 0)
    return np.unique(pair_keys(a[known], b[known], len(documents)))
