"""Unigram features against sums, dense against sparse."""

from __future__ import annotations

import numpy as np
import torch

from tablekin.models.lrp.composite import Composite
from tablekin.models.lrp.propagation import Propagation
from tablekin.models.networks.features import UNIGRAMS
from tablekin.models.networks.unigram import UnigramLayer, unigrams


def test_features_count_each_digit_densely_and_sparsely() -> None:
    rng = np.random.default_rng(1)
    maps = rng.random((10, 6, 8)) * (rng.random((10, 6, 8)) < 0.2)
    digit, row, col = np.nonzero(maps)
    got = unigrams(digit, maps[digit, row, col])
    expected = [
        sum(a for d, a in zip(digit, maps[digit, row, col], strict=True) if d == j) for j in range(10)
    ]
    np.testing.assert_allclose(got.phi, expected)
    np.testing.assert_allclose(got.shares.sum(axis=1), got.phi)
    assert len(UNIGRAMS) == len(got.phi) == 10

    x = torch.from_numpy(maps)[None]
    propagation = Propagation(UnigramLayer(), x, Composite())
    np.testing.assert_allclose(propagation.output[0].numpy(), expected)
    dense = propagation.relevance(torch.diag(propagation.output[0])).input.numpy()
    np.testing.assert_allclose(got.shares.toarray(), dense[:, digit, row, col])
    np.testing.assert_allclose(dense.sum((1, 2, 3)), expected)


def test_page_without_digits() -> None:
    got = unigrams([], [])
    assert not got.phi.any()
    assert got.shares.shape == (10, 0)
