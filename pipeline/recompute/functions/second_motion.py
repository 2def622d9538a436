"""Tables of the second motion: mean motions, equations, the Sun by days, the equation of time.

After O. Pedersen, A Survey of the Almagest (1974), ch. 5-6, and J. Chabas and B. R. Goldstein, A Survey of European
Astronomical Tables in the Late Middle Ages (2012).
"""

from __future__ import annotations

import numpy as np

from tablekin.recompute.functions.definition import (
    ArgumentKind,
    Array,
    Function,
    Parameter,
    ValueKind,
    cosine,
    sine,
)
from tablekin.recompute.functions.first_motion import (
    SIGNS,
    ascensional_difference,
    declination,
    right_ascension,
)

SUN_BY_DAYS = "longitude of the Sun by days"
DAILY_SUN = 0.985647  # degrees of mean motion in a day
_LATITUDE = Parameter("latitude", "degrees", 20.0, 62.0, 7, known="latitude")


def equation(anomaly: Array, eccentricity: Array) -> Array:
    """Equation of an eccentric or of an epicycle, degrees, its distance in sixtieths of the radius.

    ``tan q = e sin a / (60 + e cos a)``, the anomaly counted from the apogee.
    """
    return np.asarray(
        np.rad2deg(np.arctan2(eccentricity * sine(anomaly), 60 + eccentricity * cosine(anomaly)))
    )


def true_sun(mean: Array, apogee: Array, eccentricity: Array) -> Array:
    """Longitude of the Sun on an eccentric from its mean longitude, all in degrees."""
    return mean - equation(mean - apogee, eccentricity)


def _sun_by_day(day: Array, start: Array, apogee: Array, eccentricity: Array) -> Array:
    """Longitude of the Sun on a day of a month; ``start`` is the mean longitude on day 0."""
    return np.asarray(true_sun(start + DAILY_SUN * day, apogee, eccentricity) % 360)


def _declination_by_day(day: Array, start: Array) -> Array:
    return declination(_sun_by_day(day, start, np.asarray(97.0), np.asarray(2.03)), np.asarray(23.5))


def _arc_by_day(day: Array, start: Array, latitude: Array) -> Array:
    return 6 + ascensional_difference(latitude, _declination_by_day(day, start)) / 15


def equation_of_time(
    longitude: Array, eccentricity: Array, apogee: Array, obliquity: Array, zero: Array
) -> Array:
    """Equation of time, degrees: the equation of the centre, less the reduction to the equator, and a constant.

    Pedersen, Survey of the Almagest, 5.8; medieval tables choose the constant so that no value is negative.
    """
    centre = longitude - apogee
    eccentric = np.rad2deg(np.arcsin(np.clip(eccentricity / 60 * sine(centre), -1, 1)))
    reduction = right_ascension(longitude, obliquity) - longitude
    return np.asarray(zero - ((reduction + 180) % 360 - 180) + eccentric)


_PEDERSEN = "Pedersen, Survey of the Almagest, ch. 5"
SECOND_MOTION = (
    Function(
        "solar equation",
        ArgumentKind.ANGLE,
        ValueKind.ANGLE,
        equation,
        (Parameter("eccentricity", "sixtieths of the radius", 0.9, 3.0, 48, known="solar eccentricity"),),
        SIGNS,
        unsigned=True,
        slack=0.15,
        symmetry="q(360 - a) = -q(a)",
        source=_PEDERSEN,
    ),
    Function(
        "equation of an epicycle",
        ArgumentKind.ANGLE,
        ValueKind.ANGLE,
        equation,
        (Parameter("radius", "sixtieths of the radius", 3.0, 48.0, 90, known="epicycle"),),
        SIGNS,
        unsigned=True,
        slack=0.2,
        prior=-2.0,
        symmetry="q(360 - a) = -q(a)",
        source=_PEDERSEN,
    ),
    Function(
        "solar equation (by the sine)",
        ArgumentKind.ANGLE,
        ValueKind.ANGLE,
        lambda anomaly, greatest: greatest * sine(anomaly),
        (Parameter("greatest equation", "degrees", 0.5, 3.0, 3, known="greatest solar equation"),),
        SIGNS,
        unsigned=True,
        slack=0.3,
        prior=-2.0,
        symmetry="q(180 - a) = q(a)",
        source="Chabas and Goldstein, Survey of European Astronomical Tables, ch. 4: the method of sines",
    ),
    Function(
        SUN_BY_DAYS,
        ArgumentKind.DAYS,
        ValueKind.ANGLE,
        _sun_by_day,
        (
            Parameter("mean longitude", "degrees", 0.0, 360.0, 36, own=True, shifts=True),
            Parameter("apogee", "degrees", 50.0, 140.0, 1, known="solar apogee"),
            Parameter("eccentricity", "sixtieths of the radius", 1.8, 2.4, 1, known="solar eccentricity"),
        ),
        period=30.0,
        slack=0.15,
        symmetry="the sign may be left out",
        source=_PEDERSEN,
    ),
    Function(
        "declination by days",
        ArgumentKind.DAYS,
        ValueKind.ANGLE,
        _declination_by_day,
        (Parameter("mean longitude", "degrees", 0.0, 360.0, 72, own=True),),
        unsigned=True,
        slack=0.1,
        prior=-1.0,
        source=_PEDERSEN,
    ),
    Function(
        "length of the day by days",
        ArgumentKind.DAYS,
        ValueKind.HOURS,
        lambda day, start, latitude: 2 * _arc_by_day(day, start, latitude),
        (
            Parameter("mean longitude", "degrees", 0.0, 360.0, 72, own=True),
            _LATITUDE,
        ),
        slack=0.3,
        prior=-1.0,
        source=_PEDERSEN,
    ),
    Function(
        "half arc of the day by days",
        ArgumentKind.DAYS,
        ValueKind.HOURS,
        _arc_by_day,
        (
            Parameter("mean longitude", "degrees", 0.0, 360.0, 72, own=True),
            _LATITUDE,
        ),
        slack=0.3,
        prior=-2.0,
        symmetry="the time of sunset; sunrise is that of the opposite longitude",
        source=_PEDERSEN,
    ),
    Function(
        "equation of time",
        ArgumentKind.ANGLE,
        ValueKind.ANGLE,
        equation_of_time,
        (
            Parameter("eccentricity", "sixtieths of the radius", 1.8, 2.6, 1, known="solar eccentricity"),
            Parameter("apogee", "degrees", 60.0, 105.0, 3, known="solar apogee"),
            Parameter("obliquity", "degrees", 23.0, 24.2, 1, known="obliquity"),
            Parameter("zero", "degrees", -1.0, 6.0, 7),
        ),
        SIGNS,
        turns=True,
        slack=0.15,
        prior=-3.0,
        source="Pedersen, Survey of the Almagest, 5.8",
    ),
)
