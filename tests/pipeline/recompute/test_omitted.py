import numpy as np

from tablekin.recompute.omitted import fill_blanks, restore_leading


def test_blanks_repeat_the_number_above():
    values = np.array([4.0, np.nan, np.nan, 5.0, np.nan])
    assert fill_blanks(values, np.array([False, True, False, False, True])).tolist()[:2] == [4.0, 4.0]
    assert np.isnan(fill_blanks(values, np.array([False, True, False, False, True]))[2])


def test_leading_digits_printed_once():
    """Mantissas of 2000 to 2019, seven digits, of which the first two are printed where they change."""
    mantissas = np.round(1e7 * np.log10(np.arange(2000, 2020) / 1000))
    whole = mantissas.copy()
    printed, widths = whole % 1e5, np.full(20, 5)
    printed[0], widths[0] = whole[0], 7
    assert restore_leading(printed, widths).tolist() == whole.tolist()


def test_a_column_that_falls_is_left_alone():
    """Cotangents begin long and become short by themselves."""
    values = np.round(1000 / np.tan(np.deg2rad(np.arange(1.0, 31.0))))
    widths = np.array([len(str(int(value))) for value in values])
    assert restore_leading(values, widths).tolist() == values.tolist()


def test_degrees_that_begin_anew_with_the_next_sign_lack_no_digits():
    degrees = np.array([*range(22, 30), *range(8)], float)
    widths = np.array([len(str(int(degree))) for degree in degrees])
    assert restore_leading(degrees, widths).tolist() == degrees.tolist()


def test_numbers_that_fall_and_lose_a_digit_lack_none():
    """Miles of the climates, one of them misread: every one is below the one above it."""
    values = np.array([128, 120, 12, 99, 86, 74, 62, 53, 44, 38, 32, 28], float)
    widths = np.array([len(str(int(value))) for value in values])
    assert restore_leading(values, widths).tolist() == values.tolist()
