"""Functions of two arguments, one on top of the columns: tables for many latitudes, or for many declinations.

They are tried only where nothing else explains columns: one by itself is explained by the functions of one argument.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tablekin.recompute.functions.definition import ArgumentKind, Array, Function, Parameter, ValueKind
from tablekin.recompute.functions.first_motion import (
    FIRST_MOTION,
    arc_of_day,
    ascensional_difference,
)

_LATITUDE = Parameter("latitude", "degrees", 1.0, 66.0, 66, own=True, on_top=True, known="latitude")
_DECLINATION = Parameter("declination", "degrees", -24.2, 24.2, 48, own=True, on_top=True)
_ARC = Parameter("arc", "half arcs", choices=(1.0, 2.0), own=True)
_ARCS = ("half arc of the day", "length of the day")
_NEUGEBAUER = (
    "Neugebauer, History of Ancient Mathematical Astronomy, I A 4, on tables of ascensions for climates"
)
_FARTHEST = 33.0  # degrees: no declination of the Sun, the Moon or a planet is larger


def _arc_by_declination(delta: Array, latitude: Array, arc: Array) -> Array:
    """Hours of half arcs of the day, at a declination of a planet; a larger one is a latitude."""
    possible = np.where(np.abs(delta) <= _FARTHEST, delta, np.nan)
    return arc_of_day(ascensional_difference(latitude, possible), arc)


def _with_latitude_on_top(name: str) -> Function:
    """Turn a function of the longitude, for one latitude, into one of both."""
    (function,) = (one for one in FIRST_MOTION if one.name == name)
    _, obliquity, *others = function.parameters

    def formula(longitude: Array, obliquity: Array, latitude: Array, *rest: Array) -> Array:
        return function.formula(longitude, latitude, obliquity, *rest)

    return replace(
        function,
        formula=formula,
        parameters=(obliquity, _LATITUDE, *others),
        turns=False,
        source=_NEUGEBAUER,
    )


TWO_ARGUMENTS = (
    _with_latitude_on_top("oblique ascension"),
    _with_latitude_on_top("ascensional difference"),
    _with_latitude_on_top("arcs of the day"),
    Function(
        "arcs of the day by declination",
        ArgumentKind.ANGLE,
        ValueKind.HOURS,
        _arc_by_declination,
        (_LATITUDE, _ARC),
        (0.0,),
        names=tuple(f"{name} by declination" for name in _ARCS),
        slack=0.05,
        prior=-2.0,
        source=_NEUGEBAUER,
    ),
    Function(
        "arcs of the day by latitude",
        ArgumentKind.ANGLE,
        ValueKind.HOURS,
        lambda latitude, delta, arc: arc_of_day(ascensional_difference(latitude, delta), arc),
        (_DECLINATION, _ARC),
        (0.0,),
        names=tuple(f"{name} by latitude" for name in _ARCS),
        slack=0.05,
        prior=-2.0,
        symmetry="north and south add up to 24 hours",
        source=_NEUGEBAUER,
    ),
)
