"""Measure how long the factors of some documents are read from their file: by mapping it, and by a call for every run.

``python scripts/benchmark_factor_file.py CORPUS --json docs/factor-file.json`` writes the factors of a corpus to
files, as the comparison with the nearest does, and reads those of a random share of the documents again and again,
in turn by the way that the program goes and by a seek and a read for every run of rows, as it did before. Both must
give the same.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from lib.measured_commands import machine
from numpy.typing import NDArray

from tablekin.config import Similarity
from tablekin.corpus import CorpusStore
from tablekin.explain import FACTOR_TABLES, factor_file

Index = NDArray[np.int64]


def read_by_calls(column: Any, begin: Index, end: Index) -> NDArray[Any]:
    """Read some runs of rows of a column of a file of factors, each by a call of the system."""
    values = np.empty((int((end - begin).sum()), *column._shape), column._type)
    if not values.size:
        return values
    size, at = values[:1].nbytes, 0
    into = values.reshape(-1).view(np.uint8).data
    for first, last in zip(begin.tolist(), end.tolist(), strict=True):
        column.file.seek(first * size)
        at += column.file.readinto(into[at : at + (last - first) * size])
    return values


def measure(corpus: CorpusStore, share: float, times: int, seed: int) -> dict[str, Any]:
    """Read random documents both ways; milliseconds of a core for each, the least of several times."""
    found: dict[str, list[float]] = {"by calls": [], "mapped": []}
    mapped = factor_file._Column.take
    with tempfile.TemporaryDirectory() as folder:
        batches = corpus.batches(FACTOR_TABLES, is_encoded=True)
        factors = factor_file.write_factors(batches, Similarity.PAPER, Path(folder), threads=1)
        count = len(factors.documents)
        rng = np.random.default_rng(seed)
        for _ in range(times):
            places = np.flatnonzero(rng.random(count) < share)
            taken = []
            for way, take in {"by calls": read_by_calls, "mapped": mapped}.items():
                factor_file._Column.take = take  # type: ignore[method-assign,assignment]
                begin = time.process_time()
                taken.append(factors.take(places))
                found[way].append(1000 * (time.process_time() - begin) / len(places))
            for one, other in zip(*(index.levels for index in taken), strict=True):
                for values, others in zip(one, other, strict=True):
                    np.testing.assert_array_equal(values, others)
        factor_file._Column.take = mapped  # type: ignore[method-assign]
        factors.close()
    return {
        "documents": count,
        "share": share,
        "milliseconds of a core for a document": {way: round(min(each), 4) for way, each in found.items()},
        "ratio": round(min(found["by calls"]) / min(found["mapped"]), 2),
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument(
        "--share", type=float, nargs="+", default=[0.3], help="of the documents that are read"
    )
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="file to write the result to")
    options = parser.parse_args()
    corpus = CorpusStore.open(options.corpus)
    result: dict[str, Any] = {"machine": machine(), "load": round(os.getloadavg()[0], 1)}
    result["shares"] = [measure(corpus, share, options.times, options.seed) for share in options.share]
    print(json.dumps(result, indent=1))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
