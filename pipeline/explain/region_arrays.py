"""RegionArrays: where the numbers of the regions of documents stand in memory, for compiled functions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.bounds import WIDTH, Pointer
from tablekin.explain.pooling import PEAKS, PooledLevel
from tablekin.explain.simd import pointer, prefetch
from tablekin.models.compilation import compiled

# Regions of a document whose numbers are asked for before it is looked at: of most, more are seldom looked at. It
# changes the time that a pair takes, not its matches.
_LOOKED_AT = 32


class RegionArrays(NamedTuple):
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


@compiled
def point_at(level: PooledLevel) -> RegionArrays:
    """Point at the arrays of a level, which the caller keeps."""
    return RegionArrays(
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


@compiled
def prefetch_regions(
    regions: RegionArrays, scale: NDArray[np.float64], document: int, next_document: int
) -> None:
    """Ask for what is looked at of the document that comes next, and for where that of the one behind it stands.

    Partners of a document stand anywhere in memory, and nothing else is done while they are waited for.
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
    if regions.last[document] - first > _LOOKED_AT:  # of few regions, peaks are not asked
        prefetch(regions.peak, document * PEAKS, (document + 1) * PEAKS)
        prefetch(regions.peak_region, document * PEAKS, (document + 1) * PEAKS)
