"""Architecture of the digit network: the table of its layers, and what follows from it.

An encoder over three resolutions (1/4, 1/8, 1/16) and a decoder back to 1/4, all of 3 x 3 convolutions that keep
the size of a map, or halve it. The table is the only place that says so: the network is built from it, relevance is
passed back through windows of it (:mod:`tablekin.models.page_lrp`), and pages are computed anew around what was
painted over by it (:mod:`tablekin.models.occlusion`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

KERNEL = 3  # units, height and width of every convolution of the table
DIGIT_HEIGHT = 20.0  # pixels: height of the digit 8 the network was trained for
DIGITS = 10  # digit maps

Units = tuple[int, int]
"""The first and the last of some neighbouring units of a map, along one axis."""


@dataclass(frozen=True)
class Layer:
    """One convolution with its ReLU, named after the map it makes."""

    name: str
    module: str  # path of the convolution and its ReLU in the network
    source: str  # the map it takes in
    channels_in: int
    channels: int
    stride: int = 1
    dilation: int = 1
    beside: str | None = None  # a map that is joined to the source, which is laid out at twice its size

    @property
    def stage(self) -> str:
        """Leading name of its module."""
        return self.module.split(".")[0]

    @property
    def convolution(self) -> str:
        """Path of the convolution alone."""
        return f"{self.module}.0"

    def field(self, units: Units) -> Units:
        """Tell which units of the input some units are computed from."""
        reach = KERNEL // 2 * self.dilation
        return units[0] * self.stride - reach, units[1] * self.stride + reach

    def reach(self, units: Units) -> Units:
        """Tell which units are computed from some units of the input, among others."""
        reach = KERNEL // 2 * self.dilation
        return -((reach - units[0]) // self.stride), (units[1] + reach) // self.stride


LAYERS = (
    Layer("half", "encode_half", "ink", 1, 16, stride=2),
    Layer("quarter0", "encode_quarter.0", "half", 16, 32, stride=2),
    Layer("quarter1", "encode_quarter.1", "quarter0", 32, 32),
    Layer("eighth0", "encode_eighth.0", "quarter1", 32, 64, stride=2),
    Layer("eighth1", "encode_eighth.1", "eighth0", 64, 64),
    Layer("sixteenth0", "encode_sixteenth.0", "eighth1", 64, 96, stride=2),
    Layer("sixteenth1", "encode_sixteenth.1", "sixteenth0", 96, 96),
    Layer("sixteenth2", "encode_sixteenth.2", "sixteenth1", 96, 96, dilation=2),
    Layer("sixteenth3", "encode_sixteenth.3", "sixteenth2", 96, 96),
    Layer("decoded_eighth", "decode_eighth", "sixteenth3", 96 + 64, 64, beside="eighth1"),
    Layer("decoded_quarter0", "decode_quarter.0", "decoded_eighth", 64 + 32, 48, beside="quarter1"),
    Layer("decoded_quarter1", "decode_quarter.1", "decoded_quarter0", 48, 48),
)
LAYER: Mapping[str, Layer] = {layer.name: layer for layer in LAYERS}
FINE = "decoded_quarter1"  # the map the digits and their boxes are read off
COARSE = "sixteenth3"  # the map the orientation is read off

GAMMA: Mapping[str, float] = {
    "encode_quarter": 0.25,
    "encode_eighth": 0.25,
    "encode_sixteenth": 0.25,
    "decode_eighth": 0.25,
    "decode_quarter": 0.25,
    "head": 0.25,
}
"""Gamma of LRP by stage; the first stage sees pixels and follows z^B.

Chosen on pairs of pages of which half were held out (docs/method/faithfulness.md). Larger ones name regions somewhat
better, and strokes within a digit worse.
"""


def _pixels() -> dict[str, int]:
    pixels = {"ink": 1}
    for layer in LAYERS:
        size = pixels[layer.source] if layer.beside is None else pixels[layer.source] // 2
        pixels[layer.name] = size * layer.stride
    return pixels


PIXELS: Mapping[str, int] = _pixels()  # height and width of a unit of each map, in pixels of the working page
STRIDE = PIXELS[FINE]  # pixels of the working page per cell of a digit map
GRAIN = max(PIXELS.values())  # pixels: height and width of the input must be a multiple of this
PER_GRAIN: Mapping[str, int] = {name: GRAIN // pixels for name, pixels in PIXELS.items()}  # units in a grain


def receptive_fields(target: str, units: Units) -> dict[str, Units]:
    """Tell which units of every map, the ink's pixels among them, some units of the map ``target`` depend on."""
    found = {target: units}
    for layer in reversed(LAYERS):
        if layer.name not in found:
            continue
        first, last = layer.field(found[layer.name])
        if layer.beside is None:
            _widen(found, layer.source, (first, last))
        else:
            _widen(found, layer.source, (first // 2, last // 2))
            _widen(found, layer.beside, (first, last))
    return found


def affected_units(pixels: Units) -> dict[str, Units]:
    """Tell which units of every map depend on some pixels of the ink."""
    found = {"ink": pixels}
    for layer in LAYERS:
        first, last = found[layer.source]
        if layer.beside is not None:
            beside = found[layer.beside]
            first, last = min(2 * first, beside[0]), max(2 * last + 1, beside[1])
        found[layer.name] = layer.reach((first, last))
    return found


def _widen(found: dict[str, Units], name: str, units: Units) -> None:
    known = found.get(name, units)
    found[name] = min(known[0], units[0]), max(known[1], units[1])


def grains_around(name: str, units: Units) -> int:
    """Count the whole grains that must lie on both sides of grain 0 so that some units of a map lie within."""
    return max(-(units[0] // PER_GRAIN[name]), units[1] // PER_GRAIN[name])
