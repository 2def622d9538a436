"""Measure how long ranking the partners of very many documents takes, on processors or an accelerator.

``python scripts/benchmark_ranking.py --documents 1000000 --device cuda:0`` makes features of so many documents,
families of a hundred, and finds of each the hundred nearest of all others, and what likeness is usual. It then ranks
some (``--checked``) as a whole in float64 with nothing but numpy, and compares. With ``--blocks N`` only N blocks of
documents, spread over all, are ranked, and it is said what all would take. Each step prints a line of JSON.

On an accelerator it needs numpy, torch, safetensors and nothing else; on processors, what tablekin needs.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.ranking import Ranking
from tablekin.models.specific_similarity import load_specific_similarity

FAMILY = 100  # documents
COMPONENTS = 110
_CHUNK = 8192  # documents that are made together
_BLOCK = 4096  # documents that are ranked together

Floats = NDArray[np.float64]


def make_vectors(documents: int) -> Floats:
    """Make what documents are compared by: the vectors, of length 1, of the specific similarity."""
    rng = np.random.default_rng(0)
    families = 3000 * rng.dirichlet(np.full(COMPONENTS, 0.15), max(2, documents // FAMILY))
    vectors = np.empty((documents, COMPONENTS))
    similarity = load_specific_similarity()
    for first in range(0, documents, _CHUNK):
        here = vectors[first : first + _CHUNK]
        chosen = families[rng.integers(0, len(families), len(here))]
        # one product for all: that they are rounded by how many there are is of no consequence here
        proportions = similarity.proportions(chosen * rng.lognormal(0, 0.1, here.shape))
        here[:] = proportions @ similarity.layer.T
        here /= np.linalg.norm(here, axis=1, keepdims=True)
    return vectors


def rank(vectors: Floats, count: int, blocks: list[range], device: str) -> Iterator[Ranking]:
    """Rank blocks of documents."""
    norm = np.ones(len(vectors))
    if device != "cpu":
        from tablekin.explain.device_nearest import DeviceRanker  # which needs torch

        return map(DeviceRanker(vectors, norm, count, device).rank, blocks)
    from tablekin.explain.nearest import rank_blocks  # which needs more packages
    from tablekin.explain.order_statistics import Compared

    return rank_blocks(Compared(vectors, norm), count, blocks, len(os.sched_getaffinity(0)))


def rank_plainly(across: Floats, document: int, count: int) -> tuple[float, float, NDArray[np.int64]]:
    """Rank the partners of one document in float64, adding feature after feature; ``across`` is transposed."""
    likeness = np.zeros(across.shape[1])
    for feature in across:
        likeness += feature[document] * feature
    others = np.delete(likeness, document)
    median = np.median(others)
    order = np.argsort(-others, kind="stable")[:count]
    return float(median), float(np.median(np.abs(others - median))), order + (order >= document)


def count_wrong(vectors: Floats, found: dict[int, tuple[float, float, NDArray[np.int32]]], count: int) -> int:
    """Count the documents whose numbers are not, bit by bit, those of ranking them plainly."""
    across = np.ascontiguousarray(vectors.T)

    def is_wrong(document: int) -> bool:
        median, deviation, nearest = found[document]
        expected = rank_plainly(across, document, count)
        return (median, deviation) != expected[:2] or nearest.tolist() != expected[2].tolist()

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        return sum(threads.map(is_wrong, found))


def say(result: dict[str, Any], path: Path | None) -> None:
    """Print a line, and add it to a file."""
    line = json.dumps(result)
    print(line, flush=True)
    if path:
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def timed(function: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """Call a function; what it returns, and the seconds that passed and that cores worked."""
    begin, used = time.perf_counter(), time.process_time()
    found = function()
    return found, {
        "seconds": round(time.perf_counter() - begin, 2),
        "core_seconds": round(time.process_time() - used, 2),
    }


def accelerator(device: str) -> dict[str, Any]:
    """Tell which accelerator there is, and how much of its memory was taken at most."""
    if not device.startswith("cuda"):
        return {}
    import torch

    return {
        "card": torch.cuda.get_device_name(device),
        "torch": torch.__version__,
        "peak_accelerator_megabytes": torch.cuda.max_memory_reserved(device) >> 20,
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument(
        "--device", default="cpu", help="cpu, cuda:0, or cpu:0: the accelerator's way on processors"
    )
    parser.add_argument("--partners", type=int, default=100)
    parser.add_argument("--blocks", type=int, help="blocks of documents that are ranked; all by default")
    parser.add_argument("--block", type=int, default=_BLOCK, help="documents of a block")
    parser.add_argument("--checked", type=int, default=200, help="documents that are ranked plainly, too")
    parser.add_argument("--json", type=Path, help="file to which the lines are added")
    options = parser.parse_args()
    count = min(options.partners, options.documents - 1)
    say(
        {"documents": options.documents, "device": options.device} | accelerator(options.device), options.json
    )
    vectors, seconds = timed(lambda: make_vectors(options.documents))
    say({"step": "make", **seconds}, options.json)
    starts = np.arange(0, options.documents, options.block)
    if options.blocks:
        starts = starts[np.linspace(0, len(starts) - 1, options.blocks).astype(int)]
    blocks = [range(int(begin), min(int(begin) + options.block, options.documents)) for begin in starts]
    # kernels are compiled, and memory is taken, before the clock starts
    next(
        iter(
            rank(
                vectors[: 4 * options.block],
                min(count, len(vectors[: 4 * options.block]) - 1),
                [range(2)],
                options.device,
            )
        )
    )
    # what is made once for all is ready when one document is ranked
    ranking = iter(rank(vectors, count, [range(1), *blocks], options.device))
    _, once = timed(lambda: next(ranking))
    say({"step": "prepare", **once}, options.json)
    found, seconds = timed(lambda: list(ranking))
    ranked = sum(map(len, blocks))
    whole = {name: round(once[name] + value * options.documents / ranked) for name, value in seconds.items()}
    say(
        {
            "step": "rank",
            **seconds,
            "ranked": ranked,
            "likeness_a_second": round(ranked * (options.documents - 1) / max(seconds["seconds"], 0.01)),
            "pairs_a_second": round(ranked * (options.documents - 1) / 2 / max(seconds["seconds"], 0.01)),
            "all": whole,
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            **accelerator(options.device),
        },
        options.json,
    )
    places = np.concatenate([np.arange(block.start, block.stop) for block in blocks])
    known = Ranking.join(found)
    chosen = np.random.default_rng(1).choice(len(places), min(options.checked, len(places)), replace=False)
    sample = {
        int(places[at]): (float(known.median[at]), float(known.deviation[at]), known.nearest[at])
        for at in chosen
    }
    wrong, seconds = timed(lambda: count_wrong(vectors, sample, count))
    say({"step": "check", **seconds, "checked": len(sample), "wrong": wrong}, options.json)
    if wrong:
        raise SystemExit(f"{wrong} of {len(sample)} documents are not ranked as in float64")


if __name__ == "__main__":
    main()
