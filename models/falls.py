"""Falls: what the units of the digit network's encoder pass to the regions of a page.

Computed forward, from the pixels of the regions of one colour at a time (:mod:`models.catchment`). Regions that units
at 1/8 do not see together may be seen together further up, so that more colours are needed there; what was computed
with the few is sorted into the many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numba
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from models.catchment import Colouring, colour_regions, recolour
from models.sheet import rows
from models.step import Window

QUARTER = Window(4, 7, 7)  # of a unit of the encoder, the last at 1/4
EIGHTH = Window(8, 11, 11)  # of the first at 1/8
LAST_EIGHTH = Window(8, 19, 19)
SIXTEENTH = Window(16, 27, 27)  # of the first at 1/16
_MOST = 128  # regions a unit at 1/16 may see


@dataclass(frozen=True)
class Fall:
    """What the units of one map pass to the region of each colour, per share."""

    passed: NDArray  # (colours, h, w, channels)
    owner: NDArray[np.int32]  # (colours, h, w), that region; -1 none


@dataclass(frozen=True)
class Falls:
    """What three maps of the encoder pass on: the last at 1/4, the last at 1/8 and the first at 1/16."""

    quarter: Fall
    eighth: Fall
    sixteenth: Fall


def find_falls(
    labels: NDArray[np.int32],
    contribute: Callable[[NDArray[np.bool_]], Tensor],
    gains: Mapping[str, Tensor],
    weights: Mapping[str, Tensor],
) -> Falls:
    """Compute what units pass to each region.

    Parameters
    ----------
    labels
        ``(h, w)``, the region of each pixel.
    contribute
        Adds up what the pixels of a mask ``(h, w)`` contribute to the first convolution.
    gains
        A map's activations over its denominators ``(1, c, h, w)``, by its name.
    weights
        Those of the rule in use, by the module's name.
    """
    quarter, eighth, sixteenth = (_side(gains[name]) for name in ("quarter1", "eighth0", "sixteenth0"))
    few = colour_regions(labels, eighth, (EIGHTH, EIGHTH))
    colour = few.of_region[labels]
    at_quarter, at_eighth0 = (_room(few.count, gains[name]) for name in ("quarter1", "eighth0"))
    for index in range(few.count):
        x = contribute(colour == index).mul_(gains["half"])
        x = F.conv2d(x, weights["encode_quarter.0.0"], None, 2, 1).mul_(gains["quarter0"])
        x = F.conv2d(x, weights["encode_quarter.1.0"], None, 1, 1)
        at_quarter[index] = rows(x)[0]
        at_eighth0[index] = rows(
            F.conv2d(x.mul_(gains["quarter1"]), weights["encode_eighth.0.0"], None, 2, 1)
        )[0]
    many = colour_regions(labels, sixteenth, (SIXTEENTH, SIXTEENTH), _MOST)
    at_eighth, at_sixteenth = (_room(many.count, gains[name]) for name in ("eighth1", "sixteenth0"))
    for index in range(many.count):
        sorted_in = _sort_in(at_eighth0, few, many.of_region == index).to(gains["eighth0"].device)
        x = F.conv2d(sorted_in.mul_(gains["eighth0"]), weights["encode_eighth.1.0"], None, 1, 1)
        at_eighth[index] = rows(x)[0]
        x = F.conv2d(x.mul_(gains["eighth1"]), weights["encode_sixteenth.0.0"], None, 2, 1)
        at_sixteenth[index] = rows(x)[0]
    return Falls(
        Fall(at_quarter, recolour(few, labels, quarter, (QUARTER, QUARTER)).owner),
        Fall(at_eighth, recolour(many, labels, eighth, (LAST_EIGHTH, LAST_EIGHTH), _MOST).owner),
        Fall(at_sixteenth, many.owner),
    )


def _side(x: Tensor) -> tuple[int, int]:
    return int(x.shape[2]), int(x.shape[3])


def _room(colours: int, like: Tensor) -> NDArray:
    """Make room for what the units of a map ``(1, c, h, w)`` pass on, ``(colours, h, w, c)``."""
    shape = (colours, *_side(like), like.shape[1])
    return np.empty(shape, torch.empty(0, dtype=like.dtype).numpy().dtype)


def _sort_in(passed: NDArray, few: Colouring, wanted: NDArray[np.bool_]) -> Tensor:
    """Gather what units pass to the regions ``wanted``, of which each sees one at most; ``(1, c, h, w)``."""
    found = np.zeros_like(passed[0])
    for owner, part in zip(few.owner, passed, strict=True):
        _gather(owner, part, wanted, found)
    return torch.from_numpy(found).permute(2, 0, 1)[None]


@numba.njit(cache=True)
def _gather(
    owner: NDArray[np.int32], passed: NDArray, wanted: NDArray[np.bool_], found: NDArray
) -> None:  # pragma: no cover (compiled)
    for i in range(owner.shape[0]):
        for j in range(owner.shape[1]):
            if owner[i, j] >= 0 and wanted[owner[i, j]]:
                found[i, j] = passed[i, j]
