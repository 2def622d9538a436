"""Measure recomputation: functions, parameters and misprints of sample archives, and tables that print no function.

``python scripts/evaluate_recompute.py --documents 200 --seed 424202`` plans a sample archive and recomputes its tables
as they are printed; ``python scripts/evaluate_recompute.py ARCHIVE`` does so with an archive on disk, and with
``--corpus CORPUS`` with its tables as they are read there. Headings are left out: an engine that reads digits has none.
With ``--intervals N``, N tables of one parameter drawn at random, against a scan of that parameter.
With ``--strangers N``, N made tables that print no function of the library; with ``--registers FOLDER``, the
transcribed registers of that folder (one CSV file a page, the first column its days).
Prints, and writes as JSON with ``--json``: functions by family, intervals, misprints, claims on strangers, seconds.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lib.interval_scan import scan_intervals
from lib.recomputed import (
    Scores,
    TruePage,
    archived_pages,
    planned_pages,
    score_functions,
    score_misprints,
    without_headings,
)
from lib.strange_tables import registers, strange_tables
from lib.witnessed import weigh_by_witnesses

from tablekin.corpus import CorpusStore
from tablekin.recompute import Recomputation, recompute
from tablekin.recompute.table_text import TableText, read_tables
from tablekin.sample.plan import plan_archive

Cell = tuple[int, int, int]


def evaluate_printed(pages: Iterable[TruePage]) -> dict[str, Any]:
    """Recompute pages as they are printed."""
    scores, seconds = Scores(), []
    for page in pages:
        begin = time.process_time()
        found = recompute(without_headings(page))
        seconds.append(time.process_time() - begin)
        place_of = {region: [cell] for region, cell in enumerate(page.cells)}
        score_functions(page, found, place_of, scores)
        score_misprints(page, found, place_of, set(), scores)
    return summarize(scores, seconds)


def evaluate_read(pages: Iterable[TruePage], archive: Path, corpus: CorpusStore) -> dict[str, Any]:
    """Recompute pages as a corpus has read them, and weigh what does not fit by what its other pages print."""
    cells = pd.read_parquet(archive / "truth" / "cells.parquet")
    cells = dict(list(cells[cells["kind"] == "cell"].groupby("doc")))
    printed = dict(list(pd.read_parquet(archive / "truth" / "digits.parquet").groupby("doc")))
    scores, alone, seconds = Scores(), Scores(), []
    recomputed: list[tuple[TruePage, pd.DataFrame, Recomputation]] = []
    for page in pages:
        regions, digits = (corpus.read(table, [page.doc]) for table in ("regions", "digits"))
        begin = time.process_time()
        found = recompute(list(read_tables(regions, digits)))
        seconds.append(time.process_time() - begin)
        recomputed.append((page, regions, found))
    begin = time.process_time()
    weighed = weigh_by_witnesses({page.doc: found for page, _, found in recomputed}, corpus)
    milliseconds = 1000 * (time.process_time() - begin) / max(len(recomputed), 1)
    for page, regions, found in recomputed:
        place_of, misread = match_regions(cells[page.doc], regions, printed.get(page.doc))
        score_functions(page, found, place_of, scores)
        score_misprints(page, weighed[page.doc], place_of, misread, scores)
        score_misprints(page, found, place_of, misread, alone)
    result = summarize(scores, seconds)
    result["milliseconds, of weighing by witnesses, mean"] = milliseconds
    by_itself = _summarize_misprints(pd.DataFrame(alone.misprints), pd.DataFrame(alone.claims))
    result["each page by itself"] = by_itself
    print(f"each page by itself: {by_itself}")
    return result


def match_regions(
    cells: pd.DataFrame, regions: pd.DataFrame, digits_printed: pd.DataFrame | None = None
) -> tuple[dict[int, list[Cell]], set[int]]:
    """Find the cells of the truth that each region reads, and the regions that are read otherwise.

    A region reads the cells whose centres it holds. One that holds none is a part of the cell that holds its own:
    degrees and minutes that are printed in one column were read in two. Of what the facing page prints at the edge of a
    scan the truth has no cells: it is compared with its digits, if they are given.
    """
    x, y = ((cells[f"{axis}0"] + cells[f"{axis}1"]).to_numpy() / 2 for axis in "xy")
    x0, x1, y0, y1 = (cells[side].to_numpy() for side in ("x0", "x1", "y0", "y1"))
    keys = list(cells[["table", "row", "col"]].astype(int).itertuples(index=False, name=None))
    digits = [re.sub(r"\D", "", text) for text in cells["text"]]
    place_of: dict[int, list[Cell]] = {}
    parts: dict[int, list[Any]] = {}  # regions of a cell that several read
    misread = set()
    for region in regions[regions["kind"] == "cell"].itertuples():
        inside = np.flatnonzero((region.x0 <= x) & (x < region.x1) & (region.y0 <= y) & (y < region.y1))
        if not len(inside):
            middle, height = (region.x0 + region.x1) / 2, (region.y0 + region.y1) / 2
            inside = np.flatnonzero((x0 <= middle) & (middle < x1) & (y0 <= height) & (height < y1))[:1]
        place_of[int(region.region_id)] = [keys[place] for place in inside]
        for place in inside:
            parts.setdefault(int(place), []).append(region)
        printed = "".join(digits[place] for place in sorted(inside, key=lambda place: x[place]))
        if not len(inside) and digits_printed is not None:
            printed = _digits_inside(digits_printed, region)
        if printed != (region.text or "").replace(" ", ""):
            misread.add(int(region.region_id))
    for cell, own in parts.items():
        read = "".join((one.text or "").replace(" ", "") for one in sorted(own, key=lambda one: one.x0))
        if len(own) > 1 and read == digits[cell]:
            misread -= {int(one.region_id) for one in own}
    return place_of, misread


def _digits_inside(digits: pd.DataFrame, region: Any) -> str:
    """Read the digits whose centres a region holds, from left to right."""
    x, y = ((digits[f"{axis}0"] + digits[f"{axis}1"]) / 2 for axis in "xy")
    inside = (region.x0 <= x) & (x < region.x1) & (region.y0 <= y) & (y < region.y1)
    return "".join(digits[inside].sort_values("x0")["digit"].astype(str))


def evaluate_strangers(tables: Iterator[tuple[str, TableText]]) -> dict[str, Any]:
    """Count the tables of which a function is claimed though they print none."""
    claimed, count, seconds = [], 0, 0.0
    kinds: Counter[str] = Counter()
    for name, table in tables:
        begin = time.process_time()
        found: Recomputation = recompute([table])
        seconds += time.process_time() - begin
        count += 1
        if found.findings:
            claimed.append((name, sorted({finding.function.name for finding in found.findings})))
        kinds.update(check.kind.value for check in found.checks if check.p_misprint >= 0.5)
    milliseconds = 1000 * seconds / max(count, 1)
    result = {
        "tables": count,
        "claimed": claimed,
        "called misprinted": dict(kinds),
        "milliseconds": milliseconds,
    }
    print(f"{count} tables that print no function: a function is claimed of {len(claimed)}")
    for name, functions in claimed[:20]:
        print(f"    {name}: {', '.join(functions)}")
    print(f"    cells called misprinted: {dict(kinds)}; {milliseconds:.0f} ms a table")
    return result


def summarize(scores: Scores, seconds: list[float]) -> dict[str, Any]:
    """Print and return what the scores say."""
    families = sorted({name.split("|")[0] for name in scores.tables})
    rows = []
    for family in families:
        counts = [scores.tables[f"{family}|{outcome}"] for outcome in ("all", "most", "missed")]
        columns = [scores.columns[family, outcome] for outcome in ("right", "none", "wrong")]
        rows.append([family, sum(counts), *counts, *columns])
    table = pd.DataFrame(
        rows, columns=["family", "tables", "all", "most", "missed", "right", "none", "wrong"]
    )
    print(table.to_string(index=False))
    total = table.drop(columns="family").sum()
    columns = total[["right", "none", "wrong"]].sum()
    result: dict[str, Any] = {
        "tables": int(total["tables"]),
        "function right, all columns": total["all"] / total["tables"],
        "function right, most cells": (total["all"] + total["most"]) / total["tables"],
        "columns": int(columns),
        "columns right": total["right"] / columns,
        "columns wrong": total["wrong"] / columns,
    }
    result |= _summarize_intervals(pd.DataFrame(scores.intervals))
    result |= _summarize_misprints(pd.DataFrame(scores.misprints), pd.DataFrame(scores.claims))
    result["cells of facing pages called misprinted, of which no truth is known"] = scores.unknown
    result["milliseconds, mean"] = 1000 * float(np.mean(seconds))
    result["milliseconds, median"] = 1000 * float(np.median(seconds))
    for name, value in result.items():
        print(f"{name}: {value:.4f}" if isinstance(value, float) else f"{name}: {value}")
    print(f"not right: {scores.mistakes[:40]}")
    return result


def _summarize_intervals(intervals: pd.DataFrame) -> dict[str, Any]:
    if intervals.empty:
        return {}
    named = intervals.groupby(["function", "parameter"])[["inside", "exact"]].agg(["mean", "size"])
    print(named.to_string())
    return {
        "intervals": len(intervals),
        "parameter inside": float(intervals["inside"].mean()),
        "parameter exact": float(intervals["exact"].mean()),
    }


def _summarize_misprints(misprints: pd.DataFrame, claims: pd.DataFrame) -> dict[str, Any]:
    result: dict[str, Any] = {"misprints": len(misprints), "cells called misprinted": len(claims)}
    if len(misprints):
        large = misprints[misprints["size"] > 1]
        result["recall"] = float(misprints["found"].mean())
        result["recall, of those by more than 1"] = float(large["found"].mean())
        result["recall, of those read as printed"] = float(misprints[misprints["read"]]["found"].mean())
        by_kind = misprints.groupby("kind")["found"].agg(["mean", "size"])
        print(by_kind.to_string())
    if len(claims):
        result["precision"] = float(claims["right"].mean())
        result["misreadings called misprints"] = float((claims["misread"] & ~claims["right"]).mean())
        wrong = claims[~claims["right"]].groupby(["family", "kind"]).size()
        print("called misprinted and are not:", wrong.to_dict())
    return result


def evaluate_intervals(count: int, seed: int) -> dict[str, Any]:
    """Compare intervals with the parameters, drawn at random, and with all values that a scan leaves open."""
    rows = scan_intervals(count, seed)
    found = rows[rows["found"]].astype({"inside": float, "open": float, "width": float, "off": float})
    of_function = found.groupby("function")
    table = of_function[["inside", "open"]].mean().join(of_function[["width", "off"]].median())
    print(table.assign(tables=of_function.size()).round(3).to_string())
    result = {
        "tables": len(rows),
        "function found": int(rows["found"].sum()),
        "parameter inside the interval": float(found["inside"].mean()),
        "parameter among those that rounding leaves open": float(found["open"].mean()),
        "width over that of the middle 95 % of a scan, median": float(found["width"].median()),
    }
    for name, value in result.items():
        print(f"{name}: {value}")
    return result


def main() -> None:
    """Evaluate as the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path, nargs="?")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--intervals", type=int, default=0)
    parser.add_argument("--strangers", type=int, default=0)
    parser.add_argument("--registers", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    result: dict[str, Any] = {}
    if arguments.archive and arguments.corpus:
        pages = archived_pages(arguments.archive)
        result["as read"] = evaluate_read(pages, arguments.archive, CorpusStore(arguments.corpus))
    elif arguments.archive:
        result["as printed"] = evaluate_printed(archived_pages(arguments.archive))
    elif arguments.seed is not None and not arguments.intervals:
        plan = plan_archive(arguments.documents, arguments.seed)
        result["as printed"] = evaluate_printed(planned_pages(plan))
    if arguments.intervals:
        result["intervals"] = evaluate_intervals(arguments.intervals, arguments.seed or 0)
    if arguments.strangers:
        result["strangers"] = evaluate_strangers(strange_tables(arguments.strangers, arguments.seed or 0))
    if arguments.registers:
        result["registers"] = evaluate_strangers(registers(arguments.registers))
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1, default=float), encoding="utf-8")


if __name__ == "__main__":
    main()
