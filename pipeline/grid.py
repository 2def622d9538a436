"""Grid: the readings of one table by row and column, ready to be compared with those of another."""

from __future__ import annotations

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
    confidence: NDArray[np.float64]  # (rows, columns): that the reading is right

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
        return Grid(self.table, self.text.T, self.region.T, self.confidence.T)

    def joined(self, first: int, count: int) -> Text:
        """Read columns from ``first`` on as one, ``(rows,)``."""
        return np.array([" ".join(filter(None, row)) for row in self.text[:, first : first + count]], object)


def grids(regions: pd.DataFrame) -> Iterator[Grid]:
    """Yield the tables of a document, from its rows of table ``regions``."""
    cells = regions[(regions["kind"] == "cell") & regions["table_id"].notna()]
    for table, rows in cells.groupby("table_id"):
        row, col = (rows[key].to_numpy(np.int64) for key in ("row", "col"))
        shape = int(row.max()) + 1, int(col.max()) + 1
        text, region, confidence = np.full(shape, "", object), np.full(shape, -1, np.int64), np.zeros(shape)
        text[row, col] = rows["text"].fillna("").to_numpy(object)
        region[row, col] = rows["region_id"].to_numpy(np.int64)
        confidence[row, col] = rows["confidence"].fillna(0).to_numpy(np.float64)
        yield Grid(int(str(table).partition(".")[0]), text, region, confidence)


def grouped(text: str) -> str:
    """Write a reading without the zeros before its numbers: ``"05 07"`` and ``"5 7"`` are the same value."""
    return "|".join(group.lstrip("0") or "0" for group in text.split())


def joint(text: str) -> str:
    """Write a reading as one number: ``"5 07"`` and ``"507"`` differ in a point or a space only."""
    return text.replace(" ", "").lstrip("0") or ("0" if text else "")


def same(one: str, other: str) -> bool:
    """Tell whether two readings are of the same value."""
    return bool(one) == bool(other) and (grouped(one) == grouped(other) or joint(one) == joint(other))


def is_serial(texts: Text) -> bool:
    """Tell whether a column counts as arguments do, by ones, fives, tens: most of its steps are the same."""
    numbers = [int(joint(text)) for text in texts if text and len(joint(text)) < 10]
    if len(numbers) < 4:
        return False
    steps, counts = np.unique(np.diff(numbers), return_counts=True)
    return bool(abs(steps[counts.argmax()]) in _STEPS and counts.max() > 0.6 * (len(numbers) - 1))
