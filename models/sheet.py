"""Sheet: a map of activations laid out so that windows can be cut from it, also across its edges."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Sheet:
    """A map with its channels last and a margin of zeros around it."""

    cells: Tensor  # (h + 2 * margin, w + 2 * margin, c)
    margin: int

    @classmethod
    def of(cls, x: Tensor, margin: int) -> Sheet:
        """Lay out a map ``(1, c, h, w)``."""
        return cls(F.pad(x[0].permute(1, 2, 0), (0, 0, *(margin,) * 4)).contiguous(), margin)

    def cut(self, corner: Tensor, side: int) -> Tensor:
        """Cut ``(n, c, side, side)`` windows; ``corner (n, 2)`` is the row and column of each one's first cell."""
        first = corner + self.margin
        span = torch.arange(side, device=corner.device)
        down, across = first[:, 0, None] + span, first[:, 1, None] + span
        return self.cells[down[:, :, None], across[:, None, :]].permute(0, 3, 1, 2)


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
