import numpy as np

from tablekin.recompute.sums import find_culprit, find_totals


def register():
    """Hours of twenty days round 30 inches, in thousandths, without the tens; their mean is the last column."""
    rng = np.random.default_rng(1898)
    pressure = 30_000 + np.cumsum(rng.normal(0, 12, (20, 24)).ravel()).reshape(20, 24).round()
    mean = np.floor(pressure.mean(1) + 0.5)
    return np.vstack([pressure.T % 10_000, mean % 10_000])


def test_means_of_values_whose_leading_digit_is_left_out():
    values = register()
    assert ((values[:-1] < 1000).any(0) & (values[:-1] > 9000).any(0)).any()  # days that pass 30 inches
    (totals,) = [one for one in find_totals(values) if one.column == 24]
    assert totals.is_mean and totals.parts == tuple(range(24)) and not totals.contradicted.any()


def test_a_wrong_mean_is_told_from_a_wrong_hour():
    values = register()
    values[24, 3] = (values[24, 3] + 60) % 10_000
    values[5, 11] = (values[5, 11] + 3000) % 10_000
    right = register()
    (totals,) = [one for one in find_totals(values) if one.column == 24]
    assert np.flatnonzero(totals.contradicted).tolist() == [3, 11]
    foretold = np.full(values.shape, np.nan)
    foretold[1:-1] = (right[:-2] + right[2:]) / 2
    column, due = find_culprit(totals, 3, values, foretold, None)
    assert column == 24 and abs(due - right[24, 3]) <= 1


def test_a_digit_too_many_does_not_hide_that_a_leading_one_is_left_out():
    """One hour is read 12984, and one with another first digit: days that pass 30 inches still have right means."""
    values = register()
    values[7, 2], values[9, 14] = 12_984.0, (values[9, 14] + 6000) % 10_000
    (totals,) = [one for one in find_totals(values) if one.column == 24]
    assert totals.circle == 10_000 and np.flatnonzero(totals.contradicted).tolist() == [2, 14]


def test_small_counts_that_happen_to_agree_now_and_then_are_no_sum():
    """Deaths by three causes a place: half of the last column are by chance the sum of the two before it."""
    rng = np.random.default_rng(1905)
    counts = rng.integers(0, 4, (3, 60)).astype(float)
    counts[2, ::2] = counts[0, ::2] + counts[1, ::2]
    assert list(find_totals(counts)) == []
    true = rng.integers(0, 40, (3, 60)).astype(float)
    true[2] = true[0] + true[1]
    true[2, [7, 20, 33]] += [10, -3, 100]  # misprints, or misreadings
    (totals,) = find_totals(true)
    assert np.flatnonzero(totals.contradicted).tolist() == [7, 20, 33]
