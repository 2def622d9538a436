"""Partners against the products of all regions with all documents."""

import numpy as np
import pytest

from tablekin.explain.partners import divide_into_blocks, fill_groups, find_partners


def brute(dense, phi, allowed):
    """How many allowed documents each region has positive relevance with, and the first of those with most."""
    relevance = np.where(allowed, dense @ phi.T, 0)
    best = np.where(relevance.max(1) > 0, relevance.argmax(1), -1)
    return (relevance > 0).sum(1), best


@pytest.mark.parametrize("documents", [1, 5, 64, 65, 300])
def test_counts_and_the_first_of_the_largest_are_those_of_all_products(documents):
    rng = np.random.default_rng(documents)
    phi = (rng.integers(0, 9, (documents, 110)) * (rng.random((documents, 110)) < 0.2)).astype(np.float64)
    dense = (rng.integers(-3, 9, (20, 110)) * (rng.random((20, 110)) < 0.05)).astype(np.float64)
    allowed = rng.random(documents) < 0.7
    region, feature = np.nonzero(dense)
    begin = np.searchsorted(region, np.arange(21)).astype(np.int64)
    groups = fill_groups(begin, feature, dense[region, feature])
    partners, top = np.zeros(20, np.int32), np.full(20, -1, np.int32)
    find_partners(*groups, allowed, divide_into_blocks(phi), partners, top)
    count, best = brute(dense, phi, allowed)
    assert partners.tolist() == count.tolist()
    assert top.tolist() == best.tolist()


def test_groups_are_filled_without_changing_what_a_region_holds():
    begin, feature = np.array([0, 3, 3, 12]), np.arange(12)
    relevance = np.arange(1, 13, dtype=float)
    filled, features, values = fill_groups(begin, feature, relevance)
    assert filled.tolist() == [0, 8, 8, 24]
    for region in range(3):
        own = slice(filled[region], filled[region + 1])
        found = np.bincount(features[own], values[own], 110)
        old = slice(begin[region], begin[region + 1])
        np.testing.assert_array_equal(found, np.bincount(feature[old], relevance[old], 110))


def test_every_document_is_in_one_block():
    phi = np.random.default_rng(0).random((150, 110))
    blocks = divide_into_blocks(phi)
    assert sorted(blocks.order.tolist()) == sorted({*blocks.order.tolist()})
    assert (blocks.documents.ravel()[blocks.order] == np.arange(150)).all()
    assert len(blocks.documents) == 3
