"""Device: where the networks run, and how many processes are worth starting for it."""

from __future__ import annotations

import os
from dataclasses import dataclass

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
