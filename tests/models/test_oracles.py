"""BiLRP against LRP of LXT and of zennit, where they are installed."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models import BiLRP
from tablekin.models.lrp import Composite, Epsilon, Gamma, Rule, ZBox, Zero
from tests.support.networks import ink, made
from tests.support.oracles import find_oracle
from tests.support.transformers import SmallTransformer

TEXTS = torch.tensor([[3, 1, 4, 1, 5]]), torch.tensor([[4, 8, 3]])


def relevance_of_lxt(lxt: Any, network: Any, x: Tensor) -> Tensor:
    """Compute relevance ``(features, tokens)`` by the functions of LXT, every feature in a run of its own."""
    found = []
    for feature in range(4):
        vectors = network.embed(x).detach().requires_grad_()
        output = run_by_lxt(lxt, network, vectors)
        torch.testing.assert_close(output, network(x))
        seed = torch.zeros_like(output)
        seed[0, feature] = output[0, feature].detach()
        found.append(torch.autograd.grad(output, vectors, seed)[0][0].sum(-1))
    return torch.stack(found)


def run_by_lxt(lxt: Any, network: Any, vectors: Tensor) -> Tensor:
    """Compute features whose gradients are relevance."""

    def linear(layer: Any, h: Tensor) -> Tensor:
        return lxt.linear_epsilon(h, layer.weight, layer.bias, 1e-12)

    def attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        logits = lxt.matmul(query, key.mT, False, 1e-12) / query.shape[-1] ** 0.5
        # a division passes relevance on as it is, but autograd would divide it
        logits = logits.detach() + Unscaled.apply(logits, query.shape[-1] ** 0.5)
        return lxt.matmul(lxt.softmax(logits, -1), value, False, 1e-12)

    h = lxt.add2(vectors, network.place(torch.arange(vectors.shape[1]))[None].requires_grad_(), False, 1e-12)
    h = torch.cat([network.start, h], 1)
    normed = lxt.layer_norm(h, network.norm.weight, network.norm.bias, network.norm.eps)
    heads = linear(network.attention, normed).chunk(3, -1)
    h = lxt.add2(h, attention(*heads), False, 1e-12)
    second = network.second
    projected = lxt.linear_epsilon(h, second.in_proj_weight, second.in_proj_bias, 1e-12)
    heads = [part.reshape(1, -1, 2, 4).transpose(1, 2) for part in projected.chunk(3, -1)]
    mixed = attention(*heads).transpose(1, 2).reshape(h.shape)
    h = lxt.add2(h, linear(second.out_proj, mixed), False, 1e-12)
    up = linear(network.up, h)
    computed = linear(network.down, Identical.apply(up))
    h = lxt.add2(h, computed, False, 1e-12)
    return linear(network.head, h[:, 0])


class Unscaled(torch.autograd.Function):
    """Gives zeros and passes on what is to come back, times a factor."""

    @staticmethod
    def forward(ctx, x, factor):  # type: ignore[no-untyped-def]
        ctx.factor = factor
        return torch.zeros_like(x)

    @staticmethod
    def backward(ctx, relevance):  # type: ignore[no-untyped-def]
        return relevance * ctx.factor, None


class Identical(torch.autograd.Function):
    """A GELU that passes relevance on as it is."""

    @staticmethod
    def forward(ctx, x):  # type: ignore[no-untyped-def]
        return F.gelu(x)

    @staticmethod
    def backward(ctx, relevance):  # type: ignore[no-untyped-def]
        return relevance


def test_a_transformer_is_explained_as_by_lxt() -> None:
    lxt = find_oracle("lxt.explicit.functional")
    network = made(SmallTransformer)
    one, two = (relevance_of_lxt(lxt, network, x) for x in TEXTS)
    rules = Composite(((nn.Module, Zero()),), softmax="taylor")
    found = BiLRP(network, rules).attribute(*TEXTS).relevance
    torch.testing.assert_close(found, one.T @ two, rtol=1e-4, atol=1e-6 * float(found.abs().max()))


class Plain(nn.Module):
    """Convolutions with biases, max pooling and a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 6, 3)
        self.relu, self.pool = nn.ReLU(), nn.MaxPool2d(2)
        self.head = nn.Linear(24, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.first(x))
        x = self.pool(self.relu(self.second(x)))
        return self.head(x.flatten(1))


@pytest.mark.parametrize(
    ("rule", "pixels", "theirs", "at_pixels"),
    [
        (Epsilon(0.1), Epsilon(0.1), ("Epsilon", {"epsilon": 0.1}), ("Epsilon", {"epsilon": 0.1})),
        (Gamma(0.25), ZBox(0, 1), ("Gamma", {"gamma": 0.25}), ("ZBox", {"low": 0.0, "high": 1.0})),
    ],
)
def test_a_convolutional_network_is_explained_as_by_zennit(
    rule: Rule, pixels: Rule, theirs: tuple[str, dict[str, float]], at_pixels: tuple[str, dict[str, float]]
) -> None:
    rules, composites = find_oracle("zennit.rules"), find_oracle("zennit.composites")
    network, pair = made(Plain), (ink(1, 1, 6, 6), ink(1, 1, 6, 6, seed=1))

    def hook(name: str, options: dict[str, float]) -> Any:
        stable = {} if name == "Epsilon" else {"stabilizer": 1e-12}
        return getattr(rules, name)(**options, **stable)

    of_zennit = composites.NameMapComposite(
        [(["first"], hook(*at_pixels)), (["second", "head"], hook(*theirs))]
    )
    factors = []
    for x in pair:
        with of_zennit.context(network) as hooked:
            leaf = x.clone().requires_grad_()
            output = hooked(leaf)
            seeds = torch.diag(output[0].detach())
            parts = [torch.autograd.grad(output, leaf, seed[None], retain_graph=True)[0] for seed in seeds]
        factors.append(torch.cat(parts).flatten(1))
    found = BiLRP(network, [("first", pixels), (nn.Module, rule)]).attribute(*pair).relevance
    torch.testing.assert_close(
        found.reshape(36, 36), factors[0].T @ factors[1], rtol=1e-6, atol=1e-9 * float(found.abs().max())
    )
