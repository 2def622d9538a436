"""The nearest documents are those of all cosines, whichever of them were never computed."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from tablekin.collation.inverted_index import DocumentVectors, make_index, unit_rows
from tablekin.collation.nearest_documents import nearest_rows

TERMS = 6_000


def made(documents, family, mean, seed, skew=2.0):
    """Documents of most different sizes, in families of so many that share half of their terms, some of them alike."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(documents):
        of_family = np.random.default_rng([seed, number // family])
        size = int(mean * rng.lognormal(0, 1)) + 1
        own = (TERMS * rng.random(size) ** skew).astype(np.int64)
        shared = of_family.integers(0, TERMS, size if number % 3 else mean)
        found.append(np.unique(np.concatenate([own, shared]) if number % 7 else shared))
    found[documents // 2] = found[documents // 2][:0]
    doc = np.repeat(np.arange(documents), [len(one) for one in found]).astype(np.int32)
    return doc, np.concatenate(found).astype(np.int32)


def vectors_of(doc, term, documents, max_share=0.3):
    frequency = np.bincount(term, minlength=TERMS)
    weights = np.where(
        frequency <= max_share * documents, np.log1p(documents / np.maximum(frequency, 1)), 0.0
    )
    rows = unit_rows(doc, term, weights, documents)
    return rows, make_index(rows, weights)


def nearest_of_all(rows, count):
    """Sort all cosines, which scipy adds up in single precision in the order of terms, too."""
    vectors = csr_array((rows.values, rows.terms, rows.begins), shape=(len(rows.begins) - 1, TERMS))
    cosines = (vectors @ vectors.T).toarray()
    np.fill_diagonal(cosines, 0)
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
    best = np.take_along_axis(cosines, order, 1)
    return np.where(best > 0, order, -1), best


@pytest.mark.parametrize(
    ("documents", "family", "mean", "seed"),
    [(300, 5, 60, 1), (500, 20, 8, 2), (300, 6, 2, 3), (200, 3, 300, 4), (40, 40, 30, 5)],
)
@pytest.mark.parametrize("count", [1, 5])
def test_the_nearest_are_those_of_all_cosines(documents, family, mean, seed, count):
    rows, index = vectors_of(*made(documents, family, mean, seed), documents)
    places, cosines = nearest_rows(rows, index, 0, documents, count)
    expected, best = nearest_of_all(rows, count)
    np.testing.assert_array_equal(places, expected)
    np.testing.assert_array_equal(cosines, best)


def test_documents_that_are_the_same_are_named_in_order():
    doc = np.repeat(np.arange(50), 20).astype(np.int32)
    term = np.tile(np.arange(0, 2000, 100), 50).astype(np.int32)
    rows, index = vectors_of(doc, term, 50, max_share=1.0)
    places, cosines = nearest_rows(rows, index, 10, 12, 3)
    assert places.tolist() == [[0, 1, 2], [0, 1, 2]]
    assert np.ptp(cosines) == 0


def test_rows_are_of_length_one_and_keep_the_order_of_terms():
    doc, term = np.array([2, 2, 0], np.int32), np.array([3, 5, 4], np.int32)
    weights = np.zeros(TERMS)
    weights[3:6] = 3.0, 1.0, 4.0
    assert [list(one) for one in unit_rows(doc, term, weights, 3)] == [
        [0, 1, 1, 3],
        [4, 3, 5],
        [1.0, np.float32(0.6), np.float32(0.8)],
    ]
    assert isinstance(unit_rows(doc, term, weights, 3), DocumentVectors)
