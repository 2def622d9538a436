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

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from models.catchment import EIGHTH, QUARTER, colour_regions, pool_windows, recolour
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
    """One convolution: its input, the convolution that made the input, and the cone's reach on both sides.

    A reach counts cells of 1/16 around the peak's; ``grain_in`` is the number of input cells in one of them.
    """

    module: str
    source: str
    below: str | None  # None where the input is joined from two maps
    reach_in: int
    reach_out: int
    grain_in: int
    stride: int = 1
    dilation: int = 1


_DECODER = (
    _Step("decode_quarter.1.0", "up0", "decode_quarter.0.0", 1, 1, 4),
    _Step("decode_quarter.0.0", "concat4", None, 1, 1, 4),
)
_MIDDLE = _Step("decode_eighth.0", "concat8", None, 1, 1, 2)
_CONTEXT = (
    _Step("encode_sixteenth.3.0", "sixteenth2", "encode_sixteenth.2.0", 2, 1, 1),
    _Step("encode_sixteenth.2.0", "sixteenth1", "encode_sixteenth.1.0", 4, 2, 1, dilation=2),
    _Step("encode_sixteenth.1.0", "sixteenth0", "encode_sixteenth.0.0", 5, 4, 1),
    _Step("encode_sixteenth.0.0", "eighth1", "encode_eighth.1.0", 6, 5, 2, stride=2),
)
_EIGHTH = _Step("encode_eighth.1.0", "eighth0", "encode_eighth.0.0", 6, 6, 2)
_QUARTER = (
    _Step("encode_eighth.0.0", "quarter1", "encode_quarter.1.0", 7, 6, 4, stride=2),
    _Step("encode_quarter.1.0", "quarter0", "encode_quarter.0.0", 7, 7, 4),
    _Step("encode_quarter.0.0", "half", "encode_half.0", 7, 7, 8, stride=2),
)
_PIXELS = _Step("encode_half.0", "ink", None, 7, 7, 16, stride=2)
_STEPS = (*_DECODER, _MIDDLE, *_CONTEXT, _EIGHTH, *_QUARTER)
REACH = 7 * GRAIN  # pixels: a cone's window ends this far left of and above its peak's cell of 1/16


class Cones:
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
    """

    def __init__(self, network: DigitNetwork, ink: Tensor, gamma: Mapping[str, float] = GAMMA) -> None:
        self.shape = (int(ink.shape[0]), int(ink.shape[1]))
        self._weights = {
            step.module: _favoured(network.get_submodule(step.module), gamma[step.module.split(".")[0]])
            for step in _STEPS
        }
        self._weights["head"] = _favoured(network.head, gamma["head"])
        self._weights["pixels"] = network.get_parameter(f"{_PIXELS.module}.weight")
        self._kept: dict[str, Tensor] = {}  # (h + margins, w + margins, channels)
        maps = _activations(network, pad_to_grain(ink[None, None]))
        self._ink, self._bound = maps["ink"], torch.zeros_like(maps["ink"])
        self._bound[..., : self.shape[0], : self.shape[1]] = 1  # the upper bound holds on the page alone
        inverses = {step.module: self._inverse(step, maps) for step in _STEPS}
        inverses[_PIXELS.module] = _invert(self._contributions(self._ink, self._bound))
        self._gains = {step.source: maps[step.source] * inverses[step.below] for step in _STEPS if step.below}
        for step in (*_DECODER, _MIDDLE, *_CONTEXT, _EIGHTH):
            self._keep(
                step.source, self._gains.get(step.source, maps[step.source]), step.reach_in, step.grain_in
            )
        for module, grain in (("decode_quarter.1.0", 4), ("decode_eighth.0", 2), ("encode_sixteenth.3.0", 1)):
            self._keep(module, inverses[module], 1, grain)
        for module, grain in (("encode_quarter.1.0", 4), ("encode_eighth.1.0", 2)):
            self._keep(module, inverses[module], 1, grain)
        self._keep("up1", maps["up1"], 0, 4)

    def _contributions(self, ink: Tensor, bound: Tensor) -> Tensor:
        """Add up what pixels contribute to the first convolution, under z^B with the bounds 0 and ``bound``."""
        weight = self._weights["pixels"]
        return F.conv2d(ink, weight, None, 2, 1) - F.conv2d(bound, weight.clamp(max=0), None, 2, 1)

    def _inverse(self, step: _Step, maps: Mapping[str, Tensor]) -> Tensor:
        """One over the denominators of a convolution's outputs; 0 where nothing contributes."""
        weight = self._weights[step.module]
        return _invert(F.conv2d(maps[step.source], weight, None, step.stride, step.dilation, step.dilation))

    def _keep(self, name: str, x: Tensor, reach: int, grain: int) -> None:
        """Lay a map ``(1, c, h, w)`` out as ``(h, w, c)`` with a margin that holds any peak's window."""
        margins = (0, 0, *(reach * grain,) * 4)
        self._kept[name] = F.pad(x[0].permute(1, 2, 0), margins).contiguous()

    def _windows(self, name: str, origin: Tensor, reach: int, grain: int) -> Tensor:
        """Cut ``(n, c, side, side)`` windows of a kept map; ``origin (n, 2)`` counts cells of 1/16."""
        side = torch.arange((2 * reach + 1) * grain, device=origin.device)
        rows = origin[:, 0, None] * grain + side
        cols = origin[:, 1, None] * grain + side
        return self._kept[name][rows[:, :, None], cols[:, None, :]].permute(0, 3, 1, 2)

    def _back(self, step: _Step, share: Tensor, origin: Tensor) -> Tensor:
        """Pass the shares of a convolution's outputs to its inputs: their shares, or relevance if they are joined."""
        spread = _spread(step, share, self._weights[step.module])
        return spread * self._windows(step.source, origin, step.reach_in, step.grain_in)

    def _head_back(self, digit: Tensor, cell: Tensor) -> Tensor:
        """Pass one unit of relevance a peak through the 1 x 1 head; relevance in the first windows."""
        relevance = self._weights["head"][digit, :, 0, 0] * self._kept["up1"][cell[:, 0], cell[:, 1]]
        relevance = relevance / relevance.sum(1, keepdim=True)
        count = len(digit)
        window = relevance.new_zeros((count, 12, 12, relevance.shape[1]))
        offset = cell % STRIDE + STRIDE
        window[torch.arange(count, device=digit.device), offset[:, 0], offset[:, 1]] = relevance
        return window.permute(0, 3, 1, 2)

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
        if "ink" not in self._kept:
            for step in _QUARTER:
                self._keep(step.source, self._gains[step.source], step.reach_in, step.grain_in)
            self._keep("ink", self._ink, _PIXELS.reach_in, 16)
            self._keep("bound", self._bound, _PIXELS.reach_in, 16)
        for origin, share, beside in self._follow_to_eighth(digit, cell, chunk):
            for step in _QUARTER:
                share = self._back(step, share, origin)
                if step.source == "quarter1":
                    share[..., 24:-24, 24:-24] += beside  # reach 1 in reach 7, at four cells
            yield origin * GRAIN - REACH, self._pixels_back(share, origin)

    def pool(
        self, digit: Tensor, cell: Tensor, labels: NDArray[np.int32], chunk: int = 12
    ) -> NDArray[np.float64]:
        """Follow peaks back to the pixels and add their relevance up by region.

        The windows are followed down to 1/8 and, beside it, to 1/4; from there on see :mod:`models.catchment`.

        Parameters
        ----------
        digit, cell, chunk
            As for :meth:`follow`.
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
        eighth, quarter = (_side(self._gains[source]) for source in ("eighth0", "quarter1"))
        colouring = colour_regions(labels, eighth, (EIGHTH, EIGHTH))
        below = recolour(colouring, labels, quarter, (QUARTER, QUARTER))
        colour = torch.from_numpy(colouring.of_region)[torch.from_numpy(labels).long()].to(self._ink.device)
        falls = [self._falls(colour == index) for index in range(colouring.count)]
        at_quarter, at_eighth = (np.stack(maps) for maps in zip(*falls, strict=True))
        start = 0
        for origin, share, beside in self._follow_to_eighth(digit, cell, chunk):
            part = pooled[start : start + len(origin)]
            corner = origin.cpu().numpy()
            pool_windows(_rows(share), corner * 2 - 2 * _EIGHTH.reach_in, at_eighth, colouring.owner, part)
            pool_windows(_rows(beside), corner * 4 - 4, at_quarter, below.owner, part)
            start += len(origin)
        return pooled

    def _falls(self, mask: Tensor) -> tuple[NDArray, NDArray]:
        """Compute what units pass to a mask ``(h, w)``, per share: those at 1/4 and at 1/8, ``(h, w, c)``."""
        pixels = torch.zeros_like(self._bound)
        pixels[0, 0, : self.shape[0], : self.shape[1]] = mask.to(pixels.dtype)
        x = self._contributions(self._ink * pixels, self._bound * pixels) * self._gains["half"]
        x = F.conv2d(x, self._weights["encode_quarter.0.0"], None, 2, 1) * self._gains["quarter0"]
        quarter = F.conv2d(x, self._weights["encode_quarter.1.0"], None, 1, 1)
        eighth = F.conv2d(quarter * self._gains["quarter1"], self._weights["encode_eighth.0.0"], None, 2, 1)
        return _rows(quarter)[0], _rows(eighth)[0]

    def _follow_to_eighth(
        self, digit: Tensor, cell: Tensor, chunk: int
    ) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Follow peaks back into the encoder: origins of the windows, shares at 1/8, and those beside them at 1/4."""
        for start in range(0, len(digit), chunk):
            part = slice(start, start + chunk)
            origin = torch.div(cell[part], STRIDE, rounding_mode="floor")
            yield origin, *self._follow_chunk(digit[part], cell[part], origin)

    def _follow_chunk(self, digit: Tensor, cell: Tensor, origin: Tensor) -> tuple[Tensor, Tensor]:
        share = self._head_back(digit, cell) * self._windows("decode_quarter.1.0", origin, 1, 4)
        for step in _DECODER:
            share = self._back(step, share, origin)
        above, beside = _split(share, 32)
        at_quarter = beside * self._windows("encode_quarter.1.0", origin, 1, 4)
        share = self._back(_MIDDLE, above * self._windows("decode_eighth.0", origin, 1, 2), origin)
        above, beside = _split(share, 64)
        at_eighth = beside * self._windows("encode_eighth.1.0", origin, 1, 2)
        share = above * self._windows("encode_sixteenth.3.0", origin, 1, 1)
        for step in _CONTEXT:
            share = self._back(step, share, origin)
        share[..., 10:-10, 10:-10] += at_eighth  # reach 1 in reach 6, at two cells a cell of 1/16
        return self._back(_EIGHTH, share, origin), at_quarter

    def _pixels_back(self, share: Tensor, origin: Tensor) -> Tensor:
        weight = self._weights["pixels"]
        toward = _spread(_PIXELS, share, torch.cat([weight, weight.clamp(max=0)], 1))
        ink = self._windows("ink", origin, _PIXELS.reach_in, 16)
        bound = self._windows("bound", origin, _PIXELS.reach_in, 16)
        return toward[:, 0] * ink[:, 0] - toward[:, 1] * bound[:, 0]


def _favoured(layer: nn.Module, gamma: float) -> Tensor:
    """Weights of LRP-gamma."""
    weight = layer.get_parameter("weight")
    return weight + gamma * weight.clamp(min=0)


def _invert(denominator: Tensor) -> Tensor:
    """One over each denominator, in its place; 0 where nothing contributes."""
    tiny = torch.finfo(denominator.dtype).tiny / torch.finfo(denominator.dtype).eps
    nothing = denominator <= tiny
    return denominator.reciprocal_().masked_fill_(nothing, 0)


def _side(x: Tensor) -> tuple[int, int]:
    return int(x.shape[2]), int(x.shape[3])


def _rows(x: Tensor) -> NDArray:
    """Lay maps ``(n, c, h, w)`` out as an array ``(n, h, w, c)``."""
    return x.permute(0, 2, 3, 1).contiguous().cpu().numpy()


def _split(relevance: Tensor, beside: int) -> tuple[Tensor, Tensor]:
    """Part relevance at a joined map: what goes up came from 2 x 2 copies of a coarser map; the rest is beside."""
    return F.avg_pool2d(relevance[:, :-beside], 2) * 4, relevance[:, -beside:]


def _spread(step: _Step, share: Tensor, weight: Tensor) -> Tensor:
    """Transposed convolution from windows of the outputs to windows of the inputs.

    Without stride it is the convolution with the kernel turned around, which processors compute faster.
    """
    before = (step.reach_in - step.reach_out) * step.grain_in - step.dilation
    if step.stride == 1:
        turned = weight.flip(2, 3).transpose(0, 1).contiguous(memory_format=torch.channels_last)
        share = share.contiguous(memory_format=torch.channels_last)
        return F.conv2d(share, turned, None, 1, 2 * step.dilation + before, step.dilation)
    full = F.conv_transpose2d(share, weight, None, step.stride, 0, 0, 1, step.dilation)
    after = (2 * step.reach_in + 1) * step.grain_in - full.shape[-1] - before
    return F.pad(full, (before, after, before, after))


def _activations(network: DigitNetwork, ink: Tensor) -> dict[str, Tensor]:
    """All maps of a forward pass, ``(1, c, h, w)`` each, the channels last in memory, as windows are cut."""
    maps = {"ink": ink, "half": network.encode_half(ink).contiguous(memory_format=torch.channels_last)}
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
    up = F.interpolate(network.decode_eighth(maps["concat8"]), scale_factor=2.0, mode="nearest")
    maps["concat4"] = torch.cat([up, maps["quarter1"]], 1)
    maps["up0"] = network.decode_quarter[0](maps["concat4"])
    maps["up1"] = network.decode_quarter[1](maps["up0"])
    return maps
