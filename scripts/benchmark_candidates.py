"""Measure what it takes to find candidates for collation among many documents: by the runs of digits they share.

``python scripts/benchmark_candidates.py --documents 10000 100000`` makes documents in families of five that share half
of their runs; the other half comes as often as real ones do, few very often and most seldom. Prints seconds, seconds
of cores and the peak of memory for each number of documents, and how many of the members of a document's family are
among its nearest. ``--other CHECKOUT`` measures the code of another checkout in the same run and prints the ratio of
seconds of cores. With ``--rows`` the nearest of so many documents are found, and the seconds of all reckoned from it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lib.other_checkout import environment_of

from tablekin.collation.ngrams import SETTINGS, Occurrences, nearest_by_ngrams, tf_idf

_FAMILY = 5


def made_occurrences(documents: int, runs: int, seed: int) -> Occurrences:
    """Make the runs of documents, half of them those of their family."""
    rng = np.random.default_rng(seed)
    shared = rng.integers(0, SETTINGS.count, (documents // _FAMILY + 1, runs // 2))
    own = (SETTINGS.count * rng.random((documents, runs - runs // 2)) ** 2).astype(np.int64)
    family = np.arange(documents) // _FAMILY
    places = np.repeat(np.arange(documents), runs) * SETTINGS.count
    doc, ngram = np.divmod(
        np.unique(places + np.concatenate([shared[family], own], 1).ravel()), SETTINGS.count
    )
    return doc.astype(np.int32), ngram.astype(np.int32)


def measure(documents: int, runs: int, count: int, rows: int, seed: int) -> dict[str, float]:
    """Measure one number of documents."""
    occurrences = made_occurrences(documents, runs, seed)
    list(nearest_by_ngrams(tf_idf(made_occurrences(20, runs, seed), 20), count))  # compiles
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    moments = [_now()]
    vectors = tf_idf(occurrences, documents)
    moments.append(_now())
    taken = min(rows, documents)
    kin = 0
    for one, other, _ in nearest_by_ngrams(vectors, count):
        if len(moments) == 2:
            moments.append(_now())  # the index is made, and the first block
        if one >= taken:
            break
        kin += one // _FAMILY == other // _FAMILY
    moments.append(_now())
    (weighed, _), (first, first_of_cores), (rest, rest_of_cores) = np.diff(moments, axis=0).tolist()
    return {
        "documents": documents,
        "runs": runs,
        "neighbours": count,
        "weighing_s": weighed,
        "nearest_s": first + rest * documents / taken,
        "nearest_core_s": first_of_cores + rest_of_cores * documents / taken,
        "measured_rows": taken,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "before_mb": before / 1024,
        "family_found": kin / (taken * (_FAMILY - 1)),
    }


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def in_own_process(options: Sequence[str], checkout: Path | None = None) -> dict[str, float]:
    """Measure in a process of its own, for its peak of memory; with the code of another checkout, if one is named."""
    command = [sys.executable, __file__, "--one", *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment_of(checkout))
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def line(found: dict[str, float]) -> str:
    """Describe a measurement."""
    return (
        f"weighing {found['weighing_s']:.1f} s, nearest {found['nearest_s']:.0f} s, {found['nearest_core_s']:.0f} of "
        f"cores ({found['measured_rows']} documents measured), peak {found['peak_mb']:.0f} MB; "
        f"{100 * found['family_found']:.1f} % of the family are among the nearest"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", nargs="+", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--runs", type=int, default=900, help="runs of digits of each document")
    parser.add_argument("--neighbours", type=int, default=5, help="documents that are sought for each")
    parser.add_argument("--other", type=Path, metavar="CHECKOUT", help="whose code is measured, too")
    parser.add_argument("--rows", type=int, help="documents that are measured, at most; all without it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args.documents[0], args.runs, args.neighbours, args.rows, args.seed)))
        return
    results = []
    for documents in args.documents:
        options = ["--documents", str(documents), "--runs", str(args.runs), "--seed", str(args.seed)]
        options += ["--neighbours", str(args.neighbours), "--rows", str(args.rows or documents)]
        found = in_own_process(options)
        print(f"{documents} documents of {args.runs} runs: {line(found)}", flush=True)
        result: dict[str, Any] = {"this": found}
        if args.other:
            other = result["other"] = in_own_process(options, args.other)
            result["ratio"] = other["nearest_core_s"] / found["nearest_core_s"]
            print(f"the other: {line(other)}\nThat is {result['ratio']:.1f} times as long", flush=True)
        results.append(result)
    if args.json:
        args.json.write_text(json.dumps({"cores": os.cpu_count(), "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
