"""Time the reading of a page, from its file to regions, digits and factor, beside Tesseract on the same file.

``python scripts/benchmark_reading.py PAGE...`` brings every page to ``--megapixels`` (a page printed for the purpose
where none is given), writes it as a PNG, and reads that file in one process of ``--threads`` threads: with the
project's stages, with the digit network alone (one pass over the page at the size it works at), and with Tesseract
(Debian's package: ``apt-get install tesseract-ocr``), which only reads. They take turns, so that a machine busy with
other work is busy for all of them. Seconds are the best of ``--repeats``; only their ratio means anything on another
machine. ``cpu`` is processor time, which other work hardly changes where there is one thread.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import torch
from benchmark_bilrp import made_page
from numpy.typing import NDArray

from tablekin.config import RunConfig
from tablekin.document import analyse_document
from tablekin.execution.malloc import keep_freed_memory
from tablekin.ingest import load_image
from tablekin.models.networks.digits import load_digit_network, pad_to_grain

STAGES = ("digitize", "segment", "read", "explain")


@dataclass(frozen=True)
class Reading:
    """One reading of a page."""

    seconds: dict[str, float]  # whole, of the processor, and by stage
    digits: int
    regions: int
    size: tuple[int, int]  # height and width of the working page


def shrink(grey: NDArray[np.uint8], megapixels: float) -> NDArray[np.uint8]:
    """Bring a page to so many million pixels, its sides in their proportion."""
    factor = float(np.sqrt(1e6 * megapixels / grey.size))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=method), np.uint8)


def read_file(path: Path) -> Reading:
    """Take a file through all stages of a document."""
    begin, cpu = time.perf_counter(), time.process_time()
    grey = load_image(path)
    found = analyse_document(grey, path.stem, RunConfig())
    whole, cpu = time.perf_counter() - begin, time.process_time() - cpu
    scale = float(found["pages"]["scale"].iloc[0])
    height, width = (max(16, round(side * scale)) for side in grey.shape)
    stages = {stage: float(found["seconds"][stage].iloc[0]) for stage in STAGES}
    return Reading(
        {"whole": whole, "cpu": cpu, **stages}, len(found["digits"]), len(found["regions"]), (height, width)
    )


def pass_network(size: tuple[int, int]) -> float:
    """Time one pass of the digit network over a page of ``size``; the seconds do not depend on what is on it."""
    network = load_digit_network()
    ink = pad_to_grain(torch.rand(1, 1, *size)).contiguous(memory_format=torch.channels_last)
    begin = time.perf_counter()
    with torch.inference_mode():
        network.measure(ink)
    return time.perf_counter() - begin


def run_tesseract(command: str, path: Path, threads: int) -> tuple[float, float, int]:
    """Let Tesseract read the digits of a file as one block of text.

    Returns
    -------
    tuple
        Seconds, those of the processor, and the number of digits it found.
    """
    arguments = [command, str(path), "stdout", "--psm", "6", "-c", "tessedit_char_whitelist=0123456789"]
    begin, cpu = time.perf_counter(), _cpu_of_children()
    try:
        done = subprocess.run(
            arguments,
            env={**os.environ, "OMP_THREAD_LIMIT": str(threads)},
            capture_output=True,
            text=True,
            check=True,
        )
    except FileNotFoundError as error:
        raise SystemExit(
            f"{command} is not there; install it (apt-get install tesseract-ocr), name it with --tesseract, or "
            "leave it out with --no-tesseract"
        ) from error
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"{command} failed on {path}: {error.stderr.strip()}") from error
    digits = sum(character.isdigit() for character in done.stdout)
    return time.perf_counter() - begin, _cpu_of_children() - cpu, digits


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def benchmark(
    name: str, grey: NDArray[np.uint8], repeats: int, threads: int, tesseract: str | None
) -> dict[str, float | int | str]:
    """Read a page in all ways; a row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.png"
        cv2.imwrite(str(path), grey)
        readings, passes, others = [], [], []
        for _ in range(repeats):
            readings.append(read_file(path))
            passes.append(pass_network(readings[-1].size))
            if tesseract:  # its threads wait for one another: on some machines one alone is faster
                others += [run_tesseract(tesseract, path, count) for count in {1, threads}]
    best = min(readings, key=lambda reading: reading.seconds["whole"])
    row: dict[str, float | int | str] = {
        "page": name,
        "megapixels": grey.size / 1e6,
        "digits": best.digits,
        "regions": best.regions,
        **best.seconds,
        "network": min(passes),
    }
    if others:
        row["tesseract"], row["tesseract_cpu"], row["tesseract_digits"] = min(others)
        row["ratio"] = min(others)[0] / best.seconds["whole"]
    return row


def main() -> None:
    """Print the table and, with ``--json``, write it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", type=Path, nargs="*", help="scans; without any, a made page")
    parser.add_argument("--megapixels", type=float, default=2.0)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tesseract", default="tesseract", help="command that starts it")
    parser.add_argument("--no-tesseract", action="store_true", help="time the project alone")
    parser.add_argument(
        "--return-memory", action="store_true", help="let the C library return freed memory, unlike a run"
    )
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not options.return_memory:
        keep_freed_memory()  # as the workers of a run do
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(options.threads)
    tesseract = None if options.no_tesseract else options.tesseract
    pages = {path.stem: load_image(path) for path in options.pages} or {"made page": made_page(1203)}
    rows = []
    for name, grey in pages.items():
        small = shrink(grey, options.megapixels)
        rows.append(benchmark(name, small, options.repeats, options.threads, tesseract))
        print(f"{name}: {rows[-1]['whole']:.2f} s", file=sys.stderr)
    print(pd.DataFrame(rows).to_string(index=False, float_format=lambda value: f"{value:.2f}"))
    if options.json:
        options.json.write_text(json.dumps({"threads": options.threads, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
