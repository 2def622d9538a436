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

from pipeline.pooling import GROUP, Level
from pipeline.schemas import FEATURES

NAMED = 3  # features named with a match
_WIDTH = len(FEATURES)
_PADDED = (_WIDTH + 15) // 16 * 16  # features of a region written out
_FEW = 64  # regions of a document; up to here, products are cheaper than bounds
_LANES = 16  # regions looked at together
_ROUNDING = 2e-5  # a bound computed in float32 is raised by this share of the product of the norms
_MORE_SEEDS = 4  # entries computed at the start beyond those that are kept
_STEP = 8  # entries between two looks at a bound that is being made tighter

Numbers = NDArray[np.float32]
Places = NDArray[np.int64]
Features = NDArray[np.uint8]


class Best(NamedTuple):
    """Strongest matches of pairs of documents, the strongest first; unused places hold relevance 0."""

    region_a: NDArray[np.int32]  # (pairs, count), region_id
    region_b: NDArray[np.int32]  # (pairs, count), region_id
    relevance: NDArray[np.float32]  # (pairs, count)
    feature: NDArray[np.int8]  # (pairs, count, NAMED), the strongest first, -1 where there is none


@njit(cache=True, nogil=True, fastmath=True)
def _screen(
    level: Level,
    region: int,
    last: int,
    reach: int,
    least: np.float32,
    table: Numbers,
    stride: int,
    norm: Numbers,
    bound: Numbers,
) -> tuple[int, int]:
    """Find the next region that may have a relevance of ``least`` with a region of the table.

    Parameters
    ----------
    level
        The regions.
    region, last
        The first one to look at, and the one behind the last.
    reach
        How many regions of the table have a norm large enough for the region before.
    table, stride
        See ``_lay_out``.
    norm, bound
        Of the regions of the table; ``bound`` is written.

    Returns
    -------
    int, int
        The region, or ``last``; and its reach.
    """
    feature, relevance = level.feature, level.relevance
    while region < last:
        while reach > 0 and level.norm[region] * norm[reach - 1] < least:
            reach -= 1
        if reach == 0:
            return last, 0  # the norms only become smaller
        count = (reach + _LANES - 1) // _LANES * _LANES
        tail = level.tail[region] + np.float32(_ROUNDING) * level.norm[region]
        for other in range(count):
            bound[other] = tail * norm[other]
        begin, head = level.begin[region], level.head[region]
        full = head - (head - begin) % GROUP
        for entry in range(begin, full, GROUP):
            s, t, u, v = relevance[entry], relevance[entry + 1], relevance[entry + 2], relevance[entry + 3]
            w, x, y, z = (
                relevance[entry + 4],
                relevance[entry + 5],
                relevance[entry + 6],
                relevance[entry + 7],
            )
            row_s = table[feature[entry] * stride :][:count]
            row_t = table[feature[entry + 1] * stride :][:count]
            row_u = table[feature[entry + 2] * stride :][:count]
            row_v = table[feature[entry + 3] * stride :][:count]
            row_w = table[feature[entry + 4] * stride :][:count]
            row_x = table[feature[entry + 5] * stride :][:count]
            row_y = table[feature[entry + 6] * stride :][:count]
            row_z = table[feature[entry + 7] * stride :][:count]
            for other in range(count):
                bound[other] += (
                    (s * row_s[other] + t * row_t[other])
                    + (u * row_u[other] + v * row_v[other])
                    + (w * row_w[other] + x * row_x[other])
                    + (y * row_y[other] + z * row_z[other])
                )
        for entry in range(full, head):
            value = relevance[entry]
            row = table[feature[entry] * stride :][:count]
            for other in range(count):
                bound[other] += value * row[other]
        largest = np.float32(0)
        for other in range(count):
            largest = max(largest, bound[other])
        if largest > 0 and largest >= least:
            return region, reach
        region += 1
    return last, 0


@njit(cache=True, nogil=True, fastmath=True)
def _multiply(left: Numbers, right: Numbers, bound: Numbers) -> None:
    """Multiply regions ``left @ right.T``, both ``(regions, _PADDED)`` of an even number and a multiple of 4."""
    for row in range(0, len(bound), 2):
        x, y = left[row], left[row + 1]
        for other in range(0, bound.shape[1], 4):
            p, q, r, s = right[other], right[other + 1], right[other + 2], right[other + 3]
            a = b = c = d = e = f = g = h = np.float32(0)
            for feature in range(_PADDED):
                a += x[feature] * p[feature]
                b += x[feature] * q[feature]
                c += x[feature] * r[feature]
                d += x[feature] * s[feature]
                e += y[feature] * p[feature]
                f += y[feature] * q[feature]
                g += y[feature] * r[feature]
                h += y[feature] * s[feature]
            bound[row, other], bound[row, other + 1] = a, b
            bound[row, other + 2], bound[row, other + 3] = c, d
            bound[row + 1, other], bound[row + 1, other + 1] = e, f
            bound[row + 1, other + 2], bound[row + 1, other + 3] = g, h


@njit(cache=True, nogil=True, fastmath=True)
def _largest(bound: Numbers) -> np.float32:
    largest = np.float32(0)
    for other in range(len(bound)):
        largest = max(largest, bound[other])
    return largest


@njit(cache=True, nogil=True)
def _least(product: Numbers, largest: Numbers, best: Numbers) -> np.float32:
    """Find the last of the ``len(best)`` largest numbers above 0, or 0; ``largest`` becomes that of each row."""
    best[:] = 0
    for row in range(len(product)):
        largest[row] = _largest(product[row])
        if largest[row] <= best[-1]:
            continue
        for value in product[row]:
            if value > best[-1]:
                place = len(best) - 1
                while place > 0 and value > best[place - 1]:
                    best[place] = best[place - 1]
                    place -= 1
                best[place] = value
    return best[-1]


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
    for feature in range(_WIDTH):
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
def _lay_out(level: Level, document: int, table: Numbers, stride: int, norm: Numbers) -> None:
    """Write the regions of a document as a table: a feature's relevance in each of them, then the next feature's.

    It takes ``stride`` numbers for a feature, and 0 stands behind the last region.
    """
    first = level.first[document]
    table[: _WIDTH * stride] = 0
    norm[:stride] = 0
    for region in range(first, level.last[document]):
        norm[region - first] = level.norm[region]
        for entry in range(level.begin[region], level.begin[region + 1]):
            table[level.feature[entry] * stride + region - first] = level.relevance[entry]


@njit(cache=True, nogil=True)
def _write_out(level: Level, documents: Places) -> tuple[Numbers, Places]:
    """Write out the regions of documents; return ``(regions, _PADDED)`` and each document's first row in it."""
    begin, rows = np.full(len(level.first), -1, np.int64), 0
    for document in documents:
        if begin[document] < 0:
            begin[document] = rows
            rows += level.last[document] - level.first[document]
    written = np.zeros((rows + _LANES, _PADDED), np.float32)
    for document in range(len(begin)):
        if begin[document] < 0:
            continue
        for region in range(level.first[document], level.last[document]):
            row = begin[document] + region - level.first[document]
            for entry in range(level.begin[region], level.begin[region + 1]):
                written[row, level.feature[entry]] = level.relevance[entry]
    return written, begin


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
    widest = _LANES
    for document in np.concatenate((a, b)):
        widest = max(widest, level.last[document] - level.first[document] + _LANES)
    table, norm = np.zeros(_WIDTH * widest, np.float32), np.zeros(widest, np.float32)
    bound, seeds = np.zeros(widest, np.float32), np.zeros(count + _MORE_SEEDS, np.int64)
    best_a, best_b = np.zeros(count, np.int64), np.zeros(count, np.int64)
    begin, head, end = level.begin[:-1], level.head, level.begin[1:]
    dense = widest - _LANES <= _FEW
    written, row = _write_out(level, np.concatenate((a, b)) if dense else a[:0])
    products = np.zeros((_FEW + _LANES, _FEW + _LANES) if dense else (0, 0), np.float32)
    largest = np.zeros(_FEW + _LANES, np.float32)
    laid_out, stride, first, last = -1, 0, 0, 0
    for pair in range(pairs):
        if b[pair] != laid_out:
            laid_out = b[pair]
            first, last = level.first[laid_out], level.last[laid_out]
            stride = (last - first + _LANES - 1) // _LANES * _LANES
            _lay_out(level, laid_out, table, stride, norm)
        best = found[pair]

        # The regions where a feature is strongest in both documents make a high beginning.
        seeded = 0 if dense else _seeds(level.peak[a[pair]], level.peak[laid_out], seeds)
        for feature in seeds[:seeded]:
            region = level.first[a[pair]] + level.peak_region[a[pair], feature]
            other = level.peak_region[laid_out, feature]
            entries = slice(begin[region], end[region])
            value = np.float32(_exact(level.feature[entries], level.relevance[entries], table, stride, other))
            if value > 0 and value >= best[-1]:
                _insert(value, region, first + other, level.region_id, best_a, best_b, best)

        reach, region, end_a = last - first, level.first[a[pair]], level.last[a[pair]]
        floor = np.float32(0)
        if dense and region < end_a:
            # What is among the best exceeds the last of the best products, but for the rounding of both.
            product = products[: end_a - region, :reach]
            _multiply(
                written[row[a[pair]] :],
                written[row[laid_out] :],
                products[: (end_a - region + 1) // 2 * 2, : (reach + 3) // 4 * 4],
            )
            floor = _least(product, largest, best)
            best[:] = 0
            floor -= 2 * np.float32(_ROUNDING) * level.norm[region] * norm[0]
        while region < end_a:
            if dense:
                bound = products[region - level.first[a[pair]]]
                if largest[region - level.first[a[pair]]] < floor:
                    region += 1
                    continue
            else:
                region, reach = _screen(level, region, end_a, reach, best[-1], table, stride, norm, bound)
                if region == end_a:
                    break
            tail = np.float64(level.tail[region]) + _ROUNDING * np.float64(level.norm[region])
            whole, rest = slice(begin[region], end[region]), slice(head[region], end[region])
            for other in range(reach):
                if bound[other] < (floor if dense else best[-1]):
                    continue
                gap = np.float64(best[-1]) - bound[other] + tail * norm[other]
                if not dense and not _may_reach(
                    level.feature[rest], level.relevance[rest], tail, table, stride, other, norm[other], gap
                ):
                    continue
                value = np.float32(_exact(level.feature[whole], level.relevance[whole], table, stride, other))
                if value > 0 and value >= best[-1]:
                    _insert(value, region, first + other, level.region_id, best_a, best_b, best)
            region += 1

        for place in range(count):
            if best[place] <= 0:
                break
            region, other = best_a[place], best_b[place] - first
            region_a[pair, place] = level.region_id[region]
            region_b[pair, place] = level.region_id[first + other]
            entries = slice(begin[region], end[region])
            _name(
                level.feature[entries],
                level.relevance[entries],
                table,
                stride,
                other,
                norm[other],
                named[pair, place],
            )
    return Best(region_a, region_b, found, named)
