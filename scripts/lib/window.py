"""Window: the part of a scan that a study explains and erases, with the rows of its tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lib.subject import Subject, trained_digits
from tablekin.config import RunConfig
from tablekin.digitize.stage import digitize, load_readers
from tablekin.explain import digit_advance, spacing_of
from tablekin.models.networks.architecture import GRAIN
from tablekin.page import Layout, RegionKind, WorkingPage
from tablekin.segment import segment


@dataclass(frozen=True)
class Window:
    """A part of a page in the working frame."""

    subject: Subject
    row: NDArray[np.int32]  # (regions + 1,), number of the row of each region, from 0; -1 for what is no cell
    to_original: NDArray[np.float64]  # (2, 3) affine: pixel of the window -> pixel of the scan

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.row.max(initial=-1)) + 1

    def row_boxes(self) -> NDArray[np.int64]:
        """Boxes of the rows' cells, ``(rows, 4)``: x0, y0, x1, y1 in pixels of the window."""
        of_pixels = self.row[self.subject.labels]
        boxes = np.zeros((self.rows, 4), np.int64)
        for number in range(self.rows):
            y, x = np.nonzero(of_pixels == number)
            boxes[number] = x.min(), y.min(), x.max() + 1, y.max() + 1
        return boxes


def read_scan(grey: NDArray[np.uint8]) -> tuple[WorkingPage, Layout]:
    """Digitize and segment a grey scan ``(h, w)`` as the pipeline does by default."""
    page, _ = digitize(grey, load_readers(), RunConfig().digitize.threshold)
    return page, segment(page)


def densest(centres: NDArray[np.float64], side: float, count: int) -> NDArray[np.float64]:
    """Choose squares that hold most digits and do not overlap.

    Parameters
    ----------
    centres
        ``(n, 2)``, of the digits.
    side
        Of a square, in the same unit.
    count
        Of squares, at most.

    Returns
    -------
    ndarray
        ``(up to count, 2)``, middles of the squares, the fullest first; each is the centre of a digit.
    """
    apart = np.abs(centres[:, None] - centres[None]).max(2)
    inside = (apart <= side / 2).sum(1)
    free, chosen = np.ones(len(centres), bool), list[int]()
    while free.any() and len(chosen) < count:
        best = int(np.argmax(np.where(free, inside, -1)))
        chosen.append(best)
        free &= apart[best] >= side
    return centres[chosen]


def cut(page: WorkingPage, layout: Layout, middle: NDArray[np.float64], side: int) -> Window:
    """Cut a window out of a page.

    Parameters
    ----------
    page, layout
        The page.
    middle
        ``(2,)``: x, y in working pixels; a window that would reach over the page's edge is moved back on it.
    side
        Largest height and width in working pixels.
    """
    part, corner = [], []
    for place, length in zip(middle[::-1], page.ink.shape, strict=True):
        start = int(np.clip(place - side / 2, 0, max(length - side, 0))) // GRAIN * GRAIN
        part.append(slice(start, start + side))
        corner.append(start)
    ink, labels = np.ascontiguousarray(page.ink[tuple(part)]), layout.labels[tuple(part)]
    used = np.union1d([0], labels)
    numbers: dict[tuple[object, object], int] = {}
    row = np.full(len(used), -1, np.int32)
    for place, number in enumerate(used):
        region = layout.regions[number]
        if region.kind == RegionKind.CELL:
            row[place] = numbers.setdefault((region.table_id, region.row), len(numbers))
    moved = page.to_original.copy()
    moved[:, 2] += page.to_original[:, :2] @ np.array(corner[::-1], float)
    subject = Subject(
        ink,
        np.searchsorted(used, labels).astype(np.int32),
        trained_digits(ink),
        spacing_of(digit_advance(page.digits)),
    )
    return Window(subject, row, moved)


def transform(affine: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Apply an affine map ``(2, 3)`` to points ``(n, 2)``."""
    return points @ affine[:, :2].T + affine[:, 2]


def inverse(affine: NDArray[np.float64]) -> NDArray[np.float64]:
    """Invert an affine map ``(2, 3)``."""
    turn = np.linalg.inv(affine[:, :2])
    return np.column_stack([turn, -turn @ affine[:, 2]])


def to_window(window: Window, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Map points ``(n, 2)`` of the scan into a window."""
    return transform(inverse(window.to_original), points)
