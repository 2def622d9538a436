"""Where on the page the relevance of each digit comes from: LRP through the digit network, one cone a peak.

The relevance of one peak of a digit map can only reach the pixels inside its receptive field. Instead of passing
relevance through whole pages, windows are cut from the activations of a single forward pass, just large enough at
every layer to hold the cone of a peak, and all peaks are passed back through these windows in batches. The result
is the same, to rounding, as a backward pass over the page for each peak (``tests/models/test_cones.py``).

Rules: LRP-gamma on the convolutions, ``R_i = sum_j a_i w'_ij / (sum_i a_i w'_ij) R_j`` with
``w' = w + gamma * max(w, 0)`` (Montavon et al. 2019, "Layer-Wise Relevance Propagation: An Overview"), and z^B with
the bounds 0 and 1 on the pixels. Activations are non-negative and there are no biases, so every denominator is at
least the activation it explains, and the relevance that arrives at the pixels sums to the relevance sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.networks.digits import GRAIN, STRIDE, DigitNetwork, activations, pad_to_grain
from tablekin.models.page_lrp.adjoint import MAPS, adjoint_shares, pool_windows
from tablekin.models.page_lrp.tiles import FeatureMap, embed, rows

GAMMA: Mapping[str, float] = {
    "encode_quarter": 0.5,
    "encode_eighth": 0.25,
    "encode_sixteenth": 0.25,
    "decode_eighth": 0.1,
    "decode_quarter": 0.1,
    "head": 0.0,
}


@dataclass(frozen=True)
class _Step:
    """One convolution: its input, the convolution that made the input, and the cone's reach on both sides.

    A reach counts cells of 1/16 around the peak's; ``grain_in`` is the number of input cells in one of them.
    """

    module: str
    source: str
    below: str | None  # None for the pixels
    reach_in: int
    reach_out: int
    grain_in: int
    stride: int = 1
    dilation: int = 1


_CONTEXT = (
    _Step("encode_sixteenth.3.0", "sixteenth2", "encode_sixteenth.2.0", 2, 1, 1),
    _Step("encode_sixteenth.2.0", "sixteenth1", "encode_sixteenth.1.0", 4, 2, 1, dilation=2),
)
_EIGHTH = (
    _Step("encode_sixteenth.1.0", "sixteenth0", "encode_sixteenth.0.0", 5, 4, 1),
    _Step("encode_sixteenth.0.0", "eighth1", "encode_eighth.1.0", 6, 5, 2, stride=2),
    _Step("encode_eighth.1.0", "eighth0", "encode_eighth.0.0", 6, 6, 2),
)
_QUARTER = (
    _Step("encode_eighth.0.0", "quarter1", "encode_quarter.1.0", 7, 6, 4, stride=2),
    _Step("encode_quarter.1.0", "quarter0", "encode_quarter.0.0", 7, 7, 4),
    _Step("encode_quarter.0.0", "half", "encode_half.0", 7, 7, 8, stride=2),
)
_PIXELS = _Step("encode_half.0", "ink", None, 7, 7, 16, stride=2)
_ENCODER = (*_CONTEXT, *_EIGHTH, *_QUARTER)
_DECODER = ("decode_quarter.1.0", "decode_quarter.0.0", "decode_eighth.0")
REACH = 7 * GRAIN  # pixels: a cone's window ends this far left of and above its peak's cell of 1/16


@dataclass(frozen=True)
class _Shares:
    """Shares of some peaks, where the way back leaves the decoder for good.

    Windows at 1/16 begin 4 cells before ``origin``, those at 1/8 2 cells before that of ``origin``.
    """

    origin: Tensor  # (n, 2), the peaks' cells of 1/16
    sixteenth: Tensor  # (n, 96, 9, 9)
    eighth: Tensor  # (n, 64, 6, 6), beside
    quarter: Tensor  # (n, 32, 6, 6), beside
    corner: Tensor  # (n, 2), row and column of the first cell of those at 1/4


class PatchPropagation:
    """The cones of one page: a forward pass kept, ready to be followed back from any peak.

    What travels back is the *share* of an output: its relevance divided by its denominator. A share is spread over
    the inputs by the transposed convolution; times an input's activation that is the input's relevance, and times
    the activation over the input's own denominator, its *gain*, the input's share.

    Parameters
    ----------
    network
        The digit network, in evaluation mode.
    ink
        ``(h, w)`` in [0, 1], on the network's device and of its floating type.
    gamma
        Gamma of LRP by the leading name of the module.
    maps
        The activations of a forward pass over the page, if there was one (:func:`models.digits.activations`);
        they are overwritten.
    """

    def __init__(
        self,
        network: DigitNetwork,
        ink: Tensor,
        gamma: Mapping[str, float] = GAMMA,
        maps: Mapping[str, Tensor] | None = None,
    ) -> None:
        self.shape = (int(ink.shape[0]), int(ink.shape[1]))
        self._weights = {
            module: _favoured(network.get_submodule(module), gamma[module.split(".")[0]])
            for module in (*_DECODER, *(step.module for step in _ENCODER), "head")
        }
        maps = maps or activations(network, pad_to_grain(ink[None, None]))
        weight = network.get_parameter(f"{_PIXELS.module}.weight")
        self._pixels, self._weights["pixels"] = self._pixel_rule(maps["ink"], weight)
        inverses = {step.module: self._inverse(step, maps) for step in _ENCODER}
        inverses[_PIXELS.module] = _invert(F.conv2d(self._pixels, self._weights["pixels"], None, 2, 1))
        self._sheets = {name: FeatureMap.of(maps[name]) for name in ("up1", "up0", "concat4", "concat8")}
        for module in ("encode_sixteenth.3.0", "encode_eighth.1.0", "encode_quarter.1.0"):
            self._sheets[module] = FeatureMap.of(inverses[module])
        self._gains = {
            step.source: maps[step.source].mul_(inverses[step.below]) for step in _ENCODER if step.below
        }
        self._inverses = {
            step.source: inverses[step.below] for step in _ENCODER if step.below and step.source in MAPS
        }
        self._keep(*_CONTEXT)

    def _pixel_rule(self, ink: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Give what the first convolution takes in under z^B, ``(1, 2, h, w)``, and its weights."""
        bound = torch.zeros_like(ink)
        bound[..., : self.shape[0], : self.shape[1]] = 1  # the upper bound holds on the page alone
        against = -weight.clamp(max=0)  # of the upper bound; the lower one is 0
        return torch.cat([ink, bound], 1), torch.cat([weight, against], 1)

    def _inverse(self, step: _Step, maps: Mapping[str, Tensor]) -> Tensor:
        """One over the denominators of a convolution's outputs; 0 where nothing contributes."""
        weight = self._weights[step.module]
        return _invert(F.conv2d(maps[step.source], weight, None, step.stride, step.dilation, step.dilation))

    def _keep(self, *steps: _Step) -> None:
        """Keep the gains of steps' inputs for windows to be cut from them."""
        for step in steps:
            self._sheets[step.source] = FeatureMap.of(self._gains[step.source])

    def _windows(self, name: str, origin: Tensor, reach: int, grain: int) -> Tensor:
        """Cut windows that reach as many cells of 1/16 around ``origin (n, 2)``."""
        return self._sheets[name].cut((origin - reach) * grain, (2 * reach + 1) * grain)

    def _back(self, step: _Step, share: Tensor, origin: Tensor) -> Tensor:
        """Pass the shares of a convolution's outputs to its inputs."""
        spread = _spread(step, share, self._weights[step.module])
        return spread * self._windows(step.source, origin, step.reach_in, step.grain_in)

    def _widen(self, module: str, relevance: Tensor, inputs: Tensor) -> Tensor:
        """Pass relevance of a decoder's ``side x side`` outputs to its ``(side + 2) x (side + 2)`` inputs.

        Denominators are computed here, since peaks see few cells of the decoder.
        """
        weight = self._weights[module]
        share = relevance * _invert(F.conv2d(inputs, weight))
        return _spread_around(share, weight) * inputs

    def _decoder_back(self, digit: Tensor, cell: Tensor, origin: Tensor) -> _Shares:
        """Pass one unit of relevance a peak through head and decoder; at 1/16 only the inner 3 x 3 cells."""
        relevance = self._weights["head"][digit, :, 0, 0][..., None, None] * self._sheets["up1"].cut(cell, 1)
        relevance = relevance / relevance.sum(1, keepdim=True)
        relevance = self._widen("decode_quarter.1.0", relevance, self._sheets["up0"].cut(cell - 1, 3))
        relevance = self._widen("decode_quarter.0.0", relevance, self._sheets["concat4"].cut(cell - 2, 5))
        coarse = torch.div(cell - 2, 2, rounding_mode="floor")  # 3 x 3 cells of 1/8 hold the 5 x 5 of 1/4
        above, quarter = _split(embed(relevance, cell - 2 - 2 * coarse, 6), 32)
        relevance = self._widen("decode_eighth.0", above, self._sheets["concat8"].cut(coarse - 1, 5))
        above, eighth = _split(embed(relevance, coarse + 1 - 2 * origin, 6), 64)
        return _Shares(
            origin,
            above * self._windows("encode_sixteenth.3.0", origin, 1, 1),
            eighth * self._windows("encode_eighth.1.0", origin, 1, 2),
            quarter * self._sheets["encode_quarter.1.0"].cut(2 * coarse, 6),
            2 * coarse,
        )

    def _follow_to_sixteenth(self, digit: Tensor, cell: Tensor, chunk: int) -> Iterator[_Shares]:
        """Follow peaks back to the second convolution at 1/16."""
        for start in range(0, len(digit), chunk):
            part = slice(start, start + chunk)
            origin = torch.div(cell[part], STRIDE, rounding_mode="floor")
            found = self._decoder_back(digit[part], cell[part], origin)
            share = found.sixteenth
            for step in _CONTEXT:
                share = self._back(step, share, origin)
            yield replace(found, sixteenth=share)

    def follow(self, digit: Tensor, cell: Tensor, chunk: int = 12) -> Iterator[tuple[Tensor, Tensor]]:
        """Follow peaks back to the pixels.

        Parameters
        ----------
        digit
            ``(n,)`` int64, the map of each peak.
        cell
            ``(n, 2)`` int64, row and column of each peak in the map.
        chunk
            Peaks passed back together; bounds memory to about 6 MB a peak.

        Yields
        ------
        tuple
            ``corner (k, 2)``: row and column of each window's first pixel on the page (may be negative), and
            ``relevance (k, 240, 240)``: each window sums to 1.
        """
        if "ink" not in self._sheets:
            self._keep(*_EIGHTH, *_QUARTER)
            self._sheets["ink"] = FeatureMap.of(self._pixels)
        for found in self._follow_to_sixteenth(digit, cell, chunk):
            share, origin = found.sixteenth, found.origin
            for step in (*_EIGHTH, *_QUARTER):
                share = self._back(step, share, origin)
                if step.source == "eighth1":
                    share[..., 10:-10, 10:-10] += found.eighth  # reach 1 in reach 6, at two cells
                if step.source == "quarter1":
                    beside = embed(found.quarter, found.corner - 4 * (origin - 1), 12)
                    share[..., 24:-24, 24:-24] += beside  # reach 1 in reach 7, at four cells
            yield origin * GRAIN - REACH, self._pixels_back(share, origin)

    def pool(
        self, digit: Tensor, cell: Tensor, labels: NDArray[np.int32], chunk: int = 128
    ) -> NDArray[np.float64]:
        """Follow peaks back to the pixels and add their relevance up by region.

        The windows are followed down to 1/16 and, beside it, to 1/8 and 1/4; from there on see :mod:`models.falls`.

        Parameters
        ----------
        digit, cell, chunk
            As for :meth:`follow`; a peak takes less memory here.
        labels
            ``(h, w)``, the region of each pixel of the page.

        Returns
        -------
        ndarray
            ``(n, regions)``; each row sums to 1.
        """
        pooled = np.zeros((len(digit), int(labels.max()) + 1))
        if not len(digit):
            return pooled
        falls = adjoint_shares(labels, self._pixels, self._gains, self._inverses, self._weights)
        start = 0
        for found in self._follow_to_sixteenth(digit, cell, chunk):
            part = pooled[start : start + len(found.origin)]
            for share, corner, name in (
                (found.sixteenth, found.origin - _CONTEXT[-1].reach_in, "sixteenth1"),
                (found.eighth, 2 * (found.origin - 1), "eighth1"),
                (found.quarter, found.corner, "quarter1"),
            ):
                pool_windows(rows(share), corner.cpu().numpy(), falls[name], part)
            start += len(found.origin)
        return pooled

    def _pixels_back(self, share: Tensor, origin: Tensor) -> Tensor:
        toward = _spread(_PIXELS, share, self._weights["pixels"])
        return (toward * self._windows("ink", origin, _PIXELS.reach_in, 16)).sum(1)


def _favoured(layer: nn.Module, gamma: float) -> Tensor:
    """Weights of LRP-gamma."""
    weight = layer.get_parameter("weight")
    return weight + gamma * weight.clamp(min=0)


def _invert(denominator: Tensor) -> Tensor:
    """One over each denominator, in its place; 0 where nothing contributes."""
    tiny = torch.finfo(denominator.dtype).tiny / torch.finfo(denominator.dtype).eps
    nothing = denominator <= tiny
    return denominator.reciprocal_().masked_fill_(nothing, 0)


def _split(relevance: Tensor, beside: int) -> tuple[Tensor, Tensor]:
    """Part relevance at a joined map: what goes up came from 2 x 2 copies of a coarser map; the rest is beside."""
    return F.avg_pool2d(relevance[:, :-beside], 2) * 4, relevance[:, -beside:]


def _spread_around(share: Tensor, weight: Tensor, padding: int = 2, dilation: int = 1) -> Tensor:
    """Transposed convolution without stride, as the convolution with the kernel turned around, which is faster."""
    turned = weight.flip(2, 3).transpose(0, 1).contiguous(memory_format=torch.channels_last)
    return F.conv2d(share.contiguous(memory_format=torch.channels_last), turned, None, 1, padding, dilation)


def _spread(step: _Step, share: Tensor, weight: Tensor) -> Tensor:
    """Transposed convolution from windows of the outputs to windows of the inputs."""
    before = (step.reach_in - step.reach_out) * step.grain_in - step.dilation
    if step.stride == 1:
        return _spread_around(share, weight, 2 * step.dilation + before, step.dilation)
    full = F.conv_transpose2d(share, weight, None, step.stride, 0, 0, 1, step.dilation)
    after = (2 * step.reach_in + 1) * step.grain_in - full.shape[-1] - before
    return F.pad(full, (before, after, before, after))
