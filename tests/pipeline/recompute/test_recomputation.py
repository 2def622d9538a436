"""Whole tables: what is found of them, on tables that are computed here with other code."""

import math

import pytest

from tablekin.recompute import recompute
from tablekin.recompute.table_text import from_rows


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
