from itertools import pairwise

import numpy as np
from scipy import sparse

from tablekin.explain.region_sums import find_owners, is_in_order, sort_entries, sum_members


def test_sums_of_members_are_those_of_a_product_of_matrices():
    rng = np.random.default_rng(0)
    own = sparse.random_array((60, 110), density=0.2, format="csr", random_state=0)
    own.data = rng.normal(size=own.nnz)
    members = sparse.csr_array((rng.random((40, 60)) < 0.1).astype(float))
    own.data[own.indptr[5] : own.indptr[6]] = 0
    document, sums = np.arange(40) // 10, rng.normal(size=(4, 110))
    found = sum_members(
        *(members.indptr.astype(np.int64), members.indices.astype(np.int64)),
        *(own.indptr.astype(np.int64), own.indices.astype(np.uint8), own.data),
        document,
        sums,
    )
    expected = members.toarray() @ own.toarray()
    dense = sparse.csr_array((found.relevance, found.feature, found.begin), shape=(40, 110)).toarray()
    np.testing.assert_allclose(dense, expected, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(found.total, (expected * sums[document]).sum(1), atol=1e-12)
    assert (found.begin % 8 == 0).all()
    for one, other in pairwise(found.begin):
        used = np.count_nonzero(found.relevance[one:other])
        assert other - one - used < 8
        assert (np.diff(found.feature[one : one + used].astype(int)) > 0).all()
        assert not found.feature[one + used : other].any() and not found.relevance[one + used : other].any()


def test_entries_are_found_in_their_regions():
    rng = np.random.default_rng(1)
    document, region = np.divmod(np.arange(0, 300, 3), 50)
    place = np.repeat(rng.permutation(100), rng.integers(0, 5, 100))
    assert find_owners(document, region, document[place], region[place]).tolist() == place.tolist()


def test_order_is_that_of_regions_and_of_features_within_one():
    place, feature = np.array([0, 0, 2, 2]), np.array([3, 9, 0, 7], np.uint8)
    assert is_in_order(place, feature)
    assert not is_in_order(place, feature[::-1].copy())
    assert not is_in_order(place[::-1].copy(), feature)
    assert not is_in_order(place, np.array([3, 3, 0, 7], np.uint8))
    assert is_in_order(place[:0], feature[:0])


def test_entries_are_sorted_by_regions_and_features_those_of_both_as_they_stand():
    rng = np.random.default_rng(2)
    place, feature = rng.integers(0, 20, 500), rng.integers(0, 110, 500).astype(np.uint8)
    place[:250], feature[:250] = place[250:], feature[250:]
    assert sort_entries(place, feature, 20, 110).tolist() == np.lexsort((feature, place)).tolist()
    assert sort_entries(place[:0], feature[:0], 20, 110).tolist() == []
