"""RegionSums: the relevance of regions that are made of others, as sparse rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.models.compilation import compiled
from tablekin.schemas import FEATURES

_WIDTH = len(FEATURES)

Index = NDArray[np.int64]
Floats = NDArray[np.float64]


@compiled
def sum_members(
    begin: Index, member: Index, first: Index, feature: NDArray[np.uint8], relevance: Floats
) -> tuple[Index, Index, Floats]:
    """Add up the relevance of the members of each region, one after the other.

    Parameters
    ----------
    begin, member
        ``(regions + 1,)`` and ``(members,)``: a region's first member; which regions these are.
    first, feature, relevance
        ``(regions + 1,)`` and ``(entries,)``: a region's first entry of its own; features and their relevance.

    Returns
    -------
    tuple
        As the last three, of the sums: features ascending, those without relevance left out.
    """
    most = 0
    for place in member:
        most += first[place + 1] - first[place]
    features, values = np.empty(most, np.int64), np.empty(most)
    ends, found = np.zeros(len(begin), np.int64), 0
    total = np.zeros(_WIDTH)
    for region in range(len(begin) - 1):
        total[:] = 0
        for place in member[begin[region] : begin[region + 1]]:
            for entry in range(first[place], first[place + 1]):
                total[feature[entry]] += relevance[entry]
        for name in range(_WIDTH):
            if total[name] != 0:
                features[found], values[found] = name, total[name]
                found += 1
        ends[region + 1] = found
    return ends, features[:found].copy(), values[:found].copy()
