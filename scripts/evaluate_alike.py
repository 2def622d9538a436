"""Measure whether copied tables are told from tables that were computed anew, and from strangers.

``python scripts/evaluate_alike.py --documents 120 --anew 100 --seed 71010`` plans a sample archive whose works others
computed anew, and collates its tables as they are printed: every two pages of different editions of one work (copied),
and of a work and one computed anew with its function and parameters (alike). ``--corpus CORPUS --pairs 2000`` judges
pairs of pages of a corpus in which nothing was copied, and ``--strangers`` mixes into them the planned pages of works
that are nobody's kin. Prints, and writes as JSON with ``--json``: the area under the ROC curve, verdicts, how often
stated odds are right, and false kin.
"""

from __future__ import annotations

import argparse
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lib.alike import judged, pairs_of_works, printed_witness, reliability
from lib.recomputed import planned_pages
from sklearn.metrics import roc_auc_score

from tablekin.collation import WitnessReader
from tablekin.corpus import CorpusStore
from tablekin.sample.plan import ArchivePlan, plan_archive


def evaluate_pairs(rows: pd.DataFrame) -> dict[str, Any]:
    """Score copied against computed alike, among pairs whose tables have enough in common."""
    kin = rows[rows["is_kin"]]
    print(pd.crosstab([rows["verdict"], rows["strength"]], rows["copied"]).to_string())
    told = kin[kin["log_odds_copied"].abs() >= 1.1]
    result: dict[str, Any] = {
        "pairs": len(rows),
        "of them with cells in common": len(kin),
        "area under ROC": float(roc_auc_score(kin["copied"], kin["nats"])),
        "told, with odds of three to one": len(told),
        "area under ROC of those told": float(roc_auc_score(told["copied"], told["nats"])),
        "right of those called copied": float(kin[kin["verdict"] == "copied"]["copied"].mean()),
        "copied ones called copied": float((kin[kin["copied"]]["verdict"] == "copied").mean()),
    }
    log_odds, copied = kin["log_odds_copied"].to_numpy(float), kin["copied"].to_numpy(bool)
    print(reliability(log_odds, copied))
    right = np.where(copied, log_odds, -log_odds)
    result["stated odds cost, nats a pair"] = float(np.logaddexp(0, -right).mean())
    families = kin.groupby("family").apply(
        lambda own: pd.Series(
            {"pairs": len(own), "right": ((own["verdict"] == "copied") == own["copied"]).mean()}
        ),
        include_groups=False,
    )
    print(f"\nby type of table\n{families.round(3).to_string()}")
    for name, value in result.items():
        print(f"{name}: {value}")
    return result


def evaluate_strangers(
    corpus: CorpusStore, plan: ArchivePlan | None, count: int, seed: int
) -> dict[str, Any]:
    """Judge pairs of pages none of which is kin of another; pages of different works of one type are left out."""
    pages = corpus.read("pages", columns=["doc_id", "is_table"])
    names = sorted(pages.loc[pages["is_table"], "doc_id"])
    reader = WitnessReader(corpus, names)
    witnesses = {name: reader.witness(name) for name in names}
    kind: dict[str, str] = {}
    if plan is not None:
        meta = {page.doc: page.metadata for page in plan.pages}
        for page in planned_pages(plan):
            witnesses[page.doc], kind[page.doc] = printed_witness(page), meta[page.doc]["family"]
    pairs = [
        (a, b) for a, b in itertools.combinations(sorted(witnesses), 2) if kind.get(a, a) != kind.get(b, b)
    ]
    chosen = np.random.default_rng(seed).permutation(len(pairs))[:count]
    false = []
    for place in chosen:
        a, b = pairs[int(place)]
        row = judged(witnesses[a], witnesses[b])
        if row["is_kin"]:
            false.append((a, b, row["verdict"], row["strength"], row["agreeing"], row["compared"]))
    print(f"{len(chosen)} pairs of {len(witnesses)} strangers: {len(false)} called kin")
    for one in false:
        print(f"    {one}")
    return {"pairs": len(chosen), "called kin": len(false), "which": false}


def main() -> None:
    """Evaluate as the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=120)
    parser.add_argument("--anew", type=int, default=100)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--corpus", type=Path, help="of pages none of which is kin of another")
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--strangers", type=int, default=0, help="pages of a plan to mix with them")
    parser.add_argument("--rows", type=Path, help="CSV file to write, a row for each pair")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    result: dict[str, Any] = {}
    if options.corpus:
        plan = plan_archive(options.strangers, options.seed) if options.strangers else None
        corpus = CorpusStore.open(options.corpus)
        result["strangers"] = evaluate_strangers(corpus, plan, options.pairs, options.seed)
    else:
        plan = plan_archive(options.documents, options.seed, options.anew)
        rows = pd.DataFrame(pairs_of_works(plan))
        if options.rows:
            rows.to_csv(options.rows, index=False)
        result["pairs"] = evaluate_pairs(rows)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1, default=float) + "\n", "utf-8")


if __name__ == "__main__":
    main()
