"""Ink: how dark each pixel is against the paper around it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.binarization import darkness
from tablekin.digitize.thresholds import INK

_STRIP = 512  # rows


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
    factor = min(1.0, INK.background_side / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    side = max(min(INK.background_window, ((min(size) - 1) | 1) // 3), 3)
    closed = cv2.morphologyEx(cv2.medianBlur(small, 3), cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    smooth = cv2.blur(closed.astype(np.float32), (side, side))
    paper = cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.maximum(paper, 1, out=paper)


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
    bed = INK.bed * np.quantile(paper[::4, ::4], 1 - INK.brighter)
    ink = paper  # in its place, strip by strip: a large page has no room for copies
    for first in range(0, len(grey), _STRIP):
        strip = slice(first, first + _STRIP)
        dark = darkness(grey[strip], paper[strip])
        dark[paper[strip] < bed] = 0
        ink[strip] = dark
    marks = ink[ink > INK.min_darkness]
    if marks.size < INK.min_marks:
        return ink
    solid = INK.solid * float(np.quantile(marks, 1 - INK.darker))
    np.divide(ink, max(solid, INK.min_darkness), out=ink)
    return np.clip(ink, 0, 1, out=ink)
