"""Grid: the readings of one table by row and column, ready to be compared with those of another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Text = NDArray[np.object_]
_STEPS = (1, 2, 3, 4, 5, 6, 10, 15, 30)  # from one argument to the next


@dataclass(frozen=True)
class Grid:
    """A table of ``rows x columns`` cells; a cell that is not there has no text and region -1."""

    table: int  # table_id
    text: Text  # (rows, columns) of str: digits and spaces
    region: NDArray[np.int64]  # (rows, columns)
    scores: NDArray[np.object_]  # (rows, columns) of tuples: the probability of each figure of the text

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.text.shape[0], self.text.shape[1]

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Which cells have a reading, ``(rows, columns)``."""
        return np.asarray(self.text != "", bool)

    def transposed(self) -> Grid:
        """Make rows of the columns."""
        return Grid(self.table, self.text.T, self.region.T, self.scores.T)

    def joined(self, first: int, count: int) -> Text:
        """Read columns from ``first`` on as one, ``(rows,)``."""
        return np.array([" ".join(filter(None, row)) for row in self.text[:, first : first + count]], object)


def grids(regions: pd.DataFrame, digits: pd.DataFrame) -> Iterator[Grid]:
    """Yield the tables of a document, from its rows of the tables ``regions`` and ``digits``."""
    cells = regions[(regions["kind"] == "cell") & regions["table_id"].notna()]
    known = _scores(digits)
    for table, rows in cells.groupby("table_id"):
        row, col = (rows[key].to_numpy(np.int64) for key in ("row", "col"))
        shape = int(row.max()) + 1, int(col.max()) + 1
        text, region = np.full(shape, "", object), np.full(shape, -1, np.int64)
        scores = np.empty(shape, object)
        scores.fill(())
        text[row, col] = rows["text"].fillna("").to_numpy(object)
        region[row, col] = rows["region_id"].to_numpy(np.int64)
        for i, j, name, probability in zip(row, col, rows["region_id"], rows["confidence"], strict=True):
            figures = text[i, j].replace(" ", "")
            found, each = known.get(int(name), ("", ()))
            scores[i, j] = each if found == figures else _even(len(figures), float(probability))
        yield Grid(int(str(table).partition(".")[0]), text, region, scores)


def _scores(digits: pd.DataFrame) -> dict[int, tuple[str, tuple[float, ...]]]:
    """Collect the figures of each region from left to right, and their scores."""
    ordered = digits.sort_values(["region_id", "x0"], kind="stable")
    figures: dict[int, tuple[str, tuple[float, ...]]] = {}
    for region, digit, score in zip(ordered["region_id"], ordered["digit"], ordered["score"], strict=True):
        text, scores = figures.get(int(region), ("", ()))
        figures[int(region)] = f"{text}{digit}", (*scores, float(score))
    return figures


def _even(count: int, probability: float) -> tuple[float, ...]:
    """Spread the probability of a reading evenly over its figures: it has several lines, or they are not known."""
    return (probability ** (1 / count),) * count if count else ()


def grouped(text: str) -> str:
    """Write a reading without the zeros before its numbers: ``"05 07"`` and ``"5 7"`` are the same value."""
    return "|".join(group.lstrip("0") or "0" for group in text.split())


def joint(text: str) -> str:
    """Write a reading as one number: ``"5 07"`` and ``"507"`` differ in a point or a space only."""
    return text.replace(" ", "").lstrip("0") or ("0" if text else "")


def same(one: str, other: str) -> bool:
    """Tell whether two readings are of the same value: ``"5 07"``, ``"507"`` and ``"5 7"`` are."""
    if not (one and other):
        return one == other
    if grouped(one) == grouped(other) or joint(one) == joint(other):
        return True
    one, other = sorted((one, other), key=lambda text: text.count(" "))
    if " " in one or " " not in other:
        return False
    # a point in the other may have been lost, and zeros with it: 9.0 is printed 9.00, and 9.2 is 9.02
    groups = (group.lstrip("0") or "0?" for group in other.split())
    return re.fullmatch("".join(f"0*{group}" for group in groups), one) is not None


def is_serial(texts: Text) -> bool:
    """Tell whether a column counts as arguments do, by ones, fives, tens: most of its steps are the same.

    A function that is nearly linear takes the same step again and again, too, but does not stay on one count.
    """
    numbers = [int(joint(text)) for text in texts if text and len(joint(text)) < 10]
    if len(numbers) < 4:
        return False
    steps, counts = np.unique(np.diff(numbers), return_counts=True)
    step = abs(int(steps[counts.argmax()]))
    if step not in _STEPS or counts.max() <= 0.6 * (len(numbers) - 1):
        return False
    _, on_count = np.unique(np.array(numbers) % step, return_counts=True)
    return bool(on_count.max() > 0.6 * len(numbers))
