"""Measure what the drivers of a corpus cost: seconds and peak memory, for all partners and for some of them.

``python scripts/benchmark_drivers.py --corpus CORPUS ... --documents N`` makes a corpus of N documents as
``benchmark_pairs.py`` does, and reads it once before measuring, so that the kernel is
compiled and the files are cached.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from lib.made_corpus import make_corpus

from tablekin.corpus import CorpusStore
from tablekin.explain import driver_tables
from tablekin.provenance import peak_memory

PARTNERS = ("all", "other work", "earlier year", "other place")


def measure(folder: Path) -> dict[str, float]:
    """Time each kind of partners on one corpus."""
    corpus = CorpusStore.open(folder)
    result: dict[str, float] = {}
    sum(len(table) for table in driver_tables(corpus))
    for partners in PARTNERS:
        begin = time.perf_counter()
        result["regions"] = sum(len(table) for table in driver_tables(corpus, partners))
        result[f"seconds, {partners}"] = round(time.perf_counter() - begin, 2)
    return result | {"peak_memory_mb": peak_memory()["main"]}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--corpus", type=Path, nargs="+", required=True, help="analysed corpora")
    parser.add_argument("--documents", type=int, default=10000)
    parser.add_argument("--density", choices=["early-modern", "fort-william", "mix"], default="early-modern")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "corpus"
        make_corpus(options.corpus, options.density, options.documents, options.seed, folder)
        result = {"documents": options.documents, "density": options.density} | measure(folder)
    print(json.dumps(result, indent=1))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
