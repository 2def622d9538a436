"""Integral: sums over many boxes of a page at once, by its integral image."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def box_sums(mask: NDArray[np.uint8], boxes: NDArray[np.floating]) -> NDArray[np.float64]:
    """Count the set pixels of ``mask`` in each box.

    Parameters
    ----------
    mask
        ``(height, width)``, 0 or 1.
    boxes
        ``(n, 4)`` of x0, y0, x1, y1 in pixels; ends are rounded, parts beyond the mask left out.

    Returns
    -------
    array
        ``(n,)``; 0 for a box without pixels.
    """
    height, width = mask.shape
    integral = cv2.integral(mask)
    x0, x1 = (np.clip(np.round(boxes[:, k]), 0, width).astype(np.intp) for k in (0, 2))
    y0, y1 = (np.clip(np.round(boxes[:, k]), 0, height).astype(np.intp) for k in (1, 3))
    x1, y1 = np.maximum(x0, x1), np.maximum(y0, y1)
    return (integral[y1, x1] - integral[y0, x1] - integral[y1, x0] + integral[y0, x0]).astype(np.float64)
