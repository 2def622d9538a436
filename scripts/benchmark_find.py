"""Measure how long ``tablekin find`` takes in a corpus of many documents.

``python scripts/benchmark_find.py --documents 10000`` makes tables like those of a sine or a motion (an argument, and
columns of degrees, minutes and seconds, some in one cell, some in two; one reading in fifty has a wrong digit), and
looks for numbers that stand in them: in a process that has the index open, and with the command as a whole, which has
to start Python first. Each time is the median of several.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tablekin.corpus import CorpusLayout, CorpusStore
from tablekin.corpus.parts import write_part
from tablekin.find import open_index, parse_query, search
from tablekin.schemas import empty, to_arrow

_PART = 16  # documents in a part, as a run makes them
_ROWS = 60
_WRONG = 0.02  # share of readings
_QUERIES: dict[str, dict[str, Any]] = {
    "one number": {"numbers": ["23 30"]},
    "down a column": {"numbers": ["23 30", "23 54"]},
    "within one digit": {"numbers": ["23 30 17"], "within_digit": True},
    "a run within one digit": {"numbers": ["23 30", "23 54"], "within_digit": True},
    "within a tolerance": {"numbers": ["23 30 17"], "tolerance": 0.0005},
    "a very frequent number": {"numbers": ["7"]},
}


def make_table(rng: np.random.Generator, doc_id: str) -> pd.DataFrame:
    """Make the regions of a page: an argument and four columns, the last of which is divided in two."""
    step, begin = rng.uniform(0.2, 1.4), rng.integers(0, 60)
    angle = begin + step * np.arange(_ROWS)[:, None] * np.array([1.0, 1.0, 0.5, 2.0])
    seconds = np.round(angle * 3600).astype(int)
    texts = []
    for row in range(_ROWS):
        one, two, three, four = (
            (f"{s // 3600}", f"{s // 60 % 60}", f"{s % 60}") for s in seconds[row].tolist()
        )
        texts.append([str(begin + row), " ".join(one[:2]), " ".join(two), " ".join(three[:2]), *four[:2]])
    table = np.array(texts, object)
    for row, col in np.argwhere(rng.random(table.shape) < _WRONG).tolist():
        digits = table[row, col]
        table[row, col] = digits[:-1] + str(rng.integers(10))
    rows, cols = np.indices(table.shape)
    count = table.size
    return (
        empty("regions")
        .reindex(range(count))
        .assign(
            doc_id=doc_id,
            region_id=np.arange(1, count + 1),
            kind="cell",
            table_id=0,
            row=rows.ravel(),
            col=cols.ravel(),
            text=table.ravel(),
            printed=table.ravel(),
            confidence=0.9,
        )
    )


def make_corpus(root: Path, documents: int, seed: int) -> int:
    """Write the tables that are searched; gives the number of cells."""
    rng = np.random.default_rng(seed)
    layout, cells = CorpusLayout(root), 0
    root.mkdir(parents=True)
    for number, first in enumerate(range(0, documents, _PART)):
        names = [f"page{k:05d}" for k in range(first, min(first + _PART, documents))]
        name = f"part-{number:05d}.parquet"
        regions = pd.concat([make_table(rng, doc) for doc in names], ignore_index=True)
        cells += len(regions)
        write_part(layout.part("regions", name), to_arrow("regions", regions))
        about = empty("documents").reindex(range(len(names)))
        about = about.assign(
            doc_id=names, source=[f"{doc}.png" for doc in names], page_index=0, status="ok", reason=""
        )
        write_part(layout.part("documents", name), to_arrow("documents", about))
    return cells


def processor_time_of_commands() -> float:
    """Tell how long the processor was at work for commands that have ended, whatever else it does."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def median(action: Callable[[], object], times: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """Time an action in seconds."""
    taken = []
    for _ in range(times):
        begin = clock()
        action()
        taken.append(clock() - begin)
    return round(statistics.median(taken), 3)


def run_command(words: list[str]) -> None:
    """Run the program, as a user does."""
    subprocess.run(words, check=True, capture_output=True)


def measure(root: Path, times: int) -> dict[str, Any]:
    """Time the index and each query on one corpus."""
    corpus = CorpusStore.open(root)
    result: dict[str, Any] = {"make the index": median(lambda: open_index(corpus, lambda line: None), 1)}
    result["megabytes of the index"] = round(corpus.layout.cell_index.stat().st_size / 1e6, 1)
    result["open the index"] = median(lambda: open_index(corpus, lambda line: None), times)
    index = open_index(corpus, lambda line: None)
    queries = {}
    for name, options in _QUERIES.items():
        query = parse_query(**options)
        words = [sys.executable, "-m", "tablekin", "find", str(root), *options["numbers"]]
        words += ["--within-digit"] if options.get("within_digit") else []
        words += ["--tolerance", str(options["tolerance"])] if "tolerance" in options else []
        queries[name] = {
            "places": len(search(index, query)),
            "seconds": median(partial(search, index, query), times),
            "seconds of the processor": median(partial(search, index, query), times, time.process_time),
            "seconds of the command": median(partial(run_command, words), 3),
            "of the processor for the command": median(
                partial(run_command, words), 3, processor_time_of_commands
            ),
        }
    start = [sys.executable, "-m", "tablekin", "--version"]
    result["start of Python and the command"] = median(partial(run_command, start), 3)
    return result | {"queries": queries}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--documents", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "corpus"
        cells = make_corpus(root, options.documents, options.seed)
        result = {"documents": options.documents, "cells": cells, "cores": os.cpu_count()}
        result |= measure(root, options.times)
    for name, value in result.items():
        if name != "queries":
            print(f"{name:34} {value}")
    names = (
        "seconds",
        "seconds of the processor",
        "seconds of the command",
        "of the processor for the command",
    )
    print(f"\n{'query':26} {'places':>8} {'  '.join(names)}")
    for name, found in result["queries"].items():
        times = "  ".join(f"{found[each]:{len(each)}}" for each in names)
        print(f"{name:26} {found['places']:8} {times}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
