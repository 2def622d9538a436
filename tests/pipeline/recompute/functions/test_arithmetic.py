import math

import numpy as np
import pytest

from tablekin.recompute.functions.arithmetic import ARITHMETIC

BY_NAME = {function.name: function for function in ARITHMETIC}


@pytest.mark.parametrize("number", [2, 7, 19, 144, 999])
def test_powers_and_roots_by_counting(number):
    x = np.array(float(number))
    assert BY_NAME["square"].formula(x) == sum(2 * k + 1 for k in range(number))
    assert BY_NAME["triangular number"].formula(x) == sum(range(number + 1))
    assert BY_NAME["cube"].formula(x) == number * number * number
    assert BY_NAME["reciprocal"].formula(x) * number == pytest.approx(1)
    root = math.isqrt(number * 10**12)  # by whole numbers, to six decimals
    assert BY_NAME["square root"].formula(x) == pytest.approx(root / 10**6, abs=1e-6)


def test_logarithms_of_briggs():
    """Arithmetica Logarithmica (1624): the mantissas of 2, 3 and 7."""
    found = BY_NAME["logarithm"].formula(np.array([2.0, 30.0, 700.0]), 0.0)
    assert found == pytest.approx([0.30102999566398, 0.47712125471966, 0.84509804001426])
    assert BY_NAME["logarithm"].formula(np.array([30.0]), 1.0) == pytest.approx([1.47712125471966])
