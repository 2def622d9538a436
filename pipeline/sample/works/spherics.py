"""Spherics: tables of the first motion: declination, ascensions, day lengths, climates, shadows."""

from __future__ import annotations

from math import acos, asin, atan, atan2, degrees, radians, tan

import numpy as np

from tablekin.sample.works.author import PRECISE, Author
from tablekin.sample.works.work import DEGREES, HOURS, NUMBER, Quantity, Work, argument, join, make_work

SIGNS = (
    *("aries", "taurus", "gemini", "cancer", "leo", "virgo"),
    *("libra", "scorpio", "sagittarius", "capricorn", "aquarius", "pisces"),
)
_OBLIQUITIES = (*range(28, 36), 51)  # minutes of arc over 23 degrees; 51 is Ptolemy's


def declination(longitude: float, obliquity: float, author: Author = PRECISE) -> float:
    """Declination of the Sun; all angles in degrees. sin(delta) = sin(lambda) sin(epsilon)."""
    return degrees(asin(author.sin(longitude) * author.sin(obliquity)))


def right_ascension(longitude: float, obliquity: float, author: Author = PRECISE) -> float:
    """Right ascension of a point of the ecliptic, in [0, 360); all angles in degrees."""
    along = atan2(author.sin(longitude) * author.cos(obliquity), author.cos(longitude))
    return degrees(along) % 360


def ascensional_difference(latitude: float, delta: float, author: Author = PRECISE) -> float:
    """Excess of the half day over six hours, in degrees. sin(AD) = tan(phi) tan(delta)."""
    return degrees(asin(author.tan(latitude) * author.tan(delta)))


def latitude_of_longest_day(hours: float, obliquity: float, author: Author = PRECISE) -> float:
    """Latitude, in degrees, where the longest day has so many hours: tan(phi) = -cos(H / 2) / tan(e)."""
    return degrees(atan(-author.cos(hours * 7.5) / author.tan(obliquity)))


def _obliquity(rng: np.random.Generator) -> tuple[str, float]:
    minutes = int(rng.choice(_OBLIQUITIES))
    return join(23, minutes), 23 + minutes / 60


def _places(rng: np.random.Generator) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Choose minutes or seconds as the last place."""
    return ((*DEGREES, "seconds"), (60, 60)) if rng.random() < 0.35 else (DEGREES, (60,))


def declinations(rng: np.random.Generator, author: Author = PRECISE) -> Work:
    """Sun's declination for every degree of three signs, which serve the nine others."""
    name, obliquity = _obliquity(rng)
    units, bases = _places(rng)
    rows = range(1, 31)
    columns = [argument("degree", "@degree", range(1, 31))]
    for sign in range(3):
        quantity = Quantity(SIGNS[sign], f"@{SIGNS[sign]}\n@{SIGNS[sign + 6]}", units)
        columns.append(
            (quantity, author.write([declination(30 * sign + row, obliquity, author) for row in rows], bases))
        )
    columns.append(argument("complement", "@degree", (30 - row for row in rows)))
    return make_work("declination", {"obliquity": name}, [str(row) for row in rows], columns, units[-1])


def _ascensions(
    rng: np.random.Generator, author: Author, latitude: float, table_type: str, parameters: dict[str, str]
) -> Work:
    name, obliquity = _obliquity(rng)
    first, count = int(rng.choice([0, 6])), int(rng.choice([4, 6]))
    if rng.random() < 0.3:
        first, count = 0, 12
    columns = [argument("degree", "@degree", range(1, 31))]
    for sign in range(first, first + count):
        values = []
        for row in range(1, 31):
            delta = declination(30 * sign + row, obliquity, author)
            right = right_ascension(30 * sign + row, obliquity, author)
            values.append((right - ascensional_difference(latitude, delta, author)) % 360)
        written = author.write(values, period=360)
        columns.append((Quantity(SIGNS[sign], f"@{SIGNS[sign]}", DEGREES), written))
    keys = [str(row) for row in range(1, 31)]
    return make_work(
        table_type, {**parameters, "obliquity": name}, keys, columns, f"{first + 1}.{first + count}"
    )


def right_ascensions(rng: np.random.Generator, author: Author = PRECISE) -> Work:
    """Right ascension of every degree of several signs."""
    return _ascensions(rng, author, 0, "right_ascension", {})


def oblique_ascensions(rng: np.random.Generator, author: Author = PRECISE) -> Work:
    """Oblique ascension of every degree of several signs at a latitude."""
    latitude, minutes = int(rng.integers(28, 58)), int(rng.choice([0, 0, 10, 15, 20, 30, 40, 45, 50]))
    parameters = {"latitude": join(latitude, minutes)}
    return _ascensions(rng, author, latitude + minutes / 60, "oblique_ascension", parameters)


def day_lengths(rng: np.random.Generator, author: Author = PRECISE) -> Work:
    """Length of the day by latitude, for the Sun in the beginning of several signs."""
    name, obliquity = _obliquity(rng)
    first, count = int(rng.integers(24, 37)), int(rng.integers(20, 29))
    rows = range(first, first + count)
    columns = [argument("latitude", "@latitude", rows)]
    for sign in (1, 2, 3, 7, 8, 9):
        delta = declination(30 * sign, obliquity, author)
        lengths = [12 + ascensional_difference(row, delta, author) * 2 / 15 for row in rows]
        columns.append((Quantity(SIGNS[sign], f"@{SIGNS[sign]}", HOURS), author.write(lengths)))
    parameters = {"obliquity": name, "first": str(first), "last": str(rows[-1])}
    return make_work("day_length", parameters, [str(row) for row in rows], columns)


def climates(rng: np.random.Generator, author: Author = PRECISE) -> Work:
    """Latitude, breadth and circumference of the climates or parallels by their longest day."""
    name, obliquity = _obliquity(rng)
    step, miles = float(rng.choice([0.25, 0.5])), int(rng.choice([15, 60, 62, 500, 700]))
    hours = [12 + step * row for row in range(1, 25 if step == 0.5 else 33)]
    hours = [value for value in hours if value < 24]
    latitudes = [latitude_of_longest_day(value, obliquity, author) for value in hours]
    breadths = np.diff([0.0, *latitudes]).tolist()
    columns = [
        argument("climate", "@climate" if step == 0.5 else "@parallel", range(1, len(hours) + 1)),
        (Quantity("longest_day", "@longest_day", HOURS), PRECISE.write(hours)),
        (Quantity("latitude", "@latitude", DEGREES), author.write(latitudes)),
        (Quantity("breadth", "@breadth", DEGREES), author.write(breadths)),
        (
            Quantity("degree_length", "@miles"),
            author.write([value * miles for value in breadths], ()),
        ),
    ]
    keys = [f"{value:g}" for value in hours]
    kind = "climate" if step == 0.5 else "parallel"
    return make_work(kind, {"obliquity": name, "miles": str(miles)}, keys, columns)


def shadows(rng: np.random.Generator, author: Author = PRECISE) -> Work:
    """Straight and turned shadow of a gnomon by the altitude of the Sun."""
    parts = int(rng.choice([7, 10, 12, 24, 60, 100, 1000]))
    first, last = (1, 60) if rng.random() < 0.5 else (1, 45)
    rows = range(first, last + 1)
    straight = [parts / author.tan(row) for row in rows]
    turned = [parts * author.tan(row) for row in rows]
    units = ("parts", "minutes") if parts <= 60 else NUMBER
    bases = (60,) if parts <= 60 else ()
    columns = [
        argument("altitude", "@altitude", rows),
        (Quantity("straight", "@straight_shadow", units), author.write(straight, bases)),
        (Quantity("turned", "@turned_shadow", units), author.write(turned, bases)),
    ]
    parameters = {"parts": str(parts), "last": str(last)}
    return make_work("shadow", parameters, [str(row) for row in rows], columns)


def half_day(latitude: float, delta: float) -> float:
    """Hours from sunrise to noon: cos(H) = -tan(phi) tan(delta); angles in degrees."""
    return degrees(acos(-tan(radians(latitude)) * tan(radians(delta)))) / 15
