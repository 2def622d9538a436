"""Function matches: values of two documents that are one value of a function, though they were not laid side by side.

Two tables of one function that differ nearly everywhere in a column, or in the half of it that stands in a second
table, are kin by what agrees; what differs is not aligned. Yet it is what tells that they were computed alike. A
column of each document is one of the same values if the function says the same of most of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.expectation import COUNT, REPEATED, Expectations, wrap
from tablekin.threshold import threshold

Places = NDArray[np.int64]


@dataclass(frozen=True)
class FunctionMatchCriteria:
    """When columns that were not aligned hold the same values."""

    max_apart: float = threshold(
        0.25, "units of the last place", "between what the functions of two documents say of one value"
    )
    min_values: int = threshold(6, "values", "that two columns must have in common by their function")
    min_share: float = threshold(0.5, "share", "of the values of the shorter column that must be among them")


CRITERIA = FunctionMatchCriteria()


def match_by_function(
    one: Expectations, other: Expectations, taken: NDArray[np.bool_], taken_other: NDArray[np.bool_]
) -> tuple[Places, Places]:
    """Find values that two documents have of one function, column by column.

    Parameters
    ----------
    one, other
        What the functions of the documents say.
    taken, taken_other
        ``(n,)`` of the values of each: those that have a counterpart already.

    Returns
    -------
    tuple
        Places of values of the one, and of those of the other that should be the same; each once.
    """
    found = sorted(_column_matches(one, other, taken, taken_other), key=lambda match: -len(match[0]))
    used, used_other = taken.copy(), taken_other.copy()
    a, b = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for places, others in found:
        free = ~used[places] & ~used_other[others]
        if free.sum() >= CRITERIA.min_values:
            a.append(places[free])
            b.append(others[free])
            used[places[free]], used_other[others[free]] = True, True
    return np.concatenate(a), np.concatenate(b)


def _column_matches(
    one: Expectations, other: Expectations, taken: NDArray[np.bool_], taken_other: NDArray[np.bool_]
) -> Iterator[tuple[Places, Places]]:
    """Yield the values that a column of each has in common, of columns that hold the same."""
    columns, others = (list(_open_columns(*both)) for both in ((one, taken), (other, taken_other)))
    for own in columns:
        name, first = one.functions[one.function[own[0]]], own[0]
        for theirs in others:
            if other.functions[other.function[theirs[0]]] != name:
                continue
            if not np.array_equal(one.weights[first], other.weights[theirs[0]]):
                continue
            a, b = _nearest_both_ways(one, other, own, theirs)
            if len(a) >= max(CRITERIA.min_values, CRITERIA.min_share * min(len(own), len(theirs))):
                yield a, b


def _open_columns(expected: Expectations, taken: NDArray[np.bool_]) -> Iterator[Places]:
    """Yield the values without a counterpart of each column that has enough of them; arguments stand everywhere."""
    free = np.flatnonzero(~taken)
    for column in np.unique(expected.column[free]).tolist():
        places = free[expected.column[free] == column]
        number = expected.function[places[0]]
        if len(places) >= CRITERIA.min_values and number != REPEATED and expected.functions[number] != COUNT:
            yield places


def _nearest_both_ways(
    one: Expectations, other: Expectations, own: Places, theirs: Places
) -> tuple[Places, Places]:
    """Pair values of two columns that are nearest to one another by what their function says."""
    period = np.full((len(own), len(theirs)), one.period[own[0]])
    apart = np.abs(wrap(one.computed[own][:, None] - other.computed[theirs], period))
    nearest, back = apart.argmin(1), apart.argmin(0)
    rows = np.arange(len(own))
    good = (back[nearest] == rows) & (apart[rows, nearest] <= CRITERIA.max_apart)
    return own[good], theirs[nearest[good]]
