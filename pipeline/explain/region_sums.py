"""RegionSums: the relevance of regions that are made of others, as sparse rows, and what each has with a sum of phi."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.simd import GROUP
from tablekin.models.compilation import compiled
from tablekin.schemas import FEATURES

_WIDTH = len(FEATURES)

Index = NDArray[np.int64]
Floats = NDArray[np.float64]


class RegionSums(NamedTuple):
    """Regions as sparse rows of features, ascending; those without relevance are left out.

    Entries of feature 0 without relevance fill up the last group of a region.
    """

    begin: Index  # (regions + 1,), a region's first entry
    feature: NDArray[np.uint8]  # (entries,)
    relevance: NDArray[np.float32]  # (entries,)
    total: Floats  # (regions,), product of the region, in float64, with the sum of phi of its document


@compiled
def sum_members(
    begin: Index,
    member: Index,
    first: Index,
    feature: NDArray[np.uint8],
    relevance: NDArray[np.float32] | Floats,
    document: Index,
    sums: Floats,
) -> RegionSums:
    """Add up the relevance of the members of each region, one after the other.

    Parameters
    ----------
    begin, member
        ``(regions + 1,)`` and ``(members,)``: a region's first member; which regions these are.
    first, feature, relevance
        ``(regions + 1,)`` and ``(entries,)``: a region's first entry of its own; features and their relevance.
    document
        ``(regions,)``, row of ``sums``.
    sums
        ``(documents, features)``, by which a region is multiplied.
    """
    regions = len(begin) - 1
    most = 0
    for place in member:
        most += first[place + 1] - first[place]
    most += (GROUP - 1) * regions
    features, values = np.zeros(most, np.uint8), np.zeros(most, np.float32)
    ends, products = np.zeros(len(begin), np.int64), np.zeros(regions)
    total, found = np.zeros(_WIDTH), 0
    for region in range(regions):
        for place in member[begin[region] : begin[region + 1]]:
            for entry in range(first[place], first[place + 1]):
                total[feature[entry]] += relevance[entry]
        own = sums[document[region]]
        product = 0.0
        for name in range(_WIDTH):
            if total[name] != 0:
                features[found], values[found] = name, total[name]
                product += total[name] * own[name]
                total[name] = 0
                found += 1
        products[region] = product
        found += -(found - ends[region]) % GROUP
        ends[region + 1] = found
    return RegionSums(ends, features[:found].copy(), values[:found].copy(), products)


@compiled
def find_owners(
    document: Index, region_id: Index, of_document: Index, of_region: NDArray[np.integer]
) -> Index:
    """Find the regions that entries belong to, which mostly stand together; ``(entries,)``, their places.

    Parameters
    ----------
    document, region_id
        ``(regions,)``, sorted by both.
    of_document, of_region
        ``(entries,)``, the same of the region that each belongs to; it is there.
    """
    places = np.empty(len(of_document), np.int64)
    place, last_document, last_region = 0, np.int64(-1), np.int64(-1)
    for entry in range(len(of_document)):
        if of_document[entry] != last_document or of_region[entry] != last_region:
            last_document, last_region = of_document[entry], of_region[entry]
            low, high = 0, len(document)
            while low < high:
                middle = (low + high) // 2
                if document[middle] < last_document or (
                    document[middle] == last_document and region_id[middle] < last_region
                ):
                    low = middle + 1
                else:
                    high = middle
            place = low
        places[entry] = place
    return places


@compiled
def is_in_order(place: Index, feature: NDArray[np.uint8]) -> bool:
    """Tell whether entries ascend by their regions, and by their features within one."""
    for entry in range(1, len(place)):
        if place[entry] < place[entry - 1] or (
            place[entry] == place[entry - 1] and feature[entry] <= feature[entry - 1]
        ):
            return False
    return True


@compiled
def sort_entries(place: Index, feature: NDArray[np.uint8], regions: int, features: int) -> Index:
    """Order entries by their regions, and by their features within one; ``(entries,)``, their places."""
    by_feature = _count_off(feature, np.arange(len(feature)), features)
    return _count_off(place, by_feature, regions)


@compiled
def _count_off(key: NDArray[np.integer], order: Index, keys: int) -> Index:
    """Order entries, which stand in some order, by a key from 0 to ``keys``, those of one key as they stand."""
    end = np.zeros(keys + 1, np.int64)
    for entry in order:
        end[key[entry] + 1] += 1
    for one in range(keys):
        end[one + 1] += end[one]
    sorted_ = np.empty(len(order), np.int64)
    for entry in order:
        sorted_[end[key[entry]]] = entry
        end[key[entry]] += 1
    return sorted_
