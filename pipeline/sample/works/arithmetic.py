"""Arithmetic: tables of sines, tangents, secants, products, powers and interest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import cos, radians, sin, tan

import numpy as np

from tablekin.sample.works.author import PRECISE, Author
from tablekin.sample.works.work import NUMBER, Quantity, Work, argument, make_work

_RADII = (60, 10_000, 60_000, 100_000, 1_000_000, 6_000_000, 10_000_000)
_MAX_DIGITS = 820  # on the pages of a work that could be one page


def _write(values: Iterable[float], radius: int, author: Author) -> list[tuple[str, ...]]:
    if radius == 60:
        return author.write([author.convert(value, 216_000) / 3600 for value in values], (60, 60))
    return author.write([author.convert(value, radius) for value in values], ())


def _circular(
    rng: np.random.Generator,
    author: Author,
    table_type: str,
    function: Callable[[float], float],
    max_degree: int,
    zero: bool,
) -> Work:
    """Tabulate a function of the angle in degrees, by degrees or by minutes of a few degrees."""
    radius = int(rng.choice(_RADII))
    units = ("parts", "minutes", "seconds") if radius == 60 else NUMBER
    width = 6 if radius == 60 else len(str(radius))
    parameters = {"radius": str(radius)}
    if rng.random() < 0.3:
        rows = range(1, max_degree + 1)
        values = _write((function(row) for row in rows), radius, author)
        columns = [
            argument("degree", "@degree", rows),
            (Quantity(table_type, f"@{table_type}", units), values),
        ]
        return make_work(table_type, parameters, [str(row) for row in rows], columns)
    minutes = range(0, 61, 2) if rng.random() < 0.5 else range(0, 31)
    count = max(1, min(10, (_MAX_DIGITS // len(minutes) - 2) // width))
    first = int(rng.integers(0 if zero else 1, max_degree - count))
    columns = [argument("minute", "@minutes", minutes)]
    for degree in range(first, first + count):
        values = _write((function(degree + minute / 60) for minute in minutes), radius, author)
        columns.append((Quantity(f"{degree}", f"{degree}", units), values))
    parameters |= {"first": str(first), "last": str(first + count - 1)}
    return make_work(table_type, parameters, [str(row) for row in minutes], columns, f"to{minutes[-1]}")


def sines(rng: np.random.Generator, author: Author = PRECISE) -> Work:
    """Sines with a radius."""
    return _circular(rng, author, "sine", lambda angle: sin(radians(angle)), 90, True)


def tangents(rng: np.random.Generator, author: Author = PRECISE) -> Work:
    """Tangents with a radius: the fruitful table."""
    return _circular(rng, author, "tangent", lambda angle: tan(radians(angle)), 80, True)


def secants(rng: np.random.Generator, author: Author = PRECISE) -> Work:
    """Secants with a radius."""
    return _circular(rng, author, "secant", lambda angle: 1 / cos(radians(angle)), 80, False)


def multiplications(rng: np.random.Generator, author: Author = PRECISE) -> Work:
    """Products of two numbers, in the common way or in sixtieths."""
    sixties = bool(rng.random() < 0.3)
    rows = range(1, int(rng.integers(15, 36)))
    first = int(rng.choice([1, 2, 6, 11, 13, 21, 31, 37, 46]))
    width = 3.4 if sixties else 2.0 + (first > 6) * 0.7
    last = first + int(min(12, _MAX_DIGITS / len(rows) / width)) - 1
    columns = [argument("factor", "", rows)]
    for factor in range(first, last + 1):
        products = [row * factor for row in rows]
        if sixties:
            values = author.write([product / 60 for product in products])
            columns.append((Quantity(f"by{factor}", str(factor), ("sixties", "units")), values))
        else:
            columns.append((Quantity(f"by{factor}", str(factor)), author.write(products, ())))
    parameters = {"first": str(first), "last": str(last), "rows": str(rows[-1])}
    return make_work(
        "sexagesimal" if sixties else "multiplication", parameters, [str(row) for row in rows], columns
    )


def powers(rng: np.random.Generator, author: Author = PRECISE) -> Work:
    """Squares and cubes."""
    first = 10 * int(rng.integers(0, 100)) + 1
    count = int(rng.choice([30, 40, 50, 60]))
    rows = range(first, first + count)
    columns = [
        argument("root", "@root", rows),
        (Quantity("square", "@square"), author.write([row**2 for row in rows], ())),
        (Quantity("cube", "@cube"), author.write([row**3 for row in rows], ())),
    ]
    parameters = {"first": str(first), "last": str(rows[-1])}
    return make_work("power", parameters, [str(row) for row in rows], columns)


def interests(rng: np.random.Generator, author: Author = PRECISE) -> Work:
    """Present value of a principal after years of compound interest, or of a yearly rent."""
    principal = int(rng.choice([10_000, 100_000, 1_000_000, 10_000_000]))
    rent = bool(rng.random() < 0.4)
    first = int(rng.integers(3, 13))
    rows = range(1, int(rng.choice([20, 25, 30])) + 1)
    count = max(2, min(6, _MAX_DIGITS // len(rows) // (len(str(principal)) + rent)))
    columns = [argument("year", "@year", rows)]
    for rate in range(first, first + count):
        factor = 1 + rate / 100
        values = [(1 - factor**-row) / (factor - 1) if rent else factor**-row for row in rows]
        columns.append(
            (Quantity(f"rate{rate}", str(rate)), author.write([value * principal for value in values], ()))
        )
    parameters = {"principal": str(principal), "first": str(first), "last": str(first + count - 1)}
    keys = [str(row) for row in rows]
    return make_work("rent" if rent else "interest", parameters, keys, columns, f"to{rows[-1]}")
