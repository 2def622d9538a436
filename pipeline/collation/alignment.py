"""Alignment: which rows and columns of two tables correspond.

Rows keep their order, with gaps on both sides; columns may stand in any order. What corresponds is found by turns: rows
by dynamic programming, given the columns; columns by assignment, given the rows; until neither changes. It begins
from rows that have rare values in common, wherever they stand, and from those that the explanation of the pair
relates. At the end, columns that one table has in two or three are joined where that explains the other better.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from tablekin.collation.agreement import AgreementScores, best_by_row
from tablekin.collation.column_spans import add_repeated_arguments, join_columns
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
    upright = _align(agreement, relevance)
    turned = _align(agreement.transposed(), relevance and relevance.transposed())
    if upright.evidence >= turned.evidence:
        return _fill_gaps(_with_repeated_arguments(agreement, upright))
    turned = _with_repeated_arguments(agreement.transposed(), turned)
    return replace(_fill_gaps(turned), transposed=True)


def _align(agreement: AgreementScores, relevance: CellRelevance | None) -> Alignment:
    begins = [agreement.best_by_row()]
    if relevance is not None:
        begins.append(relevance.of_rows())
    search = _Search(agreement)
    found = [search.refine(best_path(_centred(begin))) for begin in begins]
    if max(one.evidence for one in found) < CRITERIA.enough_evidence * agreement.upper_bound:
        wide = best_by_row(agreement.a.numbered_with_pairs, agreement.b.numbered_with_pairs)
        found.append(search.refine(best_path(_centred(wide))))
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
        self._refined: dict[bytes, Alignment] = {}  # by the rows that it began with
        self._joined: dict[tuple[bytes, tuple[ColumnSpan, ...]], Alignment] = {}  # by rows and single columns

    def refine(self, rows: Rows) -> Alignment:
        """Improve an alignment of rows and find its columns, joined where that is better."""
        known = self._refined.get(rows.tobytes())
        if known is None:
            known = self._refined[rows.tobytes()] = self._refine(rows)
        return known

    def _refine(self, rows: Rows) -> Alignment:
        spans = _assign(self._agreement, rows)
        settled = _take_turns(self._agreement, rows, spans)
        plain = self._with_joined_columns(settled.rows, settled.columns)
        joined = self._with_joined_columns(rows, spans)
        best = max(plain, joined, key=lambda alignment: alignment.evidence)
        while any(span.is_joined for span in best.columns):
            columns = _with_repeated_arguments(self._agreement, best).columns
            again = best_path(self._agreement.of_rows(columns))
            better = self._with_joined_columns(again, _assign(self._agreement, again))
            if better.evidence <= best.evidence:
                break
            best = better
        return best

    def _with_joined_columns(self, rows: Rows, spans: tuple[ColumnSpan, ...]) -> Alignment:
        if not len(rows):
            return Alignment(rows, spans, 0.0)
        key = rows.tobytes(), spans
        known = self._joined.get(key)
        if known is None:
            known = self._joined[key] = Alignment(rows, *join_columns(self._agreement, rows, spans))
        return known


def _with_repeated_arguments(agreement: AgreementScores, alignment: Alignment) -> Alignment:
    return replace(alignment, columns=add_repeated_arguments(agreement, alignment.rows, alignment.columns))


def _centred(scores: Array) -> Array:
    """Take from scores what a row has in common with any other, so that chance comes to nothing."""
    if not scores.size:
        return scores
    rows, columns = scores.mean(1, keepdims=True), scores.mean(0, keepdims=True)
    return scores - np.maximum(rows, columns) - CRITERIA.chance_deviations * float(scores.std())


def _take_turns(agreement: AgreementScores, rows: Rows, spans: tuple[ColumnSpan, ...]) -> Alignment:
    """Find rows given columns and columns given rows until both stay; ``spans`` are the columns of the first rows."""
    best = Alignment(np.zeros((0, 2), np.int64), (), 0.0)
    for _ in range(CRITERIA.max_rounds):
        if not spans:
            break
        scores = agreement.of_rows(spans)
        rows = best_path(scores)
        total = float(scores[rows[:, 0], rows[:, 1]].sum())
        if total <= best.evidence:
            break
        best = Alignment(rows, spans, total)
        spans = _assign(agreement, rows)
    return best


def _assign(agreement: AgreementScores, rows: Rows) -> tuple[ColumnSpan, ...]:
    """Pair columns so that the aligned rows agree best; columns without evidence stay alone."""
    if not len(rows):
        return ()
    scores = agreement.of_columns(rows)
    count_a, count_b = scores.shape
    padded = np.zeros((count_a + count_b, count_a + count_b))
    padded[:count_a, :count_b] = scores - CRITERIA.order_penalty * len(rows) * _apart(count_a, count_b)
    one, other = linear_sum_assignment(padded, maximize=True)
    good = padded[one, other] > 0
    return tuple(
        ColumnSpan((c, 1), (d, 1)) for c, d in zip(one[good].tolist(), other[good].tolist(), strict=True)
    )


@lru_cache(maxsize=256)
def _apart(count_a: int, count_b: int) -> Array:
    """Tell how far apart every two columns stand, in parts of their tables, ``(columns of a, columns of b)``."""
    place_a, place_b = np.arange(count_a) / max(count_a, 2), np.arange(count_b) / max(count_b, 2)
    return np.abs(place_a[:, None] - place_b[None])


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
