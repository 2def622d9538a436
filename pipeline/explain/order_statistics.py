"""OrderStatistics: of a document's likeness with all others the median, the usual deviation, and who is nearest.

Likeness is multiplied out in float32, which is fast, and is then at most ``error`` from what float64 gives. Such
numbers say which few documents can be the one in the middle, or among the nearest: only these are computed in float64,
in the order in which :mod:`tablekin.explain.scores` adds. So the results are those of sorting all of them, bit by bit.

The i-th smallest of some numbers moves by no more than ``error`` where each of them does. If x is the i-th smallest in
float32, the true one lies within ``error`` of x, and whoever can be it lies within twice that in float32. A sample says
where x will be found, so that a row is looked through twice and never sorted; where the sample is wrong, all are taken.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.simd import LANES, count_bits, load, mask_ge, pointer, trailing_zeros
from tablekin.models.compilation import compiled

NEVER = np.float32(-4)  # likeness of what is no partner: the document itself, and what fills up a row
_ROOM = np.float32(1e-6)  # beyond what rounding needs, so that a limit rounded to float32 is still one
_SIGMAS = 2.5  # of the sample's place of a number, within which it is looked for first: it only saves time
_HALVINGS = 24  # of where in a sample a number is: more than float32 tells apart
_ALL = np.float32(3)  # more than any likeness

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]


class Compared(NamedTuple):
    """What documents are compared by."""

    vectors: Floats  # (documents, features)
    norm: Floats  # (documents,), ones where the vectors have length 1 already


class Scratch(NamedTuple):
    """Room for what is found in a row."""

    values: Singles  # (row,)
    places: NDArray[np.int32]  # (row,)
    top_values: Singles  # (row,)
    top_places: NDArray[np.int32]  # (row,)


def make_scratch(size: int) -> Scratch:
    """Make room for rows of this size."""
    singles, places = np.empty((2, size), np.float32), np.empty((2, size), np.int32)
    return Scratch(singles[0], places[0], singles[1], places[1])


@compiled
def exact_likeness(compared: Compared, a: int, b: int) -> float:
    """Compute the likeness of two documents, adding in the order of the features."""
    total = 0.0
    for feature in range(compared.vectors.shape[1]):
        total += compared.vectors[a, feature] * compared.vectors[b, feature]
    return total / max(compared.norm[a] * compared.norm[b], 1e-30)


@compiled
def _append(bits: int, row: Singles, at: int, values: Singles, places: NDArray[np.int32], found: int) -> int:
    """Note the numbers whose bit is set."""
    while bits:
        place = at + trailing_zeros(bits)
        bits &= bits - 1
        values[found], places[found] = row[place], place
        found += 1
    return found


@compiled
def _two(values: Any, lower: int, upper: int) -> tuple[float, float]:
    """Find the numbers at two places that are the same or follow one another, if all were sorted."""
    ordered = np.partition(values, lower)
    if lower == upper:
        return np.float64(ordered[lower]), np.float64(ordered[lower])
    return np.float64(ordered[lower]), np.float64(ordered[upper:].min())


@compiled
def _between(row: Singles, low: np.float32, high: np.float32, scratch: Scratch) -> tuple[int, int]:
    """Note the numbers from ``low`` to before ``high``; how many are smaller, and how many are noted."""
    source, below, found = pointer(row, 0), 0, 0
    for at in range(0, len(row), LANES):
        numbers = load(source, at)
        reached = mask_ge(numbers, low)
        below += LANES - count_bits(reached)
        bits = reached & ~mask_ge(numbers, high)
        if bits:
            found = _append(bits, row, at, scratch.values, scratch.places, found)
    return below, found


@compiled
def _around(
    row: Singles,
    limits: tuple[np.float32, np.float32, np.float32, np.float32],
    top: np.float32,
    scratch: Scratch,
) -> tuple[int, int, int]:
    """Note the numbers between the first two or the last two limits, and those from ``top`` on.

    Returns
    -------
    int, int, int
        How many lie between the second and the third limit, how many are noted, and how many from ``top`` on.
    """
    source, inside, found, tops = pointer(row, 0), 0, 0, 0
    for at in range(0, len(row), LANES):
        numbers = load(source, at)
        second, third = mask_ge(numbers, limits[1]), mask_ge(numbers, limits[2])
        inside += count_bits(second) - count_bits(third)
        bits = (mask_ge(numbers, limits[0]) & ~second) | (third & ~mask_ge(numbers, limits[3]))
        if bits:
            found = _append(bits, row, at, scratch.values, scratch.places, found)
        bits = mask_ge(numbers, top)
        if bits:
            tops = _append(bits, row, at, scratch.top_values, scratch.top_places, tops)
    return inside, found, tops


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
    room = np.float32(2 * error) + _ROOM
    low, high = sample[first] - room, sample[last] + room
    for _ in range(2):
        low = max(low, -_ALL)
        below, found = _between(row, low, high, scratch)
        if below <= lower and upper < below + found:
            values = scratch.values[:found]
            middle, other = _two(values, lower - below, upper - below)
            begin, end = middle - 2 * error, other + 2 * error
            if (begin >= low or low <= -_ALL) and (end < high or high >= _ALL):
                exact, size = np.empty(found), 0
                for place in range(found):
                    if values[place] < begin:
                        below += 1
                    elif values[place] <= end:
                        exact[size] = exact_likeness(compared, document, scratch.places[place])
                        size += 1
                exact = np.sort(exact[:size])
                return (exact[lower - below] + exact[upper - below]) / 2
        low, high = -_ALL, _ALL
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
    room = 2 * error + np.float64(_ROOM)
    slack = _SIGMAS * 0.5 * np.sqrt(len(sample)) + 2
    share = len(sample) / len(row)
    near: Any = _nth_deviation(sample, median, max(int(lower * share - slack), 0)) - room
    far: Any = _nth_deviation(sample, median, int(upper * share + slack) + 2) + room
    expected = len(sample) * count / len(row)
    wanted = int(expected + _SIGMAS * np.sqrt(expected)) + 4
    top: Any = sample[len(sample) - wanted] if wanted < len(sample) else -_ALL
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
        limits = (max(limits[0], -_ALL), limits[1], limits[2], limits[3])
        inside, found, tops = _around(row, limits, max(np.float32(top - room), -_ALL), scratch)
        enough = _take_nearest(compared, document, tops, top, error, scratch, nearest)
        if not enough:
            top = -_ALL
        if deviation < 0:
            deviation = _deviation(
                compared, document, median, (inside, found), (near, far), (lower, upper), error, scratch
            )
        if deviation < 0:
            near, far = 0.0, np.float64(2 * _ALL)
        if enough and deviation >= 0:
            break
    return median, deviation


@compiled
def _deviation(
    compared: Compared,
    document: int,
    median: float,
    counts: tuple[int, int],
    limits: tuple[float, float],
    wanted: tuple[int, int],
    error: float,
    scratch: Scratch,
) -> float:
    """Find the median deviation among the numbers that were noted; -1 where they do not tell."""
    below, found = counts
    if below > wanted[0] or wanted[1] >= below + found:
        return -1.0
    away = np.abs(scratch.values[:found].astype(np.float64) - median)
    middle, other = _two(away, wanted[0] - below, wanted[1] - below)
    begin, end = middle - 2 * error, other + 2 * error
    tiny = np.float64(_ROOM) / 2
    if (limits[0] > 0 and begin < limits[0] + tiny) or (limits[1] < _ALL and end > limits[1] - tiny):
        return -1.0
    exact, size = np.empty(found), 0
    for place in range(found):
        if away[place] < begin:
            below += 1
        elif away[place] <= end:
            exact[size] = abs(exact_likeness(compared, document, scratch.places[place]) - median)
            size += 1
    exact = np.sort(exact[:size])
    return (exact[wanted[0] - below] + exact[wanted[1] - below]) / 2


@compiled
def _take_nearest(
    compared: Compared,
    document: int,
    found: int,
    top: np.float32,
    error: float,
    scratch: Scratch,
    nearest: NDArray[np.int32],
) -> bool:
    """Find the nearest among those that were noted; false where some may be missing."""
    count = len(nearest)
    values, places = scratch.top_values[:found], scratch.top_places[:found]
    if found < count:
        return False
    weakest = np.partition(values, found - count)[found - count]
    if weakest < top:
        return False
    limit = np.float64(weakest) - 2 * error
    exact, chosen, size = np.empty(found), np.empty(found, np.int32), 0
    for place in range(found):
        if values[place] >= limit:
            exact[size] = -exact_likeness(compared, document, places[place])
            chosen[size] = places[place]
            size += 1
    order = np.argsort(exact[:size], kind="mergesort")
    for rank in range(count):
        nearest[rank] = chosen[order[rank]]
    return True
