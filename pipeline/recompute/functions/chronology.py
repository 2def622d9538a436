"""Tables of the calendar: the cycles of the Church, epacts and Easter, old style and new.

Rules after the Explanatory Supplement to the Astronomical Almanac (3rd ed., 2013), ch. 15, and C. Clavius, Romani
calendarii explicatio (1603); Easter new style by the anonymous rule in Nature of 20 April 1876 (Meeus, Astronomical
Algorithms, ch. 8), old style by Gauss's rule.
"""

from __future__ import annotations

import numpy as np

from tablekin.recompute.functions.definition import ArgumentKind, Array, Function, Parameter, ValueKind


def golden_number(year: Array) -> Array:
    """Place of a year in the cycle of 19, from 1."""
    return year % 19 + 1


def solar_cycle(year: Array) -> Array:
    """Place of a year in the cycle of 28, from 1; the year 20 is the 1st of one."""
    return (year - 20) % 28 + 1


def indiction(year: Array) -> Array:
    """Place of a year in the Roman cycle of 15, from 1; the year 313 is the 1st of one."""
    return (year - 313) % 15 + 1


def julian_epact(year: Array) -> Array:
    """Epact of the old calendar: the Moon's age on 22 March, 0 to 29; 11 in the years of golden number 1."""
    return 11 * golden_number(year) % 30


def gregorian_epact(year: Array) -> Array:
    """Epact of Lilius and Clavius, 0 to 29, with the solar and the lunar equation."""
    century = year // 100
    sun = 3 * (century + 1) // 4
    moon = (8 * (century + 1) + 5) // 25
    return (11 * (golden_number(year) - 1) + 1 - (sun - 12) + (moon - 5)) % 30


def julian_easter(year: Array) -> Array:
    """Easter of the old calendar, as a day counted from 1 March (Gauss)."""
    moon = (19 * (year % 19) + 15) % 30
    sunday = (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7
    return moon + sunday + 22


def gregorian_easter(year: Array) -> Array:
    """Easter of the new calendar, as a day counted from 1 March (Nature, 20 April 1876)."""
    a, (b, c) = year % 19, np.divmod(year, 100)
    (d, e), f = np.divmod(b, 4), (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = np.divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    return h + weekday - 7 * m + 22


def letter_of_day(day: Array, first: Array) -> Array:
    """Letter of a day of a month whose first day has the letter ``first``, 1 for a to 7 for g."""
    return (first + day - 2) % 7 + 1


def _sunday_letters(year: Array, sunday: Array, leap: Array) -> Array:
    """Letters of the Sundays, ba as 21: the first Sunday of January is on day ``sunday``, 1 to 7."""
    return np.where(leap, 10 * sunday + (sunday - 2) % 7 + 1, sunday)


def julian_letters(year: Array) -> Array:
    """Letters of the Sundays of the old calendar, as a table of the solar cycle has them: its year 1 has gf."""
    return _sunday_letters(year, 7 - (year + year // 4 + 4 - (year % 4 == 0)) % 7, year % 4 == 0)


def gregorian_letters(year: Array) -> Array:
    """Letters of the Sundays of the new calendar; centuries have no leap day but every fourth."""
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    days = year + year // 4 - year // 100 + year // 400 - leap
    return _sunday_letters(year, 7 - (days + 6) % 7, leap)


def _day_of_month(from_march: Array) -> Array:
    return np.where(from_march > 31, from_march - 31, from_march)


_CLAVIUS = "Clavius, Romani calendarii explicatio; Explanatory Supplement, ch. 15"
CHRONOLOGY = tuple(
    Function(name, ArgumentKind.YEARS, ValueKind.COUNT, formula, symmetry=symmetry, source=_CLAVIUS)
    for name, formula, symmetry in (
        ("golden number", golden_number, "repeats after 19 years"),
        ("solar cycle", solar_cycle, "repeats after 28 years"),
        ("indiction", indiction, "repeats after 15 years"),
        ("epact, old style", julian_epact, "repeats after 19 years"),
        ("epact, new style", gregorian_epact, "repeats after 19 years within a century"),
        ("Easter, old style", lambda year: _day_of_month(julian_easter(year)), "repeats after 532 years"),
        ("Easter, new style", lambda year: _day_of_month(gregorian_easter(year)), "none of use"),
        ("Easter from 1 March, old style", julian_easter, "repeats after 532 years"),
        ("Easter from 1 March, new style", gregorian_easter, "none of use"),
    )
)
_FIRST = Parameter(
    "letter of the first day", "", choices=tuple(float(letter) for letter in range(1, 8)), own=True
)
DAY_LETTERS = (
    Function(
        "letter of the day",
        ArgumentKind.DAYS,
        ValueKind.LETTER,
        letter_of_day,
        (_FIRST,),
        symmetry="repeats after 7 days",
        source=_CLAVIUS,
    ),
)
SUNDAY_LETTERS = tuple(
    Function(name, ArgumentKind.YEARS, ValueKind.LETTER, formula, symmetry=symmetry, source=_CLAVIUS)
    for name, formula, symmetry in (
        ("dominical letter, old style", julian_letters, "repeats after 28 years"),
        ("dominical letter, new style", gregorian_letters, "repeats after 400 years"),
    )
)
