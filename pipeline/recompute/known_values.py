"""KnownValue: a value that an author of the past gave a parameter, with its source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tablekin import data

_SPANS = {  # of an argument, in days
    "day": 1.0,
    "hour": 1 / 24,
    "minute of an hour": 1 / 1440,
    "year of 365 days": 365.0,
    "year of 365 1/4 days": 365.25,
    "month of 30 days": 30.0,
    "18 years of 365 days": 18 * 365.0,
    "20 years of 365 1/4 days": 20 * 365.25,
}


@dataclass(frozen=True)
class KnownValue:
    """A value of a parameter."""

    value: float
    name: str  # of the author
    source: str
    checked: bool  # whether the value was held against a text; otherwise it was written from memory


def read_sexagesimal(text: str) -> float:
    """Read a number written as ``23;51,20``: units, then sixtieths, sixtieths of these, and so on."""
    whole, _, sixtieths = text.partition(";")
    value = float(whole)
    for place, digits in enumerate(filter(None, sixtieths.split(",")), 1):
        value += int(digits) / 60.0**place
    return value


@cache
def known_values(parameter: str) -> tuple[KnownValue, ...]:
    """List the known values of a parameter, as ``data/parameters.json`` has them; none if the name is empty."""
    found = _parameters().get(parameter, [])
    return tuple(
        KnownValue(
            read_sexagesimal(one["value"]) if isinstance(one["value"], str) else float(one["value"]),
            one["name"],
            one["source"],
            bool(one["checked"]),
        )
        for one in found
    )


def names_within(parameter: str, low: float, high: float, step: float = 1.0) -> Iterator[str]:
    """Yield the names of the known values between two, both included.

    Parameters
    ----------
    parameter
        Name of the list of known values.
    low, high
        In the unit of the list; of mean motions, degrees for a step of the argument.
    step
        Of the argument: a motion in 20 years may be tabulated for every 20th year.
    """
    if parameter != "mean motion":
        yield from (known.name for known in known_values(parameter) if low <= known.value <= high)
        return
    width = (high - low) % 360
    for known in known_values(parameter):
        for span, days in _SPANS.items():
            motion = known.value * days / (step if days > step > 1 else 1.0)
            if (motion - low) % 360 <= width:
                yield f"{known.name}, by the {span}"


@cache
def _parameters() -> dict[str, list[dict[str, Any]]]:
    path = Path(data.__file__).parent / "parameters.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))
