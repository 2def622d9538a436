"""The specific similarity against its definition, and its map against its score."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from tablekin.models.specific_similarity import (
    SpecificSimilarity,
    fit_specific,
    load_specific_similarity,
)

CONSTANT = 1.5


def _documents(count: int = 12, features: int = 7) -> np.ndarray:
    return np.random.default_rng(5).gamma(0.7, 3.0, (count, features))


def _model(phi: np.ndarray) -> SpecificSimilarity:
    related = np.kron(np.eye(len(phi) // 3, dtype=bool), ~np.eye(3, dtype=bool))
    return fit_specific(phi, related, 0.05, CONSTANT)


def _factors(phi: np.ndarray) -> list[np.ndarray]:
    rng = np.random.default_rng(6)
    sizes = (9, 4)
    return [one[:, None] * rng.dirichlet(np.ones(n), len(one)) for one, n in zip(phi, sizes, strict=False)]


def test_the_score_is_the_cosine_by_the_metric_of_centred_proportions() -> None:
    phi = _documents()
    model = _model(phi)
    compared = model.features(phi)
    metric = model.weights.T @ model.weights
    for a in range(3):
        for b in range(3, 6):
            damped = np.log1p(phi[[a, b]] / CONSTANT)
            left, right = damped / damped.sum(1, keepdims=True) - model.mean
            size = np.sqrt((left @ metric @ left) * (right @ metric @ right))
            assert compared[a] @ compared[b] == pytest.approx(left @ metric @ right / size, rel=1e-9)


def test_the_map_of_a_pair_adds_up_to_its_score() -> None:
    phi = _documents()
    model = _model(phi)
    left, right = (model.factor(factor, one) for factor, one in zip(_factors(phi), phi, strict=False))
    compared = model.features(phi[:2])
    np.testing.assert_allclose(left.sum(1), compared[0], rtol=1e-9, atol=1e-12)
    assert (left.T @ right).shape == (9, 4)
    assert (left.T @ right).sum() == pytest.approx(compared[0] @ compared[1], rel=1e-9)


def test_the_metric_gives_the_map_from_the_scaled_factors() -> None:
    phi = _documents()
    model = _model(phi)
    a, b = _factors(phi)
    scale = model.scale(phi[:2])
    expected = model.factor(a, phi[0]).T @ model.factor(b, phi[1])
    found = (scale[0][:, None] * a).T @ model.metric @ (scale[1][:, None] * b)
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-12)


def test_factors_are_what_lrp_of_the_layers_behind_the_features_gives() -> None:
    """LRP-0 through the linear layer, which is gradient times input; the identity through the elementwise function."""
    phi = _documents()
    model = _model(phi)
    damped = torch.tensor(np.log1p(phi[0] / CONSTANT), requires_grad=True)
    size = float(np.log1p(phi[0] / CONSTANT).sum())
    compared = torch.tensor(model.layer) @ (damped / size)
    rows = [torch.autograd.grad(one, damped, retain_graph=True)[0] * damped for one in compared]
    relevance = torch.stack(rows).detach().numpy() / np.linalg.norm(compared.detach().numpy())
    factor = _factors(phi)[0]
    expected = relevance @ (factor / phi[0][:, None])
    np.testing.assert_allclose(model.factor(factor, phi[0]), expected, rtol=1e-9, atol=1e-12)


def test_what_all_documents_share_has_no_relevance() -> None:
    phi = _documents()
    model = _model(phi)
    assert np.abs(model.factor(3.5 * model.mean[:, None] / model.scale(phi[:1]).T, phi[0])).max() < 1e-12


def test_a_document_is_mapped_alike_in_any_company() -> None:
    phi = _documents()
    model = _model(phi)
    whole, scale = model.features(phi), model.scale(phi)
    for number in range(len(phi)):
        np.testing.assert_array_equal(model.features(phi[[number]])[0], whole[number])
        np.testing.assert_array_equal(model.scale(phi[: number + 1])[-1], scale[number])


def test_fitted_whitens_the_differences_of_relatives() -> None:
    rng = np.random.default_rng(7)
    phi = _documents(30, 4).repeat(2, 0) * rng.gamma(20, 0.05, (60, 4))
    related = np.kron(np.eye(30, dtype=bool), ~np.eye(2, dtype=bool))
    model = fit_specific(phi, related, 1e-7, CONSTANT)
    # proportions sum to 1, so one direction has no scatter and is left out of the comparison
    apart = np.diff((model.proportions(phi) @ model.layer.T).reshape(30, 2, 4), axis=1)[:, 0]
    scatter = np.linalg.eigvalsh(apart.T @ apart / len(apart))
    np.testing.assert_allclose(scatter[1:], 1, rtol=1e-3)


def test_without_relatives_nothing_is_fitted() -> None:
    with pytest.raises(ValueError, match="no two documents are related"):
        fit_specific(_documents(), np.zeros((12, 12), bool), 0.1, CONSTANT)


def test_a_document_without_features_is_compared_by_zeros() -> None:
    phi = _documents()
    empty = np.zeros((1, 7))
    assert not _model(phi).features(empty).any()
    assert not _model(phi).scale(empty).any()


def test_weights_are_read_as_they_were_written(tmp_path: Path) -> None:
    model = _model(_documents())
    model.save(tmp_path / "weights.safetensors")
    again = load_specific_similarity(tmp_path / "weights.safetensors")
    np.testing.assert_array_equal(again.weights, model.weights)
    np.testing.assert_array_equal(again.features(_documents()), model.features(_documents()))
    with pytest.raises(FileNotFoundError, match="no weights"):
        load_specific_similarity(tmp_path / "none.safetensors")
