"""Rules: the printed lines that frame a table and divide its rows and columns."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.binarization import binarize
from tablekin.threshold import threshold

_LEANING = "ruled tables with numbers that grow"
_EVERY = 16  # pixels between the ends of stretches, which overlap


@dataclass(frozen=True)
class RulingCriteria:
    """Which ink is a rule."""

    slack: int = threshold(
        3, "pixels", "by how much ink is widened across a rule, which may slope or be ragged", (2.0, 4.0)
    )
    long: float = threshold(2.2, "digit heights", "shortest run that is a rule", (1.65, 2.75))
    piece: float = threshold(
        1.5, "digit heights", "shortest run that is a piece of a broken rule", (1.35, 1.875)
    )
    piece_thickness: float = threshold(
        0.45, "digit heights", "a thicker piece is none of a rule", (0.3375, 0.5625)
    )
    break_length: float = threshold(2.5, "digit heights", "longest break between two pieces", (1.875, 3.125))
    joint_slack: int = threshold(
        5, "pixels", "by how much joined pieces are widened across: they need not align", (4.0, 6.0)
    )
    joined: float = threshold(6.0, "digit heights", "shortest rule of pieces with breaks", (4.5, 7.5))
    thickness: float = threshold(
        0.9, "digit heights", "what is thicker is a border, a stain or a woodcut", (0.675, 1.0)
    )
    border_reach: int = threshold(4, "pixels", "how far around such a border nothing is a rule", (3.0, 5.0))
    ragged: int = threshold(
        3, "pixels", "by how much rules are widened before they are taken out of the ink", (2.0, 4.0)
    )
    traced: float = threshold(
        6.0, "digit heights", "shortest vertical rule that says how a page leans", chosen=_LEANING
    )
    stretch: int = threshold(48, "pixels", "from one end of a stretch of rule to the other", chosen=_LEANING)


CRITERIA = RulingCriteria()


@dataclass(frozen=True)
class Ruling:
    """Pixels of a page that belong to rules, and the ink that remains without them."""

    horizontal: NDArray[np.uint8]  # (height, width), 1 on a horizontal rule
    vertical: NDArray[np.uint8]  # (height, width), 1 on a vertical rule
    text: NDArray[np.uint8]  # (height, width), 1 on ink that is no rule


def find_rules(ink: NDArray[np.float32], digit_height: float) -> Ruling:
    """Find horizontal and vertical rules by directional opening.

    Ink is widened across the direction of the rule first, so that a line may slope by about three degrees
    or be ragged. A long run is a rule; a shorter one is a piece of a broken rule when it continues others in its
    direction.

    Parameters
    ----------
    ink
        ``(height, width)`` in [0, 1], 1 = ink.
    digit_height
        Height of a digit in pixels.
    """
    printed = binarize(ink)
    horizontal = _rules_along(printed, digit_height, vertical=False)
    vertical = _rules_along(printed, digit_height, vertical=True)
    rules = np.asarray(cv2.dilate(horizontal | vertical, _square(CRITERIA.ragged)), np.uint8)
    text = printed & ~rules
    return Ruling(horizontal, vertical, text)


def find_stretches(vertical: NDArray[np.uint8], digit_height: float) -> NDArray[np.float64]:
    """Cut long vertical rules into stretches, which say how the columns lean.

    Parameters
    ----------
    vertical
        ``(height, width)``, 1 on a vertical rule.
    digit_height
        Height of a digit in pixels.

    Returns
    -------
    array
        x, y of the upper and lower end of each stretch, ``(k, 2, 2)``.
    """
    _, names, stats, _ = cv2.connectedComponentsWithStats(vertical, connectivity=8, ltype=cv2.CV_32S)
    found = [np.zeros((0, 2, 2))]
    apart = CRITERIA.stretch // _EVERY
    for rule in np.flatnonzero(stats[:, cv2.CC_STAT_HEIGHT] >= CRITERIA.traced * digit_height):
        if rule == 0:  # what is no rule
            continue
        left, top, width, height = (int(value) for value in stats[rule, :4])
        y = np.arange(top + _EVERY // 4, top + height - _EVERY // 4, _EVERY)
        own = names[y, left : left + width] == rule
        points = np.column_stack([left + own @ np.arange(width) / own.sum(1), y])
        found.append(np.stack([points[:-apart], points[apart:]], axis=1))
    return np.concatenate(found)


def _rules_along(printed: NDArray[np.uint8], digit_height: float, vertical: bool) -> NDArray[np.uint8]:
    def along(length: float) -> NDArray[np.uint8]:
        pixels = round(length * digit_height)
        return np.ones((pixels, 1) if vertical else (1, pixels), np.uint8)

    def across(pixels: int) -> NDArray[np.uint8]:
        return np.ones((1, pixels) if vertical else (pixels, 1), np.uint8)

    widened = cv2.dilate(printed, across(CRITERIA.slack))
    long = cv2.morphologyEx(widened, cv2.MORPH_OPEN, along(CRITERIA.long))
    pieces = cv2.morphologyEx(widened, cv2.MORPH_OPEN, along(CRITERIA.piece))
    pieces = _without_thick(np.asarray(pieces, np.uint8), round(CRITERIA.piece_thickness * digit_height))
    joined = cv2.morphologyEx(pieces, cv2.MORPH_CLOSE, along(CRITERIA.break_length))
    joined = cv2.dilate(joined, across(CRITERIA.joint_slack))
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, along(CRITERIA.joined))
    rules = np.asarray(long, np.uint8) | (pieces & np.asarray(joined, np.uint8))
    return _without_thick(rules, round(CRITERIA.thickness * digit_height))


def _without_thick(mask: NDArray[np.uint8], max_thickness: int) -> NDArray[np.uint8]:
    """Remove areas thicker than a rule: dark borders, stains, woodcuts."""
    thick = cv2.erode(mask, _square(max_thickness))
    if not thick.any():
        return mask
    grown = np.asarray(cv2.dilate(thick, _square(max_thickness + CRITERIA.border_reach)), np.uint8)
    return mask & ~grown


def _square(side: int) -> NDArray[np.uint8]:
    return np.ones((side, side), np.uint8)
