"""Exposure: the scanner, from the light a leaf gives back to the pixels of an image."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.sample.degradation.press import smooth_field

_LUMA = (0.299, 0.587, 0.114)  # Rec. 601


@dataclass(frozen=True)
class Scanner:
    """How the image is taken. Brightness is in [0, 1]."""

    bed: float = 0.1  # brightness of what lies under the leaf
    blur: float = 0.0  # deviation of the lens's spread in digit heights
    noise: float = 0.0  # deviation of brightness from pixel to pixel
    jpeg: int = 0  # quality 1..100, 0 is uncompressed
    grey: bool = False


def shape_leaf(
    shape: tuple[int, int],
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    digit_height: float,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Tell how much of each pixel of the scan is leaf, not scanner bed.

    Parameters
    ----------
    shape
        Height and width of the leaf.
    x, y
        For each pixel of the scan its place on the leaf, ``(h, w)``.
    digit_height
        Pixels; the roughness of the cut edges goes with it.
    rng
        Decides how rough they are.

    Returns
    -------
    ndarray
        ``(h, w)`` float32 in [0, 1], 1 is leaf.
    """
    height, width = shape
    inside = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y))
    if float(inside.min()) < -1:
        scan = (x.shape[0], x.shape[1])
        inside += float(rng.exponential(0.04)) * digit_height * smooth_field(scan, 3 * digit_height, rng)
        inside += (
            min(0.3, float(rng.exponential(0.1))) * digit_height * smooth_field(scan, 25 * digit_height, rng)
        )
    return np.clip(inside + 1.5, 0, 1).astype(np.float32)


def expose(
    light: NDArray[np.float32],
    leaf: NDArray[np.float32],
    colour: tuple[float, float, float],
    scanner: Scanner,
    digit_height: float,
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """Take the image: lens, colour, noise, compression.

    Parameters
    ----------
    light
        ``(h, w)``: brightness of the leaf relative to its bare paper.
    leaf
        ``(h, w)``: 1 where there is leaf, 0 where there is bed.
    colour
        Red, green and blue of the paper.
    scanner, digit_height, rng
        The scanner; digits' height in pixels; the only source of chance.

    Returns
    -------
    ndarray
        ``(h, w)`` grey or ``(h, w, 3)`` RGB.
    """
    tones = [float(np.dot(colour, _LUMA))] if scanner.grey else list(colour)
    light = np.clip(light, 0, 1.05)
    sigma = scanner.blur * digit_height
    channels = []
    for paper in tones:
        channel = (paper * light - scanner.bed) * leaf + scanner.bed
        channels.append(cv2.GaussianBlur(channel, (0, 0), sigma) if sigma > 0.2 else channel)
    image = cv2.merge(channels)
    if scanner.noise:
        grain = rng.standard_normal(light.shape, dtype=np.float32) * scanner.noise
        image += grain if image.ndim == 2 else grain[..., None]
    exposed = np.clip(image * 255 + 0.5, 0, 255).astype(np.uint8)
    return _compress(exposed, scanner.jpeg) if scanner.jpeg else exposed


def _compress(image: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """Save as JPEG and read again; OpenCV orders colours blue, green, red."""
    coloured = image.ndim == 3
    encoded = cv2.imencode(
        ".jpg", image[..., ::-1] if coloured else image, [cv2.IMWRITE_JPEG_QUALITY, quality]
    )[1]
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR if coloured else cv2.IMREAD_GRAYSCALE)
    return np.ascontiguousarray(decoded[..., ::-1] if coloured else decoded).astype(np.uint8)
