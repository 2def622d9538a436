"""Measure whether days are found whose printed mean the hours contradict, and whether mean or hour erred.

``python scripts/evaluate_means.py FOLDER --seed 91003`` reads transcribed registers (one CSV file a page, a row a day,
the hours and their mean), changes one digit of three means and of three hours of every page, and recomputes the page.
Prints, and writes as JSON with ``--json``: how many of the changed days are told, how many of them at the cell that
was changed, and how many other days are told.

``--corpus CORPUS`` takes these pages as they were read there, and changes nothing: hours that are read otherwise than
they were transcribed, and means that are not those of the transcribed hours, are the errors; whether print or reading
erred in a mean nobody knows, for printed means were not transcribed.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.corpus import CorpusStore
from tablekin.recompute import recompute
from tablekin.recompute.checks import Check, CheckKind
from tablekin.recompute.table_text import from_rows, read_tables

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


def evaluate_read(folder: Path, corpus: CorpusStore) -> dict[str, int]:
    """Recompute the registers of a folder as a corpus has read them."""
    counts: Counter[str] = Counter()
    documents = corpus.read("documents", columns=["doc_id", "source"])
    names = {
        Path(source).stem: doc for doc, source in zip(documents["doc_id"], documents["source"], strict=True)
    }
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in names:
            continue
        regions, digits = (corpus.read(table, [names[path.stem]]) for table in ("regions", "digits"))
        tables = list(read_tables(regions, digits))
        found = recompute(tables)
        counts["pages"] += 1
        counts["pages of which a function is claimed"] += bool(found.findings)
        for table in tables:
            sums = {check.region_id: check for check in found.checks if check.kind is CheckKind.SUM}
            _count_days(table.text, table.region, read_register(path), sums, counts)
    return dict(counts)


def _count_days(
    text: NDArray[np.object_],
    region: NDArray[np.int64],
    register: list[list[str]],
    sums: dict[int, Check],
    counts: Counter[str],
) -> None:
    """Hold what is told of the days of a table against the transcribed hours."""
    if text.shape[1] != len(register[0]):
        counts["tables of which columns are lacking"] += 1
        return
    first = next((row for row, cells in enumerate(text) if _digits(cells[0]) == "1"), 0)
    last = text.shape[1] - 1
    for row, day in zip(range(first, len(text)), register, strict=False):
        hours = [_number(cell) for cell in day[1:last]]
        if any(np.isnan(hours)) or _digits(text[row, 0]) != day[0]:
            continue
        wrong = {col for col in range(1, last) if _digits(text[row, col]) != _digits(day[col])}
        mean, printed = _mean_round(np.array(hours), _ROUND), _number(str(text[row, last]))
        off = abs((printed - mean + _ROUND / 2) % _ROUND - _ROUND / 2) if np.isfinite(printed) else np.nan
        if not off <= _LAST:  # or lacking
            wrong.add(last)
        checked = any(int(region[row, col]) in sums for col in range(1, last + 1))
        told = {col for col in range(1, last + 1) if _is_told(sums.get(int(region[row, col])))}
        kinds = {"mean" if col == last else "hour" for col in wrong}
        kind = "days right" if not wrong else f"days with a wrong {' and a wrong '.join(sorted(kinds))}"
        counts[kind] += 1
        counts[f"{kind}, checked"] += checked
        counts[f"{kind}, told"] += bool(told)
        counts[f"{kind}, told at a cell that is wrong"] += bool(told & wrong)


_ROUND, _LAST = (
    10.0,
    0.0011,
)  # inches: barometers are printed without their tens; two means within a last place are one


def _is_told(check: Check | None) -> bool:
    return check is not None and check.p_misprint + check.p_misreading > 0


def _digits(text: object) -> str:
    return "".join(sign for sign in str(text or "") if sign.isdecimal())


def _number(text: str) -> float:
    digits = _digits(text)
    return float(digits[:-3] or 0) + float(digits[-3:]) / 1000 if len(digits) >= 3 else np.nan


def _mean_round(hours: NDArray[np.float64], size: float) -> float:
    """Mean of hours round a circle, ``hours`` near one another."""
    near = hours[0] + (hours - hours[0] + size / 2) % size - size / 2
    return float(near.mean() % size)


def main() -> None:
    """Evaluate as the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--corpus", type=Path, help="in which the pages were read")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.corpus:
        result = evaluate_read(options.folder, CorpusStore.open(options.corpus))
    else:
        result = evaluate(options.folder, options.seed)
    for name, value in result.items():
        print(f"{name}: {value}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
