"""Sheet: the inked page while it is being set, and the records of what stands where."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.sample.typesetting.line import Line

DIGIT_COLUMNS = ["digit", "x0", "y0", "x1", "y1", "table", "row", "col", "ignore"]
MARK_COLUMNS = ["mark", "x0", "y0", "x1", "y1", "ignore"]
CELL_COLUMNS = ["table", "row", "col", "text", "kind", "x0", "y0", "x1", "y1"]
_SUBPIXEL = 4  # bits of fractional coordinates in cv2's drawing


@dataclass
class SetPage:
    """A typeset page, upright and clean; all coordinates are its pixels."""

    ink: NDArray[np.float32]  # (height, width) coverage in [0, 1], 1 is full ink
    digits: pd.DataFrame  # DIGIT_COLUMNS: tight boxes of the Arabic digits; table -1 is outside tables
    cells: pd.DataFrame  # CELL_COLUMNS: the area of every cell; kind is cell, header (row -1) or page_number
    digit_height: float  # pixels, of the figure 8
    marks: pd.DataFrame  # MARK_COLUMNS: tight boxes of points, signs, fractions and letters


class Sheet:
    """Takes lines, rules and drawings, remembers the digits and the cells."""

    def __init__(self, width: int, height: int, rng: np.random.Generator) -> None:
        self.ink = np.zeros((height, width), np.uint8)
        self.rng = rng
        self._digits: list[tuple[int, float, float, float, float, int, int, int, bool]] = []
        self._marks: list[tuple[str, float, float, float, float, bool]] = []
        self._cells: list[tuple[int, int, int, str, str, float, float, float, float]] = []

    def stamp(self, coverage: NDArray[np.uint8], x: int, y: int) -> None:
        """Print ``(h, w)`` with its top left corner at ``x``, ``y``; what leaves the sheet is lost."""
        height, width = self.ink.shape
        h, w = coverage.shape
        left, top, right, bottom = max(x, 0), max(y, 0), min(x + w, width), min(y + h, height)
        if left < right and top < bottom:
            area = self.ink[top:bottom, left:right]
            np.maximum(area, coverage[top - y : bottom - y, left - x : right - x], out=area)

    def put_line(self, line: Line, x: float, y: float, table: int = -1, row: int = -1, col: int = -1) -> None:
        """Print a line, its pen starting at ``x``, ``y``; its digits belong to the given cell."""
        left, base = round(x), round(y)
        for placed in line.placed:
            sort = placed.sort
            pen, foot = left + placed.x, base + placed.y
            coverage = sort.coverage[::-1, ::-1] if placed.turned else sort.coverage
            self.stamp(coverage, pen + sort.left, foot + sort.top)
            if placed.digit >= 0:
                x0, y0, x1, y1 = sort.box
                box = (float(pen + x0), float(foot + y0), float(pen + x1), float(foot + y1))
                self._digits.append((placed.digit, *box, table, row, col, placed.ignore))
            elif placed.mark:
                x0, y0, x1, y1 = sort.box
                box = (float(pen + x0), float(foot + y0), float(pen + x1), float(foot + y1))
                self._marks.append((placed.mark, *box, placed.ignore))
        for mark, *corners in line.fractions:
            fx0, fy0, fx1, fy1 = corners
            self._marks.append((mark, left + fx0, base + fy0, left + fx1, base + fy1, False))
        for bar in line.bars:
            outline = np.array([[bar[0], bar[1]], [bar[2], bar[1]], [bar[2], bar[3]], [bar[0], bar[3]]])
            self.fill(outline + np.array([left, base]))

    def put_turned_line(self, line: Line, x: float, y: float, ascent: float) -> None:
        """Print a line that reads upwards from ``y``, base line at ``x``; its digits are to be ignored."""
        small = Sheet(max(1, round(line.width) + 4), max(1, round(ascent * 1.6)), self.rng)
        small.put_line(line, 2, ascent)
        w = small.ink.shape[1]
        left, top = round(x - ascent), round(y - w)
        self.stamp(np.ascontiguousarray(np.rot90(small.ink)), left, top)
        for digit, x0, y0, x1, y1, *_ in small._digits:
            box = (float(left + y0), float(top + w - x1), float(left + y1), float(top + w - x0))
            self._digits.append((digit, *box, -1, -1, -1, True))
        for mark, x0, y0, x1, y1, _ in small._marks:
            box = (float(left + y0), float(top + w - x1), float(left + y1), float(top + w - x0))
            self._marks.append((mark, *box, True))

    def put_cell(
        self, table: int, row: int, col: int, text: str, kind: str, box: tuple[float, float, float, float]
    ) -> None:
        """Remember the area of a cell."""
        self._cells.append((table, row, col, text, kind, *box))

    def fill(self, corners: NDArray[np.floating], level: int = 255) -> None:
        """Ink a polygon ``(n, 2)`` of x, y."""
        points = np.round(corners * 2**_SUBPIXEL).astype(np.int32)
        cv2.fillPoly(self.ink, [points], level, cv2.LINE_AA, _SUBPIXEL)

    def rule(self, x0: float, y0: float, x1: float, y1: float, width: float, ruggedness: float = 0.3) -> None:
        """Print a straight rule made of pieces that do not quite meet.

        Parameters
        ----------
        x0, y0, x1, y1
            Its ends.
        width
            In pixels.
        ruggedness
            0 flawless ... 1 bent pieces with gaps.
        """
        rng = self.rng
        start, end = np.array([x0, y0], float), np.array([x1, y1], float)
        length = float(np.hypot(*(end - start)))
        if length < 1:
            return
        along = (end - start) / length
        across = np.array([-along[1], along[0]])
        pieces = 1 + int(rng.poisson(ruggedness * length / 250))
        cuts = np.concatenate([[0.0], np.sort(rng.uniform(0, length, pieces - 1)), [length]])
        for a, b in pairwise(cuts):
            gap = rng.exponential(3.0) * ruggedness
            ends = rng.normal(0, 1.2 * ruggedness, 2)
            half = max(0.35, width / 2 * (1 + 0.25 * ruggedness * rng.normal()))
            p, q = start + along * a, start + along * max(a, b - gap)
            outline = [p + across * (ends[0] - half), q + across * (ends[1] - half)]
            outline += [q + across * (ends[1] + half), p + across * (ends[0] + half)]
            self.fill(np.array(outline))

    def finish(self, digit_height: float) -> SetPage:
        """Return the page and its records."""
        digits = pd.DataFrame(self._digits, columns=DIGIT_COLUMNS)
        cells = pd.DataFrame(self._cells, columns=CELL_COLUMNS)
        marks = pd.DataFrame(self._marks, columns=MARK_COLUMNS)
        return SetPage(self.ink.astype(np.float32) / np.float32(255), digits, cells, digit_height, marks)
