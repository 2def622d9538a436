"""Exposure: whether a scan is a negative, has one bit, or is pale."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.digitize.thresholds import EXPOSURE
from tablekin.page import PageFlag


@dataclass(frozen=True)
class Exposure:
    """How a page was exposed."""

    is_negative: bool  # light print on dark ground
    is_bitonal: bool  # black and white alone
    is_pale: bool  # hardly any difference between dark and bright

    @property
    def flags(self) -> tuple[PageFlag, ...]:
        """Words for table pages."""
        told = (
            (PageFlag.INVERTED, self.is_negative),
            (PageFlag.BITONAL, self.is_bitonal),
            (PageFlag.LOW_CONTRAST, self.is_pale),
        )
        return tuple(word for word, is_so in told if is_so)


def find_exposure(grey: NDArray[np.uint8]) -> Exposure:
    """Find out how a page ``(h, w)`` was exposed.

    A negative is dark over half of it, and what is light on it is strokes: a page on the dark bed of a scanner has
    paper between its strokes.
    """
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel()
    shares = np.cumsum(counts) / max(float(counts.sum()), 1.0)
    dark, median, bright = (int(np.searchsorted(shares, q)) for q in (EXPOSURE.tail, 0.5, 1 - EXPOSURE.tail))
    return Exposure(
        median < EXPOSURE.max_median and bright > dark and not _has_paper(grey, (dark + bright) / 2),
        int((counts > 0).sum()) == 2,
        0 < bright - dark < EXPOSURE.min_range,
    )


def _has_paper(grey: NDArray[np.uint8], middle: float) -> bool:
    """Whether a page has areas brighter than ``middle`` that are wider than strokes."""
    factor = min(1.0, EXPOSURE.side / max(grey.shape))
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    kernel = np.ones((EXPOSURE.stroke, EXPOSURE.stroke), np.uint8)
    areas = cv2.morphologyEx(small, cv2.MORPH_OPEN, kernel)
    return bool((areas > middle).mean() > EXPOSURE.max_paper)
