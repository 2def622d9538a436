"""Adjacency: which digit stands to the right of which, and which one below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from tablekin.page import Detections
from tablekin.segment.integral import box_sums
from tablekin.segment.ruling import Ruling
from tablekin.threshold import threshold


@dataclass(frozen=True)
class AdjacencyCriteria:
    """How large digits are, and which of them stand next to one another."""

    height_percentile: float = threshold(
        70, "percent", "of the boxes' heights that is the digit height", (52.0, 88.0)
    )
    min_height: float = threshold(8, "pixels", "digit height of a page at least", (6.0, 10.0))
    max_height: float = threshold(60, "pixels", "digit height of a page at most", (45.0, 75.0))
    min_width: float = threshold(
        0.4, "digit heights", "digit width of a page at least; at most one height", (0.3, 0.5)
    )
    close_space: float = threshold(0.72, "digit widths", "narrowest space in type set close", (0.54, 0.9))
    wide_space: float = threshold(
        0.5, "digit widths", "by how much a space is wider than the usual gap", (0.375, 0.625)
    )
    usual_percentile: float = threshold(
        20, "percent", "of the gaps on a line that is the usual gap in a number", (15.0, 25.0)
    )
    max_usual_gap: float = threshold(0.9, "digit widths", "usual gap in a number at most", (0.675, 1.0))
    min_gaps: int = threshold(20, "gaps", "fewer do not tell what is usual", (15.0, 25.0))
    number_gap: float = threshold(
        1.25, "spaces", "widest gap inside a number: a point needs room", (0.9375, 1.562)
    )
    right_reach: float = threshold(
        3.0, "digit heights", "how far to the right a neighbour is looked for", (2.25, 3.75)
    )
    lower_reach: float = threshold(
        4.4, "digit heights", "how far below a neighbour is looked for", (3.3, 5.5)
    )
    line_drift: float = threshold(
        0.5, "digit heights", "how much higher or lower the right neighbour may stand", (0.375, 0.625)
    )
    column_drift: float = threshold(
        0.55, "digit widths", "how far to a side the lower neighbour may stand", (0.4125, 0.6875)
    )
    right_start: float = threshold(
        0.2, "digit widths", "a nearer centre to the right is no neighbour", (0.15, 0.25)
    )
    lower_start: float = threshold(
        0.6, "digit heights", "a nearer centre below is no neighbour", (0.45, 0.75)
    )
    rule_height: float = threshold(
        0.6, "digit heights", "length of a vertical rule that parts two digits", (0.45, 0.75)
    )


CRITERIA = AdjacencyCriteria()
_CANDIDATES = 14  # more digits than stand within reach of one


@dataclass(frozen=True)
class DigitMetrics:
    """Sizes of the digits of a page, in pixels of the working frame."""

    height: float
    width: float
    usual_gap: float  # between two digits of one number
    space: float  # narrowest gap that is a space between two numbers


@dataclass(frozen=True)
class DigitAdjacency:
    """Pairs of neighbouring digits, and the number each digit belongs to."""

    right: NDArray[np.intp]  # (m, 2): left digit, its right neighbour on the same line
    lower: NDArray[np.intp]  # (k, 2): upper digit, the digit below it
    number: NDArray[np.intp]  # (n,): digits with the same value stand in one number


def measure(digits: Detections) -> DigitMetrics:
    """Measure the digits of a page; 20 by 13 pixels when there are none.

    The usual gap inside a number is the lower fifth of the gaps between neighbours on a line.
    """
    if len(digits) == 0:
        return DigitMetrics(20.0, 13.0, 0.0, 9.4)
    height = float(np.percentile(digits.heights, CRITERIA.height_percentile))
    height = float(np.clip(height, CRITERIA.min_height, CRITERIA.max_height))
    widths = digits.boxes[:, 2] - digits.boxes[:, 0]
    broad = widths[digits.digit != 1]
    width = float(np.median(broad if len(broad) else widths))
    width = float(np.clip(width, CRITERIA.min_width * height, height))
    left, right = _nearest(digits.centres, height, width, horizontal=True).T
    half = half_widths(digits, width)
    gaps = digits.centres[right, 0] - half[right] - digits.centres[left, 0] - half[left]
    usual = 0.0
    if len(gaps) >= CRITERIA.min_gaps:
        usual = float(np.percentile(gaps, CRITERIA.usual_percentile))
        usual = float(np.clip(usual, 0, CRITERIA.max_usual_gap * width))
    space = max(CRITERIA.close_space * width, usual + CRITERIA.wide_space * width)
    return DigitMetrics(height, width, usual, space)


def half_widths(digits: Detections, width: float) -> NDArray[np.float32]:
    """Return half the room of each digit ``(n,)``: a 1 takes the room of any other, ``width``."""
    half = (digits.boxes[:, 2] - digits.boxes[:, 0]) / 2
    return np.where(digits.digit == 1, np.maximum(half, width / 2), half)


def find_neighbours(digits: Detections, ruling: Ruling, metrics: DigitMetrics) -> DigitAdjacency:
    """Link digits to the right and downwards and gather them into numbers.

    A gap little wider than a space that no vertical rule crosses joins two digits into one number.
    """
    right = _nearest(digits.centres, metrics.height, metrics.width, horizontal=True)
    lower = _nearest(digits.centres, metrics.height, metrics.width, horizontal=False)
    boxes = digits.boxes
    gap = boxes[right[:, 1], 0] - boxes[right[:, 0], 2]
    joined = right[(gap < CRITERIA.number_gap * metrics.space) & ~_crossed(boxes, right, ruling)]
    count = len(digits)
    graph = coo_array((np.ones(len(joined)), (joined[:, 0], joined[:, 1])), shape=(count, count))
    return DigitAdjacency(right, lower, connected_components(graph, directed=False)[1].astype(np.intp))


def _nearest(
    centres: NDArray[np.floating], height: float, width: float, horizontal: bool
) -> NDArray[np.intp]:
    """Pair every digit with the nearest one to its right (or below it); ``(m, 2)``."""
    count = len(centres)
    if count < 2:
        return np.zeros((0, 2), np.intp)
    along, across = (0, 1) if horizontal else (1, 0)
    reach = (CRITERIA.right_reach if horizontal else CRITERIA.lower_reach) * height
    drift = CRITERIA.line_drift * height if horizontal else CRITERIA.column_drift * width
    start = CRITERIA.right_start * width if horizontal else CRITERIA.lower_start * height
    scaled = np.column_stack([centres[:, along] / reach, centres[:, across] / drift])
    # all of the box of one reach by one drift lies within a circle of the square root of 2
    near = cKDTree(scaled).query(scaled, k=min(count, _CANDIDATES), distance_upper_bound=1.42)[1]
    index = np.repeat(np.arange(count), near.shape[1])
    other = near.ravel()
    real = other < count
    index, other = index[real], other[real]
    step = centres[other] - centres[index]
    good = (step[:, along] > start) & (step[:, along] < reach) & (np.abs(step[:, across]) < drift)
    index, other, distance = index[good], other[good], step[good, along]
    order = np.lexsort((distance, index))
    first = np.unique(index[order], return_index=True)[1]
    return np.column_stack([index[order][first], other[order][first]])


def _crossed(boxes: NDArray[np.floating], pairs: NDArray[np.intp], ruling: Ruling) -> NDArray[np.bool_]:
    """Tell which gaps between two digits a vertical rule runs through."""
    left, right = boxes[pairs[:, 0]], boxes[pairs[:, 1]]
    top = np.minimum(left[:, 1], right[:, 1])
    bottom = np.maximum(left[:, 3], right[:, 3])
    gaps = np.column_stack([left[:, 2] - 1, top, right[:, 0] + 1, bottom])
    return box_sums(ruling.vertical, gaps) > CRITERIA.rule_height * (bottom - top)
