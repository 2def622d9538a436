"""Differences: what a cell should say if its column runs on smoothly, whatever its function; printed differences.

A misprint stands out in a table of differences: it spoils one value of the column, but several differences around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.quantity import PrintedQuantity
from tablekin.recompute.smoothness import Numbers


@dataclass(frozen=True)
class SmoothnessCriteria:
    """When a column runs on smoothly, and when a value breaks it; chosen on Fort William and sample plans."""

    fewest: int = 8  # values
    smooth: float = (
        0.05  # share of a column's range that half of its values miss their neighbours by, at most
    )
    far: float = 8.0  # times that miss from which a value breaks the column; 6 to 12 on Fort William
    least: float = 2.5  # units of the last place, at least
    most_broken: float = 0.15  # share of the values that may break a column


@dataclass(frozen=True)
class Expectation:
    """What a column's neighbours foretell of each of its values."""

    values: Numbers  # (rows,) in units of the last place, NaN where they foretell nothing
    tolerance: float  # units of the last place
    broken: NDArray[np.bool_]  # (rows,) values that are farther off


_STENCILS = (  # weights of the neighbours of a value, at distances from it in rows
    {-1: 1 / 2, 1: 1 / 2},
    {-2: -1 / 6, -1: 2 / 3, 1: 2 / 3, 2: -1 / 6},
    {-3: 1 / 20, -2: -3 / 10, -1: 3 / 4, 1: 3 / 4, 2: -3 / 10, 3: 1 / 20},
    {1: 3.0, 2: -3.0, 3: 1.0},
    {-1: 3.0, -2: -3.0, -3: 1.0},
)
_CENTRED = 3  # of them


def expect(
    values: Numbers, period: float | None = None, criteria: SmoothnessCriteria = SmoothnessCriteria()
) -> Expectation | None:
    """Foretell every value of a column from its neighbours.

    The stencil that misses least is taken; the value farthest off is put right and the others are foretold anew, until
    none is far off.

    Parameters
    ----------
    values
        ``(rows,)``, NaN where there is none.
    period
        Of values round a circle.
    criteria
        When a column is smooth.

    Returns
    -------
    Expectation or None
        None where the column does not run on smoothly.
    """
    known = np.isfinite(values)
    if known.sum() < criteria.fewest:
        return None
    if period is not None:
        filled = np.where(known, values, 0.0)
        filled[known] = np.unwrap(values[known], period=period)
        values = np.where(known, filled, np.nan)
    low, high = np.nanquantile(values, [0.1, 0.9])
    if low == high:  # nearly all alike: the others are no slips
        return None
    misses = [_typical_miss(values, stencil) for stencil in _STENCILS[:_CENTRED]]
    best = int(np.nanargmin(misses)) if np.isfinite(misses).any() else 0
    if not np.isfinite(misses[best]) or misses[best] > criteria.smooth * max(high - low, 1.0):
        return None
    limit = max(criteria.least, criteria.far * misses[best])
    right, broken = values.copy(), np.zeros(len(values), bool)
    for _ in range(int(criteria.most_broken * known.sum()) + 1):
        off = np.abs(right - _foretell(right, best))
        off[~np.isfinite(off)] = 0.0
        worst = int(off.argmax())
        if off[worst] <= limit:
            rows = np.flatnonzero(broken)
            if (np.diff(rows) <= 2).any():  # a jump, or a new beginning
                return None
            return Expectation(_foretell(right, best), limit, broken)
        broken[worst] = True
        right[worst] = _foretell(right, best)[worst]
    return None


def _foretell(values: Numbers, best: int) -> Numbers:
    """Foretell values by the best stencil, those at the ends and beside gaps by others."""
    foretold = _apply(values, _STENCILS[best])
    for stencil in (*_STENCILS[:best][::-1], *_STENCILS[_CENTRED:]):
        foretold = np.where(np.isfinite(foretold), foretold, _apply(values, stencil))
    return foretold


def _apply(values: Numbers, stencil: dict[int, float]) -> Numbers:
    rows = np.arange(len(values))
    total = np.zeros(len(values))
    for distance, weight in stencil.items():
        there = rows + distance
        inside = (there >= 0) & (there < len(values))
        total += weight * np.where(inside, values[np.clip(there, 0, len(values) - 1)], np.nan)
    return total


def _typical_miss(values: Numbers, stencil: dict[int, float]) -> float:
    miss = np.abs(values - _apply(values, stencil))
    return float(np.nanmedian(miss)) if np.isfinite(miss).any() else np.nan


@dataclass(frozen=True)
class PrintedDifferences:
    """A quantity that prints the differences of another one."""

    quantity: PrintedQuantity
    of: PrintedQuantity
    computed: Numbers  # (rows,) in units of its last place


def find_differences(quantities: Sequence[PrintedQuantity]) -> Iterator[PrintedDifferences]:
    """Yield the quantities that print the differences of the one before or after them.

    The difference to the next row may stand beside the earlier or the later of the two.
    """
    for place, quantity in enumerate(quantities):
        for other in (place - 1, place + 1):
            if not 0 <= other < len(quantities):
                continue
            real = np.abs(np.diff(quantities[other].values))
            for computed in (np.append(real, np.nan), np.insert(real, 0, np.nan)):
                scaled = _to_units(computed, quantities[other], quantity)
                if scaled is not None and _mostly(
                    np.abs(np.abs(quantity.values) - scaled) <= 0.5, scaled, quantity
                ):
                    yield PrintedDifferences(quantity, quantities[other], scaled)
                    break


def _to_units(values: Numbers, of: PrintedQuantity, quantity: PrintedQuantity) -> Numbers | None:
    """Write differences in the units of the column that prints them: the same last place, whatever its form."""
    if quantity.form.radices and quantity.form.radices != of.form.radices[-len(quantity.form.radices) :]:
        return None
    return values


def _mostly(fits: NDArray[np.bool_], computed: Numbers, quantity: PrintedQuantity) -> bool:
    both = np.isfinite(computed) & quantity.known
    varied = len(np.unique(quantity.values[both])) >= 3
    return bool(both.sum() >= 5 and varied and fits[both].mean() >= 0.6)
