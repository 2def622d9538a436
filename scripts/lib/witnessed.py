"""What other pages of a corpus print, weighed in on pages that were recomputed a moment ago."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from tablekin.collation.testimony import as_by_itself, cells_in_question, hear_witnesses, weigh_rows
from tablekin.corpus import CorpusStore
from tablekin.recompute import Recomputation, to_frames
from tablekin.schemas import WITNESS_COLUMNS


def weigh_by_witnesses(found: Mapping[str, Recomputation], corpus: CorpusStore) -> dict[str, Recomputation]:
    """Weigh the verdicts of documents, by name, by the collations of a corpus."""
    frames = [to_frames(doc, one)["checks"] for doc, one in found.items()]
    checks = pd.concat([frame for frame in frames if len(frame)], ignore_index=True)
    rows = as_by_itself(checks.reindex(columns=[*checks.columns, *WITNESS_COLUMNS]))
    alignments = corpus.read("alignments", columns=["doc_a", "doc_b", "verdict"])
    weighed = weigh_rows(rows, hear_witnesses(corpus, cells_in_question(rows), alignments))
    odds = {
        (one.doc_id, int(one.region_id)): (float(one.p_misprint), float(one.p_misreading))
        for one in weighed.itertuples()
    }
    return {doc: _weighed(doc, one, odds) for doc, one in found.items()}


def _weighed(
    doc: str, found: Recomputation, odds: Mapping[tuple[str, int], tuple[float, float]]
) -> Recomputation:
    checks = []
    for check in found.checks:
        misprint, misreading = odds[doc, check.region_id]
        checks.append(replace(check, p_misprint=misprint, p_misreading=misreading))
    return replace(found, checks=tuple(checks))
