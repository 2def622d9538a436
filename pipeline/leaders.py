"""Leaders: rows of points that lead the eye on, and run beyond their column now and then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tablekin.models.networks.marks import mark_index
from tablekin.page import Layout, MarkDetections, RegionKind
from tablekin.threshold import threshold


@dataclass(frozen=True)
class LeaderCriteria:
    """Which points beyond a column are the last of a row of points in it."""

    min_points: int = threshold(4, "points", "at even steps at the end of a cell that make leaders")
    off_step: float = threshold(0.25, "steps", "that a point may stand beside its place")
    off_line: float = threshold(0.25, "steps", "that it may stand above or below the others")
    hidden: int = threshold(1, "points", "in a row that a rule may hide")
    min_row: int = threshold(3, "points", "at even steps and one height that are all of one kind")


CRITERIA = LeaderCriteria()
_POINTS = np.array([mark_index(mark) for mark in ".·,"])


def name_alike(marks: MarkDetections, place: NDArray[np.int32]) -> MarkDetections:
    """Name the points of a row alike, low or raised, by what most of them are; ``place (m,)`` is their region."""
    mark = marks.mark.copy()
    for row in _rows(marks, place):
        kinds = np.unique(mark[row])
        if len(kinds) > 1:
            votes = [(np.sum(mark[row] == kind), marks.score[row][mark[row] == kind].sum()) for kind in kinds]
            mark[row] = kinds[max(range(len(kinds)), key=lambda index: votes[index])]
    return replace(marks, mark=mark)


def _rows(marks: MarkDetections, place: NDArray[np.int32]) -> Iterator[NDArray[np.intp]]:
    """Find the rows of three points or more in a region at even steps and one height."""
    points = np.flatnonzero(np.isin(marks.mark, _POINTS) & (place >= 0))
    if len(points) < CRITERIA.min_row:
        return
    order = points[np.lexsort((marks.centres[points, 0], place[points]))]
    away = np.diff(marks.centres[order], axis=0)
    same_region = np.diff(place[order]) == 0
    row = [order[0]]
    step = 0.0
    for index, (right, down), together in zip(order[1:], away, same_region, strict=True):
        level = together and right > 0 and abs(down) <= CRITERIA.off_line * right
        if level and (len(row) == 1 or abs(right / step - 1) <= CRITERIA.off_step):
            step = float(right) if len(row) == 1 else step
            row.append(index)
            continue
        if len(row) >= CRITERIA.min_row:
            yield np.array(row, np.intp)
        row, step = ([row[-1], index], float(right)) if level else ([index], 0.0)
    if len(row) >= CRITERIA.min_row:
        yield np.array(row, np.intp)


def carry_over(marks: MarkDetections, place: NDArray[np.int32], layout: Layout) -> NDArray[np.int32]:
    """Give points beyond the rule of their column back to the cell whose leaders they go on.

    Parameters
    ----------
    marks
        Marks of the page, ``m``.
    place
        ``(m,)``: the region each stands in.
    layout
        The regions of the page.

    Returns
    -------
    ndarray
        ``(m,)``: the region each belongs to.
    """
    cells = {
        (region.table_id, region.row, region.col): region.region_id
        for region in layout.regions
        if region.kind == RegionKind.CELL
    }
    points = np.flatnonzero(np.isin(marks.mark, _POINTS))
    owner = place.copy()
    if len(points) < CRITERIA.min_points:
        return owner
    of_cell: dict[int, list[int]] = {}
    for index in points[np.argsort(marks.centres[points, 0], kind="stable")]:
        of_cell.setdefault(int(place[index]), []).append(int(index))
    for (table, row, col), region in cells.items():
        own = of_cell.get(region, [])
        if len(own) < CRITERIA.min_points or row is None or col is None:
            continue
        following = cells.get((table, row, col + 1))
        beyond = of_cell.get(following, []) if following is not None else []
        for index in _that_go_on(marks, own, beyond):
            owner[index] = region
    return owner


def _that_go_on(marks: MarkDetections, own: list[int], beyond: list[int]) -> list[int]:
    """Find the points of the next cell, from left to right, that stand where the leaders of a cell go on."""
    x, y = marks.centres[own][-CRITERIA.min_points :].T
    step = float(np.median(np.diff(x)))
    if step <= 0 or np.abs(np.diff(x) / step - 1).max() > CRITERIA.off_step:
        return []
    last, line, found = float(x[-1]), float(np.median(y)), []
    for index in beyond:
        right, down = marks.centres[index]
        steps = round((right - last) / step)
        on_step = abs(right - last - steps * step) <= CRITERIA.off_step * step
        if not on_step or abs(down - line) > CRITERIA.off_line * step:
            continue
        if not 1 <= steps <= 1 + CRITERIA.hidden:
            break
        found.append(index)
        last = float(right)
    return found
