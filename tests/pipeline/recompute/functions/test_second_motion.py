"""Equations against the geometry of the eccentric drawn with vectors, and against Almagest III 6."""

import numpy as np
import pytest

from tablekin.recompute.functions import second_motion
from tablekin.recompute.known_values import read_sexagesimal


@pytest.mark.parametrize("anomaly", [6.0, 30.0, 90.0, 144.0, 177.0])
@pytest.mark.parametrize("eccentricity", [1.0, 2.5, 11.5])
def test_the_equation_is_the_angle_between_centre_and_eye(anomaly, eccentricity):
    """The planet on a circle about a centre that lies ``e`` towards the apogee from the eye."""
    angle = np.deg2rad(anomaly)
    from_centre = 60 * np.array([np.cos(angle), np.sin(angle)])
    from_eye = from_centre + np.array([eccentricity, 0.0])
    cosine = from_centre @ from_eye / np.linalg.norm(from_centre) / np.linalg.norm(from_eye)
    assert second_motion.equation(anomaly, eccentricity) == pytest.approx(
        np.rad2deg(np.arccos(cosine)), abs=1e-6
    )


# Almagest III 6: mean anomaly from the apogee, equation
@pytest.mark.parametrize(("anomaly", "value"), [(6, "0;14"), (30, "1;9"), (90, "2;23")])
def test_the_solar_equation_of_ptolemy(anomaly, value):
    assert second_motion.equation(anomaly, 2.5) == pytest.approx(read_sexagesimal(value), abs=0.51 / 60)


def test_the_true_sun_is_behind_the_mean_sun_after_the_apogee():
    assert second_motion.true_sun(120.0, 65.5, 2.5) < 120
    assert second_motion.true_sun(65.5 + 180, 65.5, 2.5) == pytest.approx(245.5)


def test_the_equation_of_time_vanishes_without_its_two_causes():
    longitude = np.arange(0.0, 360.0, 15.0)
    zero = second_motion.equation_of_time(longitude, 0.0, 65.5, 0.0, 0.0)
    assert zero == pytest.approx(0, abs=1e-9)


def test_the_equation_of_time_is_mean_longitude_less_right_ascension():
    """By its definition, the mean longitude found from the true one by repetition."""
    longitude, eccentricity, apogee, obliquity = 200.0, 2.5, 65.5, 23.85
    mean = longitude
    for _ in range(60):
        mean += longitude - float(second_motion.true_sun(mean, apogee, eccentricity))
    ascension = np.rad2deg(
        np.arctan2(
            np.sin(np.deg2rad(longitude)) * np.cos(np.deg2rad(obliquity)), np.cos(np.deg2rad(longitude))
        )
    )
    found = second_motion.equation_of_time(longitude, eccentricity, apogee, obliquity, 0.0)
    assert found == pytest.approx(mean - ascension % 360, abs=2e-3)
