"""Device: where the networks run, and how many processes are worth starting for it."""

from __future__ import annotations

import os

from tablekin.errors import UsageError


def default_workers(device: str) -> int:
    """Count the processes worth starting: one a core, or one alone on an accelerator."""
    if device != "cpu":
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def resolve_device(device: str) -> str:
    """Turn ``auto`` into the device to be used.

    Raises
    ------
    UsageError
        The device asked for is not there.
    """
    import torch

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
