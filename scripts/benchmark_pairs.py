"""Measure what comparing every pair of many documents costs, in time, memory and disk.

``python scripts/benchmark_pairs.py --corpus CORPUS ... --documents N`` makes a corpus of N documents out of those of
analysed corpora: each document takes one of theirs, gives its cells the contents of others of the same page, drawn
with replacement, and varies each relevance a little, so that the numbers of regions and of features in them stay
true. Then it runs the comparison of ``tablekin run`` on it. The same run times one tile of pairs by dense matrix
products, checks that the matches are the same, and times one pair by analysing two scans with the network again.

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
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipeline.compare import TILE, compare
from pipeline.config import RunConfig
from pipeline.corpus import Corpus
from pipeline.coverage import Explained
from pipeline.errors import CorpusError
from pipeline.execution import default_workers
from pipeline.explain import match_pairs, score_pairs
from pipeline.factors import TABLES, Factors, gather
from pipeline.ingest import load_image
from pipeline.kernel import best_matches
from pipeline.pair_tables import Comparison
from pipeline.pairs import Block, Scores
from pipeline.pooling import Level
from pipeline.provenance import peak_memory
from pipeline.schemas import FEATURES, empty

DENSE = 1500  # figures on a page from which on it counts as dense
GROWTH = (1000, 3000, 10000)
_BATCH = 50  # documents written together
_VARIATION = 0.1  # standard deviation of the logarithm of what a relevance is multiplied by
_PAIRS_CHECKED = 300

Result = TypeVar("Result")


@dataclass(frozen=True)
class Page:
    """An analysed document to make others from."""

    regions: pd.DataFrame
    region: NDArray[np.int64]  # (entries,), region_id
    feature: NDArray[np.int64]  # (entries,)
    relevance: NDArray[np.float64]  # (entries,)


def read_pages(folders: Sequence[Path], density: str) -> list[Page]:
    """Read the documents with a table; ``density`` is early-modern, fort-william or mix."""
    pages = []
    for folder in folders:
        corpus = Corpus.open(folder)
        figures = corpus.read("digits", columns=["doc_id"])["doc_id"].value_counts()
        regions = dict(list(corpus.read("regions").groupby("doc_id")))
        index = {feature: row for row, feature in enumerate(FEATURES)}
        for name, entries in corpus.read("factors").groupby("doc_id"):
            wanted = density == "mix" or (density == "fort-william") == (figures.get(name, 0) >= DENSE)
            if wanted and (regions[name]["kind"] == "cell").any():
                pages.append(
                    Page(
                        regions[name].drop(columns="doc_id"),
                        entries["region_id"].to_numpy(np.int64),
                        entries["feature"].map(index).to_numpy(np.int64),
                        entries["relevance"].to_numpy(np.float64),
                    )
                )
    if not pages:
        raise SystemExit(f"no document of {', '.join(map(str, folders))} has a table of density {density}")
    return pages


def resample(page: Page, rng: np.random.Generator) -> Page:
    """Make another document from one: its cells hold the contents of cells drawn from all of them."""
    cells = page.regions.loc[page.regions["kind"] == "cell", "region_id"].to_numpy(np.int64)
    order = np.argsort(page.region, kind="stable")
    begin = np.searchsorted(page.region, cells, sorter=order)
    size = np.searchsorted(page.region, cells, side="right", sorter=order) - begin
    drawn = rng.integers(0, len(cells), len(cells))
    within = np.arange(size[drawn].sum()) - np.repeat(np.cumsum(size[drawn]) - size[drawn], size[drawn])
    others = np.flatnonzero(~np.isin(page.region, cells))
    taken = np.concatenate([order[np.repeat(begin[drawn], size[drawn]) + within], others])
    region = np.concatenate([np.repeat(cells, size[drawn]), page.region[others]])
    relevance = page.relevance[taken] * rng.lognormal(0, _VARIATION, len(taken))
    return Page(page.regions, region, page.feature[taken], relevance)


def make_corpus(folders: Sequence[Path], density: str, documents: int, seed: int, out: Path) -> None:
    """Write a corpus of resampled documents, with metadata."""
    rng = np.random.default_rng(seed)
    pages, corpus = read_pages(folders, density), Corpus(out)
    metadata = [pa.field("work", pa.string()), pa.field("year", pa.int64()), pa.field("place", pa.string())]
    for begin in range(0, documents, _BATCH):
        names = [f"page-{number:05d}" for number in range(begin, min(begin + _BATCH, documents))]
        made = [resample(pages[rng.integers(len(pages))], rng) for _ in names]
        sizes = [len(page.region) for page in made]
        feature = np.concatenate([page.feature for page in made])
        relevance = np.concatenate([page.relevance for page in made]).astype(np.float32)
        owner = np.repeat(np.arange(len(names)), sizes)
        phi = np.bincount(owner * len(FEATURES) + feature, relevance, len(names) * len(FEATURES))
        tables = {name: empty(name) for name in ("pages", "digits")} | {
            "regions": pd.concat(
                [page.regions.assign(doc_id=name) for name, page in zip(names, made, strict=True)]
            ),
            "features": pd.DataFrame(
                {"doc_id": names, "model": "bigram", "phi": list(phi.reshape(len(names), -1))}
            ),
            "factors": pd.DataFrame(
                {
                    "doc_id": pd.Categorical.from_codes(owner, names),
                    "region_id": np.concatenate([page.region for page in made]),
                    "feature": pd.Categorical.from_codes(feature, list(FEATURES)),
                    "relevance": relevance,
                }
            ),
            "documents": pd.DataFrame(
                {
                    "doc_id": names,
                    "source": [f"{name}.png" for name in names],
                    "page_index": 0,
                    "sha256": names,
                    "width": 1000,
                    "height": 1500,
                    "status": "ok",
                    "reason": "",
                    "work": [f"work {number // 30}" for number in range(begin, begin + len(names))],
                    "year": rng.integers(1500, 1700, len(names)),
                    "place": rng.choice(["Basel", "Nürnberg", "Paris", "Venezia"], len(names)),
                }
            ),
        }
        corpus.add_documents(tables, "benchmark", metadata)


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


class TimedCorpus(Corpus):
    """A corpus that tells how long writing took."""

    clock: Clock

    def _write(self, write: Callable[..., int], tables: Iterator[pa.Table], *arguments: Any) -> int:
        making = Clock()

        def made() -> Iterator[pa.Table]:
            source = iter(tables)
            while (table := making.time("making", next, source, None)) is not None:
                yield table

        begin = time.perf_counter()
        rows = write(made(), *arguments)
        self.clock.add("encode and write", time.perf_counter() - begin - making.seconds["making"])
        return rows

    def add_matches(self, matches: Any, explained: Explained, number_of_pass: int, number: int) -> int:
        """Add a part of matches."""
        return self._write(super().add_matches, matches, explained, number_of_pass, number)

    def replace_pairs(self, pairs: Any, comparison: Comparison) -> int:
        """Write the table of pairs."""
        return self._write(super().replace_pairs, pairs, comparison)


def measure(folder: Path, matches_per_pair: int) -> dict[str, Any]:
    """Run the comparison of a corpus once more from its beginning."""
    clock, stages = Clock(), Counter[str]()
    corpus = TimedCorpus(folder)
    corpus.clock = clock
    corpus.drop_comparison()
    config = RunConfig.model_validate({"explain": {"matches_per_pair": matches_per_pair}})
    _compile(_first_documents(folder, 2))

    def score(factors: Factors, threads: int) -> TimedScores:
        return TimedScores(clock.time("rank", score_pairs, factors, threads), clock)

    def match(*arguments: Any) -> pa.Table:
        return clock.time("match", match_pairs, *arguments)

    def count(stage: str, into: int, out: int, seconds: float) -> None:
        stages[stage] = out
        clock.seconds["load"] += seconds if stage == "gather" else 0

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


def _first_documents(folder: Path, count: int) -> Factors:
    tables: list[dict[str, pa.Table]] = []
    for batch in Corpus.open(folder).batches(TABLES):
        tables.append(batch)
        if sum(len(table["features"]) for table in tables) >= count:
            break
    return gather(tables)


def _compile(factors: Factors) -> None:
    """Compile the kernel, which happens once on a machine."""
    a, b = np.array([0]), np.array([1])
    match_pairs(factors, a, b, score_pairs(factors, 1).table(a, b)["dot"].to_numpy(), 1)


def compare_with_dense(folder: Path, count: int) -> dict[str, Any]:
    """Time a tile of pairs on one thread, in seconds of a core, by the kernel and by multiplying all regions with all.

    Of the dense products only a sample of the pairs is computed; their matches are compared with the kernel's.
    """
    factors = _first_documents(folder, 2 * TILE)
    _compile(factors)
    half = min(TILE, len(factors.documents) // 2)
    a, b = Block(range(half), range(half, 2 * half)).pairs()
    sample = np.arange(0, len(a), max(len(a) // _PAIRS_CHECKED, 1))
    kernel = dense = 0.0
    different = 0
    for level in factors.levels:
        begin = time.process_time()
        best = best_matches(level, a, b, count)
        kernel += time.process_time() - begin
        matrices = [_dense(level, document) for document in range(2 * half)]
        begin = time.process_time()
        expected = [_best_of(matrices[a[pair]] @ matrices[b[pair]].T, count) for pair in sample]
        dense += time.process_time() - begin
        different += sum(
            not np.allclose(best.relevance[pair], values, rtol=1e-4, atol=1e-7)
            for pair, values in zip(sample, expected, strict=True)
        )
    speed = {"kernel": len(a) / kernel, "dense": len(sample) / dense}
    return {
        "pairs_per_second_of_a_core": {name: round(value) for name, value in speed.items()},
        "ratio": round(speed["kernel"] / speed["dense"], 1),
        "pairs_checked": len(sample),
        "levels_of_pairs_that_differ": different,
    }


def _best_of(product: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Give the ``count`` largest entries above 0, the largest first, and zeros for what is missing."""
    flat = product.ravel()
    if flat.size > count:
        flat = np.partition(flat, -count)[-count:]
    best = np.sort(np.maximum(flat, 0))[::-1]
    return np.pad(best, (0, count - len(best)))


def _dense(level: Level, document: int) -> NDArray[np.float32]:
    """Write the regions of a document as a matrix ``(regions, features)``."""
    first = level.first[document]
    matrix = np.zeros((level.last[document] - first, len(FEATURES)), np.float32)
    for row in range(len(matrix)):
        entries = slice(level.begin[first + row], level.begin[first + row + 1])
        np.add.at(
            matrix[row], level.feature[entries], level.relevance[entries]
        )  # groups are filled up with 0
    return matrix


def time_network(folders: Sequence[Path]) -> float | None:
    """Time in seconds of a core what a pair takes if two scans are analysed for it; None without scans."""
    from pipeline.document import analyse_document

    for folder in folders:
        corpus = Corpus.open(folder)
        tables = corpus.read("pages", columns=["doc_id", "is_table"]).query("is_table")["doc_id"].head(2)
        sources = corpus.read("documents", list(tables), ["source"])["source"]
        try:
            images = [load_image(corpus.find_scan(source)) for source in sources]
        except CorpusError:
            continue
        config = RunConfig(device="cpu")
        analyse_document(images[0], "first", config)  # loads the network
        begin = time.process_time()
        for image in images:
            analyse_document(image, "page", config)
        return time.process_time() - begin
    return None


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
        result |= _shape(folder) | _apart(measure, folder, matches_per_pair)
        result["dense"] = _apart(compare_with_dense, folder, matches_per_pair)
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


def _shape(folder: Path) -> dict[str, float]:
    """Mean numbers of regions and factor entries of the first documents."""
    factors = _first_documents(folder, 2 * TILE)
    cells, count = factors.levels[0], len(factors.documents)
    return {
        "cells_of_a_document": round(len(cells.region_id) / count, 1),
        "features_of_a_cell": round(len(cells.feature) / max(len(cells.region_id), 1), 1),
    }


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
