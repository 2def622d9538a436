"""Choose the rules of LRP by which regions are explained, on a hundred pairs of windows, half of them held out.

``python scripts/choose_lrp_rules.py ARCHIVE FOLDER... --cache DIR`` takes a sample archive (pairs of editions, and of
unrelated works) and folders of scans: every window with itself in a re-scan (turned, scaled, bent, worn), and with a
window of another scan. Measured of every way of explaining:

- deletion, insertion: pairs of regions, one on each page, are erased or left together, in the order in which the
  explanation says that they matter; ``between`` is insertion less deletion;
- masks: correlation of the similarity of pages without random regions with what the explanation says is left of it;
- cosine, rank correlation: with the exact joint effects ``y - y(without i) - y(without i') + y(without both)``;
- rows true: of the four strongest matches of rows of a window and its re-scan, how many are of the same row;
- pointing: a row of one page is printed into another; whether it is the strongest match; and ``place``, the share of
  the other matches of rows that are weaker;
- strokes: the most relevant blocks of 4 x 4 pixels of a digit are painted over; what is left of its activation.

The rule, fixed before the pairs held out were looked at: of the rules of LRP that on the pairs to choose by are in no
measure worse than the default (the interval of the difference without 0), those are kept that cannot be told apart
from that with the largest mean ``between`` (the interval of their difference with 0); of these that with the best
``strokes`` stands against the default on the pairs held out. It becomes the default if there it is better in
``between``, the interval without 0, and in no measure worse.

A run that is stopped, or that stops after ``--minutes``, goes on where it was when the command is given again.
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from lib.bootstrap import resample
from lib.contestants import BASELINE, METHODS, RULES
from lib.explained import Cache, PausedError
from lib.hundred_pairs import HALVES, hundred_pairs
from lib.rule_scores import (
    LOWER_IS_BETTER,
    MEASURES,
    RANDOM,
    Scores,
    score_agreement,
    score_erasing,
    score_rows,
    score_strokes,
)
from lib.second_order import SHARES
from lib.strokes import STEPS

CRITERION, TIE_BREAKER = "between", "strokes"
_GOLDEN = (5**0.5 - 1) / 2  # its multiples spread evenly: the first so many pairs are of all groups


def measure(
    archive: Path,
    folders: list[Path],
    count: int,
    of_archive: int,
    scans: int,
    erased: int,
    side: int,
    seed: int,
    cache: Cache,
) -> pd.DataFrame:
    """Score every pair by every method; ``erased`` of them, evenly chosen, by erasing pairs of regions as well.

    Returns
    -------
    DataFrame
        A row a pair and method: ``pair``, ``group``, ``half``, ``units``, ``method``, and the measures it has.
    """
    pairs, unlike = hundred_pairs(archive, folders, count, of_archive, scans, side, seed, cache)
    of_games = [pair for pair in unlike if pair.planted]
    print(f"{len(pairs)} pairs, {len(of_games)} planted rows", flush=True)
    found: dict[int, list[Scores]] = {}
    for number, pair in enumerate(pairs):
        found[number] = [score_agreement(pair)]
        if pair.twin:
            found[number].append(score_rows(pair))
        if pair.is_kin:
            name = f"strokes {number} {pair.name} {STEPS} {side} {seed}"
            found[number].append(cache.get(name, partial(score_strokes, pair)))
    evenly = sorted(range(len(pairs)), key=lambda number: number * _GOLDEN % 1)[:erased]
    for done, number in enumerate(evenly, 1):
        name = f"scores {number} {pairs[number].name} {SHARES} {side} {seed}"
        found[number].append(cache.get(name, partial(score_erasing, pairs[number], number)))
        print(f"erased {done} of {len(evenly)}", flush=True)
    for number, pair in enumerate(of_games, len(pairs)):
        found[number] = [score_rows(pair)]
    rows = []
    for number, pair in enumerate([*pairs, *of_games]):
        group = pair.group if number < len(pairs) else "planted rows"
        row = {"pair": number, "group": group, "half": pair.half, "units": list(pair.units)}
        for method in (*METHODS, RANDOM):
            values = {
                name: value for scores in found[number] for name, value in scores.get(method, {}).items()
            }
            if values:
                rows.append({**row, "method": method, **values})
    return pd.DataFrame(rows)


def summarise(scores: pd.DataFrame, seed: int, against: str = BASELINE) -> pd.DataFrame:
    """Average the measures over pairs, with 95 % intervals, and their differences to a method on the same pairs.

    Returns
    -------
    DataFrame
        A row a method and measure: ``mean``, ``low``, ``high``, ``difference``, ``difference_low``,
        ``difference_high`` and ``pairs``.
    """
    rows = []
    for measure_ in MEASURES:
        if measure_ not in scores:
            continue
        wide = scores.pivot_table(index="pair", columns="method", values=measure_, dropna=False).dropna(
            how="all"
        )
        wide = wide[wide[against].notna()]
        if wide.empty:
            continue
        units = scores.drop_duplicates("pair").set_index("pair")["units"].loc[wide.index].tolist()
        weights = resample(units, seed)
        for method in (*METHODS, RANDOM):
            if method not in wide or wide[method].isna().any():
                continue
            values = wide[method].to_numpy()
            row = {"method": method, "measure": measure_, "pairs": len(values)}
            for name, series in (("", values), ("difference", values - wide[against].to_numpy())):
                low, high = np.quantile(weights @ series, [0.025, 0.975])
                row[name or "mean"] = float(series.mean())
                row[f"{name}_low".lstrip("_")], row[f"{name}_high".lstrip("_")] = float(low), float(high)
            rows.append(row)
    return pd.DataFrame(rows)


def worse_than_default(summary: pd.DataFrame, method: str) -> list[str]:
    """List the measures in which a method is worse than the default, the interval of the difference without 0."""
    own = summary[summary["method"] == method].set_index("measure")
    is_worse = [
        row["difference_low"] > 0 if name in LOWER_IS_BETTER else row["difference_high"] < 0
        for name, row in own.iterrows()
    ]
    return [str(name) for name in own.index[is_worse]]


def choose(choosing: pd.DataFrame, seed: int) -> str:
    """Choose the rule that is to stand against the default.

    Parameters
    ----------
    choosing
        From :func:`measure`, of the pairs to choose by.
    seed
        Of the bootstrap.
    """
    summary = summarise(choosing, seed)
    means = summary.pivot_table(index="method", columns="measure", values="mean")
    measured = means.index[means[CRITERION].notna()]
    eligible = [rule for rule in RULES if rule in measured and not worse_than_default(summary, rule)]
    best = str(means.loc[eligible, CRITERION].idxmax())
    to_best = summarise(choosing, seed, against=best)
    to_best = to_best[to_best["measure"] == CRITERION].set_index("method")
    tied = [method for method in eligible if to_best.loc[method, "difference_high"] >= 0]
    return str(means.loc[tied, TIE_BREAKER].idxmin())


def becomes_default(held_out: pd.DataFrame, method: str) -> bool:
    """Tell whether a rule is better in the criterion and in no measure worse, by a summary of the pairs held out."""
    against = held_out[held_out["method"] == method].set_index("measure")
    return bool(against.loc[CRITERION, "difference_low"] > 0) and not worse_than_default(held_out, method)


def show(summary: pd.DataFrame, name: str) -> str:
    """Write a table: a row a method, a column a measure; ``name`` is ``mean`` or ``difference``."""
    measures = list(dict.fromkeys(summary["measure"]))
    low, high = ("low", "high") if name == "mean" else (f"{name}_low", f"{name}_high")
    cells = {
        (row["method"], row["measure"]): f"{row[name]:.3f} ({row[low]:.3f} to {row[high]:.3f})"
        for row in summary.to_dict("records")
    }
    lines = [["method", *measures], ["---"] * (1 + len(measures))]
    for method in dict.fromkeys(summary["method"]):
        lines.append([str(method), *(cells.get((method, measure_), "") for measure_ in measures)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    """Run the study."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path, metavar="ARCHIVE")
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument(
        "--cache", type=Path, required=True, help="folder for what is done; use a new one for new code"
    )
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--of-archive", type=int, default=20, help="of these, from the archive")
    parser.add_argument("--scans", type=int, default=24, help="of a folder, at most")
    parser.add_argument(
        "--erased", type=int, default=100, help="pairs, evenly chosen, whose regions are erased together"
    )
    parser.add_argument("--side", type=int, default=320, help="largest window of a page, working pixels")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--minutes", type=float, default=np.inf, help="stop after so many")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    cache = Cache(options.cache, 60 * options.minutes)
    try:
        scores = measure(
            options.archive,
            options.folders,
            options.pairs,
            options.of_archive,
            options.scans,
            options.erased,
            options.side,
            options.seed,
            cache,
        )
    except PausedError as paused:
        sys.exit(f"stopped before {paused}; give the same command again to go on")
    halves = {half: summarise(scores[scores["half"] == half], options.seed) for half in HALVES}
    groups = {
        str(group): summarise(part, options.seed) for group, part in scores.groupby("group", sort=False)
    }
    for title, summary in (*halves.items(), *groups.items()):
        print(f"\n## {title}\n\n{show(summary, 'mean')}\n\nless the default\n\n{show(summary, 'difference')}")
    challenger = choose(scores[scores["half"] == HALVES[0]], options.seed)
    held_out = halves[HALVES[1]]
    becomes = becomes_default(held_out, challenger)
    verdict = f"{challenger} {'becomes' if becomes else 'does not become'} the default"
    print(f"\n{verdict}; worse in: {', '.join(worse_than_default(held_out, challenger)) or 'nothing'}")
    if options.json:
        found = {
            "verdict": verdict,
            "halves": {name: summary.to_dict("records") for name, summary in halves.items()},
            "groups": {name: summary.to_dict("records") for name, summary in groups.items()},
            "scores": json.loads(scores.to_json(orient="records", double_precision=4)),
        }
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
