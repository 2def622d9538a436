"""Measure what the drivers of a corpus cost: seconds and peak memory, for all partners and for some of them.

``python scripts/benchmark_drivers.py --corpus CORPUS ... --documents N`` makes a corpus of N documents as
``benchmark_pairs.py`` does, and reads it once before measuring, so that the kernel is
compiled and the files are cached. With ``--made FOLDER`` that corpus is kept there, and measured again by the next
start: for two states of the program, one after the other. With ``--other CHECKOUT`` that code takes turns with this,
``--repeats`` times, and ``ratio`` is how many times as long it takes: the median over turns.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from lib.made_corpus import make_corpus
from lib.measured_commands import machine
from lib.other_checkout import environment_of

from tablekin.corpus import CorpusStore
from tablekin.explain import driver_tables
from tablekin.provenance import peak_memory

_HERE = Path(__file__).parents[1]
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


def of_checkout(checkout: Path, folder: Path) -> dict[str, float]:
    """Do the same in a process of its own, with the code of a checkout."""
    environment = environment_of(None if checkout == _HERE else checkout)
    command = [sys.executable, __file__, "--measure", str(folder)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def take_turns(folder: Path, other: Path, repeats: int) -> dict[str, Any]:
    """Measure this code and other code by turns; of each the turn that took least."""
    turns = [(of_checkout(_HERE, folder), of_checkout(other, folder)) for _ in range(repeats)]
    key = f"core seconds, {PARTNERS[0]}"
    this, others = (min(done, key=lambda one: one[key]) for done in zip(*turns, strict=True))
    ratios = {
        partners: round(
            median(b[f"core seconds, {partners}"] / a[f"core seconds, {partners}"] for a, b in turns), 2
        )
        for partners in PARTNERS
    }
    return {**this, "other": others, "ratio": ratios}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--corpus", type=Path, nargs="+", default=[], help="analysed corpora")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--other", type=Path, metavar="CHECKOUT", help="whose code takes turns with this")
    parser.add_argument("--repeats", type=int, default=1, help="turns that each kind of code takes")
    parser.add_argument("--documents", type=int, default=10000)
    parser.add_argument("--density", choices=["early-modern", "fort-william", "mix"], default="early-modern")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--made", type=Path, help="folder in which the made corpus is kept")
    parser.add_argument(
        "--label", default="", help="said of the result, which is kept beside those of others"
    )
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.made or Path(scratch) / "corpus"
        if not folder.exists():
            make_corpus(options.corpus, options.density, options.documents, options.seed, folder)
        result = {
            "label": options.label,
            "machine": machine(),
            "documents": options.documents,
            "density": options.density,
            **(take_turns(folder, options.other, options.repeats) if options.other else measure(folder)),
        }
    print(json.dumps(result, indent=1))
    if options.json:
        before = json.loads(options.json.read_text("utf-8")) if options.json.exists() else []
        kept = [each for each in before if each["label"] != options.label]
        options.json.write_text(json.dumps([*kept, result], indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
