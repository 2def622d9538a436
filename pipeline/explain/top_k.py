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
from tablekin.explain.named_features import NAMED, mark_features, name_features, tell_relevance
from tablekin.explain.pooling import PEAKS, PLAIN, PooledLevel
from tablekin.explain.region_arrays import RegionArrays, point_at, prefetch_regions
from tablekin.explain.simd import LANES, pointer, trailing_zeros
from tablekin.models.compilation import compiled

# Regions of a document; up to here the first regions that are looked at are as good a first guess as any. It changes
# the time that a pair takes, not its matches.
_FEW = 64


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
def _exact(regions: RegionArrays, region: int, table: DenseDocument, other: int) -> np.float32:
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
    regions: RegionArrays,
    a: int,
    b: int,
    table: DenseDocument,
    scratch: _Scratch,
    best: _Matches,
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
def _search(regions: RegionArrays, a: int, table: DenseDocument, bound: Pointer, best: _Matches) -> None:
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
    regions = point_at(level)
    laid_out, stride = -1, 0
    for pair in range(pairs):
        if b[pair] != laid_out:
            laid_out = b[pair]
            stride = lay_out(level, laid_out, PLAIN, level.metric, values, norm)
            lay_out(level, laid_out, aside.scale, aside.metric, other_values, other_norm)
        prefetch_regions(regions, aside.scale, a[min(pair + 1, pairs - 1)], a[min(pair + 2, pairs - 1)])
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
                mark_features(regions, other, pointer(is_had, 0))
            name_features(regions, region, table, column, pointer(is_had, 0), target)
            beside[pair, place] = tell_relevance(regions, region, aside.scale, a[pair], told, column)
    return Best(region_a, region_b, relevance, beside, named)
