"""Measure what collating two documents takes, by kind of pair and by step, in seconds of one core.

``python scripts/benchmark_collate.py CORPUS [CORPUS ...]`` collates the pairs that table ``alignments`` of each corpus
lists once more, a batch at a time as ``tablekin run`` does, and prints for each corpus milliseconds a pair: of reading
the documents, of laying their tables side by side, and of listing cells and judging them. ``--other CHECKOUT`` takes
turns with the code of another checkout in the same run, ``--repeats`` times, and prints the ratio, the median over
turns; times are those of the turn that took least. ``--pairs`` takes so many pairs, evenly spaced. What is compiled is
compiled before the clock starts. Writes JSON with ``--json``.
"""

from __future__ import annotations

import argparse
import gc
import json
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from lib.measured_commands import machine
from lib.other_checkout import environment_of

from tablekin import collation, execution
from tablekin.collation import WitnessReader, collate, keep_significant
from tablekin.collation.verdict import summarize
from tablekin.corpus import CorpusStore

_BATCH = 32  # pairs, as in the stage until it divided them by their number
_STEPS = ("read", "align", "list")
_HERE = Path(__file__).parents[1]


def pairs_of(corpus: CorpusStore, count: int | None) -> list[tuple[str, str]]:
    """List pairs that are collated, evenly spaced."""
    rows = corpus.read("alignments", columns=["doc_a", "doc_b"]).sort_values(["doc_a", "doc_b"])
    pairs = [(str(a), str(b)) for a, b in rows.itertuples(index=False)]
    if count is None or count >= len(pairs):
        return pairs
    return [pairs[place] for place in np.linspace(0, len(pairs) - 1, count).astype(int)]


def batches(pairs: list[tuple[str, str]]) -> Sequence[Sequence[tuple[str, str]]]:
    """Divide pairs as the stage does; as it once did where the code of a checkout is older."""
    try:
        from tablekin.collation.stage import group_pairs
    except ImportError:
        return [pairs[first : first + _BATCH] for first in range(0, len(pairs), _BATCH)]
    return group_pairs(pairs)


def listing() -> tuple[Callable[..., Any], Callable[[list[Any]], pd.DataFrame]]:
    """Give what lists the cells of a pair, and what makes one data frame of those of several, as the stage does."""
    try:
        from tablekin.collation import list_cells
        from tablekin.collation.cell_columns import concatenate
    except ImportError:  # older code made a data frame of the cells of every pair
        return collation.to_frame, lambda cells: pd.concat([one for one in cells if len(one)] or cells[:1])
    return list_cells, lambda cells: concatenate(cells).to_frame()


def collate_once(folder: Path, count: int | None) -> dict[str, Any]:
    """Collate pairs of a corpus with the present code.

    Returns
    -------
    dict
        Seconds of each step, the number of pairs and of kin among them, and cells a pair of tables; all of the
        processor, not of the clock.
    """
    corpus, (list_cells, rows_of) = CorpusStore.open(folder), listing()
    pairs = pairs_of(corpus, count)
    warm = WitnessReader(corpus, {name for pair in pairs[:2] for name in pair})
    for a, b in pairs[:2]:
        tried = collate(warm.witness(a), warm.witness(b))
        summarize(tried, list_cells(keep_significant(tried)))
    if (
        "left_to_stay" in execution.__all__
    ):  # as in the stage and its workers, where the code of a checkout does it
        gc.collect()
        gc.freeze()
    seconds = dict.fromkeys(_STEPS, 0.0)
    kin, sizes = 0, []
    clock = [time.process_time()]

    def lap(step: str) -> None:
        clock.append(time.process_time())
        seconds[step] += clock[-1] - clock[-2]

    reader = WitnessReader(corpus, {name for pair in pairs for name in pair})
    lap("read")
    for batch in batches(pairs):
        names = sorted({name for pair in batch for name in pair})
        sent = pickle.dumps({name: reader.witness(name) for name in names})
        witnesses = pickle.loads(sent)  # as a worker gets them
        lap("read")
        cells = []
        for a, b in batch:
            tried = collate(witnesses[a], witnesses[b])
            lap("align")
            kept = keep_significant(tried)
            cells.append(list_cells(kept))
            summarize(tried, cells[-1])
            lap("list")
            kin += bool(kept)
            sizes += [min(int(pair.a.filled.sum()), int(pair.b.filled.sum())) for pair in tried[:1]]
        rows_of(cells)
        lap("list")
    return {
        "corpus": folder.name,
        "pairs": len(pairs),
        "kin": kin,
        "cells": int(np.median(sizes)) if sizes else 0,
        "seconds": seconds,
    }


def of_checkout(checkout: Path, folder: Path, count: int | None) -> dict[str, Any]:
    """Do the same with the code of a checkout, in a process of its own."""
    command = [sys.executable, __file__, str(folder), "--as-json"]
    command += [] if count is None else ["--pairs", str(count)]
    environment = environment_of(None if checkout == _HERE else checkout)
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def total(found: dict[str, Any]) -> float:
    """Add up the seconds of all steps."""
    return float(sum(found["seconds"].values()))


def line(found: dict[str, Any], name: str) -> str:
    """Describe the measurement of a corpus by one kind of code."""
    each = [1000 * found["seconds"][step] / found["pairs"] for step in _STEPS]
    parts = ", ".join(f"{step} {ms:.1f}" for step, ms in zip(_STEPS, each, strict=True))
    return (
        f"{found['corpus']}: {name}: {sum(each):.1f} ms a pair ({parts}); "
        f"{found['pairs']} pairs, {found['kin']} kin, {found['cells']} cells in the smaller table"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpora", nargs="+", type=Path, metavar="CORPUS")
    parser.add_argument("--pairs", type=int, help="at most so many of each corpus")
    parser.add_argument("--other", type=Path, metavar="CHECKOUT", help="whose code takes turns with this")
    parser.add_argument("--repeats", type=int, default=1, help="turns that each kind of code takes")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--as-json", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    results = []
    for folder in args.corpora:
        if args.as_json:
            print(json.dumps(collate_once(folder, args.pairs)))
            continue
        checkouts = [_HERE, args.other] if args.other else [_HERE]
        turns = [
            [of_checkout(one, folder, args.pairs) for one in checkouts] for _ in range(max(args.repeats, 1))
        ]
        least = [min(done, key=total) for done in zip(*turns, strict=True)]
        result: dict[str, Any] = dict(zip(("this", "other"), least, strict=False))
        for found, name in zip(least, ("this code", "the other"), strict=False):
            print(line(found, name), flush=True)
        if args.other:
            result["ratio"] = round(median(total(other) / total(this) for this, other in turns), 2)
            print(f"{folder.name}: the other takes {result['ratio']} times as long", flush=True)
        results.append(result)
    if args.json:
        args.json.write_text(json.dumps({"machine": machine(), "corpora": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
