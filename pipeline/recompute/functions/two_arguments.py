"""Functions of two arguments, one on top of the columns: tables for many latitudes, or for many declinations.

They are tried only where nothing else explains columns: one by itself is explained by the functions of one argument.
"""

from __future__ import annotations

import numpy as np

from tablekin.recompute.functions.definition import ArgumentKind, Array, Function, Parameter, ValueKind
from tablekin.recompute.functions.first_motion import (
    HALF_CIRCLE_SIGNS,
    OBLIQUITY_BESIDE_LATITUDE,
    SIGNS,
    arc_of_day,
    ascensional_difference,
    declination,
    oblique_ascension,
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


TWO_ARGUMENTS = (
    Function(
        "oblique ascension",
        ArgumentKind.ANGLE,
        ValueKind.ANGLE,
        lambda longitude, obliquity, latitude: oblique_ascension(longitude, latitude, obliquity),
        (OBLIQUITY_BESIDE_LATITUDE, _LATITUDE),
        SIGNS,
        period=360.0,
        slack=0.05,
        prior=-1.0,
        symmetry="r(360 - l) = 360 - r(l)",
        source=_NEUGEBAUER,
    ),
    Function(
        "ascensional difference",
        ArgumentKind.ANGLE,
        ValueKind.ANGLE,
        lambda longitude, obliquity, latitude: ascensional_difference(
            latitude, declination(longitude, obliquity)
        ),
        (OBLIQUITY_BESIDE_LATITUDE, _LATITUDE),
        HALF_CIRCLE_SIGNS,
        unsigned=True,
        slack=0.06,
        prior=-1.0,
        symmetry="as the declination",
        source=_NEUGEBAUER,
    ),
    Function(
        "arcs of the day",
        ArgumentKind.ANGLE,
        ValueKind.HOURS,
        lambda longitude, obliquity, latitude, arc: arc_of_day(
            ascensional_difference(latitude, declination(longitude, obliquity)), arc
        ),
        (OBLIQUITY_BESIDE_LATITUDE, _LATITUDE, _ARC),
        SIGNS,
        names=_ARCS,
        slack=0.06,
        prior=-1.0,
        symmetry="opposite longitudes add up to 24 hours",
        source=_NEUGEBAUER,
    ),
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
