"""Observations: everything about a page from which its tables are found."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.page import Detections, WorkingPage
from tablekin.segment.adjacency import DigitAdjacency, DigitMetrics, find_neighbours, measure
from tablekin.segment.decimal_points import unit_centres
from tablekin.segment.numbers import CRITERIA as NUMBERS
from tablekin.segment.numbers import has_affixes, number_boxes, touches_text, without_digits
from tablekin.segment.ruling import Ruling, find_rules, find_stretches

_SPECK = 3  # pixels: side of the median filter that takes specks out of the ink


@dataclass(frozen=True)
class PageObservations:
    """Digits, rules and other ink of a page, and how they stand to one another."""

    digits: Detections
    metrics: DigitMetrics
    near: DigitAdjacency
    ruling: Ruling
    stretches: NDArray[np.float64]  # (k, 2, 2): x, y of both ends of pieces of vertical rules
    letters: NDArray[np.uint8]  # (height, width), 1 on ink that is neither digit nor rule
    numbers: NDArray[np.float64]  # (numbers, 4), boxes
    embedded: NDArray[np.bool_]  # (numbers,), whether words touch the number
    crowded: NDArray[np.bool_]  # (n,), digits of numbers with words close by
    units: NDArray[np.uint8]  # (height, width), 1 on the centre of a degree, minute or other sign of a unit


def observe_page(page: WorkingPage) -> PageObservations:
    """Measure the digits of a page, find its rules, its numbers and what stands beside them."""
    metrics = measure(page.digits)
    ruling = find_rules(page.ink, metrics.height)
    without_specks = np.asarray(cv2.medianBlur(ruling.text, _SPECK), np.uint8)
    letters = without_digits(without_specks, page.digits)
    near = find_neighbours(page.digits, ruling, metrics)
    boxes = number_boxes(page.digits, near.number)
    embedded = touches_text(boxes, letters, metrics, NUMBERS.touching)
    touched = np.flatnonzero(embedded)
    embedded[touched] = ~has_affixes(boxes[touched], ruling.text, metrics)
    crowded = touches_text(boxes, letters, metrics, NUMBERS.crowding)[near.number]
    return PageObservations(
        page.digits,
        metrics,
        near,
        ruling,
        find_stretches(ruling.vertical, metrics.height),
        letters,
        boxes,
        embedded,
        crowded,
        unit_centres(page.marks, letters.shape),
    )
