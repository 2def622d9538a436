"""Region pooling: relevance by region, passed back from the output and carried forward from the regions.

Relevance by region is a product of linear maps: from the seeds down through every layer, then the sum over the
pixels of each region. It may be multiplied out from either end. From the output it costs one pass a seed; from the
pixels one pass a *functional* (1 on some regions, 0 elsewhere), and regions that no unit sees together share one
(:mod:`tablekin.models.lrp.colouring`). Low in a network, where maps are large and units see few pixels, functionals are
far fewer than seeds; so the two meet where the number of multiplications is smallest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tablekin.models.lrp.active_units import ActiveUnits
from tablekin.models.lrp.colouring import Colouring, TooManyRegionsError, colour_regions
from tablekin.models.lrp.step import POINT, Step, at_once

_MAX_IN_ALL = 20_000  # regions; which of them are seen together takes a byte for every pair
_MAX_REGIONS = 64  # that a unit may see where the two ends meet; beyond, the adjoint saves nothing


@dataclass(frozen=True)
class RegionShares:
    """What each unit of a map passes to the regions of each colour, and what of it is absorbed."""

    shares: Tensor  # (h * w, channels, colours)
    owner: Tensor  # (colours, h * w) int64: the region of that colour a unit's share goes to, -1 none
    absorbed: Tensor | None  # (channels, h, w); None: nothing
    regions: int

    def pool(self, relevance: Tensor, absorbed: Tensor) -> tuple[Tensor, Tensor]:
        """Pool relevance of the map ``(seeds, channels, h, w)`` into ``(seeds, regions)``.

        Parameters
        ----------
        relevance
            What arrived at the map.
        absorbed
            ``(seeds,)`` float64, what was absorbed above it.

        Returns
        -------
        tuple
            ``(seeds, regions)``, and ``(seeds,)`` float64, all that was absorbed.
        """
        passed = self.shares.transpose(1, 2) @ _by_place(relevance)  # (h * w, colours, seeds)
        owner = self.owner.T
        owned = owner >= 0
        pooled = relevance.new_zeros((self.regions, len(relevance)))
        pooled = pooled.index_add_(0, owner[owned], passed[owned]).T.contiguous()
        if self.absorbed is not None:
            absorbed = absorbed + (relevance.flatten(1) @ self.absorbed.flatten()).double()
        return pooled, absorbed


def _by_place(relevance: Tensor) -> Tensor:
    """Bring maps ``(seeds, channels, h, w)`` into the order ``(h * w, channels, seeds)``."""
    seeds, channels = relevance.shape[:2]
    if relevance.device.type != "cpu":
        return relevance.permute(2, 3, 1, 0).flatten(0, 1)
    units = ActiveUnits.of(
        (relevance != 0).any(0)
    )  # below max pooling most are zero; copying them all takes longer
    places = relevance.new_zeros((relevance[0, 0].numel() * channels, seeds))
    places[units.by_place] = units.pick(relevance)
    return places.reshape(-1, channels, seeds)


@dataclass(frozen=True)
class _AtPixels:
    """The regions themselves, where nothing is gained by carrying them forward."""

    labels: Tensor  # (h, w)

    def pool(self, relevance: Tensor, absorbed: Tensor) -> tuple[Tensor, Tensor]:
        """Sum relevance of pixels ``(seeds, channels, h, w)`` over channels and regions."""
        return pool(relevance.sum(1).flatten(1), self.labels), absorbed


def pool(at_pixels: Tensor, regions: Tensor) -> Tensor:
    """Sum relevance ``(features, h * w)`` over regions ``(h, w)``: ``(features, regions)``."""
    count = int(regions.max()) + 1
    pooled = at_pixels.new_zeros((len(at_pixels), count))
    return pooled.index_add_(1, regions.flatten().to(at_pixels.device, torch.int64), at_pixels)


def pool_regions(
    x: Tensor, regions: Tensor, chain: Sequence[Step], seeds: int, cost: int, chunk: int | None
) -> tuple[int, RegionShares | _AtPixels]:
    """Choose where to meet and carry the regions forward to there.

    Parameters
    ----------
    x
        ``(1, channels, h, w)``, the input.
    regions
        ``(h, w)`` int, the region of every pixel.
    chain
        The steps from the input up that all relevance passes, one after the other.
    seeds
        How many seeds will be passed back.
    cost
        Multiplications of passing one seed back through the whole network.
    chunk
        Functionals carried forward together; bounds memory. None: as many as :func:`at_once` allows.

    Returns
    -------
    tuple
        The number of steps of the chain to carry the regions forward (0: none), and what pools relevance there.
    """
    labels = regions.cpu().numpy().astype(np.int32)
    best, min_cost = 0, seeds * cost
    below, carried, fields = 0, 0, (POINT, POINT)
    if labels.max() >= _MAX_IN_ALL:
        return 0, _AtPixels(regions)
    at_pixels = Colouring(np.zeros(labels.max() + 1, np.int32), labels[None])
    colourings: list[Colouring] = []  # of the units that each step computes
    for place, step in enumerate(chain, 1):
        down, across = step.receptive_fields
        wider = (down.above(fields[0]), across.above(fields[1]))
        try:
            if wider != fields:
                height, width = step.output.shape[2:]
                colourings.append(colour_regions(labels, (height, width), wider, _MAX_REGIONS))
            else:
                colourings.append(colourings[-1] if colourings else at_pixels)
        except TooManyRegionsError:
            break
        fields = wider
        below += step.cost
        carried += colourings[-1].count * step.cost
        if place < len(chain) and not _smaller(chain[place], step):
            continue  # meet just below a layer that makes the map smaller, or at the end
        pooling = colourings[-1].count * step.output[0].numel() * seeds
        if (total := carried + seeds * (cost - below) + pooling) < min_cost:
            best, min_cost = place, total
    if not best:
        return 0, _AtPixels(regions)
    functional = _carry(torch.ones_like(x), chain[:best], [at_pixels, *colourings[:best]], chunk)
    owner = torch.from_numpy(colourings[best - 1].owner).to(x.device, torch.int64).flatten(1)
    shares = functional.permute(2, 3, 1, 0).flatten(0, 1)
    return best, RegionShares(shares, owner, _absorbed(x, chain[:best]), int(regions.max()) + 1)


def _smaller(above: Step, step: Step) -> bool:
    return above.output.shape[2:] != step.output.shape[2:]


def _carry(
    functional: Tensor, chain: Sequence[Step], colourings: Sequence[Colouring], chunk: int | None
) -> Tensor:
    """Carry what belongs to each region up a chain, regions of one colour together.

    Parameters
    ----------
    functional
        ``(colours, channels, h, w)`` of the chain's input, where regions have the first of the colourings.
    colourings
        Of the units of the chain's input, and of the output of each of its steps.
    """
    for step, before, after in zip(chain, colourings, colourings[1:], strict=False):
        if after is not before:
            functional = _recoloured(functional, before, after)
        assert step.adjoint is not None
        together = chunk or at_once((functional, step.output))
        functional = torch.cat([step.adjoint(part) for part in functional.split(together)])
    return functional


def _recoloured(functional: Tensor, before: Colouring, after: Colouring) -> Tensor:
    """Lay functionals ``(colours, channels, h, w)`` out by the colours regions have one step above.

    There units see more regions, and more colours are needed. Units that no unit above sees may see two regions of one
    of its colours; either may then stand there.
    """
    colours, channels, height, width = functional.shape
    owner = torch.from_numpy(before.owner).to(functional.device, torch.int64).flatten(1)
    colour, unit = torch.nonzero(owner >= 0, as_tuple=True)
    target = torch.from_numpy(after.of_region).to(functional.device, torch.int64)[owner[colour, unit]]
    result = functional.new_zeros((after.count, height * width, channels))
    result[target, unit] = functional.permute(0, 2, 3, 1).reshape(colours, -1, channels)[colour, unit]
    return result.reshape(-1, height, width, channels).permute(0, 3, 1, 2)


def _absorbed(x: Tensor, chain: Sequence[Step]) -> Tensor | None:
    """Tell what the chain absorbs of each unit's relevance, ``(channels, h, w)``."""
    if all(step.leak is None for step in chain):
        return None
    functional = torch.zeros_like(x)
    for step in chain:
        assert step.adjoint is not None
        functional = step.adjoint(functional)
        if step.leak is not None:
            functional = functional + step.leak
    return functional[0]
