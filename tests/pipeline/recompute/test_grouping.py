"""Groups of tables that are written here: the truth is how they were written."""

import numpy as np
import pytest

from tablekin.recompute.counts import find_counts
from tablekin.recompute.forms import Form, heads_join, unit_of
from tablekin.recompute.grouping import group_strands
from tablekin.recompute.strands import strands_of
from tablekin.recompute.table_text import from_rows


def write(values, radices):
    """Write whole units of the last place in places."""
    rows = []
    for value in values:
        rest, places = round(value), []
        for radix in reversed(radices):
            rest, place = divmod(rest, radix)
            places.append(place)
        rows.append([str(rest), *(str(place) for place in reversed(places))])
    return rows


def groups_of(columns):
    rows = [
        [str(row + 1), *(cell for column in columns for cell in column[row])]
        for row in range(len(columns[0]))
    ]
    strands = strands_of(from_rows(rows))
    return [group.form.radices for group in group_strands(strands, find_counts(strands))[1:]]


X = np.arange(1.0, 31.0)
SINES = [np.rad2deg(np.arcsin(0.4 * np.sin(np.deg2rad(X + start)))) for start in (0, 30, 60)]


@pytest.mark.parametrize(("radices", "unit"), [((60,), 60), ((60, 60), 3600)])
def test_degrees_minutes_seconds(radices, unit):
    columns = [write(unit * line, radices) for line in SINES]
    assert groups_of(columns) == [radices] * 3


def test_signs_round_the_circle():
    columns = [write(3600 * (motion * X % 360), (30, 60, 60)) for motion in (13.17639, 13.06499, 12.19075)]
    assert groups_of(columns) == [(30, 60, 60)] * 3


def test_degrees_that_do_not_change_belong_to_their_minutes():
    columns = [write(3600 * (1.2 + 0.03 * X + start), (60, 60)) for start in (0.0, 0.7, 1.1)]
    assert groups_of(columns) == [(60, 60)] * 3


def test_neighbours_that_have_nothing_to_do_with_one_another():
    years = np.arange(1600, 1635)
    columns = [[[str(year % cycle + 1)] for year in years] for cycle in (19, 28, 15)]
    assert groups_of(columns) == [(), (), ()]


def test_decimals_of_one_column():
    rng = np.random.default_rng(3)
    columns = [[[f"29.{number:03d}"] for number in rng.integers(0, 1000, 25)] for _ in range(3)]
    assert groups_of(columns) == [(1000,)] * 3


def test_a_misprint_in_every_column():
    columns = [write(60 * line, (60,)) for line in SINES]
    for line, column in enumerate(columns):
        column[7 + line][1] = "88"
        column[20][0] = "71"
    assert groups_of(columns) == [(60,)] * 3


@pytest.mark.parametrize(
    ("high", "low", "radix", "joined"),
    [("gr", "min", 60, True), ("m", "sec", 60, True), ("sig", "gr", 30, True), ("min", "gr", 60, False)],
)
def test_words_that_head_places(high, low, radix, joined):
    assert heads_join(high, low, radix) is joined


def test_units_by_form_and_heading():
    assert unit_of(Form((60,)), "Hor. Min.") == "hours"
    assert unit_of(Form((60,)), "") == "degrees"
    assert unit_of(Form((20, 12)), "") == "pounds"
