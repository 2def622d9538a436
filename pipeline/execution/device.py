"""Device: where the networks run, and how many processes are worth starting for it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from tablekin.errors import UsageError
from tablekin.threshold import threshold


@dataclass(frozen=True)
class AcceleratorLimits:
    """What a process that analyses pages takes of an accelerator."""

    memory: int = threshold(
        8 << 30,
        "bytes",
        "of a worker: sixteen workers with 5 GB each ran out of it on pages of 2 megapixels",
    )


LIMITS = AcceleratorLimits()


@dataclass(frozen=True)
class WorkerNeeds:
    """What a process that analyses pages takes of the machine."""

    memory: int = threshold(
        1536 << 20,
        "bytes",
        "of a worker: most of a page of 12 megapixels, by scripts/benchmark_run.py",
    )
    reserve: int = threshold(1 << 30, "bytes", "that are left to the process that starts them")


NEEDS = WorkerNeeds()
_GROUP = Path("/sys/fs/cgroup")


def default_workers(device: str) -> int:
    """Count the processes worth starting: one a core, on an accelerator no more than its memory holds.

    Most of the time of a page goes on a processor even where the networks run on an accelerator.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if device == "cpu":
        return cores
    import torch

    memory = int(torch.cuda.get_device_properties(device).total_memory)
    return max(1, min(cores, memory // LIMITS.memory))


def page_workers(device: str) -> int:
    """Count the processes worth starting to analyse pages: one a core, but no more than memory holds."""
    workers, free = default_workers(device), available_memory()
    return workers if free is None else max(1, min(workers, _held(free)))


def room_for_workers() -> str:
    """Say for how many processes that analyse pages this machine has room."""
    cores, free = default_workers("cpu"), available_memory()
    if free is None:
        return f"{cores} cores"
    return f"{cores} cores; {free / 2**30:.1f} GiB of memory are free, enough for {max(1, _held(free))}"


def _held(free: int) -> int:
    """Count the processes that analyse pages for which so many bytes of memory are enough."""
    return max(0, free - NEEDS.reserve) // NEEDS.memory


def available_memory() -> int | None:
    """Tell how many bytes of memory a process may still take, by the system and by the group that it belongs to.

    None where the system does not tell: only Linux does.
    """
    try:
        told = re.search(r"^MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    except OSError:
        return None
    if told is None:
        return None
    free = int(told[1]) << 10
    try:
        limit, used = ((_GROUP / f"memory.{name}").read_text().strip() for name in ("max", "current"))
        cache = re.search(r"^inactive_file (\d+)", (_GROUP / "memory.stat").read_text(), re.MULTILINE)
        if limit != "max":
            free = min(free, int(limit) - int(used) + (int(cache[1]) if cache else 0))
    except (OSError, ValueError):
        return free  # there is no such group
    return max(free, 0)


def resolve_device(device: str) -> str:
    """Turn ``auto`` into the device to be used.

    Raises
    ------
    UsageError
        The device asked for is not there.
    """
    if device == "cpu":
        return device
    import torch  # takes seconds, which commands that are told to use a processor may have no need of

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device == "auto":
        return "cuda:0" if count else "cpu"
    if device.startswith("cuda"):
        number = int(device.partition(":")[2] or 0)
        if number >= count:
            raise UsageError(
                f"there is no device {device}: torch sees {count} CUDA devices; use --device cpu"
            )
        return f"cuda:{number}"
    return device
