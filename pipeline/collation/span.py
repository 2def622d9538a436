"""ColumnSpan: columns of two tables that correspond."""

from __future__ import annotations

from typing import NamedTuple

Columns = tuple[int, int]
"""Neighbouring columns of one table: the first of them, and how many."""


class ColumnSpan(NamedTuple):
    """Columns of both tables that correspond; more than one where a table splits what the other joins."""

    a: Columns
    b: Columns

    @property
    def is_joined(self) -> bool:
        """Whether it has several columns of a table."""
        return self.a[1] + self.b[1] > 2

    def overlaps(self, other: ColumnSpan) -> bool:
        """Tell whether two spans have a column of either table in common."""
        return _overlap(self.a, other.a) or _overlap(self.b, other.b)


def _overlap(one: Columns, other: Columns) -> bool:
    return one[0] < other[0] + other[1] and other[0] < one[0] + one[1]
