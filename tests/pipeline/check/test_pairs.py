from itertools import combinations

import numpy as np
import pytest

from tablekin.check.pairs import PairSet


@pytest.mark.parametrize("documents", [2, 3, 7])
def test_every_pair_has_a_place_of_its_own_and_the_missing_ones_are_found(documents):
    pairs = list(combinations(range(documents), 2))
    a, b = np.array(pairs).T
    found = PairSet(documents)
    assert sorted(found.place(a, b)) == list(range(len(pairs)))
    assert [*found.missing()] == pairs
    found.met[found.place(a[1:], b[1:])] = True
    assert [*found.missing()] == pairs[:1]


def test_one_document_has_no_pair():
    assert [*PairSet(1).missing()] == []
