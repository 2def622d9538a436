"""What the units of the digit network's encoder pass to the regions of a page.

A unit low in a network sees few pixels (the first of the digit network's encoder at 1/8, 23 x 23), which belong to
few regions. LRP below it is a linear map, so what it passes to each region can be computed for all units at once by
going *forward*: begin with the pixels of a region alone and carry along which part of every unit's contributions
came from there. That part is nothing but for the units around the region, so that a block of each map, cut around it,
is all that is computed. The widest region, mostly the paper around the tables, receives what the others do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor
from torch.nn import functional as F

from tablekin.models.compilation import compiled_with
from tablekin.models.networks.architecture import GRAIN, LAYERS, PER_GRAIN, Units, affected_units
from tablekin.models.page_lrp.tiles import FeatureMap, rows

_TOGETHER = {"cpu": 2**19, "cuda": 2**22}  # pixels of the blocks carried forward together
_FEW = 4  # grains up to which blocks of every size are carried forward apart on an accelerator

MAPS = ("sixteenth1", "eighth1", "quarter1")  # below these, units see few regions
_SEEN = affected_units((0, GRAIN - 1))  # units of every map that see a grain of pixels
_UPWARD = LAYERS[: [layer.name for layer in LAYERS].index(MAPS[0]) + 1]
_FIRST = _UPWARD[0]


@dataclass(frozen=True)
class AdjointShares:
    """What the units of one map pass on, per share."""

    whole: NDArray  # (h, w, channels), what they pass on altogether
    passed: NDArray  # (entries, channels), to one region each
    region: NDArray[np.int64]  # (entries,), that region
    entries: NDArray[np.int64]  # (entries,), sorted by the unit
    begin: NDArray[np.int64]  # (h * w + 1,), where each unit's begin among them
    rest: int  # the region that receives what the others do not


@dataclass(frozen=True)
class _Group:
    """Regions alike in size, whose pixels are carried forward together."""

    region: NDArray[np.int64]  # (n,)
    first: NDArray[np.int64]  # (n, 2), row and column of the first grain of the box of each
    size: NDArray[np.int64]  # (2,), height and width of the boxes in grains


def adjoint_shares(
    labels: NDArray[np.int32],
    pixels: Tensor,
    gains: Mapping[str, Tensor],
    denominators: Mapping[str, Tensor],
    weights: Mapping[str, Tensor],
    few_sizes: bool = False,
) -> dict[str, AdjointShares]:
    """Compute what the units of three maps of the encoder pass to each region.

    Parameters
    ----------
    labels
        ``(h, w)``, the region of each pixel.
    pixels
        ``(1, c, H, W)``, what the first convolution takes in, of which the page is the upper left corner.
    gains
        A map's activations over its denominators ``(1, c, h, w)``, by its name.
    denominators
        Those of :data:`MAPS`, likewise.
    weights
        Those of the rule in use, by the name of the layer.
    few_sizes
        Whether regions of like size are carried forward together as if they were of the same: more is computed, in
        fewer steps, as an accelerator wants it.
    """
    boxes = ndimage.find_objects(labels + 1)
    present = np.array([region for region, box in enumerate(boxes) if box is not None])
    first = np.array([[side.start // GRAIN for side in boxes[region]] for region in present])
    after = np.array([[-(-side.stop // GRAIN) for side in boxes[region]] for region in present])
    rest = int(np.argmax((after - first).prod(1)))
    maps = {name: FeatureMap.of(gain) for name, gain in gains.items()}
    maps[_FIRST.source] = FeatureMap.of(pixels)
    of_pixels = FeatureMap.of(torch.from_numpy(labels).to(pixels.device)[None, None])
    sizes = after - first
    if few_sizes:
        sizes = _rounded_up(sizes)
    groups = [
        _Group(present[chosen], first[chosen], sizes[chosen[0]])
        for chosen in _alike(sizes, rest, _TOGETHER[pixels.device.type])
    ]
    begins = {name: np.cumsum([0, *(_count(name, group) for group in groups)]) for name in MAPS}
    wholes = {name: rows(denominators[name])[0] for name in MAPS}
    passed = {
        name: np.empty((begin[-1], wholes[name].shape[2]), wholes[name].dtype)
        for name, begin in begins.items()
    }
    for number, group in enumerate(groups):
        for name, block in _climb(group, of_pixels, maps, weights):
            passed[name][slice(*begins[name][number : number + 2])] = rows(block).reshape(-1, block.shape[1])
    return {
        name: _sorted_by_unit(name, groups, passed.pop(name), wholes[name], int(present[rest]))
        for name in MAPS
    }


def _rounded_up(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Round sizes ``(n, 2)``, in grains, up to few that differ.

    Steps are of at most a half: what is computed in vain takes an accelerator less time than many small steps would.
    """
    power = 2 ** np.floor(np.log2(sizes)).astype(np.int64)
    step = np.where(sizes <= _FEW, 1, power // 2)
    return -(-sizes // step) * step


def _alike(sizes: NDArray[np.int64], rest: int, together: int) -> Iterator[NDArray[np.int64]]:
    """Put regions of equal ``sizes (n, 2)``, in grains, together, as many as are carried forward at once."""
    kinds, kind = np.unique(sizes, axis=0, return_inverse=True)
    for number, (height, width) in enumerate(kinds):
        members = np.flatnonzero(kind.ravel() == number)
        members = members[members != rest]
        at_once = max(1, together // int(height * width * GRAIN**2))
        for start in range(0, len(members), at_once):
            yield members[start : start + at_once]


def _climb(
    group: _Group, of_pixels: FeatureMap, maps: Mapping[str, FeatureMap], weights: Mapping[str, Tensor]
) -> Iterator[tuple[str, Tensor]]:
    """Carry the pixels of regions forward; gives what units of :data:`MAPS` pass on, ``(n, c, high, wide)`` each."""
    device = of_pixels.cells.device
    start, number = (torch.from_numpy(part).to(device) for part in (group.first, group.region))
    corner, sides = _block(_FIRST.source, _FIRST.field(_SEEN[_FIRST.name]), start, group.size)
    x = maps[_FIRST.source].cut_regions(corner, sides, of_pixels, number)
    for layer in _UPWARD:
        padding = 0
        if layer is not _FIRST:
            corner, _ = _block(layer.source, _SEEN[layer.source], start, group.size)
            x = maps[layer.source].scale(x, corner)
            padding = (
                _SEEN[layer.source][0] - layer.field(_SEEN[layer.name])[0]
            )  # to what all that see it see
        x = F.conv2d(x, weights[layer.name], None, layer.stride, padding, layer.dilation)
        if layer.name in MAPS:
            yield layer.name, x  # copied before it is overwritten


def _block(name: str, units: Units, start: Tensor, size: NDArray[np.int64]) -> tuple[Tensor, tuple[int, int]]:
    """Place blocks of a map around boxes of pixels.

    Parameters
    ----------
    name
        The map.
    units
        The first and last unit of the block around grain 0.
    start
        ``(n, 2)``, row and column of each box's first grain.
    size
        ``(2,)``, height and width of the boxes in grains.

    Returns
    -------
    tuple
        Row and column of each block's first unit ``(n, 2)``, and the blocks' height and width.
    """
    high, wide = (units[1] - units[0] + 1 + (int(side) - 1) * PER_GRAIN[name] for side in size)
    return start * PER_GRAIN[name] + units[0], (high, wide)


def _count(name: str, group: _Group) -> int:
    """Count the units of a map in the blocks of a group."""
    _, (high, wide) = _block(name, _SEEN[name], torch.zeros((1, 2)), group.size)
    return len(group.region) * high * wide


def _sorted_by_unit(
    name: str, groups: Sequence[_Group], passed: NDArray, whole: NDArray, rest: int
) -> AdjointShares:
    """Sort what was computed region by region by the units that pass it on."""
    height, width, _ = whole.shape
    units, regions = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for group in groups:
        corner, (high, wide) = _block(name, _SEEN[name], torch.from_numpy(group.first), group.size)
        first = corner.numpy()
        down = first[:, 0, None] + np.arange(high)
        across = first[:, 1, None] + np.arange(wide)
        on_page = ((down >= 0) & (down < height))[:, :, None] & ((across >= 0) & (across < width))[:, None]
        unit = np.where(on_page, down[:, :, None] * width + across[:, None], height * width)
        units.append(unit.ravel())
        regions.append(np.repeat(group.region, high * wide))
    unit = np.concatenate(units)
    entries = np.argsort(unit, kind="stable")
    return AdjointShares(
        whole,
        passed,
        np.concatenate(regions),
        entries,
        np.searchsorted(unit[entries], np.arange(height * width + 1)),
        rest,
    )


def pool_windows(
    share: NDArray, corner: NDArray[np.int64], below: AdjointShares, pooled: NDArray[np.float64]
) -> None:
    """Add up what the units of each window pass to each region.

    Parameters
    ----------
    share
        ``(n, side, side, c)``, what travels back at each unit of a window.
    corner
        ``(n, 2)``, row and column of each window's first unit on the page.
    below
        What those units pass on.
    pooled
        ``(n, regions)``, added to.
    """
    _pool(
        share, corner, below.whole, below.passed, below.region, below.entries, below.begin, below.rest, pooled
    )


@compiled_with(fastmath={"reassoc", "contract"})
def _pool(
    share: NDArray,
    corner: NDArray[np.int64],
    whole: NDArray,
    passed: NDArray,
    region: NDArray[np.int64],
    entries: NDArray[np.int64],
    begin: NDArray[np.int64],
    rest: int,
    pooled: NDArray[np.float64],
) -> None:  # pragma: no cover (compiled)
    height, width, channels = whole.shape
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
                left = 0.0
                for c in range(channels):
                    left += unit[c] * whole[y, x, c]
                if left == 0:
                    continue
                place = y * width + x
                for k in range(begin[place], begin[place + 1]):
                    there = passed[entries[k]]
                    total = 0.0
                    for c in range(channels):
                        total += unit[c] * there[c]
                    pooled[n, region[entries[k]]] += total
                    left -= total
                pooled[n, rest] += left
