from __future__ import annotations

import numpy as np

from tablekin.page import Detections
from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.context import CRITERIA, find_context
from tablekin.segment.dewarping import STEP, Dewarping
from tablekin.segment.ruling import Ruling

METRICS = DigitMetrics(10.0, 7.0, 1.0, 5.0)


def test_ink_around_a_block_is_collected_up_to_its_neighbours() -> None:
    rng = np.random.default_rng(0)
    shape = (700, 900)
    masks = [(rng.random(shape) < 0.01).astype(np.uint8) for _ in range(3)]
    y, x = np.mgrid[0 : shape[0] + STEP : STEP, 0 : shape[1] + STEP : STEP].astype(np.float32)
    dewarping = Dewarping(x + 3, y - 2, np.zeros(10))  # a page that is moved but not bent
    boxes = np.array([[400, 300, 407, 310], [440, 340, 447, 350]], np.float32)
    digits = Detections.from_boxes(np.array([1, 2], np.int8), np.ones(2, np.float32), boxes)
    letters, horizontal, vertical = masks
    ruling = Ruling(horizontal, vertical, letters)
    limits = (250.0, 0.0, 900.0, 365.0)
    context = find_context(dewarping, digits, ruling, letters, METRICS, limits)
    left, right = 250, 447 + CRITERIA.beside * METRICS.height
    top, bottom = 300 - CRITERIA.above * METRICS.height, 365
    for points, mask in zip((context.letters, context.horizontal, context.vertical), masks, strict=True):
        rows, columns = np.nonzero(mask)
        inside = (columns >= left) & (columns < right) & (rows >= top) & (rows < bottom)
        expected = np.column_stack([columns[inside] + 3, rows[inside] - 2])
        assert np.abs(points - expected).max() < 1e-3
