"""Erasure: the features a page would have if some of its regions were painted with paper, exactly.

Exactly means: as if the digit network were run on the whole changed page. Only a window around what changed is
computed, layer by layer just as far as a change can reach; around it the maps of the unchanged page are used. That
is the test of an explanation: the features lost with region i, ``Delta_i = phi(x) - phi(x without i)``, are what
region i really contributes, and because a similarity ``y = <phi(x), phi(x')>`` is bilinear in the features,

    Delta_i . Delta'_i' = y - y(without i) - y(without i') + y(without both)

is the exact joint contribution of a pair of regions, for all pairs at the cost of two pages (:func:`joint_effect`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import find_objects
from torch import Tensor
from torch.nn import functional as F

from tablekin.models.networks.bigram import FEATURES, Spacing, bigrams
from tablekin.models.networks.detections import Detections
from tablekin.models.networks.digits import GRAIN, DigitNetwork, pad_to_grain

_REACH = 7  # cells of 1/16 around the erased pixels in which the digit maps may change
_MARGIN = _REACH + 1  # cells of 1/16 of nothing kept around every map
_BATCH = 4000  # cells of 1/16 computed together; bounds memory

FindDetections = Callable[[Tensor, Tensor, NDArray[np.float32]], Detections]  # digit maps, boxes, ink
"""From digit maps ``(10, h, w)`` and boxes ``(4, h, w)`` to the digits of a page."""


@dataclass(frozen=True)
class _Layer:
    """One convolution with its ReLU; cells are cells of 1/16."""

    name: str  # of its output
    module: str
    reach: int  # cells around the erased box in which the output may change
    grain: int  # output units in a cell
    source: str
    beside: str | None = None  # joined to twice the source
    stride: int = 1
    dilation: int = 1


_LAYERS = (
    _Layer("half", "encode_half", 1, 8, "ink", stride=2),
    _Layer("quarter0", "encode_quarter.0", 1, 4, "half", stride=2),
    _Layer("quarter1", "encode_quarter.1", 1, 4, "quarter0"),
    _Layer("eighth0", "encode_eighth.0", 1, 2, "quarter1", stride=2),
    _Layer("eighth1", "encode_eighth.1", 2, 2, "eighth0"),
    _Layer("sixteenth0", "encode_sixteenth.0", 2, 1, "eighth1", stride=2),
    _Layer("sixteenth1", "encode_sixteenth.1", 3, 1, "sixteenth0"),
    _Layer("sixteenth2", "encode_sixteenth.2", 5, 1, "sixteenth1", dilation=2),
    _Layer("sixteenth3", "encode_sixteenth.3", 6, 1, "sixteenth2"),
    _Layer("coarse", "decode_eighth", 7, 2, "sixteenth3", beside="eighth1"),
    _Layer("fine0", "decode_quarter.0", 7, 4, "coarse", beside="quarter1"),
    _Layer("fine", "decode_quarter.1", 7, 4, "fine0"),
)
_OUTPUT = {"ink": (0, GRAIN), **{layer.name: (layer.reach, layer.grain) for layer in _LAYERS}}


class OcclusionPage:
    """A page whose regions can be erased.

    Parameters
    ----------
    network
        The digit network, in evaluation mode.
    ink
        ``(h, w)`` in [0, 1], on the network's device and of its floating type.
    labels
        ``(h, w)`` int, the region of each pixel, from 0.
    find
        How figures are found in the digit maps and the ink they were made from.
    spacing
        Where the next digit of a bigram may stand; that of the unchanged page.
    """

    def __init__(
        self,
        network: DigitNetwork,
        ink: Tensor,
        labels: NDArray[np.int32],
        find: FindDetections,
        spacing: Spacing,
    ) -> None:
        self._network, self._ink, self._find, self._spacing = network, ink, find, spacing
        self.labels = labels
        self.regions = int(labels.max()) + 1
        with torch.inference_mode():
            self._maps = self._measure(ink)
        self.phi = self._features(*self._maps, ink)
        self._kept: dict[str, Tensor] = {}  # (h + margins, w + margins, channels)

    def _measure(self, ink: Tensor) -> tuple[Tensor, Tensor]:
        """Pass a whole page through the network: digit maps and boxes."""
        batch = pad_to_grain(ink[None, None]).contiguous(memory_format=torch.channels_last)
        z, boxes, _ = self._network.measure(batch)
        return z[0], boxes[0]

    def _features(self, z: Tensor, boxes: Tensor, ink: Tensor) -> NDArray[np.float64]:
        found = self._find(z, boxes, ink.float().cpu().numpy())
        x, y = found.centres.astype(np.float64).T
        return bigrams(found.digit, np.clip(found.activation, 0, 1), x, y, self._spacing).phi

    @torch.inference_mode()
    def without(self, erased: Iterable[int]) -> NDArray[np.float64]:
        """Compute the features ``(features,)`` of the page without some regions."""
        gone = np.zeros(self.regions, bool)
        gone[list(erased)] = True
        ink = self._without(gone)
        return self._features(*self._measure(ink), ink)

    def _without(self, gone: NDArray[np.bool_]) -> Tensor:
        return self._ink.masked_fill(torch.from_numpy(gone[self.labels]).to(self._ink.device), 0)

    def contributions(self) -> NDArray[np.float64]:
        """Compute what the features lose with each region alone, ``(features, regions)``; may be negative."""
        lost = np.zeros((len(FEATURES), self.regions))
        for region, z, boxes in self.erase_each():
            ink = self._without(np.arange(self.regions) == region)
            lost[:, region] = self.phi - self._features(z, boxes, ink)
        return lost

    @torch.inference_mode()
    def erase_each(self) -> Iterator[tuple[int, Tensor, Tensor]]:
        """Erase every region alone.

        Yields
        ------
        tuple
            The region, and digit maps ``(10, h, w)`` and boxes ``(4, h, w)`` of the page without it, which are
            overwritten by the next. Regions without ink change nothing and are left out.
        """
        rows, cols = (-(-side // GRAIN) for side in self.labels.shape)
        alike: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
        for region, box in enumerate(find_objects(self.labels + 1, self.regions)):
            if box is None or not bool(self._ink[box][torch.from_numpy(self.labels[box] == region)].any()):
                continue
            top, left = (side.start // GRAIN for side in box)
            height, width = (-(-side.stop // GRAIN) - side.start // GRAIN for side in box)
            if (height + 2 * _REACH) * (width + 2 * _REACH) < rows * cols:
                alike.setdefault((height, width), []).append((region, top, left))
            else:
                mask = torch.from_numpy(self.labels == region).to(self._ink.device)
                yield region, *self._measure(self._ink.masked_fill(mask, 0))
        if alike and not self._kept:
            self._keep()
        for size, places in alike.items():
            count = max(1, _BATCH // ((size[0] + 2 * _MARGIN) * (size[1] + 2 * _MARGIN)))
            for start in range(0, len(places), count):
                yield from self._erase_alike(places[start : start + count], size)

    def _erase_alike(
        self, places: list[tuple[int, int, int]], size: tuple[int, int]
    ) -> Iterator[tuple[int, Tensor, Tensor]]:
        """Erase regions that fit boxes of the same size, in cells; ``places``: region, top, left."""
        fine = self._windows(places, size)
        z, boxes = (maps.clone() for maps in self._maps)
        heads = ((z, self._network.head(fine)), (boxes, self._network.box_head(fine)))
        for index, (region, top, left) in enumerate(places):
            first, last = (top - _REACH, left - _REACH), (top + size[0] + _REACH, left + size[1] + _REACH)
            y0, x0 = (max(side, 0) * 4 for side in first)
            y1, x1 = min(last[0] * 4, z.shape[1]), min(last[1] * 4, z.shape[2])
            before = [maps[:, y0:y1, x0:x1].clone() for maps, _ in heads]
            dy, dx = y0 - first[0] * 4, x0 - first[1] * 4
            for maps, window in heads:
                maps[:, y0:y1, x0:x1] = window[index, :, dy : dy + y1 - y0, dx : dx + x1 - x0]
            yield region, z, boxes
            for (maps, _), old in zip(heads, before, strict=True):
                maps[:, y0:y1, x0:x1] = old

    def _keep(self) -> None:
        """Keep all maps of the unchanged page that windows are cut from."""
        maps = {"ink": pad_to_grain(self._ink[None, None])}
        for layer in _LAYERS:
            x = maps[layer.source]
            if layer.beside is not None:
                x = _join(x, maps[layer.beside])
            maps[layer.name] = self._network.get_submodule(layer.module)(x)
        for name, (_, grain) in _OUTPUT.items():
            padded = F.pad(maps[name][0], (_MARGIN * grain,) * 4)
            self._kept[name] = padded.permute(1, 2, 0).contiguous()

    def _windows(self, places: list[tuple[int, int, int]], size: tuple[int, int]) -> Tensor:
        """Compute the last features ``(n, 48, side, side)`` around erased regions, ``_REACH`` cells to each side."""
        cut = _Cut(self._kept, torch.tensor([place[1:] for place in places], device=self._ink.device), size)
        rows, cols = cut.axes(0, GRAIN)
        labels = F.pad(torch.from_numpy(self.labels), (_MARGIN * GRAIN,) * 4, value=-1)
        labels = F.pad(labels, (0, GRAIN, 0, GRAIN), value=-1).to(
            self._ink.device
        )  # cells may end off the page
        region = torch.tensor([place[0] for place in places], device=self._ink.device)
        gone = labels[rows[:, :, None], cols[:, None, :]] == region[:, None, None]
        cut.changed["ink"] = cut.original("ink", 0).masked_fill(gone[:, None], 0)
        for layer in _LAYERS:
            weight = self._network.get_parameter(f"{layer.module}.0.weight")
            cut.advance(layer, weight)
        return cut.changed["fine"]


class _Cut:
    """Windows of one size around boxes of a page, in which maps are computed afresh."""

    def __init__(self, kept: dict[str, Tensor], origin: Tensor, size: tuple[int, int]) -> None:
        self._kept, self._origin, self._size = kept, origin, size
        self.changed: dict[str, Tensor] = {}  # (n, channels, rows, cols)

    def axes(self, reach: int, grain: int) -> tuple[Tensor, Tensor]:
        """Index the rows and columns ``(n, side)`` of windows in a kept map."""
        first, (height, width) = (self._origin + _MARGIN - reach) * grain, self._size
        device = self._origin.device
        rows = torch.arange((height + 2 * reach) * grain, device=device)
        cols = torch.arange((width + 2 * reach) * grain, device=device)
        return first[:, 0, None] + rows, first[:, 1, None] + cols

    def original(self, name: str, reach: int) -> Tensor:
        """Cut windows of the unchanged page, ``(n, channels, rows, cols)``."""
        rows, cols = self.axes(reach, _OUTPUT[name][1])
        return self._kept[name][rows[:, :, None], cols[:, None, :]].permute(0, 3, 1, 2)

    def _current(self, name: str, reach: int) -> Tensor:
        """Cut windows in which what changed is put in its place."""
        inner, grain = _OUTPUT[name]
        window, edge = self.original(name, reach), (reach - inner) * grain
        window[:, :, edge : window.shape[2] - edge, edge : window.shape[3] - edge] = self.changed[name]
        return window

    def advance(self, layer: _Layer, weight: Tensor) -> None:
        """Compute a layer's output where it may change."""
        wide = layer.reach + layer.dilation
        x = self._current(layer.source, wide)
        if layer.beside is not None:
            x = _join(x, self._current(layer.beside, wide))
        edge = layer.dilation * layer.grain * layer.stride - layer.dilation
        past = edge + (
            1 if layer.stride == 2 else 0
        )  # the last unit's field ends one input before the next cell
        x = x[:, :, edge : x.shape[2] - past, edge : x.shape[3] - past]
        out = F.conv2d(x, weight, None, layer.stride, 0, layer.dilation).relu()
        self.changed[layer.name] = out * self._inside(layer)

    def _inside(self, layer: _Layer) -> Tensor:
        """Tell which units lie on the page, ``(n, 1, rows, cols)``: beside it there are none."""
        rows, cols = self.axes(layer.reach, layer.grain)
        margin = _MARGIN * layer.grain
        height, width = (side - margin for side in self._kept[layer.name].shape[:2])
        down = (rows >= margin) & (rows < height)
        across = (cols >= margin) & (cols < width)
        return (down[:, :, None] & across[:, None, :])[:, None]


def _join(coarse: Tensor, beside: Tensor) -> Tensor:
    return torch.cat([F.interpolate(coarse, scale_factor=2.0, mode="nearest"), beside], 1)


def joint_effect(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exact second difference of the similarity for all pairs of regions, ``(regions of a, regions of b)``.

    Parameters
    ----------
    a, b
        ``(features, regions)`` from :meth:`OcclusionPage.contributions`.
    """
    return a.T @ b
