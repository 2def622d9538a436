"""Cells: the cells of two documents that correspond, and whether they agree.

A cell pair is ``same`` where both readings are of one value, and a ``variant`` where they are not. A variant is in the
print only if both readings are right: its confidence says how likely that is, given the scores of their digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from tablekin.collation.collation import Collation
from tablekin.collation.grid import Grid
from tablekin.collation.span import ColumnSpan
from tablekin.collation.values import Text, as_number, is_same_value
from tablekin.collation.variant import CellReading, confidence, differing, rarities, relation
from tablekin.threshold import threshold

_COLUMNS = [
    *("region_a", "region_b", "table_a", "row_a", "col_a", "table_b", "row_b", "col_b"),
    *("text_a", "text_b", "relation", "relevance", "confidence", "computed", "error_in"),
]


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
    rows: list[dict[str, object]] = []
    for collation in collations:
        rows += _aligned(collation)
    both = pd.DataFrame(rows, columns=_COLUMNS)
    single = [*_alone(collations, both, "a"), *_alone(collations, both, "b")]
    return pd.concat([both, pd.DataFrame(single, columns=_COLUMNS)]) if single else both


def _aligned(collation: Collation) -> Iterator[dict[str, object]]:
    """Yield a row for each pair of cells, several where a cell has columns of the other table as partners."""
    places = _without_strange_columns(list(_places(collation)))
    rarity = rarities((place.a, place.b) for place in places if place.relation == "variant")
    for place in places:
        for column_a in range(place.span.a[0], sum(place.span.a)):
            for column_b in range(place.span.b[0], sum(place.span.b)):
                yield _row(collation, place, column_a, column_b, rarity)


def _row(
    collation: Collation, place: _AlignedPlace, column_a: int, column_b: int, rarity: Mapping[str, float]
) -> dict[str, object]:
    """Describe two cells of a place."""
    a, b = collation.a, collation.aligned_b
    i, j = place.rows
    row_b, col_b = (column_b, j) if collation.alignment.transposed else (j, column_b)
    related = place.relation
    if related == "variant" and not _differ_here(place, a.text[i], b.text[j], column_a, column_b):
        related = "same"
    computed, error_in = _judge(
        collation,
        (int(a.region[i, column_a]), int(b.region[j, column_b])),
        (str(a.text[i, column_a]), str(b.text[j, column_b])),
        related,
        place.span.a[1] == place.span.b[1],
    )
    return {
        "computed": computed,
        "error_in": error_in,
        "region_a": int(a.region[i, column_a]),
        "region_b": int(b.region[j, column_b]),
        "table_a": a.table,
        "row_a": i,
        "col_a": column_a,
        "table_b": b.table,
        "row_b": row_b,
        "col_b": col_b,
        "text_a": a.text[i, column_a],
        "text_b": b.text[j, column_b],
        "relation": related,
        "relevance": float(collation.relevance.of_cells[i, column_a, row_b, col_b]),
        "confidence": (
            confidence(place.a, place.b, rarity)
            if related == "variant"
            else place.a.probability * place.b.probability
        ),
    }


def _judge(
    collation: Collation, regions: tuple[int, int], texts: tuple[str, str], related: str, alike: bool
) -> tuple[str, str]:
    """Tell what should stand in two cells, and in which of them it does not; ``alike`` if they hold the same places.

    Returns
    -------
    computed, error_in
        Digits, as due in the cell of a where that is known; a, b, both, none or unknown.
    """
    own = [expected.cells.get(region) for expected, region in zip(collation.expected, regions, strict=True)]
    due = [None if place is None else place.due for place in own]
    if alike:
        due = [due[0] if due[0] is not None else due[1], due[1] if due[1] is not None else due[0]]
    computed = next((one for one in due if one is not None), "")
    if related not in ("same", "variant") or due[0] is None or due[1] is None:
        return computed, "unknown"
    right = [is_same_value(texts[0], due[0]), is_same_value(texts[1], due[1])]
    if all(right):
        return computed, "none" if related == "same" else "unknown"
    if any(right):
        return computed, "unknown" if related == "same" else "b" if right[0] else "a"
    wrong = any(
        place is not None and expected.wrong[place.value]
        for place, expected in zip(own, collation.expected, strict=True)
    )
    return computed, "both" if wrong else "unknown"


def _places(collation: Collation) -> Iterator[_AlignedPlace]:
    """Yield what corresponds and is not empty."""
    a, b = collation.a, collation.aligned_b
    for i, j in collation.alignment.rows.tolist():
        found = []
        for span in collation.alignment.columns:
            one, other = _joined(a, i, span.a), _joined(b, j, span.b)
            found.append(_AlignedPlace((i, j), span, one, other, relation(one, other)))
        _forgive_borders(found)
        yield from (place for place in found if place.relation)


def _joined(grid: Grid, row: int, columns: tuple[int, int]) -> CellReading:
    """Read neighbouring cells as one."""
    place = slice(columns[0], sum(columns))
    text = " ".join(filter(None, grid.text[row, place]))
    return CellReading(text, tuple(score for scores in grid.scores[row, place] for score in scores))


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


def _differ_here(place: _AlignedPlace, row_a: Text, row_b: Text, column_a: int, column_b: int) -> bool:
    """Tell whether two cells of a place have digits that differ; all do where one reading has more digits."""
    differ = differing(place.a, place.b)
    if differ is None:
        return True
    here = set(differ)
    for row, column, span in ((row_a, column_a, place.span.a), (row_b, column_b, place.span.b)):
        after = len("".join(row[column + 1 : sum(span)]).replace(" ", ""))
        here &= {*range(after, after + len(row[column].replace(" ", "")))}
    return bool(here)


def _alone(collations: Sequence[Collation], both: pd.DataFrame, side: str) -> Iterator[dict[str, object]]:
    """Yield the filled cells of one document's tables that none of the other's corresponds to.

    Where the other document has no row between two that correspond, a cell is in one only; what lies beyond the rows
    and columns that correspond was not compared.
    """
    tables = {getattr(collation, side).table: getattr(collation, side) for collation in collations}
    left_out = {place for collation in collations for place in _left_out(collation, both, side)}
    aligned = set(zip(both[f"table_{side}"], both[f"region_{side}"], strict=True))
    away = "b" if side == "a" else "a"
    for table, grid in sorted(tables.items()):
        for i, c in np.argwhere(grid.filled).tolist():
            if (table, int(grid.region[i, c])) not in aligned:
                yield {
                    f"region_{side}": int(grid.region[i, c]),
                    f"table_{side}": table,
                    f"row_{side}": i,
                    f"col_{side}": c,
                    f"text_{side}": grid.text[i, c],
                    f"text_{away}": "",
                    **{f"{name}_{away}": -1 for name in ("region", "table", "row", "col")},
                    "relation": f"only_{side}" if (table, i, c) in left_out else "not_compared",
                    "computed": "",
                    "error_in": "unknown",
                    "relevance": 0.0,
                    "confidence": float(np.prod(grid.scores[i, c])),
                }


def _left_out(collation: Collation, both: pd.DataFrame, side: str) -> Iterator[tuple[int, int, int]]:
    """Yield table, row and column of cells that stand between rows that correspond, in columns that do."""
    table = getattr(collation, side).table
    turned = side == "b" and collation.alignment.transposed
    along, across = (f"col_{side}", f"row_{side}") if turned else (f"row_{side}", f"col_{side}")
    own = both[both[f"table_{side}"] == table]
    if own.empty:
        return
    aligned = {*own[along]}
    for line in {*range(min(aligned), max(aligned))} - aligned:
        for column in {*own[across]}:
            yield (table, column, line) if turned else (table, line, column)
