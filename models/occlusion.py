"""Occlusion: the features a page would have if some of its regions were painted with paper, exactly.

Exactly means: as if the digit network were run on the whole changed page. Only a window around what changed is
computed, layer by layer just as far as a change can reach; around it the maps of the unchanged page are used. That
is the test of an explanation: the features lost with region i, ``Delta_i = phi(x) - phi(x without i)``, are what
region i really contributes, and because a similarity ``y = <phi(x), phi(x')>`` is bilinear in the features,

    Delta_i . Delta'_i' = y - y(without i) - y(without i') + y(without both)

is the exact joint contribution of a pair of regions, for all pairs at the cost of two pages (:func:`joint_effect`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import find_objects
from torch import Tensor
from torch.nn import functional as F

from tablekin.models.networks.architecture import (
    FINE,
    GRAIN,
    LAYERS,
    PER_GRAIN,
    Layer,
    affected_units,
    grains_around,
)
from tablekin.models.networks.bigram import FEATURES, Spacing, bigrams
from tablekin.models.networks.detections import Detections
from tablekin.models.networks.digits import DigitNetwork, activations, join, pad_to_grain

_REACHED = {name: grains_around(name, units) for name, units in affected_units((0, GRAIN - 1)).items()}
"""Grains around erased pixels in which the units of each map may change."""
_REACH = _REACHED[FINE]
_MARGIN = _REACH + 1  # grains of nothing kept around every map
_BATCH = 4000  # grains computed together; bounds memory

FindDetections = Callable[[Tensor, NDArray[np.float32]], Detections]
"""From the finest features ``(1, c, h, w)`` and the ink they were made from to the digits of a page."""


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
        How digits are found in the features and the ink they were made from.
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
            self._fine = self._measure(ink)
        self.phi = self._features(self._fine, ink)
        self._kept: dict[str, Tensor] = {}  # (h + margins, w + margins, channels)

    def _measure(self, ink: Tensor) -> Tensor:
        """Pass a whole page through the network: its finest features."""
        batch = pad_to_grain(ink[None, None]).contiguous(memory_format=torch.channels_last)
        return self._network.trunk(batch)[0]

    def _features(self, fine: Tensor, ink: Tensor) -> NDArray[np.float64]:
        found = self._find(fine, ink.float().cpu().numpy())
        x, y = found.centres.astype(np.float64).T
        return bigrams(found.digit, np.clip(found.activation, 0, 1), x, y, self._spacing).phi

    @torch.inference_mode()
    def without(self, erased: Iterable[int]) -> NDArray[np.float64]:
        """Compute the features ``(features,)`` of the page without some regions."""
        gone = np.zeros(self.regions, bool)
        gone[list(erased)] = True
        ink = self._without(gone)
        return self._features(self._measure(ink), ink)

    def _without(self, gone: NDArray[np.bool_]) -> Tensor:
        return self._ink.masked_fill(torch.from_numpy(gone[self.labels]).to(self._ink.device), 0)

    def contributions(self) -> NDArray[np.float64]:
        """Compute what the features lose with each region alone, ``(features, regions)``; may be negative."""
        lost = np.zeros((len(FEATURES), self.regions))
        for region, fine in self.erase_each():
            ink = self._without(np.arange(self.regions) == region)
            lost[:, region] = self.phi - self._features(fine, ink)
        return lost

    @torch.inference_mode()
    def erase_each(self) -> Iterator[tuple[int, Tensor]]:
        """Erase every region alone.

        Yields
        ------
        tuple
            The region, and the finest features ``(1, c, h, w)`` of the page without it, which are overwritten by the
            next. Regions without ink change nothing and are left out.
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
                yield region, self._measure(self._ink.masked_fill(mask, 0))
        if alike and not self._kept:
            self._keep()
        for size, places in alike.items():
            count = max(1, _BATCH // ((size[0] + 2 * _MARGIN) * (size[1] + 2 * _MARGIN)))
            for start in range(0, len(places), count):
                yield from self._erase_alike(places[start : start + count], size)

    def _erase_alike(
        self, places: list[tuple[int, int, int]], size: tuple[int, int]
    ) -> Iterator[tuple[int, Tensor]]:
        """Erase regions that fit boxes of the same size, in grains; ``places``: region, top, left."""
        windows = self._windows(places, size)
        fine = self._fine.clone()
        for index, (region, top, left) in enumerate(places):
            first, last = (top - _REACH, left - _REACH), (top + size[0] + _REACH, left + size[1] + _REACH)
            y0, x0 = (max(side, 0) * PER_GRAIN[FINE] for side in first)
            y1, x1 = (
                min(side * PER_GRAIN[FINE], edge) for side, edge in zip(last, fine.shape[2:], strict=True)
            )
            dy, dx = y0 - first[0] * PER_GRAIN[FINE], x0 - first[1] * PER_GRAIN[FINE]
            fine[0, :, y0:y1, x0:x1] = windows[index, :, dy : dy + y1 - y0, dx : dx + x1 - x0]
            yield region, fine
            fine[0, :, y0:y1, x0:x1] = self._fine[0, :, y0:y1, x0:x1]

    def _keep(self) -> None:
        """Keep all maps of the unchanged page that windows are cut from."""
        maps = activations(self._network, pad_to_grain(self._ink[None, None]))
        for name, per_grain in PER_GRAIN.items():
            padded = F.pad(maps[name][0], (_MARGIN * per_grain,) * 4)
            self._kept[name] = padded.permute(1, 2, 0).contiguous()

    def _windows(self, places: list[tuple[int, int, int]], size: tuple[int, int]) -> Tensor:
        """Compute the last features ``(n, 48, side, side)`` around erased regions, ``_REACH`` grains to each side."""
        cut = _Cut(self._kept, torch.tensor([place[1:] for place in places], device=self._ink.device), size)
        rows, cols = cut.axes("ink", 0)
        labels = F.pad(torch.from_numpy(self.labels), (_MARGIN * GRAIN,) * 4, value=-1)
        labels = F.pad(labels, (0, GRAIN, 0, GRAIN), value=-1).to(
            self._ink.device
        )  # grains may end off the page
        region = torch.tensor([place[0] for place in places], device=self._ink.device)
        gone = labels[rows[:, :, None], cols[:, None, :]] == region[:, None, None]
        cut.changed["ink"] = cut.original("ink", 0).masked_fill(gone[:, None], 0)
        for layer in LAYERS:
            cut.advance(layer, self._network.get_parameter(f"{layer.convolution}.weight"))
        return cut.changed[FINE]


class _Cut:
    """Windows of one size around boxes of a page, in which maps are computed afresh."""

    def __init__(self, kept: dict[str, Tensor], origin: Tensor, size: tuple[int, int]) -> None:
        self._kept, self._origin, self._size = kept, origin, size
        self.changed: dict[str, Tensor] = {}  # (n, channels, rows, cols)

    def axes(self, name: str, reach: int) -> tuple[Tensor, Tensor]:
        """Index the rows and columns ``(n, side)`` of windows, ``reach`` grains around, in a kept map."""
        per_grain, (height, width) = PER_GRAIN[name], self._size
        first, device = (self._origin + _MARGIN - reach) * per_grain, self._origin.device
        rows = torch.arange((height + 2 * reach) * per_grain, device=device)
        cols = torch.arange((width + 2 * reach) * per_grain, device=device)
        return first[:, 0, None] + rows, first[:, 1, None] + cols

    def original(self, name: str, reach: int) -> Tensor:
        """Cut windows of the unchanged page, ``(n, channels, rows, cols)``."""
        rows, cols = self.axes(name, reach)
        return self._kept[name][rows[:, :, None], cols[:, None, :]].permute(0, 3, 1, 2)

    def _current(self, name: str, reach: int) -> Tensor:
        """Cut windows in which what changed is put in its place."""
        window, edge = self.original(name, reach), (reach - _REACHED[name]) * PER_GRAIN[name]
        window[:, :, edge : window.shape[2] - edge, edge : window.shape[3] - edge] = self.changed[name]
        return window

    def advance(self, layer: Layer, weight: Tensor) -> None:
        """Compute a layer's output where it may change."""
        reach, per_grain = _REACHED[layer.name], PER_GRAIN[layer.name]
        wide = reach + layer.dilation
        x = self._current(layer.source, wide)
        if layer.beside is not None:
            x = join(x, self._current(layer.beside, wide))
        first, last = layer.field((-reach * per_grain, (1 + reach) * per_grain - 1))  # around one grain
        before, after = (
            first + wide * per_grain * layer.stride,
            (1 + wide) * per_grain * layer.stride - 1 - last,
        )
        x = x[:, :, before : x.shape[2] - after, before : x.shape[3] - after]
        out = F.conv2d(x, weight, None, layer.stride, 0, layer.dilation).relu()
        self.changed[layer.name] = out * self._inside(layer.name)

    def _inside(self, name: str) -> Tensor:
        """Tell which units lie on the page, ``(n, 1, rows, cols)``: beside it there are none."""
        rows, cols = self.axes(name, _REACHED[name])
        margin = _MARGIN * PER_GRAIN[name]
        height, width = (side - margin for side in self._kept[name].shape[:2])
        down = (rows >= margin) & (rows < height)
        across = (cols >= margin) & (cols < width)
        return (down[:, :, None] & across[:, None, :])[:, None]


def joint_effect(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exact second difference of the similarity for all pairs of regions, ``(regions of a, regions of b)``.

    Parameters
    ----------
    a, b
        ``(features, regions)`` from :meth:`OcclusionPage.contributions`.
    """
    return a.T @ b
