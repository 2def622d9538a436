"""Points: rows of points that go on over a rule, or under digits, where no reader sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tablekin.digitize.pieces import Pieces
from tablekin.models.networks.marks import mark_index
from tablekin.page import Detections, MarkDetections
from tablekin.threshold import threshold


@dataclass(frozen=True)
class PointCriteria:
    """Where a row of points goes on."""

    size: float = threshold(6.0, "pixels of the working page", "a larger piece is no point")
    level: float = threshold(2.0, "pixels of the working page", "that a point may be off its place in a row")
    before: int = threshold(3, "points", "at even steps before it that make it one")
    min_row: int = threshold(4, "points", "at even steps that may go on under digits, beyond a rule")
    min_step: float = threshold(7.0, "pixels of the working page", "from one of them to the next, at least")
    max_step: float = threshold(40.0, "pixels of the working page", "likewise, at most")
    ink: float = threshold(0.5, "ink", "where such a point stands, at least")
    valley: float = threshold(0.6, "of its ink", "that is beside and above it at most")
    beside: int = threshold(4, "pixels of the working page", "beside it, as far as that is looked for")
    above: int = threshold(6, "pixels of the working page", "above it, likewise")
    side: float = threshold(
        4.0, "pixels of the working page", "from the sides of a digit: what is deeper is its own"
    )
    half: float = threshold(2.0, "pixels of the working page", "of such a point, from its middle")
    more: int = threshold(3, "points", "that a row goes on by at most")
    score: float = threshold(0.9, "probability", "that such a point is given")


CRITERIA = PointCriteria()
POINT, POINTS = mark_index("."), np.array([mark_index("."), mark_index("·")])


def go_on(marks: MarkDetections, boxes: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which small pieces ``(k, 4)`` stand where a row of points goes on: the last may touch a rule."""
    points = marks.take(marks.mark == POINT)
    small = (boxes[:, 2:] - boxes[:, :2]).max(1) <= CRITERIA.size
    goes_on = np.zeros(len(boxes), bool)
    if not len(points):
        return goes_on
    for index in np.flatnonzero(small):
        x, y = (boxes[index, :2] + boxes[index, 2:]) / 2
        away = x - points.centres[:, 0]
        row = (np.abs(points.centres[:, 1] - y) <= CRITERIA.level) & (away > 0)
        steps = np.sort(away[row])[: CRITERIA.before]
        if len(steps) == CRITERIA.before:
            goes_on[index] = bool(np.abs(np.diff(steps, prepend=0) - steps[0]).max() <= CRITERIA.level)
    return goes_on


def find_hidden_points(
    ink: NDArray[np.float32], digits: Detections, marks: MarkDetections, pieces: Pieces
) -> MarkDetections:
    """Find the points of a row that has run over an upright rule, where they lie on digits.

    Parameters
    ----------
    ink
        ``(h, w)``, the working page.
    digits, marks
        All that was found on the page.
    pieces
        Its ink, of which the upright rules are used.

    Returns
    -------
    MarkDetections
        The points that were found.
    """
    boxes = []
    for row in _rows(marks):
        last = row[-CRITERIA.min_row :]
        (x, _), y = row[-1], float(last[:, 1].mean())
        step = float(np.diff(last[:, 0]).mean())
        over = np.array([[last[0, 0], y, x + step, y]], np.float32)
        if not pieces.on_rules(over)[0]:
            continue
        for _ in range(CRITERIA.more):
            found = _point_at(ink, x + step, y)
            if found is None or _is_inside(digits, found, y):
                break
            x = found
            boxes.append((x - CRITERIA.half, y - CRITERIA.half, x + CRITERIA.half, y + CRITERIA.half))
    count = len(boxes)
    return MarkDetections(
        np.full(count, POINT, np.int16),
        np.full(count, CRITERIA.score, np.float32),
        np.array(boxes, np.float32).reshape(-1, 4),
    )


def _point_at(ink: NDArray[np.float32], x: float, y: float) -> float | None:
    """Find x of a point near a place: dark, with less ink on both sides and above, as no part of a digit has."""
    slack, beside = round(CRITERIA.level), CRITERIA.beside
    row, first = round(y), round(x) - slack - beside
    if not CRITERIA.above <= row < len(ink) - 1 or not 0 <= first < ink.shape[1] - 2 * (slack + beside) - 1:
        return None
    around = ink[row - 1 : row + 2, first : first + 2 * (slack + beside) + 1].max(0)
    middle = beside + int(around[beside : beside + 2 * slack + 1].argmax())
    reach = slice(middle - beside, middle + beside + 1)
    left, right = around[middle - beside : middle].min(), around[middle + 1 : middle + beside + 1].min()
    dark, over = float(around[middle]), ink[row - CRITERIA.above, first + middle]
    if dark < CRITERIA.ink or max(left, right, over) > CRITERIA.valley * dark:
        return None
    own = np.flatnonzero(around[reach] > CRITERIA.valley * dark) + reach.start
    found = first + float(own.mean())
    return found if abs(found - x) <= CRITERIA.level else None


def _is_inside(digits: Detections, x: float, y: float) -> bool:
    """Tell whether a place lies within a digit, and not at its sides only."""
    x0, y0, x1, y1 = digits.boxes.T
    inside = (x > x0 + CRITERIA.side) & (x < x1 - CRITERIA.side) & (y > y0) & (y < y1)
    return bool(inside.any())


def _rows(marks: MarkDetections) -> list[NDArray[np.float32]]:
    """Find rows of points at even steps and one height, ``(n, 2)`` each, from left to right."""
    points = marks.centres[marks.mark == POINT]
    if len(points) < CRITERIA.min_row:
        return []
    points = points[np.argsort(points[:, 0], kind="stable")]
    reach = np.array([CRITERIA.max_step, CRITERIA.level])
    following: dict[int, int] = {}
    for one, other in np.sort(
        cKDTree(points / reach).query_pairs(1.0, p=np.inf, output_type="ndarray")
    ).tolist():
        if points[other, 0] - points[one, 0] >= CRITERIA.min_step:
            following[one] = min(other, following.get(one, other))
    rows = []
    for first in sorted(set(following) - set(following.values())):
        row = [first]
        while row[-1] in following:
            row.append(following[row[-1]])
        steps = np.diff(points[row, 0])[-CRITERIA.min_row + 1 :]
        if len(row) >= CRITERIA.min_row and np.ptp(steps) <= CRITERIA.level:
            rows.append(points[row])
    return rows
