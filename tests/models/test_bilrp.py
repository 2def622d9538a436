"""BiLRP against loops by the definition, and the algebra that makes factors useful."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tablekin.models.bilrp import Factor, conservation, factor, marginals, pair_map, patches, pool
from tablekin.models.lrp.composite import Composite
from tablekin.models.lrp.rules import Gamma, ZBox, Zero
from tablekin.models.networks.bigram import BigramLayer
from tests.support.networks import UNet, Vgg, ink, made

ZERO = Composite(((nn.Module, Zero()),))
GAMMA = Composite(((0, ZBox(0, 1)), (nn.Module, Gamma(0.25))))
REGIONS = torch.from_numpy(np.random.default_rng(3).integers(0, 7, (16, 24)))


def bigram_network() -> nn.Module:
    return nn.Sequential(made(UNet), BigramLayer([(1, 0), (2, 0), (1, 1)]))


@pytest.fixture(scope="module")
def pair() -> tuple[Factor, Factor]:
    network = bigram_network()
    return factor(network, ink(1, 1, 16, 24), GAMMA), factor(network, ink(1, 1, 8, 32, seed=1), GAMMA)


def by_definition(network: nn.Module, a: Tensor, b: Tensor) -> np.ndarray:
    """Loop over features and pairs of pixels; LRP-0 as gradient times input."""

    def lrp(x: Tensor, feature: int) -> np.ndarray:
        leaf = x.clone().requires_grad_()
        gradient = torch.autograd.grad(network(leaf)[0, feature], leaf)[0]
        return (gradient * leaf).detach()[0].sum(0).flatten().numpy()

    result = np.zeros((a.shape[2] * a.shape[3], b.shape[2] * b.shape[3]))
    for feature in range(network(a).shape[1]):
        of_a, of_b = lrp(a, feature), lrp(b, feature)
        for i in range(len(of_a)):
            for k in range(len(of_b)):
                result[i, k] += of_a[i] * of_b[k]
    return result


def test_pair_map_follows_the_definition() -> None:
    network, a, b = made(Vgg), ink(1, 1, 6, 5), ink(1, 1, 4, 8, seed=1)
    got = pair_map(factor(network, a, ZERO), factor(network, b, ZERO, chunk=2))
    np.testing.assert_allclose(got.numpy(), by_definition(network, a, b), rtol=1e-9, atol=1e-12)


def test_pair_map_sums_to_the_similarity(pair: tuple[Factor, Factor]) -> None:
    network = bigram_network()
    similarity = network(ink(1, 1, 16, 24))[0] @ network(ink(1, 1, 8, 32, seed=1))[0]
    assert float(similarity) > 1
    torch.testing.assert_close(pair_map(*pair).sum(), similarity)
    account = conservation(*pair)
    assert account.similarity == pytest.approx(float(similarity))
    assert account.explained == pytest.approx(float(similarity))
    assert abs(account.absorbed) < 1e-10 * account.similarity
    assert abs(account.error) < 1e-10 * account.similarity


def test_what_biases_absorb_is_accounted_for() -> None:
    network, a, b = made(Vgg), ink(1, 1, 6, 5), ink(1, 1, 4, 8, seed=1)
    of_a, of_b = factor(network, a, ZERO), factor(network, b, ZERO)
    account = conservation(of_a, of_b)
    assert account.explained == pytest.approx(by_definition(network, a, b).sum())
    assert account.similarity == pytest.approx(float(network(a)[0] @ network(b)[0]))
    assert abs(account.absorbed) > 1e-3 * abs(account.similarity)
    assert account.similarity == pytest.approx(account.explained + account.absorbed)
    assert abs(account.error) < 1e-10


def test_pair_map_is_symmetric(pair: tuple[Factor, Factor]) -> None:
    a, b = pair
    torch.testing.assert_close(pair_map(a, b), pair_map(b, a).T)


def test_pooling_commutes_with_the_product(pair: tuple[Factor, Factor]) -> None:
    a, b = pair
    pooled = factor(bigram_network(), ink(1, 1, 16, 24), GAMMA, REGIONS)
    assert pooled.relevance.shape == (110, 7)
    one_hot = nn.functional.one_hot(REGIONS.flatten()).double()
    torch.testing.assert_close(pair_map(pooled, b), one_hot.T @ pair_map(a, b))
    torch.testing.assert_close(pool(a.relevance, REGIONS), a.relevance @ one_hot)


def test_marginals_are_row_and_column_sums(pair: tuple[Factor, Factor]) -> None:
    of_a, of_b = marginals(*pair)
    torch.testing.assert_close(of_a, pair_map(*pair).sum(1))
    torch.testing.assert_close(of_b, pair_map(*pair).sum(0))


@pytest.mark.parametrize(
    "device",
    [
        "cpu",
        pytest.param(
            "cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
        ),
    ],
)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-5)])
@pytest.mark.parametrize("regions", [None, REGIONS], ids=["pixels", "regions"])
def test_any_device_and_type_gives_the_same_map(
    device: str, dtype: torch.dtype, tolerance: float, regions: Tensor | None
) -> None:
    x = ink(1, 1, 16, 24)
    expected = factor(bigram_network(), x, GAMMA, regions)
    got = factor(bigram_network().to(device, dtype), x.to(device, dtype), GAMMA, regions)
    assert got.relevance.dtype == dtype
    assert got.relevance.device.type == device
    largest = float(expected.relevance.abs().max())
    torch.testing.assert_close(
        got.relevance.cpu().double(), expected.relevance, rtol=0, atol=tolerance * largest
    )


@pytest.mark.parametrize("regions", [None, REGIONS], ids=["pixels", "regions"])
@pytest.mark.parametrize("make", [bigram_network, lambda: made(Vgg)], ids=["strided", "plain"])
def test_convolutions_may_multiply_in_bfloat16(make, regions: Tensor | None) -> None:  # type: ignore[no-untyped-def]
    x, rough = ink(1, 1, 16, 24), replace(GAMMA, multiply=torch.bfloat16)
    expected = factor(make(), x, GAMMA, regions)
    got = factor(make().float(), x.float(), rough, regions)
    assert got.relevance.dtype == got.phi.dtype == torch.float32
    torch.testing.assert_close(got.phi.double(), expected.phi, rtol=1e-5, atol=1e-5)
    error = (pair_map(got, got).double() - pair_map(expected, expected)).abs().max()
    assert 1e-6 < float(error / pair_map(expected, expected).max()) < 0.02
    account = conservation(got, got)
    assert abs(account.error) < 0.01 * account.similarity


def test_patches_are_numbered_row_by_row_and_smaller_at_the_edge() -> None:
    assert patches(4, 4, 2).tolist() == [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3]]
    assert patches(3, 5, 2).tolist() == [[0, 0, 1, 1, 2], [0, 0, 1, 1, 2], [3, 3, 4, 4, 5]]


def test_features_that_one_input_lacks_do_not_matter() -> None:
    blank = factor(bigram_network(), torch.zeros(1, 1, 16, 24, dtype=torch.float64), GAMMA)
    assert not blank.phi.any()
    assert not blank.relevance.any()


def test_misuse_is_refused() -> None:
    with pytest.raises(ValueError, match="a floating type, not in torch"):
        replace(GAMMA, multiply=torch.int8)
    with pytest.raises(ValueError, match="features"):
        factor(made(UNet), ink(1, 1, 16, 24), GAMMA)
    with pytest.raises(ValueError, match="do not fit"):
        factor(bigram_network(), ink(1, 1, 16, 24), GAMMA, REGIONS[:8])
