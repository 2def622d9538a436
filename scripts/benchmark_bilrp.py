"""Compare the library's BiLRP with the definition (``scripts/lib/definition.py``): how far apart, how much faster.

``python scripts/benchmark_bilrp.py`` explains one pair of images with VGG-16 (random weights: the arithmetic is
the same) and one full page with the bigram network, both ways in one process, in float32 and against a float64
oracle; then measures memory against the chunk size and the time of a further pair. Times are the best of
``--repeats``, on processors in seconds of a core, so that other work disturbs little; only their ratio means anything
on another machine.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import torch
from lib.definition import bigram_seeds, digits_relevance, vgg_factor
from numpy.typing import NDArray
from torch import Tensor, nn

from tablekin.config import RunConfig
from tablekin.digitize.stage import digitize, find_glyphs, load_readers
from tablekin.explain import digit_advance, explain_document, spacing_of
from tablekin.models.bilrp import factor, patches
from tablekin.models.networks.architecture import GAMMA
from tablekin.models.networks.bigram import FEATURES
from tablekin.models.networks.digits import GRAIN, STRIDE, DigitNetwork, load_digit_network
from tablekin.models.networks.vgg import FEATURES as FEATURES_OF_VGG
from tablekin.models.networks.vgg import VggSimilarity, composite, pixel_bounds, random_vgg16
from tablekin.page import WorkingPage
from tablekin.sample import write_archive
from tablekin.segment import TableCriteria, segment

Row = dict[str, str | float | int]
Result = TypeVar("Result")


def timed(function: Callable[[], Result], repeats: int, device: str = "cpu") -> tuple[Result, float]:
    """Run a function ``repeats`` times; its last result and the seconds of the fastest run."""
    seconds = []
    clock = time.perf_counter if device.startswith("cuda") else time.process_time
    for _ in range(repeats):
        begin = clock()
        result = function()
        if device.startswith("cuda"):
            torch.cuda.synchronize()
        seconds.append(clock() - begin)
    return result, min(seconds)


def apart(found: Tensor, expected: Tensor) -> float:
    """Largest difference relative to the largest value."""
    expected = expected.double()
    return float((found.double() - expected).abs().max() / expected.abs().max())


def pair_map(factors: list[Tensor]) -> Tensor:
    """Multiply the factors of two inputs, in float64 so that only the factors' error shows."""
    return factors[0].double().T @ factors[1].double()


def vgg_model(size: int, layer: int, features: int) -> VggSimilarity:
    """Make a VGG-16 with random weights that projects to the first features of its projection."""
    model = VggSimilarity(random_vgg16(0, layer), size, size)
    weight = model.project.get_parameter("weight")[:features]
    model.project = nn.Linear(weight.shape[1], len(weight), bias=False, device="meta")
    model.project.weight = nn.Parameter(weight, requires_grad=False)
    return model


def benchmark_vgg(
    size: int, side: int, layer: int, features: int, repeats: int, device: str, double: bool
) -> list[Row]:
    """Explain a pair of images with VGG-16 by the definition and by the library."""
    generator = torch.Generator().manual_seed(1)
    shape = (1, 3, size, size)
    images = [torch.rand(shape, generator=generator, dtype=torch.float64) * 4 - 2 for _ in range(2)]
    maps: dict[tuple[str, str], Tensor] = {}
    rows: list[Row] = []
    for name, dtype in (("float64", torch.float64), ("float32", torch.float32)):
        if dtype == torch.float64 and not double:
            continue
        model = vgg_model(size, layer, features).to(device, dtype).requires_grad_(False)
        inputs = [image.to(device, dtype) for image in images]
        low, high = pixel_bounds(inputs[0])
        regions, rules = patches(size, size, side), composite(layer, inputs[0])
        times = repeats if dtype == torch.float32 else 1

        def by_definition(model=model, inputs=inputs, low=low, high=high) -> list[Tensor]:  # type: ignore[no-untyped-def]
            return [vgg_factor(model, image, low, high, side) for image in inputs]

        def by_library(model=model, inputs=inputs, rules=rules, regions=regions) -> list[Tensor]:  # type: ignore[no-untyped-def]
            return [factor(model, image, rules, regions).relevance for image in inputs]

        task = f"VGG-16 layer {layer}, {size} px, patches of {side}, {features} features"
        fast, seconds = timed(by_library, times, device)
        slow, loop = timed(by_definition, 1, device)
        maps["library", name], maps["definition", name] = pair_map(fast), pair_map(slow)
        rows.append(_row(task, name, loop, seconds, maps))
    rough, seconds = timed(
        lambda: by_library(rules=replace(rules, multiply=torch.bfloat16)),  # type: ignore[no-untyped-call]
        repeats,
        device,
    )
    name = "float32, convolutions back in bfloat16"
    maps["library", name], maps["definition", name] = pair_map(rough), maps["definition", "float32"]
    rows.append(_row(task, name, loop, seconds, maps))
    return rows


def _row(task: str, dtype: str, loop: float, library: float, maps: dict[tuple[str, str], Tensor]) -> Row:
    row: Row = {"task": task, "type": dtype, "definition_s": loop, "library_s": library}
    row["ratio"] = loop / library
    row["difference"] = apart(maps["library", dtype], maps["definition", dtype])
    if ("definition", "float64") in maps:
        row["from_float64"] = apart(maps["library", dtype], maps["definition", "float64"])
    return row


def made_page(seed: int) -> NDArray[np.uint8]:
    """Print the page with most ink of a small sample archive."""
    with tempfile.TemporaryDirectory() as folder:
        write_archive(Path(folder) / "archive", 8, seed, workers=1)
        scans = [read_page(path) for path in sorted((Path(folder) / "archive").rglob("scans/*"))]
    return min(scans, key=lambda grey: float(grey.mean()))


def read_page(path: Path) -> NDArray[np.uint8]:
    """Read a scan in grey."""
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise SystemExit(f"{path}: not an image that can be read; give a JPEG, PNG or TIFF")
    return np.asarray(grey, np.uint8)


def working_page(grey: NDArray[np.uint8], network: DigitNetwork) -> WorkingPage:
    """Digitize a page and cut it to a multiple of the network's grain, so that no padding is needed."""
    threshold, readers = RunConfig().digitize.threshold, replace(load_readers(), digits=network)
    page, *_ = digitize(grey, readers, threshold)
    height, width = (size // GRAIN * GRAIN for size in page.ink.shape)
    ink = np.ascontiguousarray(page.ink[:height, :width])
    fine, _ = network.trunk(torch.from_numpy(ink)[None, None])
    digits = find_glyphs(readers, fine, ink, threshold).digits
    return WorkingPage(ink=ink, to_original=page.to_original, digits=digits)


def by_definition(
    network: DigitNetwork, page: WorkingPage, labels: NDArray[np.int32], dtype: torch.dtype
) -> Tensor:
    """Explain every feature the page has, one after the other: ``(110, regions)``."""
    spacing = spacing_of(digit_advance(page.digits))
    shape = (page.ink.shape[0] // STRIDE, page.ink.shape[1] // STRIDE)
    seeds = bigram_seeds(page.digits, (spacing.min_dx, spacing.max_dx, spacing.max_dy), shape)
    ink = torch.from_numpy(page.ink).to(dtype)[None, None]
    places = torch.from_numpy(labels).long().flatten()
    result = torch.zeros(
        (len(FEATURES), int(labels.max()) + 1), dtype=torch.float64
    )  # millions of pixels add up
    for feature, seed in seeds.items():
        pixels = digits_relevance(network, ink, torch.from_numpy(seed).to(dtype)[None], GAMMA)
        result[feature].index_add_(0, places, pixels.flatten().double())
    return result


def benchmark_page(name: str, grey: NDArray[np.uint8], repeats: int, double: bool) -> list[Row]:
    """Explain a full page with the bigram network by the definition and by the library."""
    page = working_page(grey, load_digit_network())
    labels = segment(page, TableCriteria()).labels
    height, width = page.ink.shape
    task = f"{name}: bigram, {height} x {width} px, {len(page.digits)} digits, {labels.max() + 1} regions"
    maps: dict[tuple[str, str], Tensor] = {}
    rows: list[Row] = []
    for dtype_name, dtype in (("float64", torch.float64), ("float32", torch.float32)):
        if dtype == torch.float64 and not double:
            continue
        network = load_digit_network().to(dtype)
        spacing = spacing_of(digit_advance(page.digits))

        def by_library(network=network, spacing=spacing, dtype=dtype) -> Tensor:  # type: ignore[no-untyped-def]
            ink: NDArray[np.floating] = page.ink.astype(str(dtype).removeprefix("torch."))
            found = explain_document(network, ink, page.digits, labels, spacing, "proportional", GAMMA)
            return torch.from_numpy(found.relevance.toarray())

        fast, seconds = timed(by_library, repeats if dtype == torch.float32 else 1)
        slow, loop = timed(lambda n=network, d=dtype: by_definition(n, page, labels, d), 1)  # type: ignore[misc]
        maps["library", dtype_name], maps["definition", dtype_name] = (
            pair_map([fast] * 2),
            pair_map([slow] * 2),
        )
        rows.append(_row(task, dtype_name, loop, seconds, maps))
    return rows


def further_pair(regions: int, repeats: int = 200) -> Row:
    """Time the region map of a pair whose factors are there."""
    a, b = (torch.rand(len(FEATURES), regions) for _ in range(2))
    _, seconds = timed(lambda: a.T @ b, repeats)
    return {"task": f"further pair, {regions} x {regions} regions", "library_ms": 1000 * seconds}


def _peak_megabytes(size: int, layer: int, chunk: int | None) -> float:
    image = torch.rand(1, 3, size, size) * 4 - 2
    model = VggSimilarity(random_vgg16(0, layer), size, size)
    rules, regions = composite(layer, image), patches(size, size, 8)
    model(image)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    factor(model, image, rules, regions, chunk)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def memory(size: int, layer: int, chunks: tuple[int | None, ...]) -> list[Row]:
    """Measure how much the peak memory of a fresh process grows when explaining an image, by chunk size."""
    rows: list[Row] = []
    for chunk in chunks:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            grown = pool.apply(_peak_megabytes, (size, layer, chunk))
        rows.append(
            {
                "task": f"memory, VGG-16 layer {layer}, {size} px",
                "chunk": chunk or "default",
                "megabytes": grown,
            }
        )
    return rows


def main() -> None:
    """Print the table and, with ``--json``, write it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=128, help="pixels along VGG's images")
    parser.add_argument("--side", type=int, default=8, help="pixels along their patches")
    parser.add_argument("--layer", type=int, default=31, help="VGG's feature layer")
    parser.add_argument("--features", type=int, default=FEATURES_OF_VGG, help="of VGG that are explained")
    parser.add_argument("--no-vgg", action="store_true", help="measure pages only")
    parser.add_argument("--no-pages", action="store_true", help="measure VGG only")
    parser.add_argument("--page", type=Path, action="append", default=[], help="scan; default: a made page")
    parser.add_argument("--no-double", action="store_true", help="leave out the float64 oracle")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--device", default="cpu", help="of the VGG part")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows: list[Row] = []
    if not options.no_vgg:  # memory first: a fresh process starts with the peak of the one that started it
        rows += memory(options.size, options.layer, (1, 4, 16, 50, None))
        rows += benchmark_vgg(
            options.size,
            options.side,
            options.layer,
            options.features,
            options.repeats,
            options.device,
            not options.no_double,
        )
    pages = {path.stem: read_page(path) for path in options.page}
    if not pages and not options.no_pages:
        pages = {"made page": made_page(1203)}
    for name, grey in pages.items():
        rows += benchmark_page(name, grey, options.repeats, not options.no_double)
    rows += [further_pair(200), further_pair(800)]
    for row in rows:
        print(
            "  ".join(
                f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}"
                for key, value in row.items()
            )
        )
    if options.json:
        found = {
            "seconds": "of a clock" if options.device.startswith("cuda") else "of a core",
            "threads": torch.get_num_threads(),
            "device": options.device,
            "rows": rows,
        }
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
