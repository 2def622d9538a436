"""Blocks: groups of digits dense and aligned enough that each may be a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tablekin.page import Detections
from tablekin.segment.adjacency import DigitAdjacency, DigitMetrics
from tablekin.segment.merging import extent_of, merge_blocks
from tablekin.segment.ruling import Ruling
from tablekin.threshold import threshold


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
    for few in components:
        if len(few) < CRITERIA.min_digits:
            _absorb(blocks, few, digits, metrics)
    blocks = [_with_column_mates(block, near.lower, digits) for block in blocks]
    return sorted(blocks, key=lambda block: (-len(block), int(block[0])))


def _absorb(
    blocks: list[NDArray[np.intp]], few: NDArray[np.intp], digits: Detections, metrics: DigitMetrics
) -> None:
    """Add a few digits to the first block that surrounds them, or that they continue up or down."""
    x, y = digits.centres[few].mean(0)
    side, end = CRITERIA.beside * metrics.height, CRITERIA.beyond * metrics.height
    for k, block in enumerate(blocks):
        x0, y0, x1, y1 = extent_of(block, digits)
        if x0 - side < x < x1 + side and y0 - end < y < y1 + end:
            blocks[k] = np.sort(np.concatenate([block, few]))
            return


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
