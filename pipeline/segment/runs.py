"""Runs: stretches of a line of pixels that share a property."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def runs(flags: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return start and end of every run of True in ``flags (n,)``, the end exclusive: ``(runs, 2)``."""
    return np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))).reshape(-1, 2)


def longest_run(flags: NDArray[np.bool_]) -> tuple[int, int]:
    """Return start and length of the longest run of True, the first of several; 0 and 0 without one."""
    found = runs(flags)
    if not len(found):
        return 0, 0
    lengths = found[:, 1] - found[:, 0]
    best = int(np.argmax(lengths))
    return int(found[best, 0]), int(lengths[best])
