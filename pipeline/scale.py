"""Scale: how large the figures of a page are, estimated from the marks on it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_SMALLEST, _LARGEST = 5, 150  # pixels: marks outside are specks, rules, woodcuts


@dataclass(frozen=True)
class Marks:
    """Connected pieces of ink of the size of letters, ``n`` of them."""

    size: NDArray[np.float64]  # (n,): the longer side in pixels
    centre: NDArray[np.float64]  # (n, 2): x, y


def find_marks(ink: NDArray[np.float32]) -> Marks:
    """Find the pieces of ink on a page ``(h, w)`` that may be letters or figures."""
    _, _, stats, centres = cv2.connectedComponentsWithStats((ink > 0.5).astype(np.uint8), connectivity=8)
    width, height, area = stats[1:, 2], stats[1:, 3], stats[1:, 4]
    longer, shorter = np.maximum(width, height), np.minimum(width, height)
    letters = (
        (longer >= _SMALLEST)
        & (longer <= _LARGEST)
        & (shorter * 8 >= longer)
        & (area >= 0.12 * width * height)
    )
    return Marks(longer[letters].astype(float), centres[1:][letters])


def typical_size(marks: Marks) -> float | None:
    """Estimate the height of the figures in pixels: the fullest octave third of the sizes, by covered length.

    Returns
    -------
    float or None
        None where the page has fewer than ten marks.
    """
    if len(marks.size) < 10:
        return None
    logs = np.log2(marks.size)
    bins = np.arange(2, 7.5, 1 / 12)
    filled, _ = np.histogram(logs, bins, weights=marks.size)
    window = np.convolve(filled, np.ones(5), "same")
    middle = bins[int(window.argmax())] + 1 / 24
    near = np.abs(logs - middle) < 0.25
    return float(np.median(marks.size[near])) if near.any() else float(2**middle)


def dense_windows(marks: Marks, shape: tuple[int, int], side: float, count: int) -> list[tuple[float, float]]:
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

    Returns
    -------
    list
        Top left corners ``(x, y)`` in pixels, fullest first.
    """
    rows, cols = max(1, round(shape[0] / side)), max(1, round(shape[1] / side))
    row = np.minimum(marks.centre[:, 1] * rows / shape[0], rows - 1).astype(int)
    col = np.minimum(marks.centre[:, 0] * cols / shape[1], cols - 1).astype(int)
    filled = np.bincount(row * cols + col, minlength=rows * cols)
    fullest = np.argsort(-filled, kind="stable")[:count]
    return [
        (cell % cols * shape[1] / cols, cell // cols * shape[0] / rows) for cell in fullest if filled[cell]
    ]
