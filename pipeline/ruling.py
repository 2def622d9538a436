"""Rules: the printed lines that frame a table and divide its rows and columns."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

INK_THRESHOLD = 0.4  # ink above this counts as printed


@dataclass(frozen=True)
class Ruling:
    """Pixels of a page that belong to rules, and the ink that remains without them."""

    horizontal: NDArray[np.uint8]  # (height, width), 1 on a horizontal rule
    vertical: NDArray[np.uint8]  # (height, width), 1 on a vertical rule
    text: NDArray[np.uint8]  # (height, width), 1 on ink that is no rule


def find_rules(ink: NDArray[np.float32], digit_height: float) -> Ruling:
    """Find horizontal and vertical rules by directional opening.

    A run of ink longer than 2.2 digit heights is a piece of a rule; the ink is widened across the
    direction of the rule first, so that a line may slope by about three degrees or be ragged.

    Parameters
    ----------
    ink
        ``(height, width)`` in [0, 1], 1 = ink.
    digit_height
        Height of a figure in pixels.
    """
    printed = (ink > INK_THRESHOLD).view(np.uint8)
    length = round(2.2 * digit_height)
    horizontal = _open_along(printed, length, vertical=False)
    vertical = _open_along(printed, length, vertical=True)
    text = printed & ~(horizontal | vertical)
    return Ruling(horizontal, vertical, text)


def _open_along(printed: NDArray[np.uint8], length: int, vertical: bool) -> NDArray[np.uint8]:
    across = (3, 1) if vertical else (1, 3)
    along = (1, length) if vertical else (length, 1)
    widened = cv2.dilate(printed, np.ones(across[::-1], np.uint8))
    opened = np.asarray(cv2.morphologyEx(widened, cv2.MORPH_OPEN, np.ones(along[::-1], np.uint8)), np.uint8)
    return _without_thick(opened, max_thickness=max(9, length // 4))


def _without_thick(mask: NDArray[np.uint8], max_thickness: int) -> NDArray[np.uint8]:
    """Remove areas thicker than a rule: dark borders, stains, woodcuts."""
    thick = cv2.erode(mask, np.ones((max_thickness, max_thickness), np.uint8))
    if not thick.any():
        return mask
    reach = max_thickness + 4
    grown = np.asarray(cv2.dilate(thick, np.ones((reach, reach), np.uint8)), np.uint8)
    return mask & ~grown


def box_sums(mask: NDArray[np.uint8], boxes: NDArray[np.floating]) -> NDArray[np.float64]:
    """Count the set pixels of ``mask`` in each box ``(n, 4)`` of x0, y0, x1, y1; empty boxes count 0."""
    height, width = mask.shape
    integral = cv2.integral(mask)
    x0, x1 = (np.clip(np.round(boxes[:, k]), 0, width).astype(np.intp) for k in (0, 2))
    y0, y1 = (np.clip(np.round(boxes[:, k]), 0, height).astype(np.intp) for k in (1, 3))
    x1, y1 = np.maximum(x0, x1), np.maximum(y0, y1)
    return (integral[y1, x1] - integral[y0, x1] - integral[y1, x0] + integral[y0, x0]).astype(np.float64)
