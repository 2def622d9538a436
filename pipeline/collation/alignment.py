"""Alignment: which rows and columns of two tables correspond.

Rows keep their order, with gaps on both sides; columns may stand in any order. What corresponds is found by turns: rows
by dynamic programming, given the columns; columns by assignment, given the rows; until neither changes. It begins
from rows that have rare values in common, wherever they stand, and from those that the explanation of the pair
relates. At the end, columns that one table has in two or three are joined where that explains the other better.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.agreement import AgreementScores, best_by_row
from tablekin.collation.alignment_search import (
    FoundAlignment,
    SearchLimits,
    assign_columns,
    first_rows,
    join_columns_of,
    refine,
)
from tablekin.collation.column_spans import CRITERIA as JOINING
from tablekin.collation.column_spans import add_repeated_arguments, joining_limits, spans_of
from tablekin.collation.needleman_wunsch import best_path
from tablekin.collation.relevance import CellRelevance
from tablekin.collation.span import ColumnSpan
from tablekin.threshold import threshold

Array = NDArray[np.float64]
Rows = NDArray[np.int64]  # (n, 2): rows of a and of b that correspond, rising in both


@dataclass(frozen=True)
class AlignmentCriteria:
    """How rows and columns that correspond are sought."""

    max_rounds: int = threshold(8, "rounds", "rows given columns and columns given rows, at most")
    order_penalty: float = threshold(
        0.02, "nats a row", "columns at opposite ends of the two tables: it decides between equals only"
    )
    chance_deviations: float = threshold(
        0.5, "standard deviations", "of the scores of all rows, that the first score of two rows must exceed"
    )
    enough_evidence: float = threshold(
        0.5, "of the most there could be", "from which no other beginning of an alignment is tried"
    )


CRITERIA = AlignmentCriteria()


@dataclass(frozen=True)
class Alignment:
    """Rows and columns of two tables that correspond."""

    rows: Rows
    columns: tuple[ColumnSpan, ...]
    evidence: float  # in nats, that they have to do with one another
    transposed: bool = False  # columns of b are given as its rows, and rows as columns


def align(agreement: AgreementScores, relevance: CellRelevance | None = None) -> Alignment:
    """Find the rows and columns of two tables that correspond, b as it stands or transposed.

    Parameters
    ----------
    agreement
        Of the two tables as they stand.
    relevance
        The explanation of the pair; helps to begin.
    """
    enough = CRITERIA.enough_evidence * agreement.upper_bound
    upright = _align(agreement, relevance, enough)
    turned = _align(agreement.transposed(), relevance and relevance.transposed(), enough)
    if upright.evidence >= turned.evidence:
        return _fill_gaps(_with_repeated_arguments(agreement, upright))
    turned = _with_repeated_arguments(agreement.transposed(), turned)
    return replace(_fill_gaps(turned), transposed=True)


def _align(agreement: AgreementScores, relevance: CellRelevance | None, enough: float) -> Alignment:
    search = _Search(agreement)
    found = [search.begin(agreement.best_by_row())]
    if relevance is not None:
        found.append(search.begin(relevance.of_rows()))
    if max(one.evidence for one in found) < enough:
        wide = best_by_row(agreement.a.numbered_with_pairs, agreement.b.numbered_with_pairs)
        found.append(search.begin(wide))
    return max(found, key=lambda alignment: alignment.evidence)


class _Search:
    """Alignments of two tables, improved from several beginnings, which often lead to the same rows.

    Parameters
    ----------
    agreement
        Of the two tables.
    """

    def __init__(self, agreement: AgreementScores) -> None:
        self._agreement = agreement
        self._pair = agreement.pair(JOINING.max_columns)
        self._limits = SearchLimits(CRITERIA.max_rounds, CRITERIA.order_penalty, joining_limits())
        self._refined: dict[bytes, Alignment] = {}  # by the rows that it began with

    def begin(self, scores: Array) -> Alignment:
        """Begin with scores of every two rows; improve the alignment of rows, and find its columns."""
        rows = first_rows(np.ascontiguousarray(scores, np.float64), CRITERIA.chance_deviations)
        known = self._refined.get(rows.tobytes())
        if known is None:
            found = refine(self._pair, rows, self._limits)
            known = self._refined[rows.tobytes()] = self._with_joined_columns(_named(found))
        return known

    def _with_joined_columns(self, best: Alignment) -> Alignment:
        """Find rows anew by columns that are joined, as long as that is better."""
        while any(span.is_joined for span in best.columns):
            columns = _with_repeated_arguments(self._agreement, best).columns
            rows = best_path(self._agreement.of_rows(columns))
            single = assign_columns(self._pair, rows, CRITERIA.order_penalty)
            better = _named(join_columns_of(self._pair, rows, single, self._limits.joining))
            if better.evidence <= best.evidence:
                break
            best = better
        return best


def _named(found: FoundAlignment) -> Alignment:
    return Alignment(found.rows, spans_of(found.spans), found.evidence)


def _with_repeated_arguments(agreement: AgreementScores, alignment: Alignment) -> Alignment:
    return replace(alignment, columns=add_repeated_arguments(agreement, alignment.rows, alignment.columns))


def _fill_gaps(alignment: Alignment) -> Alignment:
    """Pair rows between aligned ones where both tables have as many: a row of variants is still a row."""
    rows: list[tuple[int, int]] = []
    for i, j in alignment.rows.tolist():
        if rows:
            (before_a, before_b) = rows[-1]
            if i - before_a == j - before_b:
                rows += [(before_a + k, before_b + k) for k in range(1, i - before_a)]
        rows.append((i, j))
    return replace(alignment, rows=np.array(rows, np.int64).reshape(-1, 2))
