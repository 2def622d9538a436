"""Kernel: the strongest matches of pairs of documents, found without computing the whole map ``F_a^T F_b``.

By Cauchy-Schwarz an entry of the map is at most the product of the norms of its two regions. Nearly all of a
region's norm lies in a few features, so the products of these, and the norms of the rest, bound the entry far
better. Only entries whose bound reaches the weakest match kept so far are computed, those in float64: the matches
are the true ones, and a page twice as dense costs little more.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pipeline.pooling import Level
from pipeline.schemas import FEATURES

NAMED = 3  # features named with a match
_WIDTH = len(FEATURES)
_LANES = 16  # regions looked at together
_ROUNDING = 2e-5  # a bound computed in float32 is raised by this share of the product of the norms
_MORE_SEEDS = 4  # entries computed at the start beyond those that are kept
_STEP = 4  # entries between two looks at a bound that is being made tighter


class Best(NamedTuple):
    """Strongest matches of pairs of documents, the strongest first; unused places hold relevance 0."""

    region_a: NDArray[np.int32]  # (pairs, count), region_id
    region_b: NDArray[np.int32]  # (pairs, count), region_id
    relevance: NDArray[np.float32]  # (pairs, count)
    feature: NDArray[np.int8]  # (pairs, count, NAMED), the strongest first, -1 where there is none


class _Table(NamedTuple):
    """Regions of one document as a dense table."""

    relevance: NDArray[np.float32]  # (features * stride,), of a feature in all regions, then of the next
    norm: NDArray[np.float32]  # (stride,)
    bound: NDArray[np.float32]  # (stride,), room for the bounds of a region with each of them


@njit(cache=True, nogil=True)
def _exact(level: Level, region: int, table: _Table, stride: int, other: int) -> float:
    total = 0.0
    for entry in range(level.begin[region], level.begin[region + 1]):
        total += np.float64(level.relevance[entry]) * np.float64(
            table.relevance[level.feature[entry] * stride + other]
        )
    return total


@njit(cache=True, nogil=True, fastmath=True)
def _bounds(level: Level, region: int, table: _Table, stride: int, count: int) -> None:
    """Bound the relevance of ``region`` with the first ``count`` regions of the table."""
    bound, relevance = table.bound, table.relevance
    tail = level.tail[region] + np.float32(_ROUNDING) * level.norm[region]
    for other in range(count):
        bound[other] = tail * table.norm[other]
    begin, head = level.begin[region], level.head[region]
    for entry in range(begin, head - 3, 4):
        w, x = level.relevance[entry], level.relevance[entry + 1]
        y, z = level.relevance[entry + 2], level.relevance[entry + 3]
        row_w = relevance[level.feature[entry] * stride :]
        row_x = relevance[level.feature[entry + 1] * stride :]
        row_y = relevance[level.feature[entry + 2] * stride :]
        row_z = relevance[level.feature[entry + 3] * stride :]
        for other in range(count):
            bound[other] += w * row_w[other] + x * row_x[other] + y * row_y[other] + z * row_z[other]
    for entry in range(head - (head - begin) % 4, head):
        value = level.relevance[entry]
        row = relevance[level.feature[entry] * stride :]
        for other in range(count):
            bound[other] += value * row[other]


@njit(cache=True, nogil=True, fastmath=True)
def _largest(bound: NDArray[np.float32], begin: int) -> np.float32:
    largest = np.float32(0)
    for other in range(begin, begin + _LANES):
        largest = max(largest, bound[other])
    return largest


@njit(cache=True, nogil=True)
def _may_reach(level: Level, region: int, table: _Table, stride: int, other: int, least: np.float32) -> bool:
    """Tell whether a relevance may be ``least``, whose bound by the region's head says so, by more of its entries."""
    norm = np.float64(table.norm[other])
    tail = np.float64(level.tail[region])
    bound = np.float64(table.bound[other]) - tail * norm
    rest = tail * tail
    end = level.begin[region + 1]
    for begin in range(level.head[region], end, _STEP):
        for entry in range(begin, min(begin + _STEP, end)):
            value = np.float64(level.relevance[entry])
            bound += value * table.relevance[level.feature[entry] * stride + other]
            rest -= value * value
        gap = least - bound
        if gap > 0 and gap * gap > rest * norm * norm:
            return False
    return True


@njit(cache=True, nogil=True)
def _before(level: Level, a: int, b: int, other_a: int, other_b: int) -> bool:
    """Tell whether two regions stand before two others, by the place of the first, then of the second."""
    ids = level.region_id
    return ids[a] < ids[other_a] or (ids[a] == ids[other_a] and ids[b] < ids[other_b])


@njit(cache=True, nogil=True)
def _insert(
    level: Level,
    value: np.float32,
    a: int,
    b: int,
    best_a: NDArray[np.int64],
    best_b: NDArray[np.int64],
    best: NDArray[np.float32],
) -> None:
    """Put a match in its place among the best; of equal ones, the one whose regions stand before."""
    for place in range(len(best)):
        if best[place] > 0 and best_a[place] == a and best_b[place] == b:
            return
    place = len(best)
    while place > 0 and (
        value > best[place - 1]
        or (value == best[place - 1] and _before(level, a, b, best_a[place - 1], best_b[place - 1]))
    ):
        place -= 1
        if place + 1 < len(best):
            best[place + 1] = best[place]
            best_a[place + 1], best_b[place + 1] = best_a[place], best_b[place]
    if place < len(best):
        best[place], best_a[place], best_b[place] = value, a, b


@njit(cache=True, nogil=True)
def _seed(
    level: Level,
    a: int,
    b: int,
    table: _Table,
    stride: int,
    best_a: NDArray[np.int64],
    best_b: NDArray[np.int64],
    best: NDArray[np.float32],
) -> None:
    """Begin with the regions where a feature is strongest in both documents, for the features strongest in both."""
    product = level.peak[a] * level.peak[b]
    for _ in range(len(best) + _MORE_SEEDS):
        feature = np.argmax(product)
        if product[feature] <= 0:
            return
        product[feature] = 0
        region_a = level.first[a] + level.peak_region[a, feature]
        other = level.peak_region[b, feature]
        value = np.float32(_exact(level, region_a, table, stride, other))
        if value > 0:
            _insert(level, value, region_a, level.first[b] + other, best_a, best_b, best)


@njit(cache=True, nogil=True)
def _find(
    level: Level,
    a: int,
    b: int,
    table: _Table,
    stride: int,
    best_a: NDArray[np.int64],
    best_b: NDArray[np.int64],
    best: NDArray[np.float32],
) -> None:
    """Find the best matches of a pair whose second document is in the table."""
    best[:] = 0
    _seed(level, a, b, table, stride, best_a, best_b, best)
    count = level.last[b] - level.first[b]
    for region in range(level.first[a], level.last[a]):
        least = best[-1]
        while count > 0 and level.norm[region] * table.norm[count - 1] < least:
            count -= 1
        if count == 0:
            return  # the norms only become smaller
        padded = (count + _LANES - 1) // _LANES * _LANES
        _bounds(level, region, table, stride, padded)
        for begin in range(0, padded, _LANES):
            if _largest(table.bound, begin) < best[-1]:
                continue
            for other in range(begin, min(begin + _LANES, count)):
                if table.bound[other] < best[-1]:
                    continue
                if _may_reach(level, region, table, stride, other, best[-1]):
                    value = np.float32(_exact(level, region, table, stride, other))
                    if value > 0 and value >= best[-1]:
                        _insert(level, value, region, level.first[b] + other, best_a, best_b, best)


@njit(cache=True, nogil=True)
def _name(level: Level, region: int, table: _Table, stride: int, other: int, named: NDArray[np.int8]) -> None:
    """Name the features with the largest products; of equal ones, the first."""
    product = np.zeros(len(named), np.float32)
    named[:] = -1
    for entry in range(level.begin[region], level.begin[region + 1]):
        feature, value = level.feature[entry], level.relevance[entry]
        if abs(value) * table.norm[other] < product[-1]:
            return
        value *= table.relevance[feature * stride + other]
        place = len(named)
        while (
            place > 0
            and value > 0
            and (value > product[place - 1] or (value == product[place - 1] and feature < named[place - 1]))
        ):
            place -= 1
            if place + 1 < len(named):
                product[place + 1], named[place + 1] = product[place], named[place]
        if place < len(named):
            product[place], named[place] = value, feature


@njit(cache=True, nogil=True)
def _lay_out(level: Level, document: int, table: _Table, stride: int) -> None:
    """Write the regions of a document into the table."""
    first = level.first[document]
    table.relevance[: _WIDTH * stride] = 0
    table.norm[:stride] = 0
    for region in range(first, level.last[document]):
        table.norm[region - first] = level.norm[region]
        for entry in range(level.begin[region], level.begin[region + 1]):
            table.relevance[level.feature[entry] * stride + region - first] = level.relevance[entry]


@njit(cache=True, nogil=True)
def best_matches(level: Level, a: NDArray[np.int64], b: NDArray[np.int64], count: int) -> Best:
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
    best = Best(
        np.zeros((pairs, count), np.int32),
        np.zeros((pairs, count), np.int32),
        np.zeros((pairs, count), np.float32),
        np.full((pairs, count, NAMED), -1, np.int8),
    )
    if not pairs:
        return best
    widest = (level.last[b] - level.first[b]).max() + _LANES
    table = _Table(
        np.zeros(_WIDTH * widest, np.float32), np.zeros(widest, np.float32), np.zeros(widest, np.float32)
    )
    best_a, best_b = np.zeros(count, np.int64), np.zeros(count, np.int64)
    laid_out, stride = -1, 0
    for pair in range(pairs):
        if b[pair] != laid_out:
            laid_out = b[pair]
            stride = (level.last[laid_out] - level.first[laid_out] + _LANES - 1) // _LANES * _LANES
            _lay_out(level, laid_out, table, stride)
        _find(level, a[pair], b[pair], table, stride, best_a, best_b, best.relevance[pair])
        for place in range(count):
            if best.relevance[pair, place] <= 0:
                break
            region, other = best_a[place], best_b[place]
            best.region_a[pair, place] = level.region_id[region]
            best.region_b[pair, place] = level.region_id[other]
            _name(level, region, table, stride, other - level.first[laid_out], best.feature[pair, place])
    return best
