"""What columns say beyond their own neighbours."""

import numpy as np
import pytest

from tablekin.collation.information import Run, _median, column_information


def said(values):
    return column_information([str(value) for value in values])


def test_counts_progressions_and_sorted_repeating_columns_say_next_to_nothing():
    for values in (range(1, 31), range(7, 217, 7), sorted([12, 13, 14, 15, 16] * 6)):
        assert said(values).nats[1:].sum() < 10


def test_a_smooth_column_says_its_first_rows_only():
    found = said([row**2 for row in range(31, 71)])
    assert found.run is Run.SMOOTH
    assert found.nats[3:].max() < 0.5


def test_numbers_in_no_order_say_their_digits():
    values = np.random.default_rng(3).permutation(np.arange(1000, 9000, 7))[:40]
    found = said(values)
    assert found.run is Run.ROUGH
    assert found.nats == pytest.approx(np.log(np.ptp(values) + 1), abs=0.8)


def test_an_odd_number_in_a_smooth_column_says_much():
    values = [row**2 for row in range(31, 71)]
    values[20] += 200
    assert said(values).nats[20] > 6


def test_cells_without_a_number_say_nothing():
    assert column_information(["", "3", ""]).nats[[0, 2]].tolist() == [0, 0]


@pytest.mark.parametrize("count", [1, 2, 3, 8, 9])
def test_the_median_is_that_of_numpy(count):
    values = np.random.default_rng(count).normal(size=count)
    assert _median(values) == np.median(values)
