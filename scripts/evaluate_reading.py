"""Measure how well pages are read: digits found, cells exactly right.

``python scripts/evaluate_reading.py FOLDER`` takes either a folder of scans with one CSV of true cells beside each
(``fort-william``: rows are days, columns are hours; the first hour and the computed means are left out), or a
sample archive (``tablekin sample``) with its truth. Prints a table, for a sample archive also by kind of page, and of
the pages with tables by type of table, face of the digits, their height in pixels and wear; writes them as JSON with
``--json``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from lib.read_only import read_tables
from numpy.typing import NDArray

from tablekin.config import RunConfig
from tablekin.execution import Failure, default_workers, run_in_order
from tablekin.ingest import load_image
from tablekin.models.compilation import compiled
from tablekin.sample import read_truth

_HEIGHTS = (0, 12, 16, 20, 26, 35, 100)  # pixels of the scan
_WEARS = (0, 0.2, 0.4, 0.6, 0.8, 1)


@compiled
def _align(found: NDArray[np.int8], true: NDArray[np.int8]) -> tuple[int, int]:  # pragma: no cover (compiled)
    """Longest common subsequence; what is found before or after it is free.

    Returns the number of agreeing digits and the number of found digits between the first and last of them.
    """
    n, m = len(found), len(true)
    length = np.zeros((n + 1, m + 1), np.int32)
    first = np.full((n + 1, m + 1), n, np.int32)
    best, span = 0, 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            if length[i - 1, j] > length[i, j - 1] or (
                length[i - 1, j] == length[i, j - 1] and first[i - 1, j] >= first[i, j - 1]
            ):
                length[i, j], first[i, j] = length[i - 1, j], first[i - 1, j]
            else:
                length[i, j], first[i, j] = length[i, j - 1], first[i, j - 1]
            if found[i - 1] == true[j - 1] and length[i - 1, j - 1] + 1 >= length[i, j]:
                start = first[i - 1, j - 1] if length[i - 1, j - 1] else i - 1
                if length[i - 1, j - 1] + 1 > length[i, j] or start > first[i, j]:
                    length[i, j], first[i, j] = length[i - 1, j - 1] + 1, start
                if length[i, j] > best or (length[i, j] == best and i - first[i, j] < span):
                    best, span = length[i, j], i - first[i, j]
    return best, span


def _digits(text: str) -> NDArray[np.int8]:
    return np.array([int(c) for c in re.sub(r"\D", "", text)], np.int8)


def read_month(path: Path) -> pd.DataFrame:
    """Read the true cells of a month: a row a day, columns hour 1 to 24, as strings of digits."""
    table = pd.read_csv(path, quotechar="'", skipinitialspace=True, dtype=str)
    table.columns = [str(name).strip() for name in table.columns]
    days = table[table.iloc[:, 0].str.strip().str.fullmatch(r"\d+", na=False)]
    hours = [name for name in table.columns[1:] if "mean" not in name.lower()]
    return days[hours].map(lambda value: re.sub(r"\D", "", str(value))).reset_index(drop=True)


def read_hours(path: Path) -> pd.DataFrame:
    """Read the true cells of a month without those of its first hour, which is partly lost in the gutter."""
    return read_month(path).iloc[:, 1:]


def read_grid(regions: pd.DataFrame) -> dict[tuple[int, int], str]:
    """Give the digits of the cells of a page by row and column."""
    cells = regions.query("kind == 'cell'")
    return {(int(c.row), int(c.col)): re.sub(r"\D", "", c.text) for c in cells.itertuples()}


def count_agreeing(grid: dict[tuple[int, int], str], true: pd.DataFrame) -> tuple[int, tuple[int, int]]:
    """Lay true cells on a grid where most agree: how many do, and the grid's row and column of the first of them."""
    if not grid:
        return 0, (0, 0)
    rows, cols = (max(key[axis] for key in grid) + 1 for axis in (0, 1))
    corners = itertools.product(
        range(-2, max(rows - true.shape[0], 0) + 3), range(-2, max(cols - true.shape[1], 0) + 3)
    )
    return max(
        (
            (
                sum(
                    grid.get((r + top, c + left)) == true.iat[r, c]
                    for r in range(true.shape[0])
                    for c in range(true.shape[1])
                ),
                (top, left),
            )
            for top, left in corners
        ),
        key=lambda found: found[0],
    )


def _best_rows(
    found: list[NDArray[np.int8]], true: list[NDArray[np.int8]]
) -> list[tuple[int, int, int, int]]:
    """Pair found with true rows in order; (found row, true row, agreeing digits, digits in the span)."""
    scores = np.array([[_align(f, t) for t in true] for f in found]).reshape(len(found), len(true), 2)
    total = np.zeros((len(found) + 1, len(true) + 1))
    for i in range(1, len(found) + 1):
        for j in range(1, len(true) + 1):
            total[i, j] = max(total[i - 1, j], total[i, j - 1], total[i - 1, j - 1] + scores[i - 1, j - 1, 0])
    i, j, pairs = len(found), len(true), []
    while i and j:
        if total[i, j] == total[i - 1, j]:
            i -= 1
        elif total[i, j] == total[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j, int(scores[i, j, 0]), int(scores[i, j, 1])))
    return pairs


def score_hours(tables: dict[str, pd.DataFrame], true: pd.DataFrame) -> dict[str, float]:
    """Score a page against its true cells.

    Digits are compared row by row in reading order, whatever the columns. A cell is right if the cell found at its
    row and column, counted from one corner common to the whole page, holds exactly its digits.
    """
    cells = tables["regions"].query("kind == 'cell'")
    digits = tables["digits"].merge(cells[["region_id", "row"]], on="region_id")
    digits["x"] = digits["x0"] + digits["x1"]
    found = [group.sort_values("x")["digit"].to_numpy(np.int8) for _, group in digits.groupby("row")]
    truth = [_digits("".join(row)) for row in true.to_numpy()]
    pairs = _best_rows(found, truth) if found else []
    right, _ = count_agreeing(read_grid(tables["regions"]), true)
    return {
        "true": sum(map(len, truth)),
        "hits": sum(pair[2] for pair in pairs),
        "found": sum(pair[3] for pair in pairs),
        "cells": true.size,
        "cells_right": right,
    }


def _agree(matched: pd.DataFrame, true: list[str], found: list[str]) -> pd.Series:
    """Whether each cell's found line (row or column) is the usual one of its true line, and the other way round."""
    keys = matched[true].astype(str).agg("/".join, axis=1), matched[found].astype(str).agg("/".join, axis=1)
    counts = pd.crosstab(*keys)
    best_found, best_true = counts.idxmax(axis=1), counts.idxmax(axis=0)
    return (keys[0].map(best_found) == keys[1]) & (keys[1].map(best_true) == keys[0])


def score_positions(
    tables: dict[str, pd.DataFrame], digits: pd.DataFrame, cells: pd.DataFrame
) -> dict[str, float]:
    """Score a generated page against its truth by position and digit, and its cells by text, row and column."""
    height = float((digits["y1"] - digits["y0"]).median()) if len(digits) else 20.0
    guess = tables["digits"]
    at = guess[["x0", "y0"]].to_numpy(float) / 2 + guess[["x1", "y1"]].to_numpy(float) / 2
    where = digits[["x0", "y0"]].to_numpy(float) / 2 + digits[["x1", "y1"]].to_numpy(float) / 2
    near = np.abs(at[:, None] - where[None]).max(-1) < height / 2  # (found, true)
    same = near & (guess["digit"].to_numpy()[:, None] == digits["digit"].to_numpy()[None])
    skip = digits["ignore"].to_numpy(bool)
    numbers = cells[(cells["kind"] == "cell") & cells["text"].str.contains(r"[0-9]", regex=True)]
    regions = tables["regions"].query("kind == 'cell'")
    matched = []
    for cell in numbers.itertuples():
        x, y = (cell.x0 + cell.x1) / 2, (cell.y0 + cell.y1) / 2
        here = regions[(regions.x0 <= x) & (x <= regions.x1) & (regions.y0 <= y) & (y <= regions.y1)]
        exact = here[here["text"].str.replace(r"\D", "", regex=True) == re.sub(r"\D", "", cell.text)]
        for region in exact.head(1).itertuples():
            matched.append((cell.table, cell.row, cell.col, region.table_id, region.row, region.col))
    placed = 0
    if matched:
        frame = pd.DataFrame(matched, columns=["t", "r", "c", "table_id", "row", "col"])
        rows_agree = _agree(frame, ["t", "r"], ["table_id", "row"])
        placed = int((rows_agree & _agree(frame, ["t", "c"], ["table_id", "col"])).sum())
    return {
        "true": int((~skip).sum()),
        "hits": int((same & ~skip[None]).any(0).sum()),
        "found": int((~(near & skip[None]).any(1)).sum()),
        "cells": len(numbers),
        "cells_right": placed,
    }


@dataclass(frozen=True)
class _Task:
    """A page to score, and the corpus that has it if it was analysed before."""

    folder: Path
    name: str  # of the page: of its CSV, or its document in the truth
    corpus: Path | None


@lru_cache(maxsize=8)
def _truth(folder: Path, table: str) -> pd.DataFrame:
    return read_truth(folder, table)


@lru_cache(maxsize=1)
def _sources(corpus: Path) -> pd.DataFrame:
    return pd.read_parquet(corpus / "documents", columns=["doc_id", "source"])


def _tables(task: _Task, scan: Path) -> dict[str, pd.DataFrame]:
    """Take a page's tables from the corpus, or analyse it now."""
    if task.corpus is None:
        return read_tables(load_image(scan), RunConfig())
    documents = _sources(task.corpus)
    found = documents[documents["source"].map(lambda source: Path(source).name) == scan.name]
    if len(found) != 1:
        raise RuntimeError(f"{task.corpus} has {len(found)} documents named {scan.name}; expected one")
    only = [("doc_id", "==", found["doc_id"].iloc[0])]
    return {
        name: pd.read_parquet(task.corpus / name, filters=only) for name in ("pages", "regions", "digits")
    }


def _wrong(page: pd.Series, orientation: int, is_table: bool) -> dict[str, int]:
    turned, table = page["orientation"] != orientation, page["is_table"] != is_table
    return {"pages": 1, "turned_wrong": int(turned), "table_wrong": int(table)}


def _score_month(task: _Task) -> dict[str, object]:
    csv = task.folder / f"{task.name}.csv"
    tables = _tables(task, csv.with_suffix(".jpg"))
    wrong = _wrong(tables["pages"].iloc[0], 0, True)
    return {"page": task.name, **score_hours(tables, read_hours(csv)), **wrong}


def _score_sample(task: _Task) -> dict[str, object]:
    truth = {
        name: _truth(task.folder, name).query("doc == @task.name")
        for name in ("documents", "digits", "cells")
    }
    known = truth["documents"].iloc[0]
    tables = _tables(task, task.folder / "scans" / known["file"])
    wrong = _wrong(tables["pages"].iloc[0], known["orientation"], known["is_table"])
    return {"page": task.name, **score_positions(tables, truth["digits"], truth["cells"]), **wrong}


def evaluate(folder: Path, limit: int | None, corpus: Path | None, workers: int) -> pd.DataFrame:
    """Score every page of a folder; a row a page.

    Raises
    ------
    RuntimeError
        If a page cannot be analysed.
    FileNotFoundError
        If the folder has no truth to measure with.
    """
    if (folder / "truth").is_dir():
        score, names = _score_sample, _truth(folder, "documents")["doc"].tolist()
    else:
        score, names = _score_month, sorted(csv.stem for csv in folder.glob("*.csv"))
    if not names:
        raise FileNotFoundError(
            f"{folder}: neither a sample archive (with truth/) nor pages with a CSV file each"
        )
    rows = []
    for result in run_in_order(score, [_Task(folder, name, corpus) for name in names[:limit]], workers):
        if isinstance(result, Failure):
            raise RuntimeError(f"{folder}: {result.reason}\n{result.detail}")
        rows.append(result)
    return pd.DataFrame(rows)


def by_kind(scores: pd.DataFrame, archive: Path) -> dict[str, pd.DataFrame]:
    """Sum up a sample archive by kind of page, and its pages with tables by what may make them hard to read."""
    truth = _truth(archive, "documents").set_index("doc")
    truth["table_type"] = truth["work"].map(_truth(archive, "works").set_index("work")["family"])
    own = truth.loc[scores["page"].tolist()].reset_index()
    kinds = {
        "table_type": own["table_type"],
        "face": own["face"],
        "height": pd.cut(own["digit_height"], _HEIGHTS).astype(str),
        "wear": pd.cut(own["wear"], _WEARS, include_lowest=True).astype(str),
    }
    of_tables = own["kind"].eq("table").to_numpy()
    tables = {"kind": _summed(scores, "kind", own["kind"])}
    for name, kind in kinds.items():
        summed = _summed(scores[of_tables], name, kind[of_tables])
        tables[name] = summed.drop(columns=["turned_wrong", "table_wrong"])
    return tables


def _summed(scores: pd.DataFrame, name: str, kind: pd.Series) -> pd.DataFrame:
    """Sum up pages by their kind; a column of that name takes the place of the page's."""
    summed = scores.assign(page=kind.to_numpy()).groupby("page").sum().reset_index()
    return with_rates(summed).iloc[:-1].rename(columns={"page": name})


def with_rates(scores: pd.DataFrame) -> pd.DataFrame:
    """Append the total and the rates: digit recall and precision, share of cells right."""
    total = {"page": "total", **scores.drop(columns="page").sum().to_dict()}
    table = pd.concat([scores, pd.DataFrame([total])], ignore_index=True)
    table["recall"] = table["hits"] / table["true"].clip(lower=1)
    table["precision"] = table["hits"] / table["found"].clip(lower=1)
    table["cells_exact"] = table["cells_right"] / table["cells"].clip(lower=1)
    return table


def main() -> None:
    """Run the evaluation."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, help="only the first pages")
    parser.add_argument(
        "--corpus", type=Path, help="a corpus of the same scans; without it they are analysed now"
    )
    parser.add_argument("--workers", type=int, default=default_workers("cpu"), help="processes")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    scores = evaluate(options.folder, options.limit, options.corpus, options.workers)
    tables = {"pages": with_rates(scores)}
    if (options.folder / "truth").is_dir():
        tables |= by_kind(scores, options.folder)
    for table in tables.values():
        print(table.to_string(index=False, float_format=lambda value: f"{value:.4f}"), end="\n\n")
    if options.json:
        result = {name: table.to_dict("records") for name, table in tables.items()}
        options.json.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
