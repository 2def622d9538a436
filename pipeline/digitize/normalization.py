"""Ink: how dark each pixel is against the paper around it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.binarization import darkness

_PAPER_WINDOW = 61  # pixels of the reduced image: wider than any letter, narrower than a page
_REDUCED_SIDE = 700  # pixels: the paper is estimated on an image of this longer side
_BED = 0.45  # paper darker than this share of the page's bright paper is scanner bed
_SOLID = 0.75  # share of the darkest ink's contrast that counts as solid ink


def estimate_background(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Estimate the brightness of the bare paper under each pixel.

    Parameters
    ----------
    grey
        ``(h, w)``, 0 black, 255 white.

    Returns
    -------
    ndarray
        ``(h, w)`` float32, 1..255: closing (maximum, then minimum filter) of a reduced image, smoothed.
    """
    height, width = grey.shape
    factor = min(1.0, _REDUCED_SIDE / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    side = min(_PAPER_WINDOW, (min(size) - 1) | 1)
    window = cv2.getStructuringElement(cv2.MORPH_RECT, (max(side // 3, 3), max(side // 3, 3)))
    closed = cv2.morphologyEx(cv2.medianBlur(small, 3), cv2.MORPH_CLOSE, window)
    smooth = cv2.blur(closed.astype(np.float32), (max(side // 3, 3), max(side // 3, 3)))
    return np.maximum(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR), 1)


def extract_ink(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn a grey page into ink, independent of the paper's colour, of shading and of the exposure.

    Parameters
    ----------
    grey
        ``(h, w)``, 0 black, 255 white.

    Returns
    -------
    ndarray
        ``(h, w)`` float32 in [0, 1]: 0 bare paper, 1 solid ink. The scanner bed counts as paper.
    """
    paper = estimate_background(grey)
    dark = darkness(grey, paper)
    dark[paper < _BED * np.percentile(paper[::4, ::4], 90)] = 0
    marks = dark[dark > 0.15]
    if marks.size < 20:
        return dark
    solid = _SOLID * float(np.percentile(marks, 90))
    return np.clip(dark / max(solid, 0.15), 0, 1)
