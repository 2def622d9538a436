import numpy as np
import pytest

from tablekin.recompute.functions import horizon


def test_parallax_is_the_angle_at_the_planet():
    """The triangle of eye, centre of the Earth and planet, with vectors."""
    distance, zenith = 60.0, np.deg2rad(50.0)
    to_planet = None
    low, high = 1.0, 200.0
    for _ in range(200):  # how far along the line of sight the planet is
        reach = (low + high) / 2
        to_planet = np.array([0.0, 1.0]) + reach * np.array([np.sin(zenith), np.cos(zenith)])
        low, high = (reach, high) if np.linalg.norm(to_planet) < distance else (low, reach)
    seen_from_centre = np.rad2deg(np.arctan2(to_planet[0], to_planet[1]))
    expected = 50.0 - seen_from_centre
    assert horizon.parallax(50.0, 60 * np.rad2deg(np.arcsin(1 / distance))) == pytest.approx(
        expected, abs=1e-9
    )


def test_refraction_of_bradley_solves_its_rule():
    zenith = np.array([10.0, 45.0, 75.0, 85.0])
    found = horizon.refraction_of_bradley(zenith, 57.0)
    assert found == pytest.approx(57 / 3600 * np.tan(np.deg2rad(zenith - 3 * found)))
    assert 3600 * found[1] == pytest.approx(57, abs=0.2)


def test_refraction_by_the_tangent_is_the_constant_at_half_height():
    assert 3600 * horizon.refraction_by_tangent(45.0, 58.2) == pytest.approx(58.2)
