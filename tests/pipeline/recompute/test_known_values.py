"""Known values that follow from one another, or from what the sky does, by formulas that the library does not share."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from tablekin import data
from tablekin.recompute import recompute
from tablekin.recompute.known_values import known_values, read_sexagesimal
from tablekin.recompute.table_text import from_rows
from tests.pipeline.recompute.tables import places


def known(parameter: str, beginning: str) -> float:
    """Give the one known value whose name begins so."""
    (value,) = (one.value for one in known_values(parameter) if one.name.startswith(beginning))
    return value


def longest_day(latitude: float, obliquity: float) -> float:
    """Hours that the Sun of the summer solstice is above the horizon: counted on a circle of 86,400 places."""
    lat, delta = math.radians(latitude), math.radians(obliquity)
    zenith = np.array([math.cos(lat), 0.0, math.sin(lat)])
    turn = np.linspace(0, 2 * math.pi, 86_400, endpoint=False)
    sun = np.stack(
        [math.cos(delta) * np.cos(turn), math.cos(delta) * np.sin(turn), np.full(86_400, math.sin(delta))]
    )
    return 24 * float((zenith @ sun > 0).mean())


@pytest.mark.parametrize(
    ("hours", "place"),
    [
        (13.0, "Meroe"),
        (13.5, "Soene"),
        (14.0, "Lower Egypt"),
        (14.5, "Rhodes"),
        (15.0, "Hellespont"),
        (15.5, "middle of the Pontus"),
        (16.0, "mouths of the Borysthenes"),
    ],
)
def test_the_climates_have_their_longest_days(hours, place):
    day = longest_day(known("latitude", place), read_sexagesimal("23;51,20"))
    assert day == pytest.approx(hours, abs=0.5 / 60)


@pytest.mark.parametrize(
    ("eccentricity", "equation"),
    [
        ("Ptolemy, unrounded", "Ptolemy"),
        ("Alfonsine", "Alfonsine"),
        ("al-Battani", "al-Battani"),
        ("Tycho Brahe", "Tycho Brahe"),
        ("Copernicus", "Copernicus"),
    ],
)
def test_the_greatest_equation_is_seen_where_the_eccentricity_stands_upright(eccentricity, equation):
    """The angle at the Sun of a triangle of the eccentricity and a radius of 60, found by turning the Sun round."""
    distance = known("solar eccentricity", eccentricity)
    turn = np.linspace(0, math.pi, 20_001)
    seen = np.arctan2(distance * np.sin(turn), 60 + distance * np.cos(turn))
    assert np.degrees(seen).max() == pytest.approx(known("greatest solar equation", equation), abs=0.5 / 60)


def test_the_moon_leaves_the_sun_behind_by_what_it_is_faster():
    moon, sun, elongation = (
        known("mean motion", name)
        for name in ("Moon in longitude, Alfonsine", "Sun, Alfonsine", "elongation of the Moon, Alfonsine")
    )
    assert moon - sun == pytest.approx(elongation, abs=0.6 / 60**7)


@pytest.mark.parametrize(
    (
        "motion",
        "days",
    ),  # months of today: Explanatory Supplement to the Astronomical Almanac (1992), table 15.1
    [
        ("elongation of the Moon, Copernicus", 29.530589),
        ("Moon in anomaly, Copernicus", 27.554550),
        ("Moon in latitude, Copernicus", 27.212221),
    ],
)
def test_the_months_of_copernicus_are_those_of_today(motion, days):
    assert 360 / known("mean motion", motion) * 86_400 == pytest.approx(days * 86_400, abs=2)


def test_an_obliquity_that_is_that_of_ptolemy_to_the_minute():
    assert round(read_sexagesimal("23;51,20") * 60) == known("obliquity", "Ptolemy, rounded") * 60


def test_what_a_value_was_checked_against_is_said_of_those_that_were_checked_alone():
    text = (Path(data.__file__).parent / "parameters.json").read_text("utf-8")
    for group, values in json.loads(text).items():
        assert len({(one["value"], one["name"]) for one in values}) == len(values), group
        for one in values:
            assert one["checked"] == bool(one.get("checked_in")), one
            assert one["name"] and one["source"], one


def test_a_value_that_is_known_and_a_whole_number_of_minutes_is_likely_for_either_reason():
    """Breadths of 32 parallels leave an obliquity open by a minute; 23;32 lies within, and others that are known."""

    def latitude(hours: float) -> float:  # where the Sun at the solstice sets after half of so many hours
        quarter = math.radians(7.5 * hours)
        return math.degrees(math.atan2(-math.cos(quarter), math.tan(math.radians(23 + 32 / 60))))

    rows = [
        [str(row), *places(latitude(12 + row / 4) - latitude(11.75 + row / 4), (60,))] for row in range(1, 33)
    ]
    (finding,) = recompute([from_rows(rows)]).findings
    (obliquity,) = finding.parameters
    assert finding.function.name == "breadth of a climate"
    assert obliquity.value == pytest.approx(23 + 32 / 60)
