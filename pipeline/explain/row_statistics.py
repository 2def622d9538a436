"""RowStatistics: median, usual deviation and nearest of a document, from its likeness with all others at once.

A sample says where what is wanted will be found, so that a row is looked through twice and never sorted; where the
sample is wrong, all are taken.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.order_statistics import (
    HIGHEST,
    ROOM,
    Compared,
    Scratch,
    note_around,
    note_between,
    settle_deviation,
    settle_median,
    take_nearest,
)
from tablekin.models.compilation import compiled

_SIGMAS = 2.5  # of the sample's place of a number, within which it is looked for first: it only saves time
_HALVINGS = 24  # of where in a sample a number is: more than float32 tells apart

Singles = NDArray[np.float32]


@compiled
def _median(
    compared: Compared, document: int, row: Singles, sample: Singles, own: int, error: float, scratch: Scratch
) -> float:
    """Find the median of a row; ``own`` numbers of it are ``NEVER``."""
    others = len(row) - own
    lower, upper = (others - 1) // 2 + own, others // 2 + own  # places among all numbers, the smallest first
    slack = _SIGMAS * 0.5 * np.sqrt(len(sample)) + 2
    share = len(sample) / len(row)
    first = max(int(lower * share - slack), 0)
    last = min(int(upper * share + slack) + 1, len(sample) - 1)
    room = np.float32(2 * error) + ROOM
    low, high = sample[first] - room, sample[last] + room
    for _ in range(2):
        low = max(low, -HIGHEST)
        below, found = note_between(row, low, high, scratch)
        if below <= lower and upper < below + found:
            median = settle_median(
                compared, document, (below, found), (low, high), (lower, upper), error, scratch
            )
            if not np.isnan(median):
                return median
        low, high = -HIGHEST, HIGHEST
    return np.nan  # it is not reached: all numbers lie between these


@compiled
def _nth_deviation(sample: Singles, median: float, count: int) -> float:
    """Find a deviation within which about ``count`` numbers of a sorted sample lie, by halving."""
    low, high = 0.0, 4.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        first = np.searchsorted(sample, np.float32(median - middle))
        inside = np.searchsorted(sample, np.float32(median + middle)) - first
        if inside < count:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@compiled
def summarize(
    compared: Compared,
    document: int,
    row: Singles,
    sample: Singles,
    own: int,
    error: float,
    count: int,
    scratch: Scratch,
    nearest: NDArray[np.int32],
) -> tuple[float, float]:
    """Find the median of a document's likeness with others, the median deviation from it, and its nearest.

    Parameters
    ----------
    compared
        All documents.
    document
        Place of the document.
    row
        Its likeness with all in float32, ``NEVER`` with itself; filled up with that to a multiple of ``LANES``.
    sample
        Some of the numbers of the row, sorted; they only save time.
    own
        How many numbers are ``NEVER``.
    error
        By how much a number of the row may differ from what float64 gives, at most.
    count
        Nearest wanted, no more than there are others.
    scratch
        Overwritten.
    nearest
        ``(count,)``, written: the nearest first, of equal ones that of the smaller place.

    Returns
    -------
    float, float
        The median, and the median of the absolute deviations from it.
    """
    median = _median(compared, document, row, sample, own, error, scratch)
    others = len(row) - own
    lower, upper = (others - 1) // 2, others // 2
    room = 2 * error + np.float64(ROOM)
    slack = _SIGMAS * 0.5 * np.sqrt(len(sample)) + 2
    share = len(sample) / len(row)
    near: Any = _nth_deviation(sample, median, max(int(lower * share - slack), 0)) - room
    far: Any = _nth_deviation(sample, median, int(upper * share + slack) + 2) + room
    expected = len(sample) * count / len(row)
    wanted = int(expected + _SIGMAS * np.sqrt(expected)) + 4
    top: Any = sample[len(sample) - wanted] if wanted < len(sample) else -HIGHEST
    deviation: Any = -1.0
    for _ in range(3):
        middle = np.float32(median)
        if near <= 0:
            near = 0.0
        limits = (
            np.float32(median - far),
            np.float32(median - near),
            np.float32(median + near),
            np.float32(median + far),
        )
        if near == 0:
            limits = (limits[0], middle, middle, limits[3])
        limits = (max(limits[0], -HIGHEST), limits[1], limits[2], limits[3])
        inside, found, tops = note_around(row, limits, max(np.float32(top - room), -HIGHEST), scratch)
        enough = take_nearest(compared, document, tops, top, error, scratch, nearest)
        if not enough:
            top = -HIGHEST
        if deviation < 0:
            deviation = settle_deviation(
                compared, document, median, (inside, found), (near, far), (lower, upper), error, scratch
            )
        if deviation < 0:
            near, far = 0.0, np.float64(2 * HIGHEST)
        if enough and deviation >= 0:
            break
    return median, deviation
