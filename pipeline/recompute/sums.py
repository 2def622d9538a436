"""Sums: printed sums and means against the values they are of; multiples and products of columns.

A mean that its row contradicts is wrong itself, or a value of the row is: where the columns have means, too, the value
that stands in a contradicted row and a contradicted column by the same amount; else one that its neighbours contradict
by that amount.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.smoothness import Numbers

_MISREAD = 0.01  # share of the values of a register that may have a digit too many, or another first one


@dataclass(frozen=True)
class SumCriteria:
    """When a column is the sum or the mean of others; chosen on Fort William, for few parts on counts of deaths."""

    fewest: int = 5  # rows with a sum
    parts: int = 2  # columns, at least
    agree: float = 0.5  # share of the rows in which it agrees, of many parts
    each: float = 0.95  # share of the cells of a row that are right: of few parts more rows must agree
    by_chance: float = 0.3  # above the share in which other rows of the column would agree
    tolerance: float = 1.0  # units of the last place, of a mean; sums agree exactly


@dataclass(frozen=True)
class Totals:
    """A column that prints the sum or the mean of others."""

    column: int
    parts: tuple[int, ...]
    is_mean: bool
    computed: Numbers  # (rows,)
    contradicted: NDArray[np.bool_]  # (rows,)
    circle: float = (
        np.inf
    )  # from which values begin anew, where their leading digit is left out: 9.985, 0.011


def find_totals(values: Numbers, criteria: SumCriteria = SumCriteria()) -> Iterator[Totals]:
    """Yield the columns that print the sum or the mean of all columns before them, or of some right before them.

    Parameters
    ----------
    values
        ``(columns, rows)`` in one unit, NaN where there is none.
    criteria
        When a column is one.
    """
    for column in range(criteria.parts, len(values)):
        found = [
            totals
            for first in (0, *range(1, column - criteria.parts + 1))
            for totals in _totals(values, column, tuple(range(first, column)), criteria)
        ]
        if found:
            yield max(found, key=lambda one: int((~one.contradicted & np.isfinite(one.computed)).sum()))


def _totals(values: Numbers, column: int, parts: tuple[int, ...], criteria: SumCriteria) -> Iterator[Totals]:
    printed = values[column]
    sums = values[list(parts)].sum(0)
    circle = _circle(values[list(parts)])
    for is_mean in (False, True):
        computed = sums / len(parts) if is_mean else sums
        if is_mean and np.isfinite(circle):
            computed = _mean_round(values[list(parts)], printed, circle)
        both = np.isfinite(printed) & np.isfinite(computed)
        if both.sum() < criteria.fewest or len(np.unique(printed[both])) < 3:
            continue
        off = np.abs(printed - computed)
        tolerance = criteria.tolerance if is_mean else 1e-6
        agrees = off <= tolerance
        share, needed = agrees[both].mean(), max(criteria.agree, criteria.each ** (2 * (len(parts) + 1)))
        if (
            share < needed
            or share - _by_chance(printed[both], computed[both], tolerance) < criteria.by_chance
        ):
            continue
        if np.ptp(printed[both]) > 4 * criteria.tolerance:
            yield Totals(column, parts, is_mean, computed, both & ~agrees, circle if is_mean else np.inf)


def _by_chance(printed: Numbers, computed: Numbers, tolerance: float) -> float:
    """In which share of the rows a sum would agree with what is printed in any other row: small counts often do."""
    near = np.abs(printed[:, None] - computed[None]) <= tolerance
    rows = len(printed)
    return float((near.sum() - np.trace(near)) / (rows * (rows - 1)))


def _circle(parts: Numbers) -> float:
    """Find the power of ten at which values, ``(columns, rows)``, pass from the highest to the lowest, if any.

    Barometers are printed without their first digit: 9.985, 0.011. Then the values fill both ends of their range,
    neighbours jump from one to the other, and hardly any lie between.
    """
    known = parts[np.isfinite(parts)]
    if not len(known) or known.min() < 0 or known.max() < 100:
        return np.inf
    circle = 10.0 ** np.ceil(np.log10(np.quantile(known, 1 - _MISREAD) + 1))
    jumps = np.abs(np.diff(parts, axis=0))
    jumps = jumps[np.isfinite(jumps)]
    across = np.mean(jumps > 0.9 * circle) if len(jumps) else 0.0
    return (
        float(circle)
        if across > 0 and np.mean((jumps > 0.5 * circle) & (jumps <= 0.9 * circle)) <= across + _MISREAD
        else np.inf
    )


def _mean_round(parts: Numbers, printed: Numbers, circle: float) -> Numbers:
    """Mean of values that begin anew at a power of ten, ``(rows,)``, on the turn that is nearest to the printed one."""
    one = np.sort(parts, 0)[
        len(parts) // 2
    ]  # a value that is printed: the middle of 9.99 and 0.01 lies opposite
    turned = one + (parts - one + circle / 2) % circle - circle / 2
    mean = turned.mean(0)
    return np.asarray(mean + circle * np.round((printed - mean) / circle))


def find_culprit(
    totals: Totals, row: int, values: Numbers, expected: Numbers, column_errors: Numbers | None
) -> tuple[int, float]:
    """Find which cell of a contradicted row is wrong, and what it should say.

    Parameters
    ----------
    totals, row
        A column of sums or means, and a row that contradicts it.
    values
        ``(columns, rows)``.
    expected
        ``(columns, rows)`` what the neighbours of each value foretell, NaN where they foretell nothing.
    column_errors
        ``(columns,)`` printed less computed sum of each column, if the table prints sums of columns, too.

    Returns
    -------
    column, value
        The column of the sum itself where no part explains it.
    """
    count = len(totals.parts) if totals.is_mean else 1
    missing = (values[totals.column, row] - totals.computed[row]) * count  # what a part is too small by
    room = count * 1.0 if totals.is_mean else 0.5
    best, best_miss = totals.column, np.inf
    for part in totals.parts:
        right = (values[part, row] + missing) % totals.circle
        if column_errors is not None and abs(column_errors[part] - missing) <= room:
            return part, float(right)
        miss = abs(right - expected[part, row])
        before = abs(values[part, row] - expected[part, row])
        if (
            np.isfinite(miss)
            and miss <= room + 0.1 * abs(missing)
            and before > 3 * max(miss, room)
            and miss < best_miss
        ):
            best, best_miss = part, float(miss)
    if best == totals.column:
        return best, float(totals.computed[row] % totals.circle)
    return best, float((values[best, row] + missing) % totals.circle)


@dataclass(frozen=True)
class Multiple:
    """A column that is a fixed multiple of another one."""

    column: int
    of: int
    factor: float
    computed: Numbers  # (rows,)


def find_multiples(values: Numbers, left: Sequence[int], agree: float = 0.7) -> Iterator[Multiple]:
    """Yield the columns among ``left`` that are a fixed multiple of another column: money by another money."""
    for column in left:
        for other in range(len(values)):
            if other == column:
                continue
            both = np.isfinite(values[column]) & np.isfinite(values[other]) & (values[other] != 0)
            if both.sum() < 6 or len(np.unique(values[other][both])) < 4:
                continue
            one, two = values[column][both], values[other][both]
            large = np.abs(two) >= np.median(np.abs(two))
            ratio = float(np.median(one[large] / two[large]))
            computed = ratio * values[other]
            if (
                abs(ratio) > 1
                and (np.abs(values[column] - computed)[both] <= 0.5 + abs(ratio) * 1e-3).mean() >= agree
            ):
                yield Multiple(column, other, ratio, computed)
                break


def find_products(
    values: Numbers, left: Sequence[int], agree: float = 0.7
) -> Iterator[tuple[int, int, int, Numbers]]:
    """Yield columns among ``left`` that are the products of two others: column, its factors, computed values."""
    for column in left:
        others = [other for other in range(len(values)) if other != column]
        for first, second in ((one, two) for one in others for two in others if one < two):
            computed = values[first] * values[second]
            both = np.isfinite(computed) & np.isfinite(values[column])
            if both.sum() >= 6 and len(np.unique(values[column][both])) >= 4:
                sizes = np.abs(computed[both]) / np.maximum(np.abs(values[column][both]), 1e-9)
                power = 10.0 ** np.round(np.log10(max(float(np.median(sizes)), 1e-9)))
                computed = computed / power
                if (np.abs(computed - values[column])[both] <= 0.5 + 1e-9).mean() >= agree:
                    yield column, first, second, computed
                    break
