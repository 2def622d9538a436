"""Query: the numbers that are looked for, and how near a cell must come to them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tablekin.errors import UsageError
from tablekin.number import value_of

_GROUP = re.compile(r"\d+")
_GROUPS = re.compile(r"\d+(?:[\s:;,]+\d+)+")  # groups that make one number, as a table prints it: 23 30
_BASE = 60  # of the groups behind the first


class Along(StrEnum):
    """Where the numbers of a run follow one another."""

    COLUMN = "column"
    ROW = "row"


@dataclass(frozen=True)
class Query:
    """Numbers that are looked for, one below or beside the other."""

    numbers: tuple[tuple[str, ...], ...]  # each as its groups of digits
    values: tuple[float, ...]  # of each; groups behind the first count sixtieths
    within_digit: bool = False  # whether one digit may be another, be missing or be one too many
    tolerance: float | None = None  # of values; None compares digits
    along: tuple[Along, ...] = tuple(Along)


def parse_query(
    numbers: Sequence[str],
    within_digit: bool = False,
    tolerance: float | None = None,
    along: str | None = None,
) -> Query:
    """Read what a user looks for.

    Parameters
    ----------
    numbers
        Each as a table prints it, the groups of one number parted by blanks: ``23 30``.
    within_digit
        Whether one digit of each may differ.
    tolerance
        How far values may be from these, in units of the first group; None compares digits.
    along
        ``column`` or ``row``; both by default.

    Raises
    ------
    UsageError
        One of them has no digits or no value, or the options contradict one another.
    """
    if not numbers:
        raise UsageError('name a number to look for: tablekin find CORPUS "23 30"')
    if within_digit and tolerance is not None:
        raise UsageError("a digit that differs and a tolerance are two ways to look: leave one of them out")
    if tolerance is not None and not (math.isfinite(tolerance) and tolerance >= 0):
        raise UsageError(f"a tolerance is a number from 0 on, not {tolerance}")
    if along is not None and along not in tuple(Along):
        raise UsageError(f"runs go along a {' or a '.join(Along)}, not {along!r}")
    groups = tuple(tuple(_GROUP.findall(number)) for number in numbers)
    for number, found in zip(numbers, groups, strict=True):
        if not found:
            raise UsageError(f"{number!r} has no digits to look for")
    values = tuple(read_value(number) for number in numbers)
    if tolerance is not None and (
        unread := [n for n, value in zip(numbers, values, strict=True) if math.isnan(value)]
    ):
        raise UsageError(
            f"{unread[0]!r} is no number that a tolerance could be of; write it as 23 30 or 23.5"
        )
    ways = tuple(Along) if along is None else (Along(along),)
    return Query(groups, values, within_digit, tolerance, ways)


def read_value(number: str) -> float:
    """Give the value of a number in units of its first group; groups behind it are sixtieths, unless marks say else."""
    text = number.strip()
    if _GROUPS.fullmatch(text) and "," not in text:
        return sixtieths(_GROUP.findall(text))
    return value_of(text)


def sixtieths(groups: Sequence[str]) -> float:
    """Add up groups of digits, each counting sixtieths of the one before."""
    value = 0.0
    for group in reversed(groups):
        value = value / _BASE + int(group)
    return value


def near_misses(digits: str) -> set[str]:
    """List the strings that differ from one in a digit: another one, one missing, or one too many."""
    places, figures = range(len(digits) + 1), "0123456789"
    changed = {digits[:k] + d + digits[k + 1 :] for k in places[:-1] for d in figures}
    missing = {digits[:k] + digits[k + 1 :] for k in places[:-1]}
    added = {digits[:k] + d + digits[k:] for k in places for d in figures}
    return (changed | missing | added) - {digits, ""}
