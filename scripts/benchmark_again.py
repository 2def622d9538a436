"""Measure a run that has nothing to do, once it looks at everything and once it sees that nothing has changed.

``python scripts/benchmark_again.py CORPUS SCANS --json docs/again.json`` runs over the scans of a corpus that is up to
date, first without what the run before has written down (``settled.json``), then with it, several times in turn. Both
must say the same. Seconds of cores are those of all processes, as the system counts them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import time
from pathlib import Path

from lib.measured_commands import TABLEKIN, machine

from tablekin.corpus import CorpusLayout, CorpusStore


def run_over(scans: Path, corpus: Path) -> dict[str, float | str]:
    """Run once; seconds of a clock and of cores, peak memory, and what it printed."""
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [*TABLEKIN, "run", str(scans), "--out", str(corpus)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    printed, said = process.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode not in (0, 3) or "nothing to do" not in said:
        raise SystemExit(f"the run had something to do, or failed:\n{said}")
    cores = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "seconds": round(time.perf_counter() - begin, 2),
        "core_seconds": round(cores, 2),
        "printed": printed,
    }


def measure(corpus: Path, scans: Path, times: int) -> dict[str, list[dict[str, float | str]]]:
    """Run in turn without and with what was written down."""
    settled = CorpusLayout(corpus).settled
    found: dict[str, list[dict[str, float | str]]] = {"looks at everything": [], "sees it at once": []}
    run_over(scans, corpus)  # so that files are in memory for both
    for _ in range(times):
        settled.unlink(missing_ok=True)
        for each in found.values():
            each.append(run_over(scans, corpus))
            if not settled.exists():
                raise SystemExit(f"the run has not written {settled}")
    if len({one["printed"] for each in found.values() for one in each}) > 1:
        raise SystemExit("the runs have not printed the same")
    return found


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("scans", type=Path)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--json", type=Path, help="file to which the result is added")
    options = parser.parse_args()
    measured = measure(options.corpus, options.scans, options.times)
    documents = len(CorpusStore.open(options.corpus).read("documents", columns=["doc_id"]))
    result = {
        "documents": documents,
        "bytes_of_scans": sum(path.stat().st_size for path in options.scans.rglob("*") if path.is_file()),
        "parts": sum(1 for _ in options.corpus.glob("*/part-*.parquet")),
        "load": round(os.getloadavg()[0], 1),
        "machine": machine(),
        **{
            how: {key: [one[key] for one in runs] for key in ("seconds", "core_seconds")}
            for how, runs in measured.items()
        },
    }
    print(json.dumps(result, indent=1))
    if options.json:
        before = json.loads(options.json.read_text("utf-8")) if options.json.exists() else []
        kept = [each for each in before if each["documents"] != documents]
        results = sorted([*kept, result], key=lambda each: int(each["documents"]))
        options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
