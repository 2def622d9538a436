"""OrderStatistics: of a document's likeness with all others the median, the usual deviation, and who is nearest.

Likeness is multiplied out in float32, which is fast, and is then at most ``error`` from what float64 gives. Such
numbers say which few documents can be the one in the middle, or among the nearest: only these are computed in float64,
in the order in which :mod:`tablekin.explain.scores` adds. So the results are those of sorting all of them, bit by bit.

The i-th smallest of some numbers moves by no more than ``error`` where each of them does. If x is the i-th smallest in
float32, the true one lies within ``error`` of x, and whoever can be it lies within twice that in float32. Where x will
be found :mod:`tablekin.explain.windows` guesses for many rows at once, :mod:`tablekin.explain.row_statistics` for one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.simd import (
    LANES,
    add_product,
    broadcast,
    count_bits,
    load,
    mask_ge,
    pointer,
    prefetch,
    store,
    trailing_zeros,
)
from tablekin.models.compilation import compiled

NEVER = np.float32(-4)  # likeness of what is no partner: the document itself, and what fills up a row
ROOM = np.float32(1e-6)  # beyond what rounding needs, so that a limit rounded to float32 is still one
HIGHEST = np.float32(3)  # more than any likeness
_AHEAD = 8  # documents whose vectors are asked for before they are needed

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]


class Compared(NamedTuple):
    """What documents are compared by."""

    vectors: Floats  # (documents, features)
    norm: Floats  # (documents,), ones where the vectors have length 1 already


class UnitVectors(NamedTuple):
    """What documents are compared by, in float32."""

    vectors: Singles  # (documents or more, features or more of zeros, a multiple of LANES), of length 1
    error: float  # by how much a product of two may differ from what float64 gives, at most


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
def refine(unit: UnitVectors, document: int, found: int, scratch: Scratch) -> None:
    """Compute in float32 the likeness of a document with those that are noted."""
    width = unit.vectors.shape[1]
    vectors, lanes = pointer(unit.vectors, 0), np.empty(LANES, np.float32)
    for at in range(found):
        ahead = np.int64(scratch.places[min(at + _AHEAD, found - 1)]) * width
        prefetch(vectors, ahead, ahead + width)
        other = np.int64(scratch.places[at]) * width
        total = broadcast(np.float32(0))
        for feature in range(0, width, LANES):
            own = load(vectors, document * width + feature)
            total = add_product(total, own, load(vectors, other + feature))
        store(total, pointer(lanes, 0), 0)
        product = np.float32(0)
        for lane in range(LANES):
            product += lanes[lane]
        scratch.values[at] = product


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
def note_between(row: Singles, low: np.float32, high: np.float32, scratch: Scratch) -> tuple[int, int]:
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
def note_around(
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
def settle_median(
    compared: Compared,
    document: int,
    counts: tuple[int, int],
    limits: tuple[np.floating[Any], np.floating[Any]],
    wanted: tuple[int, int],
    error: float,
    scratch: Scratch,
) -> float:
    """Find the median among the numbers that were noted; not a number where they do not tell.

    Parameters
    ----------
    compared, document
        As for `summarize`.
    counts
        How many numbers are smaller than those noted, and how many are noted.
    limits
        Between which they lie.
    wanted
        Places of the one or the two in the middle, the smallest number first.
    error, scratch
        As for `summarize`; ``scratch`` has what was noted.
    """
    below, found = counts
    values = scratch.values[:found]
    middle, other = _two(values, wanted[0] - below, wanted[1] - below)
    begin, end = middle - 2 * error, other + 2 * error
    if (begin < limits[0] and limits[0] > -HIGHEST) or (end >= limits[1] and limits[1] < HIGHEST):
        return np.nan
    exact, size = np.empty(found), 0
    for place in range(found):
        if values[place] < begin:
            below += 1
        elif values[place] <= end:
            exact[size] = exact_likeness(compared, document, scratch.places[place])
            size += 1
    exact = np.sort(exact[:size])
    return (exact[wanted[0] - below] + exact[wanted[1] - below]) / 2


@compiled
def settle_deviation(
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
    tiny = np.float64(ROOM) / 2
    if (limits[0] > 0 and begin < limits[0] + tiny) or (limits[1] < HIGHEST and end > limits[1] - tiny):
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
def take_nearest(
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
