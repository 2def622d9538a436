"""Where on the page the relevance of each digit comes from: LRP through the digit network, a patch a detection.

The relevance of one detection can only reach the pixels inside its receptive field. Instead of passing relevance
through whole pages, windows are cut from the activations of a single forward pass, just large enough at every layer
to hold what the detection was computed from, and all detections are passed back through these windows in batches. The
result is the same, to rounding, as a backward pass over the page for each detection
(``tests/models/page_lrp/test_patches.py``).

Rules: LRP-gamma on the convolutions, ``R_i = sum_j a_i w'_ij / (sum_i a_i w'_ij) R_j`` with
``w' = w + gamma * max(w, 0)`` (Montavon et al. 2019, "Layer-Wise Relevance Propagation: An Overview"), and z^B with
the bounds 0 and 1 on the pixels. Activations are non-negative and there are no biases, so every denominator is at
least the activation it explains, and the relevance that arrives at the pixels sums to the relevance sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.networks.architecture import (
    COARSE,
    FINE,
    GAMMA,
    GRAIN,
    KERNEL,
    LAYER,
    LAYERS,
    PER_GRAIN,
    Layer,
    grains_around,
    receptive_fields,
)
from tablekin.models.networks.digits import DigitNetwork, activations, pad_to_grain
from tablekin.models.page_lrp.adjoint import MAPS, adjoint_shares, pool_windows
from tablekin.models.page_lrp.decoder import DECODER, DecoderWindows
from tablekin.models.page_lrp.tiles import FeatureMap, embed, rows

_GRAINS = {
    name: grains_around(name, units)
    for name, units in receptive_fields(FINE, (0, PER_GRAIN[FINE] - 1)).items()
}
"""Grains on both sides of a detection's own that hold the part of each map the detection depends on."""
_ENCODER = tuple(layer for layer in reversed(LAYERS) if layer.stage.startswith("encode"))
_FIRST = _ENCODER[-1]  # sees the pixels
_CONTEXT = _ENCODER[: [layer.source for layer in _ENCODER].index(MAPS[0]) + 1]
_LOWER = _ENCODER[len(_CONTEXT) : -1]
_CHUNK = {"cpu": 128, "cuda": 1024}  # detections passed back together
_BESIDE = _GRAINS[
    COARSE
]  # grains, likewise, that hold what the decoder takes in, on its way up and beside it


@dataclass(frozen=True)
class _Shares:
    """Shares of some detections, where the way back leaves the decoder for good."""

    origin: Tensor  # (n, 2), row and column of the detections' grains
    sixteenth: Tensor  # (n, 96, side, side), windows around the origin
    eighth: Tensor  # (n, 64, 6, 6), windows around the origin of what is beside the way up
    quarter: Tensor  # (n, 32, 6, 6), likewise, but from the corner on
    corner: Tensor  # (n, 2), row and column of the first unit of those at 1/4


class PatchPropagation:
    """LRP from the detections of one page: a forward pass kept, ready to be followed back from any of them.

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
        Gamma of LRP by stage of the network.
    maps
        The activations of a forward pass over the page, if there was one, of the whole network or of its encoder
        (:func:`tablekin.models.networks.digits.activations`); they are overwritten, and taken out of the mapping, so
        that they can be given up when they are needed no more.
    """

    def __init__(
        self,
        network: DigitNetwork,
        ink: Tensor,
        gamma: Mapping[str, float] = GAMMA,
        maps: MutableMapping[str, Tensor] | None = None,
    ) -> None:
        self.shape = (int(ink.shape[0]), int(ink.shape[1]))
        self._weights = {
            layer.name: _favoured(network.get_submodule(layer.convolution), gamma[layer.stage])
            for layer in (*DECODER, *_ENCODER[:-1])
        }
        self._head = _favoured(network.head, gamma["head"])
        maps = activations(network, pad_to_grain(ink[None, None])) if maps is None else maps
        weight = network.get_parameter(f"{_FIRST.convolution}.weight")
        self._pixels, self._weights[_FIRST.name] = self._pixel_rule(maps.pop(_FIRST.source), weight)
        self._turned = {
            layer.name: _turn(self._weights[layer.name])
            for layer in (*DECODER, *_ENCODER)
            if layer.stride == 1
        }
        self._windows: DecoderWindows | None = DecoderWindows(network, maps)
        for layer in DECODER:
            maps.pop(layer.name, None)
        beside = {layer.beside for layer in DECODER}
        self._maps: dict[str, FeatureMap] = {}
        self._gains: dict[str, Tensor] = {}
        denominators = {}
        for layer in _ENCODER:  # from the last on, so that a map can be given up when its gain is there
            denominator = self._denominator(layer, self._pixels if layer is _FIRST else maps[layer.source])
            activation = maps.pop(layer.name)
            if layer.name in (COARSE, *MAPS):
                denominators[layer.name] = denominator
            if layer.name in beside:  # the decoder takes the activation in
                self._gains[layer.name] = activation / denominator
            elif layer.name != COARSE:
                self._gains[layer.name] = activation.div_(denominator)
        self._denominator_maps = {
            name: FeatureMap.of(denominators[name]) for name in (COARSE, "eighth1", "quarter1")
        }
        self._denominators = {name: denominators[name] for name in MAPS}
        self._keep(*_CONTEXT)

    def _pixel_rule(self, ink: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Give what the first convolution takes in under z^B, ``(1, 2, h, w)``, and its weights."""
        bound = torch.zeros_like(ink)
        bound[..., : self.shape[0], : self.shape[1]] = 1  # the upper bound holds on the page alone
        against = -weight.clamp(max=0)  # of the upper bound; the lower one is 0
        pixels, weights = torch.cat([ink, bound], 1), torch.cat([weight, against], 1)
        last = torch.channels_last
        return pixels.contiguous(memory_format=last), weights.contiguous(memory_format=last)

    def _denominator(self, layer: Layer, x: Tensor) -> Tensor:
        """Denominators of a convolution's outputs; where nothing contributes, and nothing is to be shared, no zeros."""
        weight = self._weights[layer.name]
        found = F.conv2d(x, weight, None, layer.stride, layer.dilation, layer.dilation)
        return found.clamp_(min=_tiny(found))

    def _keep(self, *layers: Layer) -> None:
        """Keep the gains of layers' inputs for windows to be cut from them."""
        for layer in layers:
            self._maps[layer.source] = FeatureMap.of(self._gains[layer.source])

    def _back(self, layer: Layer, share: Tensor, origin: Tensor) -> Tensor:
        """Pass the shares of a convolution's outputs to its inputs, in windows around ``origin (n, 2)``."""
        spread = _spread(layer, share, self._weights[layer.name], self._turned.get(layer.name))
        corner = (origin - _GRAINS[layer.source]) * PER_GRAIN[layer.source]
        return self._maps[layer.source].scale(spread, corner)

    def _widen(self, layer: Layer, relevance: Tensor, inputs: Tensor) -> Tensor:
        """Pass relevance of ``side x side`` outputs of a decoder layer to its ``(side + 2) x (side + 2)`` inputs.

        Denominators are computed here, since detections depend on few units of the decoder.
        """
        weight = self._weights[layer.name]
        share = relevance * _invert(F.conv2d(inputs, weight))
        return _spread_around(share, self._turned[layer.name]) * inputs

    def _decoder_back(self, digit: Tensor, cell: Tensor, origin: Tensor) -> _Shares:
        """Pass one unit of relevance a detection through head and decoder."""
        assert self._windows is not None
        coarse = torch.div(cell - 2, 2, rounding_mode="floor")  # 3 x 3 units of 1/8 hold the 5 x 5 of 1/4
        inputs = self._windows.around(cell, coarse)
        relevance = self._head[digit, :, 0, 0][..., None, None] * inputs.fine
        relevance = relevance / relevance.sum(1, keepdim=True)
        upper, lower, coarsest = DECODER
        relevance = self._widen(upper, relevance, inputs.upper)
        relevance = self._widen(lower, relevance, inputs.lower)
        above, quarter = _split(embed(relevance, cell - 2 - 2 * coarse, 6), lower)
        relevance = self._widen(coarsest, above, inputs.coarsest)
        above, eighth = _split(embed(relevance, coarse + 1 - 2 * origin, 6), coarsest)
        return _Shares(
            origin,
            above * _invert(_around(self._denominator_maps[COARSE], COARSE, origin, _BESIDE)),
            eighth * _invert(_around(self._denominator_maps["eighth1"], "eighth1", origin, _BESIDE)),
            quarter * _invert(self._denominator_maps["quarter1"].cut(2 * coarse, 6)),
            2 * coarse,
        )

    def _follow_to_encoder(self, digit: Tensor, cell: Tensor, chunk: int) -> Iterator[_Shares]:
        """Follow detections back to where the way leaves the decoder."""
        for start in range(0, len(digit), chunk):
            part = slice(start, start + chunk)
            origin = torch.div(cell[part], PER_GRAIN[FINE], rounding_mode="floor")
            yield self._decoder_back(digit[part], cell[part], origin)

    def _follow_to_sixteenth(self, found: _Shares) -> _Shares:
        """Follow shares back to the second convolution at 1/16."""
        share = found.sixteenth
        for layer in _CONTEXT:
            share = self._back(layer, share, found.origin)
        return replace(found, sixteenth=share)

    def follow(self, digit: Tensor, cell: Tensor, chunk: int = 12) -> Iterator[tuple[Tensor, Tensor]]:
        """Follow detections back to the pixels.

        Parameters
        ----------
        digit
            ``(n,)`` int64, the digit map of each detection.
        cell
            ``(n, 2)`` int64, row and column of each detection in the map.
        chunk
            Detections passed back together; bounds memory to about 6 MB a detection.

        Yields
        ------
        tuple
            ``corner (k, 2)``: row and column of each window's first pixel on the page (may be negative), and
            ``relevance (k, 240, 240)``: each window sums to 1.
        """
        if _FIRST.source not in self._maps:
            self._keep(*_LOWER)
            self._maps[_FIRST.source] = FeatureMap.of(self._pixels)
        for found in map(self._follow_to_sixteenth, self._follow_to_encoder(digit, cell, chunk)):
            share, origin = found.sixteenth, found.origin
            for layer in _LOWER:
                share = self._back(layer, share, origin)
                if layer.source == "eighth1":
                    _inner(share, "eighth1").add_(found.eighth)
                if layer.source == "quarter1":
                    inner = _inner(share, "quarter1")
                    offset = found.corner - PER_GRAIN["quarter1"] * (origin - _BESIDE)
                    inner.add_(embed(found.quarter, offset, inner.shape[-1]))
            relevance = self._back(_FIRST, share, origin).sum(1)
            yield GRAIN * (origin - _GRAINS[_FIRST.source]), relevance

    def pool(
        self,
        digit: Tensor,
        cell: Tensor,
        labels: NDArray[np.int32],
        chunk: int | None = None,
        is_last: bool = False,
    ) -> csr_array:
        """Follow detections back to the pixels and add their relevance up by region.

        The windows are followed down to 1/16 and, beside it, to 1/8 and 1/4; from there on see
        :mod:`tablekin.models.page_lrp.adjoint`.

        Parameters
        ----------
        digit, cell
            As for :meth:`follow`.
        chunk
            Detections passed back together; each takes about a megabyte. By default 128, on an accelerator 1024.
        labels
            ``(h, w)``, the region of each pixel of the page.
        is_last
            Whether nothing will be followed any more: then what the decoder saw is given up half way.

        Returns
        -------
        csr_array
            ``(n, regions)``; each row sums to 1.
        """
        regions = int(labels.max()) + 1
        chunk = chunk or _CHUNK[digit.device.type]
        if not len(digit):
            return csr_array((0, regions))
        from_decoder = self._follow_to_encoder(digit, cell, chunk)
        if is_last:  # 17 kB a detection take the place of 112 bytes a pixel of the page
            from_decoder = iter(list(from_decoder))
            self._windows = None
        below = adjoint_shares(
            labels, self._pixels, self._gains, self._denominators, self._weights, few_sizes=digit.is_cuda
        )
        parts = []  # sparse, since a page of many digits has many regions, of which a digit reaches a few
        for found in map(self._follow_to_sixteenth, from_decoder):
            part = np.zeros((len(found.origin), regions))
            for share, corner, name in (
                (found.sixteenth, found.origin - _GRAINS["sixteenth1"], "sixteenth1"),
                (found.eighth, PER_GRAIN["eighth1"] * (found.origin - _BESIDE), "eighth1"),
                (found.quarter, found.corner, "quarter1"),
            ):
                pool_windows(rows(share), corner.cpu().numpy(), below[name], part)
            parts.append(csr_array(part))
        return vstack(parts, format="csr")


def _around(whole: FeatureMap, name: str, origin: Tensor, grains: int) -> Tensor:
    """Cut windows of the map ``name`` that reach as many grains around ``origin (n, 2)``."""
    return whole.cut((origin - grains) * PER_GRAIN[name], (2 * grains + 1) * PER_GRAIN[name])


def _inner(share: Tensor, name: str) -> Tensor:
    """Give the part of windows of the map ``name`` that holds what the decoder takes in beside its way up."""
    edge = (_GRAINS[name] - _BESIDE) * PER_GRAIN[name]
    return share[..., edge:-edge, edge:-edge]


def _favoured(layer: nn.Module, gamma: float) -> Tensor:
    """Weights of LRP-gamma."""
    weight = layer.get_parameter("weight")
    return weight + gamma * weight.clamp(min=0)


def _invert(denominator: Tensor) -> Tensor:
    """One over each denominator, in its place; 0 where nothing contributes."""
    return torch.threshold_(denominator, _tiny(denominator), float("inf")).reciprocal_()


def _tiny(denominator: Tensor) -> float:
    """Give the least denominator that can be divided by."""
    return torch.finfo(denominator.dtype).tiny / torch.finfo(denominator.dtype).eps


def _split(relevance: Tensor, layer: Layer) -> tuple[Tensor, Tensor]:
    """Part relevance at a joined map: what goes up came from 2 x 2 copies of a coarser map; the rest is beside."""
    above = LAYER[layer.source].channels
    return F.avg_pool2d(relevance[:, :above], 2) * 4, relevance[:, above:]


def _turn(weight: Tensor) -> Tensor:
    """Turn a kernel around, so that the convolution with it is the transposed one without stride; it is faster."""
    return weight.flip(2, 3).transpose(0, 1).contiguous(memory_format=torch.channels_last)


def _spread_around(share: Tensor, turned: Tensor, padding: int = KERNEL - 1, dilation: int = 1) -> Tensor:
    """Transposed convolution without stride, with a kernel that was turned around."""
    return F.conv2d(share.contiguous(memory_format=torch.channels_last), turned, None, 1, padding, dilation)


def _spread(layer: Layer, share: Tensor, weight: Tensor, turned: Tensor | None) -> Tensor:
    """Transposed convolution from windows of the outputs to windows of the inputs."""
    first, _ = layer.field((-_GRAINS[layer.name] * PER_GRAIN[layer.name], 0))  # what the first output sees
    before = first + _GRAINS[layer.source] * PER_GRAIN[layer.source]
    if turned is not None:
        return _spread_around(share, turned, (KERNEL - 1) * layer.dilation + before, layer.dilation)
    full = F.conv_transpose2d(share, weight, None, layer.stride, 0, 0, 1, layer.dilation)
    after = (2 * _GRAINS[layer.source] + 1) * PER_GRAIN[layer.source] - full.shape[-1] - before
    return F.pad(full, (before, after, before, after))
