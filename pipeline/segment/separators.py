"""Alleys: the white that separates tables standing side by side."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.context import BlockContext

FRAMED = 0.8  # narrowest alley between two frames, in digit heights
OPEN = 1.4  # narrowest alley at which rules stop on both sides, in digit heights
BROKEN = 1.1  # narrowest alley across which the lines do not go on, in digit heights
WANDER = 2  # pixels that a rule may stray to either side
BESIDE = 8.0  # how far from an alley lines are compared, in digit heights
MATCHING = 0.55  # share of the digits with a line on the other side, below which the lines do not go on


def find_separator(
    u0: NDArray[np.floating],
    u1: NDArray[np.floating],
    v: NDArray[np.floating],
    window: BlockContext,
    metrics: DigitMetrics,
) -> float | None:
    """Find an alley between two tables that were taken for one.

    An alley is free of digits where there are digits on both sides. It lies between two frames, or rules
    stop on both sides of it, or the lines of digits on its two sides are not the same; a horizontal rule
    that crosses it shows that it is none.

    Parameters
    ----------
    u0, u1, v
        Left and right ends and height of each digit on the flattened page ``(n,)``.
    window
        Rules and letters around them.
    metrics
        Size of the figures.

    Returns
    -------
    float or None
        u of the middle of the widest alley.
    """
    start, top = float(u0.min()), float(v.min())
    width, bins = int(u1.max() - start) + 1, int((v.max() - top) / metrics.height) + 1
    digits = _coverage(u0 - start, u1 - start, ((v - top) / metrics.height).astype(np.intp), (bins, width))
    free = digits.sum(0) <= 0.03 * bins
    runs = np.flatnonzero(np.diff(np.concatenate([[0], free.astype(np.int8), [0]]))).reshape(-1, 2)
    runs = runs[runs[:, 1] - runs[:, 0] >= FRAMED * metrics.height]
    if not len(runs):
        return None
    origin = (start, top)
    letters, vertical = (
        _presence(points, origin, metrics.height, (bins, width))
        for points in (window.letters, window.vertical)
    )
    best, widest = None, 0
    usual = float(np.median(runs[:, 1] - runs[:, 0])) if len(runs) > 2 else 0.0
    for low, high in runs:
        low, high = int(low), int(high)
        beside = digits[:, max(low - int(BESIDE * metrics.height), 0) : low].any(1)
        beside &= digits[:, high : high + int(BESIDE * metrics.height)].any(1)
        if beside.sum() < 3:
            continue
        white, framed = _white_part(letters[beside, low:high], vertical[beside, low:high], metrics)
        begin, end = low + white[0], low + white[1]
        if end - begin <= max(widest, 0.5 * metrics.height):
            continue
        horizontal = window.horizontal
        if framed:  # a line above the frames, of the title, crosses nothing
            low_v, high_v = _extent(window.vertical, start + begin, start + end)
            around = np.abs(horizontal[:, 1] - (low_v + high_v) / 2) < (high_v - low_v + metrics.height) / 2
            horizontal = horizontal[around]
        crossed, stopped = _rules_across(horizontal, origin, begin, end, bins, metrics)
        wide = (end - begin) / metrics.height
        # braces over some of the columns stop, too, but where columns are no farther apart than elsewhere
        alley = framed or (wide >= OPEN and stopped and high - low > usual)
        alley |= wide >= BROKEN and not _lines_go_on(u1, u0, v, start + begin, start + end, metrics)
        if alley and not crossed:
            best, widest = start + (begin + end) / 2, end - begin
    return best


def _coverage(
    low: NDArray[np.floating], high: NDArray[np.floating], row: NDArray[np.intp], shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """Mark the pixels from ``low`` to ``high`` in each row, boxes drawn in by a pixel."""
    change = np.zeros((shape[0], shape[1] + 1), np.int32)
    begin = np.clip(low + 1, 0, shape[1]).astype(np.intp)
    np.add.at(change, (row, begin), 1)
    np.add.at(change, (row, np.maximum(np.clip(high - 1, 0, shape[1]).astype(np.intp), begin)), -1)
    return np.cumsum(change, axis=1)[:, :-1] > 0


def _presence(
    uv: NDArray[np.floating], origin: tuple[float, float], height: float, shape: tuple[int, int]
) -> NDArray[np.bool_]:
    column = (uv[:, 0] - origin[0]).astype(np.intp)
    row = np.floor((uv[:, 1] - origin[1]) / height).astype(np.intp)
    good = (row >= 0) & (row < shape[0]) & (uv[:, 0] >= origin[0]) & (column < shape[1])
    present = np.zeros(shape, bool)
    present[row[good], column[good]] = True
    return present


def _white_part(
    letters: NDArray[np.bool_], vertical: NDArray[np.bool_], metrics: DigitMetrics
) -> tuple[tuple[int, int], bool]:
    """Find the widest part of a run without rules and letters, one between two rules if there is one.

    Returns
    -------
    tuple
        Begin and end of the part, and whether two rules frame it.
    """
    spread = cv2.dilate(vertical.astype(np.uint8), np.ones((1, 2 * WANDER + 1), np.uint8))
    ruled = np.asarray(spread).mean(0) >= 0.4
    blocked = ruled | (letters.mean(0) > 0.12)
    edges = np.flatnonzero(np.diff(np.concatenate([[1], blocked.astype(np.int8), [1]]))).reshape(-1, 2)
    parts = []
    for begin, end in edges.tolist():
        framed = begin > 0 and end < len(ruled) and bool(ruled[begin - 1] and ruled[end])
        framed &= end - begin + 2 * WANDER >= FRAMED * metrics.height
        parts.append((framed, end - begin, (begin, end)))
    framed, _, part = max(parts, default=(False, 0, (0, 0)))
    return part, framed


def _extent(vertical: NDArray[np.floating], begin: float, end: float) -> tuple[float, float]:
    """Find the v of the upper and lower ends of the rules on both sides of an alley."""
    reach = 3 * WANDER
    beside = (np.abs(vertical[:, 0] - begin) < reach) | (np.abs(vertical[:, 0] - end) < reach)
    v = vertical[beside, 1]
    return (float(v.min()), float(v.max())) if len(v) else (0.0, 0.0)


def _rules_across(
    horizontal: NDArray[np.floating],
    origin: tuple[float, float],
    begin: int,
    end: int,
    bins: int,
    metrics: DigitMetrics,
) -> tuple[bool, bool]:
    """Tell whether a rule crosses from ``begin`` to ``end``, and whether any stops on both sides."""
    reach = round(3 * metrics.height)
    u = (horizontal[:, 0] - origin[0] - (begin - reach)).astype(np.intp)
    low = -12 * metrics.height
    size = int((bins + 16) * metrics.height)
    v = (horizontal[:, 1] - origin[1] - low).astype(np.intp)
    good = (u >= 0) & (u < end - begin + 2 * reach) & (v >= 0) & (v < size)
    lines = np.zeros((size, end - begin + 2 * reach), np.uint8)
    lines[v[good], u[good]] = 1
    lines = np.asarray(cv2.dilate(lines, np.ones((9, 1), np.uint8)), np.uint8)
    inner = lines[:, reach + 2 : -reach - 2].mean(1)
    left, right = lines[:, :reach].mean(1), lines[:, -reach:].mean(1)
    both = (left > 0.6) & (right > 0.6)
    return bool((inner > 0.85).any()), bool((both & (inner < 0.5)).any())


def _lines_go_on(
    u1: NDArray[np.floating],
    u0: NDArray[np.floating],
    v: NDArray[np.floating],
    begin: float,
    end: float,
    metrics: DigitMetrics,
) -> bool:
    """Tell whether the lines of digits left of an alley are those right of it."""
    reach = BESIDE * metrics.height
    left = v[(u1 <= begin + 2) & (u1 > begin - reach)]
    right = v[(u0 >= end - 2) & (u0 < end + reach)]
    if len(left) < 4 or len(right) < 4:
        return True
    low, high = max(left.min(), right.min()), min(left.max(), right.max())
    left, right = (a[(a >= low - metrics.height) & (a <= high + metrics.height)] for a in (left, right))
    if len(left) < 4 or len(right) < 4:
        return True
    near = 0.33 * metrics.height
    matched = [
        (cKDTree(a[:, None]).query(b[:, None])[0] < near).mean() for a, b in ((left, right), (right, left))
    ]
    return bool(max(matched) >= MATCHING)
