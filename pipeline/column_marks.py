"""Marks of a column: what stands at one place of most of its numbers is one mark, however some of them are read.

A raised point is read as a sign of degrees where it is blurred, and is ink without a name where it is faint. One cell
cannot tell. A column can: it is printed with one mark at one place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from tablekin.binarization import binarize
from tablekin.models.networks.marks import mark_index
from tablekin.page import Layout, MarkDetections, RegionKind, WorkingPage
from tablekin.segment import DigitMetrics, has_point, max_point_gap
from tablekin.threshold import threshold


@dataclass(frozen=True)
class ColumnMarkCriteria:
    """When the cells of a column decide about one of them."""

    min_score: float = threshold(0.5, "probability", "of a mark that has a vote at least")
    min_votes: int = threshold(4, "cells", "of a column with the same mark at the same place, which decide")
    majority: float = threshold(0.5, "of the marks", "at that place which are this one, more than")
    of_table: float = threshold(
        0.9, "of the marks", "between two digits of a whole table which are one, that decide about the others"
    )
    min_of_table: int = threshold(20, "cells", "of a table with that mark between two digits at least")
    usual: float = threshold(
        0.7, "of the numbers", "of a column that have a point at a place, where it is put back, at least"
    )
    size: float = threshold(1.8, "times", "as large as the mark usually is there, or as small, at most")
    height: float = threshold(0.3, "digit heights", "above or below where it usually stands at most")
    level: float = threshold(
        0.5, "digit heights", "from the middle of a number to each of its digits at most"
    )
    put_back: float = threshold(0.5, "probability", "that a point is given which only its column names")


CRITERIA = ColumnMarkCriteria()
_POINTS = np.array([mark_index(mark) for mark in ".·"])
_FREE = np.array([mark_index(mark) for mark in ".·,*+"])  # what no column of degrees has beside their signs
_CONFUSED = np.array([mark_index(mark) for mark in ".·,*+°'′\"″”"])


@dataclass(frozen=True)
class _Place:
    """A place in a number, after so many digits from its end."""

    region: int
    column: tuple[int, int]  # table, column
    following: int  # digits that follow
    digits: tuple[int, int]  # indices of the digits before and behind it, -1 at either end of the number
    marks: tuple[int, ...]  # indices of the marks that stand there
    middle: float  # y of the digits of the number


def agree_by_column(
    page: WorkingPage,
    marks: MarkDetections,
    mark_place: NDArray[np.int32],
    digit_place: NDArray[np.int32],
    layout: Layout,
    metrics: DigitMetrics,
) -> tuple[MarkDetections, NDArray[np.int32]]:
    """Name marks at one place of a column's numbers alike, and put points back that are faint there.

    Signs of degrees, minutes and seconds are never taken for one another: ``5° 12′`` may stand below ``5′ 12″``.

    Parameters
    ----------
    page
        The working page.
    marks
        Its marks as they were read, ``m``.
    mark_place, digit_place
        ``(m,)`` and ``(n,)``: the region in which each mark and each digit stands.
    layout
        The regions of the page.
    metrics
        Sizes of its digits, in pixels of the working frame.

    Returns
    -------
    tuple
        The marks, with the points that were put back behind them, and the region of each.
    """
    of_columns: defaultdict[tuple[tuple[int, int], int], list[_Place]] = defaultdict(list)
    of_tables: defaultdict[int, list[_Place]] = defaultdict(list)
    for place in _places(page, marks, mark_place, digit_place, layout, metrics):
        of_columns[place.column, place.following].append(place)
        if min(place.digits) >= 0:
            of_tables[place.column[0]].append(place)
    faint: list[tuple[_Place, MarkDetections]] = []
    for places in of_columns.values():
        usual = _usual_mark(marks, places, CRITERIA.min_votes, CRITERIA.majority)
        if usual is None:
            continue
        marks = _named(marks, places, usual, metrics)
        with_point = sum(len(place.marks) > 0 for place in places) / len(places)
        if usual.mark in _POINTS and with_point >= CRITERIA.usual:
            faint += [
                (place, _point_in(page, place, usual))
                for place in places
                if not place.marks and min(place.digits) >= 0
            ]
    for places in of_tables.values():  # sums and means have more digits than the column above them
        usual = _usual_mark(marks, places, CRITERIA.min_of_table, CRITERIA.of_table)
        if usual is not None:
            marks = _named(marks, places, usual, metrics)
    faint = _inked(page, faint, metrics)
    given = [point for _, point in faint]
    together = MarkDetections(
        np.concatenate([marks.mark, *(point.mark for point in given)]),
        np.concatenate([marks.score, *(point.score for point in given)]),
        np.concatenate([marks.boxes, *(point.boxes for point in given)]),
    )
    return together, np.concatenate([mark_place, [place.region for place, _ in faint]]).astype(np.int32)


@dataclass(frozen=True)
class _Usual:
    """What stands at one place of most numbers of a column."""

    mark: int
    size: float  # pixels, its longer side
    width: float  # pixels
    height: float  # pixels
    below: float  # pixels from the middle of the number down to it


def _usual_mark(
    marks: MarkDetections, places: list[_Place], min_votes: int, majority: float
) -> _Usual | None:
    """Find the mark that these places have, where enough have it, and more than a majority of those with a mark."""
    single = [place for place in places if len(place.marks) == 1 and marks.mark[place.marks[0]] in _CONFUSED]
    votes = Counter(int(marks.mark[place.marks[0]]) for place in single)
    if not votes:
        return None
    mark, count = votes.most_common(1)[0]
    if count < min_votes or count <= majority * votes.total():
        return None
    own = [place for place in single if marks.mark[place.marks[0]] == mark]
    boxes = marks.boxes[[place.marks[0] for place in own]]
    width, height = np.median(boxes[:, 2:] - boxes[:, :2], axis=0)
    below = np.median(boxes[:, [1, 3]].mean(1) - [place.middle for place in own])
    return _Usual(mark, float(max(width, height)), float(width), float(height), float(below))


def _named(
    marks: MarkDetections, places: list[_Place], usual: _Usual, metrics: DigitMetrics
) -> MarkDetections:
    """Give the usual name to the marks of these places that may be it."""
    single = [place for place in places if len(place.marks) == 1]
    index = np.array([place.marks[0] for place in single], np.intp)
    may_be = _may_be(marks.take(index), np.array([place.middle for place in single]), usual, metrics)
    mark = marks.mark.copy()
    mark[index[may_be]] = usual.mark
    return replace(marks, mark=mark)


def _may_be(
    marks: MarkDetections, middle: NDArray[np.float64], usual: _Usual, metrics: DigitMetrics
) -> NDArray[np.bool_]:
    """Tell which marks ``(n,)`` may be the usual one, by their names, their sizes and their heights.

    ``middle (n,)`` is y of the digits of the number of each.
    """
    by_name = np.isin(marks.mark, _CONFUSED if usual.mark in _FREE else _FREE)
    size = np.maximum((marks.boxes[:, 2:] - marks.boxes[:, :2]).max(1, initial=0).astype(np.float64), 1.0)
    below = marks.boxes[:, [1, 3]].mean(1).astype(np.float64) - middle
    alike = np.maximum(size / usual.size, usual.size / size) <= CRITERIA.size
    result: NDArray[np.bool_] = (
        by_name & alike & (np.abs(below - usual.below) <= CRITERIA.height * metrics.height)
    )
    return result


def _point_in(page: WorkingPage, place: _Place, usual: _Usual) -> MarkDetections:
    """Make the usual point between two digits."""
    left, right = page.digits.boxes[list(place.digits)]
    x, y = (left[2] + right[0]) / 2, place.middle + usual.below
    box = [x - usual.width / 2, y - usual.height / 2, x + usual.width / 2, y + usual.height / 2]
    return MarkDetections(
        np.array([usual.mark], np.int16),
        np.array([CRITERIA.put_back], np.float32),
        np.array([box], np.float32),
    )


def _inked(
    page: WorkingPage, points: list[tuple[_Place, MarkDetections]], metrics: DigitMetrics
) -> list[tuple[_Place, MarkDetections]]:
    """Keep the points between two digits with ink in the gap between them."""
    if not points:
        return points
    left, right = page.digits.boxes[np.array([place.digits for place, _ in points]).T]
    inked = has_point(binarize(page.ink), left, right, metrics)
    inked &= right[:, 0] - left[:, 2] < max_point_gap(metrics)
    return [point for point, is_there in zip(points, inked, strict=True) if is_there]


def _places(
    page: WorkingPage,
    marks: MarkDetections,
    mark_place: NDArray[np.int32],
    digit_place: NDArray[np.int32],
    layout: Layout,
    metrics: DigitMetrics,
) -> Iterator[_Place]:
    """List the places around the digits of all numbers of one line, in columns with enough marks."""
    read = np.flatnonzero(marks.score >= CRITERIA.min_score)
    confused = Counter(mark_place[read[np.isin(marks.mark[read], _CONFUSED)]].tolist())
    cells = [
        (region.region_id, (region.table_id, region.col))
        for region in layout.regions
        if region.kind == RegionKind.CELL and region.table_id is not None and region.col is not None
    ]
    with_marks = Counter(column for region, column in cells if confused[region])
    digits_of = _by_region(digit_place, np.arange(len(digit_place)))
    marks_of = _by_region(mark_place[read], read)
    x, y = page.digits.centres.T.tolist()
    x_of_mark = marks.centres[:, 0].tolist()
    for region, column in cells:
        own = digits_of.get(region)
        if own is None or with_marks[column] < CRITERIA.min_votes:
            continue
        middle = median(y[digit] for digit in own)
        if max(abs(y[digit] - middle) for digit in own) > CRITERIA.level * metrics.height:
            continue
        order = sorted(own, key=x.__getitem__)
        edges = [x[digit] for digit in order]
        standing: defaultdict[int, list[int]] = defaultdict(list)
        for mark in marks_of.get(region, ()):
            standing[bisect_left(edges, x_of_mark[mark])].append(mark)
        ends = [-1, *order, -1]
        for before in range(len(order) + 1):
            yield _Place(
                region,
                column,
                len(order) - before,
                (ends[before], ends[before + 1]),
                tuple(standing[before]),
                middle,
            )


def _by_region(place: NDArray[np.int32], index: NDArray[np.intp]) -> dict[int, list[int]]:
    """Group indices by the region ``(n,)`` of each."""
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for region, one in zip(place.tolist(), index.tolist(), strict=True):
        groups[region].append(one)
    return groups
