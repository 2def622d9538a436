"""NamedFeatures: which features a match is named by, and what its regions add to another similarity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.bounds import WIDTH, DenseDocument, Pointer
from tablekin.explain.region_arrays import RegionArrays
from tablekin.models.compilation import compiled

NAMED = 3  # features named with a match
_SHIFT = 8  # bits in which a feature's number has room


@compiled
def name_features(
    regions: RegionArrays, region: int, table: DenseDocument, other: int, is_had: Pointer, named: Pointer
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
def mark_features(regions: RegionArrays, region: int, is_had: Pointer) -> None:
    """Mark of which features a region has relevance; ``is_had`` is overwritten."""
    for feature in range(WIDTH):
        is_had[feature] = 0
    for entry in range(regions.begin[region], regions.begin[region + 1]):
        is_had[regions.feature[entry]] |= np.int64(regions.relevance[entry] != 0)


@compiled
def tell_relevance(
    regions: RegionArrays,
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
