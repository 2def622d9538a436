"""Tables with an argument at the side and one on top, computed here by turning vectors and by hour angles."""

import math

import numpy as np
import pytest

from tablekin.recompute import recompute
from tablekin.recompute.table_text import from_rows
from tests.pipeline.recompute.tables import declination_of, places


def rising(latitude: float, delta: float) -> float:
    """Degrees that the sky turns from rising to noon."""
    return math.degrees(math.acos(-math.tan(math.radians(latitude)) * math.tan(math.radians(delta))))


def ascension(longitude: float, latitude: float, obliquity: float) -> float:
    """Degree of the equator that rises with a point of the ecliptic."""
    lon, eps = math.radians(longitude), math.radians(obliquity)
    right = math.degrees(math.atan2(math.cos(eps) * math.sin(lon), math.cos(lon)))
    return (right - rising(latitude, declination_of(longitude, obliquity)) + 90) % 360


def find(down, across, value, headings=False):
    rows = [[str(own), *(cell for top in across for cell in places(value(own, top), (60,)))] for own in down]
    heads = ["", *(head for top in across for head in (str(top), ""))] if headings else []
    (finding,) = recompute([from_rows(rows, heads)]).findings
    tops = [
        (one.name, round(one.value, 3))
        for one in finding.parameters
        if one.quantity >= 0 and one.low == one.high
    ]
    return finding, tops


def latitudes(*values):
    return [("latitude", pytest.approx(value, abs=1e-3)) for value in values]


def test_oblique_ascensions_for_latitudes_on_top():
    finding, tops = find(range(1, 31), (36, 40, 44, 48), lambda lon, lat: ascension(30 + lon, lat, 23.5))
    assert finding.function.name == "oblique ascension" and tops == latitudes(36, 40, 44, 48)
    (obliquity,) = (one for one in finding.parameters if one.name == "obliquity")
    assert obliquity.low <= 23.5 <= obliquity.high


def test_oblique_ascensions_of_ten_degrees_for_the_climates_of_the_almagest():
    climates = (16 + 27 / 60, 23 + 51 / 60, 30 + 22 / 60, 36.0, 40 + 56 / 60)
    eps = 23 + 51 / 60 + 20 / 3600
    finding, tops = find(range(10, 361, 10), climates, lambda lon, lat: ascension(lon, lat, eps))
    assert finding.function.name == "oblique ascension" and tops == latitudes(*climates)
    assert finding.within.tolist() == [36] * 5


def test_the_length_of_the_day_for_latitudes_and_declinations_either_way():
    """Four degrees of declination make a column that hardly changes: the argument on top tells what it is."""

    def length(lat, delta):
        return 2 * rising(lat, delta) / 15

    finding, tops = find(range(30, 56), (4, 8, 12, 16, 20), length)
    assert finding.function.name == "length of the day by latitude"
    assert tops == [("declination", top) for top in (4, 8, 12, 16, 20)]
    finding, tops = find(range(1, 24), (38, 40, 42, 44), lambda delta, lat: length(lat, delta))
    assert finding.function.name == "length of the day by declination"
    assert tops == latitudes(38, 40, 42, 44)


def test_ascensional_differences_by_the_longitude_for_latitudes_on_top():
    """Near the equinox a smaller obliquity makes up for larger latitudes: whole latitudes tell them apart."""
    finding, tops = find(
        range(1, 31), (36, 37, 38, 39, 40), lambda lon, lat: rising(lat, declination_of(lon, 23.5)) - 90
    )
    assert finding.function.name == "ascensional difference" and tops == latitudes(36, 37, 38, 39, 40)


@pytest.mark.parametrize("headings", [True, False])
def test_latitudes_at_odd_intervals_are_known_from_the_headings_alone(headings):
    finding, tops = find(range(1, 25), (35, 41, 48), lambda delta, lat: rising(lat, delta) - 90, headings)
    assert finding.function.name == "ascensional difference by declination"
    assert tops == (latitudes(35, 41, 48) if headings else [])


def test_columns_that_have_nothing_to_do_with_one_another_have_no_argument_on_top():
    rng = np.random.default_rng(3)
    walks = 10 + np.cumsum(rng.normal(0, 0.2, (30, 5)), 0)
    rows = [
        [str(row + 1), *(cell for value in line for cell in places(value, (60,)))]
        for row, line in enumerate(walks)
    ]
    assert not recompute([from_rows(rows)]).findings
