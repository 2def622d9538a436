"""Sections: parts of a page that go through the digit network one by one, since the maps of a whole page are large."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from tablekin.models.networks.architecture import (
    FINE,
    GRAIN,
    PER_GRAIN,
    STRIDE,
    grains_around,
    receptive_fields,
)
from tablekin.models.networks.digits import DigitNetwork, pad_to_grain

WHOLE = 5_000_000
"""Pixels of a page, at most, that goes through the network as a whole: most do, and take up to 1.4 gigabytes then."""
LARGEST = 4_000_000
"""Pixels of a section of a larger page, with what is around it, at most."""
_REACH = grains_around("ink", receptive_fields(FINE, (0, PER_GRAIN[FINE] - 1))["ink"])
"""Grains on all sides of a section that the finest features in it depend on."""


@dataclass(frozen=True)
class Section:
    """A rectangle of a page, and a larger one around it that holds all that is seen from it."""

    inner: tuple[slice, slice]  # rows and columns of pixels; those of all sections make up the page
    outer: tuple[slice, slice]


def divide(shape: tuple[int, int], largest: int = LARGEST) -> list[Section]:
    """Divide a page of ``shape``, height and width in pixels, into as few pixels of sections as can be.

    Parameters
    ----------
    shape
        Of the page.
    largest
        Pixels of a section with what is around it, at most, as long as that leaves room for a section.
    """
    grains = [-(-side // GRAIN) for side in shape]
    parts = [
        (down * across * high * wide, down, across)
        for down in range(1, grains[0] + 1)
        for across in range(1, grains[1] + 1)
        if (high := -(-grains[0] // down) + 2 * _REACH)
        * (wide := -(-grains[1] // across) + 2 * _REACH)
        * GRAIN**2
        <= largest
    ]
    _, down, across = min(parts, default=(0, *grains))
    if shape[0] * shape[1] <= largest:
        down, across = 1, 1
    return [
        Section((row[0], col[0]), (row[1], col[1]))
        for row in _cut(shape[0], grains[0], down)
        for col in _cut(shape[1], grains[1], across)
    ]


def _cut(side: int, grains: int, count: int) -> list[tuple[slice, slice]]:
    """Cut a side of a page into parts of nearly equal numbers of grains, without and with what is around them."""
    edges = [round(grains * place / count) for place in range(count + 1)]
    return [
        (
            slice(first * GRAIN, min(last * GRAIN, side)),
            slice(max(first - _REACH, 0) * GRAIN, min((last + _REACH) * GRAIN, side)),
        )
        for first, last in pairwise(edges)
    ]


def finest_features(network: DigitNetwork, ink: Tensor, largest: int = LARGEST) -> Tensor:
    """Compute the finest features of a page, section by section.

    Parameters
    ----------
    network
        The digit network.
    ink
        ``(h, w)`` in [0, 1].
    largest
        As for :func:`divide`.

    Returns
    -------
    Tensor
        ``(1, c, h / 4, w / 4)`` of the page padded to multiples of 16, channels last in memory; to rounding, what one
        pass over the page gives.
    """
    height, width = (-(-side // GRAIN) * PER_GRAIN[FINE] for side in ink.shape)
    whole: Tensor | None = None
    for section in divide((ink.shape[0], ink.shape[1]), largest):
        batch = pad_to_grain(ink[section.outer][None, None]).contiguous(memory_format=torch.channels_last)
        found = network.trunk(batch)[0]
        if whole is None:
            whole = found.new_empty((1, height, width, found.shape[1])).permute(0, 3, 1, 2)
        to, taken = zip(
            *(
                _cells(inner, outer, side)
                for inner, outer, side in zip(section.inner, section.outer, (height, width), strict=True)
            ),
            strict=True,
        )
        whole[0, :, to[0], to[1]] = found[0, :, taken[0], taken[1]]
    assert whole is not None
    return whole


def _cells(inner: slice, outer: slice, side: int) -> tuple[slice, slice]:
    """Turn the pixels of a section into cells of the finest map: on the page, and within what is around the section."""
    first, last = inner.start // STRIDE, min(-(-inner.stop // GRAIN) * PER_GRAIN[FINE], side)
    before = outer.start // STRIDE
    return slice(first, last), slice(first - before, last - before)
