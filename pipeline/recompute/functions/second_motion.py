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
    arc_of_day,
    ascensional_difference,
    declination,
    right_ascension,
)

SUN_BY_DAYS = "longitude of the Sun by days"
DAILY_SUN = 0.985647  # degrees of mean motion in a day
USUAL_OBLIQUITY = 23.5  # degrees
_APOGEE = 95.5  # degrees: in the middle of 1480 to 1700
_SEASONS = (0.0, 90.0, 180.0, 270.0)  # of the first day: a fit that begins in another one does not find it
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


def usual_sun_by_day(day: Array, start: Array) -> Array:
    """Longitude of the Sun on a day of a month, with the apogee and eccentricity of the time of printed calendars."""
    return _sun_by_day(day, start, np.asarray(_APOGEE), np.asarray(2.03))


def _declination_by_day(day: Array, start: Array) -> Array:
    return declination(usual_sun_by_day(day, start), np.asarray(USUAL_OBLIQUITY))


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
    *(
        Function(
            "declination by days",
            ArgumentKind.DAYS,
            ValueKind.ANGLE,
            _declination_by_day,
            (Parameter("mean longitude", "degrees", season, season + 90, 36, own=True),),
            unsigned=True,
            slack=0.15,
            prior=-1.0,
            source=_PEDERSEN,
        )
        for season in _SEASONS
    ),
    *(
        Function(
            "arcs of the day by days",
            ArgumentKind.DAYS,
            ValueKind.HOURS,
            lambda day, start, latitude, arc: arc_of_day(
                ascensional_difference(latitude, _declination_by_day(day, start)), arc
            ),
            (
                Parameter("mean longitude", "degrees", season, season + 90, 18),
                _LATITUDE,
                Parameter("arc", "half arcs", choices=(1.0, -1.0, 2.0), own=True),
            ),
            names=("half arc of the day by days", "half arc of the day by days", "length of the day by days"),
            slack=0.3,
            prior=-1.0,
            symmetry="the time of sunset, and of sunrise as the half arc of the night",
            source=_PEDERSEN,
        )
        for season in _SEASONS
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
BY_DAYS = tuple(
    function
    for function in SECOND_MOTION
    if function.name.endswith("of the day by days") or function.name == "declination by days"
)
