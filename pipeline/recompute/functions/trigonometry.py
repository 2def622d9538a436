"""Trigonometric tables, each with its radius; shadows are tangents and cotangents with the gnomon for radius.

After G. Van Brummelen, The Mathematics of the Heavens and the Earth (2009), ch. 2 (chords), 3 (sines, shadows), 5
(Regiomontanus), and D. Roegel's reconstructions (LOCOMAT) for canons with secants and for logarithms.
"""

from __future__ import annotations

import numpy as np

from tablekin.recompute.functions.definition import (
    ArgumentKind,
    Array,
    Function,
    ValueKind,
    cosine,
    sine,
    tangent,
)

_QUADRANT = tuple(float(degree) for degree in range(0, 90))
_HALF_CIRCLE = tuple(float(degree) for degree in range(0, 180))


def chord(angle: Array) -> Array:
    """Chord of an arc in parts of the radius."""
    return 2 * sine(angle / 2)


def _reciprocal(value: Array) -> Array:
    return np.asarray(1 / np.where(np.abs(value) > 1e-12, value, np.nan))


def _logarithm(value: Array) -> Array:
    return np.asarray(np.log10(np.where(value > 0, value, np.nan)))


_RATIOS = {
    "sine": (sine, "sin(180 - x) = sin x"),
    "cosine": (cosine, "the sine of the complement"),
    "tangent": (tangent, "the shadow on a wall (umbra versa) of a horizontal gnomon"),
    "cotangent": (
        lambda angle: _reciprocal(tangent(angle)),
        "the shadow on the ground (umbra recta) of a gnomon",
    ),
    "secant": (lambda angle: _reciprocal(cosine(angle)), "sec(-x) = sec x"),
    "cosecant": (lambda angle: _reciprocal(sine(angle)), "the secant of the complement"),
    "versed sine": (lambda angle: 1 - cosine(angle), "vers(360 - x) = vers x"),
}
_LOGARITHMS = {
    "logarithm of the sine": (lambda angle: 10 + _logarithm(sine(angle)), 10.0),
    "logarithm of the tangent": (lambda angle: 10 + _logarithm(tangent(angle)), 10.0),
}
TRIGONOMETRY = (
    *(
        Function(
            name,
            ArgumentKind.ANGLE,
            ValueKind.NUMBER,
            formula,
            (),
            _HALF_CIRCLE if name == "versed sine" else _QUADRANT,
            turns=name == "versed sine",
            symmetry=symmetry,
            source="Van Brummelen, Mathematics of the Heavens and the Earth, ch. 3 and 5",
        )
        for name, (formula, symmetry) in _RATIOS.items()
    ),
    Function(
        "chord",
        ArgumentKind.ANGLE,
        ValueKind.NUMBER,
        chord,
        (),
        _HALF_CIRCLE,
        turns=True,
        symmetry="chord(360 - x) = chord x",
        source="Almagest I 11; Van Brummelen, ch. 2",
    ),
    *(
        Function(
            name,
            ArgumentKind.ANGLE,
            ValueKind.NUMBER,
            formula,
            (),
            _QUADRANT,
            turns=True,
            prior=-1.0,
            symmetry="characteristic 9 below the radius, of 10 in all",
            source="Briggs, Trigonometria Britannica (1633); Vlacq (1633)",
        )
        for name, (formula, _) in _LOGARITHMS.items()
    ),
)
