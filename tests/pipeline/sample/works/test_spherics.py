import numpy as np
import pytest
from scipy.optimize import brentq

from tablekin.sample.works import spherics


def equatorial(longitude: float, obliquity: float) -> np.ndarray:
    """Unit vector of a point of the ecliptic, by turning the ecliptic about the equinox."""
    a, e = np.radians(longitude), np.radians(obliquity)
    turn = np.array([[1, 0, 0], [0, np.cos(e), -np.sin(e)], [0, np.sin(e), np.cos(e)]])
    return turn @ np.array([np.cos(a), np.sin(a), 0])


def altitude_sine(vector: np.ndarray, latitude: float, sidereal: float) -> float:
    """Sine of the altitude: the product with the zenith's direction; angles in degrees."""
    phi, theta = np.radians(latitude), np.radians(sidereal)
    zenith = np.array([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)])
    return float(vector @ zenith)


@pytest.mark.parametrize("longitude", [3, 30, 77, 90, 123, 200, 311])
@pytest.mark.parametrize("obliquity", [23.5, 23.86])
def test_declination_and_right_ascension_are_those_of_the_turned_vector(longitude, obliquity):
    x, y, z = equatorial(longitude, obliquity)
    assert spherics.declination(longitude, obliquity) == pytest.approx(np.degrees(np.arcsin(z)))
    assert spherics.right_ascension(longitude, obliquity) == pytest.approx(np.degrees(np.arctan2(y, x)) % 360)


@pytest.mark.parametrize(("longitude", "expected"), [(30, (11, 39, 59)), (60, (20, 30, 9))])
def test_declinations_of_ptolemy(longitude, expected):
    # Almagest I 15, obliquity 23;51,20
    degrees, minutes, seconds = expected
    computed = spherics.declination(longitude, 23 + 51 / 60 + 20 / 3600)
    assert computed == pytest.approx(degrees + minutes / 60 + seconds / 3600, abs=2 / 3600)


@pytest.mark.parametrize(("latitude", "longitude"), [(10, 20), (41, 100), (48.5, 215), (55, 340)])
def test_oblique_ascension_is_what_rises_on_the_equator_at_the_same_time(latitude, longitude):
    vector = equatorial(longitude, 23.5)
    right = spherics.right_ascension(longitude, 23.5)
    rising = brentq(lambda t: altitude_sine(vector, latitude, t), right - 180, right)
    computed = right - spherics.ascensional_difference(latitude, spherics.declination(longitude, 23.5))
    assert computed % 360 == pytest.approx((rising + 90) % 360, abs=1e-6)


@pytest.mark.parametrize(("latitude", "longitude"), [(30, 90), (45, 60), (52, 270)])
def test_half_day_ends_where_the_sun_is_on_the_horizon(latitude, longitude):
    hours = spherics.half_day(latitude, spherics.declination(longitude, 23.5))
    noon = spherics.right_ascension(longitude, 23.5)
    vector = equatorial(longitude, 23.5)
    assert altitude_sine(vector, latitude, noon + 15 * hours) == pytest.approx(0, abs=1e-12)
    assert altitude_sine(vector, latitude, noon) > 0


@pytest.mark.parametrize(
    ("hours", "latitude"),
    [(13, 16.45), (13.5, 23.85), (14, 30.37), (14.5, 36.0), (15, 40.93), (15.5, 45.02), (16, 48.53)],
)
def test_seven_climates_are_where_ptolemy_has_them(hours, latitude):
    # Almagest II 6
    assert spherics.latitude_of_longest_day(hours, 23.855) == pytest.approx(latitude, abs=0.08)


def test_declination_table_holds_rounded_declinations():
    work = spherics.declinations(np.random.default_rng(0))
    degree, minute = work.parameters["obliquity"].split()
    obliquity = int(degree) + int(minute) / 60
    sign = work.quantities[2]
    first = work.column_keys.index(sign.places[0])
    for row, cells in enumerate(work.cells, 1):
        value = sum(
            int(cell) / 60**power for power, cell in enumerate(cells[first : first + len(sign.units)])
        )
        exact = np.degrees(np.arcsin(equatorial(30 + row, obliquity)[2]))
        assert abs(value - exact) <= 0.5 / 60 ** (len(sign.units) - 1) + 1e-9
