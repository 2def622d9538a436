"""Letters of days and Sundays, against the days of the week of Python's calendar."""

import datetime

import numpy as np
import pytest

from tablekin.recompute import recompute
from tablekin.recompute.functions.chronology import gregorian_letters, julian_letters, solar_cycle
from tablekin.recompute.letters import read_letter, write_letter
from tablekin.recompute.table_text import from_rows


def letters_of_sundays(year: int) -> str:
    """Give the letter that the first Sunday has, 1 January being a, and in a leap year the one before it."""
    first = next(day for day in range(1, 8) if datetime.date(year, 1, day).weekday() == 6)
    leap = datetime.date(year, 12, 31).timetuple().tm_yday == 366
    return "abcdefg"[first - 1] + ("gabcdef"[first - 1] if leap else "")


def test_letters_of_the_new_calendar_are_those_of_its_sundays():
    years = range(1583, 2000)
    found = [write_letter(number) for number in gregorian_letters(np.array(years, float))]
    assert found == [letters_of_sundays(year) for year in years]


def test_the_solar_cycle_of_the_old_calendar_begins_with_gf():
    years = np.arange(1400.0, 1700.0)
    first = julian_letters(years)[solar_cycle(years) == 1]
    assert {write_letter(number) for number in first} == {"gf"}
    assert (julian_letters(years[28:]) == julian_letters(years[:-28])).all()


@pytest.mark.parametrize(
    ("text", "number"), [("a", 1), ("G.", 7), ("b A", 21), ("21", np.nan), ("ah", np.nan)]
)
def test_letters_are_read_as_numbers(text, number):
    assert read_letter(text) == pytest.approx(number, nan_ok=True)


def explained(rows):
    found = recompute([from_rows(rows)])
    names = {
        quantity.columns[0][1]: finding.function.name
        for finding in found.findings
        for quantity in finding.quantities
    }
    return names, {check.region_id: check for check in found.checks}


def test_a_wrong_letter_among_those_of_sundays_is_a_misprint():
    rows = [[str(year), letters_of_sundays(year).upper(), str(year % 19 + 1)] for year in range(1600, 1619)]
    rows[7][1] = "A" if rows[7][1] != "A" else "B"
    names, checks = explained(rows)
    assert names == {1: "dominical letter, new style", 2: "golden number"}
    wrong = checks[7 * 3 + 1]
    assert wrong.due == letters_of_sundays(1607) and wrong.p_misprint > 0.5
    assert checks[8 * 3 + 1].p_misprint == 0.0 and checks[8 * 3 + 1].due == letters_of_sundays(1608)


def test_letters_of_the_days_of_a_month_in_two_panels():
    rows = [[str(day), "abcdefg"[(day + 2) % 7], str(day * day)] for day in range(1, 31)]
    names, checks = explained([rows[day] + rows[day + 15] for day in range(15)])
    assert names == {1: "letter of the day", 2: "square"}
    assert checks[4].due == "abcdefg"[18 % 7]  # day 16, beside day 1


def test_words_are_no_letters():
    rows = [[str(day), ["ab", "bag", "e", "fed"][day % 4], str(day * day)] for day in range(1, 25)]
    assert explained(rows)[0] == {2: "square"}
