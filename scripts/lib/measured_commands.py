"""MeasuredCommands: what commands of the project take, by stage, and a file that keeps what was measured."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from lib.page_costs import STAGES
from lib.process_tree import Watched, watch

TABLEKIN = [sys.executable, "-m", "tablekin"]
_TALLY = re.compile(r"^(\S+ \S+) DEBUG tablekin\.execution\.tally: (\w+): (\d+) in, (\d+) out", re.MULTILINE)
_PHASES = {"load": "pairs", "match": "pairs", "score": "pairs", **dict.fromkeys((*STAGES, "failed"), "pages")}
Found = dict[str, Any]


class Measurements:
    """What was measured so far, kept in a file.

    Parameters
    ----------
    folder
        Where it lies.
    copy
        A further place for it.
    """

    def __init__(self, folder: Path, copy: Path | None) -> None:
        self._paths = [folder / "found.json", *([copy] if copy else [])]
        path = self._paths[0]
        self.found: Found = json.loads(path.read_text("utf-8")) if path.exists() else {}

    def once(self, name: str, measure: Callable[[], Any]) -> Any:
        """Measure something unless it was."""
        if name not in self.found:
            print(f"{name} ...", file=sys.stderr, flush=True)
            self.found[name] = measure()
        self.keep(name, self.found[name])
        return self.found[name]

    def keep(self, name: str, measured: Any) -> None:
        """Keep what was measured, in place of what was before."""
        self.found[name] = measured
        self._write()

    def forget(self, name: str) -> None:
        """Forget what was measured, if it was."""
        if self.found.pop(name, None) is not None:
            self._write()

    def _write(self) -> None:
        for path in self._paths:
            path.write_text(json.dumps(self.found, indent=1) + "\n", "utf-8")


def commit() -> str:
    """Name the commit of the working directory; empty outside a repository."""
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return found.stdout.strip()


def machine() -> Found:
    """Describe what this is measured on."""
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "commit": commit(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 2**30, 1),
        "processor": processor[1] if processor else platform.processor(),
    }


def by_stage(seen: Watched, log: Path) -> Found:
    """Divide what a run took among its stages, each from the end of the one before to its own."""
    begin = previous = seen.moments[0]
    ends: dict[str, float] = {}
    for moment, stage, _, _ in _TALLY.findall(log.read_text("utf-8")):
        ended = datetime.strptime(moment, "%Y-%m-%d %H:%M:%S,%f").timestamp()
        if ended >= begin:
            ends[_PHASES.get(stage, stage)] = ended
    found = {}
    for stage, ended in [*sorted(ends.items(), key=lambda item: item[1]), ("end", seen.moments[-1])]:
        found[stage] = seen.between(previous, ended)
        previous = ended
    return found


def run_command(arguments: Sequence[str], log: Path) -> Found:
    """Watch a command of the project, ``run`` also by stage."""
    told = log.with_suffix(".messages")
    seen = watch([*TABLEKIN, *arguments, "-v", "--log-file", str(told)], log)
    if seen.code not in (0, 3):
        raise SystemExit(f"{' '.join(arguments)} ended with code {seen.code}; its messages are in {log}")
    found: Found = {"whole": seen.whole()}
    if arguments[0] == "run":
        found["stages"] = by_stage(seen, told)
    return found
