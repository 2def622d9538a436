"""Measure what pages cost, in turns with the code of another checkout: seconds of a core by stage, and their ratio.

``python scripts/benchmark_pages.py PAGE... --other CHECKOUT`` starts a worker of this code and one of the code of
CHECKOUT, both with one thread, and lets them analyse every page by turns, so that a machine busy with other work is
busy for both. Printed are the least of ``--repeats``, and the median of the ratios of neighbouring turns.
``--megapixels`` brings the pages to a size first, as ``benchmark_reading.py`` does. Writes
JSON with ``--json``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import torch
from benchmark_reading import shrink
from lib.measured_commands import Found, machine
from lib.other_checkout import environment_of
from lib.page_costs import STAGES, page_cost

from tablekin.execution.malloc import keep_freed_memory
from tablekin.ingest import load_image

_SERVE = "--serve"
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Worker:
    """A process of one code that analyses pages when it is told to.

    Parameters
    ----------
    checkout
        Whose code it is; this one's by default.
    """

    def __init__(self, checkout: Path | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, _SERVE],
            env={**environment_of(checkout), **_ONE_THREAD},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def cost(self, path: Path) -> Found:
        """Analyse a page once."""
        assert self._process.stdin is not None and self._process.stdout is not None
        print(path.absolute(), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{path} could not be analysed: the worker ended with {self._process.wait()}")
        found: Found = json.loads(line)
        return found

    def close(self) -> None:
        """Let the process end."""
        self._process.communicate()


def serve() -> None:
    """Be a worker: analyse the pages whose paths come in."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    keep_freed_memory()
    for line in sys.stdin:
        print(json.dumps(page_cost(Path(line.strip()))), flush=True)


def compare(path: Path, workers: Sequence[Worker], repeats: int) -> Found:
    """Measure a page with all codes by turns; the first analysis of each, which may compile, does not count."""
    for worker in workers:
        worker.cost(path)
    turns = pd.concat(
        [
            pd.DataFrame([worker.cost(path) for worker in workers]).assign(code=range(len(workers)))
            for _ in range(repeats)
        ]
    )
    turns["all"] = turns[list(STAGES)].sum(axis=1)
    seconds = turns.groupby("code")[[*STAGES, "all"]]
    found: Found = {"page": path.stem, "digits": int(turns["digits"].iloc[0])}
    found["this"] = seconds.min().loc[0].round(3).to_dict()
    if len(workers) > 1:
        one, other = (turns.loc[turns["code"] == code, [*STAGES, "all"]].to_numpy() for code in (0, 1))
        found["other"] = seconds.min().loc[1].round(3).to_dict()
        ratios = np.median(one / np.maximum(other, 1e-3), axis=0).round(3).tolist()
        found["ratio"] = dict(zip((*STAGES, "all"), ratios, strict=True))
    return found


def as_table(rows: Sequence[Found]) -> pd.DataFrame:
    """Lay out what was found, a line for every page and code."""
    lines = [
        {"page": row["page"], "digits": row["digits"], "code": code, **row[code]}
        for row in rows
        for code in ("other", "this", "ratio")
        if code in row
    ]
    return pd.DataFrame(lines)


def main() -> None:
    """Measure, print and write."""
    if _SERVE in sys.argv:
        serve()
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", type=Path, nargs="+", help="scans")
    parser.add_argument("--other", type=Path, metavar="CHECKOUT", help="whose code takes turns with this")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--megapixels", type=float, help="size that the pages are brought to first")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    workers = [Worker(), *([Worker(options.other)] if options.other else [])]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for page in options.pages:
            path = page
            if options.megapixels:
                path = Path(folder) / f"{page.stem}.png"
                cv2.imwrite(str(path), shrink(load_image(page), options.megapixels))
            rows.append(compare(path, workers, options.repeats))
            print(as_table(rows[-1:]).to_string(index=False), flush=True)
    for worker in workers:
        worker.close()
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "pages": rows}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
