"""Collate: the cells of two documents that correspond, and whether they agree.

A cell pair is ``same`` where both readings are of one value, and a ``variant`` where they are not. A variant is in the
print only if both readings are right: its confidence says how likely that is, given the scores of their digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.collation.alignment import Alignment, Span, align
from tablekin.collation.grid import Grid, Text, joint
from tablekin.collation.significance import LEAST_EVIDENCE, SignificanceTest, judge
from tablekin.collation.variant import CellReading, confidence, differing, rarities, relation
from tablekin.collation.witness import Witness

_COLUMNS = [
    *("region_a", "region_b", "table_a", "row_a", "col_a", "table_b", "row_b", "col_b"),
    *("text_a", "text_b", "relation", "relevance", "confidence"),
]
SURE = 0.3  # confidence from which a variant is taken for one of print
_LEAST_SAME = 0.3  # share of its cells that a column has in common with the one it corresponds to
_SHARED_CELLS = 0.1  # share of cells that two collations of a table may have in common


@dataclass(frozen=True)
class Collation:
    """Two tables laid side by side."""

    a: Grid
    b: Grid  # as it stands in its document
    alignment: Alignment
    verdict: SignificanceTest
    relevance: NDArray[np.float64]  # (rows of a, columns of a, rows of b, columns of b)


def collate(a: Witness, b: Witness) -> list[Collation]:
    """Lay every table of a document beside every table of another, those with most in common first."""
    found = []
    for one in a.tables:
        for other in b.tables:
            relevance = a.relevance(one, b, other)
            alignment = align(one, other, relevance)
            turned = other.transposed() if alignment.turned else other
            found.append(Collation(one, other, alignment, judge(one, turned, alignment), relevance))
    return sorted(found, key=lambda collation: (-collation.verdict.is_alike, -collation.verdict.evidence))


def keep_significant(collations: Sequence[Collation]) -> list[Collation]:
    """Keep collations of tables that have more in common than chance and their frame.

    A table may continue in several of the other document, but a cell takes part once. What all of them have in common
    must be enough: a short table by itself may be like another by chance.
    """
    taken: set[tuple[str, int, int, int]] = set()
    kept = []
    for collation in collations:
        if not collation.verdict.is_alike:
            continue
        places = _cells_of(collation)
        if len(places & taken) <= _SHARED_CELLS * len(places):
            taken |= places
            kept.append(collation)
    evidence = sum(collation.verdict.evidence for collation in kept)
    return kept if evidence >= LEAST_EVIDENCE else []


def _cells_of(collation: Collation) -> set[tuple[str, int, int, int]]:
    """Name the aligned cells of both tables: side, table, row, column; those of b as it was aligned, maybe turned."""
    return {
        (side, table, row, column)
        for rows in collation.alignment.rows.tolist()
        for span in collation.alignment.columns
        for side, table, row, (first, count) in (
            ("a", collation.a.table, rows[0], span.a),
            ("b", collation.b.table, rows[1], span.b),
        )
        for column in range(first, first + count)
    }


def to_frame(collations: Sequence[Collation]) -> pd.DataFrame:
    """List aligned cells, and cells that only one of the tables has: rows of ``collations`` without documents."""
    rows: list[dict[str, object]] = []
    for collation in collations:
        rows += _aligned(collation)
    both = pd.DataFrame(rows, columns=_COLUMNS)
    single = [*_alone(collations, both, "a"), *_alone(collations, both, "b")]
    return pd.concat([both, pd.DataFrame(single, columns=_COLUMNS)]) if single else both


def summarize(tried: Sequence[Collation], cells: pd.DataFrame) -> dict[str, Any]:
    """Sum up the collation of two documents: a row of table ``alignments`` without their names.

    Parameters
    ----------
    tried
        As from :func:`collate`.
    cells
        The rows of those that are kin, as from :func:`to_frame`.
    """
    kept = keep_significant(tried)
    shown = kept or list(tried[:1])
    verdicts = [collation.verdict for collation in shown]
    first = verdicts[0] if verdicts else SignificanceTest(0, 0, 0.0, 0.0, 0.0, 0.0, 0.0)
    variant = cells["relation"] == "variant"
    sure = cells["confidence"] >= SURE
    return {
        "is_kin": bool(kept),
        "tables": len(kept),
        "rows": sum(len(collation.alignment.rows) for collation in kept),
        "compared": sum(verdict.compared for verdict in verdicts),
        "agreeing": sum(verdict.agreeing for verdict in verdicts),
        "expected": sum(verdict.expected for verdict in verdicts),
        "agreement": first.agreement,
        "surprise": first.surprise,
        "evidence": sum(verdict.evidence for verdict in verdicts),
        "same": int((cells["relation"] == "same").sum()),
        "variant": int((variant & sure).sum()),
        "doubtful": int((variant & ~sure).sum()),
        "only_a": int((cells["relation"] == "only_a").sum()),
        "only_b": int((cells["relation"] == "only_b").sum()),
    }


@dataclass
class _Place:
    """Cells that correspond: one of each table, or one and several neighbours that say together what it says."""

    rows: tuple[int, int]
    span: Span
    a: CellReading
    b: CellReading
    relation: str


def _places(collation: Collation, other: Grid) -> Iterator[_Place]:
    """Yield what corresponds and is not empty; ``other`` is table b, turned as the alignment says."""
    for i, j in collation.alignment.rows.tolist():
        found = []
        for span in collation.alignment.columns:
            one, two = _joined(collation.a, i, span.a), _joined(other, j, span.b)
            found.append(_Place((i, j), span, one, two, relation(one, two)))
        _forgive_borders(found)
        yield from (place for place in found if place.relation)


def _without_strange_columns(places: list[_Place]) -> list[_Place]:
    """Leave out columns that hardly agree anywhere: they are near one another but not the same column."""
    agree: dict[Span, list[bool]] = {}
    for place in places:
        if place.relation in ("same", "variant"):
            agree.setdefault(place.span, []).append(place.relation == "same")
    strange = {span for span, same in agree.items() if sum(same) < _LEAST_SAME * len(same)}
    return [place for place in places if place.span not in strange]


def _aligned(collation: Collation) -> Iterator[dict[str, object]]:
    """Yield a row for each pair of cells, several where a cell has columns of the other table as partners."""
    turned = collation.alignment.turned
    other = collation.b.transposed() if turned else collation.b
    places = _without_strange_columns(list(_places(collation, other)))
    rarity = rarities((place.a, place.b) for place in places if place.relation == "variant")
    for place in places:
        (i, j), span = place.rows, place.span
        for c in range(span.a[0], sum(span.a)):
            for d in range(span.b[0], sum(span.b)):
                at = (d, j) if turned else (j, d)
                related = place.relation
                if related == "variant" and not _differ_here(place, collation.a.text[i], other.text[j], c, d):
                    related = "same"
                is_variant = related == "variant"
                yield {
                    "region_a": int(collation.a.region[i, c]),
                    "region_b": int(other.region[j, d]),
                    "table_a": collation.a.table,
                    "row_a": i,
                    "col_a": c,
                    "table_b": collation.b.table,
                    "row_b": at[0],
                    "col_b": at[1],
                    "text_a": collation.a.text[i, c],
                    "text_b": other.text[j, d],
                    "relation": related,
                    "relevance": float(collation.relevance[i, c, at[0], at[1]]),
                    "confidence": (
                        confidence(place.a, place.b, rarity)
                        if is_variant
                        else place.a.probability * place.b.probability
                    ),
                }


def _differ_here(place: _Place, row_a: Text, row_b: Text, column_a: int, column_b: int) -> bool:
    """Tell whether two cells of a place have figures that differ; all do where one reading has more figures."""
    differ = differing(place.a, place.b)
    if differ is None:
        return True
    here = set(differ)
    for row, column, span in ((row_a, column_a, place.span.a), (row_b, column_b, place.span.b)):
        after = len("".join(row[column + 1 : sum(span)]).replace(" ", ""))
        here &= {*range(after, after + len(row[column].replace(" ", "")))}
    return bool(here)


def _joined(grid: Grid, row: int, columns: tuple[int, int]) -> CellReading:
    """Read neighbouring cells as one."""
    place = slice(columns[0], sum(columns))
    text = " ".join(filter(None, grid.text[row, place]))
    return CellReading(text, tuple(score for scores in grid.scores[row, place] for score in scores))


def _forgive_borders(places: Sequence[_Place]) -> None:
    """Take neighbouring cells for the same whose figures are, taken together: a figure strayed over their border."""
    for first, second in pairwise(places):
        if "same" in (first.relation, second.relation) or not (first.relation and second.relation):
            continue
        if sum(first.span.a) != second.span.a[0] or sum(first.span.b) != second.span.b[0]:
            continue
        if joint(first.a.text + second.a.text) == joint(first.b.text + second.b.text):
            first.relation = second.relation = "same"


def _alone(collations: Sequence[Collation], both: pd.DataFrame, side: str) -> Iterator[dict[str, object]]:
    """Yield the filled cells of one document's tables that none of the other's corresponds to."""
    tables = {getattr(collation, side).table: getattr(collation, side) for collation in collations}
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
                    "relation": f"only_{side}",
                    "relevance": 0.0,
                    "confidence": float(np.prod(grid.scores[i, c])),
                }
