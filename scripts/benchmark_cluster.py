"""Measure a run on a cluster of this machine: with one worker, with several, and with several one of which dies.

``python scripts/benchmark_cluster.py SCANS WORK --json docs/cluster.json`` starts Dask's scheduler and workers by the
commands of docs/how-to/cluster.md, runs ``tablekin run`` over SCANS with ``--scheduler``, and compares the tables of
all runs. A worker is killed once when the first pages are written and, in a run of its own, when collating begins. A
run before, which does not count, compiles what is compiled. Where the machine has fewer cores than there
are workers, they share them; how many processes waited for a core while a run went on is told as its load.
"""

from __future__ import annotations

import argparse
import json
import os
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


def kill_at(moment: str, cluster: Cluster, folder: Path, ended: threading.Event) -> None:
    """Kill a worker once the first pages are written, or once collating begins; not at all if the run ends before."""
    messages = folder / "run.messages"

    def has_come() -> bool:
        if moment == "pages":
            return any((folder / "corpus/documents").glob("part-*.parquet"))
        return messages.exists() and "tally: recompute: " in messages.read_text("utf-8")

    while not has_come():
        if ended.wait(_LOOKS):
            return
    cluster.kill_a_worker()


def measure(scans: Path, folder: Path, workers: int, moment: str = "") -> dict[str, Any]:
    """Run over scans with so many workers, into ``folder``, and take its seconds; kill one at a named moment."""
    folder.mkdir(parents=True)
    corpus = folder / "corpus"
    with closing(Cluster(folder, workers)) as cluster:
        run = ["run", str(scans), "--out", str(corpus), "--device", "cpu", "--scheduler", cluster.address()]
        ended = threading.Event()
        killer = threading.Thread(target=kill_at, args=(moment, cluster, folder, ended))
        if moment:
            killer.start()
        found = run_command(run, folder / "run.log")
        ended.set()
    stages = {phase: found["stages"][phase]["seconds"] for phase in _PHASES if phase in found["stages"]}
    return {
        "workers": workers,
        "killed": moment,
        "load": round(os.getloadavg()[1], 1),
        "seconds": found["whole"]["seconds"],
        "stages": stages,
    }


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
    measure(options.scans, options.work.resolve() / "before", 1)
    for name, workers, moment in (
        ("one", 1, ""),
        ("several", options.workers, ""),
        ("killed-at-pages", options.workers, "pages"),
        ("killed-at-collate", options.workers, "collate"),
    ):
        run = measure(options.scans, options.work.resolve() / name, workers, moment)
        run["speed_up"] = round((runs[0] if runs else run)["seconds"] / run["seconds"], 2)
        runs.append(run)
        print(
            f"{workers} workers, {f'one killed at {moment}' if moment else 'none killed'}, load {run['load']}: "
            f"{run['seconds']} s, speed-up {run['speed_up']}, "
            + ", ".join(f"{phase} {seconds} s" for phase, seconds in run["stages"].items()),
            flush=True,
        )
        one, other = (options.work / kind / "corpus" for kind in ("one", name))
        differing += [line for line, differs in compare(one, other, common=False) if differs]
    print("the tables are the same" if not differing else "\n".join(differing))
    if options.json:
        pages = sum(1 for path in options.scans.rglob("*") if path.is_file())
        found = {"machine": machine(), "pages": pages, "runs": runs, "differing": differing}
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
