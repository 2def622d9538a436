"""Catchment: in which regions of the page the relevance of a unit low in the digit network comes to rest.

A unit of the quarter-resolution encoder sees 15 x 15 pixels, which belong to very few regions. LRP below it is a
linear map, so what it passes to each region can be computed for all units at once by going *forward*: begin with
the pixels of a region alone and carry along which part of every unit's contributions came from there. Regions that
no unit sees together share one such pass (a colouring of the graph of regions seen together).
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

FIELD = 7  # pixels: a unit at row i of the quarter-resolution map sees pixels 4 i - 7 to 4 i + 7
_STRIDE = 4
_MOST = 16  # regions a unit may see; more cannot be told apart in 15 x 15 pixels of any real page


@dataclass(frozen=True)
class Colouring:
    """Regions parted into colours so that no unit sees two regions of one colour."""

    of_region: NDArray[np.int32]  # (regions,)
    owner: NDArray[np.int32]  # (colours, h / 4, w / 4): the region of that colour a unit sees, -1 none

    @property
    def count(self) -> int:
        """Number of colours."""
        return len(self.owner)


@numba.njit(cache=True)
def _seen(
    labels: NDArray[np.int32], shape: tuple[int, int]
) -> NDArray[np.int32]:  # pragma: no cover (compiled)
    """List the regions that each unit sees, ``(h / 4, w / 4, _MOST)``, -1 after the last."""
    height, width = labels.shape
    seen = np.full((shape[0], shape[1], _MOST), -1, np.int32)
    for i in range(shape[0]):
        for j in range(shape[1]):
            count, last = 0, -1
            for y in range(max(0, _STRIDE * i - FIELD), min(height, _STRIDE * i + FIELD + 1)):
                for x in range(max(0, _STRIDE * j - FIELD), min(width, _STRIDE * j + FIELD + 1)):
                    label = labels[y, x]
                    if label == last:
                        continue
                    last = label
                    known = False
                    for k in range(count):
                        known = known or seen[i, j, k] == label
                    if not known and count < _MOST:
                        seen[i, j, count] = label
                        count += 1
    return seen


@numba.njit(cache=True)
def _together(seen: NDArray[np.int32], regions: int) -> NDArray[np.bool_]:  # pragma: no cover (compiled)
    """Which regions some unit sees together, ``(regions, regions)``."""
    together = np.zeros((regions, regions), np.bool_)
    for i in range(seen.shape[0]):
        for j in range(seen.shape[1]):
            for a in range(_MOST):
                if seen[i, j, a] < 0:
                    break
                for b in range(a):
                    together[seen[i, j, a], seen[i, j, b]] = True
                    together[seen[i, j, b], seen[i, j, a]] = True
    return together


def colour_regions(labels: NDArray[np.int32], shape: tuple[int, int]) -> Colouring:
    """Part the regions of a page into colours, greedily, the most entangled first.

    Parameters
    ----------
    labels
        ``(h, w)``, the region of each pixel.
    shape
        Height and width of the quarter-resolution map.

    Raises
    ------
    ValueError
        If some 15 x 15 pixels hold more than 16 regions.
    """
    seen = _seen(np.ascontiguousarray(labels, np.int32), shape)
    if (seen[..., -1] >= 0).any():
        raise ValueError(
            f"more than {_MOST - 1} regions within {2 * FIELD + 1} pixels: the regions are too small"
        )
    regions = int(labels.max()) + 1
    together = _together(seen, regions)
    colour = np.full(regions, -1, np.int32)
    for region in np.argsort(-together.sum(1), kind="stable"):
        taken = set(colour[together[region]].tolist())
        colour[region] = next(c for c in range(regions) if c not in taken)
    owner = np.full((int(colour.max()) + 1, *shape), -1, np.int32)
    rows, cols, places = np.nonzero(seen >= 0)
    region = seen[rows, cols, places]
    owner[colour[region], rows, cols] = region
    return Colouring(colour, owner)


@numba.njit(cache=True)
def pool_windows(
    share: NDArray[np.float32],
    corner: NDArray[np.int64],
    falls: NDArray[np.float32],
    owner: NDArray[np.int32],
    pooled: NDArray[np.float64],
) -> None:  # pragma: no cover (compiled)
    """Add up what the units of each window pass to each region.

    Parameters
    ----------
    share
        ``(n, side, side, c)``, what travels back at each unit of a window.
    corner
        ``(n, 2)``, row and column of each window's first unit on the page.
    falls
        ``(colours, h, w, c)``, what a unit passes on to the region of each colour, per share.
    owner
        ``(colours, h, w)``, that region.
    pooled
        ``(n, regions)``, added to.
    """
    height, width = owner.shape[1:]
    for n in range(share.shape[0]):
        for row in range(share.shape[1]):
            y = corner[n, 0] + row
            if y < 0 or y >= height:
                continue
            for col in range(share.shape[2]):
                x = corner[n, 1] + col
                if x < 0 or x >= width:
                    continue
                unit = share[n, row, col]
                if not unit.any():
                    continue
                for colour in range(owner.shape[0]):
                    region = owner[colour, y, x]
                    if region >= 0:
                        total = 0.0
                        there = falls[colour, y, x]
                        for c in range(unit.shape[0]):
                            total += unit[c] * there[c]
                        pooled[n, region] += total
