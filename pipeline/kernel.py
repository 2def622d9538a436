"""Kernel: the strongest matches of pairs of documents, found without computing the whole map ``F_a^T F_b``.

Only entries whose bound reaches the weakest match kept so far are computed, those in float64: the matches are the
true ones, and a page twice as dense costs little more. The bounds are those of :mod:`pipeline.screening`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pipeline.pooling import Level
from pipeline.screening import (
    FEW,
    LANES,
    ROUNDING,
    WIDTH,
    Numbers,
    Places,
    last_of_largest,
    lay_out,
    multiply,
    screen,
    write_out,
)

NAMED = 3  # features named with a match
_MORE_SEEDS = 4  # entries computed at the start beyond those that are kept
_STEP = 8  # entries between two looks at a bound that is being made tighter

Features = NDArray[np.uint8]


class Best(NamedTuple):
    """Strongest matches of pairs of documents, the strongest first; unused places hold relevance 0."""

    region_a: NDArray[np.int32]  # (pairs, count), region_id
    region_b: NDArray[np.int32]  # (pairs, count), region_id
    relevance: NDArray[np.float32]  # (pairs, count)
    feature: NDArray[np.int8]  # (pairs, count, NAMED), the strongest first, -1 where there is none


@njit(cache=True, nogil=True)
def _exact(feature: Features, relevance: Numbers, table: Numbers, stride: int, other: int) -> float:
    """Compute the relevance of a region with one of the table; four sums need not wait for one another."""
    s = t = u = v = 0.0
    full = len(feature) // 4 * 4
    for entry in range(0, full, 4):
        s += np.float64(relevance[entry]) * table[feature[entry] * stride + other]
        t += np.float64(relevance[entry + 1]) * table[feature[entry + 1] * stride + other]
        u += np.float64(relevance[entry + 2]) * table[feature[entry + 2] * stride + other]
        v += np.float64(relevance[entry + 3]) * table[feature[entry + 3] * stride + other]
    for entry in range(full, len(feature)):
        s += np.float64(relevance[entry]) * table[feature[entry] * stride + other]
    return (s + t) + (u + v)


@njit(cache=True, nogil=True)
def _may_reach(
    feature: Features,
    relevance: Numbers,
    tail: float,
    table: Numbers,
    stride: int,
    other: int,
    norm: float,
    gap: float,
) -> bool:
    """Tell whether the rest of a region, of norm ``tail``, may add ``gap`` to its relevance with one of the table.

    Of the rest some entries are added at a time; what is left is bound by its norm.
    """
    rest = tail * tail
    full = len(feature) // _STEP * _STEP
    for begin in range(0, full, _STEP):
        for entry in range(begin, begin + _STEP):
            value = np.float64(relevance[entry])
            gap -= value * table[feature[entry] * stride + other]
            rest -= value * value
        if gap > 0 and gap * gap > rest * norm * norm:
            return False
    return True


@njit(cache=True, nogil=True)
def _insert(
    value: np.float32,
    a: int,
    b: int,
    region_id: NDArray[np.int32],
    best_a: Places,
    best_b: Places,
    best: Numbers,
) -> None:
    """Put a match in its place among the best; of equal ones, first that of the smaller region_id of a, then of b."""
    for place in range(len(best)):
        if best[place] > 0 and best_a[place] == a and best_b[place] == b:
            return
    place = len(best)
    while place > 0 and value >= best[place - 1]:
        if value == best[place - 1]:
            id_a, other_a = region_id[a], region_id[best_a[place - 1]]
            if id_a > other_a or (id_a == other_a and region_id[b] > region_id[best_b[place - 1]]):
                break
        place -= 1
        if place + 1 < len(best):
            best[place + 1] = best[place]
            best_a[place + 1], best_b[place + 1] = best_a[place], best_b[place]
    if place < len(best):
        best[place], best_a[place], best_b[place] = value, a, b


@njit(cache=True, nogil=True)
def _seeds(left: Numbers, right: Numbers, seeds: Places) -> int:
    """Find the features with the largest products of their peaks in two documents; return how many there are."""
    count = 0
    for feature in range(WIDTH):
        product = left[feature] * right[feature]
        if product <= 0 or (
            count == len(seeds) and product <= left[seeds[count - 1]] * right[seeds[count - 1]]
        ):
            continue
        count = min(count + 1, len(seeds))
        place = count - 1
        while place > 0 and product > left[seeds[place - 1]] * right[seeds[place - 1]]:
            seeds[place] = seeds[place - 1]
            place -= 1
        seeds[place] = feature
    return count


@njit(cache=True, nogil=True)
def _name(
    feature: Features,
    relevance: Numbers,
    table: Numbers,
    stride: int,
    other: int,
    norm: float,
    named: NDArray[np.int8],
) -> None:
    """Name the features with the largest products of a region and one of the table; of equal ones, the first."""
    first = second = third = np.float32(0)
    named[:] = -1
    for entry in range(len(feature)):
        number, value = np.int8(feature[entry]), relevance[entry]
        if abs(value) * norm < third:
            return
        value *= table[feature[entry] * stride + other]
        if value <= 0 or value < third or (value == third and number > named[2]):
            continue
        if value > first or (value == first and number < named[0]):
            first, second, third = value, first, second
            named[0], named[1], named[2] = number, named[0], named[1]
        elif value > second or (value == second and number < named[1]):
            second, third = value, second
            named[1], named[2] = number, named[1]
        else:
            third, named[2] = value, number


@njit(cache=True, nogil=True)
def _take(
    level: Level,
    region: int,
    other: int,
    first: int,
    table: Numbers,
    stride: int,
    best_a: Places,
    best_b: Places,
    best: Numbers,
) -> None:
    """Compute the relevance of a region with one of the table and keep it if it is among the best."""
    begin, end = level.begin[region], level.begin[region + 1]
    value = np.float32(_exact(level.feature[begin:end], level.relevance[begin:end], table, stride, other))
    if value > 0 and value >= best[-1]:
        _insert(value, region, first + other, level.region_id, best_a, best_b, best)


@njit(cache=True, nogil=True)
def _search_by_bounds(
    level: Level,
    a: int,
    b: int,
    table: Numbers,
    stride: int,
    norm: Numbers,
    bound: Numbers,
    best_a: Places,
    best_b: Places,
    best: Numbers,
) -> None:
    """Find the best matches of a pair whose second document is laid out, where regions are many."""
    region, last, first = level.first[a], level.last[a], level.first[b]
    seeds = np.zeros(len(best) + _MORE_SEEDS, np.int64)
    for feature in seeds[: _seeds(level.peak[a], level.peak[b], seeds)]:
        _take(
            level,
            region + level.peak_region[a, feature],
            level.peak_region[b, feature],
            first,
            table,
            stride,
            best_a,
            best_b,
            best,
        )
    reach = level.last[b] - first
    while True:
        region, reach = screen(level, region, last, reach, best[-1], table, stride, norm, bound)
        if region == last:
            return
        tail = np.float64(level.tail[region]) + ROUNDING * np.float64(level.norm[region])
        rest = slice(level.head[region], level.begin[region + 1])
        for other in range(reach):
            if bound[other] < best[-1]:
                continue
            gap = np.float64(best[-1]) - bound[other] + tail * norm[other]
            if _may_reach(
                level.feature[rest], level.relevance[rest], tail, table, stride, other, norm[other], gap
            ):
                _take(level, region, other, first, table, stride, best_a, best_b, best)
        region += 1


@njit(cache=True, nogil=True)
def _search_by_products(
    level: Level,
    a: int,
    b: int,
    left: Numbers,
    right: Numbers,
    table: Numbers,
    stride: int,
    products: Numbers,
    largest: Numbers,
    best_a: Places,
    best_b: Places,
    best: Numbers,
) -> None:
    """Find the best matches of a pair whose second document is laid out, where regions are few."""
    first_a, first = level.first[a], level.first[b]
    rows, columns = level.last[a] - first_a, level.last[b] - first
    if rows == 0 or columns == 0:
        return
    multiply(left, right, products[: (rows + 1) // 2 * 2, : (columns + 3) // 4 * 4])
    least = last_of_largest(products[:rows, :columns], largest, best)
    # One of the best exceeds the last of the largest products, but for the rounding of both.
    least -= 2 * np.float32(ROUNDING) * level.norm[first_a] * level.norm[first]
    best[:] = 0
    for row in range(rows):
        if largest[row] < least:
            continue
        for column in range(columns):
            if products[row, column] >= least:
                _take(level, first_a + row, column, first, table, stride, best_a, best_b, best)


@njit(cache=True, nogil=True)
def best_matches(level: Level, a: Places, b: Places, count: int) -> Best:
    """Find the strongest matches of pairs of documents at one level.

    Fastest where pairs with the same second document follow one another.

    Parameters
    ----------
    level
        The regions of all documents.
    a, b
        ``(pairs,)``, places of the documents in ``level``.
    count
        Matches kept of a pair, fewer where fewer regions have a relevance above 0.

    Returns
    -------
    Best
        Ordered by relevance in float32; of equal matches, that of the smaller region_id of a comes first, then of b.
    """
    pairs = len(a)
    region_a, region_b = np.zeros((pairs, count), np.int32), np.zeros((pairs, count), np.int32)
    found, named = np.zeros((pairs, count), np.float32), np.full((pairs, count, NAMED), -1, np.int8)
    documents = np.concatenate((a, b))
    widest = LANES
    for document in documents:
        widest = max(widest, level.last[document] - level.first[document] + LANES)
    few = widest - LANES <= FEW
    written, row = write_out(level, documents if few else a[:0])
    table, norm = np.zeros(WIDTH * widest, np.float32), np.zeros(widest, np.float32)
    products = np.zeros((widest, widest) if few else (0, 0), np.float32)
    room = np.zeros(widest, np.float32)
    best_a, best_b = np.zeros(count, np.int64), np.zeros(count, np.int64)
    laid_out, stride, first = -1, 0, 0
    for pair in range(pairs):
        if b[pair] != laid_out:
            laid_out, first = b[pair], level.first[b[pair]]
            stride = (level.last[laid_out] - first + LANES - 1) // LANES * LANES
            lay_out(level, laid_out, table, stride, norm)
        best = found[pair]
        if few:
            _search_by_products(
                level,
                a[pair],
                laid_out,
                written[row[a[pair]] :],
                written[row[laid_out] :],
                table,
                stride,
                products,
                room,
                best_a,
                best_b,
                best,
            )
        else:
            _search_by_bounds(level, a[pair], laid_out, table, stride, norm, room, best_a, best_b, best)
        for place in range(count):
            if best[place] <= 0:
                break
            region, other = best_a[place], best_b[place]
            region_a[pair, place], region_b[pair, place] = level.region_id[region], level.region_id[other]
            entries = slice(level.begin[region], level.begin[region + 1])
            _name(
                level.feature[entries],
                level.relevance[entries],
                table,
                stride,
                other - first,
                level.norm[other],
                named[pair, place],
            )
    return Best(region_a, region_b, found, named)
