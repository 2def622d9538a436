"""Pooling: factors of documents as flat arrays, at the level of cells, of rows and of columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.simd import GROUP, LANES
from tablekin.models.compilation import compiled
from tablekin.page import Level, RegionKind
from tablekin.schemas import FEATURES

LEVELS = tuple(Level)
# the regions that matches are about; compiled code knows them by their places, those of unions as those of levels
MATCH_KINDS = (RegionKind.CELL, RegionKind.HEADER, RegionKind.ROW, RegionKind.COLUMN)
_CELL, _HEADER, _FIRST_UNION = 0, 1, 2
# Share of its squared norm that the head of a region holds. A larger one bounds more tightly and takes longer: it
# changes the time that a pair takes, not its matches.
_HEAD = 0.95
_UP = 1 + 1e-6  # a norm rounded to float32 must not come out smaller than it is: its last place is 6e-8 of it
_REST = 1e-13  # of the squared norm: what is left of it at the end, by rounding in float64, stays positive
_WIDTH = len(FEATURES)
PEAKS = -(-_WIDTH // LANES) * LANES  # features of a document's peaks; those beyond the last are 0


class Leaves(NamedTuple):
    """Regions of some documents and the relevance of their features, those of a document together."""

    region_begin: NDArray[np.int64]  # (documents + 1,), a document's first region
    region_id: NDArray[np.int32]  # (regions,)
    kind: NDArray[np.int8]  # (regions,), place in MATCH_KINDS, or -1
    table: NDArray[np.int32]  # (regions,), -1 where there is none; so are row and column
    row: NDArray[np.int32]  # (regions,)
    column: NDArray[np.int32]  # (regions,)
    entry_begin: NDArray[np.int64]  # (documents + 1,), a document's first entry
    owner: NDArray[np.int32]  # (entries,), the region_id that has the relevance
    feature: NDArray[np.uint8]  # (entries,)
    relevance: NDArray[np.float32]  # (entries,)


class PooledLevel(NamedTuple):
    """Regions of one level, each a sparse vector of features.

    The relevance of two regions is ``x^T metric y``. Norms are those of this inner product.

    The regions of a document stand together, that of the largest norm first; so do the features of a region, that
    of the largest absolute relevance, times the feature's own norm, first. Entries of feature 0 without relevance fill
    up the last group of a region.

    The features of a region fall into two parts, by which its relevance with another region is bounded: the head,
    whose products are computed, and the tail, of which the norm is enough (:mod:`tablekin.explain.bounds`).
    """

    first: NDArray[np.int64]  # (documents,), a document's first region
    last: NDArray[np.int64]  # (documents,), the one behind its last
    region_id: NDArray[np.int32]  # (regions,)
    norm: NDArray[np.float32]  # (regions,), rounded up
    extent: NDArray[
        np.float32
    ]  # (regions,), Euclidean norm times the largest stretch of the metric: bounds rounding
    begin: NDArray[np.int64]  # (regions + 1,), a region's first entry
    head: NDArray[np.int64]  # (regions,), the entry behind the groups that hold nearly all of the norm
    tail: NDArray[np.float32]  # (regions,), norm of the entries from there on, rounded up
    feature: NDArray[np.uint8]  # (entries,)
    relevance: NDArray[np.float32]  # (entries,)
    peak: NDArray[np.float32]  # (documents, PEAKS), largest relevance of the feature in a region, or 0
    peak_region: NDArray[np.int32]  # (documents, PEAKS), that region, counted from the document's first
    scale: NDArray[
        np.float64
    ]  # (documents, features) or (0, 0): what relevance was multiplied by, 1 if empty
    metric: NDArray[np.float64]  # (features, features), or (0, 0): the identity


@compiled
def _owners(leaves: Leaves, document: int, level: int) -> NDArray[np.int32]:
    """Find the region that each leaf is pooled into, by region_id; -1 for none."""
    begin, end = leaves.region_begin[document], leaves.region_begin[document + 1]
    largest = -1
    for region in range(begin, end):
        largest = max(largest, leaves.region_id[region])
    owner = np.full(largest + 1, -1, np.int32)
    unions = begin + np.flatnonzero(leaves.kind[begin:end] == _FIRST_UNION + level - 1)
    for leaf in range(begin, end):
        kind, number = leaves.kind[leaf], leaves.region_id[leaf]
        if level == 0 and kind in (_CELL, _HEADER):
            owner[number] = number
        if level == 0 or kind != _CELL:
            continue
        place = leaves.row if level == 1 else leaves.column
        for region in unions:
            if leaves.table[region] == leaves.table[leaf] and place[region] == place[leaf]:
                owner[number] = leaves.region_id[region]
    return owner


@compiled
def _pool_document(leaves: Leaves, document: int, level: int) -> NDArray[np.float64]:
    """Pool the relevance of a document's leaves; ``(largest region_id + 1, features)``."""
    owner = _owners(leaves, document, level)
    pooled = np.zeros((len(owner), _WIDTH))
    for entry in range(leaves.entry_begin[document], leaves.entry_begin[document + 1]):
        if leaves.owner[entry] < len(owner) and owner[leaves.owner[entry]] >= 0:
            pooled[owner[leaves.owner[entry]], leaves.feature[entry]] += leaves.relevance[entry]
    return pooled


PLAIN: NDArray[np.float64] = np.zeros((0, 0))  # a scale of ones, a metric that is the identity


class _Sorted(NamedTuple):
    """The entries of a document's regions, those of a region in the order in which they will stand."""

    entries: NDArray[np.int64]  # (regions,), how many each has
    feature: NDArray[np.int64]  # (regions, features)
    value: NDArray[np.float32]  # (regions, features)
    rest: NDArray[np.float64]  # (regions, features), squared norm of the entries from there on
    plain: NDArray[np.float64]  # (regions,), squared Euclidean norm


@compiled
def _sort_entries(
    pooled: NDArray[np.float64],
    scale: NDArray[np.float64],
    metric: NDArray[np.float64],
    own: NDArray[np.float64],
) -> _Sorted:
    """Sort the entries of regions ``(regions, features)``, that of the largest absolute relevance first."""
    regions = len(pooled)
    entries, plain = np.zeros(regions, np.int64), np.zeros(regions)
    feature, value = np.empty((regions, _WIDTH), np.int64), np.empty((regions, _WIDTH), np.float32)
    rest = np.empty((regions, _WIDTH))
    filled, values, size = np.empty(_WIDTH, np.int64), np.empty(_WIDTH, np.float32), np.empty(_WIDTH)
    for region in range(regions):
        found = 0
        if not pooled[region].any():
            continue
        for number in range(_WIDTH):
            entry = np.float32(
                pooled[region, number] * scale[number] if len(scale) else pooled[region, number]
            )
            filled[found], values[found] = number, entry  # overwritten by the next one where it is 0
            found += entry != 0
            plain[region] += np.float64(entry) ** 2
        for place in range(found):
            size[place] = -np.abs(values[place]) * own[filled[place]]
        for place, at in enumerate(np.argsort(size[:found], kind="mergesort")):
            feature[region, place], value[region, place] = filled[at], values[at]
        entries[region] = found
        _sum_rests(feature[region], value[region], found, metric, rest[region])
    return _Sorted(entries, feature, value, rest, plain)


@compiled
def _sum_rests(
    feature: NDArray[np.int64],
    value: NDArray[np.float32],
    count: int,
    metric: NDArray[np.float64],
    rest: NDArray[np.float64],
) -> None:
    """Compute the squared norm of the entries of a region from each on; ``rest`` is written."""
    total, products = 0.0, np.zeros(len(metric))
    for place in range(count - 1, -1, -1):
        number, own = feature[place], np.float64(value[place])
        if len(metric) == 0:
            total += own * own
        else:
            total += own * (2 * products[number] + metric[number, number] * own)
            for other in range(len(metric)):
                products[other] += own * metric[number, other]
        rest[place] = max(total, 0.0)


@compiled
def pool(
    leaves: Leaves, level: int, scale: NDArray[np.float64], metric: NDArray[np.float64], stretch: float
) -> PooledLevel:
    """Pool the leaf regions of documents.

    Parameters
    ----------
    leaves
        Regions and relevance of the documents.
    level
        Place in ``LEVELS``: a cell or header stands for itself, rows and columns are the sums of their cells.
    scale
        ``(documents, features)``, what relevance is multiplied by, or ``PLAIN``.
    metric
        ``(features, features)``, of the inner product, or ``PLAIN``.
    stretch
        Root of its largest eigenvalue.
    """
    documents = len(leaves.region_begin) - 1
    regions = len(leaves.region_id)
    entries = len(leaves.feature) + (GROUP - 1) * regions
    first, last = np.zeros(documents, np.int64), np.zeros(documents, np.int64)
    region_id, norm = np.zeros(regions, np.int32), np.zeros(regions, np.float32)
    extent = np.zeros(regions, np.float32)
    begin, head = np.zeros(regions + 1, np.int64), np.zeros(regions, np.int64)
    tail = np.zeros(regions, np.float32)
    feature, relevance = np.zeros(entries, np.uint8), np.zeros(entries, np.float32)
    peak = np.zeros((documents, PEAKS), np.float32)
    peak_region = np.zeros((documents, PEAKS), np.int32)
    own = np.ones(_WIDTH)  # norm of each feature
    for number in range(len(metric)):
        own[number] = np.sqrt(metric[number, number])
    region = entry = 0
    for document in range(documents):
        first[document] = region
        pooled = _pool_document(leaves, document, level)
        found = _sort_entries(pooled, scale[document] if len(scale) else own[:0], metric, own)
        squares = np.zeros(len(pooled))
        for number in range(len(pooled)):
            if found.entries[number] > 0:
                squares[number] = max(found.rest[number, 0], _REST * found.plain[number])
        for number in np.argsort(-squares, kind="mergesort"):
            if squares[number] == 0:
                break
            head[region] = -1
            for place in range(found.entries[number]):
                whole = entry > begin[region] and (entry - begin[region]) % GROUP == 0
                if head[region] < 0 and whole:
                    rest = max(found.rest[number, place], _REST * found.plain[number])
                    if rest <= (1 - _HEAD) * squares[number]:
                        head[region] = entry
                        tail[region] = np.sqrt(rest) * _UP
                name, value = found.feature[number, place], found.value[number, place]
                feature[entry], relevance[entry] = name, value
                entry += 1
                if value > peak[document, name]:
                    peak[document, name] = value
                    peak_region[document, name] = region - first[document]
            entry += -(entry - begin[region]) % GROUP
            if head[region] < 0:
                head[region] = entry
            region_id[region], norm[region] = number, np.sqrt(squares[number]) * _UP
            extent[region] = np.sqrt(found.plain[number]) * stretch * _UP
            region += 1
            begin[region] = entry
        last[document] = region
    return PooledLevel(
        first,
        last,
        region_id[:region].copy(),
        norm[:region].copy(),
        extent[:region].copy(),
        begin[: region + 1].copy(),
        head[:region].copy(),
        tail[:region].copy(),
        feature[:entry].copy(),
        relevance[:entry].copy(),
        peak,
        peak_region,
        scale,
        metric,
    )


def join(parts: Sequence[PooledLevel], order: NDArray[np.int64]) -> PooledLevel:
    """Join the documents of several levels; ``order`` tells which of them comes first, second and so on."""
    regions = np.cumsum([0, *(len(part.region_id) for part in parts)])[:-1]
    entries = np.cumsum([0, *(len(part.feature) for part in parts)])[:-1]
    empty = np.zeros(1, np.int64)
    return PooledLevel(
        np.concatenate([part.first + at for part, at in zip(parts, regions, strict=True)])[order],
        np.concatenate([part.last + at for part, at in zip(parts, regions, strict=True)])[order],
        np.concatenate([part.region_id for part in parts]),
        np.concatenate([part.norm for part in parts]),
        np.concatenate([part.extent for part in parts]),
        np.concatenate([empty, *(part.begin[1:] + at for part, at in zip(parts, entries, strict=True))]),
        np.concatenate([part.head + at for part, at in zip(parts, entries, strict=True)]),
        np.concatenate([part.tail for part in parts]),
        np.concatenate([part.feature for part in parts]),
        np.concatenate([part.relevance for part in parts]),
        np.concatenate([part.peak for part in parts])[order],
        np.concatenate([part.peak_region for part in parts])[order],
        parts[0].scale if not len(parts[0].scale) else np.concatenate([part.scale for part in parts])[order],
        parts[0].metric,
    )
