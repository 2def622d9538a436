"""BiLRP on random networks, inputs and rules: what must hold for all of them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.bilrp import factor, marginals, pair_map
from tablekin.models.lrp.composite import Composite
from tablekin.models.lrp.propagation import Propagation
from tablekin.models.lrp.rules import Epsilon, Flat, Gamma, Rule, WSquare, ZBox, Zero, ZPlus

few = settings(max_examples=25, deadline=None, derandomize=True, database=None)
many = settings(few, max_examples=100)
WITH_OR_WITHOUT = st.booleans()
SEEDS = st.integers(0, 2**32 - 1)
GAMMAS = st.floats(0, 2)
Shape = tuple[int, int, int]  # channels, height, width
Drawn = tuple[nn.Module, Shape]


class Joined(nn.Module):
    """Maps of two convolutions of the same input side by side, the first one computed twice."""

    def __init__(self, left: nn.Module, right: nn.Module) -> None:
        super().__init__()
        self.left, self.right = left, right

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([F.relu(self.left(x)), self.right(x).relu(), F.relu(self.left(x))], 1)


class Residual(nn.Module):
    """A convolution beside the identity."""

    def __init__(self, beside: nn.Module) -> None:
        super().__init__()
        self.beside = beside

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.beside(x))


class Sum(nn.Module):
    """Sum pooling over the whole map."""

    def forward(self, x: Tensor) -> Tensor:
        return x.sum((2, 3))


def along(draw: st.DrawFn, size: int) -> tuple[int, int, int, int]:
    """Draw kernel size, stride, padding and dilation that fit an axis."""
    kernel = draw(st.integers(1, min(3, size)))
    dilation = draw(st.integers(1, 2 if 2 * kernel - 1 <= size else 1))
    return kernel, draw(st.integers(1, 2)), draw(st.integers(0, kernel - 1)), dilation


def convolution(draw: st.DrawFn, shape: Shape, bias: bool) -> Callable[[], nn.Conv2d]:
    geometry = zip(*(along(draw, size) for size in shape[1:]), strict=True)
    kernel, stride, padding, dilation = geometry
    outputs = draw(st.integers(1, 4))
    return lambda: nn.Conv2d(shape[0], outputs, kernel, stride, padding, dilation, bias=bias)


def pooling(draw: st.DrawFn, shape: Shape) -> nn.Module:
    kernel = draw(st.integers(1, min(3, *shape[1:])))
    stride, padding = draw(st.integers(1, 3)), draw(st.integers(0, kernel // 2))
    return draw(st.sampled_from((nn.MaxPool2d, nn.AvgPool2d)))(kernel, stride, padding)


def stage(draw: st.DrawFn, kind: str, shape: Shape, bias: bool) -> list[nn.Module]:
    if kind == "pooling":
        return [pooling(draw, shape)]
    if kind == "residual":
        kernel = draw(st.sampled_from((1, 3)))
        return [Residual(nn.Conv2d(shape[0], shape[0], kernel, padding=kernel // 2, bias=bias))]
    make = convolution(draw, shape, bias)
    return [Joined(make(), make())] if kind == "joined" else [make(), nn.ReLU()]


def head(draw: st.DrawFn, shape: Shape, bias: bool) -> list[nn.Module]:
    pooled = draw(st.sampled_from(("sum", "mean", "places")))
    if pooled == "sum":
        below, inputs = [Sum()], shape[0]
    elif pooled == "mean":
        below, inputs = [nn.AdaptiveAvgPool2d(1), nn.Flatten()], shape[0]
    else:
        below, inputs = [nn.Flatten()], shape[0] * shape[1] * shape[2]
    return [*below, nn.Linear(inputs, draw(st.integers(2, 8)), bias=bias)]


@st.composite
def networks(draw: st.DrawFn, biases: st.SearchStrategy[bool] = WITH_OR_WITHOUT) -> Drawn:
    """Draw a network, float64, and the shape of its input."""
    bias = draw(biases)
    sizes = st.integers(5, 12)
    inputs = (draw(st.integers(1, 3)), draw(sizes), draw(sizes))
    kinds = st.sampled_from(("convolution", "pooling", "joined", "residual"))
    shape, layers = inputs, []
    with torch.random.fork_rng():
        torch.manual_seed(draw(SEEDS))
        for kind in ["convolution", *draw(st.lists(kinds, max_size=4))]:
            layers += stage(draw, kind, shape, bias)
            shape = tuple(nn.Sequential(*layers)(torch.zeros(1, *inputs)).shape[1:])
        layers += head(draw, shape, bias)
        return nn.Sequential(*layers).double().requires_grad_(False), inputs


def drawn(shape: Shape, seed: int, low: float = 0) -> Tensor:
    """Make an input in [low, 1], one place in four of it 0, float64."""
    generator = torch.Generator().manual_seed(seed)
    values, kept = torch.rand((2, 1, *shape), generator=generator, dtype=torch.float64)
    return (low + (1 - low) * values) * (kept > 0.25)


@st.composite
def composites(draw: st.DrawFn) -> Composite:
    """Draw a rule for each of the first layers, and one for those above."""
    gamma: Rule = Gamma(draw(GAMMAS))
    rules = (gamma, Zero(), ZPlus(), Epsilon(0.01), WSquare(), Flat())
    first = draw(st.sampled_from((ZBox(0, 1), *rules)))
    others = draw(st.lists(st.sampled_from(rules), max_size=6))
    return Composite((*enumerate([first, *others]), (nn.Module, gamma)))


def gamma_everywhere(gamma: float) -> Composite:
    return Composite(((nn.Module, Gamma(gamma)),))


def close(got: Tensor, expected: Tensor, tolerance: float, size: Tensor | None = None) -> bool:
    """Compare up to a part of the largest number, in ``size`` or in what was expected."""
    scale = float((expected if size is None else size).abs().max())
    return got.shape == expected.shape and float((got.double() - expected).abs().max()) <= tolerance * scale


def favouring(gamma: float) -> Callable[[nn.Module, tuple[Tensor], Tensor], Tensor]:
    """Make a hook under which gradient times input is LRP-gamma: ``z_gamma * (z / z_gamma).detach()``."""

    def hook(layer: nn.Module, inputs: tuple[Tensor], z: Tensor) -> Tensor:
        def apply(x: Tensor, w: Tensor, b: Tensor | None = None) -> Tensor:
            if isinstance(layer, nn.Linear):
                return F.linear(x, w, b)
            return F.conv2d(x, w, b, layer.stride, layer.padding, layer.dilation)

        x, w = inputs[0], layer.weight
        b = torch.zeros(len(w), dtype=w.dtype) if layer.bias is None else layer.bias
        positive = apply(x.clamp(min=0), w.clamp(min=0), b.clamp(min=0)) + apply(
            x.clamp(max=0), w.clamp(max=0)
        )
        negative = apply(x.clamp(min=0), w.clamp(max=0), b.clamp(max=0)) + apply(
            x.clamp(max=0), w.clamp(min=0)
        )
        of_gamma = z + gamma * torch.where(z >= 0, positive, negative)
        return of_gamma * (z / torch.where(of_gamma == 0, 1, of_gamma)).detach()

    return hook


def by_gradients(network: nn.Module, x: Tensor, gamma: float) -> Tensor:
    """LRP-gamma of every feature at every pixel, ``(features, h * w)``, without the code under test."""
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(favouring(gamma)) for layer in layers]
    leaf = x.clone().requires_grad_()
    phi = network(leaf)[0]
    rows = [
        (leaf * torch.autograd.grad(value, leaf, retain_graph=True)[0])[0].sum(0).flatten() for value in phi
    ]
    for hook in hooks:
        hook.remove()
    return torch.stack(rows).detach()


@few
@given(networks(), SEEDS, GAMMAS, st.integers(1, 5))
def test_pair_map_follows_the_definition(drawn_network: Drawn, seed: int, gamma: float, chunk: int) -> None:
    network, shape = drawn_network
    pair = drawn(shape, seed, low=-1), drawn(shape, seed + 1, low=-1)
    a, b = (factor(network, x, gamma_everywhere(gamma), chunk=chunk) for x in pair)
    expected = [by_gradients(network, x, gamma) for x in pair]
    for got, rows in zip((a, b), expected, strict=True):
        assert close(got.relevance, rows, 1e-10)
    by_pixels = torch.einsum("mi,mk->ik", *expected)
    assert close(pair_map(a, b), by_pixels, 1e-10)
    assert close(pair_map(b, a), by_pixels.T, 1e-10)


@few
@given(networks(), composites(), SEEDS)
def test_pair_map_is_symmetric(drawn_network: Drawn, composite: Composite, seed: int) -> None:
    network, shape = drawn_network
    x, y = drawn(shape, seed), drawn(shape, seed + 1)
    there = pair_map(factor(network, x, composite), factor(network, y, composite))
    back = pair_map(factor(network, y, composite, chunk=1), factor(network, x, composite, chunk=2))
    assert close(back.T, there, 1e-9)


@few
@given(networks(), composites(), SEEDS, st.tuples(st.floats(-3, 3), st.floats(-3, 3)))
def test_relevance_is_linear_in_the_seeds(
    drawn_network: Drawn, composite: Composite, seed: int, weights: tuple[float, float]
) -> None:
    network, shape = drawn_network
    propagation = Propagation(network, drawn(shape, seed), composite)
    generator = torch.Generator().manual_seed(seed)
    seeds = torch.randn(2, propagation.output.shape[1], generator=generator, dtype=torch.float64)
    seeds = torch.cat([seeds, (weights[0] * seeds[0] + weights[1] * seeds[1])[None]]) * propagation.output
    before = seeds.clone()
    got = propagation.relevance(seeds, 3)
    assert torch.equal(seeds, before)
    size = got.input.abs().flatten(1).sum(1) + seeds.abs().sum(1)
    for part in (got.input, got.absorbed):
        assert close(part[2], weights[0] * part[0] + weights[1] * part[1], 1e-9, size=size)


@many
@given(networks(), composites(), SEEDS)
def test_what_is_not_absorbed_is_conserved(drawn_network: Drawn, composite: Composite, seed: int) -> None:
    network, shape = drawn_network
    x = drawn(shape, seed)
    got = factor(network, x, composite)
    assert close(got.phi, network(x)[0], 1e-12)
    assert close(
        got.relevance.sum(1) + got.absorbed, got.phi, 1e-9, size=got.relevance.abs().sum(1) + got.phi.abs()
    )


@few
@given(networks(biases=st.just(False)), GAMMAS, st.sampled_from((None, ZBox(0, 1), WSquare(), Flat())), SEEDS)
def test_without_biases_all_is_conserved(
    drawn_network: Drawn, gamma: float, first: Rule | None, seed: int
) -> None:
    network, shape = drawn_network
    x = drawn(shape, seed, low=-1 if first is None else 0)
    got = factor(network, x, Composite(((0, first or Gamma(gamma)), (nn.Module, Gamma(gamma)))))
    size = got.relevance.abs().sum(1) + got.phi.abs()
    assert close(got.relevance.sum(1), network(x)[0], 1e-10, size=size)
    assert close(got.absorbed, torch.zeros_like(got.phi), 1e-10, size=size)


@st.composite
def region_maps(draw: st.DrawFn, height: int, width: int) -> Tensor:
    """Draw regions, a grid as the cells of a table or scattered pixels."""
    if draw(st.booleans()):
        rows, cols = draw(st.integers(1, 4)), draw(st.integers(1, 4))
        down, across = torch.arange(height) * rows // height, torch.arange(width) * cols // width
        return down[:, None] * cols + across
    generator = torch.Generator().manual_seed(draw(SEEDS))
    return torch.randint(0, draw(st.integers(1, 9)), (height, width), generator=generator)


@few
@given(networks(), composites(), SEEDS, st.data())
def test_pooling_commutes_with_the_product(
    drawn_network: Drawn, composite: Composite, seed: int, data: st.DataObject
) -> None:
    network, shape = drawn_network
    pair = drawn(shape, seed), drawn(shape, seed + 1)
    regions = [data.draw(region_maps(*shape[1:])) for _ in pair]
    a, b = (factor(network, x, composite) for x in pair)
    pooled = [factor(network, x, composite, labels) for x, labels in zip(pair, regions, strict=True)]
    of_a, of_b = (F.one_hot(labels.flatten()).double() for labels in regions)
    for got, whole, member in zip(pooled, (a, b), (of_a, of_b), strict=True):
        assert close(got.relevance, whole.relevance @ member, 1e-9, size=whole.relevance.abs().sum(1))
        assert close(got.absorbed, whole.absorbed, 1e-9, size=whole.phi.abs() + whole.relevance.abs().sum(1))
    size = a.relevance.abs().T @ b.relevance.abs()
    assert close(pair_map(*pooled), of_a.T @ pair_map(a, b) @ of_b, 1e-9, size=of_a.T @ size @ of_b)


@few
@given(networks(), composites(), SEEDS)
def test_marginals_are_row_and_column_sums(drawn_network: Drawn, composite: Composite, seed: int) -> None:
    network, shape = drawn_network
    a, b = (factor(network, drawn(shape, other), composite) for other in (seed, seed + 1))
    size = a.relevance.abs().T @ b.relevance.abs()
    of_a, of_b = marginals(a, b)
    assert close(of_a, pair_map(a, b).sum(1), 1e-10, size=size.sum(1))
    assert close(of_b, pair_map(a, b).sum(0), 1e-10, size=size.sum(0))


@few
@given(networks(), GAMMAS, st.sampled_from((None, ZBox(0, 1), WSquare(), Flat())), SEEDS)
def test_single_precision_agrees_with_double(
    drawn_network: Drawn, gamma: float, first: Rule | None, seed: int
) -> None:
    network, shape = drawn_network
    composite = Composite(((0, first or Gamma(gamma)), (nn.Module, Gamma(gamma))))
    x = drawn(shape, seed).float()
    single = factor(network.float(), x, composite)
    double = factor(network.double(), x.double(), composite)
    assert single.relevance.dtype == torch.float32
    assert close(single.relevance, double.relevance, 1e-4)
