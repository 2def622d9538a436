"""Press: how metal type and rag paper turn clean ink into printed ink."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def smooth_field(shape: tuple[int, int], grain: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Make a smooth random field of mean about 0 and deviation about 1.

    Parameters
    ----------
    shape
        ``(h, w)``.
    grain
        Pixels from one independent value to the next.
    """
    rows, cols = (max(2, round(side / grain) + 2) for side in shape)
    small = rng.standard_normal((rows, cols), dtype=np.float32)
    return cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


def press_ink(
    ink: NDArray[np.float32],
    digit_height: float,
    spread: float,
    unevenness: float,
    roughness: float,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Print ink on rough paper: strokes swell or break, some places take little ink.

    Parameters
    ----------
    ink
        ``(h, w)`` clean coverage.
    digit_height
        Pixels.
    spread
        Positive strokes swell, negative ones thin out; about -0.3 ... 0.3.
    unevenness
        Deviation of the spread over the page, about 0 ... 0.3.
    roughness
        Deviation of the spread from one fibre to the next, about 0 ... 0.4.

    Returns
    -------
    ndarray
        ``(h, w)`` float32 in [0, 1].
    """
    shape = (ink.shape[0], ink.shape[1])
    sigma = max(0.45, 0.04 * digit_height)
    soft = 0.6 * cv2.GaussianBlur(ink, (0, 0), sigma) + 0.4 * ink  # so that hairlines last
    threshold = 0.5 - spread + unevenness * smooth_field(shape, 7 * digit_height, rng)
    threshold += 0.5 * unevenness * smooth_field(shape, 1.5 * digit_height, rng)
    threshold += roughness * smooth_field(shape, max(1.5, 0.12 * digit_height), rng)
    np.clip(threshold, 0.12, 1.0, out=threshold)
    pressed = (soft - threshold) * max(1.5, 1.8 * sigma)
    pressed += 0.5
    np.clip(pressed, 0, 1, out=pressed)
    return pressed * np.clip(10 * soft, 0, 1)


def slur_ink(ink: NDArray[np.float32], shift: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Add a fainter second impression, ``shift`` pixels away, in parts of ``(h, w)`` clean ink."""
    angle = float(rng.uniform(0, 2 * np.pi))
    move = np.array([[1, 0, shift * np.cos(angle)], [0, 1, shift * np.sin(angle)]])
    second = cv2.warpAffine(ink, move, (ink.shape[1], ink.shape[0]))
    shape = (ink.shape[0], ink.shape[1])
    return np.maximum(ink, second * np.clip(0.5 + 0.5 * smooth_field(shape, max(shape) / 3, rng), 0, 0.9))
