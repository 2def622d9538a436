"""Measure what it takes to find candidates for collation among many documents: by the runs of digits they share.

``python scripts/benchmark_candidates.py --documents 10000 100000`` makes documents in families of five that share half
of their runs; the other half comes as often as real ones do, few very often and most seldom. Prints seconds and the
peak of memory for each number of documents, and whether the members of a document's family are its nearest. Above
``--rows`` documents, the nearest are found of evenly spaced ones and the seconds of all are reckoned from these.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

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


def measure(documents: int, runs: int, rows: int, seed: int) -> dict[str, float]:
    """Measure one number of documents."""
    occurrences = made_occurrences(documents, runs, seed)
    list(nearest_by_ngrams(tf_idf(made_occurrences(20, runs, seed), 20), _FAMILY - 1))  # compiles
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    clock = time.perf_counter()
    vectors = tf_idf(occurrences, documents)
    weighed = time.perf_counter() - clock
    clock = time.perf_counter()
    taken = min(rows, documents)
    found = kin = 0
    for one, other, _ in nearest_by_ngrams(vectors, _FAMILY - 1):
        if one >= taken:
            break
        found += 1
        kin += one // _FAMILY == other // _FAMILY
    seconds = (time.perf_counter() - clock) * documents / taken
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "documents": documents,
        "runs": runs,
        "weighing_s": weighed,
        "nearest_s": seconds,
        "measured_rows": taken,
        "peak_mb": peak / 1024,
        "before_mb": before / 1024,
        "family_found": kin / found,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", nargs="+", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--runs", type=int, default=900, help="runs of digits of each document")
    parser.add_argument("--rows", type=int, default=5_000, help="documents whose nearest are found, at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args.documents[0], args.runs, args.rows, args.seed)))
        return
    results = []
    for documents in args.documents:  # each in a process of its own, for its peak of memory
        command = [sys.executable, __file__, "--one", "--documents", str(documents), "--runs", str(args.runs)]
        command += ["--rows", str(args.rows), "--seed", str(args.seed)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        results.append(found)
        print(
            f"{documents} documents of {args.runs} runs: weighing {found['weighing_s']:.1f} s, nearest "
            f"{found['nearest_s']:.0f} s (of {found['measured_rows']} documents measured), peak "
            f"{found['peak_mb']:.0f} MB; {100 * found['family_found']:.1f} % of the nearest are of the family",
            flush=True,
        )
    if args.json:
        args.json.write_text(json.dumps({"cores": os.cpu_count(), "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
