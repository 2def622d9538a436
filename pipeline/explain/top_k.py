"""TopK: the strongest matches of pairs of documents, found without computing the whole map of a pair.

Only entries whose bound reaches the weakest match kept so far are computed, those in float64: the matches are the
true ones, and a page twice as dense costs little more. The bounds are those of :mod:`tablekin.explain.bounds`.

Matches are chosen by one similarity; what the same regions add to another one is told beside it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.bounds import (
    ROUNDING,
    TINY,
    WIDTH,
    DenseDocument,
    Pointer,
    RegionEntries,
    largest_peaks,
    lay_out,
    upper_bounds,
)
from tablekin.explain.pooling import PEAKS, PLAIN, PooledLevel
from tablekin.explain.simd import LANES, pointer, prefetch, trailing_zeros
from tablekin.models.compilation import compiled

NAMED = 3  # features named with a match
_SHIFT = 8  # bits in which a feature's number has room
# Regions of a document; up to here the first regions that are looked at are as good a first guess as any. It changes
# the time that a pair takes, not its matches.
_FEW = 64
# Regions of a document whose numbers are asked for before it is looked at: of most, more are seldom looked at. So does it.
_LOOKED_AT = 32


class Aside(NamedTuple):
    """Another similarity, which matches are not chosen by: what relevance is multiplied by for it, and its metric."""

    scale: NDArray[np.float64]  # (documents, features)
    metric: NDArray[np.float64]  # (features, features), or (0, 0): the identity


class Best(NamedTuple):
    """Strongest matches of pairs of documents, the strongest first; unused places hold relevance 0."""

    region_a: NDArray[np.int32]  # (pairs, count), region_id
    region_b: NDArray[np.int32]  # (pairs, count), region_id
    relevance: NDArray[np.float32]  # (pairs, count), by the similarity that they are chosen by
    aside: NDArray[np.float32]  # (pairs, count), by the other one
    feature: NDArray[np.int8]  # (pairs, count, NAMED), the strongest first, -1 where there is none


class _RegionArrays(NamedTuple):
    """Pointers to the arrays of a ``PooledLevel``."""

    first: Pointer
    last: Pointer
    region_id: Pointer
    norm: Pointer
    extent: Pointer
    begin: Pointer
    head: Pointer
    tail: Pointer
    feature: Pointer
    relevance: Pointer
    peak: Pointer
    peak_region: Pointer


class _Matches(NamedTuple):
    """The best matches of a pair so far."""

    size: int
    region_a: Pointer  # (size,), places in the level
    region_b: Pointer
    relevance: Pointer  # (size,)


class _Scratch(NamedTuple):
    """What is overwritten for every pair."""

    product: Pointer  # (count,)
    feature: Pointer  # (count,)
    bound: Pointer  # (LANES,)


@compiled
def _exact(regions: _RegionArrays, region: int, table: DenseDocument, other: int) -> np.float32:
    """Compute the relevance of a region with one of the table; four sums need not wait for one another."""
    feature, relevance, values, stride = regions.feature, regions.relevance, table.relevance, table.stride
    s = t = u = v = 0.0
    for entry in range(regions.begin[region], regions.begin[region + 1], 4):
        s += np.float64(relevance[entry]) * values[feature[entry] * stride + other]
        t += np.float64(relevance[entry + 1]) * values[feature[entry + 1] * stride + other]
        u += np.float64(relevance[entry + 2]) * values[feature[entry + 2] * stride + other]
        v += np.float64(relevance[entry + 3]) * values[feature[entry + 3] * stride + other]
    return np.float32((s + t) + (u + v))


@compiled
def _insert(value: np.float32, a: int, b: int, region_id: Pointer, best: _Matches) -> None:
    """Put a match in its place among the best; of equal ones, first that of the smaller region_id of a, then of b."""
    for place in range(best.size):
        if best.relevance[place] > 0 and best.region_a[place] == a and best.region_b[place] == b:
            return
    place = best.size
    while place > 0 and value >= best.relevance[place - 1]:
        if value == best.relevance[place - 1]:
            id_a, other_a = region_id[a], region_id[best.region_a[place - 1]]
            if id_a > other_a or (id_a == other_a and region_id[b] > region_id[best.region_b[place - 1]]):
                break
        place -= 1
        if place + 1 < best.size:
            best.relevance[place + 1] = best.relevance[place]
            best.region_a[place + 1], best.region_b[place + 1] = best.region_a[place], best.region_b[place]
    if place < best.size:
        best.relevance[place], best.region_a[place], best.region_b[place] = value, a, b


@compiled
def _initial_candidates(
    regions: _RegionArrays, a: int, b: int, table: DenseDocument, scratch: _Scratch, best: _Matches
) -> None:
    """Take as a first guess of the best matches the regions in which a feature is strongest in both documents."""
    found = largest_peaks(regions.peak, a, b, best.size, scratch.product, scratch.feature, scratch.bound)
    for place in range(found):
        region = regions.first[a] + regions.peak_region[a * PEAKS + scratch.feature[place]]
        other = regions.peak_region[b * PEAKS + scratch.feature[place]]
        value = _exact(regions, region, table, other)
        if value > 0:
            _insert(value, region, table.first + other, regions.region_id, best)


@compiled
def _search(regions: _RegionArrays, a: int, table: DenseDocument, bound: Pointer, best: _Matches) -> None:
    """Find the best matches of a document with the one that is laid out."""
    weakest = best.size - 1
    reach, min_relevance = table.stride, max(best.relevance[weakest], TINY)
    for region in range(regions.first[a], regions.last[a]):
        own = regions.norm[region]
        while reach > 0 and own * table.norm[reach - LANES] < min_relevance:
            reach -= LANES
        if reach == 0:
            return  # the norms only become smaller
        entries = RegionEntries(
            regions.feature,
            regions.relevance,
            regions.begin[region],
            regions.head[region],
            regions.begin[region + 1],
            regions.tail[region],
            ROUNDING * regions.extent[region],
        )
        for column in range(0, reach, LANES):
            bits = upper_bounds(entries, table, column, min_relevance, bound)
            while bits:
                lane = trailing_zeros(bits)
                bits &= bits - 1
                if bound[lane] < best.relevance[weakest]:
                    continue
                value = _exact(regions, region, table, column + lane)
                if value > 0 and value >= best.relevance[weakest]:
                    _insert(value, region, table.first + column + lane, regions.region_id, best)
                    min_relevance = max(best.relevance[weakest], TINY)


@compiled
def _prefetch(
    regions: _RegionArrays, scale: NDArray[np.float64], document: int, next_document: int
) -> None:
    """Ask for what is looked at of the document that comes next, and for where that of the one behind it stands.

    Partners of a document stand anywhere in memory: waiting for them took half of the time.
    """
    first = regions.first[next_document]
    last = min(regions.last[next_document], first + _LOOKED_AT)
    prefetch(regions.begin, first, last + 1)
    first = regions.first[document]
    last = min(regions.last[document], first + _LOOKED_AT)
    for numbers in (regions.norm, regions.extent, regions.tail):
        prefetch(numbers, first, last)
    prefetch(regions.region_id, first, last)
    prefetch(regions.head, first, last)
    prefetch(pointer(scale, 0), document * WIDTH, (document + 1) * WIDTH)
    prefetch(regions.feature, regions.begin[first], regions.begin[last])
    prefetch(regions.relevance, regions.begin[first], regions.begin[last])
    if regions.last[document] - regions.first[document] > _FEW - LANES:
        prefetch(regions.peak, document * PEAKS, (document + 1) * PEAKS)
        prefetch(regions.peak_region, document * PEAKS, (document + 1) * PEAKS)


@compiled
def _tell(
    regions: _RegionArrays,
    region: int,
    scale: NDArray[np.float64],
    document: int,
    table: DenseDocument,
    other: int,
) -> np.float32:
    """Compute what a region and one of a table add to the other similarity."""
    total = 0.0
    for entry in range(regions.begin[region], regions.begin[region + 1]):
        feature = regions.feature[entry]
        value = np.float64(regions.relevance[entry]) * scale[document, feature]
        total += value * table.relevance[feature * table.stride + other]
    return np.float32(total)


@compiled
def _name(
    regions: _RegionArrays, region: int, table: DenseDocument, other: int, is_had: Pointer, named: Pointer
) -> None:
    """Name the features with the largest products of a region and one of the table; of equal ones, the first.

    Where the table is no plain one, its numbers mix what the other region has: ``is_had`` says which these are.

    A product and its feature are one number here, and the largest are kept without asking which it is: processors
    would guess that in vain.
    """
    first = second = third = np.int64(0)
    for entry in range(regions.begin[region], regions.begin[region + 1]):
        number = np.int64(regions.feature[entry])
        product = regions.relevance[entry] * table.relevance[number * table.stride + other]
        # the bits of positive float32 are ordered as these are, those of others are no positive number; of equal ones
        # the first feature is the larger number
        bits = np.int64(np.float32(product).view(np.int32))
        kept = ((bits << _SHIFT) + WIDTH - number) * is_had[number]
        first, kept = max(first, kept), min(first, kept)
        second, kept = max(second, kept), min(second, kept)
        third = max(third, kept)
    for place, kept in enumerate((first, second, third)):
        if kept >> _SHIFT > 0:
            named[place] = np.int8(WIDTH - (kept & ((1 << _SHIFT) - 1)))


@compiled
def _mark(regions: _RegionArrays, region: int, is_had: Pointer) -> None:
    """Mark of which features a region has relevance; ``is_had`` is overwritten."""
    for feature in range(WIDTH):
        is_had[feature] = 0
    for entry in range(regions.begin[region], regions.begin[region + 1]):
        is_had[regions.feature[entry]] |= np.int64(regions.relevance[entry] != 0)


@compiled
def best_matches(
    level: PooledLevel, a: NDArray[np.int64], b: NDArray[np.int64], count: int, aside: Aside
) -> Best:
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
    aside
        Of the similarity that is told beside.

    Returns
    -------
    Best
        Ordered by relevance in float32; of equal matches, that of the smaller region_id of a comes first, then of b.
    """
    pairs = len(a)
    region_a, region_b = np.zeros((pairs, count), np.int32), np.zeros((pairs, count), np.int32)
    relevance, named = np.zeros((pairs, count), np.float32), np.full((pairs, count, NAMED), -1, np.int8)
    beside = np.zeros((pairs, count), np.float32)
    is_had = np.ones(WIDTH, np.int64)
    widest = 0
    for document in b:
        widest = max(widest, level.last[document] - level.first[document] + LANES)
    values, norm = np.zeros(WIDTH * widest, np.float32), np.zeros(widest, np.float32)
    other_values, other_norm = np.zeros(WIDTH * widest, np.float32), np.zeros(widest, np.float32)
    best_a, best_b, feature = np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(count, np.int64)
    product, bound = np.zeros(count, np.float32), np.zeros(LANES, np.float32)
    regions = _RegionArrays(
        pointer(level.first, 0),
        pointer(level.last, 0),
        pointer(level.region_id, 0),
        pointer(level.norm, 0),
        pointer(level.extent, 0),
        pointer(level.begin, 0),
        pointer(level.head, 0),
        pointer(level.tail, 0),
        pointer(level.feature, 0),
        pointer(level.relevance, 0),
        pointer(level.peak, 0),
        pointer(level.peak_region, 0),
    )
    laid_out, stride = -1, 0
    for pair in range(pairs):
        if b[pair] != laid_out:
            laid_out = b[pair]
            stride = lay_out(level, laid_out, PLAIN, level.metric, values, norm)
            lay_out(level, laid_out, aside.scale, aside.metric, other_values, other_norm)
        _prefetch(regions, aside.scale, a[min(pair + 1, pairs - 1)], a[min(pair + 2, pairs - 1)])
        # An array is freed after its last use: pointers are taken within the loop, so that it stays.
        table = DenseDocument(pointer(values, 0), stride, pointer(norm, 0), level.first[laid_out])
        told = DenseDocument(pointer(other_values, 0), stride, pointer(other_norm, 0), table.first)
        best = _Matches(count, pointer(best_a, 0), pointer(best_b, 0), pointer(relevance, pair * count))
        scratch = _Scratch(pointer(product, 0), pointer(feature, 0), pointer(bound, 0))
        if stride > _FEW:
            _initial_candidates(regions, a[pair], laid_out, table, scratch, best)
        _search(regions, a[pair], table, scratch.bound, best)
        for place in range(count):
            if relevance[pair, place] <= 0:
                break
            region, other = best_a[place], best_b[place]
            region_a[pair, place], region_b[pair, place] = level.region_id[region], level.region_id[other]
            target = pointer(named, (pair * count + place) * NAMED)
            column = other - table.first
            if len(level.metric):
                _mark(regions, other, pointer(is_had, 0))
            _name(regions, region, table, column, pointer(is_had, 0), target)
            beside[pair, place] = _tell(regions, region, aside.scale, a[pair], told, column)
    return Best(region_a, region_b, relevance, beside, named)
