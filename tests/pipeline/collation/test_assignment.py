"""Assignments against those of scipy, equal ones included."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from tablekin.collation.assignment import assign

DRAWS = {
    "all different": lambda rng, shape: rng.normal(size=shape),
    "many equal": lambda rng, shape: rng.integers(-2, 3, shape) * 1.5,
    "all equal": lambda rng, shape: np.zeros(shape),
}


@pytest.mark.parametrize("draw", DRAWS)
def test_of_equal_assignments_the_one_of_scipy_is_chosen(draw):
    rng = np.random.default_rng(0)
    for _ in range(300):
        count_a, count_b = rng.integers(1, 9, 2)
        padded = np.zeros((count_a + count_b, count_a + count_b))
        padded[:count_a, :count_b] = DRAWS[draw](rng, (count_a, count_b))
        rows, columns = linear_sum_assignment(padded, maximize=True)
        assert rows.tolist() == [*range(len(padded))]
        assert assign(padded).tolist() == columns.tolist()


def test_of_nothing_nothing_is_assigned():
    assert assign(np.zeros((0, 0))).shape == (0,)
