"""Products of rounded vectors against those in float64."""

import numpy as np
import pytest

from tablekin.explain.integer_products import in_columns, pair_up, round_vectors
from tablekin.explain.simd import LANES


def made_vectors(documents, features):
    rng = np.random.default_rng(documents)
    vectors = rng.normal(size=(documents, features)) * rng.lognormal(0, 2, (documents, 1))
    vectors[3] = 0
    vectors[4] = 0
    vectors[4, 1] = -7  # all of its length is one number: the largest that there are, and their products
    vectors[5] = -vectors[4]
    vectors[6] = 1  # the same everywhere: no product is larger, and sums grow steadily
    vectors[7] = -vectors[6]
    return vectors, np.linalg.norm(vectors, axis=1)


@pytest.mark.parametrize("rows", [1, 13, 40])
@pytest.mark.parametrize(("documents", "features"), [(20, 2), (200, 5), (1000, 110)])
def test_products_are_those_of_float64_within_the_error(documents, features, rows):
    vectors, norm = made_vectors(documents, features)
    size = -(-documents // (2 * LANES)) * 2 * LANES
    rounded = round_vectors(vectors, norm, size)
    chosen = np.minimum(np.arange(rows), documents - 1)
    likeness = np.empty((rows, size), np.float32)
    rounded.multiply(rounded.rows(chosen), rounded.columns, likeness)
    unit = vectors / np.maximum(norm, 1e-30)[:, None]
    wrong = np.abs(likeness[:, :documents] - unit[chosen] @ unit.T).max()
    assert 0 < wrong <= rounded.error < 4e-4
    assert not likeness[:, documents:].any()


def test_no_sum_of_whole_numbers_overflows():
    """Vectors as long as rounding makes them, in as many directions as there are features."""
    features = 110
    vectors = np.concatenate([np.eye(features), np.ones((2, features)), -np.ones((2, features))])
    vectors = np.concatenate([vectors, np.tile([1.0, -1.0], (4, features // 2))])
    norm = np.linalg.norm(vectors, axis=1)
    rounded = round_vectors(vectors, norm, 128)
    multiples = rounded.rows(np.arange(len(vectors))).view(np.int16).astype(np.int64)
    assert np.abs(multiples).max() < 2**15
    assert np.abs(multiples @ multiples.T).max() < 2**31
    assert (
        1 / round_vectors(vectors[features:], norm[features:], 64).step > 46_000
    )  # where no number is large


def test_what_is_lost_is_no_more_than_is_said():
    """All numbers lie in the middle between two multiples, on the same side: the most that rounding takes."""
    features = 110
    step = 1 / 46_300
    vectors = np.full((64, features), (np.floor(1 / np.sqrt(features) / step) + 0.499) * step)
    norm = np.ones(64)
    rounded = round_vectors(vectors, norm, 64)
    likeness = np.empty((64, 64), np.float32)
    rounded.multiply(rounded.rows(np.arange(64)), rounded.columns, likeness)
    wrong = np.abs(likeness - vectors @ vectors.T).max()
    assert 0.9 * rounded.error < wrong <= rounded.error


def test_numbers_of_documents_are_found_where_they_were_laid():
    numbers = np.random.default_rng(0).integers(-32767, 32768, (37, 7), dtype=np.int16)
    columns = in_columns(pair_up(numbers))
    assert columns.shape == (3, 4, LANES)
    laid = columns.view(np.int16).reshape(3, 4, LANES, 2).transpose(0, 2, 1, 3).reshape(3 * LANES, 8)
    assert (laid[:37, :7] == numbers).all()
    assert not laid[37:].any() and not laid[:, 7].any()
