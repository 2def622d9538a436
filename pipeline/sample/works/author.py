"""Author: who computes a work, with which sine table, how often by interpolation, how he rounds, and where he slips."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tablekin.sample.works.work import places_of

Numbers = NDArray[np.float64]

_TIE = 1e-9  # units of the last place by which a number at the middle may miss it
_RADII = (6_000, 10_000, 60_000, 100_000, 216_000)  # of sine tables that authors computed with
_EVERY = (1, 2, 3, 5, 6)  # rows from one value that is computed to the next
_CLOSE = 3.0  # units of the last place by which interpolation may miss: no author would have trusted a coarser grid
_OTHER_RADIUS = 0.6  # of the radius that is printed, where an author converts a sine table


@dataclass(frozen=True)
class Author:
    """How a table is computed; by default without any error, rounded to the nearest."""

    sine_radius: int | None = None  # whole sine of the table he works with; None is one without end
    every: int = (
        1  # rows from one computed value to the next; those between are interpolated in straight lines
    )
    truncates: bool = False
    slips: float = 0.0  # a column, of additions that go wrong and spread to the values below
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))  # of the slips

    @property
    def means(self) -> tuple[object, ...]:
        """What he computes with, besides his slips: whoever has the same gets the same values."""
        return self.sine_radius, self.every, self.truncates

    def sin(self, angle: float) -> float:
        """Look a sine up; the angle is in degrees."""
        return self._look_up(math.sin(math.radians(angle)))

    def cos(self, angle: float) -> float:
        """Look the sine of the complement up; the angle is in degrees."""
        return self._look_up(math.cos(math.radians(angle)))

    def tan(self, angle: float) -> float:
        """Divide the sine by that of the complement; the angle is in degrees."""
        return self.sin(angle) / self.cos(angle)

    def habits(self) -> dict[str, object]:
        """Say how he computes, for the truth."""
        return {
            "sine_radius": self.sine_radius,
            "every": self.every,
            "rounding": "truncated" if self.truncates else "nearest",
            "slips_a_column": self.slips,
        }

    def _look_up(self, value: float) -> float:
        return value if self.sine_radius is None else round(value * self.sine_radius) / self.sine_radius

    def convert(self, value: float, radius: int) -> float:
        """Bring a line of a circle of radius 1 to another radius; in between it was rounded for a smaller one."""
        if self.sine_radius is None:
            return value * radius
        return round(value * radius * _OTHER_RADIUS) / _OTHER_RADIUS

    def write(
        self, values: Sequence[float], bases: Sequence[int] = (60,), period: float | None = None
    ) -> list[tuple[str, ...]]:
        """Write the values of a column in places.

        Parameters
        ----------
        values
            In units of the first place, not negative.
        bases
            As for :func:`tablekin.sample.works.work.split`.
        period
            Of values that are counted round a circle, in units of the first place.
        """
        scale = math.prod(bases)
        exact = np.array(values, np.float64) * scale
        turn = None if period is None else period * scale
        written = self._round(self._interpolate(exact, turn)) + self._slip(len(exact))
        if turn is None:
            written = np.maximum(written, 0.0)
        else:  # an end of the circle that is written as such stays
            written = np.where((written < 0) | (written > turn), written % turn, written)
        return [places_of(int(total), bases) for total in written]

    def _round(self, exact: Numbers) -> Numbers:
        return np.floor(exact + (_TIE if self.truncates else 0.5))

    def _interpolate(self, exact: Numbers, period: float | None) -> Numbers:
        """Compute every few rows only, unless straight lines between them would miss by too much."""
        line = exact if period is None else np.unwrap(exact, period=period)
        rows = np.arange(len(line))
        for every in range(self.every, 1, -1):
            knots = np.unique([*rows[::every], len(rows) - 1])
            between = np.interp(rows, knots, self._round(line[knots]) + (0.5 if self.truncates else 0.0))
            if np.abs(between - line).max(initial=0.0) <= _CLOSE:
                return between if period is None else between % period
        return exact

    def _slip(self, rows: int) -> Numbers:
        """Give what slips add to every row: a wrong difference is carried on until a value is computed anew."""
        added = np.zeros(rows)
        for _ in range(int(self.rng.poisson(self.slips)) if self.slips else 0):
            first = int(self.rng.integers(rows))
            last = first + 1 + int(self.rng.geometric(0.15))
            amount = float(self.rng.choice([1, 2, 3, 10], p=[0.6, 0.2, 0.1, 0.1]))
            added[first:last] += amount if self.rng.random() < 0.5 else -amount
        return added


PRECISE = Author()


def draw_author(rng: np.random.Generator) -> Author:
    """Choose how somebody computes a table that another has computed before; never without any error."""
    truncates = bool(rng.random() < 0.35)
    radius = int(rng.choice(_RADII)) if rng.random() < 0.5 else None
    every = int(rng.choice(_EVERY, p=[0.5, 0.15, 0.15, 0.1, 0.1]))
    flawless = not truncates and radius is None and every == 1
    slips = float(rng.uniform(0.3, 1.0) if flawless or rng.random() < 0.5 else 0.0)
    return Author(radius, every, truncates, slips, np.random.default_rng(int(rng.integers(2**63))))
