"""PageTransform: from the pixels of a scan to those of the upright, deskewed page at working scale, and back."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def working_frame(
    shape: tuple[int, int], orientation: int, scale: float, skew: float, whole: bool = False
) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Find where the working page lies in its scan.

    Parameters
    ----------
    shape
        Height and width of the scan in pixels.
    orientation
        Degrees clockwise the page is turned from upright: 0, 90, 180, 270.
    scale
        Working pixels per pixel of the scan.
    skew
        Degrees clockwise that the lines are tilted once the page is turned back.
    whole
        Whether the working page is so large that no corner of the scan is cut off.

    Returns
    -------
    tuple
        Affine ``(2, 3)`` from pixels of the scan to working pixels, and the working page's width and height.
    """
    height, width = shape
    turn = {
        0: np.array([[1.0, 0, 0], [0, 1, 0]]),
        90: np.array([[0.0, 1, 0], [-1, 0, width - 1]]),
        180: np.array([[-1.0, 0, width - 1], [0, -1, height - 1]]),
        270: np.array([[0.0, -1, height - 1], [1, 0, 0]]),
    }[orientation]
    upright = (width, height) if orientation % 180 == 0 else (height, width)
    rotate = cv2.getRotationMatrix2D(((upright[0] - 1) / 2, (upright[1] - 1) / 2), skew, scale)
    cosine, sine = (np.cos(np.radians(skew)), abs(np.sin(np.radians(skew)))) if whole else (1.0, 0.0)
    across, down = upright[0] * cosine + upright[1] * sine, upright[0] * sine + upright[1] * cosine
    size = (max(1, round(across * scale)), max(1, round(down * scale)))
    rotate[:, 2] += (np.array(size) - upright) / 2
    affine = np.vstack([rotate, [0, 0, 1]]) @ np.vstack([turn, [0, 0, 1]])
    return affine[:2], size


def resize(ink: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    """Resize ``(h, w)`` ink by a factor; where it shrinks, each pixel is the mean of those it takes the place of."""
    size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    return cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)


def to_working(
    ink: NDArray[np.float32], affine: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.float32]:
    """Bring the ink of a scan into the working frame; where it shrinks, average first so that thin strokes stay.

    Parameters
    ----------
    ink
        ``(h, w)`` of the scan, in [0, 1].
    affine, size
        As from :func:`working_frame`.

    Returns
    -------
    ndarray
        Ink in [0, 1], as high and wide as ``size`` says.
    """
    scale = float(np.sqrt(abs(np.linalg.det(affine[:, :2]))))
    if scale < 1:
        small = resize(ink, scale)
        ratio = np.array([ink.shape[1] / small.shape[1], ink.shape[0] / small.shape[0]])
        shift = affine[:, :2] @ ((ratio - 1) / 2) + affine[:, 2]
        affine = np.column_stack([affine[:, :2] * ratio, shift])
        ink = small
    return np.clip(cv2.warpAffine(ink, affine, size, flags=cv2.INTER_LINEAR), 0, 1)


def to_original(boxes: NDArray[np.floating], affine: NDArray[np.float64]) -> NDArray[np.float32]:
    """Map boxes of the working page to the upright boxes around them in the scan.

    Parameters
    ----------
    boxes
        ``(n, 4)``: x0, y0, x1, y1 in working pixels.
    affine
        ``(2, 3)``, working pixel to pixel of the scan.

    Returns
    -------
    ndarray
        ``(n, 4)`` float32 in pixels of the scan.
    """
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    corners = boxes[:, [[0, 1], [2, 1], [2, 3], [0, 3]]]  # (n, 4 corners, x y)
    mapped = corners @ affine[:, :2].T + affine[:, 2]
    return np.concatenate([mapped.min(1), mapped.max(1)], 1).astype(np.float32)
