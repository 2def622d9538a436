"""Grid: the readings of one table by row and column, ready to be compared with those of another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import prod

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.joined_texts import TableSide, join_texts
from tablekin.collation.span import Columns
from tablekin.collation.values import Text
from tablekin.collation.vocabulary import NumberedTexts, number_texts
from tablekin.collation.witness_column import WitnessColumn
from tablekin.collation.witness_rows import CellRows, DigitRows


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
    def certainty(self) -> NDArray[np.float64]:
        """Probability that the reading of each cell is right, ``(rows, columns)``; 1 of an empty one."""
        return np.array([*map(prod, self.scores.ravel().tolist())], np.float64).reshape(self.shape)

    @cached_property
    def numbered(self) -> NumberedTexts:
        """Its different texts, and where each stands."""
        return number_texts(self.text)

    @cached_property
    def numbered_with_pairs(self) -> NumberedTexts:
        """The same, with further columns of what every two neighbouring ones say together."""
        columns = self.text.T.tolist()
        pairs = [list(map(_join, one, other)) for one, other in pairwise(columns)]
        return number_texts(np.array([*columns, *pairs], object).reshape(-1, self.shape[0]).T)

    @cached_property
    def _turned(self) -> Grid:
        turned = Grid(self.table, self.text.T, self.region.T, self.scores.T)
        vars(turned)["numbered"] = NumberedTexts(
            self.numbered.vocabulary, np.ascontiguousarray(self.numbered.place.T)
        )
        vars(turned)["certainty"] = self.certainty.T
        return turned

    def transposed(self) -> Grid:
        """Make rows of the columns."""
        return self._turned

    @cached_property
    def _columns(self) -> dict[Columns, WitnessColumn]:
        return {}

    def column(self, columns: Columns) -> WitnessColumn:
        """Read neighbouring columns as one."""
        if columns not in self._columns:
            first, count = columns
            if count == 1:
                place = np.ascontiguousarray(self.numbered.place[:, first])
                column = WitnessColumn(self.text[:, first], NumberedTexts(self.numbered.vocabulary, place))
            else:
                column = WitnessColumn(self._joined(first, count))
            self._columns[columns] = column
        return self._columns[columns]

    @cached_property
    def _sides(self) -> dict[int, TableSide]:
        return {}

    def side(self, most: int) -> TableSide:
        """Make ready what the search for rows and columns reads, with up to ``most`` neighbouring columns joined."""
        if most not in self._sides:
            self._sides[most] = TableSide(self.numbered.place, join_texts(self.numbered, most))
        return self._sides[most]

    def _joined(self, first: int, count: int) -> Text:
        rows = self.text[:, first : first + count].tolist()
        return np.array([" ".join(filter(None, row)) for row in rows], object)


def _join(one: str, other: str) -> str:
    return f"{one} {other}" if one and other else one or other


def make_grids(cells: CellRows, digits: DigitRows) -> Iterator[Grid]:
    """Yield the tables of a document."""
    texts = np.array(cells.text.to_pylist() or [""], object)[: len(cells.region)]
    scores = _scores(cells, digits, texts)
    for table in np.unique(cells.table).tolist():
        own = np.flatnonzero(cells.table == table)
        place = cells.row[own], cells.col[own]
        shape = int(place[0].max()) + 1, int(place[1].max()) + 1
        text, region = np.full(shape, "", object), np.full(shape, -1, np.int64)
        score = np.empty(shape, object)
        score.fill(())
        text[place], region[place], score[place] = texts[own], cells.region[own], scores[own]
        yield Grid(table, text, region, score)


def _scores(cells: CellRows, digits: DigitRows, texts: Text) -> NDArray[np.object_]:
    """Collect the scores of the digits of each cell from left to right, if they are those of its text."""
    first, last = (np.searchsorted(digits.region, cells.region, side) for side in ("left", "right"))
    signs, scores = digits.sign.tobytes().decode("ascii"), digits.score.astype(np.float64).tolist()
    found = np.empty(len(texts), object)
    rows = zip(
        texts.tolist(), first.tolist(), last.tolist(), cells.confidence.astype(float).tolist(), strict=True
    )
    for place, (text, begin, end, probability) in enumerate(rows):
        written = text.replace(" ", "")
        is_known = signs[begin:end] == written and probability < 1  # what somebody has corrected is certain
        found[place] = tuple(scores[begin:end]) if is_known else _even(len(written), probability)
    return found


def _even(count: int, probability: float) -> tuple[float, ...]:
    """Spread the probability of a reading evenly over its digits: it has several lines, or they are not known."""
    return (probability ** (1 / count),) * count if count else ()
