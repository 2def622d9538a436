"""Numbers: digits set together, and which of these stand among words.

A letter or two that belong to a number, as in ``19s.``, ``N. 37 E.`` or ``66‡``, are no words.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.page import Detections
from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.integral import box_sums
from tablekin.segment.runs import runs
from tablekin.threshold import threshold

_AFFIXES = "numbers with letters, signs of money and references to notes, beside prose"


@dataclass(frozen=True)
class NumberCriteria:
    """When words stand beside a number."""

    touching: float = threshold(
        0.35, "digit heights", "a letter nearer to a number than this touches it", (0.2625, 0.4375)
    )
    crowding: float = threshold(
        1.6, "digit heights", "nearer words may make a number part of their line", (1.2, 2.0)
    )
    band: float = threshold(
        0.4, "digit heights", "how far from a number's middle line letters are looked for", (0.3, 0.5)
    )
    letter_height: float = threshold(
        0.33,
        "digit heights",
        "lowest ink in this band that is a letter, no dot and no dash",
        (0.2475, 0.4125),
    )
    max_affix: float = threshold(
        2.6, "digit heights", "letters on one side that belong to a number at most", chosen=_AFFIXES
    )
    max_affixes: float = threshold(4.0, "digit heights", "the same on both sides together", chosen=_AFFIXES)
    affix_letters: int = threshold(
        3, "letters", "on one side that belong to a number at most", chosen=_AFFIXES
    )
    affix_space: float = threshold(
        0.9, "digit heights", "of white beyond them, more than between words", chosen=_AFFIXES
    )


CRITERIA = NumberCriteria()


def number_boxes(digits: Detections, number: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the box around each number, ``(numbers, 4)``."""
    count = int(number.max()) + 1 if len(number) else 0
    boxes = np.full((count, 4), np.inf)
    boxes[:, 2:] = -np.inf
    np.minimum.at(boxes[:, 0], number, digits.boxes[:, 0])
    np.minimum.at(boxes[:, 1], number, digits.boxes[:, 1])
    np.maximum.at(boxes[:, 2], number, digits.boxes[:, 2])
    np.maximum.at(boxes[:, 3], number, digits.boxes[:, 3])
    return boxes


def without_digits(text: NDArray[np.uint8], digits: Detections) -> NDArray[np.uint8]:
    """Blank the boxes of the digits: what remains is letters, signs, dots and stains."""
    rest = text.copy()
    corners = np.column_stack([np.floor(digits.boxes[:, :2]), np.ceil(digits.boxes[:, 2:])])
    for x0, y0, x1, y1 in np.maximum(corners, 0).astype(np.intp):
        rest[y0:y1, x0:x1] = 0
    return rest


def touches_text(
    boxes: NDArray[np.floating], letters: NDArray[np.uint8], metrics: DigitMetrics, beside: float
) -> NDArray[np.bool_]:
    """Tell which numbers have letters on their left or right nearer than ``beside`` digit heights.

    A letter is told from a dot or a dash by its height: the ink beside the number must cover a third of
    the number's lines of pixels.

    Parameters
    ----------
    boxes
        Box of each number ``(numbers, 4)``.
    letters
        ``(height, width)``, 1 on ink that is neither digit nor rule.
    metrics
        Size of the digits.
    beside
        Distance in digit heights.
    """
    reach = round(beside * metrics.height) | 1
    spread = np.asarray(cv2.dilate(letters, np.ones((1, reach), np.uint8)), np.uint8)
    band = CRITERIA.band * metrics.height
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    touched = np.zeros(len(boxes), bool)
    for x in (np.floor(boxes[:, 0] - (reach + 1) / 2), np.ceil(boxes[:, 2] + (reach + 1) / 2)):
        lines = box_sums(spread, np.column_stack([x, middle - band, x + 1, middle + band]))
        touched |= lines > CRITERIA.letter_height * metrics.height
    return touched


def has_affixes(
    boxes: NDArray[np.floating], text: NDArray[np.uint8], metrics: DigitMetrics
) -> NDArray[np.bool_]:
    """Tell of which numbers what stands beside them, up to white on both sides, is short enough to be part of them.

    Parameters
    ----------
    boxes
        Box of each number ``(numbers, 4)``.
    text
        ``(height, width)``, 1 on ink that is no rule, digits included.
    metrics
        Size of the digits.
    """
    height, width = text.shape
    reach = round((CRITERIA.max_affix + CRITERIA.affix_space) * metrics.height) + 1
    band = CRITERIA.band * metrics.height
    affixed = np.zeros(len(boxes), bool)
    for index, (x0, y0, x1, y1) in enumerate(boxes):
        middle = (y0 + y1) / 2
        top, bottom = max(round(middle - band), 0), min(round(middle + band) + 1, height)
        left = text[top:bottom, max(int(x0) - reach, 0) : max(int(x0), 0)].sum(0)[::-1]
        right = text[top:bottom, int(np.ceil(x1)) : min(int(np.ceil(x1)) + reach, width)].sum(0)
        sides = [_until_white(side, metrics) for side in (left, right)]
        affixed[index] = (
            max(length for length, _ in sides) <= CRITERIA.max_affix * metrics.height
            and sum(length for length, _ in sides) <= CRITERIA.max_affixes * metrics.height
            and max(letters for _, letters in sides) <= CRITERIA.affix_letters
        )
    return affixed


def _until_white(ink: NDArray[np.intp], metrics: DigitMetrics) -> tuple[int, int]:
    """Return how far ink goes on beside a number until wide white, and of how many letters it is.

    ``ink`` has the inked pixels of each column of pixels, from the number on.
    """
    places = np.flatnonzero(ink)
    wide = np.flatnonzero(np.diff(places, prepend=-1) > CRITERIA.affix_space * metrics.height)
    end = int(places[: wide[0]].max(initial=-1) if len(wide) else places.max(initial=-1)) + 1
    tall = runs(ink[:end] > 0)
    return end, sum(
        bool(ink[begin:stop].max() > CRITERIA.letter_height * metrics.height) for begin, stop in tall
    )
