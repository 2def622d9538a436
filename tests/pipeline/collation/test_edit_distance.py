import itertools

import numpy as np
import pytest

from tablekin.collation.edit_distance import spelled_within_one_edit, within_one_edit


def by_brute_force(one, other):
    """Whether one edit of ``one`` gives ``other``: every digit put in, left out, exchanged or moved by one."""
    digits = "0123456789"
    edited = {one[:k] + d + one[k:] for k in range(len(one) + 1) for d in digits}
    edited |= {one[:k] + one[k + 1 :] for k in range(len(one))}
    edited |= {one[:k] + d + one[k + 1 :] for k in range(len(one)) for d in digits if d != one[k]}
    edited |= {one[:k] + one[k + 1] + one[k] + one[k + 2 :] for k in range(len(one) - 1)}
    return other in edited


def test_near_numbers_are_those_that_one_edit_gives():
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list("123"), length)) for length in rng.integers(3, 6, 60)]
    near = 0
    for one, other in itertools.product(words, words):
        if one != other:
            assert within_one_edit(one, other) == by_brute_force(one, other), (one, other)
            near += within_one_edit(one, other)
    assert near > 50


@pytest.mark.parametrize(("one", "other"), [("12", "13"), ("1", "12"), ("", "1"), ("12", "12")])
def test_of_short_numbers_none_is_near(one, other):
    assert not within_one_edit(one, other)


def test_numbers_that_are_arrays_of_digits_are_near_as_texts_are():
    rng = np.random.default_rng(1)
    words = ["".join(rng.choice(list("123"), length)) for length in rng.integers(2, 6, 60)]
    for one, other in itertools.product(words, words):
        spelled = (np.frombuffer(text.ljust(7, "0").encode(), np.uint8) for text in (one, other))
        first, second = spelled
        found = spelled_within_one_edit(first, len(one), second, len(other))
        assert found == within_one_edit(one, other), (one, other)
