"""Measure whether copied tables are told from tables that were computed anew, and from strangers.

``python scripts/evaluate_alike.py --documents 120 --anew 100 --seed 71010`` plans a sample archive whose works others
computed anew, and collates its tables as they are printed: every two pages of different editions of one work (copied),
and of a work and one computed anew with its function and parameters (alike). ``--corpus CORPUS --pairs 2000`` judges
pairs of pages of a corpus in which nothing was copied, and ``--strangers`` mixes into them the planned pages of works
that are nobody's kin. Prints, and writes as JSON with ``--json``: the area under the ROC curve, verdicts, how often
stated odds are right, and false kin. ``--log FILE`` keeps what was found of each pair, and ``--seconds N`` stops after
that time: the same command goes on.
"""

from __future__ import annotations

import argparse
import itertools
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lib.alike import judge_works, judged, printed_witness, reliability
from lib.pair_log import PairLog
from lib.recomputed import planned_pages
from sklearn.metrics import roc_auc_score

from tablekin.collation import Relation, Witness, WitnessReader
from tablekin.corpus import CorpusStore
from tablekin.sample.plan import ArchivePlan, plan_archive


def evaluate_pairs(rows: pd.DataFrame) -> dict[str, Any]:
    """Score copied against computed alike, among pairs whose tables have enough in common."""
    kin = rows[rows["is_kin"]]
    print(pd.crosstab([rows["verdict"], rows["strength"]], rows["copied"]).to_string())
    told = kin[(kin["verdict"] == "copied") | (kin["strength"] != "weak")]
    result: dict[str, Any] = {
        "pairs": len(rows),
        "of them with cells in common": len(kin),
        "area under ROC": float(roc_auc_score(kin["copied"], kin["nats"])),
        "told to be copied, or with odds of ten to one computed alike": len(told),
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
    result |= evaluate_signs(kin)
    for name, value in result.items():
        print(f"{name}: {value}")
    return result


def evaluate_signs(kin: pd.DataFrame) -> dict[str, Any]:
    """Tell how many pairs have no sign by which anybody could tell them, and how well the others are told.

    Of two who computed alike the sign is a number that they computed differently; of a copy, a misprint or a deviation
    of the author that both have. Whoever saw all of these and nothing else would have to guess where there is none.
    """
    copied = kin["copied"].to_numpy(bool)
    apart, inherited = kin["apart"].to_numpy() > 0, kin["inherited"].to_numpy() > 0
    alike_open, copied_open = (~copied & ~apart), (copied & ~inherited)
    shares = alike_open.sum() / (~copied).sum(), copied_open.sum() / copied.sum()
    no_sign = kin[alike_open | copied_open]
    result: dict[str, Any] = {
        "computed alike, with the same numbers in all cells that both print": int(alike_open.sum()),
        "of": int((~copied).sum()),
        "copied, without a misprint or deviation that both have": int(copied_open.sum()),
        "of copied": int(copied.sum()),
        "area under ROC of one who sees all these signs, and guesses without any": 1
        - shares[0] * shares[1] / 2,
        "area under ROC without those computed alike to the same numbers": float(
            roc_auc_score(kin[~alike_open]["copied"], kin[~alike_open]["nats"])
        ),
        "without a sign and called copied, of them wrongly": [
            int((no_sign["verdict"] == "copied").sum()),
            int(((no_sign["verdict"] == "copied") & ~no_sign["copied"]).sum()),
        ],
    }
    if no_sign["copied"].nunique() == 2:
        area = float(roc_auc_score(no_sign["copied"], no_sign["nats"]))
        result["area under ROC of those without a sign"] = area
    return result


def evaluate_strangers(
    corpus: CorpusStore, plan: ArchivePlan | None, count: int, seed: int, log: PairLog, seconds: float
) -> dict[str, Any] | None:
    """Judge pairs of pages none of which is kin of another; pages of different works of one type are left out."""
    documents = corpus.read("pages", columns=["doc_id", "is_table"])
    names = sorted(documents.loc[documents["is_table"], "doc_id"])
    reader = WitnessReader(corpus, names)
    printed = {} if plan is None else {page.doc: page for page in planned_pages(plan)}
    kind = {} if plan is None else {page.doc: page.metadata["family"] for page in plan.pages}

    @cache
    def witness(name: str) -> Witness:
        return printed_witness(printed[name]) if name in printed else reader.witness(name)

    everybody = sorted([*names, *printed])
    pairs = [(a, b) for a, b in itertools.combinations(everybody, 2) if kind.get(a, a) != kind.get(b, b)]
    chosen = [pairs[place] for place in np.random.default_rng(seed).permutation(len(pairs))[:count].tolist()]
    if not log.measure(chosen, lambda a, b: judged(witness(a), witness(b)), seconds):
        return None
    rows = [log.rows[pair] for pair in chosen]
    said = ("a", "b", "verdict", "strength", "agreeing", "compared")
    false = [[row[name] for name in said] for row in rows if row["is_kin"]]
    copied = sum(row["verdict"] == Relation.COPIED for row in rows)
    print(
        f"{len(rows)} of {len(pairs)} pairs of {len(everybody)} strangers: {len(false)} called kin, {copied} copied"
    )
    for one in false:
        print(f"    {one}")
    return {
        "pairs": len(rows),
        "of": len(pairs),
        "strangers": len(everybody),
        "called kin": len(false),
        "called copied": copied,
        "which": false,
    }


def main() -> None:
    """Evaluate as the command line says; exit code 3 where there was no time for all pairs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=120)
    parser.add_argument("--anew", type=int, default=100)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--corpus", type=Path, help="of pages none of which is kin of another")
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--strangers", type=int, default=0, help="pages of a plan to mix with them")
    parser.add_argument("--log", type=Path, help="file that keeps a line for each pair, to go on with")
    parser.add_argument("--seconds", type=float, default=np.inf, help="after which no further pair is begun")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    about = {
        name: str(value)
        for name, value in vars(options).items()
        if name not in ("log", "seconds", "json", "pairs")
    }
    log = PairLog(options.log, about)
    result: dict[str, Any] = {}
    if options.corpus:
        plan = plan_archive(options.strangers, options.seed) if options.strangers else None
        corpus = CorpusStore.open(options.corpus)
        found = evaluate_strangers(corpus, plan, options.pairs, options.seed, log, options.seconds)
        if found is None:
            raise SystemExit(3)
        result["strangers"] = found
    else:
        plan = plan_archive(options.documents, options.seed, options.anew)
        rows = judge_works(plan, log, options.seconds)
        if rows is None:
            raise SystemExit(3)
        result["pairs"] = evaluate_pairs(rows)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1, default=float) + "\n", "utf-8")


if __name__ == "__main__":
    main()
