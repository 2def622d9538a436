"""Pixels: what an image of any colour mode looks like in grey, upright as its metadata say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.exposure import adjust_gamma

from tablekin.ingest.thresholds import DEPTH, GAMMA

_ORIENTATION, _PHOTOMETRIC = 0x0112, 262
_MIN_IS_WHITE = 0
_TURNS: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {  # what undoes an EXIF orientation
    2: np.fliplr,
    3: lambda grey: np.rot90(grey, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda grey: np.rot90(grey, -1),
    7: lambda grey: np.rot90(grey, 2).T,
    8: np.rot90,
}


def orientation_of(source: Image.Image | bytes) -> int:
    """EXIF orientation, 1 to 8, of an image or of EXIF; 1 where it says nothing that can be understood."""
    try:
        if isinstance(source, bytes):
            exif = Image.Exif()
            exif.load(source)
        else:
            exif = source.getexif()
        return orientation_from(exif.get(_ORIENTATION))
    except Exception:  # of any kind: metadata that are damaged must not keep a scan from being read
        return 1


def orientation_from(value: object) -> int:
    """Orientation that an entry of metadata says, 1 where that is none."""
    return value if isinstance(value, int) and value in _TURNS else 1


def swaps_sides(orientation: int) -> bool:
    """Whether an orientation makes the width of what is stored the height of what is seen."""
    return orientation >= 5


def turn(grey: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Turn ``(h, w)`` as an EXIF orientation says."""
    return np.ascontiguousarray(_TURNS[orientation](grey)) if orientation in _TURNS else grey


def reduce(grey: NDArray[np.uint8], longest: int | None) -> NDArray[np.uint8]:
    """Reduce ``(h, w)`` until its longer side is ``longest``."""
    if not longest or max(grey.shape) <= longest:
        return grey
    factor = longest / max(grey.shape)
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def to_grey(image: Image.Image) -> NDArray[np.uint8]:
    """Decode an image to ``(h, w)`` uint8, 0 black."""
    if image.mode.startswith("I") or image.mode == "F":
        grey = to_8_bits(np.asarray(image))
        inverted = getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == _MIN_IS_WHITE
        return _as_displayed(255 - grey if inverted else grey, image)
    if image.mode == "LAB":
        return np.asarray(image.getchannel("L"))
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        paper = Image.new("RGBA", coloured.size, "white")
        return np.asarray(Image.alpha_composite(paper, coloured).convert("L"))
    return _as_displayed(np.asarray(image.convert("L")), image)


def _as_displayed(grey: NDArray[np.uint8], image: Image.Image) -> NDArray[np.uint8]:
    """Undo the gamma that a PNG says it was stored with (its gAMA chunk), unless it is the usual one."""
    gamma = float(image.info.get("gamma", 0)) if image.format == "PNG" else 0.0
    if not gamma or "srgb" in image.info or "icc_profile" in image.info:
        return grey
    exponent = 1 / (GAMMA.display * gamma)
    if abs(exponent - 1) < GAMMA.tolerance:
        return grey
    return np.asarray(adjust_gamma(grey, exponent), np.uint8)


def is_narrow(image: Image.Image) -> bool:
    """Whether an image has deep pixels of one brightness that use only a small part of their depth."""
    is_deep = image.mode.startswith("I") or image.mode == "F"
    return is_deep and find_narrow_range(np.nan_to_num(np.asarray(image))) is not None


def to_8_bits(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Map deep pixels to 8 bits by the smallest usual depth that holds them: scanners store 12 bits in 16.

    What uses only a small part of that depth is stretched: it would be one grey.
    """
    values = np.nan_to_num(values) if values.dtype.kind == "f" else values
    black, white = find_narrow_range(values) or (0.0, _white(values))
    exact: NDArray[Any] = values.astype(np.float64 if values.dtype.itemsize > 2 else np.float32)
    return np.round(np.clip((exact - black) / (white - black), 0, 1) * 255).astype(np.uint8)


def find_narrow_range(values: NDArray[np.generic]) -> tuple[float, float] | None:
    """Find the darkest and the brightest of deep pixels ``(h, w)`` that use only a small part of their depth."""
    white = _white(values)
    if not values.size or white <= 255 or float(values.min()) < 0:
        return None
    sample: NDArray[Any] = values[:: _step(values, 0), :: _step(values, 1)]
    darkest, brightest = map(float, np.quantile(sample, [DEPTH.tail, 1 - DEPTH.tail]))
    return (darkest, brightest) if 0 < brightest - darkest < DEPTH.min_used * white else None


def _white(values: NDArray[np.generic]) -> float:
    """White of the smallest usual depth that holds deep pixels."""
    high = float(values.max(initial=0))
    depths = [1.0, *(2.0**bits - 1 for bits in (8, 10, 12, 14, 16))]
    return next((depth for depth in depths if high <= depth), high)


def _step(values: NDArray[np.generic], axis: int) -> int:
    return max(1, values.shape[axis] // DEPTH.side)
