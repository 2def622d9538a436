"""The calendar against dateutil's Easter, and against what is known of the year of the reform."""

import numpy as np
import pytest
from dateutil.easter import EASTER_JULIAN, EASTER_WESTERN, easter

from tablekin.recompute.functions import chronology
from tablekin.recompute.functions.chronology import CHRONOLOGY


def from_march(date):
    return date.day + (31 if date.month == 4 else 0)


def test_easter_of_every_year():
    old = np.arange(1300, 1701)
    found = chronology.julian_easter(old)
    assert found.tolist() == [from_march(easter(int(year), EASTER_JULIAN)) for year in old]
    new = np.arange(1583, 2100)
    found = chronology.gregorian_easter(new)
    assert found.tolist() == [from_march(easter(int(year), EASTER_WESTERN)) for year in new]


def test_days_of_april_begin_anew():
    by_name = {function.name: function for function in CHRONOLOGY}
    days = by_name["Easter, new style"].formula(np.array([1598.0, 1600.0]))
    assert days.tolist() == [22, 2]  # 22 March 1598, 2 April 1600


def test_the_year_of_the_reform():
    """Clavius: in 1582 the golden number is 6, the solar cycle 23, the indiction 10, the epact 26 after the reform."""
    assert chronology.golden_number(1582) == 6
    assert chronology.solar_cycle(1582) == 23
    assert chronology.indiction(1582) == 10
    assert chronology.gregorian_epact(1582) == 26


@pytest.mark.parametrize(("year", "epact"), [(1700, 9), (1900, 29), (2000, 24)])
def test_epacts_after_the_equations_of_later_centuries(year, epact):
    assert chronology.gregorian_epact(year) == epact


def test_old_epacts_go_on_by_eleven_and_leap_by_twelve():
    epacts = chronology.julian_epact(np.arange(1500, 1540))
    steps = np.diff(epacts) % 30
    assert set(steps.tolist()) == {11, 12}
    assert np.diff(np.flatnonzero(steps == 12)).tolist() == [19, 19]
