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
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from models.digits import GRAIN, STRIDE, DigitNetwork, pad_to_grain

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
    """One convolution: the names of its input and output maps, and the reach of the cone below and above it."""

    module: str
    source: str
    target: str
    reach_in: int  # cells of 1/16 around the peak's that the cone may cover in the input
    reach_out: int
    grain_in: int  # input cells per cell of 1/16
    stride: int = 1
    dilation: int = 1


_DECODER = (
    _Step("decode_quarter.1.0", "up0", "up1", 1, 1, 4),
    _Step("decode_quarter.0.0", "concat4", "up0", 1, 1, 4),
)
_MIDDLE = _Step("decode_eighth.0", "concat8", "up8", 1, 1, 2)
_CONTEXT = (
    _Step("encode_sixteenth.3.0", "sixteenth2", "sixteenth3", 2, 1, 1),
    _Step("encode_sixteenth.2.0", "sixteenth1", "sixteenth2", 4, 2, 1, dilation=2),
    _Step("encode_sixteenth.1.0", "sixteenth0", "sixteenth1", 5, 4, 1),
    _Step("encode_sixteenth.0.0", "eighth1", "sixteenth0", 6, 5, 2, stride=2),
)
_EIGHTH = (
    _Step("encode_eighth.1.0", "eighth0", "eighth1", 6, 6, 2),
    _Step("encode_eighth.0.0", "quarter1", "eighth0", 7, 6, 4, stride=2),
)
_QUARTER = (
    _Step("encode_quarter.1.0", "quarter0", "quarter1", 7, 7, 4),
    _Step("encode_quarter.0.0", "half", "quarter0", 7, 7, 8, stride=2),
)
_PIXELS = _Step("encode_half.0", "ink", "half", 7, 7, 16, stride=2)
REACH = 7 * GRAIN  # pixels: a cone's window ends this far left of and above its peak's cell of 1/16


def _modified(weight: Tensor, gamma: float) -> Tensor:
    return weight + gamma * weight.clamp(min=0)


class Cones:
    """The cones of one page: a forward pass kept, ready to be followed back from any peak.

    Parameters
    ----------
    network
        The digit network, in evaluation mode.
    ink
        ``(h, w)`` in [0, 1], on the network's device and of its floating type.
    gamma
        Gamma of LRP by the leading name of the module.
    """

    def __init__(self, network: DigitNetwork, ink: Tensor, gamma: Mapping[str, float] = GAMMA) -> None:
        self.shape = (int(ink.shape[0]), int(ink.shape[1]))
        self._weights: dict[str, Tensor] = {}
        self._maps: dict[str, Tensor] = {}  # name -> (h + margins, w + margins, channels)
        self._denominators: dict[str, Tensor] = {}
        self._gamma = gamma
        self._modules = dict(network.named_modules())
        maps = self._forward(network, pad_to_grain(ink[None, None]))
        for step in (*_DECODER, _MIDDLE, *_CONTEXT, *_EIGHTH, *_QUARTER):
            self._prepare(step, maps)
        self._prepare_head(maps)
        self._prepare_pixels(maps)

    def _forward(self, network: DigitNetwork, ink: Tensor) -> dict[str, Tensor]:
        maps = {"ink": ink, "half": network.encode_half(ink)}
        for name, block, below in (
            ("quarter", network.encode_quarter, "half"),
            ("eighth", network.encode_eighth, "quarter1"),
            ("sixteenth", network.encode_sixteenth, "eighth1"),
        ):
            x = maps[below]
            for index, layer in enumerate(block):
                maps[f"{name}{index}"] = x = layer(x)
        up = F.interpolate(maps["sixteenth3"], scale_factor=2.0, mode="nearest")
        maps["concat8"] = torch.cat([up, maps["eighth1"]], 1)
        maps["up8"] = network.decode_eighth(maps["concat8"])
        up = F.interpolate(maps["up8"], scale_factor=2.0, mode="nearest")
        maps["concat4"] = torch.cat([up, maps["quarter1"]], 1)
        maps["up0"] = network.decode_quarter[0](maps["concat4"])
        maps["up1"] = network.decode_quarter[1](maps["up0"])
        return maps

    def _gamma_of(self, module: str) -> float:
        return self._gamma[module.split(".")[0]]

    def _keep(self, x: Tensor, reach: int, grain: int) -> Tensor:
        """Lay a map out as ``(h, w, c)`` with a margin that holds any peak's window."""
        margin = reach * grain
        return F.pad(x[0], (margin,) * 4).permute(1, 2, 0).contiguous()

    def _prepare(self, step: _Step, maps: dict[str, Tensor]) -> None:
        weight = _modified(self._modules[step.module].weight, self._gamma_of(step.module))
        x = maps[step.source]
        denominator = F.conv2d(x, weight, None, step.stride, step.dilation, step.dilation)
        self._weights[step.module] = weight
        self._denominators[step.module] = self._keep(denominator, step.reach_out, step.grain_in // step.stride)
        self._maps[step.source] = self._keep(x, step.reach_in, step.grain_in)

    def _prepare_head(self, maps: dict[str, Tensor]) -> None:
        self._weights["head"] = _modified(self._modules["head"].weight, self._gamma_of("head"))
        self._maps["up1"] = self._keep(maps["up1"], 0, 4)

    def _prepare_pixels(self, maps: dict[str, Tensor]) -> None:
        weight = self._modules["encode_half.0"].weight
        below = weight.clamp(max=0)
        paper = torch.zeros_like(maps["ink"])
        paper[..., : self.shape[0], : self.shape[1]] = 1  # the upper bound holds on the page alone
        denominator = F.conv2d(maps["ink"], weight, None, 2, 1) - F.conv2d(paper, below, None, 2, 1)
        self._weights["encode_half.0"] = weight
        self._denominators["encode_half.0"] = self._keep(denominator, _PIXELS.reach_out, 8)
        self._maps["ink"] = self._keep(maps["ink"], _PIXELS.reach_in, 16)
        self._maps["bound"] = self._keep(paper, _PIXELS.reach_in, 16)

    @staticmethod
    def _windows(x: Tensor, origin: Tensor, reach: int, grain: int) -> Tensor:
        """Cut ``(n, c, side, side)`` windows of a kept map; ``origin (n, 2)`` counts cells of 1/16."""
        side = torch.arange((2 * reach + 1) * grain, device=x.device)
        rows = origin[:, 0, None] * grain + side
        cols = origin[:, 1, None] * grain + side
        return x[rows[:, :, None], cols[:, None, :]].permute(0, 3, 1, 2)

    def _back(self, step: _Step, relevance: Tensor, origin: Tensor) -> Tensor:
        """Pass relevance ``(n, c, side, side)`` from the output of a convolution to its input."""
        grain_out = step.grain_in // step.stride
        denominator = self._windows(self._denominators[step.module], origin, step.reach_out, grain_out)
        share = torch.where(relevance != 0, relevance / denominator, 0)
        spread = self._spread(step, share, self._weights[step.module])
        return spread * self._windows(self._maps[step.source], origin, step.reach_in, step.grain_in)

    @staticmethod
    def _spread(step: _Step, share: Tensor, weight: Tensor) -> Tensor:
        full = F.conv_transpose2d(share, weight, None, step.stride, 0, 0, 1, step.dilation)
        before = (step.reach_in - step.reach_out) * step.grain_in - step.dilation
        side = (2 * step.reach_in + 1) * step.grain_in
        after = side - full.shape[-1] - before
        return F.pad(full, (before, after, before, after))

    def _head_back(self, digit: Tensor, cell: Tensor) -> Tensor:
        """Pass one unit of relevance a peak through the 1 x 1 head; place it in the first windows."""
        weight = self._weights["head"][digit, :, 0, 0]  # (n, channels)
        activation = self._maps["up1"][cell[:, 0], cell[:, 1]]
        share = weight * activation
        share = share / share.sum(1, keepdim=True)
        count = len(digit)
        window = share.new_zeros((count, share.shape[1], 12, 12))
        offset = cell % STRIDE + STRIDE
        window[torch.arange(count, device=digit.device), :, offset[:, 0], offset[:, 1]] = share
        return window

    def follow(self, digit: Tensor, cell: Tensor, chunk: int = 48) -> Iterator[tuple[Tensor, Tensor]]:
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
        for start in range(0, len(digit), chunk):
            part = slice(start, start + chunk)
            origin = torch.div(cell[part], STRIDE, rounding_mode="floor")
            yield origin * GRAIN - REACH, self._follow_chunk(digit[part], cell[part], origin)

    def _follow_chunk(self, digit: Tensor, cell: Tensor, origin: Tensor) -> Tensor:
        relevance = self._head_back(digit, cell)
        for step in _DECODER:
            relevance = self._back(step, relevance, origin)
        split = self._weights[_DECODER[-1].module].shape[1] - 32
        up8, quarter = relevance[:, :split], relevance[:, split:]
        relevance = self._back(_MIDDLE, F.avg_pool2d(up8, 2) * 4, origin)
        split = self._weights[_MIDDLE.module].shape[1] - 64
        sixteenth, eighth = relevance[:, :split], relevance[:, split:]
        relevance = F.avg_pool2d(sixteenth, 2) * 4
        for step in _CONTEXT:
            relevance = self._back(step, relevance, origin)
        relevance = relevance + F.pad(eighth, (10, 10, 10, 10))  # reach 1 -> 6 at two cells a cell of 1/16
        for step in _EIGHTH:
            relevance = self._back(step, relevance, origin)
        relevance = relevance + F.pad(quarter, (24, 24, 24, 24))  # reach 1 -> 7 at four cells
        for step in _QUARTER:
            relevance = self._back(step, relevance, origin)
        return self._pixels_back(relevance, origin)

    def _pixels_back(self, relevance: Tensor, origin: Tensor) -> Tensor:
        weight = self._weights["encode_half.0"]
        denominator = self._windows(self._denominators["encode_half.0"], origin, _PIXELS.reach_out, 8)
        share = torch.where(relevance != 0, relevance / denominator, 0)
        ink = self._windows(self._maps["ink"], origin, _PIXELS.reach_in, 16)
        bound = self._windows(self._maps["bound"], origin, _PIXELS.reach_in, 16)
        toward = self._spread(_PIXELS, share, weight) * ink
        return (toward - self._spread(_PIXELS, share, weight.clamp(max=0)) * bound)[:, 0]
