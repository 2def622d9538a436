"""Pages of known tables for the tests of segmentation: digits as boxes, ink as outlines."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np

from tablekin.page import Detections, Layout, WorkingPage

HEIGHT, WIDTH = 20.0, 13.0
# how much of the body a digit takes when old-style: top and bottom, in body heights from the line up
OLD_STYLE = {0: (0.62, 0), 1: (0.62, 0), 2: (0.62, 0), 6: (1, 0), 8: (1, 0)} | dict.fromkeys(
    (3, 4, 5, 7, 9), (0.62, 0.38)
)


@dataclass
class Printed:
    """Where everything goes before the page is bent."""

    rng: np.random.Generator
    size: tuple[int, int]  # height, width
    old_style: bool = False
    tilt: float = 0.0  # slope of the lines
    bow: float = 0.0  # height of the arch of a line across the page, pixels
    digits: list[tuple[int, float, float, float, float, tuple[int, int, int]]] = field(default_factory=list)
    strokes: list[np.ndarray] = field(default_factory=list)  # polylines, upright
    marks: list[tuple[float, float, float, float]] = field(default_factory=list)  # letters and dots

    def bend(self, xy: np.ndarray) -> np.ndarray:
        height, width = self.size
        t = 2 * xy[:, 0] / width - 1
        y = xy[:, 1] + self.tilt * (xy[:, 0] - width / 2) + self.bow * t**2 * (0.6 + 0.4 * xy[:, 1] / height)
        x = xy[:, 0] - self.tilt * (xy[:, 1] - height / 2)
        return np.column_stack([x, y])

    def number(self, text: str, right: float, line: float, cell: tuple[int, int, int]) -> float:
        """Set a number ending at ``right`` on the base line; return where it starts."""
        x = right
        for sign in reversed(text):
            if sign == " ":
                x -= WIDTH
            elif sign == "·":
                self.marks.append((x - 6, line - 11, x - 2, line - 7))
                x -= 8
            else:
                digit = int(sign)
                width = 5.0 if digit == 1 else WIDTH - 2
                top, low = OLD_STYLE[digit] if self.old_style else (1, 0)
                middle = x - WIDTH / 2
                jitter = self.rng.normal(0, 0.5, 2)
                box = (middle - width / 2, line - top * HEIGHT, middle + width / 2, line + low * HEIGHT)
                self.digits.append(
                    (
                        digit,
                        box[0] + jitter[0],
                        box[1] + jitter[1],
                        box[2] + jitter[0],
                        box[3] + jitter[1],
                        cell,
                    )
                )
                x -= WIDTH
        return x

    def word(self, letters: int, left: float, line: float) -> float:
        """Set a word that starts at ``left``; return where it ends."""
        for _ in range(letters):
            self.marks.append((left, line - 13, left + 9, line))
            left += 11
        return left

    def rule(self, x0: float, y0: float, x1: float, y1: float, broken: float = 0.0) -> None:
        """Draw a rule; ``broken`` is the share of it that did not print."""
        count = max(int(max(abs(x1 - x0), abs(y1 - y0)) / 60), 1)
        t = np.linspace(0, 1, count + 1)
        points = np.column_stack([x0 + t * (x1 - x0), y0 + t * (y1 - y0)])
        for a, b in pairwise(points):
            if self.rng.random() >= broken:
                self.strokes.append(np.array([a, (a + b) / 2, b]))

    def page(self, missed: float = 0.0, false: float = 0.0) -> tuple[WorkingPage, np.ndarray]:
        """Print the page; return it and the table, row and column of each detection (-1: none)."""
        ink = np.zeros(self.size, np.float32)
        for stroke in self.strokes:
            cv2.polylines(ink, [np.round(self.bend(stroke)).astype(np.int32)], False, 1.0, 2)
        for x0, y0, x1, y1 in self.marks:
            self._draw(ink, x0, y0, x1, y1)
        found, truth = [], []
        for digit, x0, y0, x1, y1, cell in self.digits:
            box = self._draw(ink, x0, y0, x1, y1)
            if self.rng.random() >= missed:
                found.append((digit, *box))
                truth.append(cell)
        for _ in range(self.rng.binomial(len(self.digits), false)):
            x, y = self.rng.uniform(0, self.size[1] - 20), self.rng.uniform(0, self.size[0] - 25)
            found.append((int(self.rng.integers(10)), x, y, x + WIDTH, y + HEIGHT))
            truth.append((-1, -1, -1))
        array = np.array(found, np.float32).reshape(-1, 5)
        score = self.rng.uniform(0.7, 1, len(array)).astype(np.float32)
        digits = Detections.from_boxes(array[:, 0].astype(np.int8), score, array[:, 1:])
        return WorkingPage(ink, np.eye(3)[:2], digits), np.array(truth, int).reshape(-1, 3)

    def _draw(self, ink: np.ndarray, x0: float, y0: float, x1: float, y1: float) -> tuple[float, ...]:
        ((x, y),) = self.bend(np.array([[(x0 + x1) / 2, (y0 + y1) / 2]]))
        half = ((x1 - x0) / 2, (y1 - y0) / 2)
        axes = (max(round(half[0]) - 1, 1), max(round(half[1]) - 1, 1))
        cv2.ellipse(ink, (round(x), round(y)), axes, 0, 0, 360, 1.0, 2)
        return (x - half[0], y - half[1], x + half[0], y + half[1])


def print_table(
    page: Printed,
    left: float,
    top: float,
    rows: int,
    columns: list[str],
    table: int = 0,
    pitch: float = 30.0,
    gap: float = 26.0,
    rules: str = "full",
    broken: float = 0.0,
    label: int = 0,
    every: int = 0,
    triangular: bool = False,
    count: int | None = None,
    counting: int = 0,
) -> tuple[float, float]:
    """Set a table; return its right end and its bottom.

    ``columns`` are patterns: ``9`` any digit, ``?`` a digit or nothing, other signs as they are.
    ``rules`` names what is ruled: full, columns, frame, head or none. ``label`` is the number of letters
    of a first column of text, ``every`` sets rows off in groups. Column ``counting`` counts from ``count``.
    """
    widths = [sum(8 if c == "·" else WIDTH for c in p) for p in columns]
    start = left + (label * 11 + 2 * gap if label else 0)
    ends = start + np.cumsum(widths) + np.arange(1, len(columns) + 1) * gap - gap / 2
    right = float(ends[-1] + gap / 2)
    line = top + pitch
    for row in range(rows):
        if label:
            page.word(int(page.rng.integers(3, label + 1)), left + gap / 2, line)
        for column, (pattern, end) in enumerate(zip(columns, ends, strict=True)):
            if triangular and column > row:
                continue
            text = (
                "".join(
                    str(page.rng.integers(10)) if c == "9" or (c == "?" and page.rng.random() < 0.5) else c
                    for c in pattern
                )
                .lstrip("?")
                .replace("?", "0")
            )
            if count is not None and column == counting:
                text = str(count + row)
            page.number(text, float(end), line, (table, row, column))
        line += pitch * (1.4 if every and (row + 1) % every == 0 else 1.0)
    bottom = line - pitch + 12
    if rules in ("full", "columns"):
        for x in [start, *(e + gap / 2 for e in ends[:-1])]:
            page.rule(x, top, x, bottom, broken)
    if rules in ("full", "frame"):
        for x in (left, right):
            page.rule(x, top, x, bottom, broken)
        for y in (top, bottom):
            page.rule(left, y, right, y, broken)
    if rules == "head":
        page.rule(left, top, right, top, broken)
    return right, bottom


def share_in_right_cell(layout: Layout, digits: Detections, truth: np.ndarray, table: int = 0) -> float:
    """Return the share of a table's digits whose found row and column are those of their true row and column.

    Every true row (column) claims the found row most of its digits lie in; of two that claim the same
    one, the larger has it.
    """
    own = truth[:, 0] == table
    centres = digits.centres[own].astype(int)
    regions = [layout.regions[k] for k in layout.labels[centres[:, 1], centres[:, 0]]]
    tables = [r.table_id if r.kind == "cell" else -1 for r in regions]
    main = max(set(tables), key=tables.count)
    good = np.array([t == main and t != -1 for t in tables])
    for axis, name in ((1, "row"), (2, "col")):
        found = np.array([getattr(r, name) if r.kind == "cell" else -1 for r in regions])
        actual = truth[own, axis]
        claims: dict[int, tuple[int, int]] = {}
        for value in np.unique(actual):
            seen, count = np.unique(found[actual == value], return_counts=True)
            best = int(seen[count.argmax()])
            if best not in claims or claims[best][0] < count.max():
                claims[best] = (int(count.max()), int(value))
        good &= np.array([f in claims and claims[f][1] == a for f, a in zip(found, actual, strict=True)])
    return float(good.mean())
