"""Every rule against its formula over the dense matrix of the layer, found by feeding it basis vectors."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tablekin.models.lrp.composite import Composite
from tablekin.models.lrp.propagation import Propagation
from tablekin.models.lrp.rules import (
    Epsilon,
    Flat,
    Gamma,
    Rule,
    WSquare,
    ZBox,
    Zero,
    ZPlus,
)
from tests.support.networks import ink, signed

LAYERS = {
    "linear": lambda: (nn.Linear(6, 5), (6,)),
    "linear without bias": lambda: (nn.Linear(6, 5, bias=False), (6,)),
    "linear, rows": lambda: (nn.Linear(3, 4), (2, 3)),
    "convolution": lambda: (nn.Conv2d(2, 3, 3), (2, 5, 4)),
    "padded, strided": lambda: (nn.Conv2d(2, 3, (3, 2), stride=2, padding=1), (2, 6, 5)),
    "dilated, no bias": lambda: (nn.Conv2d(2, 3, 3, padding=2, dilation=2, bias=False), (2, 4, 5)),
    "grouped": lambda: (nn.Conv2d(4, 4, 3, padding="valid", groups=2), (4, 4, 3)),
}


def matrix(layer: nn.Module, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Weights ``(inputs, outputs)`` and biases ``(outputs,)`` of a layer, by its response to a basis."""
    size = int(np.prod(shape))
    with torch.no_grad():
        bias = layer(torch.zeros(1, *shape, dtype=torch.float64)).flatten()
        basis = torch.eye(size, dtype=torch.float64)
        rows = [layer(vector.reshape(1, *shape)).flatten() - bias for vector in basis]
    return torch.stack(rows).numpy(), bias.numpy()


def connected(layer: nn.Module, shape: tuple[int, ...]) -> np.ndarray:
    """Which inputs an output sees, ``(inputs, outputs)`` of 0 and 1."""
    clone = type(layer)(**_geometry(layer)).double()
    nn.init.ones_(clone.weight)
    return (matrix(clone, shape)[0] != 0).astype(float)


def _geometry(layer: nn.Module) -> dict[str, object]:
    names = "in_features out_features in_channels out_channels kernel_size stride padding dilation groups"
    return {name: getattr(layer, name) for name in names.split() if hasattr(layer, name)}


def zero(x: np.ndarray, w: np.ndarray, b: np.ndarray, see: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    c = x[:, None] * w
    return c, c.sum(0) + b


def epsilon(x, w, b, see):
    c = x[:, None] * w
    z = c.sum(0) + b
    return c, z + 0.1 * np.where(z >= 0, 1, -1)


def gamma(x, w, b, see):
    c = np.vstack([x[:, None] * w, b])
    z = c.sum(0)
    favoured = c * np.where(c * np.where(z >= 0, 1, -1) > 0, 1.3, 1)
    return favoured[:-1], favoured.sum(0)


def zplus(x, w, b, see):
    c = np.vstack([x[:, None] * w, b])
    return np.maximum(c, 0)[:-1], np.maximum(c, 0).sum(0)


def zbox(x, w, b, see):
    c = np.where(w > 0, x[:, None] + 0.25, x[:, None] - 1.5) * w
    return c, c.sum(0)


def wsquare(x, w, b, see):
    return w**2, (w**2).sum(0)


def flat(x, w, b, see):
    return see, see.sum(0)


RULES = [
    (Zero(), zero),
    (Epsilon(0.1), epsilon),
    (Gamma(0.3), gamma),
    (ZPlus(), zplus),
    (ZBox(-0.25, 1.5), zbox),
    (WSquare(), wsquare),
    (Flat(), flat),
]


def passed(layer: nn.Module, x: Tensor, rule: Rule, seeds: Tensor) -> tuple[np.ndarray, np.ndarray]:
    result = Propagation(nn.Sequential(layer), x, Composite((("0", rule),))).relevance(seeds)
    return result.input.flatten(1).numpy(), result.absorbed.numpy()


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS.keys())
@pytest.mark.parametrize(("rule", "formula"), RULES, ids=[type(rule).__name__ for rule, _ in RULES])
@pytest.mark.parametrize("sign", ["signed", "ink"])
def test_rule_is_its_matrix_formula(make, rule, formula, sign) -> None:
    torch.manual_seed(3)
    layer, shape = make()
    layer = layer.double()
    x = (ink if sign == "ink" else signed)(1, *shape, seed=1)
    seeds = signed(4, *layer(x).shape[1:], seed=2)
    contributions, denominator = formula(x.flatten().numpy(), *matrix(layer, shape), connected(layer, shape))
    relevance = seeds.flatten(1).numpy()
    shares = np.divide(contributions, denominator, out=np.zeros_like(contributions), where=denominator != 0)
    expected = relevance @ shares.T
    taken = relevance @ (1 - shares.sum(0))
    got, absorbed = passed(layer, x, rule, seeds)
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(absorbed, taken, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(got.sum(1) + absorbed, relevance.sum(1), rtol=1e-9)


@pytest.mark.parametrize("rule", [Zero(), Epsilon(), Gamma(), ZPlus()], ids=lambda rule: type(rule).__name__)
def test_dead_output_absorbs_what_it_is_given(rule: Rule) -> None:
    layer = nn.Linear(3, 2, bias=False).double()
    with torch.no_grad():
        layer.weight[:] = torch.tensor([[1.0, -1.0, 0.0], [1.0, 2.0, 3.0]])
    x = torch.tensor([[0.0, 0.0, 0.5]], dtype=torch.float64)  # the first output sees nothing
    got, absorbed = passed(layer, x, rule, torch.tensor([[5.0, 2.0]], dtype=torch.float64))
    np.testing.assert_allclose(got, [[0, 0, 2]], rtol=1e-5)
    np.testing.assert_allclose(absorbed, [5], rtol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gamma_stays_finite_where_an_output_nearly_vanishes(dtype: torch.dtype) -> None:
    layer = nn.Linear(2, 1, bias=False).to(dtype)
    with torch.no_grad():
        layer.weight[:] = torch.tensor([[1.0, -1.3]])
    for second in (1 / 1.3, 1.0000001 / 1.3, 0.9999999 / 1.3):  # a plain gamma denominator would be near 0.3
        x = torch.tensor([[1.0, second]], dtype=dtype)
        got, absorbed = passed(layer, x, Gamma(0.3), torch.ones(1, 1, dtype=dtype))
        assert np.abs(got).max() < 5
        np.testing.assert_allclose(got.sum() + absorbed, 1, rtol=1e-5)


def test_gamma_of_a_negative_output_has_the_outputs_sign() -> None:
    layer = nn.Linear(2, 1, bias=False).double()
    with torch.no_grad():
        layer.weight[:] = torch.tensor([[1.0, -1.2]], dtype=torch.float64)
    x = torch.ones(1, 2, dtype=torch.float64)  # z = -0.2; the plain denominator vanishes at gamma = 0.2
    got, absorbed = passed(layer, x, Gamma(0.2), torch.full((1, 1), -0.2, dtype=torch.float64))
    np.testing.assert_allclose(got, [[-0.2 * 1 / -0.44, -0.2 * -1.44 / -0.44]])
    np.testing.assert_allclose(absorbed, 0, atol=1e-15)


def test_zbox_takes_bounds_for_every_pixel() -> None:
    layer = nn.Conv2d(1, 2, 3, padding=1, bias=False).double()
    x, high = ink(1, 1, 4, 4), torch.ones(1, 1, 4, 4, dtype=torch.float64)
    high[..., 2:] = x[..., 2:] = 0  # right half: no ink possible
    got, _ = passed(layer, x, ZBox(0.0, high), torch.ones(1, 2, 4, 4, dtype=torch.float64))
    relevance = got.reshape(4, 4)
    assert np.all(relevance[:, 2:] == 0)
    assert np.all(relevance[:, :2] != 0)


def test_bounds_of_another_type_are_taken_as_the_inputs() -> None:
    layer, x = nn.Conv2d(2, 3, 3).double().requires_grad_(False), ink(1, 2, 5, 5)
    bounds = torch.tensor([0.0, -1.0]).reshape(1, 2, 1, 1), torch.tensor([1.0, 2.0]).reshape(1, 2, 1, 1)
    single, double = ZBox(*bounds), ZBox(*(bound.double() for bound in bounds))
    results = [Propagation(layer, x, Composite(((0, rule),))) for rule in (single, double)]
    seeds = torch.ones_like(results[0].output)
    torch.testing.assert_close(results[0].relevance(seeds).input, results[1].relevance(seeds).input)
