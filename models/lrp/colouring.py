"""Colouring: which regions of an input may share one pass, because no unit sees two of them.

A unit low in a network sees few pixels, which belong to few regions. LRP below it is a linear map, so what it passes
to each region can be computed for all units at once by going *forward*: begin with the pixels of a region alone and
carry along which part of every unit's contributions came from there. Regions that no unit sees together share one
such pass (a colouring of the graph of regions seen together).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.models.compilation import compiled
from tablekin.models.lrp.step import ReceptiveField


@dataclass(frozen=True)
class Colouring:
    """Regions parted into colours so that no unit sees two regions of one colour."""

    of_region: NDArray[np.int32]  # (regions,)
    owner: NDArray[np.int32]  # (colours, h, w) of the units: the region of that colour a unit sees, -1 none

    @property
    def count(self) -> int:
        """Number of colours."""
        return len(self.owner)


@compiled
def _seen(
    labels: NDArray[np.int32],
    shape: tuple[int, int],
    down: tuple[int, int, int],
    across: tuple[int, int, int],
    max_regions: int,
) -> NDArray[np.int32]:  # pragma: no cover (compiled)
    """List the regions that each unit sees, ``(h, w, max_regions)``, -1 after the last; axes: stride, before, after."""
    height, width = labels.shape
    seen = np.full((shape[0], shape[1], max_regions), -1, np.int32)
    for i in range(shape[0]):
        top, bottom = i * down[0] - down[1], i * down[0] + down[2] + 1
        for j in range(shape[1]):
            left, right = j * across[0] - across[1], j * across[0] + across[2] + 1
            count, last = 0, -1
            for y in range(max(0, top), min(height, bottom)):
                for x in range(max(0, left), min(width, right)):
                    label = labels[y, x]
                    if label == last:
                        continue
                    last = label
                    known = False
                    for k in range(count):
                        known = known or seen[i, j, k] == label
                    if not known and count < max_regions:
                        seen[i, j, count] = label
                        count += 1
    return seen


@compiled
def _together(seen: NDArray[np.int32], regions: int) -> NDArray[np.bool_]:  # pragma: no cover (compiled)
    """Which regions some unit sees together, ``(regions, regions)``."""
    together = np.zeros((regions, regions), np.bool_)
    for i in range(seen.shape[0]):
        for j in range(seen.shape[1]):
            for a in range(seen.shape[2]):
                if seen[i, j, a] < 0:
                    break
                for b in range(a):
                    together[seen[i, j, a], seen[i, j, b]] = True
                    together[seen[i, j, b], seen[i, j, a]] = True
    return together


class TooManyRegionsError(ValueError):
    """A unit sees more regions than were allowed for."""


def colour_regions(
    labels: NDArray[np.int32],
    shape: tuple[int, int],
    fields: tuple[ReceptiveField, ReceptiveField],
    max_regions: int,
) -> Colouring:
    """Part the regions of a page into colours, greedily, the most entangled first.

    Parameters
    ----------
    labels
        ``(h, w)``, the region of each pixel.
    shape
        Height and width of the map of units.
    fields
        Which pixels a unit sees, down and across.
    max_regions
        Regions allowed for: a unit must see fewer.

    Raises
    ------
    TooManyRegionsError
        If some unit sees ``max_regions`` regions or more.
    """
    down, across = ((field.stride, field.before, field.after) for field in fields)
    seen = _seen(np.ascontiguousarray(labels, np.int32), shape, down, across, max_regions)
    if (seen[..., -1] >= 0).any():
        high, wide = (field.before + field.after + 1 for field in fields)
        raise TooManyRegionsError(
            f"more than {max_regions - 1} regions within {wide} x {high} pixels: the regions are too small"
        )
    regions = int(labels.max()) + 1
    together = _together(seen, regions)
    colour = np.full(regions, -1, np.int32)
    for region in np.argsort(-together.sum(1), kind="stable"):
        taken = set(colour[together[region]].tolist())
        colour[region] = next(c for c in range(regions) if c not in taken)
    return Colouring(colour, _owners(seen, colour))


def _owners(seen: NDArray[np.int32], colour: NDArray[np.int32]) -> NDArray[np.int32]:
    owner = np.full((int(colour.max()) + 1, *seen.shape[:2]), -1, np.int32)
    rows, cols, places = np.nonzero(seen >= 0)
    region = seen[rows, cols, places]
    owner[colour[region], rows, cols] = region
    return owner
