"""Measure what comparing every pair of many documents costs, in time, memory and disk.

``python scripts/benchmark_pairs.py --corpus CORPUS ... --documents N`` makes a corpus of N documents out of those of
analysed corpora (see ``benchmark_corpus.py``) and runs the comparison of ``tablekin run`` on it, then looks up one
document. The same run times one tile of pairs by dense matrix products, checks that the matches are the same, and
times one pair by analysing two scans with the network again.

``--growth`` measures 1,000, 3,000 and 10,000 documents instead.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from lib.alternatives import compare_with_dense, compile_kernel, time_network
from lib.lookups import time_lookups
from lib.made_corpus import first_documents, make_corpus, shape_of
from numpy.typing import NDArray

from tablekin.config import RunConfig, Similarity
from tablekin.corpus import CorpusStore
from tablekin.execution import default_workers
from tablekin.explain import FactorIndex, compare, match_pairs, score_pairs
from tablekin.explain.scores import Scores
from tablekin.explain.stage import SIZES
from tablekin.provenance import peak_memory

GROWTH = (1000, 3000, 10000)
_COMPARED = (
    "seconds",
    "seconds_of_cores",
    "pairs_per_second_of_a_core",
    "seconds_by_phase",
    "peak_memory_mb",
)

Result = TypeVar("Result")


class Clock:
    """Seconds by phase, summed over the threads."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._lock = threading.Lock()

    def time(self, phase: str, function: Callable[..., Result], *arguments: Any) -> Result:
        """Call a function and add to the phase what it took."""
        begin = time.perf_counter()
        result = function(*arguments)
        self.add(phase, time.perf_counter() - begin)
        return result

    def add(self, phase: str, seconds: float) -> None:
        """Add to a phase."""
        with self._lock:
            self.seconds[phase] += seconds


class TimedScores:
    """Scores that tell how long they took."""

    def __init__(self, scores: Scores, clock: Clock) -> None:
        self._scores, self._clock = scores, clock

    def table(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> pa.Table:
        """Make rows of table ``pairs``."""
        return self._clock.time("score", self._scores.table, a, b)


def _timed(write: Callable[..., int], clock: Clock) -> Callable[..., int]:
    """Make a function that writes tables tell how long it took, without what making them took."""

    def timed(tables: Iterable[pa.Table], *arguments: Any) -> int:
        making = Clock()

        def made() -> Iterator[pa.Table]:
            source = iter(tables)
            while (table := making.time("making", next, source, None)) is not None:
                yield table

        begin = time.perf_counter()
        rows = write(made(), *arguments)
        clock.add("encode and write", time.perf_counter() - begin - making.seconds["making"])
        return rows

    return timed


def timed_corpus(folder: Path, clock: Clock) -> CorpusStore:
    """Open a corpus that tells how long writing pairs and matches took."""
    corpus = CorpusStore(folder)
    corpus.match_table.add = _timed(corpus.match_table.add, clock)  # type: ignore[method-assign]
    corpus.pair_table.replace = _timed(corpus.pair_table.replace, clock)  # type: ignore[method-assign]
    return corpus


def measure(folder: Path, matches_per_pair: int, similarity: Similarity) -> dict[str, Any]:
    """Run the comparison of a corpus once more from its beginning."""
    clock, stages = Clock(), Counter[str]()
    corpus = timed_corpus(folder, clock)
    corpus.pair_table.drop()
    corpus.match_table.drop()
    explain = {"matches_per_pair": matches_per_pair, "similarity": similarity}
    config = RunConfig.model_validate({"explain": explain})
    compile_kernel(first_documents(folder, 2, similarity))

    def score(factors: FactorIndex, threads: int) -> TimedScores:
        return TimedScores(clock.time("rank", score_pairs, factors, threads), clock)

    def match(*arguments: Any) -> pa.Table:
        return clock.time("match", match_pairs, *arguments)

    def count(stage: str, into: int, out: int, seconds: float) -> None:
        stages[stage] = out
        clock.seconds["load"] += seconds if stage == "load" else 0

    begin, used = time.perf_counter(), time.process_time()
    pairs = compare(corpus, config, "benchmark", lambda: (score, match), count) or 0
    seconds, used = time.perf_counter() - begin, time.process_time() - used
    return {
        "pairs": pairs,
        "matches": stages["match"],
        "seconds": round(seconds, 2),
        "seconds_of_cores": round(used, 2),  # less than seconds times threads where others took the cores
        "pairs_per_second": round(pairs / seconds),
        "pairs_per_second_of_a_core": round(pairs / used),
        "threads": default_workers("cpu"),
        "seconds_by_phase": {phase: round(value, 3) for phase, value in clock.seconds.items()},
        "peak_memory_mb": peak_memory()["main"],
        "bytes_per_pair": {table: _bytes_per_pair(folder / table, pairs) for table in ("pairs", "matches")},
    }


def _bytes_per_pair(folder: Path, pairs: int) -> dict[str, float]:
    """Size of a table and of its columns."""
    parts = list(folder.iterdir())
    sizes = Counter({"table": sum(part.stat().st_size for part in parts)})
    for part in parts:
        metadata = pq.read_metadata(part)
        for group in range(metadata.num_row_groups):
            for column in range(metadata.num_columns):
                chunk = metadata.row_group(group).column(column)
                sizes[chunk.path_in_schema.split(".")[0]] += chunk.total_compressed_size
    return {name: round(size / max(pairs, 1), 1) for name, size in sizes.items()}


def benchmark(
    folders: Sequence[Path], density: str, documents: int, matches_per_pair: int, seed: int, scratch: Path
) -> dict[str, Any]:
    """Make a corpus, measure its comparison and delete it; each step in a process of its own."""
    folder = Path(tempfile.mkdtemp(dir=scratch)) / "corpus"
    try:
        _apart(make_corpus, folders, density, documents, seed, folder)
        result: dict[str, Any] = {
            "documents": documents,
            "density": density,
            "matches_per_pair": matches_per_pair,
        }
        result |= shape_of(folder, 2 * SIZES.tile)
        measured = {each: _apart(measure, folder, matches_per_pair, each) for each in Similarity}
        result |= measured[RunConfig().explain.similarity]
        result["by_similarity"] = {
            each.value: {name: found[name] for name in _COMPARED} for each, found in measured.items()
        }
        result["seconds_of_a_lookup"] = _apart(time_lookups, folder)
        result["dense"] = {
            each.value: _apart(compare_with_dense, folder, matches_per_pair, each) for each in Similarity
        }
        if seconds := _apart(time_network, folders):
            result["seconds_of_a_pair_by_the_network"] = round(seconds, 2)
            result["ratio_to_the_network"] = round(seconds * result["pairs_per_second_of_a_core"])
        return result
    finally:
        shutil.rmtree(folder.parent)


def _apart(function: Callable[..., Result], *arguments: Any) -> Result:
    """Call a function in a process of its own, so that the memory it takes can be told."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(function, *arguments).result()


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--corpus", type=Path, nargs="+", required=True, help="analysed corpora")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--growth", action="store_true", help="1,000, 3,000 and 10,000 documents")
    parser.add_argument("--density", choices=["early-modern", "fort-william", "mix"], default="early-modern")
    parser.add_argument("--matches", type=int, default=RunConfig().explain.matches_per_pair)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--scratch", type=Path, help="folder for the corpus; that of temporary files by default"
    )
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    for library in ("OMP", "OPENBLAS", "MKL"):  # the threads that count are those over blocks
        os.environ[f"{library}_NUM_THREADS"] = "1"
    results = []
    for documents in GROWTH if options.growth else (options.documents,):
        results.append(
            benchmark(
                options.corpus, options.density, documents, options.matches, options.seed, options.scratch
            )
        )
        print(json.dumps(results[-1], indent=1), flush=True)
        if options.json:
            options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
