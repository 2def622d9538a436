"""Measure whether days are found whose printed mean the hours contradict, and whether mean or hour erred.

``python scripts/evaluate_means.py FOLDER --seed 91003`` reads transcribed registers (one CSV file a page, a row a day,
the hours and their mean), changes one digit of three means and of three hours of every page, and recomputes the page.
Prints, and writes as JSON with ``--json``: how many of the changed days are told, how many of them at the cell that
was changed, and how many other days are told.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from tablekin.recompute import recompute
from tablekin.recompute.checks import CheckKind
from tablekin.recompute.table_text import from_rows

_CHANGED = 3  # means of a page, and hours


def read_register(path: Path) -> list[list[str]]:
    """Read the days of a register: day, hours, mean."""
    frame = pd.read_csv(path, quotechar="'", skipinitialspace=True, dtype=str)
    frame = frame[~frame.iloc[:, 0].astype(str).str.contains("Mean")]
    days = frame.iloc[:, 1:].fillna("").astype(str).apply(lambda column: column.str.strip())
    return [[str(day), *row] for day, row in enumerate(days.itertuples(index=False, name=None), 1)]


def change(rows: list[list[str]], rng: np.random.Generator) -> dict[int, tuple[str, int]]:
    """Change digits of some means and hours; gives what was changed in which column, by row."""
    changed: dict[int, tuple[str, int]] = {}
    last = len(rows[0]) - 1
    for place in rng.permutation(len(rows))[: 2 * _CHANGED]:
        kind = "mean" if len(changed) < _CHANGED else "hour"
        col = last if kind == "mean" else int(rng.integers(1, last))
        text = rows[place][col]
        digits = [at for at, sign in enumerate(text) if sign.isdecimal()]
        if len(digits) > 1 and rows[place][last]:
            at = int(rng.choice([digits[0], digits[-2], digits[-1]]))
            other = (int(text[at]) + int(rng.integers(1, 10))) % 10
            rows[place][col] = f"{text[:at]}{other}{text[at + 1 :]}"
            changed[int(place)] = kind, col
    return changed


def evaluate(folder: Path, seed: int) -> dict[str, int]:
    """Change and recompute all registers of a folder."""
    rng = np.random.default_rng(seed)
    counts: Counter[str] = Counter()
    for path in sorted(folder.glob("*.csv")):
        rows = read_register(path)
        changed = change(rows, rng)
        table = from_rows(rows)
        place_of = {int(region): place for place, region in np.ndenumerate(table.region)}
        sums = [check for check in recompute([table]).checks if check.kind is CheckKind.SUM]
        told = {place_of[one.region_id] for one in sums if one.p_misprint + one.p_misreading > 0}
        days = {row for row, _ in told}
        counts["pages"] += 1
        counts["pages whose means are known as such"] += bool(sums)
        counts["other days"] += len(rows) - len(changed)
        counts["other days told"] += len(days - changed.keys())
        for row, (kind, col) in changed.items():
            counts[f"{kind}s changed"] += 1
            counts[f"days told, {kind}"] += row in days
            counts[f"cells told, {kind}"] += (row, col) in told
    return dict(counts)


def main() -> None:
    """Evaluate as the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    result = evaluate(options.folder, options.seed)
    for name, value in result.items():
        print(f"{name}: {value}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
