"""Cells: the cells of two documents that correspond, and whether they agree.

A cell pair is ``same`` where both readings are of one value, and a ``variant`` where they are not. A variant is in the
print only if both readings are right: its confidence says how likely that is, given the scores of their digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import prod
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import pandas as pd

from tablekin.collation.collation import Collation
from tablekin.collation.expectation import Expectations
from tablekin.collation.span import Columns, ColumnSpan
from tablekin.collation.values import as_number, is_same_value
from tablekin.collation.variant import CellReading, confidence, differing, rarities, relation
from tablekin.threshold import threshold


class CellPair(NamedTuple):
    """A row of ``collations`` without the documents; -1 and an empty text stand for the cell that is not there."""

    region_a: int
    region_b: int
    table_a: int
    row_a: int
    col_a: int
    table_b: int
    row_b: int
    col_b: int
    text_a: str
    text_b: str
    relation: str
    relevance: float
    confidence: float
    computed: str
    error_in: str


@dataclass(frozen=True)
class CellCriteria:
    """Which aligned cells are listed."""

    min_same: float = threshold(
        0.3,
        "of the cells of a column",
        "that agree; of columns that agree less, the alignment is not believed",
    )


CRITERIA = CellCriteria()


@dataclass
class _AlignedPlace:
    """Cells that correspond: one of each table, or one and several neighbours that say together what it says."""

    rows: tuple[int, int]
    span: ColumnSpan
    a: CellReading
    b: CellReading
    relation: str


def to_frame(collations: Sequence[Collation]) -> pd.DataFrame:
    """List aligned cells, and cells that only one of the tables has: rows of ``collations`` without documents."""
    if not collations:
        return _NO_CELLS.copy()
    both = [cell for collation in collations for cell in _aligned(collation)]
    single = [cell for side in "ab" for cell in _alone(collations, both, side)]
    columns = zip(CellPair._fields, zip(*(both + single), strict=True), strict=True)
    return pd.DataFrame(
        {name: np.array(column, object if name in _WORDS else None) for name, column in columns}
    )


_NO_CELLS = pd.DataFrame([], columns=CellPair._fields)
_WORDS = {"text_a", "text_b", "relation", "computed", "error_in"}


def _aligned(collation: Collation) -> Iterator[CellPair]:
    """Yield each pair of cells, several where a cell has columns of the other table as partners."""
    a, b = collation.a, collation.aligned_b
    places = _without_strange_columns(list(_places(collation)))
    rarity = rarities((place.a, place.b) for place in places if place.relation == "variant")
    regions, regions_b, texts, texts_b = (one.tolist() for one in (a.region, b.region, a.text, b.text))
    transposed, relevance = collation.alignment.transposed, collation.relevance.of_cells
    judge = _Judge(*collation.expected)
    for place in places:
        i, j = place.rows
        (first, count), (first_b, count_b) = place.span
        together = prod(place.a.scores) * prod(place.b.scores)
        in_print = confidence(place.a, place.b, rarity) if place.relation == "variant" else together
        for column_a in range(first, first + count):
            for column_b in range(first_b, first_b + count_b):
                region, text = regions[i][column_a], texts[i][column_a]
                region_b, text_b = regions_b[j][column_b], texts_b[j][column_b]
                row_b, col_b = (column_b, j) if transposed else (j, column_b)
                related = place.relation
                if related == "variant" and not _differ_here(place, texts[i], texts_b[j], column_a, column_b):
                    related = "same"
                judged = judge.of((region, region_b), (text, text_b), related, count == count_b)
                yield CellPair(
                    *(region, region_b, a.table, i, column_a, b.table, row_b, col_b, text, text_b, related),
                    float(relevance[i, column_a, row_b, col_b]),
                    in_print if related == "variant" else together,
                    *judged,
                )


class _Judge:
    """Tells what should stand in two cells, and in which of them it does not, by what the documents should say."""

    def __init__(self, expected: Expectations, expected_b: Expectations) -> None:
        self._expected, self._expected_b = expected, expected_b

    def of(
        self, regions: tuple[int, int], texts: tuple[str, str], related: str, alike: bool
    ) -> tuple[str, str]:
        """Judge two cells; ``alike`` if they hold the same places.

        Returns
        -------
        computed, error_in
            Digits, as due in the cell of a where that is known; a, b, both, none or unknown.
        """
        own, other = self._expected.cells.get(regions[0]), self._expected_b.cells.get(regions[1])
        due = None if own is None else own.due
        due_b = None if other is None else other.due
        computed = due if due is not None else due_b if due_b is not None else ""
        if alike:
            due, due_b = due if due is not None else due_b, due_b if due_b is not None else due
        if due is None or due_b is None or related not in ("same", "variant"):
            return computed, "unknown"
        is_right, is_right_b = is_same_value(texts[0], due), is_same_value(texts[1], due_b)
        if is_right and is_right_b:
            return computed, "none" if related == "same" else "unknown"
        if is_right or is_right_b:
            return computed, "unknown" if related == "same" else "b" if is_right else "a"
        wrong = (own is not None and self._expected.wrong[own.value]) or (
            other is not None and self._expected_b.wrong[other.value]
        )
        return computed, "both" if wrong else "unknown"


def _places(collation: Collation) -> Iterator[_AlignedPlace]:
    """Yield what corresponds and is not empty."""
    a, b = (
        _Readings(grid.text.tolist(), grid.scores.tolist()) for grid in (collation.a, collation.aligned_b)
    )
    for i, j in collation.alignment.rows.tolist():
        found = []
        for span in collation.alignment.columns:
            one, other = a.joined(i, span.a), b.joined(j, span.b)
            found.append(_AlignedPlace((i, j), span, one, other, relation(one, other)))
        _forgive_borders(found)
        yield from (place for place in found if place.relation)


class _Readings(NamedTuple):
    """What the cells of a table say, by row and column."""

    texts: list[list[str]]
    scores: list[list[tuple[float, ...]]]

    def joined(self, row: int, columns: Columns) -> CellReading:
        """Read neighbouring cells as one."""
        first, count = columns
        if count == 1:
            return CellReading(self.texts[row][first], self.scores[row][first])
        texts, scores = self.texts[row][first : first + count], self.scores[row][first : first + count]
        return CellReading(" ".join(filter(None, texts)), tuple(chain.from_iterable(scores)))


def _forgive_borders(places: Sequence[_AlignedPlace]) -> None:
    """Take neighbouring cells for the same whose digits are, taken together: a digit strayed over their border."""
    for first, second in pairwise(places):
        if "same" in (first.relation, second.relation) or not (first.relation and second.relation):
            continue
        if sum(first.span.a) != second.span.a[0] or sum(first.span.b) != second.span.b[0]:
            continue
        if as_number(first.a.text + second.a.text) == as_number(first.b.text + second.b.text):
            first.relation = second.relation = "same"


def _without_strange_columns(places: list[_AlignedPlace]) -> list[_AlignedPlace]:
    """Leave out columns that hardly agree anywhere: they are near one another but not the same column."""
    agree: dict[ColumnSpan, list[bool]] = {}
    for place in places:
        if place.relation in ("same", "variant"):
            agree.setdefault(place.span, []).append(place.relation == "same")
    strange = {span for span, same in agree.items() if sum(same) < CRITERIA.min_same * len(same)}
    return [place for place in places if place.span not in strange]


def _differ_here(
    place: _AlignedPlace, row_a: Sequence[str], row_b: Sequence[str], column_a: int, column_b: int
) -> bool:
    """Tell whether two cells of a place have digits that differ; all do where one reading has more digits."""
    differ = differing(place.a, place.b)
    if differ is None:
        return True
    here = set(differ)
    for row, column, span in ((row_a, column_a, place.span.a), (row_b, column_b, place.span.b)):
        after = len("".join(row[column + 1 : sum(span)]).replace(" ", ""))
        here &= {*range(after, after + len(row[column].replace(" ", "")))}
    return bool(here)


def _alone(collations: Sequence[Collation], both: Sequence[CellPair], side: str) -> Iterator[CellPair]:
    """Yield the filled cells of one document's tables that none of the other's corresponds to.

    Where the other document has no row between two that correspond, a cell is in one only; what lies beyond the rows
    and columns that correspond was not compared.
    """
    tables = {getattr(collation, side).table: getattr(collation, side) for collation in collations}
    place_of = attrgetter(*(f"{name}_{side}" for name in ("table", "row", "col", "region")))
    aligned = [place_of(cell) for cell in both]
    left_out = {place for collation in collations for place in _left_out(collation, aligned, side)}
    taken = {(table, region) for table, _, _, region in aligned}
    for table, grid in sorted(tables.items()):
        for i, c in np.argwhere(grid.filled).tolist():
            region, text = int(grid.region[i, c]), str(grid.text[i, c])
            if (table, region) in taken:
                continue
            told = f"only_{side}" if (table, i, c) in left_out else "not_compared"
            rest = (told, 0.0, float(prod(grid.scores[i, c])), "", "unknown")
            if side == "a":
                yield CellPair(region, -1, table, i, c, -1, -1, -1, text, "", *rest)
            else:
                yield CellPair(-1, region, -1, -1, -1, table, i, c, "", text, *rest)


def _left_out(
    collation: Collation, aligned: Sequence[tuple[int, ...]], side: str
) -> Iterator[tuple[int, int, int]]:
    """Yield table, row and column of cells that stand between rows that correspond, in columns that do.

    ``aligned`` are table, row, column and region of the cells of this side that correspond to others.
    """
    table = getattr(collation, side).table
    turned = side == "b" and collation.alignment.transposed
    own = [(col, row) if turned else (row, col) for number, row, col, _ in aligned if number == table]
    lines, columns = {line for line, _ in own}, {column for _, column in own}
    for line in {*range(min(lines, default=0), max(lines, default=0))} - lines:
        for column in columns:
            yield (table, column, line) if turned else (table, line, column)
