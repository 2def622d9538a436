"""Binarization: which pixels of a page are ink and which are paper.

The ink of a page is freed of the paper's brightness and of the exposure before anything is made of it
(:mod:`tablekin.digitize.normalization`), so one number tells ink from paper on every page, and no second pass over the
grey image is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.threshold import threshold


@dataclass(frozen=True)
class BinarizationThresholds:
    """From where on a pixel counts as printed."""

    printed: float = threshold(0.4, "ink", "0 paper to 1 solid: what is more is printed")


BINARIZATION = BinarizationThresholds()


def darkness(grey: NDArray[np.uint8], paper: NDArray[np.floating]) -> NDArray[np.float32]:
    """Tell how dark pixels are against their paper.

    Parameters
    ----------
    grey
        ``(h, w)``, 0 black, 255 white.
    paper
        ``(h, w)``, brightness of the bare paper in the same unit, above 0.

    Returns
    -------
    ndarray
        ``(h, w)`` float32 in [0, 1]: 0 as bright as the paper or brighter, 1 black.
    """
    dark = grey / paper  # in place from here: a large page has no room for copies
    np.subtract(1, dark, out=dark)
    return np.clip(dark, 0, 1, out=dark).astype(np.float32, copy=False)


def binarize(ink: NDArray[np.float32], threshold: float | None = None) -> NDArray[np.uint8]:
    """Tell ink from paper.

    Parameters
    ----------
    ink
        ``(h, w)`` in [0, 1], darkness or ink.
    threshold
        What is more than this counts as ink; by default the page's, :attr:`BinarizationThresholds.printed`.

    Returns
    -------
    ndarray
        ``(h, w)`` uint8: 1 ink, 0 paper.
    """
    return (ink > (BINARIZATION.printed if threshold is None else threshold)).view(np.uint8)
