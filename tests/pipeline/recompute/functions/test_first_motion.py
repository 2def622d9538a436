"""Spherical formulas against rotations of vectors, and against tables of the Almagest as G. J. Toomer prints them."""

import numpy as np
import pytest
from scipy.optimize import brentq

from tablekin.recompute.functions import first_motion
from tablekin.recompute.known_values import read_sexagesimal


def ecliptic_point(longitude, obliquity):
    """A point of the ecliptic in equatorial coordinates: a vector on the x axis, turned twice."""
    lon, eps = np.deg2rad([longitude, obliquity])
    about_pole = np.array([[np.cos(lon), -np.sin(lon), 0], [np.sin(lon), np.cos(lon), 0], [0, 0, 1]])
    about_equinox = np.array([[1, 0, 0], [0, np.cos(eps), -np.sin(eps)], [0, np.sin(eps), np.cos(eps)]])
    return about_equinox @ about_pole @ np.array([1.0, 0.0, 0.0])


def altitude(point, latitude, sidereal):
    """Sine of the altitude of a point: its component along the zenith."""
    phi, theta = np.deg2rad([latitude, sidereal])
    zenith = np.array([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)])
    return float(point @ zenith)


def rising(point, latitude):
    """Sidereal time, degrees, at which a point rises, found by walking round and halving."""
    times = np.arange(-180.0, 181.0, 2.0)
    heights = [altitude(point, latitude, time) for time in times]
    for before, after, low, high in zip(times, times[1:], heights, heights[1:], strict=False):
        if low < 0 <= high:
            return brentq(lambda time: altitude(point, latitude, time), before, after)
    raise AssertionError("it does not rise")


def hours_above(point, latitude):
    """Length of the day by the horizon: time from rising to setting."""
    up = rising(point, latitude)
    times = up + np.arange(1.0, 360.0, 2.0)
    down = next(time for time in times if altitude(point, latitude, time) < 0)
    return (brentq(lambda time: altitude(point, latitude, time), down - 2, down) - up) / 15


CASES = [(17.0, 23.5), (30.0, 23.85), (75.0, 23.4), (121.0, 24.0), (200.0, 23.5), (333.0, 23.6)]


@pytest.mark.parametrize(("longitude", "obliquity"), CASES)
def test_declination_and_right_ascension_are_those_of_the_turned_vector(longitude, obliquity):
    x, y, z = ecliptic_point(longitude, obliquity)
    assert first_motion.declination(longitude, obliquity) == pytest.approx(
        np.rad2deg(np.arcsin(z)), abs=1e-10
    )
    assert first_motion.right_ascension(longitude, obliquity) == pytest.approx(
        np.rad2deg(np.arctan2(y, x)) % 360
    )


@pytest.mark.parametrize(("longitude", "obliquity"), CASES)
@pytest.mark.parametrize("latitude", [12.0, 36.0, 48.5, 60.0])
def test_oblique_ascension_is_the_degree_of_the_equator_that_rises_with_the_point(
    longitude, obliquity, latitude
):
    time = rising(ecliptic_point(longitude, obliquity), latitude)
    found = first_motion.oblique_ascension(longitude, latitude, obliquity)
    assert (found - (time + 90) + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("longitude", "obliquity"), CASES)
@pytest.mark.parametrize("latitude", [24.0, 40.0, 55.0])
def test_the_day_lasts_from_rising_to_setting(longitude, obliquity, latitude):
    hours = hours_above(ecliptic_point(longitude, obliquity), latitude)
    difference = first_motion.ascensional_difference(latitude, first_motion.declination(longitude, obliquity))
    assert 12 + 2 / 15 * difference == pytest.approx(hours, abs=1e-6)


@pytest.mark.parametrize("hours", [12.25, 14.5, 17.0, 21.0, 23.5])
def test_where_the_longest_day_has_so_many_hours(hours):
    point = ecliptic_point(90.0, 23.5)
    latitude = brentq(lambda tried: hours_above(point, tried) - hours, 0.1, 66.48)
    assert first_motion.latitude_of_longest_day(hours, 23.5) == pytest.approx(latitude, abs=1e-6)


def test_the_sun_does_not_set_where_the_formula_has_no_value():
    assert np.isnan(first_motion.ascensional_difference(70.0, 23.5))


# Almagest II 6 and 8: longest day of the seven climates, and their latitudes
CLIMATES = {13: "16;27", 13.5: "23;51", 14: "30;22", 14.5: "36;0", 15: "40;56", 15.5: "45;1", 16: "48;32"}


@pytest.mark.parametrize(("hours", "latitude"), CLIMATES.items())
def test_the_climates_of_ptolemy(hours, latitude):
    found = first_motion.latitude_of_longest_day(hours, read_sexagesimal("23;51,20"))
    assert found == pytest.approx(read_sexagesimal(latitude), abs=4 / 60)  # he rounds on his way


# Almagest I 15 (declination) and II 8, sphaera recta (right ascension)
@pytest.mark.parametrize(("longitude", "value"), [(30, "11;39,59"), (60, "20;30,9"), (90, "23;51,20")])
def test_the_declinations_of_ptolemy(longitude, value):
    found = first_motion.declination(longitude, read_sexagesimal("23;51,20"))
    assert found == pytest.approx(read_sexagesimal(value), abs=10 / 3600)


@pytest.mark.parametrize(
    ("longitude", "value"), [(10, "9;10"), (20, "18;25"), (30, "27;50"), (60, "57;44"), (90, "90;0")]
)
def test_the_right_ascensions_of_ptolemy(longitude, value):
    found = first_motion.right_ascension(longitude, read_sexagesimal("23;51,20"))
    assert found == pytest.approx(read_sexagesimal(value), abs=0.5 / 60 + 1e-9)
