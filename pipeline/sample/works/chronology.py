"""Chronology: tables of Easter, of the cycles of the Church, and months of the calendar."""

from __future__ import annotations

from math import radians, sin

import numpy as np

from tablekin.sample.works.author import PRECISE, Author
from tablekin.sample.works.spherics import declination, half_day
from tablekin.sample.works.work import (
    DEGREES,
    HOURS,
    Filled,
    Quantity,
    Work,
    argument,
    join,
    make_work,
    number,
)

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def golden_number(year: int) -> int:
    """Place of the year in the Moon's cycle of nineteen years, 1 to 19."""
    return year % 19 + 1


def solar_cycle(year: int) -> int:
    """Place of the year in the Sun's cycle of twenty-eight years, 1 to 28."""
    return (year + 8) % 28 + 1


def indiction(year: int) -> int:
    """Place of the year in the cycle of fifteen years, 1 to 15."""
    return (year + 2) % 15 + 1


def epact(year: int, gregorian: bool) -> int:
    """Epact of the year, 0 to 29: of the old calendar, or that of Lilius and Clavius."""
    if not gregorian:
        return 11 * golden_number(year) % 30
    century = year // 100
    shift = 8 - century + century // 4 + (8 * century + 13) // 25
    return (11 * (golden_number(year) - 1) + shift) % 30


def leap(year: int, gregorian: bool) -> bool:
    """Tell whether the year has a day more."""
    return year % 4 == 0 and not (gregorian and year % 100 == 0 and year % 400 != 0)


def day_number(year: int, month: int, day: int, gregorian: bool) -> int:
    """Julian day number of a date, at noon."""
    years, months = year + 4800 - (month < 3), (month + 9) % 12
    days = day + (153 * months + 2) // 5 + 365 * years + years // 4
    return days - years // 100 + years // 400 - 32045 if gregorian else days - 32083


def dominical_letters(year: int, gregorian: bool) -> str:
    """Letters of the Sundays, 1 January being a; a leap year has a second one from the leap day on."""
    sunday = (
        6 - day_number(year, 1, 1, gregorian)
    ) % 7  # days from 1 January to a Julian day that is 6 mod 7
    letters = "abcdefg"[sunday]
    return letters + "abcdefg"[sunday - 1] if leap(year, gregorian) else letters


def easter(year: int, gregorian: bool) -> tuple[int, int]:
    """Month and day of Easter: the Sunday after the full Moon of the epact on or after 21 March."""
    if gregorian:
        age = epact(year, gregorian)
        moon = 44 - age + (30 if age > 23 else 0)  # day of March; later days run on into April
        if age == 24 or (age == 25 and golden_number(year) > 11):
            moon -= 1
    else:
        moon = 21 + (19 * (golden_number(year) - 1) + 15) % 30
    full = day_number(year, 3, 1, gregorian) + moon - 1
    sunday = full + 7 - (full - 6) % 7
    day = sunday - day_number(year, 3, 1, gregorian) + 1
    return (3, day) if day <= 31 else (4, day - 31)


def easters(rng: np.random.Generator, author: Author = PRECISE) -> Work:
    """Tabulate the cycles of the Church and Easter for successive years."""
    gregorian = bool(rng.random() < 0.5)
    first = int(rng.integers(1583, 1700)) if gregorian else int(rng.integers(1480, 1640))
    years = range(first, first + int(rng.choice([19, 28, 30, 35, 40])))
    dates = [easter(year, gregorian) for year in years]
    columns: list[Filled] = [
        argument("year", "@year", years),
        (Quantity("golden", "@golden_number"), [number(golden_number(year)) for year in years]),
        (Quantity("solar", "@solar_cycle"), [number(solar_cycle(year)) for year in years]),
        (Quantity("indiction", "@indiction"), [number(indiction(year)) for year in years]),
        (Quantity("epact", "@epact"), [number(epact(year, gregorian)) for year in years]),
        (Quantity("letter", "@letter"), [(dominical_letters(year, gregorian),) for year in years]),
        (Quantity("easter_day", "@easter"), [number(day) for _, day in dates]),
        (Quantity("easter_month", "@month"), [(f"@{MONTHS[month - 1]}",) for month, _ in dates]),
    ]
    parameters = {"first": str(first), "last": str(years[-1])}
    kind = "easter_new" if gregorian else "easter_old"
    return make_work(kind, parameters, [str(year) for year in years], columns)


def sun_longitude(day: float) -> float:
    """Ecliptic longitude of the Sun on a Julian day, in degrees.

    Low-precision formula of the Astronomical Almanac (page C5): mean longitude and equation of the centre.
    """
    since = day - 2451545.0
    anomaly = radians(357.528 + 0.9856003 * since)
    return (280.460 + 0.9856474 * since + 1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly)) % 360


def calendars(rng: np.random.Generator, author: Author = PRECISE) -> Work:
    """Tabulate a month: letters, the Sun's place and declination, sunrise and day length at a latitude."""
    month, latitude = int(rng.integers(1, 13)), int(rng.integers(30, 57))
    year, gregorian = int(rng.integers(1480, 1700)), False
    if year > 1582 and rng.random() < 0.6:
        gregorian = True
    days = range(1, _LENGTHS[month - 1] + 1)
    first = day_number(year, month, 1, gregorian)
    longitudes = [sun_longitude(first + day - 1) for day in days]
    deltas = [declination(longitude, 23.5) for longitude in longitudes]
    halves = [half_day(latitude, delta) for delta in deltas]
    start = sum(_LENGTHS[: month - 1])
    columns: list[Filled] = [
        argument("day", "@day", days),
        (Quantity("letter", "@letter"), [("abcdefg"[(start + day - 1) % 7],) for day in days]),
        (
            Quantity("sun", "@sun_place", DEGREES),
            author.write([longitude % 30 for longitude in longitudes], period=30),
        ),
        (Quantity("declination", "@declination", DEGREES), author.write([abs(delta) for delta in deltas])),
        (Quantity("sunrise", "@sunrise", HOURS), author.write([12 - half for half in halves])),
        (Quantity("length", "@day_length", HOURS), author.write([2 * half for half in halves])),
    ]
    parameters = {"month": f"@{MONTHS[month - 1]}", "year": str(year), "latitude": join(latitude, 0)}
    return make_work("calendar", parameters, [str(day) for day in days], columns)
