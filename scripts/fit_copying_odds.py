"""Fit the odds of a copy: how many nats of the model are borne out by pairs of which it is known who copied.

``python scripts/fit_copying_odds.py --seeds 71102 71104 71106 --rows FOLDER`` plans a sample archive of every seed,
whose works others computed anew, judges its pairs of pages of one function, and keeps them in ``FOLDER/SEED.csv``;
seeds that are there already are not planned again, so that the script may be stopped. Prints, and writes as JSON with
``--json``: the weight of a logistic fit, the odds that the pairs bear out at most, and a table of what the fit says
against how many were copied. Weight and odds are fields of ``tablekin.collation.verdict.PairCriteria``.
Seeds that are fitted on must not be evaluated on.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lib.alike import judge_works, reliability
from lib.pair_log import PairLog
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from tablekin.sample.plan import plan_archive

_FAR = 12.0  # nats: what is further off is as surely one or the other


def collect(folder: Path, seeds: list[int], documents: int, anew: int) -> pd.DataFrame:
    """Read the pairs of all seeds, and make those that are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        path = folder / f"{seed}.csv"
        if not path.exists():
            rows = judge_works(plan_archive(documents, seed, anew), PairLog(None, {}), np.inf)
            assert rows is not None
            rows.to_csv(path, index=False)
            print(f"seed {seed} is done", flush=True)
    parts = [pd.read_csv(folder / f"{seed}.csv").assign(seed=seed) for seed in seeds]
    return pd.concat(parts, ignore_index=True)


def fit(pairs: pd.DataFrame) -> dict[str, Any]:
    """Fit log-odds to the nats of pairs that have enough in common and of which any value was compared.

    Every work counts alike, however many pairs of pages it has. There is no intercept: tables that are right throughout
    tell nothing, though authors of sample archives always err somewhere, so that such pairs are mostly copies there.
    """
    own = pairs[pairs["is_kin"] & (pairs["nats"] != 0)]
    works = own["seed"].astype(str) + own["work"]
    weights = 1 / works.map(works.value_counts())
    nats = own["nats"].clip(-_FAR, _FAR).to_numpy()
    copied = own["copied"].to_numpy(bool)
    model = LogisticRegression(C=1e6, fit_intercept=False)
    weight = float(model.fit(nats[:, None], copied, sample_weight=weights).coef_[0, 0])
    log_odds = weight * own["nats"].to_numpy()
    supported = {
        "copied": borne_out(log_odds, copied),
        "computed alike": borne_out(-log_odds, ~copied),
    }
    most = min(supported.values())
    print(reliability(np.clip(log_odds, -np.log(most), np.log(most)), copied))
    return {
        "pairs": len(own),
        "works": int(works.nunique()),
        "weight": weight,
        "odds borne out": supported,
        "max_log_odds": float(np.log(most)),
    }


def borne_out(log_odds: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Find the highest odds that pairs beyond some log-odds have: right ones to wrong ones, one added to either.

    Pairs of one work are not independent of one another, so that these odds are rather too high.
    """
    order = np.argsort(-log_odds, kind="stable")
    good = np.cumsum(right[order])
    return float(((good + 1) / (np.arange(1, len(good) + 1) - good + 1)).max())


def main() -> None:
    """Fit as the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("--rows", type=Path, required=True, help="folder for the pairs of each seed")
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--anew", type=int, default=60)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    result = fit(collect(options.rows, options.seeds, options.documents, options.anew))
    for name, value in result.items():
        print(f"{name}: {value}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
