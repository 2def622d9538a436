"""ProcessTree: what a command and all that it starts take, looked at now and then.

Seconds of cores and resident memory. Linux alone, since they are read from ``/proc``. Memory that several processes
share counts once for each of them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_SECONDS_BETWEEN = 0.2


@dataclass
class Watched:
    """What was seen of a command, from its first moment to its last."""

    code: int = 0
    moments: list[float] = field(default_factory=list)  # seconds since the epoch
    cores: list[float] = field(default_factory=list)  # seconds of cores taken until then
    memory: list[int] = field(default_factory=list)  # bytes of all processes together
    largest: list[int] = field(default_factory=list)  # bytes of the largest process besides the first

    def between(self, begin: float, end: float) -> dict[str, float]:
        """Tell what was taken from one moment to another."""
        moments = np.array(self.moments)
        spent = np.interp([begin, end], moments, self.cores)
        inside = np.flatnonzero((moments >= begin - _SECONDS_BETWEEN) & (moments <= end + _SECONDS_BETWEEN))
        return {
            "seconds": round(end - begin, 2),
            "core_seconds": round(float(spent[1] - spent[0]), 2),
            "peak_mb": round(max((self.memory[i] for i in inside), default=0) / 2**20),
            "largest_worker_mb": round(max((self.largest[i] for i in inside), default=0) / 2**20),
        }

    def whole(self) -> dict[str, float]:
        """Tell what was taken altogether, and the exit code."""
        return self.between(self.moments[0], self.moments[-1]) | {"code": self.code}


def watch(
    command: Sequence[str],
    log: Path,
    environment: Mapping[str, str] | None = None,
    limit: float | None = None,
) -> Watched:
    """Run a command to its end, its messages in a file, and watch its processes.

    After ``limit`` seconds it is interrupted as by Ctrl-C, and its end is waited for.
    """
    seen = Watched()
    with log.open("ab") as messages:
        process = subprocess.Popen(
            command, stdout=messages, stderr=messages, env={**os.environ, **(environment or {})}
        )
        ended = threading.Event()
        observer = threading.Thread(target=_observe, args=(process.pid, seen, ended))
        begin = time.time()
        observer.start()
        alarm = threading.Timer(limit or threading.TIMEOUT_MAX, process.send_signal, [signal.SIGINT])
        alarm.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:  # also where this process is interrupted
            end = time.time()
            alarm.cancel()
            ended.set()
            observer.join()
    seen.code = process.returncode
    for moment, spent in ((begin, 0.0), (end, usage.ru_utime + usage.ru_stime)):
        place = 0 if moment == begin else len(seen.moments)
        seen.moments.insert(place, moment)
        seen.cores.insert(place, spent)
        seen.memory.insert(place, usage.ru_maxrss * 1024 if len(seen.memory) < 2 else 0)
        seen.largest.insert(place, 0)
    return seen


def _observe(root: int, seen: Watched, ended: threading.Event) -> None:
    while not ended.is_set():
        moment = time.time()
        cores, memory = 0.0, {}
        for pid in _family(root):
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
            except (OSError, IndexError):
                continue  # it has ended meanwhile
            cores += (
                sum(map(int, fields[11:15])) / _TICKS
            )  # its own and those of its children that have ended
            memory[pid] = resident
        if root in memory:
            seen.moments.append(moment)
            seen.cores.append(max(cores, seen.cores[-1] if seen.cores else 0.0))
            seen.memory.append(sum(memory.values()))
            seen.largest.append(max((size for pid, size in memory.items() if pid != root), default=0))
        ended.wait(_SECONDS_BETWEEN)


def _family(root: int) -> list[int]:
    """Name a process and all below it."""
    found, ahead = [], [root]
    while ahead:
        pid = ahead.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                ahead += map(int, task.read_text().split())
            except OSError:
                continue  # the thread has ended meanwhile
    return found
