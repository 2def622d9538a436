"""Rules: the printed lines that frame a table and divide its rows and columns."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.binarization import binarize


@dataclass(frozen=True)
class Ruling:
    """Pixels of a page that belong to rules, and the ink that remains without them."""

    horizontal: NDArray[np.uint8]  # (height, width), 1 on a horizontal rule
    vertical: NDArray[np.uint8]  # (height, width), 1 on a vertical rule
    text: NDArray[np.uint8]  # (height, width), 1 on ink that is no rule


def find_rules(ink: NDArray[np.float32], digit_height: float) -> Ruling:
    """Find horizontal and vertical rules by directional opening.

    Ink is widened across the direction of the rule first, so that a line may slope by about three degrees
    or be ragged. A run longer than 2.2 digit heights is a rule; one longer than 1.5 is a piece of a
    broken rule when it continues others in its direction.

    Parameters
    ----------
    ink
        ``(height, width)`` in [0, 1], 1 = ink.
    digit_height
        Height of a figure in pixels.
    """
    printed = binarize(ink)
    horizontal = _rules_along(printed, digit_height, vertical=False)
    vertical = _rules_along(printed, digit_height, vertical=True)
    # rules are ragged: a pixel more on every side
    rules = np.asarray(cv2.dilate(horizontal | vertical, np.ones((3, 3), np.uint8)), np.uint8)
    text = printed & ~rules
    return Ruling(horizontal, vertical, text)


def _rules_along(printed: NDArray[np.uint8], digit_height: float, vertical: bool) -> NDArray[np.uint8]:
    def element(length: float, thickness: int) -> NDArray[np.uint8]:
        shape = (round(length * digit_height), thickness)
        return np.ones(shape if vertical else shape[::-1], np.uint8)

    widened = cv2.dilate(printed, element(1 / digit_height, 3))
    long = cv2.morphologyEx(widened, cv2.MORPH_OPEN, element(2.2, 1))
    pieces = cv2.morphologyEx(widened, cv2.MORPH_OPEN, element(1.5, 1))
    pieces = _without_thick(np.asarray(pieces, np.uint8), round(0.45 * digit_height))
    joined = cv2.morphologyEx(pieces, cv2.MORPH_CLOSE, element(2.5, 1))
    joined = cv2.morphologyEx(
        cv2.dilate(joined, element(1 / digit_height, 5)), cv2.MORPH_OPEN, element(6.0, 1)
    )
    rules = np.asarray(long, np.uint8) | (pieces & np.asarray(joined, np.uint8))
    return _without_thick(rules, round(0.9 * digit_height))


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
