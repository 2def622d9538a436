"""Column spans: where a table splits into several columns what the other joins in one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.agreement import WEIGHTS, AgreementScores
from tablekin.collation.agreement_sums import often_the_same
from tablekin.collation.argument_columns import counts_as_argument
from tablekin.collation.grid import Grid
from tablekin.collation.span import Columns, ColumnSpan
from tablekin.collation.value_relations import same_at
from tablekin.collation.vocabulary import Places
from tablekin.threshold import threshold


@dataclass(frozen=True)
class JoiningCriteria:
    """When neighbouring columns of one table correspond to one column of the other."""

    max_columns: int = threshold(4, "columns", "that are joined at most: signs, degrees, minutes and seconds")
    min_agreement: float = threshold(
        0.4, "of the aligned rows", "in which joined columns are the same number, to be tried at all"
    )
    min_gain: float = threshold(3.0, "nats", "by which joined columns must say more than those they displace")
    min_repeated: float = threshold(
        0.8, "of the aligned rows", "in which arguments printed on both sides of a table are the same"
    )


CRITERIA = JoiningCriteria()


def join_columns(
    agreement: AgreementScores, rows: NDArray[np.int64], spans: Sequence[ColumnSpan]
) -> tuple[tuple[ColumnSpan, ...], float]:
    """Join neighbouring columns of one table where together they agree with one column of the other.

    Parameters
    ----------
    agreement
        Of the two tables.
    rows
        ``(n, 2)``, those that correspond; at least one.
    spans
        Single columns that correspond.

    Returns
    -------
    tuple
        The spans in order, and in nats how much their agreement says.
    """
    cells = agreement.of_columns(rows)
    score = {span: float(cells[span.a[0], span.b[0]]) for span in spans}
    chosen = list(spans)
    found = _joinable(agreement, rows)
    for evidence, span in sorted(found, key=lambda one: -one[0]):
        displaced = [known for known in chosen if known.overlaps(span)]
        if evidence - sum(score[known] for known in displaced) > CRITERIA.min_gain:
            chosen = [known for known in chosen if known not in displaced] + [span]
            score[span] = evidence
    chosen.sort(key=lambda span: (span.a, span.b))
    return tuple(chosen), sum(score[span] for span in chosen)


def _joinable(agreement: AgreementScores, rows: Places) -> Iterator[tuple[float, ColumnSpan]]:
    """Yield joined columns of one table that often are the same number as a column of the other."""
    for span in _often_the_same(agreement, rows):
        yield sum(agreement.of_values(span, rows).tolist()), span


def _often_the_same(agreement: AgreementScores, rows: Places) -> Iterator[ColumnSpan]:
    """Yield several neighbouring columns of one table and a column of the other, the same number in enough rows."""
    codes, codes_b = (grid.joined_numbers(CRITERIA.max_columns) for grid in (agreement.a, agreement.b))
    often = often_the_same(codes, codes_b, rows, CRITERIA.min_agreement * len(rows))
    for count, side, first, other in often.tolist():
        joined, alone = (first, count), (other, 1)
        yield ColumnSpan(alone, joined) if side else ColumnSpan(joined, alone)


def add_repeated_arguments(
    agreement: AgreementScores, rows: Places, spans: Sequence[ColumnSpan]
) -> tuple[ColumnSpan, ...]:
    """Add columns of arguments that one table prints on both sides and the other once; they say nothing more."""
    if not len(rows):
        return tuple(spans)
    cells = agreement.of_columns(rows)
    found = [*spans, *_repeated_arguments(agreement, rows, cells, spans)]
    return tuple(sorted(found, key=lambda span: (span.a, span.b)))


def _repeated_arguments(
    agreement: AgreementScores, rows: Places, cells: NDArray[np.float64], spans: Sequence[ColumnSpan]
) -> Iterator[ColumnSpan]:
    """Yield such columns.

    They are looked at only if their score leaves it possible that they are mostly the same.
    """
    taken_a = {column for span in spans for column in range(span.a[0], sum(span.a))}
    taken_b = {column for span in spans for column in range(span.b[0], sum(span.b))}
    lowest = (1 - CRITERIA.min_repeated) * len(rows) * min(WEIGHTS.different, WEIGHTS.missing)
    for column in set(np.flatnonzero(cells.max(1) >= lowest).tolist()) - taken_a:
        span = ColumnSpan((column, 1), (int(cells[column].argmax()), 1))
        if _mostly_same(agreement, span, rows) and _is_argument(agreement.a, span.a, rows[:, 0]):
            yield span
    for column in set(np.flatnonzero(cells.max(0) >= lowest).tolist()) - taken_b:
        span = ColumnSpan((int(cells[:, column].argmax()), 1), (column, 1))
        if _mostly_same(agreement, span, rows) and _is_argument(agreement.b, span.b, rows[:, 1]):
            yield span


def _is_argument(grid: Grid, columns: Columns, rows: Places) -> bool:
    """Tell whether a column counts in some of its rows."""
    column = grid.column(columns)
    return counts_as_argument(column.vocabulary, column.place[rows])


def _mostly_same(agreement: AgreementScores, span: ColumnSpan, rows: Places) -> bool:
    a, b = agreement.a.column(span.a), agreement.b.column(span.b)
    same = same_at(a.vocabulary, a.place[rows[:, 0]], b.vocabulary, b.place[rows[:, 1]])
    empty = ~(a.filled[rows[:, 0]] | b.filled[rows[:, 1]])
    return int(same.sum()) + int(empty.sum()) > CRITERIA.min_repeated * len(rows)
