"""Other ways to explain a pair, to compare with: multiplying out whole maps, and analysing two scans by the network."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lib.made_corpus import first_documents
from tablekin.config import RunConfig, Similarity
from tablekin.corpus import CorpusStore
from tablekin.errors import CorpusError
from tablekin.explain import FactorIndex, match_pairs, score_pairs
from tablekin.explain.pooling import PooledLevel
from tablekin.explain.scores import PairBlock
from tablekin.explain.stage import SIZES
from tablekin.explain.top_k import best_matches
from tablekin.ingest import load_image
from tablekin.schemas import FEATURES

_PAIRS_CHECKED = 300


def compile_kernel(factors: FactorIndex) -> None:
    """Compile the kernel, which happens once on a machine."""
    a, b = np.array([0]), np.array([1])
    match_pairs(factors, a, b, score_pairs(factors, 1).table(a, b)["dot"].to_numpy(), 1)


def compare_with_dense(folder: Path, count: int, similarity: Similarity) -> dict[str, Any]:
    """Time a tile of pairs on one thread, in seconds of a core, by the kernel and by multiplying all regions with all.

    Of the dense products only a sample of the pairs is computed; their matches are compared with the kernel's.
    """
    factors = first_documents(folder, 2 * SIZES.tile, similarity)
    compile_kernel(factors)
    half = min(SIZES.tile, len(factors.documents) // 2)
    a, b = PairBlock(range(half), range(half, 2 * half)).pairs()
    sample = np.arange(0, len(a), max(len(a) // _PAIRS_CHECKED, 1))
    kernel = dense = 0.0
    different = 0
    for level in factors.levels:
        begin = time.process_time()
        best = best_matches(level, a, b, count, factors.aside)
        kernel += time.process_time() - begin
        matrices = [_dense(level, document) for document in range(2 * half)]
        begin = time.process_time()
        expected = [_best_of(_product(level, matrices[a[pair]], matrices[b[pair]]), count) for pair in sample]
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


def _product(level: PooledLevel, one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Multiply all regions with all, by the metric of the level."""
    mixed = level.metric.astype(np.float32) @ other.T if len(level.metric) else other.T
    return np.asarray(one @ mixed, np.float32)


def _best_of(product: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Give the ``count`` largest entries above 0, the largest first, and zeros for what is missing."""
    flat = product.ravel()
    if flat.size > count:
        flat = np.partition(flat, -count)[-count:]
    best = np.sort(np.maximum(flat, 0))[::-1]
    return np.pad(best, (0, count - len(best)))


def _dense(level: PooledLevel, document: int) -> NDArray[np.float32]:
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
    from tablekin.document import analyse_document

    for folder in folders:
        corpus = CorpusStore.open(folder)
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
