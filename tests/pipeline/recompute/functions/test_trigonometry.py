"""Trigonometric functions against polygons and series, and against Ptolemy's table of chords (Almagest I 11)."""

from fractions import Fraction
from math import factorial, hypot

import numpy as np
import pytest

from tablekin.recompute.functions.trigonometry import TRIGONOMETRY
from tablekin.recompute.known_values import read_sexagesimal

BY_NAME = {function.name: function for function in TRIGONOMETRY}


def by_series(degrees):
    """Sine and cosine by their series in exact fractions of a good value of pi."""
    pi = Fraction(3141592653589793238462643, 10**24)
    angle = Fraction(degrees) * pi / 180
    sine = sum(Fraction((-1) ** k) * angle ** (2 * k + 1) / factorial(2 * k + 1) for k in range(14))
    cosine = sum(Fraction((-1) ** k) * angle ** (2 * k) / factorial(2 * k) for k in range(14))
    return float(sine), float(cosine)


@pytest.mark.parametrize("degrees", [1, 17, 30, 44, 60, 73, 89])
def test_ratios_are_those_of_the_series(degrees):
    sine, cosine = by_series(degrees)
    expected = {
        **{"sine": sine, "cosine": cosine, "tangent": sine / cosine, "cotangent": cosine / sine},
        **{"secant": 1 / cosine, "cosecant": 1 / sine, "versed sine": 1 - cosine},
    }
    for name, value in expected.items():
        assert BY_NAME[name].formula(np.array(float(degrees))) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("degrees", [10.0, 60.0, 111.0, 180.0])
def test_a_chord_is_the_distance_of_two_points_of_the_circle(degrees):
    angle = np.deg2rad(degrees)
    distance = hypot(np.cos(angle) - 1, np.sin(angle))
    assert BY_NAME["chord"].formula(np.array(degrees)) == pytest.approx(distance)


@pytest.mark.parametrize(
    ("arc", "chord"),
    [(1, "1;2,50"), (36, "37;4,55"), (60, "60;0,0"), (72, "70;32,3"), (90, "84;51,10"), (120, "103;55,23")],
)
def test_the_chords_of_ptolemy(arc, chord):
    assert 60 * BY_NAME["chord"].formula(np.array(float(arc))) == pytest.approx(
        read_sexagesimal(chord), abs=0.51 / 3600
    )


def test_logarithms_of_sines_are_of_the_radius_of_ten_digits():
    found = BY_NAME["logarithm of the sine"].formula(np.array([30.0, 90.0]))
    assert found == pytest.approx([9.69897000434, 10.0])  # Briggs: log 5 = 0.69897000434
    assert np.isnan(BY_NAME["logarithm of the tangent"].formula(np.array(0.0)))
