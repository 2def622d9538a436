import numpy as np
import pytest

from tablekin.sample.works import motions
from tablekin.sample.works.work import Work


def draw(make, accept) -> Work:
    rng = np.random.default_rng(7)
    works = (make(rng) for _ in range(300))
    return next(work for work in works if accept(work))


@pytest.mark.parametrize("school", sorted(motions.DAILY_MOTIONS))
def test_mean_motions_return_in_the_months_and_years_of_the_sky(school):
    daily = motions.DAILY_MOTIONS[school]
    assert 360 / daily["elongation"] == pytest.approx(29.53059, abs=2e-4)
    assert 360 / daily["anomaly"] == pytest.approx(27.5546, abs=1e-3)
    assert 360 / daily["latitude"] == pytest.approx(27.2122, abs=1e-3)
    assert 360 / daily["sun"] == pytest.approx(365.25, abs=0.02)
    assert daily["moon"] - daily["sun"] == pytest.approx(daily["elongation"], abs=2e-5)


def test_mean_motion_of_days_accumulates():
    work = draw(motions.mean_motions, lambda w: w.quantities[0].key == "day")
    quantity = work.quantities[1]
    rate = motions.DAILY_MOTIONS[work.parameters["school"].lstrip("@")][quantity.key]
    first = work.column_keys.index(quantity.places[0])
    for day, cells in enumerate(work.cells, 1):
        sign, degree, minute, second = (int(cell) for cell in cells[first : first + 4])
        turned = 30 * sign + degree + minute / 60 + second / 3600
        assert (turned - rate * day + 180) % 360 - 180 == pytest.approx(0, abs=0.51 / 3600)


@pytest.mark.parametrize("anomaly", [1, 45, 92, 130, 179])
def test_equation_is_the_angle_between_two_centres(anomaly):
    on_circle = np.exp(1j * np.radians(anomaly))
    from_earth = on_circle + 2.5 / 60
    expected = np.degrees(np.angle(on_circle) - np.angle(from_earth))
    assert motions.sun_equation(anomaly, 2.5) == pytest.approx(expected)


def test_greatest_solar_equation_of_ptolemy():
    greatest = max(motions.sun_equation(degree, 2.5) for degree in np.arange(0, 180, 0.1))
    assert greatest == pytest.approx(2 + 23 / 60, abs=0.01)  # Almagest III 4
