"""Active units: convolutions of relevance through the units alone that give or receive some.

A unit whose activation is zero receives nothing under a proportional rule, and below max pooling one unit in four gives
something: all others are zero for every seed. What is left of a convolution at one place of its map is a small matrix,
from the units that give in the places around it to those that receive there. It is gathered from the weights once for
all seeds, which are then multiplied together. Nothing is left out but products with zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from tablekin.models.compilation import compiled
from tablekin.models.lrp.register_tile import BYTES, HEIGHT, MAX_ACROSS, add_up

Pair = tuple[int, int]
"""A number for the way down a map and one for the way across."""

_SPEED = 0.8  # of multiplying for active units alone, in parts of that of whole convolutions
_PER_NUMBER = 200  # multiplications that take as long as taking one number out of a map, or putting it there


@dataclass(frozen=True)
class ActiveUnits:
    """The units of a map ``(channels, height, width)`` that take part, place by place, row by row."""

    shape: tuple[int, int, int]
    begin: NDArray[np.int64]  # (height * width + 1,): where the units of each place begin
    channel: NDArray[np.int64]  # (units,)
    index: Tensor  # (units,) int64: in the flattened map

    @classmethod
    def of(cls, mask: Tensor) -> ActiveUnits:
        """List the units where ``mask (channels, height, width)`` is true."""
        channels, height, width = mask.shape
        places = mask.flatten(1).T
        begin = np.zeros(height * width + 1, np.int64)
        begin[1:] = places.sum(1).cumsum(0).numpy()
        place, channel = places.nonzero(as_tuple=True)
        return cls((channels, height, width), begin, channel.numpy(), channel * (height * width) + place)

    @property
    def by_place(self) -> Tensor:
        """Where the units stand in the map with its channels last, ``(units,)``."""
        channels, height, width = self.shape
        return self.index % (height * width) * channels + torch.from_numpy(self.channel)

    def pick(self, maps: Tensor, multiple: int = 1) -> Tensor:
        """Take the units out of maps ``(seeds, channels, height, width)``.

        Returns
        -------
        Tensor
            ``(units, seeds)``, with zeros behind the seeds up to a multiple of a number.
        """
        found = maps.flatten(1).index_select(1, self.index)
        return F.pad(found, (0, 0, 0, -len(maps) % multiple)).T.contiguous()

    def put(self, values: Tensor) -> Tensor:
        """Lay the values ``(units, seeds)`` out as maps that are zero elsewhere."""
        place_of = torch.full((math.prod(self.shape),), len(values))  # a last one that is zero for all others
        place_of[self.index] = torch.arange(len(values))
        padded = F.pad(values.T, (0, 1))  # (seeds, units + 1)
        return padded.index_select(1, place_of).reshape(-1, *self.shape)


@dataclass(frozen=True)
class Surroundings:
    """Which places of one map give to a place of another: ``place * stride + first + tap * dilation``."""

    stride: Pair
    first: Pair
    dilation: Pair


def convolve_active(maps: Tensor, taps: Tensor, receivers: Tensor, around: Surroundings) -> Tensor | None:
    """Convolve maps between the units alone that give something and those that are to receive something.

    Parameters
    ----------
    maps
        ``(seeds, giving channels, height, width)``, float32 or float64, on the processor.
    taps
        The weights, ``(receiving channels, kernel height, kernel width, giving channels)``.
    receivers
        ``(receiving channels, height, width)`` bool.
    around
        Which places of the maps belong to each place of the receiving ones.

    Returns
    -------
    Tensor or None
        ``(seeds, receiving channels, height, width)``, 0 where nothing is to be received. None where so many units take
        part that a whole convolution is faster.
    """
    if maps.device.type != "cpu" or maps.dtype not in (torch.float32, torch.float64):
        return None
    numbers = (maps[0].numel() + receivers.numel()) * len(maps) * _PER_NUMBER
    whole = receivers[0].numel() * taps.numel() * len(maps)  # in multiplications
    if numbers >= whole:
        return None
    mask = (maps != 0).any(0)
    lanes = BYTES // maps.element_size()
    if not _is_faster(mask, receivers, numbers / whole, -(-len(maps) // lanes) * lanes / len(maps)):
        return None
    giving, receiving = ActiveUnits.of(mask), ActiveUnits.of(receivers)
    values = giving.pick(maps, lanes)
    result = values.new_zeros((len(receiving.index), values.shape[1]))
    arrays = taps.contiguous().numpy(), values.numpy(), result.numpy()

    def multiply(first: int, end: int) -> None:
        _multiply(
            *arrays,
            (receiving.begin, receiving.channel),
            (giving.begin, giving.channel),
            (receivers.shape[2], *mask.shape[1:]),
            (around.stride, around.first, around.dilation),
            (first, end),
        )

    _in_threads(multiply, receiving.begin)
    return receiving.put(result[:, : len(maps)])


def _is_faster(mask: Tensor, receivers: Tensor, sorting: float, filled: float) -> bool:
    """Tell whether active units take less than a whole convolution.

    Parameters
    ----------
    mask, receivers
        Which units give, and which receive.
    sorting
        What taking units out and putting them back costs, in parts of the whole convolution.
    filled
        Numbers that registers multiply, in parts of those that are seeds.
    """
    share = float(mask.double().mean() * receivers.double().mean())  # were units spread evenly
    return share * filled / _SPEED + sorting < 1


def _in_threads(multiply: Callable[[int, int], None], begin: NDArray[np.int64]) -> None:
    """Share the places of a map among as many threads as torch has, each with about as many units."""
    threads = torch.get_num_threads()
    bounds = np.searchsorted(begin, np.linspace(0, begin[-1], threads + 1))
    bounds[0], bounds[-1] = 0, len(begin) - 1
    if threads == 1:
        multiply(0, len(begin) - 1)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(multiply, bounds[:-1].tolist(), bounds[1:].tolist()))


@compiled
def _multiply(
    taps: NDArray[np.floating],
    values: NDArray[np.floating],
    result: NDArray[np.floating],
    receiving: tuple[NDArray[np.int64], NDArray[np.int64]],
    giving: tuple[NDArray[np.int64], NDArray[np.int64]],
    sizes: tuple[int, int, int],
    around: tuple[Pair, Pair, Pair],
    places: Pair,
) -> None:  # pragma: no cover (compiled)
    """Fill the rows of ``result (receiving units, seeds)`` that belong to some places of the receiving map."""
    stride, origin, dilation = around
    across_receiving, height, width = sizes
    begin, channel = giving
    per_receiver = taps.shape[1] * taps.shape[2] * taps.shape[3]
    flat = taps.reshape(taps.size)
    tap = np.empty(per_receiver, np.int64)  # of each given value, its weight among those of one receiver
    given = np.empty(per_receiver, np.int64)  # and its row
    for place in range(places[0], places[1]):
        used = 0
        for down in range(taps.shape[1]):
            y = place // across_receiving * stride[0] + origin[0] + down * dilation[0]
            for across in range(taps.shape[2]):
                x = place % across_receiving * stride[1] + origin[1] + across * dilation[1]
                if 0 <= y < height and 0 <= x < width:
                    there = y * width + x
                    for unit in range(begin[there], begin[there + 1]):
                        tap[used] = (down * taps.shape[2] + across) * taps.shape[3] + channel[unit]
                        given[used] = unit
                        used += 1
        first, end = receiving[0][place], receiving[0][place + 1]
        rows = receiving[1][first:end] * per_receiver
        _fill(flat, rows, tap, values, given, used, result[first:end])


@compiled
def _fill(
    weights: NDArray[np.floating],
    row: NDArray[np.int64],
    tap: NDArray[np.int64],
    values: NDArray[np.floating],
    unit: NDArray[np.int64],
    used: int,
    result: NDArray[np.floating],
) -> None:  # pragma: no cover (compiled)
    """Fill the rows of one place, tile by tile; the last tile of full height overlaps the one before."""
    lanes = BYTES // values.itemsize
    column = 0
    while column < values.shape[1]:
        across = min(MAX_ACROSS, (values.shape[1] - column) // lanes)
        first = 0
        while first < len(row):
            full = len(row) >= HEIGHT[across]
            first = min(first, len(row) - HEIGHT[across]) if full else first
            there = result[first:, column:]
            add_up(across, full, used, weights, row[first:], tap, values[:, column:], unit, there)
            first += HEIGHT[across] if full else 1
        column += across * lanes
