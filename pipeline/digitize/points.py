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
    min_close: float = threshold(3.0, "pixels of the working page", "from a point of a close row to the next")
    max_close: float = threshold(
        18.0, "pixels of the working page", "likewise, at most, if some were not read"
    )
    close_step: float = threshold(
        10.0, "pixels of the working page", "of a close row at most: wider ones are read one by one"
    )
    peak: float = threshold(0.35, "ink", "of a point of such a row, at its middle, at least")
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


def count_anew(ink: NDArray[np.float32], marks: MarkDetections) -> MarkDetections:
    """Find the points of close rows one by one in the ink, since the glyph reader parts none nearer than its cells.

    Parameters
    ----------
    ink
        ``(h, w)``, the working page.
    marks
        Marks of the page.

    Returns
    -------
    MarkDetections
        The marks, where the ink of a row has more points at even steps than were read with these instead.
    """
    points = np.flatnonzero(np.isin(marks.mark, POINTS))
    left = np.ones(len(marks), bool)
    given: list[MarkDetections] = []
    for row in _chains(marks.centres[points], CRITERIA.min_close, CRITERIA.max_close):
        own = points[row]
        x, y = _points_of_row(ink, marks.centres[own])
        if len(x) <= len(own) or not left[own].all():  # two rows may end in the same points
            continue
        kinds, counts = np.unique(marks.mark[own], return_counts=True)
        half = np.float32(CRITERIA.half)
        boxes = np.stack([x - half, y - half, x + half, y + half], 1).astype(np.float32)
        score = np.full(len(x), np.median(marks.score[own]), np.float32)
        given.append(MarkDetections(np.full(len(x), kinds[counts.argmax()], np.int16), score, boxes))
        left[own] = False
    parts = [marks.take(left), *given]
    return MarkDetections(
        np.concatenate([part.mark for part in parts]),
        np.concatenate([part.score for part in parts]),
        np.concatenate([part.boxes for part in parts]),
    )


def _points_of_row(
    ink: NDArray[np.float32], centres: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find x and y of the points of a row that was read ``(n, 2)``, and beyond its ends; none if they are not even."""
    none, reach = np.zeros(0), round(CRITERIA.max_close)
    first, last = round(float(centres[0, 0])) - reach, round(float(centres[-1, 0])) + reach + 1
    rows = np.rint(np.interp(np.arange(first, last), centres[:, 0], centres[:, 1])).astype(int)
    if first < 0 or last > ink.shape[1] or rows.min() < CRITERIA.above or rows.max() >= len(ink) - 1:
        return none, none
    cols = np.arange(first, last)
    along = np.stack([ink[rows + down, cols] for down in (-1, 0, 1)]).mean(0)
    padded = np.pad(along, 1)
    is_peak = (along > padded[:-2]) & (along >= padded[2:]) & (along >= CRITERIA.peak)
    peaks = np.flatnonzero(is_peak & (ink[rows - CRITERIA.above, cols] <= CRITERIA.valley * along))
    if not len(peaks):
        return none, none
    kept = [peaks[0]]
    for peak in peaks[1:]:
        if along[kept[-1] : peak].min() <= CRITERIA.valley * min(along[kept[-1]], along[peak]):
            kept.append(peak)
        elif along[peak] > along[kept[-1]]:
            kept[-1] = peak
    found = np.array(kept, np.intp)
    within = (found >= reach - CRITERIA.level) & (found <= len(along) - reach + CRITERIA.level)
    if within.sum() < CRITERIA.min_row or np.ptp(np.diff(found[within])) > CRITERIA.level:
        return none, none
    step = float(np.median(np.diff(found[within])))
    if step > CRITERIA.close_step:
        return none, none
    ends = np.flatnonzero(within)[[0, -1]]
    while ends[0] and abs(found[ends[0]] - found[ends[0] - 1] - step) <= CRITERIA.level / 2:
        ends[0] -= 1
    while ends[1] + 1 < len(found) and abs(found[ends[1] + 1] - found[ends[1]] - step) <= CRITERIA.level / 2:
        ends[1] += 1
    found = found[ends[0] : ends[1] + 1]
    return (first + found).astype(float), rows[found].astype(float)


def _rows(marks: MarkDetections) -> list[NDArray[np.float32]]:
    """Find rows of points at even steps and one height, ``(n, 2)`` each, from left to right."""
    points = marks.centres[marks.mark == POINT]
    rows = []
    for row in _chains(points, CRITERIA.min_step, CRITERIA.max_step):
        if np.ptp(np.diff(points[row, 0])[-CRITERIA.min_row + 1 :]) <= CRITERIA.level:
            rows.append(points[row])
    return rows


def _chains(points: NDArray[np.float32], low: float, high: float) -> list[NDArray[np.intp]]:
    """Find rows of four points ``(n, 2)`` or more at one height, each so far from the last; from left to right."""
    if len(points) < CRITERIA.min_row:
        return []
    order = np.argsort(points[:, 0], kind="stable")
    sorted_points = points[order]
    reach = np.array([high, CRITERIA.level])
    pairs = np.sort(cKDTree(sorted_points / reach).query_pairs(1.0, p=np.inf, output_type="ndarray"))
    following: dict[int, int] = {}
    for one, other in pairs[np.lexsort(pairs.T[::-1])].tolist():
        if sorted_points[other, 0] - sorted_points[one, 0] >= low:
            following[one] = min(other, following.get(one, other))
    chains = []
    for first in sorted(set(following) - set(following.values())):
        chain = [first]
        while chain[-1] in following:
            chain.append(following[chain[-1]])
        if len(chain) >= CRITERIA.min_row:
            chains.append(order[chain])
    return chains
