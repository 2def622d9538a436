"""Grid: the readings of one table by row and column, ready to be compared with those of another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.collation.column import Column
from tablekin.collation.span import Columns
from tablekin.collation.values import Text
from tablekin.collation.vocabulary import NumberedTexts, number_texts
from tablekin.page import RegionKind


@dataclass(frozen=True)
class Grid:
    """A table of ``rows x columns`` cells; a cell that is not there has no text and region -1."""

    table: int  # table_id
    text: Text  # (rows, columns) of str: digits and spaces
    region: NDArray[np.int64]  # (rows, columns)
    scores: NDArray[np.object_]  # (rows, columns) of tuples: the probability of each digit of the text

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.text.shape[0], self.text.shape[1]

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Which cells have a reading, ``(rows, columns)``."""
        return np.asarray(self.text != "", bool)

    @cached_property
    def numbered(self) -> NumberedTexts:
        """Its different texts, and where each stands."""
        return number_texts(self.text)

    @cached_property
    def numbered_with_pairs(self) -> NumberedTexts:
        """The same, with further columns of what every two neighbouring ones say together."""
        pairs = [self._joined(first, 2) for first in range(self.shape[1] - 1)]
        return number_texts(np.column_stack([self.text, *pairs]))

    @cached_property
    def _turned(self) -> Grid:
        turned = Grid(self.table, self.text.T, self.region.T, self.scores.T)
        vars(turned)["numbered"] = NumberedTexts(
            self.numbered.vocabulary, np.ascontiguousarray(self.numbered.place.T)
        )
        return turned

    def transposed(self) -> Grid:
        """Make rows of the columns."""
        return self._turned

    @cached_property
    def _columns(self) -> dict[Columns, Column]:
        return {}

    def column(self, columns: Columns) -> Column:
        """Read neighbouring columns as one."""
        if columns not in self._columns:
            first, count = columns
            if count == 1:
                place = np.ascontiguousarray(self.numbered.place[:, first])
                column = Column(self.text[:, first], NumberedTexts(self.numbered.vocabulary, place))
            else:
                column = Column(self._joined(first, count))
            self._columns[columns] = column
        return self._columns[columns]

    def _joined(self, first: int, count: int) -> Text:
        return np.array([" ".join(filter(None, row)) for row in self.text[:, first : first + count]], object)


def read_grids(regions: pd.DataFrame, digits: pd.DataFrame) -> Iterator[Grid]:
    """Yield the tables of a document, from its rows of the tables ``regions`` and ``digits``."""
    cells = regions[(regions["kind"] == RegionKind.CELL) & regions["table_id"].notna()]
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
            written = text[i, j].replace(" ", "")
            found, each = known.get(int(name), ("", ()))
            is_known = found == written and probability < 1  # what somebody has corrected is certain
            scores[i, j] = each if is_known else _even(len(written), float(probability))
        yield Grid(int(str(table).partition(".")[0]), text, region, scores)


def _scores(digits: pd.DataFrame) -> dict[int, tuple[str, tuple[float, ...]]]:
    """Collect the digits of each region from left to right, and their scores."""
    ordered = digits.sort_values(["region_id", "x0"], kind="stable")
    digits_of: dict[int, tuple[str, tuple[float, ...]]] = {}
    for region, digit, score in zip(ordered["region_id"], ordered["digit"], ordered["score"], strict=True):
        text, scores = digits_of.get(int(region), ("", ()))
        digits_of[int(region)] = f"{text}{digit}", (*scores, float(score))
    return digits_of


def _even(count: int, probability: float) -> tuple[float, ...]:
    """Spread the probability of a reading evenly over its digits: it has several lines, or they are not known."""
    return (probability ** (1 / count),) * count if count else ()
