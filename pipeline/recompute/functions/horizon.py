"""Tables of what the horizon and the air do: refraction, parallax, dip; the simple kinds.

After the Explanatory Supplement to the Astronomical Almanac (3rd ed., 2013), ch. 7, and J. B. J. Delambre, Histoire de
l'astronomie au dix-huitieme siecle (1827), on Bradley's rule.
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
    tangent,
)


def refraction_by_tangent(zenith_distance: Array, constant: Array) -> Array:
    """Refraction, degrees, far from the horizon: a constant of seconds by the tangent."""
    return constant / 3600 * tangent(zenith_distance)


def refraction_of_bradley(zenith_distance: Array, constant: Array) -> Array:
    """Refraction by Bradley's rule, degrees: ``r = c tan(z - 3 r)``, found by repetition."""
    refraction = constant / 3600 * tangent(np.minimum(zenith_distance, 88))
    for _ in range(12):
        refraction = constant / 3600 * tangent(zenith_distance - 3 * refraction)
    return refraction


def parallax(zenith_distance: Array, horizontal: Array) -> Array:
    """Parallax in altitude, degrees: ``sin p = sin P sin z``, the horizontal parallax in minutes."""
    return np.asarray(np.rad2deg(np.arcsin(sine(horizontal / 60) * sine(zenith_distance))))


_REFRACTION = Parameter("constant", "seconds of arc", 40.0, 75.0, 2, known="refraction")
_PARALLAX = Parameter("horizontal parallax", "minutes of arc", 2.0, 66.0, 8, own=True, known="parallax")
HORIZON = (
    *(
        Function(
            f"refraction {rule} by {entry}",
            ArgumentKind.ANGLE,
            ValueKind.ANGLE,
            formula,
            (_REFRACTION,),
            (0.0,),
            slack=0.3,
            prior=-2.0,
            source="Delambre, Histoire de l'astronomie au dix-huitieme siecle; Explanatory Supplement, ch. 7",
        )
        for rule, entry, formula in (
            ("by the tangent", "zenith distance", refraction_by_tangent),
            ("by the tangent", "altitude", lambda h, constant: refraction_by_tangent(90 - h, constant)),
            ("after Bradley", "zenith distance", refraction_of_bradley),
            ("after Bradley", "altitude", lambda h, constant: refraction_of_bradley(90 - h, constant)),
        )
    ),
    Function(
        "parallax by altitude",
        ArgumentKind.ANGLE,
        ValueKind.ANGLE,
        lambda h, horizontal: parallax(90 - h, horizontal),
        (_PARALLAX,),
        (0.0,),
        slack=0.3,
        prior=-2.0,
        source="Explanatory Supplement, ch. 7",
    ),
    Function(
        "parallax by zenith distance",
        ArgumentKind.ANGLE,
        ValueKind.ANGLE,
        parallax,
        (_PARALLAX,),
        (0.0,),
        slack=0.3,
        prior=-2.0,
        source="Explanatory Supplement, ch. 7",
    ),
    Function(
        "projection by the cosine of the latitude",
        ArgumentKind.ANGLE,
        ValueKind.ANGLE,
        lambda latitude: cosine(latitude),
        (),
        (0.0,),
        source="degree of longitude on a parallel, in degrees of the equator",
    ),
)
