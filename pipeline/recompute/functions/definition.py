"""Function: one entry of the library of what historical tables print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class ArgumentKind(Enum):
    """What a function is entered with, and the unit its formula takes it in."""

    ANGLE = "degrees"
    HOURS = "hours"
    YEARS = "years of an era"
    TERM = "years from now"
    DAYS = "days of a month"
    NUMBER = "numbers"


class ValueKind(Enum):
    """What a formula gives."""

    ANGLE = "degrees"
    HOURS = "hours"
    NUMBER = "parts of a radius or principal"  # the printed value is a multiple, the same in the whole table
    COUNT = "units"  # the printed value itself
    LETTER = "letters"  # a to g, not screened: tablekin.recompute.letters finds them


@dataclass(frozen=True)
class Parameter:
    """A number that a function depends on beside its argument.

    It is fitted between ``low`` and ``high``, or is one of ``choices``.
    """

    name: str
    unit: str
    low: float = 0.0
    high: float = 0.0
    starts: int = 1  # values between low and high from which fits begin
    choices: tuple[float, ...] = ()
    own: bool = False  # every column has its own
    on_top: bool = False  # a table of double entry may have it for its other argument
    whole: bool = False  # it is a whole number
    shifts: bool = False  # it moves all values of a column alike, nearly: the grid need not be fine
    known: str = ""  # list in data/parameters.json; may be empty

    @property
    def is_fitted(self) -> bool:
        """Whether it takes any value of its range."""
        return not self.choices

    @property
    def grid(self) -> tuple[float, ...]:
        """Values that are tried."""
        if self.choices:
            return self.choices
        if self.starts == 1:
            return ((self.low + self.high) / 2,)
        edge = (self.high - self.low) / (2 * self.starts)
        return tuple(np.linspace(self.low + edge, self.high - edge, self.starts).tolist())


@dataclass(frozen=True)
class Function:
    """What a table may print.

    ``formula`` takes the argument, ``(..., rows)``, in the unit of its kind, and one array for each parameter that
    broadcasts against it; a formula with ``takes_step`` takes the step from one argument to the next first of all.
    """

    name: str
    argument: ArgumentKind
    value: ValueKind
    formula: Callable[..., Array]
    parameters: tuple[Parameter, ...] = ()
    origins: tuple[
        float, ...
    ] = ()  # arguments from which columns may count, such as the signs; none is by degrees
    period: float | None = None  # of the value
    unsigned: bool = False  # north and south are printed alike
    turns: bool = (
        False  # a column may be entered by the complement, and no other function says what it then is
    )
    takes_step: bool = False
    plain: bool = False  # the value is printed as one number, not in places
    scale_name: str = "radius"  # what the value is a multiple of, if it is
    names: tuple[
        str, ...
    ] = ()  # of what a column prints, by the choice of its own last parameter, where a table prints several
    slack: float = 0.02  # share of a column's range by which it may miss the nearest value that is tried
    prior: float = 0.0  # nats for or against it where nothing else tells
    symmetry: str = ""
    source: str = ""

    @property
    def shifts(self) -> int:
        """Number, from 1, among the parameters of a column of the one that moves all its values; 0 if there is none."""
        theirs = [parameter.shifts for parameter in self.parameters if parameter.own]
        return theirs.index(True) + 1 if True in theirs else 0

    def name_of(self, own: Array) -> str:
        """Name what a column prints whose own parameters are these, ``(parameters,)``."""
        if not self.names:
            return self.name
        theirs = [parameter for parameter in self.parameters if parameter.own]
        return self.names[theirs[-1].choices.index(float(own[-1]))]

    def grid(self, own: bool) -> Array:
        """Values that are tried of the parameters of the table or of its columns: ``(combinations, parameters)``."""
        return _mesh(tuple(parameter for parameter in self.parameters if parameter.own is own))


@cache
def _mesh(parameters: tuple[Parameter, ...]) -> Array:
    mesh = np.meshgrid(*(parameter.grid for parameter in parameters), indexing="ij")
    return np.stack([values.ravel() for values in mesh], -1) if parameters else np.zeros((1, 0))


def sine(degrees: Array | float) -> Array:
    """Sine of an angle in degrees."""
    return np.asarray(np.sin(np.deg2rad(degrees)))


def cosine(degrees: Array | float) -> Array:
    """Cosine of an angle in degrees."""
    return np.asarray(np.cos(np.deg2rad(degrees)))


def tangent(degrees: Array | float) -> Array:
    """Tangent of an angle in degrees."""
    return np.asarray(np.tan(np.deg2rad(degrees)))


def arcsine(share: Array) -> Array:
    """Angle in degrees of a sine; NaN beyond 1."""
    return np.asarray(np.rad2deg(np.arcsin(np.where(np.abs(share) <= 1, share, np.nan))))
