"""FeatureMap: a map of activations that windows can be cut from, also across its edges.

On a processor loops are compiled that go through windows once, where torch would gather them, blank what is beside the
page, and multiply, one after the other in main memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tablekin.models.compilation import compiled


@dataclass(frozen=True)
class FeatureMap:
    """A map with its channels last; around it there is nothing."""

    cells: Tensor  # (h, w, c)

    @classmethod
    def of(cls, x: Tensor) -> FeatureMap:
        """Lay out a map ``(1, c, h, w)``; no copy is made where its channels are last in memory."""
        return cls(x[0].permute(1, 2, 0).contiguous())

    def cut(self, corner: Tensor, sides: int | tuple[int, int], coarser: int = 1) -> Tensor:
        """Cut ``(n, c, high, wide)`` windows.

        Parameters
        ----------
        corner
            ``(n, 2)``, row and column of each window's first cell.
        sides
            Height and width of the windows, one number if they are equal.
        coarser
            How many times larger the map is laid out, so that each of its cells is as many high and wide.
        """
        high, wide = (sides, sides) if isinstance(sides, int) else sides
        down = corner[:, 0, None] + torch.arange(high, device=corner.device)
        across = corner[:, 1, None] + torch.arange(wide, device=corner.device)
        if coarser > 1:
            down, across = (torch.div(axis, coarser, rounding_mode="floor") for axis in (down, across))
        height, width = self.cells.shape[:2]
        row, col = down.clamp(0, height - 1), across.clamp(0, width - 1)
        place = row[:, :, None] * width + col[:, None, :]
        found = self.cells.flatten(0, 1).index_select(0, place.flatten()).unflatten(0, place.shape)
        outside = (row != down)[:, :, None] | (col != across)[:, None, :]
        if outside.is_cuda or outside.any():  # to ask would make the processor wait for the accelerator
            found.masked_fill_(outside[..., None], 0)
        return found.permute(0, 3, 1, 2)

    def scale(self, windows: Tensor, corner: Tensor) -> Tensor:
        """Multiply windows ``(n, c, high, wide)`` by those of the map that begin at ``corner (n, 2)``.

        The windows may be overwritten.
        """
        if windows.is_cuda:
            return windows * self.cut(corner, (windows.shape[2], windows.shape[3]))
        scaled = windows.permute(0, 2, 3, 1).contiguous()
        _scale(scaled.numpy(), self.cells.numpy(), corner.numpy())
        return scaled.permute(0, 3, 1, 2)

    def cut_regions(
        self, corner: Tensor, sides: tuple[int, int], regions: FeatureMap, number: Tensor
    ) -> Tensor:
        """Cut ``(n, c, high, wide)`` windows, of each of which one region is kept.

        Parameters
        ----------
        corner, sides
            As for :meth:`cut`.
        regions
            The regions' numbers, ``(h, w, 1)``, of the upper left part of the map.
        number
            ``(n,)``, the region that is kept of each window.
        """
        if self.cells.is_cuda:
            return self.cut(corner, sides) * (regions.cut(corner, sides) == number[:, None, None, None])
        found = self.cells.new_zeros((len(corner), *sides, self.cells.shape[2]))
        _copy_regions(
            found.numpy(), self.cells.numpy(), regions.cells[..., 0].numpy(), corner.numpy(), number.numpy()
        )
        return found.permute(0, 3, 1, 2)


@compiled
def _scale(
    windows: NDArray, cells: NDArray, corner: NDArray[np.int64]
) -> None:  # pragma: no cover (compiled)
    height, width, channels = cells.shape
    for n in range(windows.shape[0]):
        for row in range(windows.shape[1]):
            y = corner[n, 0] + row
            for col in range(windows.shape[2]):
                x = corner[n, 1] + col
                window = windows[n, row, col]
                if y < 0 or y >= height or x < 0 or x >= width:
                    window[:] = 0
                else:
                    cell = cells[y, x]
                    for c in range(channels):
                        window[c] *= cell[c]


@compiled
def _copy_regions(
    windows: NDArray,
    cells: NDArray,
    regions: NDArray[np.int32],
    corner: NDArray[np.int64],
    number: NDArray[np.int64],
) -> None:  # pragma: no cover (compiled)
    height, width = regions.shape
    for n in range(windows.shape[0]):
        for row in range(max(-corner[n, 0], 0), min(height - corner[n, 0], windows.shape[1])):
            y = corner[n, 0] + row
            for col in range(max(-corner[n, 1], 0), min(width - corner[n, 1], windows.shape[2])):
                x = corner[n, 1] + col
                if regions[y, x] == number[n]:
                    for c in range(cells.shape[2]):
                        windows[n, row, col, c] = cells[y, x, c]


def embed(small: Tensor, offset: Tensor, side: int) -> Tensor:
    """Lay windows ``(n, c, s, s)`` into empty ones ``(n, c, side, side)``, each at its ``offset (n, 2)``."""
    count, channels, span = small.shape[:3]
    large = small.new_zeros((count, side, side, channels))
    each, along = torch.arange(count, device=small.device), torch.arange(span, device=small.device)
    down, across = offset[:, 0, None] + along, offset[:, 1, None] + along
    large[each[:, None, None], down[:, :, None], across[:, None, :]] = small.permute(0, 2, 3, 1)
    return large.permute(0, 3, 1, 2)


def rows(x: Tensor) -> NDArray:
    """Lay maps ``(n, c, h, w)`` out as an array ``(n, h, w, c)``."""
    return x.permute(0, 2, 3, 1).contiguous().cpu().numpy()
