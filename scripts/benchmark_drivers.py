"""Measure what the drivers of a corpus cost: seconds and peak memory, for all partners and for some of them.

``python scripts/benchmark_drivers.py --corpus CORPUS ... --documents N`` makes a corpus of N documents as
``benchmark_pairs.py`` does, and reads it once before measuring, so that the kernel is
compiled and the files are cached. With ``--made FOLDER`` that corpus is kept there, and measured again by the next
start: for two states of the program, one after the other.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from lib.made_corpus import make_corpus
from lib.measured_commands import machine

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
        begin, used = time.perf_counter(), time.process_time()
        result["regions"] = sum(len(table) for table in driver_tables(corpus, partners))
        result[f"seconds, {partners}"] = round(time.perf_counter() - begin, 2)
        result[f"core seconds, {partners}"] = round(time.process_time() - used, 2)
    return result | {"peak_memory_mb": peak_memory()["main"]}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--corpus", type=Path, nargs="+", required=True, help="analysed corpora")
    parser.add_argument("--documents", type=int, default=10000)
    parser.add_argument("--density", choices=["early-modern", "fort-william", "mix"], default="early-modern")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--made", type=Path, help="folder in which the made corpus is kept")
    parser.add_argument(
        "--label", default="", help="said of the result, which is kept beside those of others"
    )
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.made or Path(scratch) / "corpus"
        if not folder.exists():
            make_corpus(options.corpus, options.density, options.documents, options.seed, folder)
        result = {
            "label": options.label,
            "machine": machine(),
            "documents": options.documents,
            "density": options.density,
            **measure(folder),
        }
    print(json.dumps(result, indent=1))
    if options.json:
        before = json.loads(options.json.read_text("utf-8")) if options.json.exists() else []
        kept = [each for each in before if each["label"] != options.label]
        options.json.write_text(json.dumps([*kept, result], indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
