"""Form: a way to write a number in places, such as degrees, minutes and seconds, and the words that head them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from math import prod

import numpy as np

from tablekin.recompute.smoothness import Numbers


@dataclass(frozen=True)
class Form:
    """A way to write a number in places."""

    radices: tuple[int, ...]  # units of each further place in one of the place before it
    prior: float = 0.0  # nats for or against it where nothing else tells
    period: float | None = None  # in units of the first place, where that is counted round a circle
    whole: bool = False  # a whole number that stands in two columns: the year 16 | 34

    @property
    def last_units(self) -> float:
        """Units of the last place in one of the first; 1 of a whole number."""
        return 1.0 if self.whole else float(prod(self.radices))

    @property
    def is_plain(self) -> bool:
        """Whether it is a number without further places."""
        return self.whole or not self.radices

    @property
    def digit_weights(self) -> tuple[float, ...]:
        """Units of the last place in one unit of every digit of a number of up to fifteen digits."""
        return _digit_weights(self.radices)

    @property
    def weights(self) -> tuple[float, ...]:
        """Units of the last place in one of each place."""
        return _weights(self.radices)

    def in_places(self, values: Numbers) -> Numbers:
        """Write values, ``(rows,)`` in whole units of the last place, in places: ``(rows, places)``."""
        rest = np.abs(values)
        written = []
        for radix in reversed(self.radices):
            written.append(rest % radix)
            rest = rest // radix
        return np.stack([rest, *reversed(written)], -1)


@cache
def _weights(radices: tuple[int, ...]) -> tuple[float, ...]:
    return tuple(float(prod(radices[place:])) for place in range(len(radices) + 1))


@cache
def _digit_weights(radices: tuple[int, ...]) -> tuple[float, ...]:
    first, *rest = _weights(radices)
    weights = []
    for weight, radix in zip(rest, radices, strict=True):
        weights += [weight * 10.0**digit for digit in range(len(str(radix - 1)))]
    return (*(first * 10.0**digit for digit in range(15 - len(weights))), *weights)


SINGLE = Form(())
COUNT = Form((), 0.0, -1.0)  # of a column that counts: an argument
FORMS = (
    SINGLE,
    Form((60,), 1.0),
    Form((60,), 0.5, 360.0),
    Form((60, 60), 1.0),
    Form((60, 60), 0.5, 360.0),
    Form((60, 60, 60), -3.0),
    Form((30,), -2.0, 12.0),
    Form((30, 60), 1.0, 12.0),
    Form((30, 60, 60), 1.0, 12.0),
    Form((30, 60, 60, 60), 0.0, 12.0),
    Form((24,), -3.0),
    Form((24, 60), -1.0),
    Form((24, 60, 60), -1.0),
    Form((20, 12), -1.0),
    Form((20,), -4.0),
    Form((12,), -4.0),
    Form((10,), -4.0),
    Form((100,), -3.0),
    Form((1000,), -1.0),
    Form((1000, 1000), -1.0),
    Form((1000, 1000, 1000), -1.0),
    Form((10_000,), -2.0),
    Form((100_000,), -2.0),
)

_DEGREES = re.compile(r"^(?:g|gr|gra|grad\w*|d|deg\w*|p|part\w*|°|º|h|ho\w*|heur\w*|st\w*|uhr|sex\w*)$")
_HOURS = re.compile(r"^(?:h|ho\w*|heur\w*|st\w*|uhr)$")
_SIGNS = re.compile(r"^(?:s|si\w*|seg\w*|z\w*)$")
_MINUTES = re.compile(r"^(?:m|mi\w*|['′]|v?un\w*|vn)$")
_SECONDS = re.compile(r"^(?:s|sec\w*|seg\w*|[\"″]|'')$")
_POUNDS = re.compile(r"^(?:l|li|lib\w*|£)$")
_SHILLINGS = re.compile(r"^(?:s|sh\w*|sol\w*)$")
_PENCE = re.compile(r"^(?:d|den\w*|pence)$")
_PAIRS = {
    60: ((_DEGREES, _MINUTES), (_MINUTES, _SECONDS)),
    30: ((_SIGNS, _DEGREES),),
    20: ((_POUNDS, _SHILLINGS),),
    12: ((_SHILLINGS, _PENCE),),
}


def last_word(heading: str) -> str:
    """Word that heads a column of one place: the last one, without points, in small letters."""
    words = heading.lower().replace(".", " ").split()
    return words[-1] if words else ""


def heads_join(high: str, low: str, radix: int) -> bool:
    """Tell whether two words head places of this radix: ``Gr.`` and ``Min.`` do, of sixty."""
    return any(one.match(high) and other.match(low) for one, other in _PAIRS.get(radix, ()))


def unit_of(form: Form, heading: str) -> str:
    """Name the unit of the first place as far as form and heading tell: signs, hours, degrees, pounds; "" is none."""
    words = heading.lower().replace(".", " ").split()
    if form.radices[:1] == (30,):
        return "signs"
    if form.radices[:1] == (24,):
        return "days"
    if form.radices == (20, 12):
        return "pounds"
    if form.radices[:1] == (60,):
        return "hours" if any(_HOURS.match(word) for word in words) else "degrees"
    return ""
