import numpy as np
import pytest

from tablekin.recompute.smoothness import carry_gain, line_through, median, roughness, second_differences


def test_second_differences_by_hand():
    assert second_differences(np.array([1.0, 4.0, 9.0, 16.0])).tolist() == [2.0, 2.0]
    assert np.isnan(second_differences(np.array([1.0, np.nan, 9.0, 16.0]))).all()


def test_round_a_circle():
    degrees = np.array([340.0, 350.0, 0.0, 10.0])
    assert second_differences(degrees, 360.0).tolist() == [0.0, 0.0]
    assert roughness(degrees) > 1 > roughness(degrees, 360.0)


def test_minutes_carry_and_other_columns_do_not():
    minutes = np.floor(47.3 * np.arange(30))
    high, low = np.divmod(minutes, 60)
    other = np.floor(13.7 * np.arange(30)) % 60
    bent = [second_differences(line) for line in (high, low, other)]
    assert carry_gain(bent[0], bent[1], 60) > 20
    assert carry_gain(bent[2], bent[1], 60) < 0
    assert carry_gain(second_differences(np.arange(30.0)), bent[1], 60) == pytest.approx(0, abs=1e-9)


def test_a_misprint_does_not_hide_a_carry():
    minutes = np.floor(47.3 * np.arange(30))
    high, low = np.divmod(minutes, 60)
    high[12] = 91
    assert carry_gain(second_differences(high), second_differences(low), 60) > 10


def test_the_line_through_most_values():
    values = 3.0 + 2 * np.arange(12)
    values[[2, 7]] = 99
    values[5] = np.nan
    start, step, on = line_through(values)
    assert (start, step) == (3.0, 2.0)
    assert on.sum() == 9 and not on[[2, 5, 7]].any()


@pytest.mark.parametrize("size", [1, 2, 5, 8, 31, 100])
def test_the_median_is_numpys_bit_for_bit(size):
    values = np.random.default_rng(size).normal(size=size) * 1e5
    assert median(values) == np.median(values)
