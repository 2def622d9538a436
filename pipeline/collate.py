"""Collate: the cells of two documents that correspond, and whether they agree.

A cell pair is ``same`` where both readings are of one value, and a ``variant`` where they are not. A variant is in the
print only if both readings are right: its confidence says how likely that is, given the scores of their digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.alignment import Alignment, Span, align
from pipeline.grid import Grid, joint, same
from pipeline.verdict import Verdict, judge
from pipeline.witness import Witness

_COLUMNS = [
    *("region_a", "region_b", "table_a", "row_a", "col_a", "table_b", "row_b", "col_b"),
    *("text_a", "text_b", "relation", "relevance", "confidence"),
]
SURE = 0.3  # confidence from which a variant is taken for one of print
_VARIANTS = 0.02  # share of cells in which two editions of a table differ
_SHARED_ROWS = 0.1  # share of rows that two collations of a table may have in common
_MISSED = 0.004  # probability that a printed figure was not seen: it has no score


@dataclass(frozen=True)
class Collation:
    """Two tables laid side by side."""

    a: Grid
    b: Grid  # as it stands in its document
    alignment: Alignment
    verdict: Verdict
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
    return sorted(found, key=lambda collation: (-collation.verdict.is_kin, -collation.verdict.evidence))


def kin(collations: Sequence[Collation]) -> list[Collation]:
    """Keep collations of tables that have more in common than chance and their frame.

    A table may continue in several of the other document, but a row takes part once.
    """
    taken: set[tuple[str, int, int]] = set()
    kept = []
    for collation in collations:
        if not collation.verdict.is_kin:
            continue
        rows = collation.alignment.rows.tolist()
        places = {("a", collation.a.table, i) for i, _ in rows} | {
            ("b", collation.b.table, j) for _, j in rows
        }
        if len(places & taken) <= _SHARED_ROWS * len(places):
            taken |= places
            kept.append(collation)
    return kept


def table_of(collations: Sequence[Collation]) -> pd.DataFrame:
    """List aligned cells, and cells that only one of the tables has: rows of ``collations`` without documents."""
    rows: list[dict[str, object]] = []
    for collation in collations:
        rows += _aligned(collation)
    both = pd.DataFrame(rows, columns=_COLUMNS)
    single = [*_alone(collations, both, "a"), *_alone(collations, both, "b")]
    return pd.concat([both, pd.DataFrame(single, columns=_COLUMNS)]) if single else both


def _aligned(collation: Collation) -> Iterator[dict[str, object]]:
    """Yield a row for each pair of cells, several where a cell has columns of the other table as partners."""
    turned = collation.alignment.turned
    other = collation.b.transposed() if turned else collation.b
    for i, j in collation.alignment.rows.tolist():
        compared = [
            (span, _joined(collation.a, i, span.a), _joined(other, j, span.b))
            for span in collation.alignment.columns
        ]
        relations = [_relation(one[0], two[0]) for _, one, two in compared]
        _forgive_borders(compared, relations)
        for (span, one, two), relation in zip(compared, relations, strict=True):
            if not relation:
                continue
            certain = _confidence(one, two, relation)
            for c in range(span.a[0], sum(span.a)):
                for d in range(span.b[0], sum(span.b)):
                    at = (d, j) if turned else (j, d)
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
                        "relation": relation,
                        "relevance": float(collation.relevance[i, c, at[0], at[1]]),
                        "confidence": certain,
                    }


def _joined(grid: Grid, row: int, columns: tuple[int, int]) -> tuple[str, float]:
    """Read neighbouring cells as one, with the probability that this is right."""
    place = slice(columns[0], sum(columns))
    filled = grid.text[row, place] != ""
    return " ".join(grid.text[row, place][filled]), float(np.prod(grid.confidence[row, place][filled]))


def _relation(one: str, other: str) -> str:
    if one and other:
        return "same" if same(one, other) else "variant"
    return "only_a" if one else "only_b" if other else ""


def _forgive_borders(
    compared: list[tuple[Span, tuple[str, float], tuple[str, float]]], relations: list[str]
) -> None:
    """Take neighbouring cells for the same whose figures are, taken together: a figure strayed over their border."""
    for k in range(len(compared) - 1):
        if "same" in relations[k : k + 2] or not (relations[k] and relations[k + 1]):
            continue
        (first, *_), (second, *_) = compared[k], compared[k + 1]
        if sum(first.a) != second.a[0] or sum(first.b) != second.b[0]:
            continue
        one = joint(compared[k][1][0] + compared[k + 1][1][0])
        if one == joint(compared[k][2][0] + compared[k + 1][2][0]):
            relations[k] = relations[k + 1] = "same"


def _confidence(one: tuple[str, float], other: tuple[str, float], relation: str) -> float:
    """Probability that both readings are right; for a variant, given that readings differ."""
    right = one[1] * other[1]
    if relation != "variant":
        return (one[1] if one[0] else 1.0) * (other[1] if other[0] else 1.0)
    numbers = joint(one[0]), joint(other[0])
    if len(numbers[0]) != len(numbers[1]):
        right *= (1 - _MISSED) ** max(map(len, numbers))
    return _VARIANTS * right / (_VARIANTS * right + 1 - right)


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
                    "confidence": float(grid.confidence[i, c]),
                }
