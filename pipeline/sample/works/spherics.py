"""Spherics: tables of the first motion: declination, ascensions, day lengths, climates, shadows."""

from __future__ import annotations

from math import acos, asin, atan, atan2, cos, degrees, radians, sin, tan

import numpy as np

from tablekin.sample.works.work import (
    DEGREES,
    HOURS,
    NUMBER,
    Quantity,
    Work,
    argument,
    join,
    make_work,
    number,
    split,
)

SIGNS = (
    *("aries", "taurus", "gemini", "cancer", "leo", "virgo"),
    *("libra", "scorpio", "sagittarius", "capricorn", "aquarius", "pisces"),
)
_OBLIQUITIES = (*range(28, 36), 51)  # minutes of arc over 23 degrees; 51 is Ptolemy's


def declination(longitude: float, obliquity: float) -> float:
    """Declination of the Sun; all angles in degrees. sin(delta) = sin(lambda) sin(epsilon)."""
    return degrees(asin(sin(radians(longitude)) * sin(radians(obliquity))))


def right_ascension(longitude: float, obliquity: float) -> float:
    """Right ascension of a point of the ecliptic, in [0, 360); all angles in degrees."""
    along = atan2(sin(radians(longitude)) * cos(radians(obliquity)), cos(radians(longitude)))
    return degrees(along) % 360


def ascensional_difference(latitude: float, delta: float) -> float:
    """Excess of the half day over six hours, in degrees. sin(AD) = tan(phi) tan(delta)."""
    return degrees(asin(tan(radians(latitude)) * tan(radians(delta))))


def latitude_of_longest_day(hours: float, obliquity: float) -> float:
    """Latitude, in degrees, where the longest day has so many hours: tan(phi) = -cos(H / 2) / tan(e)."""
    return degrees(atan(-cos(radians(hours * 7.5)) / tan(radians(obliquity))))


def _obliquity(rng: np.random.Generator) -> tuple[str, float]:
    minutes = int(rng.choice(_OBLIQUITIES))
    return join(23, minutes), 23 + minutes / 60


def _places(rng: np.random.Generator) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Choose minutes or seconds as the last place."""
    return ((*DEGREES, "seconds"), (60, 60)) if rng.random() < 0.35 else (DEGREES, (60,))


def declinations(rng: np.random.Generator) -> Work:
    """Sun's declination for every degree of three signs, which serve the nine others."""
    name, obliquity = _obliquity(rng)
    units, bases = _places(rng)
    rows = range(1, 31)
    columns = [argument("degree", "@degree", range(1, 31))]
    for sign in range(3):
        quantity = Quantity(SIGNS[sign], f"@{SIGNS[sign]}\n@{SIGNS[sign + 6]}", units)
        columns.append((quantity, [split(declination(30 * sign + row, obliquity), bases) for row in rows]))
    columns.append(argument("complement", "@degree", (30 - row for row in rows)))
    return make_work("declination", {"obliquity": name}, [str(row) for row in rows], columns, units[-1])


def _ascensions(
    rng: np.random.Generator, latitude: float, table_type: str, parameters: dict[str, str]
) -> Work:
    name, obliquity = _obliquity(rng)
    first, count = int(rng.choice([0, 6])), int(rng.choice([4, 6]))
    if rng.random() < 0.3:
        first, count = 0, 12
    columns = [argument("degree", "@degree", range(1, 31))]
    for sign in range(first, first + count):
        values = []
        for row in range(1, 31):
            delta = declination(30 * sign + row, obliquity)
            ascension = right_ascension(30 * sign + row, obliquity) - ascensional_difference(latitude, delta)
            values.append(split(ascension % 360))
        columns.append((Quantity(SIGNS[sign], f"@{SIGNS[sign]}", DEGREES), values))
    keys = [str(row) for row in range(1, 31)]
    return make_work(
        table_type, {**parameters, "obliquity": name}, keys, columns, f"{first + 1}.{first + count}"
    )


def right_ascensions(rng: np.random.Generator) -> Work:
    """Right ascension of every degree of several signs."""
    return _ascensions(rng, 0, "right_ascension", {})


def oblique_ascensions(rng: np.random.Generator) -> Work:
    """Oblique ascension of every degree of several signs at a latitude."""
    latitude, minutes = int(rng.integers(28, 58)), int(rng.choice([0, 0, 10, 15, 20, 30, 40, 45, 50]))
    parameters = {"latitude": join(latitude, minutes)}
    return _ascensions(rng, latitude + minutes / 60, "oblique_ascension", parameters)


def day_lengths(rng: np.random.Generator) -> Work:
    """Length of the day by latitude, for the Sun in the beginning of several signs."""
    name, obliquity = _obliquity(rng)
    first, count = int(rng.integers(24, 37)), int(rng.integers(20, 29))
    rows = range(first, first + count)
    columns = [argument("latitude", "@latitude", rows)]
    for sign in (1, 2, 3, 7, 8, 9):
        delta = declination(30 * sign, obliquity)
        lengths = [12 + ascensional_difference(row, delta) * 2 / 15 for row in rows]
        columns.append((Quantity(SIGNS[sign], f"@{SIGNS[sign]}", HOURS), [split(hours) for hours in lengths]))
    parameters = {"obliquity": name, "first": str(first), "last": str(rows[-1])}
    return make_work("day_length", parameters, [str(row) for row in rows], columns)


def climates(rng: np.random.Generator) -> Work:
    """Latitude, breadth and circumference of the climates or parallels by their longest day."""
    name, obliquity = _obliquity(rng)
    step, miles = float(rng.choice([0.25, 0.5])), int(rng.choice([15, 60, 62, 500, 700]))
    hours = [12 + step * row for row in range(1, 25 if step == 0.5 else 33)]
    hours = [value for value in hours if value < 24]
    latitudes = [latitude_of_longest_day(value, obliquity) for value in hours]
    breadths = np.diff([0.0, *latitudes]).tolist()
    columns = [
        argument("climate", "@climate" if step == 0.5 else "@parallel", range(1, len(hours) + 1)),
        (Quantity("longest_day", "@longest_day", HOURS), [split(value) for value in hours]),
        (Quantity("latitude", "@latitude", DEGREES), [split(value) for value in latitudes]),
        (Quantity("breadth", "@breadth", DEGREES), [split(value) for value in breadths]),
        (
            Quantity("degree_length", "@miles"),
            [number(value * miles) for value in breadths],
        ),
    ]
    keys = [f"{value:g}" for value in hours]
    kind = "climate" if step == 0.5 else "parallel"
    return make_work(kind, {"obliquity": name, "miles": str(miles)}, keys, columns)


def shadows(rng: np.random.Generator) -> Work:
    """Straight and turned shadow of a gnomon by the altitude of the Sun."""
    parts = int(rng.choice([7, 10, 12, 24, 60, 100, 1000]))
    first, last = (1, 60) if rng.random() < 0.5 else (1, 45)
    rows = range(first, last + 1)
    straight = [parts / tan(radians(row)) for row in rows]
    turned = [parts * tan(radians(row)) for row in rows]
    units = ("parts", "minutes") if parts <= 60 else NUMBER
    bases = (60,) if parts <= 60 else ()
    columns = [
        argument("altitude", "@altitude", rows),
        (Quantity("straight", "@straight_shadow", units), [split(value, bases) for value in straight]),
        (Quantity("turned", "@turned_shadow", units), [split(value, bases) for value in turned]),
    ]
    parameters = {"parts": str(parts), "last": str(last)}
    return make_work("shadow", parameters, [str(row) for row in rows], columns)


def half_day(latitude: float, delta: float) -> float:
    """Hours from sunrise to noon: cos(H) = -tan(phi) tan(delta); angles in degrees."""
    return degrees(acos(-tan(radians(latitude)) * tan(radians(delta)))) / 15
