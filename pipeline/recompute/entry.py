"""Entry: how the printed argument of a table enters a function: its unit, from where columns count, and which way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.functions import ArgumentKind, Function
from tablekin.recompute.quantity import Argument
from tablekin.recompute.smoothness import Numbers

_SIGNS = 12
_ROUND = 400.0  # degrees: days of a month carry the Sun beyond the end of the circle
_CLIMATES = (
    (0.5, 12.0),
    (0.25, 12.0),
    (0.5, 12.5),
    (0.25, 12.25),
    (0.5, 11.75),
)  # hours a climate, hours before


@dataclass(frozen=True)
class Entry:
    """Arguments in the unit of a formula, for every origin from which a column may count."""

    base: Numbers  # (rows,) argument counted from its own beginning
    origins: Numbers  # (options,)
    directions: Numbers  # (options,) 1, or -1 for a complementary argument
    step: float  # from one row to the next, in the unit of the formula

    def arguments(self, option: NDArray[np.intp] | slice = slice(None)) -> Numbers:
        """Arguments of some options, ``(..., rows)``."""
        return self.origins[option][..., None] + self.directions[option][..., None] * self.base


def entries(argument: Argument, function: Function) -> Iterator[Entry]:
    """Yield the ways in which an argument may enter a function."""
    values = argument.values / argument.last_units
    known = values[np.isfinite(values)]
    if len(known) < 4:
        return
    step = argument.step / argument.last_units
    form = argument.quantity.form
    low, high = float(known.min()), float(known.max())
    match function.argument:
        case ArgumentKind.ANGLE:
            yield from _angles(argument, values, step, function)
        case ArgumentKind.HOURS:
            if form.radices in ((60,), (60, 60)) and low >= 12 and high <= 24:
                yield _plain(values, step)
            elif form.is_plain and low >= 0 and high <= 48:
                for hours, first in _CLIMATES:
                    if first + hours * low >= 12 and first + hours * high <= 24:
                        yield _plain(first + hours * values, hours * step)
        case ArgumentKind.YEARS:
            if form.is_plain and low >= 300 and high < 3000:
                yield _plain(values, step)
        case ArgumentKind.TERM:
            if form.is_plain and low >= 0 and high <= 120:
                yield _plain(values, step)
        case ArgumentKind.DAYS:
            if form.is_plain and low >= 0 and high <= 31 and abs(step) in (1, 2, 3, 4, 5):
                yield _plain(values, step)
        case ArgumentKind.NUMBER:
            yield _plain(values, step)


def _plain(values: Numbers, step: float) -> Entry:
    return Entry(values, np.zeros(1), np.ones(1), step)


def _angles(argument: Argument, values: Numbers, step: float, function: Function) -> Iterator[Entry]:
    radices = argument.quantity.form.radices
    if radices[:1] == (30,):
        values, step = 30 * values, 30 * step
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if (
        radices[:1] not in ((), (60,), (30,), (10,), (100,))
        or low < 0
        or high > (_ROUND if argument.origins else 361)
    ):
        return
    signs = [origin for origin in function.origins if origin % 30 == 0] or [0.0]
    degrees = list(argument.origins) or (signs if high <= 31 else [0.0])
    for half in _halves(degrees, function) if not argument.origins else (degrees,):
        ends = [degree + 30 for degree in half] if len(half) > 1 else [90.0, 180.0]
        yield _turned(values, half, ends, function, step)
    if not radices and high <= 60 and len(function.origins) > 13:
        yield _turned(
            values / 60, function.origins, [degree + 1 for degree in function.origins], function, step / 60
        )


def _halves(degrees: list[float], function: Function) -> Iterator[list[float]]:
    """Yield the half circles from which columns may count, where the second one prints the first again.

    Together they would hide one another: an equation near the perigee looks like a larger one near the apogee.
    """
    if function.unsigned and len(degrees) == _SIGNS:
        yield degrees[: _SIGNS // 2]
        yield degrees[_SIGNS // 2 :]
    else:
        yield degrees


def _turned(
    values: Numbers, origins: Sequence[float], ends: Sequence[float], function: Function, step: float
) -> Entry:
    """Let columns count from an origin on, and, where the function has a use for it, back from an end."""
    ends = ends if function.turns else []
    return Entry(values, np.array([*origins, *ends]), np.repeat([1.0, -1.0], [len(origins), len(ends)]), step)
