"""Whole tables: what is found of them, on tables that are computed here with other code."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tablekin.recompute import recompute
from tablekin.recompute.table_text import from_rows
from tests.pipeline.recompute.tables import declination_of, declinations, places


def functions(rows):
    return {
        quantity.columns[0][1]: finding.function.name
        for finding in recompute([from_rows(rows)]).findings
        for quantity in finding.quantities
    }


def motion(degrees: float) -> list[str]:
    """Signs, degrees, minutes and seconds."""
    seconds = math.floor(degrees % 360 * 3600 + 0.5)
    return [
        str(seconds // 108_000),
        *(str(seconds // unit % size) for unit, size in ((3600, 30), (60, 60), (1, 60))),
    ]


@pytest.mark.parametrize("yearly", [359 + 45.4 / 60, 0.00725])  # nearly a circle, and hardly anything
def test_a_motion_that_goes_up_by_nearly_equal_steps_is_a_mean_motion(yearly):
    rows = [[str(year), *motion(129.37947 * year), *motion(yearly * year)] for year in range(1, 31)]
    assert functions(rows) == {1: "mean motion", 5: "mean motion"}


def test_five_digits_are_not_cut_into_degrees_and_minutes():
    def value(rate: int, years: int) -> str:
        return str(round(10_000 * (1 - (1 + rate / 100) ** -years) / (rate / 100)))

    rows = [[str(year), *(value(rate, year) for rate in (8, 9, 10))] for year in range(1, 26, 2)]
    assert functions(rows) == dict.fromkeys((1, 2, 3), "present value of a rent")


def calendar(first: float, latitude: float, days: range) -> list[list[str]]:
    """A month: the Sun's place in its sign, its declination, when it rises, and how long the day is.

    The Sun by its mean motion and the equation of the centre, the day by the angle at the pole between rising and noon.
    """
    rows = []
    for day in days:
        mean = first + 0.98565 * day
        sun = mean + 1.915 * math.sin(math.radians(mean - 275))
        delta = declination_of(sun, 23.5)
        noon = math.degrees(math.acos(-math.tan(math.radians(latitude)) * math.tan(math.radians(delta)))) / 15
        numbers = (sun % 30, abs(delta), 12 - noon, 2 * noon)
        rows.append([str(day), *(cell for number in numbers for cell in places(number, (60,)))])
    return rows


@pytest.mark.parametrize(("first", "latitude"), [(228.3, 41.0), (158.2, 47.0)])  # November, September
def test_a_month_of_the_calendar_has_one_latitude(first, latitude):
    found = recompute([from_rows(calendar(first, latitude, range(1, 31)))])
    named = {quantity.columns[0][1]: finding for finding in found.findings for quantity in finding.quantities}
    assert [named[column].function.name for column in (5, 7)] == [
        "half arc of the day by days",
        "length of the day by days",
    ]
    assert [named[column].function.name.split(" by ")[0] for column in (1, 3)] == [
        "longitude of the Sun",
        "declination",
    ]
    for finding in (named[5], named[7]):
        (one,) = (parameter for parameter in finding.parameters if parameter.name == "latitude")
        assert one.low - 0.1 <= latitude <= one.high + 0.1  # the Sun of another year moves otherwise by 1'


def test_sunrise_alone_beside_the_declination():
    """Near the equinox sunrise runs along a straight line: the declination beside it tells of what."""
    rows = [[row[0], *row[3:7]] for row in calendar(158.2, 47.0, range(1, 31))]
    assert {name.removesuffix(" by days") for name in functions(rows).values()} == {
        "declination",
        "half arc of the day",
    }


def test_degrees_of_the_sun_that_go_up_by_one_a_day_are_no_argument():
    rows = [row[:5] for row in calendar(348.0, 36.0, range(1, 21))]
    turned = [[*row[1:], row[0]] for row in rows]  # the days at the right
    assert set(functions(rows)) == {1, 3}
    assert set(functions(turned)) == {0, 2}


def test_columns_that_fall_evenly_are_no_products_of_one_another():
    """Six ages of which about one is left less every year: none is the argument of the others."""
    falling = [
        [str(row + 1), str(49 - row // 2), *(str(50 - row - (row < late)) for late in (0, 3, 22, 17, 0))]
        for row in range(22)
    ]
    assert functions(falling) == {}


def test_seconds_that_nothing_explains_are_those_of_the_minutes_before_them():
    """Ten declinations in steps of three degrees, to seconds: too few for carries to show."""
    rows = []
    for degree in range(1, 30, 3):
        both = (declination_of(degree, 23 + 29 / 60), declination_of(30 + degree, 23 + 29 / 60))
        rows.append([str(degree), *(".".join(places(value, (60, 60))) for value in both), str(30 - degree)])
    (finding,) = recompute([from_rows(rows)]).findings
    assert finding.function.name == "declination"
    assert [quantity.form.radices for quantity in finding.quantities] == [(60, 60)] * 2


def test_minutes_of_latitudes_that_go_up_in_steps_belong_to_their_degrees():
    rows = []
    for number in range(1, 32, 3):
        hours = 12 + number / 4
        latitude = math.degrees(
            math.atan(-math.cos(math.radians(7.5 * hours)) / math.tan(math.radians(23 + 28 / 60)))
        )
        rows.append([*places(latitude, (60,)), *places(hours, (60,)), str(number)])
    (finding,) = recompute([from_rows(rows)]).findings
    (quantity,) = finding.quantities
    assert (finding.function.name, quantity.form.radices) == ("latitude of the longest day", (60,))
    (obliquity,) = finding.parameters
    assert obliquity.low <= 23 + 28 / 60 <= obliquity.high


def test_two_gross_misprints_do_not_hide_what_a_column_prints():
    """Lengths of the day in Taurus for 25 latitudes, of which three have a 4 for a 1."""
    rows = []
    for latitude in range(36, 61):
        cells = []
        for longitude in (30, 60, 90):
            delta = math.radians(declination_of(longitude, 23 + 28 / 60))
            noon = math.degrees(math.acos(-math.tan(math.radians(latitude)) * math.tan(delta)))
            cells += places(2 * noon / 15, (60,))
        rows.append([str(latitude), *cells])
    for row in (1, 7, 14):
        rows[row][1] = "4" + rows[row][1][1:]
    assert functions(rows) == dict.fromkeys((1, 3, 5), "length of the day by latitude")


def test_minutes_that_go_up_one_by_one_beside_a_count_are_values():
    """The equation of the Sun near its greatest value."""

    def equation(degree: int) -> list[str]:
        angle = math.radians(degree)
        return places(
            math.degrees(math.atan2(2.4917 * math.sin(angle), 60 + 2.4917 * math.cos(angle))), (60,)
        )

    rows = [
        [str(degree), *equation(30 + degree), *equation(60 + degree), *equation(90 + degree)]
        for degree in range(1, 16)
    ]
    assert functions(rows) == dict.fromkeys((1, 3, 5), "solar equation")


def test_ascensional_differences_are_entered_with_latitude_and_declination_either_way():
    """Latitudes on the left and declinations on top, and the same turned; by the angle between rising and noon."""

    def difference(latitude: float, delta: float) -> list[str]:
        product = math.tan(math.radians(latitude)) * math.tan(math.radians(delta))
        return places(math.degrees(math.acos(-product)) - 90, (60,))

    def written(down: range, across: tuple[int, ...], turned: bool) -> list[list[str]]:
        pairs = [[(own, top) if turned else (top, own) for top in across] for own in down]
        return [
            [str(own), *(cell for pair in line for cell in difference(*pair))]
            for own, line in zip(down, pairs, strict=True)
        ]

    for rows, name, parameter, tops in (
        (written(range(30, 56), (2, 5, 8), True), "by latitude", "declination", [2, 5, 8]),
        (written(range(1, 25), (36, 41, 48), False), "by declination", "latitude", [36, 41, 48]),
    ):
        (finding,) = recompute([from_rows(rows)]).findings
        assert finding.function.name == f"ascensional difference {name}"
        assert [(one.name, round(one.value, 1)) for one in finding.parameters] == [
            (parameter, top) for top in tops
        ]


def test_a_heading_that_is_read_as_the_first_argument_hides_no_function():
    """Tangents of every second minute under the degrees 36 and 37; the heading begins with a speck."""
    rows = [["1.", "36", "37"]]
    for minute in range(0, 61, 2):
        angles = [math.radians(degree + minute / 60) for degree in (36, 37)]
        rows.append([str(minute), *(str(round(1e7 * math.tan(angle))) for angle in angles)])
    assert functions(rows) == {1: "tangent", 2: "tangent"}


def test_a_blank_column_between_degrees_and_minutes_parts_no_number():
    rows = []
    for degree in range(1, 31):
        high, low = places(declination_of(degree, 23.5), (60,))
        rows.append([str(degree), high, "", low])
    (finding,) = recompute([from_rows(rows)]).findings
    (quantity,) = finding.quantities
    assert (finding.function.name, quantity.columns) == ("declination", ((0, 1), (0, 3)))


def test_sunrise_in_two_panels_beside_the_sun_is_no_mean_motion():
    """It runs along a straight line in September; the Sun's place beside it tells what it is."""
    rows = [row[:7] for row in calendar(168.9, 49.0, range(1, 31))]
    found = functions([rows[day] + rows[day + 15] for day in range(15)])
    assert found[5] in ("half arc of the day", "half arc of the day by days")
    assert found[1] == "longitude of the Sun by days"


def test_degrees_of_the_sun_beside_the_days_begin_no_panel():
    """The Sun is in the 16th degree on the first of fifteen days that stand beside fifteen others."""
    rows = [row[:5] for row in calendar(166.9, 47.0, range(1, 31))]
    assert functions([rows[day] + rows[day + 15] for day in range(15)]) == {
        1: "longitude of the Sun by days",
        3: "declination by days",
    }


def test_signs_and_degrees_are_one_argument():
    rows = [
        [str(longitude // 30), str(longitude % 30), *places(declination_of(longitude, 23.5), (60, 60))]
        for longitude in range(5, 91, 5)
    ]
    (finding,) = recompute([from_rows(rows)]).findings
    assert finding.function.name == "declination"
    assert (finding.argument.quantity.form.radices, finding.argument.step) == ((30,), 5.0)
    (quantity,), (obliquity,) = finding.quantities, finding.parameters
    assert quantity.form.radices == (60, 60) and obliquity.low <= 23.5 <= obliquity.high


def test_a_table_is_entered_from_below_with_the_complement():
    """Right ascensions of Aries, Cancer and Libra, beside the degrees that are left of a sign."""
    rows = []
    for degree in range(1, 31):
        cells = []
        for longitude in (degree, 90 + degree, 180 + degree):
            angle = math.radians(longitude)
            right = math.degrees(math.atan2(math.sin(angle) * math.cos(math.radians(23.5)), math.cos(angle)))
            cells += places(right % 360, (60,))
        rows.append([*cells, str(30 - degree)])
    assert functions(rows) == dict.fromkeys((0, 2, 4), "right ascension")


def test_a_heading_read_as_a_row_is_no_row_of_misprints():
    factors = range(13, 19)
    rows = [["0", *map(str, factors)], *([str(x), *(str(x * y) for y in factors)] for x in range(1, 25))]
    found = recompute([from_rows(rows)])
    assert {one.function.name for one in found.findings} == {"product"}
    assert not [check for check in found.checks if check.p_misprint > 0.2]


def test_years_in_two_columns_are_years():
    yearly = 122.1 + 20 * 306.2  # in twenty years, which are more than a circle
    rows = [
        [str(year // 100), f"{year % 100:02d}", *motion(yearly * (year - 1400) / 20)]
        for year in range(1412, 1992, 20)
    ]
    found = recompute([from_rows(rows)])
    assert [one.function.name for one in found.findings] == ["mean motion from an epoch"]
    assert all((one.residuals == 0).all() for one in found.findings)


def test_signs_beyond_the_circle_are_a_misprint():
    rows = [[str(year), *motion(129.37947 * year)] for year in range(1, 31)]
    place = next(row for row, cells in enumerate(rows) if cells[1] == "11")
    rows[place][1] = "71"
    (check,) = [check for check in recompute([from_rows(rows)]).checks if check.p_misprint > 0.5]
    assert (check.region_id, check.due) == (5 * place + 1, "11")


def test_days_beside_hours_that_stay_the_same_are_the_argument():
    rows = calendar(98.6, 30.0, range(1, 32))
    rows = [
        [row[0], *row[7:9], *row[1:7]] for row in rows
    ]  # the length of the day next to the days: 13 hours
    assert {*functions(rows).values()} >= {"length of the day by days", "half arc of the day by days"}


def test_a_turned_shadow_that_was_truncated_is_no_ascensional_difference():
    """A gnomon of seven feet; one function more has a parameter that makes up for what was cut off."""
    rows = []
    for altitude in range(1, 46):
        slope = math.tan(math.radians(altitude))
        rows.append([str(altitude), *places(7 / slope, (60,), True), *places(7 * slope, (60,), True)])
    (finding, *others) = sorted(recompute([from_rows(rows)]).findings, key=lambda one: one.function.name)
    assert [one.function.name for one in (finding, *others)] == ["cotangent", "tangent"]
    assert [one.rounding.value for one in (finding, *others)] == ["truncated"] * 2


def test_lengths_of_the_day_near_the_equinox_that_were_truncated():
    """Five degrees of latitude in each column of a sign: rounded to the nearest, two of them say too little."""

    def length(latitude, longitude):
        angle = math.tan(math.radians(latitude)) * math.tan(math.radians(declination_of(longitude, 23.5)))
        return 12 + 2 * math.degrees(math.asin(angle)) / 15

    rows = [
        [
            str(latitude),
            *(cell for sun in (270, 330, 30) for cell in places(length(latitude, sun), (60,), True)),
        ]
        for latitude in range(28, 49)
    ]
    (finding,) = recompute([from_rows(rows)]).findings
    assert len(finding.quantities) == 3 and finding.rounding.value == "truncated"
    assert not finding.residuals.any()


def test_cubes_some_of_which_were_not_read():
    rows = [[str(root), str(root**2), str(root**3)] for root in range(611, 662, 3)]
    for row in (0, 7, 11):
        rows[row][2] = "?"
    assert functions(rows) == {1: "square", 2: "cube"}


def test_a_motion_of_whose_signs_two_in_five_were_misread():
    """Signs 11 throughout, of which two in five lost a digit: degrees tell the motion, and no compositor errs so."""
    rows = [[str(year), *motion(129.37947 * year), *motion(-0.23917 * year)] for year in range(1, 31)]
    for year in (2, 4, 6, 7, 8, 9, 13, 14, 19, 21, 23, 28):
        rows[year - 1][5] = "1"
    found = recompute([from_rows(rows)])
    assert functions(rows) == {1: "mean motion", 5: "mean motion"}
    (named,) = (one for one in found.findings[0].parameters if one.quantity == 1)
    assert named.low <= 360 - 0.23917 <= named.high
    assert not [check for check in found.checks if check.p_misprint >= 0.5]


def test_a_count_of_which_two_in_five_were_misread_is_the_argument():
    rows = [[str(degree), *places(declination_of(degree, 23.5), (60,))] for degree in range(1, 31)]
    for row, read in zip(
        (0, 1, 5, 9, 11, 14, 15, 20, 21, 25, 29),
        ["3", "3", "9", "0", "13", "1", "14", "2", "24", "2", "39"],
        strict=True,
    ):
        rows[row][0] = str(read)
    assert functions(rows) == {1: "declination"}


def test_sunrise_that_goes_down_by_equal_steps_is_no_argument():
    """Every other day of February: four minutes more of the day each, and hardly any misses them."""
    rows = [
        [row[0], *(".".join(row[at : at + 2]) for at in (1, 3, 5, 7))]
        for row in calendar(318.0, 34.0, range(1, 29, 2))
    ]
    assert set(functions(rows)) == {1, 2, 3, 4}


def test_places_of_one_column_belong_together():
    """A February as it was read, every other day: minutes of the Sun are no signs before the declination."""
    columns = (
        "1 3 5 7 9 11 13 15 17 19 21 23 25 27",
        "23.3 25.4 27.5 29.6 1.7 3.7 5.8 7.8 9.8 11.8 13.8 14.8 17.8 19.7",
        "13.52 15.12 42.31 11.49 11.6 10.23 9.39 8.55 8.10 7.24 6.39 5.52 5.6 4.19",
    )
    rows = [list(row) for row in zip(*(column.split() for column in columns), strict=True)]
    assert {name.split(" by ")[0] for name in functions(rows).values()} == {
        "longitude of the Sun",
        "declination",
    }


def test_a_cell_that_was_read_as_letters_is_not_called_a_misprint():
    """Degrees are printed where they change; where letters stand for one of them, that above is not repeated."""
    table = declinations(signs=(0,))
    text = table.text.copy()
    repeated = 1 + np.flatnonzero(text[1:, 1] == text[:-1, 1])
    text[repeated, 1] = ""
    text[10, 1] = "lO"
    found = recompute([replace(table, text=text)])
    assert {finding.function.name for finding in found.findings} == {"declination"}
    checked = {check.region_id: check for check in found.checks}
    assert checked[int(table.region[7, 1])].p_misprint == 0.0
    assert int(table.region[10, 1]) not in checked
