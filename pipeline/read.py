"""Reading: the text of each region, from the digits that stand in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tablekin.binarization import binarize
from tablekin.column_marks import agree_by_column
from tablekin.leaders import carry_over, name_alike
from tablekin.number import value_of
from tablekin.page import Detections, Layout, Region, RegionKind, WorkingPage
from tablekin.printed import QUOTES, compose, join_lines
from tablekin.segment import DigitMetrics, half_widths, has_point, max_point_gap, measure
from tablekin.threshold import threshold

_MARKS_BESIDE = 3  # in a row, that a cell may have beyond its digits
_NEAREST = 3  # cells of a row that say where its digits have their middle
READ_KINDS = (RegionKind.CELL, RegionKind.HEADER, RegionKind.PAGE_NUMBER)


@dataclass(frozen=True)
class ReadingCriteria:
    """How the digits of a region make a text."""

    line: float = threshold(0.75, "digit heights", "from one line of a cell to the next at least")
    beside: float = threshold(
        0.5,
        "digit heights",
        "from a glyph of a cell to a mark outside of all cells that belongs to it, at most",
    )
    level: float = threshold(0.6, "digit heights", "that the mark may stand higher or lower")


CRITERIA = ReadingCriteria()


@dataclass(frozen=True)
class Reading:
    """What a page says: the text of its regions and the region of each digit."""

    regions: (
        pd.DataFrame
    )  # region_id, text, confidence, printed, value: one row a region, in the layout's order
    digit_region: NDArray[np.int32]  # (n,): leaf region of each detected digit


def read(page: WorkingPage, layout: Layout) -> Reading:
    """Read cells, headers and page numbers; rows, columns, margins and the outside have no text.

    The text holds the digits from left to right, lines from top to bottom. A gap wider than about 0.7 digit widths is a
    space, except where a point stands in it; points themselves are not written. They stand, with all other marks, in
    the reading as printed beside it; its value is the number that says. The confidence is the product of the digits'
    scores, and 0 where there is no digit.

    Parameters
    ----------
    page
        The working page with its digits.
    layout
        The regions of the same page.
    """
    digits = page.digits
    place = _region_of(digits.centres, layout)
    kinds = np.array([r.kind in READ_KINDS for r in layout.regions])
    metrics = measure(digits)
    texts = [""] * len(layout.regions)
    confidence = np.zeros(len(layout.regions))
    index = np.flatnonzero(kinds[place])
    if len(index):
        order, line_start, space = _reading_order(digits, index, place, page.ink, metrics)
        np.multiply.at(first := np.ones(len(texts)), place[order], digits.score[order].astype(np.float64))
        present = np.unique(place[order])
        confidence[present] = first[present]
        for k, i in enumerate(order):
            gap = " " if texts[place[i]] and (line_start[k] or space[k]) else ""
            texts[place[i]] += gap + str(digits.digit[i])
    marked = _with_marks_beside(page, place, _region_of(page.marks.centres, layout), kinds, metrics)
    marked = carry_over(page.marks, marked, layout)
    marks = name_alike(page.marks, marked)
    marks, marked = agree_by_column(page, marks, marked, place, layout, metrics)
    printed = compose(
        digits,
        marks,
        np.where(kinds[place], place, -1).astype(np.int32),
        np.where(kinds[marked], marked, -1).astype(np.int32),
        metrics,
        _row_middles(digits, place, layout) if np.isin(marks.mark, QUOTES).any() else {},
    )
    as_printed = [printed.get(index, "") for index in range(len(texts))]
    table = pd.DataFrame(
        {
            "region_id": [r.region_id for r in layout.regions],
            "text": texts,
            "confidence": confidence,
            "printed": as_printed,
            "value": [value_of(text) for text in as_printed],
        }
    )
    return Reading(table, place)


def _with_marks_beside(
    page: WorkingPage,
    place: NDArray[np.int32],
    marked: NDArray[np.int32],
    kinds: NDArray[np.bool_],
    metrics: DigitMetrics,
) -> NDArray[np.int32]:
    """Give marks that stand outside of all cells, right beside a glyph of one, to that cell.

    Where no rule ends a table its last column is as wide as its digits: ``17%``.
    """
    digits, marks, marked = page.digits, page.marks, marked.copy()
    for _ in range(_MARKS_BESIDE):
        outside = np.flatnonzero(~kinds[marked])
        boxes = np.concatenate([digits.boxes[kinds[place]], marks.boxes[kinds[marked]]])
        if not len(outside) or not len(boxes):
            return marked
        owners = np.concatenate([place[kinds[place]], marked[kinds[marked]]])
        sizes = boxes[:, 2:] - boxes[:, :2]
        reach = np.array([float(sizes[:, 0].max()) + metrics.height, CRITERIA.level * metrics.height])
        tree = cKDTree((boxes[:, :2] + boxes[:, 2:]) / 2 / reach)
        near = tree.query_ball_point(marks.centres[outside] / reach, 1, p=np.inf)
        for index, candidates in zip(outside, near, strict=True):
            if not candidates:
                continue
            left, right = marks.boxes[index, [0, 2]]
            gaps = np.maximum(boxes[candidates, 0] - right, left - boxes[candidates, 2])
            if gaps.min() <= CRITERIA.beside * metrics.height:
                marked[index] = owners[candidates[int(gaps.argmin())]]
    return marked


def _row_middles(digits: Detections, place: NDArray[np.int32], layout: Layout) -> dict[int, float]:
    """Find the y at which the digits of the row of every cell have their middle: of the nearest cells with digits."""
    rows: dict[tuple[int | None, int | None], list[Region]] = {}
    for region in layout.regions:
        if region.kind == RegionKind.CELL:
            rows.setdefault((region.table_id, region.row), []).append(region)
    filled = np.unique(place)
    own = {int(index): float(np.median(digits.centres[place == index, 1])) for index in filled}
    middles: dict[int, float] = {}
    for cells in rows.values():
        known = [cell for cell in cells if cell.region_id in own]
        for cell in cells if known else []:
            nearest = sorted(known, key=lambda other: abs((other.col or 0) - (cell.col or 0)))[:_NEAREST]
            middles[cell.region_id] = float(np.median([own[other.region_id] for other in nearest]))
    return middles


def _region_of(centres: NDArray[np.float32], layout: Layout) -> NDArray[np.int32]:
    """Look up the leaf region at centres ``(n, 2)``: x, y."""
    height, width = layout.labels.shape
    x = np.clip(centres[:, 0].astype(np.intp), 0, width - 1)
    y = np.clip(centres[:, 1].astype(np.intp), 0, height - 1)
    return layout.labels[y, x].astype(np.int32)


def _reading_order(
    digits: Detections,
    index: NDArray[np.intp],
    place: NDArray[np.int32],
    ink: NDArray[np.float32],
    metrics: DigitMetrics,
) -> tuple[NDArray[np.intp], NDArray[np.bool_], NDArray[np.bool_]]:
    """Order digits by region, line and x; tell which begin a line and which follow a space."""
    centres = digits.centres
    down = index[np.lexsort((centres[index, 1], place[index]))]
    drop = np.diff(centres[down, 1], prepend=centres[down[0], 1]) > CRITERIA.line * metrics.height
    fresh = np.diff(place[down], prepend=-1) != 0
    line = np.cumsum(drop | fresh)
    for region in np.unique(place[down][drop & ~fresh]):  # those of several lines
        own = place[down] == region
        line[own] = join_lines(digits.boxes[down[own]], line[own])
    order = down[np.lexsort((centres[down, 1], centres[down, 0], line))]
    begins = np.diff(np.sort(line), prepend=-1) != 0
    boxes, before = digits.boxes[order], digits.boxes[np.roll(order, 1)]
    half = half_widths(digits, metrics.width)[order]
    middle = centres[order, 0]
    gap = middle - half - np.roll(middle + half, 1)
    point = has_point(binarize(ink), before, boxes, metrics) & (gap < max_point_gap(metrics))
    return order, begins, ~begins & (gap > metrics.space) & ~point
