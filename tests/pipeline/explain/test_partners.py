"""Partners against the products of all regions with all documents."""

import numpy as np
import pytest

from tablekin.explain.bound_blocks import divide_into_blocks
from tablekin.explain.partners import find_partners


def brute(dense, phi, allowed):
    """How many allowed documents each region has positive relevance with, and the first of those with most."""
    relevance = np.where(allowed, dense @ phi.T, 0)
    best = np.where(relevance.max(1) > 0, relevance.argmax(1), -1)
    return (relevance > 0).sum(1), best


def in_groups(dense):
    """Regions as sparse rows that are filled up to groups of eight."""
    begin, features, values = [0], [], []
    for row in dense:
        (own,) = np.nonzero(row)
        rest = -len(own) % 8
        features += [*own, *[0] * rest]
        values += [*row[own], *[0.0] * rest]
        begin.append(len(features))
    return np.array(begin, np.int64), np.array(features, np.uint8), np.array(values, np.float32)


@pytest.mark.parametrize("documents", [1, 5, 64, 65, 300])
def test_counts_and_the_first_of_the_largest_are_those_of_all_products(documents):
    rng = np.random.default_rng(documents)
    phi = (rng.integers(0, 9, (documents, 110)) * (rng.random((documents, 110)) < 0.2)).astype(np.float64)
    dense = (rng.integers(-3, 9, (20, 110)) * (rng.random((20, 110)) < 0.05)).astype(np.float64)
    allowed = rng.random(documents) < 0.7
    partners, top = np.zeros(20, np.int32), np.full(20, -1, np.int32)
    blocks = divide_into_blocks(phi)
    find_partners(*in_groups(dense), blocks.in_order(allowed, False), blocks, partners, top)
    count, best = brute(dense, phi, allowed)
    assert partners.tolist() == count.tolist()
    assert top.tolist() == best.tolist()


@pytest.mark.parametrize("less", [0.0, 1.0], ids=["positive", "negative"])
def test_what_is_surely_positive_is(less):
    """Many regions like those of a page, with a little of the other sign, and phi that may be negative."""
    rng = np.random.default_rng(7)
    phi = np.floor(rng.gamma(2, 2, (400, 110)) * (rng.random((400, 110)) < 0.7) - less)
    phi[:3] = 0
    dense = np.round(rng.gamma(1, 9, (300, 110))) * (rng.random((300, 110)) < rng.random((300, 1)) / 4)
    dense[::3] -= np.round(rng.gamma(1, 3, (100, 110))) * (rng.random((100, 110)) < 0.03)
    allowed = rng.random(400) < 0.9
    partners, top = np.zeros(300, np.int32), np.full(300, -1, np.int32)
    blocks = divide_into_blocks(phi)
    find_partners(*in_groups(dense), blocks.in_order(allowed, False), blocks, partners, top)
    count, best = brute(dense, phi, allowed)
    assert len({*count.tolist()}) > 5
    assert partners.tolist() == count.tolist()
    assert top.tolist() == best.tolist()


def test_every_document_is_in_one_block():
    phi = np.random.default_rng(0).random((150, 110))
    blocks = divide_into_blocks(phi)
    assert sorted(blocks.order.tolist()) == sorted({*blocks.order.tolist()})
    assert (blocks.documents.ravel()[blocks.order] == np.arange(150)).all()
    assert len(blocks.documents) == 3
