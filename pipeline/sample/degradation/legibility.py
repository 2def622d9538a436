"""Legibility: which digits of a page can still be read in its scan."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.sample.degradation.pose import SheetPose
from tablekin.threshold import threshold

_BOX = ["x0", "y0", "x1", "y1"]


@dataclass(frozen=True)
class LegibilityCriteria:
    """From when on the truth says that a digit is there to be read."""

    min_ink: float = threshold(0.42, "of a digit's ink", "that the press must leave")
    min_visible: float = threshold(
        0.5, "of its box", "that must lie on the leaf and in the image, for a digit to be known at all"
    )
    min_whole: float = threshold(
        0.9, "of its box", "below which a digit is marked to be ignored: cut off, it may be another one"
    )


CRITERIA = LegibilityCriteria()


def lost_digits(
    clean: NDArray[np.float32], pressed: NDArray[np.float32], boxes: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Tell of which digits hardly any ink is left.

    Parameters
    ----------
    clean, pressed
        ``(h, w)``, before and after.
    boxes
        ``(n, 4)``: x0, y0, x1, y1 in their pixels.
    """
    if not len(boxes):
        return np.zeros(0, bool)
    height, width = clean.shape
    x0, x1 = (np.clip(boxes[:, k].astype(int), 0, width) for k in (0, 2))
    y0, y1 = (np.clip(boxes[:, k].astype(int), 0, height) for k in (1, 3))
    sums = []
    for layer in (clean, pressed):
        total = cv2.integral(layer, sdepth=cv2.CV_64F)
        sums.append(total[y1, x1] - total[y0, x1] - total[y1, x0] + total[y0, x0])
    return sums[1] < CRITERIA.min_ink * sums[0]


def in_sight(digits: pd.DataFrame, pose: SheetPose, leaf: NDArray[np.float32]) -> pd.DataFrame:
    """Leave out digits most of which is off the leaf or the image; ignore those of which a part is."""
    if digits.empty:
        return digits
    height, width = pose.shape
    boxes = np.round(pose.boxes_to_scan(digits[_BOX].to_numpy(float))).astype(int)
    whole = np.maximum(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1), 1)
    x0, y0, x1, y1 = np.clip(boxes, 0, [width, height, width, height]).T
    sums = cv2.integral(leaf, sdepth=cv2.CV_64F)
    seen = (sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0]) / whole
    digits = digits.assign(ignore=digits["ignore"] | (seen < CRITERIA.min_whole))
    return digits[seen > CRITERIA.min_visible]
