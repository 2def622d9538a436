"""Measure a run on a cluster of this machine: with one worker, with several, and with several one of which dies.

``python scripts/benchmark_cluster.py SCANS WORK --json docs/cluster.json`` starts Dask's scheduler and workers by the
commands of docs/how-to/cluster.md, runs ``tablekin run`` over SCANS with ``--scheduler``, and compares the tables of
all runs. A run before, which does not count, compiles what is compiled. Where the machine has fewer cores than there
are workers, they share them.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmark_run import machine, run_command
from compare_corpora import compare
from lib.local_cluster import Cluster

_PHASES = ("pages", "pairs", "recompute", "collate")
_LOOKS = 0.2  # seconds between two looks at whether a worker is to die


def kill_at_first_pages(cluster: Cluster, corpus: Path, ended: threading.Event) -> None:
    """Kill a worker once the first pages are written; not at all if the run ends before."""
    while not any((corpus / "documents").glob("part-*.parquet")):
        if ended.wait(_LOOKS):
            return
    cluster.kill_a_worker()


def measure(scans: Path, folder: Path, workers: int, kill: bool) -> dict[str, Any]:
    """Run over scans with so many workers, into ``folder``, and take its seconds."""
    folder.mkdir(parents=True)
    corpus = folder / "corpus"
    with closing(Cluster(folder, workers)) as cluster:
        run = ["run", str(scans), "--out", str(corpus), "--device", "cpu", "--scheduler", cluster.address()]
        ended = threading.Event()
        killer = threading.Thread(target=kill_at_first_pages, args=(cluster, corpus, ended))
        if kill:
            killer.start()
        found = run_command(run, folder / "run.log")
        ended.set()
    stages = {phase: found["stages"][phase]["seconds"] for phase in _PHASES if phase in found["stages"]}
    return {"workers": workers, "killed": int(kill), "seconds": found["whole"]["seconds"], "stages": stages}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what the runs took, and whether their tables are the same."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scans", type=Path, metavar="SCANS")
    parser.add_argument("work", type=Path, metavar="WORK", help="an empty or new folder")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    runs: list[dict[str, Any]] = []
    differing: list[str] = []
    measure(options.scans, options.work.resolve() / "before", 1, kill=False)
    for name, workers, kill in (
        ("one", 1, False),
        ("several", options.workers, False),
        ("killed", options.workers, True),
    ):
        run = measure(options.scans, options.work.resolve() / name, workers, kill)
        run["speed_up"] = round((runs[0] if runs else run)["seconds"] / run["seconds"], 2)
        runs.append(run)
        print(
            f"{workers} workers, {run['killed']} killed: {run['seconds']} s, speed-up {run['speed_up']}, "
            + ", ".join(f"{phase} {seconds} s" for phase, seconds in run["stages"].items()),
            flush=True,
        )
        one, other = (options.work / kind / "corpus" for kind in ("one", name))
        differing += [line for line, differs in compare(one, other, common=False) if differs]
    print("the tables are the same" if not differing else "\n".join(differing))
    if options.json:
        found = {"machine": machine(), "runs": runs, "differing": differing}
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
