"""Spectrum: the direction in which the spectrum of a page is strongest, across its lines.

The estimate is that of jdeskew (Pham et al., ICIP 2022, "Adaptive Radial Projection on Fourier Magnitude Spectrum for
Document Image Skew Estimation"), of which only those frequencies are computed that it adds up.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import fft

_NEIGHBOURHOOD = 15  # pixels, side of what a pixel is compared with to be ink
_MIN_DIFFERENCE = 10  # of 255, by which ink is darker than that
_DIRECTIONS = 20  # a degree


def strongest_direction(page: NDArray[np.uint8], max_degrees: float) -> float:
    """Find the direction in which the spectrum of a page is strongest.

    Parameters
    ----------
    page
        ``(h, w)``, 0 black, 255 white.
    max_degrees
        Degrees either way that are tried.

    Returns
    -------
    float
        Degrees clockwise by which the lines are tilted; 0 if it is the first direction that was tried.
    """
    binary = cv2.adaptiveThreshold(
        ~page, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, _NEIGHBOURHOOD, -_MIN_DIFFERENCE
    )
    side = cv2.getOptimalDFTSize(max(binary.shape))
    angles = np.linspace(-max_degrees, max_degrees, int(max_degrees * _DIRECTIONS * 2)) / 180 * np.pi
    steps = np.arange(side // 2)
    down = np.outer(np.cos(angles), steps).astype(np.int32)
    across = np.outer(-np.sin(angles), steps).astype(np.int32)
    rows = fft.rfft(binary.astype(np.float64), side, axis=1)[:, : int(np.abs(across).max()) + 1]
    magnitude = np.abs(fft.fft(rows, side, axis=0))
    on_left = across < 0  # where the spectrum of what is real is that of the opposite frequency
    strength = magnitude[np.where(on_left, -down, down), np.abs(across)].sum(1)
    strongest = angles[np.argmax(strength)] / np.pi * 180
    return 0.0 if strongest == -max_degrees else float(strongest)
