"""Measure what the comparison of very many documents holds in memory, and does with all pairs that it keeps.

``python scripts/benchmark_bookkeeping.py --documents 1000000`` makes features of so many documents, families of a
hundred, and of each a hundred nearest, most of which have it among their own. Then it lists the pairs that are kept,
divides them into parts, and scores some of them, as the comparison does before and after factors are read. Beside that
lies what is known of the factors of all documents, but for these themselves. Each step prints a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tablekin.config import RunConfig
from tablekin.corpus import pairs_of_keys, survey_pairs
from tablekin.explain.factor_file import FactorFile
from tablekin.explain.factor_index import load_factors
from tablekin.explain.kept_pairs import list_documents, list_kept
from tablekin.explain.kept_scores import KeptScores
from tablekin.explain.nearest_matches import divide_pairs
from tablekin.explain.nearest_stage import SIZES
from tablekin.explain.ranking import Ranking
from tablekin.schemas import FEATURES

_CHUNK = 8192  # documents that are made together
_FAMILY = 100  # documents
_SCORED = 50  # tiles of pairs, of all
_APART = 0.02  # share of the nearest that are of any other family


def make_features(documents: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Make features of documents, and say of which family each is."""
    rng = np.random.default_rng(0)
    families = 3000 * rng.dirichlet(np.full(len(FEATURES), 0.15), max(2, documents // _FAMILY))
    phi, family = np.empty((documents, len(FEATURES))), rng.integers(0, len(families), documents)
    for first in range(0, documents, _CHUNK):  # no second array of this size
        here = phi[first : first + _CHUNK]
        here[:] = families[family[first : first + _CHUNK]] * rng.lognormal(0, 0.1, here.shape)
    return phi, family


def make_nearest(family: NDArray[np.int64], count: int) -> NDArray[np.int32]:
    """Name as the nearest of a document those that stand about it where families stand together, and a few others."""
    rng = np.random.default_rng(1)
    documents = len(family)
    who = np.argsort(family, kind="stable").astype(np.int32)
    nearest = np.empty((documents, count), np.int32)
    steps = np.array([step for offset in range(1, count // 2 + 1) for step in (-offset, offset)])
    for first in range(0, documents, _CHUNK):
        at = np.arange(first, min(first + _CHUNK, documents))
        chosen = who[(at[:, None] + steps) % documents]
        is_apart = rng.random(chosen.shape) < _APART
        others = (who[at][:, None] + rng.integers(1, documents, chosen.shape)) % documents  # never itself
        nearest[who[at]] = np.where(is_apart, others, chosen)
    return nearest


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--partners", type=int, default=100)
    options = parser.parse_args()
    count = options.documents
    config = RunConfig()

    def step(what: str, function: Callable[[], Any], **more: Any) -> Any:
        used = time.process_time()
        found = function()
        peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        seconds = round(time.process_time() - used, 1)
        print(json.dumps({"step": what, "core_seconds": seconds, "peak_memory_mb": peak, **more}), flush=True)
        return found

    phi, family = step("make features", lambda: make_features(count))
    listed = [f"page-{place:07d}" for place in range(count)]
    nearest = make_nearest(family, options.partners)
    ranking = Ranking(np.zeros(count), np.ones(count), nearest)
    scores = KeptScores(pa.array(listed), phi, ranking, config.explain.similarity, count)
    step("vectors that are compared", lambda: scores.ranked_by)
    wanted = step("list pairs", lambda: list_kept(nearest, np.zeros(0, np.int64)))
    documents = [(name, name) for name in listed]
    found = step("survey pairs", lambda: survey_pairs([], documents, "", wanted), pairs=len(wanted))
    explained = step("list documents", lambda: list_documents(found.missing, count))
    similarity = config.explain.similarity
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(FactorFile(Path(folder), similarity)) as factors,
    ):
        nothing = load_factors([], similarity)
        for first in range(0, count, _CHUNK):
            here = explained[first : first + _CHUNK]
            factors.add([listed[place] for place in here.tolist()], phi[here], nothing)
        step("sums of factors", factors.written)
        step("divide pairs", lambda: divide_pairs(found.missing, scores))
        errors = np.zeros(len(wanted), np.float32)
        firsts = np.linspace(0, max(len(wanted) - SIZES.scores, 0), _SCORED).astype(np.int64)

        def score() -> None:
            for begin in firsts.tolist():
                here = slice(begin, begin + SIZES.scores)
                scores.table(*pairs_of_keys(wanted[here], count), errors[here])

        step("score some pairs", score, scored=_SCORED * min(SIZES.scores, len(wanted)))


if __name__ == "__main__":
    main()
