"""FalsePositives: digits found on a page without a table, which mostly are letters and the hatching of woodcuts."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.binarization import binarize
from tablekin.digitize.thresholds import FALSE_POSITIVES
from tablekin.page import Layout, RegionKind, WorkingPage


def drop_false_positives(page: WorkingPage, layout: Layout, threshold: float) -> WorkingPage:
    """Keep of a page without a table the digits that are sure, and its number, where they stand free.

    Among letters a digit is so rare that what looks like one is not, as often as not; in a table it is. What hangs
    together with much more ink than a number has is hatching or ornament.

    Parameters
    ----------
    page
        The page and its digits.
    layout
        What was found on it; with a table, all digits stay.
    threshold
        Lowest probability of a digit.
    """
    if layout.is_table:
        return page
    digits = page.digits
    column, row = np.floor(digits.centres).astype(np.intp).T
    height, width = layout.labels.shape
    region = layout.labels[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
    page_numbers = [one.region_id for one in layout.regions if one.kind == RegionKind.PAGE_NUMBER]
    kept = (digits.score >= threshold) | np.isin(region, page_numbers)
    kept[kept] = _stand_free(page.ink, digits.boxes[kept])
    return replace(page, digits=digits.take(kept))


def _stand_free(ink: NDArray[np.float32], boxes: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which of the ``boxes (n, 4)`` hold strokes that end near them; those without ink do not."""
    _, piece, sizes, _ = cv2.connectedComponentsWithStats(binarize(ink))
    free = np.zeros(len(boxes), bool)
    for index, box in enumerate(boxes):
        x0, y0, x1, y1 = np.round(box).astype(int).clip(0)
        inside = piece[y0:y1, x0:x1]
        inked = np.bincount(inside[inside > 0])
        if len(inked):
            strokes = sizes[inked.argmax()]
            height = box[3] - box[1]
            free[index] = (
                strokes[cv2.CC_STAT_HEIGHT] <= FALSE_POSITIVES.max_height * height
                and strokes[cv2.CC_STAT_WIDTH] <= FALSE_POSITIVES.max_width * height
            )
    return free
