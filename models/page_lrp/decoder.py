"""DecoderWindows: what the layers of the digit network's decoder take in around detections.

Detections depend on few units of the decoder. Where its maps are there, windows are cut from them; where they are not,
since those of a large page take much memory, the windows alone are computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from tablekin.models.networks.architecture import FINE, LAYERS, Layer
from tablekin.models.networks.digits import DigitNetwork
from tablekin.models.page_lrp.tiles import FeatureMap

DECODER = tuple(layer for layer in reversed(LAYERS) if layer.stage.startswith("decode"))
_UPPER, _LOWER, _COARSEST = DECODER
_SIDE = 5  # units, of the windows that the lower two layers take in


@dataclass(frozen=True)
class DecoderInputs:
    """Windows around ``n`` detections, ``(n, channels, side, side)``."""

    fine: Tensor  # 1 x 1, the detections' own cells of the finest map
    upper: Tensor  # 3 x 3
    lower: Tensor  # 5 x 5, what is laid out at twice its size first, then what is beside it
    coarsest: Tensor  # 5 x 5, likewise


class DecoderWindows:
    """A page that such windows are cut from.

    Parameters
    ----------
    network
        The digit network.
    maps
        Its activations on the page, those of the encoder or all.
    """

    def __init__(self, network: DigitNetwork, maps: Mapping[str, Tensor]) -> None:
        names = {FINE, *(name for layer in DECODER for name in (layer.source, layer.beside) if name)}
        self._maps = {name: FeatureMap.of(maps[name]) for name in names & maps.keys()}
        self._is_whole = FINE in maps
        self._weights = {
            layer.name: network.get_parameter(f"{layer.convolution}.weight") for layer in DECODER
        }

    def around(self, cell: Tensor, coarse: Tensor) -> DecoderInputs:
        """Cut or compute the windows of detections.

        Parameters
        ----------
        cell
            ``(n, 2)``, row and column of each detection in the finest map.
        coarse
            ``(n, 2)``, those of the first of the 3 x 3 units at 1/8 that it depends on.
        """
        coarsest = self._join(_COARSEST, self._maps[_COARSEST.source].cut(coarse - 1, _SIDE, 2), coarse - 1)
        if self._is_whole:
            lower = self._join(_LOWER, self._maps[_LOWER.source].cut(cell - 2, _SIDE, 2), cell - 2)
            return DecoderInputs(
                self._maps[FINE].cut(cell, 1), self._maps[_UPPER.source].cut(cell - 1, 3), lower, coarsest
            )
        eighth = self._apply(_COARSEST, coarsest, coarse, _COARSEST.beside)
        along = torch.arange(_SIDE, device=cell.device)
        down, across = ((cell - 2 - 2 * coarse)[:, :, None] + along).div(2, rounding_mode="floor").unbind(1)
        each = torch.arange(len(cell), device=cell.device)[:, None, None]
        above = eighth.permute(0, 2, 3, 1)[each, down[:, :, None], across[:, None, :]].permute(0, 3, 1, 2)
        lower = self._join(_LOWER, above, cell - 2)
        upper = self._apply(_LOWER, lower, cell - 1, _LOWER.beside)
        return DecoderInputs(self._apply(_UPPER, upper, cell, _LOWER.beside), upper, lower, coarsest)

    def _join(self, layer: Layer, above: Tensor, corner: Tensor) -> Tensor:
        """Put windows of what is beside, which begin at ``corner (n, 2)``, to those of what is above."""
        assert layer.beside is not None
        return torch.cat([above, self._maps[layer.beside].cut(corner, _SIDE)], 1)

    def _apply(self, layer: Layer, inputs: Tensor, corner: Tensor, like: str | None) -> Tensor:
        """Compute windows of a layer's outputs, which begin at ``corner (n, 2)`` of a map of the size of ``like``.

        Beside the page there are none, as on it the convolutions see none there.
        """
        assert like is not None
        found = F.conv2d(inputs, self._weights[layer.name]).relu_()
        inside = torch.ones((), dtype=torch.bool, device=corner.device)
        for axis, size in enumerate(self._maps[like].cells.shape[:2]):
            along = corner[:, axis, None] + torch.arange(found.shape[2 + axis], device=corner.device)
            on_page = ((along >= 0) & (along < size))[:, None]
            inside = inside & (on_page[..., None] if axis == 0 else on_page[..., None, :])
        return found.mul_(inside)
