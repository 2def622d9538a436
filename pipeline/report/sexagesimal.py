"""Sexagesimal: parameters as historians write them: 23;51,20."""

from __future__ import annotations

from tablekin.recompute import RoundingRule

_SIXTIETHS = ("degrees", "hours", "sixtieths of the radius", "degrees for a unit of the argument")
_PLACES = 3  # sixtieths, seconds, thirds


def written(value: float, unit: str) -> str:
    """Write a parameter: in degrees or hours with sixtieths, as ``23;51,20``, otherwise as a decimal number."""
    if unit not in _SIXTIETHS:
        return f"{value:.10g}"
    rest = round(abs(value) * 60**_PLACES)
    places = []
    for _ in range(_PLACES):
        rest, place = divmod(rest, 60)
        places.append(place)
    while len(places) > 1 and places[0] == 0:
        places.pop(0)
    return f"{'-' * (value < 0)}{rest};{','.join(f'{place:02d}' for place in reversed(places))}"


def in_words(rounding: RoundingRule) -> str:
    """Say how an author rounded."""
    return "rounded" if rounding is RoundingRule.NEAREST else "cut off, not rounded"
