"""Folio: the page number, an isolated number at the head or foot of a page."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.ruling import box_sums

Box = tuple[float, float, float, float]

EDGE = 0.16  # share of the page's height at its head and foot where a page number may stand
ISOLATION = 1.2  # white space left and right, in digit heights
STRAY_INK = 0.08  # ink allowed in the white space, in squared digit heights


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
        Size of the figures.
    shape
        Height and width of the page.
    """
    if not len(boxes):
        return []
    height, width = shape
    size = metrics.height
    x0, y0, x1, y1 = boxes.T
    middle = (y0 + y1) / 2
    head, foot = middle < EDGE * height, middle > (1 - EDGE) * height
    good = (head | foot) & ~embedded & (x1 - x0 < 4.5 * size) & (y1 - y0 < 2 * size) & (y1 - y0 > 0.5 * size)
    for area in tables:
        inside = (x1 > area[0]) & (x0 < area[2]) & (middle > area[1]) & (middle < area[3])
        good &= ~inside
    beyond_top = np.where(head, y0 - 2.5 * size, y1 + 0.3 * size)
    beyond_bottom = np.where(head, y0 - 0.3 * size, y1 + 2.5 * size)
    sides = (
        np.column_stack([x0 - ISOLATION * size, y0, x0 - 1, y1]),
        np.column_stack([x1 + 1, y0, x1 + ISOLATION * size, y1]),
        np.column_stack([x0 - size, beyond_top, x1 + size, beyond_bottom]),
    )
    for window in sides:
        good &= box_sums(letters, window) < STRAY_INK * size**2 * 2
    good &= ~_beside_numbers(boxes, size)
    candidates = np.flatnonzero(good)
    distance = np.where(head, middle, 0.3 * height + height - middle)  # the head first
    opening = width > 1.15 * height
    chosen = []
    for part in ((x0 + x1 < width), (x0 + x1 >= width)) if opening else (np.ones(len(boxes), bool),):
        mine = candidates[part[candidates]]
        if len(mine):
            chosen.append(int(mine[np.argmin(distance[mine])]))
    pad = 0.3 * size
    return [(float(x0[k] - pad), float(y0[k] - pad), float(x1[k] + pad), float(y1[k] + pad)) for k in chosen]


def _beside_numbers(boxes: NDArray[np.floating], size: float) -> NDArray[np.bool_]:
    """Tell which numbers have another number within three digit heights on their line or above or below."""
    x0, y0, x1, y1 = boxes.T
    gap_x = np.maximum(x0[:, None], x0[None, :]) - np.minimum(x1[:, None], x1[None, :])
    gap_y = np.maximum(y0[:, None], y0[None, :]) - np.minimum(y1[:, None], y1[None, :])
    near = (gap_x < 2.5 * size) & (gap_y < 1.2 * size)
    np.fill_diagonal(near, False)
    return near.any(1)
