"""Tables of the first motion: declination, ascensions, length of the day, climates.

Formulas in modern notation after O. Neugebauer, A History of Ancient Mathematical Astronomy (1975), I A 4-5, and G. Van
Brummelen, The Mathematics of the Heavens and the Earth (2009), ch. 2.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tablekin.recompute.functions.definition import (
    ArgumentKind,
    Array,
    Function,
    Parameter,
    ValueKind,
    arcsine,
    cosine,
    sine,
    tangent,
)

SIGNS = tuple(float(degree) for degree in range(0, 360, 30))
HALF_CIRCLE_SIGNS = tuple(float(degree) for degree in range(0, 181, 30))
OBLIQUITY = Parameter("obliquity", "degrees", 23.0, 24.2, 3, known="obliquity")
OBLIQUITY_BESIDE_LATITUDE = Parameter("obliquity", "degrees", 23.0, 24.2, 1, known="obliquity")
LATITUDE = Parameter("latitude", "degrees", 10.0, 66.0, 56, known="latitude")
_LONGITUDES = (10, 15, 20, 30, 40, 45, 50, 60, 70, 75, 80, 90)
_ROWS_LEFT_OUT = (1, 2, 3)  # of so many rows one is kept, in a copy of a table that prints differences of all
_COLUMN_LONGITUDE = Parameter(
    "longitude", "degrees", choices=(*(-x for x in reversed(_LONGITUDES)), 0.0, *_LONGITUDES), own=True
)


def declination(longitude: Array, obliquity: Array) -> Array:
    """Declination of a point of the ecliptic, degrees: ``sin d = sin l sin e``."""
    return arcsine(sine(longitude) * sine(obliquity))


def right_ascension(longitude: Array, obliquity: Array) -> Array:
    """Right ascension of a point of the ecliptic, degrees from 0 to 360: ``tan a = tan l cos e``."""
    return np.asarray(np.rad2deg(np.arctan2(sine(longitude) * cosine(obliquity), cosine(longitude))) % 360)


def ascensional_difference(latitude: Array, delta: Array) -> Array:
    """Excess of the half day over a quarter, degrees: ``sin x = tan f tan d``; NaN where the Sun does not set."""
    return arcsine(tangent(latitude) * tangent(delta))


def oblique_ascension(longitude: Array, latitude: Array, obliquity: Array) -> Array:
    """Degrees of the equator that rise with the ecliptic from its beginning."""
    difference = ascensional_difference(latitude, declination(longitude, obliquity))
    return np.asarray((right_ascension(longitude, obliquity) - difference) % 360)


def latitude_of_longest_day(hours: Array, obliquity: Array) -> Array:
    """Latitude, degrees, where the longest day has so many hours: ``tan f = -cos(H / 2) / tan e``."""
    return np.asarray(np.rad2deg(np.arctan(-cosine(7.5 * hours) / tangent(obliquity))))


def _normed(longitude: Array, zero: Array, obliquity: Array) -> Array:
    return np.asarray((right_ascension(longitude, obliquity) + zero) % 360)


def arc_of_day(difference: Array, arc: Array) -> Array:
    """Hours of one or two half arcs of the day, or of -1 or -2 of the night, by their ascensional difference."""
    return 6 * np.abs(arc) + arc * difference / 15


def _breadth(rows: int) -> Callable[[Array, float, Array], Array]:
    def breadth(hours: Array, step: float, obliquity: Array) -> Array:
        before = latitude_of_longest_day(hours - step / rows, obliquity)
        return latitude_of_longest_day(hours, obliquity) - before

    return breadth


_NEUGEBAUER = "Neugebauer, History of Ancient Mathematical Astronomy, I A 4"
FIRST_MOTION = (
    Function(
        "declination",
        ArgumentKind.ANGLE,
        ValueKind.ANGLE,
        declination,
        (OBLIQUITY,),
        HALF_CIRCLE_SIGNS,
        unsigned=True,
        symmetry="each quadrant mirrors the first; south is printed as north",
        source=_NEUGEBAUER,
    ),
    Function(
        "right ascension",
        ArgumentKind.ANGLE,
        ValueKind.ANGLE,
        _normed,
        (Parameter("zero", "degrees", choices=(0.0, 90.0)), OBLIQUITY),
        SIGNS,
        period=360.0,
        turns=True,
        symmetry="a(180 - l) = 180 - a(l), a(180 + l) = 180 + a(l)",
        source=_NEUGEBAUER,
    ),
    Function(
        "oblique ascension",
        ArgumentKind.ANGLE,
        ValueKind.ANGLE,
        oblique_ascension,
        (LATITUDE, OBLIQUITY_BESIDE_LATITUDE),
        SIGNS,
        period=360.0,
        turns=True,
        slack=0.05,
        prior=-1.0,
        symmetry="r(360 - l) = 360 - r(l)",
        source=_NEUGEBAUER,
    ),
    Function(
        "ascensional difference",
        ArgumentKind.ANGLE,
        ValueKind.ANGLE,
        lambda longitude, latitude, obliquity: ascensional_difference(
            latitude, declination(longitude, obliquity)
        ),
        (LATITUDE, OBLIQUITY_BESIDE_LATITUDE),
        HALF_CIRCLE_SIGNS,
        unsigned=True,
        slack=0.06,
        prior=-1.0,
        symmetry="as the declination",
        source=_NEUGEBAUER,
    ),
    Function(
        "ascensional difference by declination",
        ArgumentKind.ANGLE,
        ValueKind.ANGLE,
        lambda delta, latitude: ascensional_difference(latitude, delta),
        (Parameter("latitude", "degrees", 1.0, 66.0, 22, own=True, on_top=True, known="latitude"),),
        (0.0,),
        slack=0.05,
        prior=-2.0,
        source=_NEUGEBAUER,
    ),
    Function(
        "ascensional difference by latitude",
        ArgumentKind.ANGLE,
        ValueKind.ANGLE,
        ascensional_difference,
        (Parameter("declination", "degrees", 0.5, 24.2, 24, own=True, on_top=True),),
        (0.0,),
        slack=0.05,
        prior=-2.0,
        symmetry="latitude and declination may change places",
        source=_NEUGEBAUER,
    ),
    Function(
        "length of the day by latitude",
        ArgumentKind.ANGLE,
        ValueKind.HOURS,
        lambda latitude, obliquity, longitude: (
            12 + ascensional_difference(latitude, declination(longitude, obliquity)) * 2 / 15
        ),
        (OBLIQUITY, _COLUMN_LONGITUDE),
        (0.0,),
        symmetry="opposite signs add up to 24 hours",
        source=_NEUGEBAUER,
    ),
    Function(
        "arcs of the day",
        ArgumentKind.ANGLE,
        ValueKind.HOURS,
        lambda longitude, latitude, obliquity, arc: arc_of_day(
            ascensional_difference(latitude, declination(longitude, obliquity)), arc
        ),
        (LATITUDE, OBLIQUITY_BESIDE_LATITUDE, Parameter("arc", "half arcs", choices=(1.0, 2.0), own=True)),
        SIGNS,
        turns=True,
        names=("half arc of the day", "length of the day"),
        slack=0.06,
        prior=-1.0,
        symmetry="opposite longitudes add up to 24 hours; sunrise is the half arc of the opposite longitude",
        source=_NEUGEBAUER,
    ),
    Function(
        "latitude of the longest day",
        ArgumentKind.HOURS,
        ValueKind.ANGLE,
        latitude_of_longest_day,
        (OBLIQUITY,),
        source="Neugebauer, History of Ancient Mathematical Astronomy, I A 4.5; climates and parallels",
    ),
    *(
        Function(
            "breadth of a climate",
            ArgumentKind.HOURS,
            ValueKind.ANGLE,
            _breadth(rows),
            (OBLIQUITY,),
            takes_step=True,
            prior=1.0 - rows,
            source="difference of the latitudes of the longest day",
        )
        for rows in _ROWS_LEFT_OUT
    ),
    *(
        Function(
            "breadth of a climate in miles",
            ArgumentKind.HOURS,
            ValueKind.NUMBER,
            _breadth(rows),
            (OBLIQUITY,),
            takes_step=True,
            plain=True,
            scale_name="miles to the degree",
            prior=1.0 - rows,
            source="difference of the latitudes of the longest day, by a number of miles to the degree",
        )
        for rows in _ROWS_LEFT_OUT
    ),
)
