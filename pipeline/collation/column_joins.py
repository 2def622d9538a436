"""Column joins: neighbouring columns of one table that together say what one column of the other says; compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.agreement_sums import often_the_same, sum_of_rows
from tablekin.collation.joined_texts import TableSide, place_of
from tablekin.collation.value_scores import ScoreShares, ValueRarity, score_values
from tablekin.collation.vocabulary import Codes, Places
from tablekin.models.compilation import compiled

Array = NDArray[np.float64]
Spans = NDArray[np.int64]  # (n, 4): first column of a, how many, first column of b, how many


class TablePair(NamedTuple):
    """Two tables as the search for rows and columns that correspond reads them."""

    a: TableSide
    b: TableSide
    scores: Array  # (texts of a, texts of b) of any two at one place, nats
    rarity: ValueRarity
    shares: ScoreShares


class JoiningLimits(NamedTuple):
    """See ``tablekin.collation.column_spans.JoiningCriteria``."""

    min_agreement: float
    min_gain: float


@compiled
def join_spans(
    pair: TablePair, rows: Places, columns: Places, limits: JoiningLimits
) -> tuple[Spans, float]:  # pragma: no cover (compiled)
    """Join neighbouring columns of one table where together they agree with one column of the other.

    Parameters
    ----------
    pair
        The tables.
    rows, columns
        ``(n, 2)``, those that correspond; at least one row.
    limits
        When columns are joined.

    Returns
    -------
    tuple
        The spans in order, and in nats how much their agreement says.
    """
    cells = sum_of_rows(pair.scores, pair.a.place, pair.b.place, rows)
    tried = _joinable(pair, rows, limits.min_agreement * len(rows))
    spans = np.ones((len(columns) + len(tried), 4), np.int64)
    score = np.zeros(len(spans))
    for n in range(len(columns)):
        spans[n, 0], spans[n, 2] = columns[n, 0], columns[n, 1]
        score[n] = cells[columns[n, 0], columns[n, 1]]
    count = len(columns)
    evidence = np.empty(len(tried))
    for n in range(len(tried)):
        evidence[n] = _evidence_of(pair, rows, tried[n])
    for n in np.argsort(-evidence, kind="mergesort"):
        displaced = 0.0
        for k in range(count):
            if _overlap(spans[k], tried[n]):
                displaced += score[k]
        if evidence[n] - displaced > limits.min_gain:
            count = _replace(spans, score, count, tried[n], evidence[n])
    return _in_order(spans[:count], score[:count])


@compiled
def _joinable(pair: TablePair, rows: Places, enough: float) -> Spans:  # pragma: no cover (compiled)
    """List joined columns of one table that are the same number as a column of the other in more rows than enough."""
    codes, codes_b = _codes(pair.a), _codes(pair.b)
    often = often_the_same(codes, codes_b, rows, enough)
    spans = np.ones((len(often), 4), np.int64)
    for n in range(len(often)):
        count, side, first, other = often[n]
        spans[n, 2 * side], spans[n, 2 * side + 1], spans[n, 2 - 2 * side] = first, count, other
    return spans


@compiled
def _codes(side: TableSide) -> Codes:  # pragma: no cover (compiled)
    rows, columns = side.place.shape
    number = side.together.number
    return number.reshape((len(number) // max(rows * columns, 1), rows, columns))


@compiled
def _evidence_of(pair: TablePair, rows: Places, span: Places) -> float:  # pragma: no cover (compiled)
    """Add up what a span says in rows that correspond, in nats."""
    place, place_b = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    for n in range(len(rows)):
        place[n] = place_of(pair.a, rows[n, 0], span[0], span[1])
        place_b[n] = place_of(pair.b, rows[n, 1], span[2], span[3])
    total = 0.0
    for score in score_values(pair.a.together, place, pair.b.together, place_b, pair.rarity, pair.shares):
        total += score
    return total


@compiled
def _overlap(span: Places, other: Places) -> bool:  # pragma: no cover (compiled)
    """Tell whether two spans have a column of either table in common."""
    in_a = span[0] < other[0] + other[1] and other[0] < span[0] + span[1]
    return in_a or (span[2] < other[2] + other[3] and other[2] < span[2] + span[3])


@compiled
def _replace(
    spans: Spans, score: Array, count: int, span: Places, evidence: float
) -> int:  # pragma: no cover (compiled)
    """Put a span in the place of those that it overlaps; returns how many there are then."""
    left = 0
    for k in range(count):
        if not _overlap(spans[k], span):
            spans[left], score[left] = spans[k], score[k]
            left += 1
    spans[left], score[left] = span, evidence
    return left + 1


@compiled
def _in_order(spans: Spans, score: Array) -> tuple[Spans, float]:  # pragma: no cover (compiled)
    """Order spans by their columns, and add up what they say."""
    key = spans[:, 0].copy()
    base = spans.max() + 1 if len(spans) else 1
    for k in range(1, 4):
        key = key * base + spans[:, k]
    order, total = np.argsort(key), 0.0
    for n in order:
        total += score[n]
    return spans[order], total
