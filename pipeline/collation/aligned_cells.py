"""Aligned cells: the cells of two tables that correspond, by the rows and columns that do, and whether they agree.

A cell pair is ``same`` where both readings are of one value, and a ``variant`` where they are not. A variant is in the
print only if both readings are right: its confidence says how likely that is, given the scores of their digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.cell_columns import (
    NEITHER,
    ONLY_A,
    ONLY_B,
    SAME,
    VARIANT,
    CellColumns,
    Floats,
    Integers,
)
from tablekin.collation.cell_errors import find_errors
from tablekin.collation.collation import Collation
from tablekin.collation.grid import Grid
from tablekin.collation.span import Columns, ColumnSpan
from tablekin.collation.value_relations import same_at
from tablekin.collation.values import as_number
from tablekin.collation.variant import CellReading, confidence, differing, rarities
from tablekin.threshold import threshold

Relations = NDArray[np.uint8]


@dataclass(frozen=True)
class CellCriteria:
    """Which aligned cells are listed."""

    min_same: float = threshold(
        0.3,
        "of the cells of a column",
        "that agree; of columns that agree less, the alignment is not believed",
    )


CRITERIA = CellCriteria()


def list_aligned(collation: Collation) -> CellColumns:
    """List each pair of cells, several where a cell has columns of the other table as partners; row by row."""
    places = _AlignedPlaces(collation)
    related = places.relations
    is_listed = (related != NEITHER) & ~_are_strange(related, places.spans)
    together, in_print = places.probabilities(is_listed)
    span, col_a, col_b = _cells_of(places.spans)
    line, cell = np.nonzero(is_listed[:, span])
    span, col_a, col_b = span[cell], col_a[cell], col_b[cell]
    relation = related[line, span]
    for n in np.flatnonzero((relation == VARIANT) & places.is_joined[span]).tolist():
        if not places.differ_at(line[n], places.spans[span[n]], col_a[n], col_b[n]):
            relation[n] = SAME
    a, b, alignment = collation.a, collation.aligned_b, collation.alignment
    i, j = alignment.rows[line].T
    row_b, column_b = (col_b, j) if alignment.transposed else (j, col_b)
    computed, error_in = find_errors(collation, (i, col_a), (j, col_b), relation, places.hold_as_much[span])
    return CellColumns(
        *(a.region[i, col_a], b.region[j, col_b]),
        *(np.full(len(i), a.table), i, col_a, np.full(len(i), b.table), row_b, column_b),
        *(a.text[i, col_a], b.text[j, col_b], relation),
        collation.relevance.of_cells[i, col_a, row_b, column_b].astype(np.float64),
        np.where(relation == VARIANT, in_print[line, span], together[line, span]),
        *(computed, error_in),
    )


def _cells_of(spans: Sequence[ColumnSpan]) -> Integers:
    """List the cells of a row: ``(3, cells)``, place of the columns that correspond, column of a and column of b."""
    cells = [
        (place, column, other)
        for place, span in enumerate(spans)
        for column in range(span.a[0], sum(span.a))
        for other in range(span.b[0], sum(span.b))
    ]
    return np.array(cells, np.int64).reshape(-1, 3).T


def _are_strange(relations: Relations, spans: Sequence[ColumnSpan]) -> NDArray[np.bool_]:
    """Tell which columns hardly agree anywhere, ``(spans,)``: they are near one another but not the same column."""
    same, variant = ((relations == kind).sum(0).tolist() for kind in (SAME, VARIANT))
    agreeing: dict[ColumnSpan, int] = {}
    compared: dict[ColumnSpan, int] = {}
    for span, agree, differ in zip(spans, same, variant, strict=True):
        agreeing[span] = agreeing.get(span, 0) + agree
        compared[span] = compared.get(span, 0) + agree + differ
    return np.array([agreeing[span] < CRITERIA.min_same * compared[span] for span in spans], bool)


class _AlignedPlaces:
    """What corresponds in two tables: one cell of each, or one and several neighbours that say together what it says.

    Parameters
    ----------
    collation
        Of the tables.
    """

    def __init__(self, collation: Collation) -> None:
        self._a, self._b = collation.a, collation.aligned_b
        self._rows, self._rows_b = collation.alignment.rows.T
        self.spans = collation.alignment.columns
        self.is_joined = np.array([span.is_joined for span in self.spans], bool)
        self.hold_as_much = np.array([span.a[1] == span.b[1] for span in self.spans], bool)

    @cached_property
    def relations(self) -> Relations:
        """How they are related, ``(rows, spans)``."""
        found = np.empty((len(self._rows), len(self.spans)), np.uint8)
        for place, span in enumerate(self.spans):
            one, other = self._a.column(span.a), self._b.column(span.b)
            there, there_b = one.filled[self._rows], other.filled[self._rows_b]
            same = same_at(one.vocabulary, one.place[self._rows], other.vocabulary, other.place[self._rows_b])
            alone = np.where(there, ONLY_A, np.where(there_b, ONLY_B, NEITHER))
            found[:, place] = np.where(there & there_b, np.where(same, SAME, VARIANT), alone)
        self._forgive_borders(found)
        return found

    def _forgive_borders(self, relations: Relations) -> None:
        """Take neighbours for the same whose digits are, taken together: a digit strayed over their border."""
        open_ = (relations != SAME) & (relations != NEITHER)
        for line, place in np.argwhere(open_[:, :-1] & open_[:, 1:]).tolist():
            first, second = self.spans[place], self.spans[place + 1]
            if sum(first.a) != second.a[0] or sum(first.b) != second.b[0] or relations[line, place] == SAME:
                continue
            (a, b), (next_a, next_b) = self.readings(line, first), self.readings(line, second)
            if as_number(a.text + next_a.text) == as_number(b.text + next_b.text):
                relations[line, place : place + 2] = SAME

    def readings(self, line: int, span: ColumnSpan) -> tuple[CellReading, CellReading]:
        """Read one place in both tables, several cells as one."""
        return (
            _read(self._a, int(self._rows[line]), span.a),
            _read(self._b, int(self._rows_b[line]), span.b),
        )

    def probabilities(self, is_listed: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """Probability that both readings are right, and that the print differs where they do; ``(rows, spans)``."""
        own = self._a.certainty[self._rows][:, [span.a[0] for span in self.spans]]
        other = self._b.certainty[self._rows_b][:, [span.b[0] for span in self.spans]]
        together, in_print = own * other, np.zeros(is_listed.shape)
        for line, place in np.argwhere(is_listed & self.is_joined).tolist():
            a, b = self.readings(line, self.spans[place])
            together[line, place] = a.probability * b.probability
        variants = np.argwhere(is_listed & (self.relations == VARIANT)).tolist()
        readings = [self.readings(line, self.spans[place]) for line, place in variants]
        rarity = rarities(readings)
        for (line, place), (a, b) in zip(variants, readings, strict=True):
            in_print[line, place] = confidence(a, b, rarity)
        return together, in_print

    def differ_at(self, line: int, span: ColumnSpan, col_a: int, col_b: int) -> bool:
        """Tell whether two cells of a place have digits that differ; all do where one reading has more digits."""
        differ = differing(*self.readings(line, span))
        if differ is None:
            return True
        here = set(differ)
        for grid, row, columns, column in (
            (self._a, self._rows[line], span.a, col_a),
            (self._b, self._rows_b[line], span.b, col_b),
        ):
            after = len("".join(grid.text[row, column + 1 : sum(columns)]).replace(" ", ""))
            here &= {*range(after, after + len(grid.text[row, column].replace(" ", "")))}
        return bool(here)


def _read(grid: Grid, row: int, columns: Columns) -> CellReading:
    """Read neighbouring cells as one."""
    first, count = columns
    if count == 1:
        return CellReading(grid.text[row, first], grid.scores[row, first])
    texts, scores = grid.text[row, first : first + count], grid.scores[row, first : first + count]
    return CellReading(" ".join(filter(None, texts)), tuple(chain.from_iterable(scores)))
