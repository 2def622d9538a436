"""Sums in compiled functions against those of numpy, bit by bit."""

import numpy as np
import pytest

from tablekin.collation.numpy_sums import centred, sum_of


def spread_out(rng, shape):
    """Numbers of very different sizes, whose sums depend on the order of additions."""
    return rng.normal(size=shape) * 10 ** rng.uniform(-6, 6, shape)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 17, 127, 128, 129, 136, 255, 256, 257, 1000, 8193, 100_001])
def test_sums_are_those_of_numpy_to_the_last_bit(count):
    values = spread_out(np.random.default_rng(count), count)
    assert sum_of(values) == values.sum()


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (300, 1), (1, 300), (2, 2), (31, 27), (140, 133)])
def test_what_chance_makes_is_taken_away_as_numpy_does_it(shape):
    scores = spread_out(np.random.default_rng(1), shape)
    means = np.maximum(scores.mean(1, keepdims=True), scores.mean(0, keepdims=True))
    assert (centred(scores, 0.5) == scores - means - 0.5 * float(scores.std())).all()


def test_nothing_is_taken_from_no_scores():
    assert centred(np.zeros((0, 4)), 0.5).shape == (0, 4)
