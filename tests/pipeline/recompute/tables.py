"""Tables that are written by formulas which the project's code does not share."""

from __future__ import annotations

import math

import numpy as np

from tablekin.recompute import recompute
from tablekin.recompute.table_text import TableText, from_rows


def places(value: float, radices: tuple[int, ...], truncated: bool = False) -> list[str]:
    """Write a value, in units of its first place, in places."""
    total = value * math.prod(radices)
    rest, written = math.floor(total if truncated else total + 0.5), []
    for radix in reversed(radices):
        rest, place = divmod(rest, radix)
        written.append(str(place))
    return [str(rest), *reversed(written)]


def declination_of(longitude: float, obliquity: float) -> float:
    """Height above the equator of a point of the ecliptic: the third coordinate of a turned vector."""
    lon, eps = math.radians(longitude), math.radians(obliquity)
    return math.degrees(math.asin(math.sin(lon) * math.sin(eps)))


def declinations(
    obliquity: float = 23.5,
    radices: tuple[int, ...] = (60,),
    truncated: bool = False,
    signs: tuple[int, ...] = (0, 1, 2),
) -> TableText:
    """Declinations of every degree of some signs, the degree on the left and its complement on the right."""
    rows = []
    for degree in range(1, 31):
        cells = [
            cell
            for sign in signs
            for cell in places(declination_of(30 * sign + degree, obliquity), radices, truncated)
        ]
        rows.append([str(degree), *cells, str(30 - degree)])
    return from_rows(rows)


def sines(radius: int, first: int, count: int) -> TableText:
    """Sines of every second minute of some degrees."""
    rows = [
        [
            str(minute),
            *(
                str(round(radius * math.sin(math.radians(first + column + minute / 60))))
                for column in range(count)
            ),
        ]
        for minute in range(0, 61, 2)
    ]
    return from_rows(rows)


def present_values(principal: int, rates: tuple[float, ...], years: int) -> TableText:
    """What a principal due after some years is worth now."""
    rows = []
    for year in range(1, years + 1):
        rows.append(
            [str(year), *(str(round(principal / math.prod([1 + rate / 100] * year))) for rate in rates)]
        )
    return from_rows(rows)


def register(rows: int, columns: int, seed: int) -> TableText:
    """Heights of a barometer: a random walk."""
    rng = np.random.default_rng(seed)
    heights = 29.5 + np.cumsum(rng.normal(0, 0.02, rows * columns)).reshape(rows, columns)
    return from_rows(
        [[str(row + 1), *(f"{height:.3f}" for height in line)] for row, line in enumerate(heights)]
    )


def page(*tables: list[list[str]]) -> list[TableText]:
    """Make the tables of one page."""
    made, first = [], 0
    for number, rows in enumerate(tables):
        table = from_rows(rows, table_id=number)
        made.append(TableText(number, table.text, table.region + first))
        first += table.text.size
    return made


def functions(tables: list[TableText]) -> dict[tuple[int, int], str]:
    """Name the function that each quantity of a page was found to print, by its first column."""
    return {
        quantity.columns[0]: finding.function.name
        for finding in recompute(tables).findings
        for quantity in finding.quantities
    }
