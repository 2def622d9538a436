"""Blocks: groups of digits dense and aligned enough that each may be a table."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tablekin.page import Detections
from tablekin.segment.adjacency import DigitAdjacency, DigitMetrics
from tablekin.segment.merging import extent_of, merge_blocks
from tablekin.segment.ruling import Ruling
from tablekin.threshold import threshold

_HIGH = "made tables with cells of four lines"


@dataclass(frozen=True)
class BlockCriteria:
    """Which digits belong to a block."""

    min_digits: int = threshold(
        4, "digits", "fewer that hang together are only ever part of another block", (3.0, 5.0)
    )
    beside: float = threshold(
        0.6, "digit heights", "how far beside a block such a few may stand", (0.45, 0.75)
    )
    beyond: float = threshold(3.0, "digit heights", "how far above or below it", (2.25, 3.75))
    far_beside: float = threshold(
        9.0, "digit heights", "how far beside it a column of high cells may stand", chosen=_HIGH
    )
    high_cells: int = threshold(3, "numbers", "in such a column at least", chosen=_HIGH)
    ruled: float = threshold(0.9, "of their width", "that a rule between two of them covers", chosen=_HIGH)
    straight: float = threshold(1.5, "digit heights", "from their middle line at most", chosen=_HIGH)


CRITERIA = BlockCriteria()
_ROUNDS = 4  # of taking in what stands above or below: a number among words rarely stands over another


def find_blocks(
    digits: Detections,
    near: DigitAdjacency,
    free: NDArray[np.bool_],
    ruling: Ruling,
    metrics: DigitMetrics,
) -> list[NDArray[np.intp]]:
    """Gather digits into blocks, each a candidate table.

    Parameters
    ----------
    digits, near, ruling, metrics
        The page's digits, their neighbours, the rules and the size of the digits.
    free
        ``(n,)``: digits that stand in no word.

    Returns
    -------
    list
        Indices of the digits of each block, largest block first.
    """
    pairs = np.vstack([near.right, near.lower])
    pairs = pairs[free[pairs[:, 0]] & free[pairs[:, 1]]]
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(digits), len(digits)))
    component = connected_components(graph, directed=False)[1]
    components = [np.flatnonzero((component == c) & free) for c in np.unique(component[free])]
    blocks = merge_blocks([c for c in components if len(c) >= CRITERIA.min_digits], digits, ruling, metrics)
    few = [each for each in components if len(each) < CRITERIA.min_digits]
    few = [each for each in few if not _absorb(blocks, each, digits, metrics)]
    for k, block in enumerate(blocks):
        high = _high_cells(block, few, digits, ruling, metrics)
        blocks[k] = np.sort(np.concatenate([block, *(few[i] for i in high)]))
        few = [each for i, each in enumerate(few) if i not in high]
    blocks = [_with_column_mates(block, near.lower, digits) for block in blocks]
    return sorted(blocks, key=lambda block: (-len(block), int(block[0])))


def _absorb(
    blocks: list[NDArray[np.intp]], few: NDArray[np.intp], digits: Detections, metrics: DigitMetrics
) -> bool:
    """Add a few digits to the first block that surrounds them, or that they continue up or down; tell if one does."""
    x, y = digits.centres[few].mean(0)
    side, end = CRITERIA.beside * metrics.height, CRITERIA.beyond * metrics.height
    for k, block in enumerate(blocks):
        x0, y0, x1, y1 = extent_of(block, digits)
        if x0 - side < x < x1 + side and y0 - end < y < y1 + end:
            blocks[k] = np.sort(np.concatenate([block, few]))
            return True
    return False


def _high_cells(
    block: NDArray[np.intp],
    few: list[NDArray[np.intp]],
    digits: Detections,
    ruling: Ruling,
    metrics: DigitMetrics,
) -> set[int]:
    """Find the numbers beside a block that stand over one another with a rule between any two: cells of several lines.

    Returns
    -------
    set of int
        Which of ``few``.
    """
    x0, y0, x1, y1 = extent_of(block, digits)
    reach = CRITERIA.far_beside * metrics.height
    boxes = np.array([extent_of(each, digits) for each in few]).reshape(-1, 4)
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    level = (boxes[:, 1] > y0 - metrics.height) & (boxes[:, 3] < y1 + metrics.height)
    found: set[int] = set()
    for side in ((middle > x0 - reach) & (middle < x0), (middle > x1) & (middle < x1 + reach)):
        beside = np.flatnonzero(level & side)
        if len(beside) < CRITERIA.high_cells:
            continue
        off = np.abs(middle[beside] - np.median(middle[beside]))
        beside = beside[np.argsort(boxes[beside, 1])]
        if off.max() <= CRITERIA.straight * metrics.height and all(
            _is_ruled(boxes[upper], boxes[lower], ruling) for upper, lower in pairwise(beside)
        ):
            found |= set(beside.tolist())
    return found


def _is_ruled(upper: NDArray[np.floating], lower: NDArray[np.floating], ruling: Ruling) -> bool:
    """Tell whether a horizontal rule runs between two boxes, one over the other."""
    left, right = int(min(upper[0], lower[0])), int(max(upper[2], lower[2]))
    between = ruling.horizontal[int(upper[3]) : int(lower[1]) + 1, max(left, 0) : right + 1]
    return bool(between.size and between.any(0).mean() >= CRITERIA.ruled)


def _with_column_mates(
    block: NDArray[np.intp], lower: NDArray[np.intp], digits: Detections
) -> NDArray[np.intp]:
    """Add to a block the digits that touch letters but stand under and over its digits."""
    x0, y0, x1, y1 = extent_of(block, digits)
    x, y = digits.centres.T
    inside = (x > x0) & (x < x1) & (y > y0) & (y < y1)
    member = np.zeros(len(digits), bool)
    member[block] = True
    for _ in range(_ROUNDS):
        upper, under = member[lower[:, 0]], member[lower[:, 1]]
        member[lower[upper, 1]] = True
        member[lower[under, 0]] = True
        member &= inside
        member[block] = True
    return np.flatnonzero(member)
