"""FeatureMap: a map of activations that windows can be cut from, also across its edges."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from numpy.typing import NDArray
from torch import Tensor


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
