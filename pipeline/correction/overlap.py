"""Overlap: which cell of a page a box is of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.threshold import threshold

BOX = ["x0", "y0", "x1", "y1"]


@dataclass(frozen=True)
class OverlapCriteria:
    """When two boxes are of the same cell; the cells of a page do not overlap, so above a half only one can be."""

    min_shared: float = threshold(
        0.5, "share of both boxes together", "that is in both, of one cell found again"
    )
    min_inside: float = threshold(0.5, "share of a box", "that lies in the cell which it is given for")


CRITERIA = OverlapCriteria()


def find_again(cells: pd.DataFrame, box: NDArray[np.float64]) -> int | None:
    """Find the cell that has the box of one which was there before; its place among the rows, None if there is none."""
    if cells.empty:
        return None
    shared = _shared(cells, box)
    share = shared / np.maximum(_area(cells[BOX].to_numpy(np.float64)) + _area(box) - shared, 1e-9)
    best = int(np.argmax(share))
    return best if share[best] > CRITERIA.min_shared else None


def find_around(cells: pd.DataFrame, box: NDArray[np.float64]) -> int | None:
    """Find the cell in which most of a box lies, however tightly it was drawn; None if there is none."""
    if cells.empty:
        return None
    share = _shared(cells, box) / max(float(_area(box)), 1e-9)
    best = int(np.argmax(share))
    return best if share[best] > CRITERIA.min_inside else None


def _shared(cells: pd.DataFrame, box: NDArray[np.float64]) -> NDArray[np.float64]:
    boxes = cells[BOX].to_numpy(np.float64)
    size = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    return np.asarray(np.maximum(size, 0).prod(axis=1), np.float64)


def _area(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((boxes[..., 2:] - boxes[..., :2]).prod(axis=-1), np.float64)
