"""Columns that run nearly straight, or along a coarse polygon, and what they print all the same."""

import math

from tablekin.recompute import recompute
from tablekin.recompute.table_text import from_rows
from tests.pipeline.recompute.tables import declination_of, places


def functions(rows: list[list[str]]) -> dict[int, str]:
    return {
        quantity.columns[0][1]: finding.function.name
        for finding in recompute([from_rows(rows)]).findings
        for quantity in finding.quantities
    }


def solar_equation(anomaly: float, eccentricity: float = 1.08) -> float:
    """Angle at the eccentric's centre less that at the Earth, by the two right-angled triangles."""
    a = math.radians(anomaly)
    return math.degrees(math.atan2(eccentricity * math.sin(a), 60 + eccentricity * math.cos(a)))


def test_minutes_of_an_equation_that_count_as_the_degrees_do_are_no_argument():
    """The first sign of a small eccentricity goes up by a minute a degree: 0 1 2, 0 2 3, 0 3 5."""
    rows = [
        [
            str(degree),
            *(part for sign in (0, 30, 60) for part in places(solar_equation(sign + degree), (60, 60))),
        ]
        for degree in range(1, 31)
    ]
    assert functions(rows) == {1: "solar equation", 4: "solar equation", 7: "solar equation"}


def test_sunrise_and_length_of_the_day_in_march_are_no_mean_motions():
    """A month near the equinox: both run along lines, but for four minutes in the middle."""
    rows = []
    for day in range(1, 32):
        sun = math.radians(declination_of(349.6 + 0.992 * (day - 1), 23.5))
        rise = 12 - math.degrees(math.acos(-math.tan(math.radians(54)) * math.tan(sun))) / 15
        rows.append([str(day), *places(rise, (60,)), *places(24 - 2 * rise, (60,))])
    assert set(functions(rows).values()) <= {"half arc of the day by days", "length of the day by days"}


def test_squares_of_which_two_in_three_are_interpolated():
    squares = {root: root * root for root in range(121, 161, 3)}
    rows = []
    for root in range(121, 161):
        below = 121 + (root - 121) // 3 * 3
        above = squares.get(below + 3, squares[below])
        square = round(squares[below] + (above - squares[below]) * (root - below) / 3)
        rows.append([str(root), str(square), str(root**3)])
    rows[14][1] = "18277"  # and one misread
    assert functions(rows) == {1: "square", 2: "cube"}
