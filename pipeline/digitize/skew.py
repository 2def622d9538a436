"""Skew: how far the lines of an upright page are tilted."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.digitize.spectrum import strongest_direction
from tablekin.digitize.thresholds import SKEW


def find_skew(ink: NDArray[np.float32]) -> float:
    """Find how far the lines of a page are tilted, by the direction in which its spectrum is strongest.

    Sheets are hardly ever tilted by more than :attr:`SkewCriteria.usual_degrees`, and what is slanted by more may be
    italics: more is believed only where it brings the lines of the page far better into rows.

    Parameters
    ----------
    ink
        ``(h, w)`` in [0, 1], upright but for the skew.

    Returns
    -------
    float
        Degrees clockwise.
    """
    if max(ink.shape) > SKEW.max_aspect * min(ink.shape):
        return 0.0
    page = _reduce(ink, SKEW.side)
    skew = _strongest(page, SKEW.usual_degrees)
    small = _reduce(page, SKEW.side_of_wide_search)
    if abs(_strongest(small, SKEW.max_degrees)) <= SKEW.usual_degrees:
        return skew
    far = _strongest(page, SKEW.max_degrees)
    return far if _rows(small, far) > SKEW.min_gain_of_far * _rows(small, skew) else skew


def _reduce(ink: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    factor = min(1.0, side / max(ink.shape))
    return cv2.resize(ink, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def _strongest(ink: NDArray[np.float32], max_degrees: float) -> float:
    return strongest_direction(np.round(255 * (1 - ink)).astype(np.uint8), max_degrees)


def _rows(ink: NDArray[np.float32], skew: float) -> float:
    """How much the ink of one row of pixels differs from that of the next once a page is turned back by ``skew``."""
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), skew, 1)
    rows = cv2.warpAffine(ink, turn, (width, height), flags=cv2.INTER_LINEAR).sum(1)
    return float(np.square(np.diff(rows)).sum())
