from datetime import date

import numpy as np
import pytest
from dateutil.easter import EASTER_JULIAN, EASTER_WESTERN
from dateutil.easter import easter as published_easter

from tablekin.sample.works import chronology


@pytest.mark.parametrize(("gregorian", "method"), [(False, EASTER_JULIAN), (True, EASTER_WESTERN)])
def test_easter_agrees_with_another_algorithm(gregorian, method):
    for year in range(1583, 2300):
        expected = published_easter(year, method)
        assert chronology.easter(year, gregorian) == (expected.month, expected.day)


@pytest.mark.parametrize(
    ("year", "gregorian", "expected"),
    [(1492, False, (4, 22)), (1500, False, (4, 19)), (1583, True, (4, 10)), (1700, True, (4, 11))],
)
def test_easter_of_known_years(year, gregorian, expected):
    assert chronology.easter(year, gregorian) == expected


def test_day_number_counts_like_the_calendar_of_the_standard_library():
    for year, month, day in [(1583, 1, 1), (1600, 2, 29), (1700, 3, 1), (1848, 12, 31)]:
        ordinal = date(year, month, day).toordinal()
        assert chronology.day_number(year, month, day, True) == ordinal + 1721425


def test_reform_skips_from_the_fourth_to_the_fifteenth_of_october():
    last = chronology.day_number(1582, 10, 4, False)
    assert chronology.day_number(1582, 10, 15, True) == last + 1 == 2299161


def test_first_dominical_letter_marks_the_sundays_of_january():
    for year in range(1583, 1800):
        letter = chronology.dominical_letters(year, True)[0]
        assert date(year, 1, 1 + "abcdefg".index(letter)).weekday() == 6


def test_last_dominical_letter_marks_the_sundays_of_december():
    for year in range(1583, 1800):
        letter = chronology.dominical_letters(year, True)[-1]
        last = date(year, 12, 31)  # its letter is a, as that of 1 January
        assert date.fromordinal(last.toordinal() - 7 + "abcdefg".index(letter)).weekday() == 6


def test_cycles_of_1582_are_those_of_the_bull():
    assert chronology.golden_number(1582) == 6
    assert chronology.solar_cycle(1582) == 23
    assert chronology.indiction(1582) == 10
    assert chronology.epact(1583, True) == 7


def test_sun_stands_in_the_equinox_of_2000():
    # 20 March 2000, 07:35 UT
    equinox = chronology.day_number(2000, 3, 20, True) + (7 + 35 / 60 - 12) / 24
    offset = (chronology.sun_longitude(equinox) + 180) % 360 - 180
    assert offset == pytest.approx(0, abs=0.02)


def test_calendar_has_twelve_hours_of_day_at_the_equinox():
    rng = np.random.default_rng(1)
    works = [chronology.calendars(rng) for _ in range(60)]
    work = next(work for work in works if work.parameters["month"] == "@march")
    signs = work.column_keys.index("sun.degrees")
    length = work.column_keys.index("length.hours")
    crossing = next(
        row for row in range(1, 31) if int(work.cells[row][signs]) < int(work.cells[row - 1][signs])
    )
    hours, minutes = (int(cell) for cell in work.cells[crossing][length : length + 2])
    assert hours * 60 + minutes == pytest.approx(720, abs=5)
