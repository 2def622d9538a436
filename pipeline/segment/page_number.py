"""Page number: an isolated number at the head or foot of a page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.integral import box_sums
from tablekin.threshold import threshold

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class PageNumberCriteria:
    """Which number is that of the page."""

    edge: float = threshold(
        0.16, "of the page's height", "at its head and foot where the number may stand", (0.12, 0.2)
    )
    beside: float = threshold(1.2, "digit heights", "of white to the left and right")
    beyond: float = threshold(2.5, "digit heights", "of white above, or below at the foot")
    overlap: float = threshold(0.3, "digit heights", "by which that white begins off the number, or on it")
    stray_ink: float = threshold(0.16, "squared digit heights", "of ink in such white at most")
    max_width: float = threshold(4.5, "digit heights", "of the number at most")
    min_height: float = threshold(0.5, "digit heights", "of the number at least")
    max_height: float = threshold(2.0, "digit heights", "of the number at most")
    other_beside: float = threshold(2.5, "digit heights", "to another number on its line at least")
    other_below: float = threshold(1.2, "digit heights", "to another number above or below at least")
    head_first: float = threshold(
        0.3, "of the page's height", "that a number at the foot counts as farther off"
    )
    opening: float = threshold(1.15, "of the page's height", "its width, where it shows two pages")
    margin: float = threshold(0.3, "digit heights", "white around the number that is in its region")


CRITERIA = PageNumberCriteria()
_AT_ONCE = 256  # numbers that are compared with all others at once: a page may have 20,000


def find_page_numbers(
    boxes: NDArray[np.floating],
    embedded: NDArray[np.bool_],
    tables: list[Box],
    letters: NDArray[np.uint8],
    metrics: DigitMetrics,
    shape: tuple[int, int],
) -> list[Box]:
    """Find the page number, or two on an opening of two pages.

    A page number has white space on both sides and above it (below it at the foot) and lies in no table.

    Parameters
    ----------
    boxes
        Boxes of all numbers of the page ``(numbers, 4)``.
    embedded
        Numbers that touch letters ``(numbers,)``.
    tables
        Boxes of the tables with their headers.
    letters
        ``(height, width)``, 1 on ink that is neither digit nor rule.
    metrics
        Size of the digits.
    shape
        Height and width of the page.
    """
    if not len(boxes):
        return []
    height, width = shape
    size = metrics.height
    x0, y0, x1, y1 = boxes.T
    middle = (y0 + y1) / 2
    head, foot = middle < CRITERIA.edge * height, middle > (1 - CRITERIA.edge) * height
    good = (head | foot) & ~embedded & (x1 - x0 < CRITERIA.max_width * size)
    good &= (y1 - y0 < CRITERIA.max_height * size) & (y1 - y0 > CRITERIA.min_height * size)
    for area in tables:
        inside = (x1 > area[0]) & (x0 < area[2]) & (middle > area[1]) & (middle < area[3])
        good &= ~inside
    beyond, overlap = CRITERIA.beyond * size, CRITERIA.overlap * size
    beyond_top, beyond_bottom = (
        np.where(head, y0 - beyond, y1 + overlap),
        np.where(head, y0 - overlap, y1 + beyond),
    )
    sides = (
        np.column_stack([x0 - CRITERIA.beside * size, y0, x0 - 1, y1]),
        np.column_stack([x1 + 1, y0, x1 + CRITERIA.beside * size, y1]),
        np.column_stack([x0 - size, beyond_top, x1 + size, beyond_bottom]),
    )
    for white in sides:
        good &= box_sums(letters, white) < CRITERIA.stray_ink * size**2
    good &= ~_beside_numbers(boxes, size)
    candidates = np.flatnonzero(good)
    distance = np.where(head, middle, CRITERIA.head_first * height + height - middle)
    opening = width > CRITERIA.opening * height
    chosen = []
    for part in ((x0 + x1 < width), (x0 + x1 >= width)) if opening else (np.ones(len(boxes), bool),):
        mine = candidates[part[candidates]]
        if len(mine):
            chosen.append(int(mine[np.argmin(distance[mine])]))
    pad = CRITERIA.margin * size
    return [(float(x0[k] - pad), float(y0[k] - pad), float(x1[k] + pad), float(y1[k] + pad)) for k in chosen]


def _beside_numbers(boxes: NDArray[np.floating], size: float) -> NDArray[np.bool_]:
    """Tell which numbers have another number near by on their line or above or below."""
    low, high = boxes[:, :2], boxes[:, 2:]
    found = [np.zeros(0, bool)]
    for start in range(0, len(boxes), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        gap = np.maximum(low[part, None], low) - np.minimum(high[part, None], high)
        near = (gap[..., 0] < CRITERIA.other_beside * size) & (gap[..., 1] < CRITERIA.other_below * size)
        own = np.arange(len(near))
        near[own, start + own] = False
        found.append(near.any(1))
    return np.concatenate(found)
