"""Intervals of pairs that share works."""

from __future__ import annotations

import numpy as np
from lib.bootstrap import resample


def test_a_pair_of_two_works_counts_only_where_both_are_drawn() -> None:
    units = [("p", "p"), ("p", "q"), ("q", "q")]
    weights = resample(units, 1)
    assert np.allclose(weights.sum(1), 1)
    either_alone = (weights[:, 0] == 0) | (weights[:, 2] == 0)
    assert either_alone.any() and not weights[either_alone, 1].any()
    both = weights[~either_alone]
    assert np.allclose(both, 1 / 3)
