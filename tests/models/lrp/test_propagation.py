"""Whole networks: conservation, linearity, and LRP-0 against gradient times input."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.lrp.composite import Composite
from tablekin.models.lrp.propagation import Propagation, Relevance
from tablekin.models.lrp.rules import Epsilon, Flat, Gamma, WSquare, ZBox, Zero, ZPlus
from tests.support.networks import Residual, UNet, Vgg, ink, made, signed

SHAPES: dict[type[nn.Module], tuple[int, ...]] = {Vgg: (1, 8, 10), UNet: (1, 16, 24), Residual: (2, 6, 6)}
COMPOSITES = {
    "zero": Composite(((nn.Module, Zero()),)),
    "epsilon": Composite(((nn.Module, Epsilon(0.01)),)),
    "zbox, gamma": Composite(((0, ZBox(0, 1)), (nn.Module, Gamma(0.25)))),
    "w^2, z-plus": Composite(((0, WSquare()), (nn.Module, ZPlus()))),
    "flat, gamma, zero": Composite(((0, Flat()), (-1, Zero()), (nn.Module, Gamma(0.1)))),
}


def explained(
    network: type[nn.Module], composite: Composite, dtype: torch.dtype = torch.float64
) -> Propagation:
    return Propagation(made(network).to(dtype), ink(1, *SHAPES[network]).to(dtype), composite)


def seeds_for(propagation: Propagation, count: int = 5) -> Tensor:
    """Relevance where the output is active, as explanations ask for."""
    output = propagation.output
    return signed(count, *output.shape[1:], seed=7).to(output.dtype) * output


@pytest.mark.parametrize("network", SHAPES, ids=lambda network: network.__name__)
def test_output_is_the_networks(network: type[nn.Module]) -> None:
    model, x = made(network), ink(1, *SHAPES[network])
    torch.testing.assert_close(Propagation(model, x, COMPOSITES["zero"]).output, model(x))


@pytest.mark.parametrize("composite", COMPOSITES.values(), ids=COMPOSITES.keys())
@pytest.mark.parametrize("network", SHAPES, ids=lambda network: network.__name__)
def test_relevance_is_conserved(network: type[nn.Module], composite: Composite) -> None:
    propagation = explained(network, composite)
    seeds = seeds_for(propagation)
    result = propagation.relevance(seeds)
    total = result.input.flatten(1).sum(1) + result.absorbed
    torch.testing.assert_close(total, seeds.flatten(1).sum(1), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-13), (torch.float32, 1e-5)])
@pytest.mark.parametrize("gamma", [0.1, 0.25, 1.0])
def test_without_biases_nothing_is_absorbed(dtype: torch.dtype, tolerance: float, gamma: float) -> None:
    propagation = explained(UNet, Composite(((0, ZBox(0, 1)), (nn.Conv2d, Gamma(gamma)))), dtype)
    seeds = seeds_for(propagation)
    result = propagation.relevance(seeds)
    size = seeds.abs().flatten(1).sum(1).double()
    assert result.input.dtype == dtype
    assert bool((result.absorbed.abs() < tolerance * size).all())
    lost = (result.input.flatten(1).sum(1) - seeds.flatten(1).sum(1)).abs()
    assert bool((lost < tolerance * size).all())


def test_biases_absorb_what_gradient_times_input_leaves_out() -> None:
    network, x = made(Vgg), ink(1, *SHAPES[Vgg])
    result = Propagation(network, x, COMPOSITES["zero"]).relevance(torch.diag(network(x)[0]))
    assert bool((result.absorbed.abs() > 1e-3).all())
    for feature in range(5):
        leaf = x.clone().requires_grad_()
        output = network(leaf)[0, feature]
        gradient = torch.autograd.grad(output, leaf)[0]
        torch.testing.assert_close(result.input[feature], (leaf * gradient)[0].detach())
        torch.testing.assert_close(result.absorbed[feature], (output - (leaf * gradient).sum()).detach())


@pytest.mark.parametrize("composite", COMPOSITES.values(), ids=COMPOSITES.keys())
def test_relevance_is_linear_in_the_seeds(composite: Composite) -> None:
    propagation = explained(Residual, composite)
    seeds = seeds_for(propagation, 2)
    both = propagation.relevance(torch.stack([seeds[0], seeds[1], 2 * seeds[0] - 3 * seeds[1]]))
    for part in (both.input, both.absorbed):
        torch.testing.assert_close(part[2], 2 * part[0] - 3 * part[1])


def test_chunks_do_not_matter() -> None:
    propagation = explained(UNet, COMPOSITES["zbox, gamma"])
    seeds = seeds_for(propagation, 7)
    whole = propagation.relevance(seeds, 7)
    for chunk in (1, 3):
        parts = propagation.relevance(seeds, chunk)
        torch.testing.assert_close(parts.input, whole.input)
        torch.testing.assert_close(parts.absorbed, whole.absorbed, rtol=0, atol=1e-14)


def by_the_matrices(weights: list[np.ndarray], x: np.ndarray, gamma: float, seed: np.ndarray) -> np.ndarray:
    """LRP-gamma through a stack of matrices ``(inputs, outputs)`` and ReLUs, output by output."""
    activations = [x]
    for w in weights:
        activations.append(np.maximum(activations[-1] @ w, 0))
    relevance = seed
    for w, a in zip(reversed(weights), reversed(activations[:-1]), strict=True):
        below = np.zeros_like(a)
        for j in np.flatnonzero(relevance):
            share = a * (w[:, j] + gamma * np.maximum(w[:, j], 0))
            below += share / share.sum() * relevance[j]
        relevance = below
    return relevance


def test_gamma_through_a_network_of_matrices() -> None:
    layers = [nn.Linear(a, b, bias=False).double() for a, b in ((6, 8), (8, 8), (8, 3))]
    network = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2], nn.ReLU())
    for index, layer in enumerate(layers):
        layer.weight.data.copy_(signed(*layer.weight.shape, seed=index))
    x = ink(1, 6)
    propagation = Propagation(network, x, Composite(((nn.Linear, Gamma(0.4)),)))
    assert int((propagation.output > 0).sum()) > 0
    weights = [layer.weight.detach().numpy().T for layer in layers]
    got = propagation.relevance(torch.diag(propagation.output[0]))
    for seed, row in zip(np.diag(propagation.output[0].numpy()), got.input.numpy(), strict=True):
        np.testing.assert_allclose(
            row, by_the_matrices(weights, x[0].numpy(), 0.4, seed), rtol=1e-10, atol=1e-12
        )


class _Shared(nn.Module):
    """One layer used twice, and a branch nobody reads."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(2, 2, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        once = F.relu(self.layer(x))
        once.sum((2, 3))
        return self.layer(once).sum((2, 3)) + once.sum((2, 3))


def test_layer_used_twice_and_unused_branch() -> None:
    network, x = made(_Shared), ink(1, 2, 4, 4)
    leaf = x.clone().requires_grad_()
    gradient = torch.autograd.grad(network(leaf)[0, 1], leaf)[0]
    seeds = torch.stack([torch.zeros(2).double(), torch.tensor([0.0, 1.0]).double() * network(x)[0]])
    result = Propagation(network, x, COMPOSITES["zero"]).relevance(seeds)
    torch.testing.assert_close(result.input[1], (x * gradient)[0])
    assert not result.input[0].any()


def test_propagation_leaves_network_and_input_alone() -> None:
    network, x = made(Residual), ink(1, *SHAPES[Residual])
    state, before = {k: v.clone() for k, v in network.state_dict().items()}, x.clone()
    propagation = Propagation(network, x, COMPOSITES["zbox, gamma"])
    result: Relevance = propagation.relevance(seeds_for(propagation))
    assert torch.equal(x, before)
    assert all(torch.equal(value, state[key]) for key, value in network.state_dict().items())
    assert not result.input.requires_grad


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="one input"):
        Propagation(made(Vgg), ink(2, 1, 8, 8), COMPOSITES["zero"])
    with pytest.raises(ValueError, match="do not fit"):
        explained(Vgg, COMPOSITES["zero"]).relevance(torch.ones(3, 4))
