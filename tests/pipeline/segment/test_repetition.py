"""Ruled columns of one width are divided alike, where most of them are and the others have nearly a division there."""

import numpy as np
import pytest

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.projection import ProjectionProfile
from tablekin.segment.repetition import divisions_of_like_columns

METRICS = DigitMetrics(height=20, width=10, usual_gap=2, space=8)
ROWS = 30
START = 100.0
WIDTH = 80  # of a ruled column
RULES = START + WIDTH * np.arange(1, 4)  # four columns
PLACES = np.array([26.0, 54.0])  # of divisions in a column


def profile(crossed):
    """Digits everywhere but at the places of each column, where so many rows have one."""
    digits = np.full(4 * WIDTH, float(ROWS))
    for column, rows in enumerate(crossed):
        for place in PLACES:
            digits[int(column * WIDTH + place) - 1 : int(column * WIDTH + place) + 2] = rows
    digits[[WIDTH - 1, 2 * WIDTH, 3 * WIDTH]] = 0
    nothing = np.zeros(len(digits))
    return ProjectionProfile(START, digits, nothing, nothing, nothing, ROWS, nothing.astype(bool))


def divisions(*columns):
    return np.sort([START + column * WIDTH + PLACES[place] for column, place in columns])


FULL = [(column, place) for column in (2, 3) for place in (0, 1)]


def test_a_column_gets_the_divisions_that_like_ones_have_though_some_rows_cross_them():
    found = divisions_of_like_columns(profile([4, 4, 0, 0]), RULES, divisions((0, 0), (1, 1), *FULL), METRICS)
    assert np.allclose(found, [START + PLACES[1], START + WIDTH + PLACES[0]])


@pytest.mark.parametrize(
    ("crossed", "had"),
    [
        ([15, 15, 0, 0], FULL),  # half of the rows have a digit there
        ([0, 0, 0, 0], FULL[:2]),  # a single column is divided so
        ([0, 0, 0, 0], [(2, 0), (3, 1)]),  # like columns are divided at other places
        ([0, 0, 0, 0], [(column, place) for column in range(4) for place in (0, 1)]),  # nothing lacks
    ],
)
def test_no_other_division_is_made(crossed, had):
    assert divisions_of_like_columns(profile(crossed), RULES, divisions(*had), METRICS) == []


def test_white_without_digits_on_either_side_is_no_place_of_a_number():
    page = profile([0, 0, 0, 0])
    page.digits[2 : int(PLACES[0])] = 0  # the first column begins with its second number
    found = divisions_of_like_columns(page, RULES, divisions((0, 1), (1, 0), (1, 1), *FULL), METRICS)
    assert found == []


def test_columns_of_another_width_are_not_alike():
    rules = np.array([START + 1.5 * WIDTH, START + 2 * WIDTH, START + 3 * WIDTH])
    found = divisions_of_like_columns(profile([0, 0, 0, 0]), rules, divisions(*FULL), METRICS)
    assert found == []
