"""Measure what keeping the nearest partners of very many documents costs, in time, memory and disk.

``python scripts/benchmark_nearest.py FOLDER --documents 100000 --json docs/nearest.json`` makes a corpus in FOLDER, a
hundred documents of each invented table (``lib/made_families.py``), and runs the comparison of ``tablekin run`` on it
with ``explain.partners``, again with nothing to do, and with a hundred documents more; then it looks up documents. Each
is done in a process of its own. No page is rendered, read or collated.

Started again, the script makes no document twice, and the comparison goes on where it was ended; times are told of the
last start alone.

``--ranking N ...`` ranks a sample of so many documents with features alone, and says what ranking all would take.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lib.made_families import DOCUMENTS_OF_A_PART, Shape, write_part

from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.execution import default_workers
from tablekin.explain import compare, match_pairs, nearest_matches, score_pairs
from tablekin.explain.nearest import compared_by, rank_blocks
from tablekin.explain.order_statistics import Compared
from tablekin.report import describe_neighbours, describe_pair, find_neighbours, open_pair
from tablekin.schemas import FEATURES

FINGERPRINT = "benchmark"
ADDED = 100  # documents that are added at the end
_LOOKED_UP = 5  # documents
_RANKED = 1024  # documents of a sample


def make_documents(folder: Path, documents: int, shape: Shape) -> dict[str, Any]:
    """Write the parts of documents that are not there."""
    corpus = CorpusStore(folder)
    there = {part.name for part in corpus.layout.parts("documents")}
    for number, first in enumerate(range(0, documents, DOCUMENTS_OF_A_PART)):
        if f"part-{number:05d}.parquet" not in there:
            count = min(DOCUMENTS_OF_A_PART, documents - first)
            write_part(corpus, number, count, shape, FINGERPRINT)
    return {}


def add_documents(folder: Path, documents: int, shape: Shape) -> dict[str, Any]:
    """Write a part of further documents, if it is not there."""
    number = -(-documents // DOCUMENTS_OF_A_PART)
    corpus = CorpusStore(folder)
    if not corpus.layout.part("documents", f"part-{number:05d}.parquet").exists():
        write_part(corpus, number, ADDED, shape, FINGERPRINT)
    return {}


def compare_all(folder: Path, partners: int, as_if: int = 1) -> dict[str, Any]:
    """Run the comparison; the seconds of its stages.

    With ``as_if`` less is done at a time, as little of the whole as of so many times as many documents.
    """
    sizes = nearest_matches.SIZES
    nearest_matches.SIZES = replace(
        sizes, part=sizes.part // as_if, loaded=sizes.loaded // as_if, tile=sizes.tile // as_if
    )
    stages: dict[str, dict[str, float]] = {}
    clock = [time.process_time()]

    def count(stage: str, into: int, out: int, seconds: float) -> None:
        now = time.process_time()
        stages[stage] = {
            "in": into,
            "out": out,
            "seconds": round(seconds, 2),
            "core_seconds": round(now - clock[0], 2),
        }
        clock[0] = now
        print(json.dumps({stage: stages[stage]}), file=sys.stderr, flush=True)

    config = RunConfig.model_validate({"explain": {"partners": partners}})
    pairs = compare(CorpusStore(folder), config, FINGERPRINT, lambda: (score_pairs, match_pairs), count)
    return {"explained": pairs, "stages": stages}


def look_up(folder: Path, documents: int) -> dict[str, Any]:
    """Look up documents in a process that has done so once; the median of their seconds."""
    names = [f"page-{place:07d}" for place in range(0, documents, documents // _LOOKED_UP)][:_LOOKED_UP]
    seconds: dict[str, list[float]] = {}

    def timed(what: str, function: Callable[[], Any]) -> Any:
        begin = time.perf_counter()
        found = function()
        seconds.setdefault(what, []).append(time.perf_counter() - begin)
        return found

    for name in [names[0], *names]:
        found = timed("similar", partial(_similar, folder, name))
        partner = found.nearest[0].doc_id
        timed("show", partial(_show, folder, name, partner))
        timed("pairs of a document", partial(CorpusStore.open(folder).read_pairs_of, name))
        timed("matches of a document", partial(CorpusStore.open(folder).read_matches_of, name))
    return {
        "median_seconds": {
            what: round(float(pd.Series(each[1:]).median()), 3) for what, each in seconds.items()
        }
    }


def _similar(folder: Path, name: str) -> Any:
    found = find_neighbours(CorpusStore.open(folder), name, 5)
    list(describe_neighbours(found))
    return found


def _show(folder: Path, name: str, partner: str) -> None:
    list(describe_pair(open_pair(CorpusStore.open(folder), name, partner)))


def sample_ranking(documents: int) -> dict[str, Any]:
    """Rank some of very many documents, families of a hundred; what a core takes for one, and for all."""
    rng = np.random.default_rng(0)
    families = 3000 * rng.dirichlet(np.full(len(FEATURES), 0.15), max(2, documents // 100))
    phi = np.empty((documents, len(FEATURES)))
    for first in range(0, documents, _RANKED):  # no second array of this size
        here = phi[first : first + _RANKED]
        here[:] = families[rng.integers(0, len(families), len(here))] * rng.lognormal(0, 0.1, here.shape)
    compared = compared_by(phi, RunConfig().explain.similarity)
    threads = default_workers("cpu")
    blocks = [range(first, first + _RANKED // threads) for first in range(0, _RANKED, _RANKED // threads)]
    list(rank_blocks(Compared(*(part[:_RANKED] for part in compared)), 100, [range(1)], 1))  # compiled before
    clock = [time.process_time()]
    for _ in rank_blocks(compared, 100, [range(1), *blocks], threads):  # the first when all is prepared
        clock.append(time.process_time())
    prepared, each = clock[1] - clock[0], (clock[-1] - clock[1]) / _RANKED
    return {
        "documents": documents,
        "prepare": round(prepared, 1),
        "milliseconds_of_a_core": round(1000 * each, 2),
        "all": round(prepared + documents * each),
    }


def measured(function: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """Call a function; what it returns, with seconds, seconds of cores and peak memory."""
    begin, used = time.perf_counter(), time.process_time()
    found = function(*arguments)
    return {
        "step": function.__name__,
        "seconds": round(time.perf_counter() - begin, 2),
        "core_seconds": round(time.process_time() - used, 2),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        **found,
    }


def _apart(*arguments: Any) -> dict[str, Any]:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(measured, *arguments).result()


def time_commands(folder: Path) -> dict[str, float]:
    """Start ``similar`` and ``show`` as a user does; seconds of the second time."""
    pair = ["page-0000007", CorpusStore.open(folder).read("nearest", ["page-0000007"])["partners"][0][0]]
    seconds = {}
    for command in (["similar", str(folder), pair[0]], ["show", str(folder), *pair]) * 2:
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-m", "tablekin", *command], check=True, capture_output=True)
        seconds[command[0]] = round(time.perf_counter() - begin, 2)
    return seconds


def size_of(folder: Path) -> dict[str, int]:
    """Bytes of the tables."""
    sizes = {
        path.name: sum(part.stat().st_size for part in path.iterdir())
        for path in folder.iterdir()
        if path.is_dir()
    }
    return {name: size for name, size in sorted(sizes.items()) if size}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument(
        "--ranking", type=int, nargs="+", default=[], help="documents, a sample of which is ranked"
    )
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--partners", type=int, default=100)
    parser.add_argument("--of-a-table", type=int, default=100, help="documents of one table")
    parser.add_argument(
        "--as-if", type=int, default=1, help="times as many documents, in how much is done at once"
    )
    parser.add_argument("--rows", type=int, default=25, help="of a table")
    parser.add_argument("--columns", type=int, default=6, help="of a table")
    parser.add_argument("--features", type=int, default=25, help="of a cell")
    parser.add_argument("--make-only", action="store_true", help="make the documents and end")
    parser.add_argument("--json", type=Path, help="file to which the result is added")
    options = parser.parse_args()
    for library in ("OMP", "OPENBLAS", "MKL"):  # the threads that count are those over documents
        os.environ[f"{library}_NUM_THREADS"] = "1"
    for documents in options.ranking:
        print(json.dumps(_apart(sample_ranking, documents)), flush=True)
    if options.folder is None:
        return
    shape = Shape(
        options.rows, options.columns, options.features, max(2, options.documents // options.of_a_table)
    )
    folder, steps = options.folder / "corpus", []
    options.folder.mkdir(parents=True, exist_ok=True)
    print("| step | seconds | seconds of cores | peak memory, MB |\n|---|---|---|---|")
    for arguments in (
        (make_documents, folder, options.documents, shape),
        (compare_all, folder, options.partners, options.as_if),
        (compare_all, folder, options.partners, options.as_if),
        (look_up, folder, options.documents),
        (add_documents, folder, options.documents, shape),
        (compare_all, folder, options.partners, options.as_if),
    )[: 1 if options.make_only else None]:
        steps.append(_apart(*arguments))
        told = [steps[-1][name] for name in ("step", "seconds", "core_seconds", "peak_memory_mb")]
        print("| " + " | ".join(map(str, told)) + " |", flush=True)
        print(
            json.dumps(
                {name: value for name, value in steps[-1].items() if name in ("stages", "median_seconds")}
            ),
            flush=True,
        )
    if options.make_only:
        return
    result = {
        "documents": options.documents,
        "partners": options.partners,
        "of_a_table": options.of_a_table,
        "as_if": options.as_if,
        "cells": shape.cells,
        "features_of_a_cell": shape.features,
        "threads": default_workers("cpu"),
        "steps": steps,
        "seconds_of_a_command": time_commands(folder),
        "bytes": size_of(folder),
    }
    print(json.dumps({name: result[name] for name in ("seconds_of_a_command", "bytes")}))
    if options.json:
        before = json.loads(options.json.read_text("utf-8")) if options.json.exists() else []
        kept = [each for each in before if each["documents"] != options.documents]
        results = sorted([*kept, result], key=lambda each: int(each["documents"]))
        options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
