"""Time pages, BiLRP of VGG-16 and scores of pairs on an accelerator, beside the processors of the same machine.

``python scripts/benchmark_gpu.py PAGE...`` analyses the pages in one process on either device and compares the tables;
then in ``--workers`` processes (several numbers: one after the other), counting pages a second from when every process
has done one until the first has none left. It explains one image with VGG-16 (100 features, ``--size`` pixels, random
weights) by the library, in double precision too, and by the definition (``scripts/lib/definition.py``), and ranks the
partners of ``--documents`` documents. Every part (``--parts``) is printed, and with ``--json`` written, when it is
there.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from benchmark_bilrp import apart, timed
from lib.definition import vgg_factor

from tablekin.config import RunConfig
from tablekin.document import analyse_document
from tablekin.execution import Failure, one_thread, run_in_order
from tablekin.explain import Scores
from tablekin.ingest import load_image
from tablekin.models.bilrp import factor, patches
from tablekin.models.networks.vgg import VggSimilarity, composite, pixel_bounds, random_vgg16

PARTS = ("vgg", "one_by_one", "throughput", "scores")
STAGES = ["digitize", "segment", "read", "explain"]
Found = dict[str, pd.DataFrame]


def analyse(path: Path, device: str) -> tuple[int, float, float]:
    """Analyse one file in a worker: which process, when it began, and when it was done."""
    begin = time.time()
    analyse_document(load_image(path), path.stem, RunConfig(), device)
    return os.getpid(), begin, time.time()


def rate(paths: Sequence[Path], device: str, workers: int, pages: int) -> float:
    """Count pages a second while all workers are busy."""
    tasks = [paths[place % len(paths)] for place in range(workers * (pages + 1))]
    done: dict[int, list[float]] = {}
    for found in run_in_order(partial(analyse, device=device), tasks, workers):
        if isinstance(found, Failure):
            raise SystemExit(f"{found.reason}\n{found.detail}")
        process, _, end = found
        done.setdefault(process, []).append(end)
    begin, end = max(ends[0] for ends in done.values()), min(ends[-1] for ends in done.values())
    return sum(begin < moment <= end for ends in done.values() for moment in ends) / (end - begin)


def differ(a: Found, b: Found) -> dict[str, float]:
    """Tell how far the tables of one page are apart."""
    regions = a["regions"]["text"].fillna("").tolist() == b["regions"]["text"].fillna("").tolist()
    same = len(a["digits"]) == len(b["digits"]) and bool((a["digits"]["digit"] == b["digits"]["digit"]).all())
    phi = [np.asarray(found["features"]["phi"].iloc[0], np.float64) for found in (a, b)]
    keys = ["region_id", "feature"]
    factors = (
        a["factors"]
        .merge(b["factors"], on=keys, how="outer", suffixes=("", "_b"))
        .fillna({"relevance": 0.0, "relevance_b": 0.0})
    )
    relevance = factors["relevance"].to_numpy(np.float64), factors["relevance_b"].to_numpy(np.float64)
    return {
        "texts_equal": float(regions),
        "digits_equal": float(same),
        "phi": float(np.abs(phi[0] - phi[1]).max() / max(np.abs(phi[0]).max(), 1e-30)),
        "relevance": float(
            np.abs(relevance[0] - relevance[1]).max() / max(np.abs(relevance[0]).max(), 1e-30)
        ),
    }


def one_by_one(paths: Sequence[Path], device: str) -> dict[str, Any]:
    """Analyse pages in this process, one thread, on either device, and compare their tables."""
    found: dict[str, list[Found]] = {}
    result: dict[str, Any] = {"pages": [path.stem for path in paths]}
    with one_thread():
        for where in ("cpu", device):
            for path in paths:  # compiles, and sees every size once
                analyse_document(load_image(path), path.stem, RunConfig(), where)
            found[where] = [
                analyse_document(load_image(path), path.stem, RunConfig(), where) for path in paths
            ]
            seconds = pd.concat([tables["seconds"] for tables in found[where]])[STAGES].mean()
            result[f"seconds_a_page_{where.partition(':')[0]}"] = seconds.round(4).to_dict() | {
                "whole": round(float(seconds.sum()), 4)
            }
        again = analyse_document(load_image(paths[0]), paths[0].stem, RunConfig(), device)
    result["differences"] = [differ(a, b) for a, b in zip(found["cpu"], found[device], strict=True)]
    result["repeated_bit_by_bit"] = all(
        again[name].equals(found[device][0][name]) for name in ("regions", "digits", "factors")
    )
    if device.startswith("cuda"):
        result["peak_accelerator_megabytes"] = torch.cuda.max_memory_reserved() >> 20
    return result


def throughput(paths: Sequence[Path], device: str, workers: Sequence[int], pages: int) -> dict[str, Any]:
    """Count pages a second of many processes on either device."""
    cores = len(os.sched_getaffinity(0))
    result: dict[str, Any] = {f"pages_a_second_cpu_{cores}": round(rate(paths, "cpu", cores, pages), 2)}
    print(result, flush=True)
    for count in workers:
        result[f"pages_a_second_{count}_workers"] = round(rate(paths, device, count, 2 * pages), 2)
        print(result, flush=True)
    return result


def vgg(device: str, size: int) -> dict[str, Any]:
    """Explain an image with VGG-16 by the library on either device, and by the definition on the accelerator."""
    image = torch.rand((1, 3, size, size), generator=torch.Generator().manual_seed(1)) * 4 - 2
    result: dict[str, Any] = {"size": size, "features": 100}
    regions, maps = patches(size, size, 8), {}
    for where in ("cpu", device):
        model = VggSimilarity(random_vgg16(0, 31), size, size).to(where).requires_grad_(False)
        x = image.to(where)
        rules = composite(31, x)

        def explain(model: VggSimilarity = model, x: torch.Tensor = x, rules: Any = rules) -> torch.Tensor:
            return factor(model, x, rules, regions).relevance

        explain()
        maps[where], seconds = timed(explain, 2, where)
        result[f"library_s_{where.partition(':')[0]}"] = round(seconds, 4)
        print(result, flush=True)
    low, high = pixel_bounds(x)
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        slow, seconds = timed(lambda: vgg_factor(model, x, low, high, 8), 1, device)
        slow, seconds = timed(lambda: vgg_factor(model, x, low, high, 8), 1, device)
    result |= {
        "definition_s": round(seconds, 3),
        "ratio": round(seconds / result[f"library_s_{device.partition(':')[0]}"], 1),
    }
    result["difference"] = apart(maps[device].cpu(), slow.cpu())
    result["difference_of_devices"] = apart(maps[device].cpu(), maps["cpu"])
    for where in ("cpu", device):
        exact = VggSimilarity(random_vgg16(0, 31), size, size).to(where, torch.float64).requires_grad_(False)
        x = image.to(where, torch.float64)
        expected = factor(exact, x, composite(31, x), regions).relevance.cpu()
        for single in ("cpu", device):
            name = f"difference_{single.partition(':')[0]}_from_double_on_{where.partition(':')[0]}"
            result[name] = apart(maps[single].cpu(), expected)
        print(result, flush=True)
    return result


def scores(device: str, documents: int) -> dict[str, Any]:
    """Rank all partners of made documents on either device."""
    phi = np.random.default_rng(0).random((documents, 110)) ** 4
    names = [f"d{number:07d}" for number in range(documents)]
    pairs = documents * (documents - 1) // 2
    result: dict[str, Any] = {"documents": documents}
    found = {}
    for where in ("cpu", device):
        Scores(names[:100], phi[:100], phi[:100], 1, where)
        begin = time.perf_counter()
        found[where] = Scores(names, phi, phi, len(os.sched_getaffinity(0)), where)
        seconds = time.perf_counter() - begin
        result[f"pairs_a_second_{where.partition(':')[0]}"] = round(pairs / seconds)
    a, b = np.triu_indices(300, 1)
    result["equal"] = found["cpu"].table(a, b).equals(found[device].table(a, b))
    return result


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("page", type=Path, nargs="+", help="scans")
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--workers", type=int, nargs="*", default=[16, 8])
    parser.add_argument("--pages", type=int, default=4, help="pages a worker does")
    parser.add_argument("--size", type=int, default=224, help="pixels along VGG's image")
    parser.add_argument("--documents", type=int, default=10000)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    card = torch.cuda.get_device_name(options.device) if options.device.startswith("cuda") else ""
    results: dict[str, Any] = {
        "device": card,
        "cores": len(os.sched_getaffinity(0)),
        "torch": torch.__version__,
    }
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "vgg": lambda: vgg(options.device, options.size),
        "one_by_one": lambda: one_by_one(options.page, options.device),
        "throughput": lambda: throughput(options.page, options.device, options.workers, options.pages),
        "scores": lambda: scores(options.device, options.documents),
    }
    for name in options.parts:
        try:
            results[name] = parts[name]()
        except (Exception, SystemExit):
            results[name] = {"failed": traceback.format_exc()}
        print(name, json.dumps(results[name], indent=1), flush=True)
        if options.json:
            options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
