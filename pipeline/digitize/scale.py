"""Scale: how large the digits of a page are, estimated from the marks on it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.binarization import binarize
from tablekin.digitize.thresholds import MARKS

Corner = tuple[float, float]  # x, y of a window's top left corner, in pixels


@dataclass(frozen=True)
class Marks:
    """Connected pieces of ink of the size of letters, ``n`` of them."""

    size: NDArray[np.float64]  # (n,): the longer side in pixels
    breadth: NDArray[np.float64]  # (n,): the shorter one
    centre: NDArray[np.float64]  # (n, 2): x, y


def find_marks(ink: NDArray[np.float32]) -> Marks:
    """Find the pieces of ink on a page ``(h, w)`` that may be letters or digits."""
    _, _, stats, centres = cv2.connectedComponentsWithStats(binarize(ink, MARKS.ink), connectivity=8)
    width, height, area = stats[1:, 2], stats[1:, 3], stats[1:, 4]
    longer, shorter = np.maximum(width, height), np.minimum(width, height)
    letters = (
        (longer >= MARKS.min_size)
        & (longer <= MARKS.max_size)
        & (shorter * MARKS.max_elongation >= longer)
        & (area >= MARKS.min_filled * width * height)
    )
    return Marks(longer[letters].astype(float), shorter[letters].astype(float), centres[1:][letters])


def drop_specks(ink: NDArray[np.float32], size: float) -> NDArray[np.float32]:
    """Erase the pieces of ink of ``(h, w)`` that are shorter than ``size`` pixels both ways."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(binarize(ink, MARKS.ink), connectivity=8)
    kept = stats[:, 2:4].max(axis=1) >= size
    return np.where(kept[pieces], ink, np.float32(0))


def estimate_text_height(marks: Marks) -> list[float]:
    """Estimate the height of the digits in pixels.

    Returns
    -------
    list
        First from the longer sides of the marks; then from the shorter ones, where these are much smaller: the
        digits of a number may touch one another. Empty where the page has too few marks.
    """
    if len(marks.size) < MARKS.min_marks:
        return []
    first, second = _typical(marks.size), _typical(marks.breadth)
    return [first, second] if second < MARKS.max_aspect_of_touching * first else [first]


def _typical(sizes: NDArray[np.float64]) -> float:
    """Return the middle of the sizes in the fullest part of an octave in pixels, by covered length."""
    logs = np.log2(sizes)
    width = 1 / MARKS.bins_per_octave
    bins = np.arange(2, 7.5, width)  # 4 to 181 pixels
    filled, _ = np.histogram(logs, bins, weights=sizes)
    window = np.convolve(filled, np.ones(MARKS.window), "same")
    middle = bins[int(window.argmax())] + width / 2
    near = np.abs(logs - middle) < MARKS.tolerance
    return float(np.median(sizes[near])) if near.any() else float(2**middle)


def dense_windows(
    marks: Marks, shape: tuple[int, int], side: float, count: int, min_size: float = 0
) -> list[Corner]:
    """Choose windows that hold the most marks.

    Parameters
    ----------
    marks
        As from :func:`find_marks`.
    shape
        Height and width of the page in pixels.
    side
        Side of a window in pixels.
    count
        How many windows; they do not overlap.
    min_size
        Longer side in pixels of marks that count: the edge of a book may be full of specks.

    Returns
    -------
    list
        Top left corners ``(x, y)`` in pixels, fullest first.
    """
    rows, cols = max(1, round(shape[0] / side)), max(1, round(shape[1] / side))
    centre = marks.centre[marks.size >= min_size]
    row = np.minimum(centre[:, 1] * rows / shape[0], rows - 1).astype(int)
    col = np.minimum(centre[:, 0] * cols / shape[1], cols - 1).astype(int)
    filled = np.bincount(row * cols + col, minlength=rows * cols)
    fullest = np.argsort(-filled, kind="stable")[:count]
    return [
        (cell % cols * shape[1] / cols, cell // cols * shape[0] / rows) for cell in fullest if filled[cell]
    ]
