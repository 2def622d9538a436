"""Column spans: where a table splits into several columns what the other joins in one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.agreement import WEIGHTS, AgreementScores
from tablekin.collation.argument_columns import counts_as_argument
from tablekin.collation.column_joins import JoiningLimits, Spans, join_spans
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
    columns = np.array([(span.a[0], span.b[0]) for span in spans], np.int64).reshape(-1, 2)
    found, evidence = join_spans(agreement.pair(CRITERIA.max_columns), rows, columns, joining_limits())
    return spans_of(found), evidence


def joining_limits() -> JoiningLimits:
    """Give compiled functions the criteria for joining columns."""
    return JoiningLimits(CRITERIA.min_agreement, CRITERIA.min_gain)


def spans_of(found: Spans) -> tuple[ColumnSpan, ...]:
    """Name the columns that a compiled function found."""
    return tuple(ColumnSpan((a, count), (b, count_b)) for a, count, b, count_b in found.tolist())


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
