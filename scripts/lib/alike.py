"""Alike: pairs of pages of one function as they are printed, of which it is known whether they were copied."""

from __future__ import annotations

import itertools
import re
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.pair_log import PairLog
from lib.recomputed import TruePage, planned_pages
from lib.signs import signs_of
from tablekin.collation import (
    Witness,
    collate,
    expectations_of,
    judge,
    keep_significant,
    list_cells,
    make_witness,
    summarize,
)
from tablekin.sample.plan import ArchivePlan


def printed_witness(page: TruePage) -> Witness:
    """Make a witness of a page that is read without a mistake."""
    rows = [
        {
            "kind": "cell",
            "region_id": int(region),
            "table_id": table.table_id,
            "row": row,
            "col": col,
            "text": " ".join(re.findall(r"\d+", str(table.text[row, col]))),
            "printed": table.text[row, col],
            "confidence": 1.0,
        }
        for table in page.tables
        for (row, col), region in np.ndenumerate(table.region)
    ]
    regions = pd.DataFrame(rows)
    digits = pd.DataFrame({"digit": [], "score": [], "x0": [], "y0": [], "region_id": []})
    factors = pd.DataFrame({"region_id": [], "feature": [], "relevance": []})
    return make_witness(page.doc, regions, digits, factors, expectations_of(regions, digits))


def judged(one: Witness, other: Witness) -> dict[str, Any]:
    """Collate two documents and sum it up; beside the columns of ``alignments``, what the odds are made of."""
    tried = collate(one, other)
    cells = list_cells(keep_significant(tried))
    verdict = judge(tried, cells)
    parts = {
        "nats": verdict.nats,
        "rough": verdict.rough,
        "values": verdict.evidence.values,
        "differing": verdict.evidence.differing,
        "functions": "; ".join(verdict.evidence.functions),
    }
    return summarize(tried, cells) | parts


def pairs_of_works(plan: ArchivePlan) -> dict[tuple[str, str], dict[str, Any]]:
    """List pages of one function, copied or computed alike, with what is known of each two."""
    origin = {str(row["work"]): str(row["anew_of"] or row["work"]) for row in plan.works}
    meta = {page.doc: page.metadata for page in plan.pages if page.metadata["kind"] == "table"}
    found = {}
    for a, b in itertools.combinations(sorted(meta), 2):
        one, other = meta[a], meta[b]
        if origin[one["work"]] == origin[other["work"]] and one["edition"] != other["edition"]:
            copied = one["work"] == other["work"]
            found[a, b] = {"work": origin[one["work"]], "family": one["family"], "copied": copied}
    return found


def judge_works(plan: ArchivePlan, log: PairLog, seconds: float) -> pd.DataFrame | None:
    """Judge pages of one function; None where there was no time for all."""
    known = pairs_of_works(plan)
    pages, signs = {page.doc: page for page in planned_pages(plan)}, signs_of(plan)

    @cache
    def witness(name: str) -> Witness:
        return printed_witness(pages[name])

    def judge(a: str, b: str) -> dict[str, Any]:
        return known[a, b] | signs[a].beside(signs[b]) | judged(witness(a), witness(b))

    done = log.measure([*known], judge, seconds)
    return pd.DataFrame([log.rows[pair] for pair in known]) if done else None


_BINS = (-np.inf, -4.6, -2.3, -1.1, 0.0, 1.1, 1.95, 2.3, 4.6, np.inf)  # nats: odds of 100, 10, 7, 3 to one


def reliability(log_odds: NDArray[np.float64], copied: NDArray[np.bool_]) -> str:
    """Tabulate, by stated log-odds, how many pairs there are, what share the odds say is copied, and what share is."""
    rows = pd.DataFrame(
        {"bin": pd.cut(log_odds, list(_BINS)), "stated": 1 / (1 + np.exp(-log_odds)), "copied": copied}
    )
    table = rows.groupby("bin", observed=True).agg(
        pairs=("copied", "size"), stated=("stated", "mean"), copied=("copied", "mean")
    )
    return f"share of copied pairs, as stated and in truth\n{table.round(3).to_string()}"
