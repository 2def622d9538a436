"""Measure how far tables that have nothing to do with one another get: how the criterion of kinship was set.

``python scripts/evaluate_null.py CORPUS`` lays documents of a corpus in which no two are editions of one table
side by side, and prints how their agreement, evidence and z are distributed, beside what is needed to be kin.
Writes it as JSON with ``--json``. ``--log FILE`` keeps what was found of each pair, and ``--seconds N`` stops after
that time: the same command goes on.
"""

from __future__ import annotations

import argparse
import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
from lib.pair_log import PairLog

from tablekin.collation import WitnessReader, collate, keep_significant
from tablekin.collation.significance import CRITERIA
from tablekin.corpus import CorpusStore

_SHARES = (0.5, 0.9, 0.99, 1.0)


def measure(corpus: CorpusStore, count: int, log: PairLog, seconds: float = np.inf) -> pd.DataFrame | None:
    """Collate pairs of documents; a row each, of the two tables with most in common; None where time was short."""
    pages = corpus.read("pages", columns=["doc_id", "is_table"])
    names = sorted(pages.loc[pages["is_table"], "doc_id"])
    pairs = list(itertools.combinations(names, 2))
    chosen = [pairs[place] for place in sorted(np.random.default_rng(0).permutation(len(pairs))[:count])]
    reader = WitnessReader(corpus, names)

    def collated(a: str, b: str) -> dict[str, object]:
        tried = collate(reader.witness(a), reader.witness(b))
        test = tried[0].significance
        return {
            "agreement": test.agreement,
            "evidence": test.evidence,
            "agreement x z": test.agreement * test.z,
            "kin": bool(keep_significant(tried)),
        }

    done = log.measure(chosen, collated, seconds)
    return pd.DataFrame([log.rows[pair] for pair in chosen]) if done else None


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--log", type=Path, help="file that keeps a line for each pair, to go on with")
    parser.add_argument("--seconds", type=float, default=np.inf, help="after which no further pair is begun")
    options = parser.parse_args()
    log = PairLog(options.log, {"corpus": str(options.corpus)})
    rows = measure(CorpusStore.open(options.corpus), options.pairs, log, options.seconds)
    if rows is None:
        raise SystemExit(3)
    needed = {
        "agreement": CRITERIA.min_agreement,
        "evidence": CRITERIA.min_evidence,
        "agreement x z": CRITERIA.min_agreement_times_z,
    }
    table = rows[list(needed)].quantile(_SHARES).T
    table.columns = [f"{share:.0%} have less" for share in _SHARES]
    table["kin have"] = needed
    print(f"{len(rows)} pairs, {int(rows['kin'].sum())} called kin\n{table.round(3).to_string()}")
    print(rows[rows["kin"]].round(3).to_string(index=False))
    if options.json:
        result = {"pairs": len(rows), "kin": int(rows["kin"].sum()), **table.round(4).to_dict("index")}
        options.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
