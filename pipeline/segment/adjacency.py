"""Neighbours: which digit stands to the right of which, and which one below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from tablekin.page import Detections
from tablekin.segment.ruling import Ruling, box_sums

SPACE = 0.72  # narrowest space in type set close, in digit widths
SPACED = 0.5  # how much wider than the usual gap a space is in type set wide, in digit widths
MANY = 20  # gaps that tell what is usual
NUMBER_GAP = 1.25  # widest gap inside a number, in spaces: a point needs room
RIGHT_REACH = 3.0  # how far to the right a neighbour is looked for, in digit heights
LOWER_REACH = 4.4  # how far below, in digit heights


@dataclass(frozen=True)
class DigitMetrics:
    """Sizes of the figures of a page, in pixels of the working frame."""

    height: float
    width: float
    usual_gap: float  # between two figures of one number
    space: float  # narrowest gap that is a space between two numbers


@dataclass(frozen=True)
class DigitAdjacency:
    """Pairs of neighbouring digits, and the number each digit belongs to."""

    right: NDArray[np.intp]  # (m, 2): left digit, its right neighbour on the same line
    lower: NDArray[np.intp]  # (k, 2): upper digit, the digit below it
    number: NDArray[np.intp]  # (n,): digits with the same value stand in one number


def measure(digits: Detections) -> DigitMetrics:
    """Measure the figures of a page; 20 by 13 pixels when there are none.

    The usual gap inside a number is the lower fifth of the gaps between neighbours on a line.
    """
    if len(digits) == 0:
        return DigitMetrics(20.0, 13.0, 0.0, 9.4)
    height = float(np.clip(np.percentile(digits.heights, 70), 8, 60))
    widths = digits.boxes[:, 2] - digits.boxes[:, 0]
    broad = widths[digits.digit != 1]
    width = float(np.median(broad if len(broad) else widths))
    width = float(np.clip(width, 0.4 * height, height))
    left, right = _nearest(digits.centres, height, width, horizontal=True).T
    half = np.maximum(widths, np.where(digits.digit == 1, width, 0)) / 2
    gaps = digits.centres[right, 0] - half[right] - digits.centres[left, 0] - half[left]
    usual = float(np.clip(np.percentile(gaps, 20), 0, 0.9 * width)) if len(gaps) >= MANY else 0.0
    return DigitMetrics(height, width, usual, max(SPACE * width, usual + SPACED * width))


def find_neighbours(digits: Detections, ruling: Ruling, metrics: DigitMetrics) -> DigitAdjacency:
    """Link digits to the right and downwards and gather them into numbers.

    A gap little wider than a space that no vertical rule crosses joins two digits into one number.
    """
    right = _nearest(digits.centres, metrics.height, metrics.width, horizontal=True)
    lower = _nearest(digits.centres, metrics.height, metrics.width, horizontal=False)
    boxes = digits.boxes
    gap = boxes[right[:, 1], 0] - boxes[right[:, 0], 2]
    joined = right[(gap < NUMBER_GAP * metrics.space) & ~_crossed(boxes, right, ruling)]
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
    reach = (RIGHT_REACH if horizontal else LOWER_REACH) * height
    drift = 0.5 * height if horizontal else 0.55 * width
    start = 0.2 * width if horizontal else 0.6 * height
    scaled = np.column_stack([centres[:, along] / reach, centres[:, across] / drift])
    near = cKDTree(scaled).query(scaled, k=min(count, 14), distance_upper_bound=1.42)[1]
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
    return box_sums(ruling.vertical, gaps) > 0.6 * (bottom - top)
