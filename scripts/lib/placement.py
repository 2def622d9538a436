"""Placement: how many digits and cells of a generated page lie in their row and column, and are read as printed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.page import Layout, RegionKind, WorkingPage
from tablekin.read import Reading


@dataclass(frozen=True)
class PageTruth:
    """What stands in the cells of a page, in pixels of the scan; row and column are counted in each table."""

    is_table: bool
    digit_centres: NDArray[np.float64]  # (n, 2): x, y of every digit of a table
    digit_places: NDArray[np.int64]  # (n, 3): table, row, column
    cell_centres: NDArray[np.float64]  # (m, 2): x, y of every cell with a digit
    cell_places: NDArray[np.int64]  # (m, 3)
    cell_digits: tuple[str, ...]  # (m,): what is printed in it, digits only


@dataclass(frozen=True)
class Placement:
    """Counts over one page, or over several."""

    digits: int = 0  # printed in tables
    digits_placed: int = 0  # of these, printed where the found cell has their row and column
    cells: int = 0  # with digits
    cells_right: int = 0  # of these, in their row and column and with exactly their digits
    pages: int = 0
    tables_wrong: int = 0  # pages taken for a table, or for none, wrongly

    def __add__(self, other: Placement) -> Placement:
        """Add up the counts of two sets of pages."""
        return Placement(*(a + b for a, b in zip(self.counts, other.counts, strict=True)))

    @property
    def counts(self) -> tuple[int, ...]:
        """Everything that is counted, in the order of the fields."""
        return (
            self.digits,
            self.digits_placed,
            self.cells,
            self.cells_right,
            self.pages,
            self.tables_wrong,
        )


def truth_of(document: pd.Series, digits: pd.DataFrame, cells: pd.DataFrame) -> PageTruth:
    """Take one page's truth from the rows of an archive's tables ``documents``, ``digits`` and ``cells``."""
    place = ["table", "row", "col"]
    own = digits[(digits["row"] >= 0) & ~digits["ignore"]]
    numbers = cells[(cells["kind"] == "cell") & cells["text"].str.contains(r"[0-9]", regex=True)]
    return PageTruth(
        bool(document["is_table"]),
        _centres(own),
        own[place].to_numpy(np.int64),
        _centres(numbers),
        numbers[place].to_numpy(np.int64),
        tuple(re.sub(r"\D", "", text) for text in numbers["text"]),
    )


def place_page(page: WorkingPage, layout: Layout, reading: Reading, truth: PageTruth) -> Placement:
    """Compare what was found on a page with its truth.

    A found row (column) is that of a true row when most of the true row's digits lie in it, and most of its own are
    of that row.
    """
    kinds = np.array([region.kind == RegionKind.CELL for region in layout.regions])
    places = np.array(
        [(r.table_id, r.row, r.col) if r.kind == RegionKind.CELL else (-1,) * 3 for r in layout.regions]
    )
    digit_region = _regions_at(truth.digit_centres, page, layout)
    inside = kinds[digit_region]
    placed = inside & _agree(truth.digit_places, places[digit_region], inside)
    cell_region = _regions_at(truth.cell_centres, page, layout)
    texts = reading.regions["text"].tolist()
    exact = np.array(
        [
            bool(kinds[region]) and re.sub(r"\D", "", texts[region]) == printed
            for region, printed in zip(cell_region, truth.cell_digits, strict=True)
        ],
        bool,
    )
    right = exact & _agree(truth.cell_places, places[cell_region], exact)
    return Placement(
        len(placed),
        int(placed.sum()),
        len(right),
        int(right.sum()),
        1,
        int(layout.is_table != truth.is_table),
    )


def _centres(boxes: pd.DataFrame) -> NDArray[np.float64]:
    low, high = boxes[["x0", "y0"]].to_numpy(np.float64), boxes[["x1", "y1"]].to_numpy(np.float64)
    return (low + high) / 2


def _regions_at(points: NDArray[np.float64], page: WorkingPage, layout: Layout) -> NDArray[np.int32]:
    """Find the region of points of the scan; 0, the outside, for those beyond the page."""
    to_working = cv2.invertAffineTransform(page.to_original)
    column, row = np.floor(points @ to_working[:, :2].T + to_working[:, 2]).astype(np.intp).T
    height, width = layout.labels.shape
    known = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    found = np.zeros(len(points), np.int32)
    found[known] = layout.labels[row[known], column[known]]
    return found


def _agree(true: NDArray[np.int64], found: NDArray[np.int64], known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell whose found row and column are those of their true row and column, by the places that are ``known``."""
    good = known.copy()
    for axis in (1, 2):
        lines = [_codes(places, known, axis) for places in (true, found)]
        table = np.zeros((lines[0].max(initial=-1) + 1, lines[1].max(initial=-1) + 1), np.int64)
        np.add.at(table, (lines[0], lines[1]), 1)
        if table.size:
            usual = (table.argmax(1)[lines[0]] == lines[1]) & (table.argmax(0)[lines[1]] == lines[0])
            good[np.flatnonzero(known)[~usual]] = False
    return good


def _codes(places: NDArray[np.int64], known: NDArray[np.bool_], axis: int) -> NDArray[np.intp]:
    """Give the rows (or columns) that the known places lie in numbers from 0, over all tables."""
    return np.unique(places[known][:, [0, axis]], axis=0, return_inverse=True)[1].ravel()
