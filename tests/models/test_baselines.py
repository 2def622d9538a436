"""The baselines against double loops over their definitions, with the Hessian by autograd."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.autograd.functional import hessian

from tablekin.models.baselines import (
    curvature,
    embedding_similarity,
    hessian_product,
    integrated_jacobians,
    saliency,
)
from tablekin.models.bilrp import Factor, factor, pair_map
from tablekin.models.lrp.composite import Composite
from tablekin.models.lrp.rules import Zero
from tests.support.networks import Residual, UNet, Vgg, ink, made, signed

BASELINES = (saliency, curvature, hessian_product, integrated_jacobians, embedding_similarity)
A, B = signed(1, 2, 6, 6), signed(1, 2, 6, 6, seed=1)
REGIONS = torch.from_numpy(np.random.default_rng(3).integers(0, 5, (6, 6)))


def network() -> nn.Module:
    return made(Residual)


def mixed_derivative(model: nn.Module) -> np.ndarray:
    """Compute d2y / dx_i dx'_i' of y = <phi(x), phi(x')>: ``(channels * pixels of A, the same of B)``."""

    def similarity(a: Tensor, b: Tensor) -> Tensor:
        return (model(a) * model(b)).sum()

    return hessian(similarity, (A, B))[0][1].reshape(A.numel(), B.numel()).numpy()


def by_definition(of_pair: Callable[[int, int], float]) -> np.ndarray:
    """Loop over pairs of numbers in the two inputs, and sum channels: ``(pixels of A, pixels of B)``."""
    result = np.zeros((36, 36))
    for i, k in itertools.product(range(A.numel()), range(B.numel())):
        result[i % 36, k % 36] += of_pair(i, k)
    return result


def expected(baseline: Callable[..., Factor]) -> np.ndarray:
    a, b = A.flatten().numpy(), B.flatten().numpy()
    if baseline is saliency:
        return by_definition(lambda i, k: (a[i] * b[k]) ** 2)
    derivative = mixed_derivative(network())
    if baseline is curvature:
        return by_definition(lambda i, k: derivative[i, k] ** 2)
    return by_definition(lambda i, k: a[i] * b[k] * derivative[i, k])


@pytest.mark.parametrize("baseline", BASELINES[:3])
@pytest.mark.parametrize("chunk", [2, 16])
def test_pair_map_follows_the_definition(baseline: Callable[..., Factor], chunk: int) -> None:
    model = network()
    got = pair_map(baseline(model, A, chunk=chunk), baseline(model, B, chunk=chunk)).numpy()
    want = expected(baseline)
    size = np.abs(want).max()
    assert (np.abs(want) > 1e-3 * size).mean() > 0.3
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12 * size)


@pytest.mark.parametrize("blank", [0.0, 0.5])
def test_embedding_similarity_follows_the_definition(blank: float) -> None:
    model = network()
    factors = [embedding_similarity(model, x, REGIONS, chunk=2, blank=blank) for x in (A, B)]
    got = pair_map(*factors)
    for i, k in itertools.product(range(5), range(5)):
        alone = []
        for x, region in ((A, i), (B, k)):
            inside = (region == REGIONS).double()
            alone.append(model(x * inside + blank * (1 - inside))[0])
        assert float(got[i, k]) == pytest.approx(float(alone[0] @ alone[1]), rel=1e-9)


@pytest.mark.parametrize("baseline", BASELINES[:3])
def test_pooling_sums_the_map_over_regions(baseline: Callable[..., Factor]) -> None:
    model = network()
    pooled = pair_map(baseline(model, A, REGIONS), baseline(model, B, REGIONS))
    one_hot = nn.functional.one_hot(REGIONS.flatten()).double()
    whole = pair_map(baseline(model, A), baseline(model, B))
    torch.testing.assert_close(pooled, one_hot.T @ whole @ one_hot, rtol=1e-9, atol=1e-18)


def test_regions_without_pixels_get_nothing() -> None:
    regions = torch.full((6, 6), 2)
    for baseline in BASELINES[:3]:
        relevance = baseline(network(), A, regions).relevance
        assert relevance.shape[1] == 3
        assert not relevance[:, :2].any()
        assert relevance[:, 2].any()


@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_factor_adds_up_to_its_features(baseline: Callable[..., Factor], dtype: torch.dtype) -> None:
    got = baseline(network().to(dtype), A.to(dtype), REGIONS)
    assert got.relevance.dtype == got.phi.dtype == dtype
    assert got.absorbed.dtype == torch.float64
    total = got.relevance.double().sum(1) + got.absorbed
    torch.testing.assert_close(total, got.phi.double(), rtol=1e-5, atol=1e-5)
    if baseline in (hessian_product, integrated_jacobians, embedding_similarity):
        torch.testing.assert_close(got.phi, network().to(dtype)(A.to(dtype))[0])


def test_hessian_product_is_bilrp_with_the_rule_zero() -> None:
    model, x = made(Vgg), ink(1, 1, 6, 5)
    got, lrp = hessian_product(model, x), factor(model, x, Composite(((nn.Module, Zero()),)))
    torch.testing.assert_close(got.relevance, lrp.relevance)
    torch.testing.assert_close(got.absorbed, lrp.absorbed)


@pytest.mark.parametrize("baseline", BASELINES)
def test_model_and_input_stay_as_they_were(baseline: Callable[..., Factor]) -> None:
    model = nn.Sequential(nn.ReLU(inplace=True), made(Vgg)).requires_grad_(True)
    x = signed(1, 1, 6, 5)
    before = x.clone(), {name: value.clone() for name, value in model.state_dict().items()}
    with torch.no_grad():
        got = baseline(model, x, torch.arange(30).reshape(6, 5) // 10)
    assert not got.relevance.requires_grad
    assert not got.phi.requires_grad
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(before[1][name], value) for name, value in model.state_dict().items())
    torch.testing.assert_close(x, before[0])


@pytest.mark.parametrize("baseline", BASELINES)
def test_misuse_is_refused(baseline: Callable[..., Factor]) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        baseline(network(), A, REGIONS[:4])
    with pytest.raises(ValueError, match="one input"):
        baseline(network(), torch.cat([A, B]))
    if baseline is not saliency:
        with pytest.raises(ValueError, match="features"):
            baseline(made(UNet), ink(1, 1, 16, 24))


class Smooth(nn.Module):
    """A small network of vectors of tokens, smooth and without biases."""

    def __init__(self) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(3, 8, bias=False), nn.Linear(8, 4, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(torch.tanh(self.up(x)).sum(1))


def test_integrated_jacobians_add_up_to_what_sets_inputs_apart_from_their_references() -> None:
    model, x, reference = made(Smooth), signed(1, 5, 3), signed(1, 5, 3, seed=1)
    found = integrated_jacobians(model, x, reference=reference, steps=200)
    assert found.relevance.shape == (4, 5)
    torch.testing.assert_close(found.relevance.sum(1), (model(x) - model(reference))[0], rtol=1e-4, atol=1e-5)
    # of a token alone, by the definition: a sum over points on the way
    jacobians = torch.zeros(4, 5, 3, dtype=torch.float64)
    for step in range(200):
        point = (reference + (step + 0.5) / 200 * (x - reference)).requires_grad_()
        for feature in range(4):
            jacobians[feature] += torch.autograd.grad(model(point)[0, feature], point)[0][0] / 200
    torch.testing.assert_close(found.relevance, (jacobians * (x - reference)).sum(-1))
    from_zero = integrated_jacobians(model, x, steps=200)
    assert float(from_zero.absorbed.abs().max()) < 1e-4


def test_tokens_are_places_of_every_baseline() -> None:
    model, x, words = made(Smooth), signed(1, 5, 3), torch.tensor([0, 0, 1, 2, 2])
    for baseline in BASELINES:
        found = baseline(model, x)
        assert found.relevance.shape[1] == 5
        pooled = baseline(model, x, words)
        assert pooled.relevance.shape[1] == 3
    alone = embedding_similarity(model, x, words).relevance[:, 2]
    torch.testing.assert_close(alone, model(x * (words == 2)[:, None])[0])
    gradients = hessian_product(model, x).relevance
    torch.testing.assert_close(
        gradients @ nn.functional.one_hot(words).double(), hessian_product(model, x, words).relevance
    )


def test_numbers_of_tokens_have_no_gradient() -> None:
    with pytest.raises(TypeError, match="give their vectors"):
        hessian_product(nn.Sequential(nn.Embedding(4, 2), nn.Flatten()), torch.tensor([[1, 2]]))
    with pytest.raises(ValueError, match=r"reference \(1, 4, 3\) has not the shape"):
        integrated_jacobians(made(Smooth), signed(1, 5, 3), reference=signed(1, 4, 3))
    with pytest.raises(ValueError, match="one point or more"):
        integrated_jacobians(made(Smooth), signed(1, 5, 3), steps=0)
