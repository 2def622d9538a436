"""Transformers: relevance against gradient times input of the network with what rules take as constant held fast."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.lrp import Composite, Propagation, UnsupportedOperationError, Zero
from tests.support.networks import made, signed


class HalfGradient(torch.autograd.Function):
    """Passes a value on and halves its gradient, as the uniform rule halves relevance."""

    @staticmethod
    def forward(ctx, x):  # type: ignore[no-untyped-def]
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):  # type: ignore[no-untyped-def]
        return gradient / 2


def held(x: Tensor) -> Tensor:
    """Hold a GELU's slope fast, as the identity rule does."""
    return x * (F.gelu(x) / x).detach()


def normed(layer: nn.LayerNorm, x: Tensor) -> Tensor:
    """Hold the size of a LayerNorm fast."""
    size = (x.var(-1, correction=0, keepdim=True) + layer.eps).sqrt().detach()
    return layer.weight * (x - x.mean(-1, keepdim=True)) / size + layer.bias


class SmallTransformer(nn.Module):
    """Embedded tokens, a class token, attention by hand and by torch, GELU, LayerNorm, a head."""

    def __init__(self, tokens: bool = True) -> None:
        super().__init__()
        self.tokens = tokens
        self.embed = nn.Embedding(9, 8) if tokens else nn.Conv2d(1, 8, 4, 4)
        self.place = nn.Embedding(9, 8)
        self.start = nn.Parameter(torch.randn(1, 1, 8))
        self.norm = nn.LayerNorm(8)
        self.attention = nn.Linear(8, 24)
        self.second = nn.MultiheadAttention(8, 2, batch_first=True)
        self.up, self.down, self.head = nn.Linear(8, 16), nn.Linear(16, 8), nn.Linear(8, 4)
        for layer in (self.norm,):
            nn.init.uniform_(layer.weight, 0.5, 2)
            nn.init.uniform_(layer.bias, -0.2, 0.2)

    def forward(self, x: Tensor) -> Tensor:
        vectors = self.embed(x)
        if not self.tokens:
            vectors = vectors.flatten(2).transpose(1, 2)
        return self.rest(vectors)

    def rest(self, vectors: Tensor) -> Tensor:
        h = vectors + self.place(torch.arange(vectors.shape[1]))
        h = torch.cat([self.start.expand(vectors.shape[0], -1, -1), h], 1)
        query, key, value = self.attention(self.norm(h)).chunk(3, dim=-1)
        h = h + F.scaled_dot_product_attention(query, key, value)
        h = h + self.second(h, h, h, need_weights=False)[0]
        h = h + self.down(F.gelu(self.up(h)))
        return self.head(h[:, 0])

    def rewritten(self, vectors: Tensor, softmax: str) -> Tensor:
        """Compute the same, with constants held fast and the factors of products halved in the gradient."""

        def mixed(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
            if softmax == "constant":
                weights = torch.softmax(query @ key.mT / query.shape[-1] ** 0.5, -1).detach()
                return weights @ value
            half = HalfGradient.apply
            weights = torch.softmax(half(query) @ half(key).mT / query.shape[-1] ** 0.5, -1)
            return half(weights) @ half(value)

        h = vectors + self.place(torch.arange(vectors.shape[1]))
        h = torch.cat([self.start, h], 1)
        h = h + mixed(*self.attention(normed(self.norm, h)).chunk(3, dim=-1))
        weight, bias = self.second.in_proj_weight, self.second.in_proj_bias
        heads = [part.reshape(1, -1, 2, 4).transpose(1, 2) for part in F.linear(h, weight, bias).chunk(3, -1)]
        h = h + self.second.out_proj(mixed(*heads).transpose(1, 2).reshape(h.shape))
        h = h + self.down(held(self.up(h)))
        return self.head(h[:, 0])


TOKENS = torch.tensor([[3, 1, 4, 1, 5]])


def composite(softmax: str) -> Composite:
    return Composite(((nn.Module, Zero()),), softmax=softmax)  # type: ignore[arg-type]


@pytest.mark.parametrize("softmax", ["constant", "taylor"])
def test_tokens_receive_gradient_times_input_of_the_network_held_fast(softmax: str) -> None:
    network = made(SmallTransformer)
    propagation = Propagation(network, TOKENS, composite(softmax))
    torch.testing.assert_close(propagation.output, network(TOKENS))
    found = propagation.relevance(torch.diag(propagation.output[0]), chunk=3)
    vectors = network.embed(TOKENS).requires_grad_()
    output = network.rewritten(vectors, softmax)
    torch.testing.assert_close(output.detach(), propagation.output)
    for feature in range(4):
        gradient = torch.autograd.grad(output[0, feature], vectors, retain_graph=True)[0]
        torch.testing.assert_close(found.input[feature], (gradient * vectors).sum(-1)[0].detach())
    total = found.input.sum(1) + found.absorbed
    torch.testing.assert_close(total, propagation.output[0])
    assert bool((found.absorbed.abs() > 1e-3).all())


@pytest.mark.parametrize("softmax", ["constant", "taylor"])
def test_patches_of_an_image_receive_the_same_as_their_vectors(softmax: str) -> None:
    network, x = made(SmallTransformer, tokens=False), signed(1, 1, 8, 12)
    propagation = Propagation(network, x, composite(softmax))
    torch.testing.assert_close(propagation.output, network(x))
    found = propagation.relevance(torch.diag(propagation.output[0]))
    leaf = x.clone().requires_grad_()
    output = network.rewritten(network.embed(leaf).flatten(2).transpose(1, 2), softmax)
    for feature in range(4):
        gradient = torch.autograd.grad(output[0, feature], leaf, retain_graph=True)[0]
        torch.testing.assert_close(found.input[feature], (gradient * leaf)[0].detach())
    torch.testing.assert_close(found.input.sum((1, 2, 3)) + found.absorbed, propagation.output[0])


@pytest.mark.parametrize("softmax", ["constant", "taylor"])
@pytest.mark.parametrize("norm_first", [True, False])
def test_layers_of_torch_are_conserved_and_padding_is_not_looked_at(norm_first: bool, softmax: str) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, norm_first=norm_first).double().eval()

    class Padded(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = layer
            self.register_buffer("padding", torch.tensor([[False, False, True]]))

        def forward(self, x: Tensor) -> Tensor:
            return self.layer(x, src_key_padding_mask=self.padding)[:, 0]

    x = signed(1, 3, 8)
    propagation = Propagation(Padded(), x, composite(softmax))
    torch.testing.assert_close(propagation.output, Padded()(x))
    found = propagation.relevance(torch.diag(propagation.output[0]))
    assert not found.input[:, 2].any()
    torch.testing.assert_close(found.input.sum((1, 2)) + found.absorbed, propagation.output[0])


def test_rms_norm_written_by_hand_is_the_layer() -> None:
    class ByHand(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)

    x, seeds = signed(1, 3, 8), signed(2, 3, 8, seed=1)
    by_hand = Propagation(ByHand(), x, Zero())
    layer = Propagation(nn.RMSNorm(8, eps=1e-6).double(), x, Zero())
    torch.testing.assert_close(by_hand.output, layer.output)
    torch.testing.assert_close(by_hand.relevance(seeds).input, seeds)
    torch.testing.assert_close(layer.relevance(seeds).input, seeds)


def test_factors_that_both_depend_on_the_input_receive_half_each() -> None:
    class Gated(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gate, self.up = nn.Linear(4, 6, bias=False), nn.Linear(4, 6, bias=False)

        def forward(self, x: Tensor) -> Tensor:
            return F.silu(self.gate(x)) * self.up(x)

    network, x = made(Gated), signed(1, 4)
    found = Propagation(network, x, Zero()).relevance(seeds := signed(2, 6, seed=1))
    z, u = network.gate(x), network.up(x)
    expected = sum(
        x * ((seeds / 2 / part) @ layer.weight) for part, layer in ((z, network.gate), (u, network.up))
    )
    torch.testing.assert_close(found.input, expected)


def test_what_attention_cannot_be_explained_is_told_with_what_to_do() -> None:
    with pytest.raises(UnsupportedOperationError, match="batch_first=True"):
        Propagation(nn.TransformerEncoderLayer(8, 2, 16).double().eval(), signed(1, 3, 8), Zero())
    with pytest.raises(ValueError, match="'constant' or 'taylor', not 'uniform'"):
        composite("uniform")
    with pytest.raises(UnsupportedOperationError, match="keep it first"):
        Propagation(nn.Sequential(nn.Unflatten(0, (1, 1))), signed(1, 3, 8), Zero())
