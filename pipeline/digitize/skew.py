"""Skew: how far the lines of an upright page are tilted."""

from __future__ import annotations

import cv2
import numpy as np
from jdeskew.estimator import get_angle
from numpy.typing import NDArray

from tablekin.digitize.thresholds import SKEW


def find_skew(ink: NDArray[np.float32]) -> float:
    """Find how far the lines of a page are tilted, by the direction in which its spectrum is strongest (jdeskew).

    Parameters
    ----------
    ink
        ``(h, w)`` in [0, 1], upright but for the skew.

    Returns
    -------
    float
        Degrees clockwise.
    """
    factor = min(1.0, SKEW.side / max(ink.shape))
    if min(ink.shape) * factor < 1:
        return 0.0
    small = cv2.resize(ink, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return float(get_angle(np.round(255 * (1 - small)).astype(np.uint8), angle_max=SKEW.max_degrees))
