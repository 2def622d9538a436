"""The specific similarity against its definition, and its map against its score."""

from __future__ import annotations

import numpy as np
import pytest

from tablekin.models.specific_similarity import SpecificSimilarity, fit_specific


def _documents(count: int = 12, features: int = 7) -> np.ndarray:
    return np.random.default_rng(5).gamma(0.7, 3.0, (count, features))


def _model(phi: np.ndarray) -> SpecificSimilarity:
    related = np.kron(np.eye(len(phi) // 3, dtype=bool), ~np.eye(3, dtype=bool))
    return fit_specific(phi, related, 0.05)


def test_the_score_is_the_quadratic_form_of_centred_proportions() -> None:
    phi = _documents()
    model = _model(phi)
    compared = model.features(phi)
    metric = model.weights.T @ model.weights
    for a in range(3):
        for b in range(3, 6):
            left, right = (phi[one] / phi[one].sum() - model.mean for one in (a, b))
            assert compared[a] @ compared[b] == pytest.approx(left @ metric @ right, rel=1e-10)


def test_the_map_of_a_pair_adds_up_to_its_score() -> None:
    phi = _documents()
    model = _model(phi)
    rng = np.random.default_rng(6)
    factors = [
        one[:, None] * rng.dirichlet(np.ones(regions), len(one))
        for one, regions in zip(phi, (9, 4), strict=False)
    ]
    left, right = (model.factor(factor, one) for factor, one in zip(factors, phi, strict=False))
    compared = model.features(phi[:2])
    np.testing.assert_allclose(left.sum(1), compared[0], rtol=1e-9, atol=1e-12)
    assert (left.T @ right).shape == (9, 4)
    assert (left.T @ right).sum() == pytest.approx(compared[0] @ compared[1], rel=1e-9)


def test_what_all_documents_share_has_no_relevance() -> None:
    phi = _documents()
    model = _model(phi)
    assert np.abs(model.factor(3.5 * model.mean[:, None], phi[0])).max() < 1e-12


def test_fitted_whitens_the_differences_of_relatives() -> None:
    rng = np.random.default_rng(7)
    phi = _documents(30, 4).repeat(2, 0) * rng.gamma(20, 0.05, (60, 4))
    related = np.kron(np.eye(30, dtype=bool), ~np.eye(2, dtype=bool))
    model = fit_specific(phi, related, 1e-7)
    # proportions sum to 1, so one direction has no scatter and is left out of the comparison
    apart = model.features(phi)[::2] - model.features(phi)[1::2]
    scatter = np.linalg.eigvalsh(apart.T @ apart / len(apart))
    np.testing.assert_allclose(scatter[1:], 1, rtol=1e-3)


def test_without_relatives_nothing_is_fitted() -> None:
    with pytest.raises(ValueError, match="no two documents are related"):
        fit_specific(_documents(), np.zeros((12, 12), bool), 0.1)


def test_a_document_without_features_is_compared_by_zeros() -> None:
    phi = _documents()
    empty = np.zeros((1, 7))
    assert not _model(phi).features(empty).any()
