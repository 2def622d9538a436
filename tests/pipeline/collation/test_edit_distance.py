import itertools

import numpy as np
import pytest

from tablekin.collation.edit_distance import near_pairs, within_one_edit


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


def test_the_pairs_of_two_lists_are_those_found_one_by_one():
    rng = np.random.default_rng(1)
    lists = [["".join(rng.choice(list("12345"), length)) for length in rng.integers(2, 6, 50)] for _ in "ab"]
    expected = [[within_one_edit(one, other) for other in lists[1]] for one in lists[0]]
    np.testing.assert_array_equal(near_pairs(*lists), expected)
