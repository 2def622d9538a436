"""Transformers: relevance against gradient times input of the network with what rules take as constant held fast."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.lrp import Composite, Propagation, UnsupportedOperationError, Zero
from tests.support.networks import made, signed
from tests.support.transformers import HalfGradient, SmallTransformer

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


SEEN = torch.tensor([[1, 1, 0, 1], [0, 1, 1, 1], [1, 0, 0, 1], [1, 1, 1, 0]]).bool()
ADDED = signed(4, 4, seed=5).masked_fill(~SEEN, -torch.inf)  # finite where a token is seen, as ALiBi's are


class Masked(nn.Module):
    """Attention with a mask, given in one of the ways there are."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.way = way
        self.query, self.key, self.value = (nn.Linear(6, 6) for _ in range(3))
        self.register_buffer("seen", SEEN)
        self.register_buffer("added", ADDED)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.query(x), self.key(x), self.value(x)
        if self.way == "seen":
            return F.scaled_dot_product_attention(q, k, v, attn_mask=self.seen)
        if self.way == "added":
            return F.scaled_dot_product_attention(q, k, v, self.added)
        if self.way == "causal":
            return F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=0.7)
        logits = torch.einsum("bid,bjd->bij", q, k)
        if self.way == "filled":
            return (logits / 6**0.5).masked_fill(~self.seen, -torch.inf).softmax(-1) @ v
        weights = torch.softmax(logits * 6**-0.5 + self.added, dim=-1)
        return torch.einsum("bij,bjd->bid", weights, v)

    def held(self, x: Tensor, softmax: str) -> Tensor:
        """Compute the same, with constants held fast and the factors of products halved in the gradient."""
        q, k, v = self.query(x), self.key(x), self.value(x)
        scale = 0.7 if self.way == "causal" else 6**-0.5
        mask = {"causal": torch.zeros(4, 4).masked_fill(~torch.ones(4, 4).tril().bool(), -torch.inf)}
        filled = torch.zeros(4, 4).masked_fill(~SEEN, -torch.inf)
        added = mask.get(self.way, ADDED if self.way in ("added", "einsum") else filled)
        if softmax == "constant":
            return torch.softmax(scale * q @ k.mT + added, -1).detach() @ v
        half = HalfGradient.apply
        return half(torch.softmax(scale * half(q) @ half(k).mT + added, -1)) @ half(v)


@pytest.mark.parametrize("softmax", ["constant", "taylor"])
@pytest.mark.parametrize("way", ["seen", "added", "causal", "filled", "einsum"])
def test_masked_tokens_are_not_looked_at_however_the_mask_is_given(way: str, softmax: str) -> None:
    network, x = made(Masked, way=way), signed(1, 4, 6)
    propagation = Propagation(network, x, composite(softmax))
    torch.testing.assert_close(propagation.output, network(x))
    seeds = signed(3, 4, 6, seed=2)
    found = propagation.relevance(seeds)
    leaf = x.clone().requires_grad_()
    output = network.held(leaf, softmax)
    torch.testing.assert_close(output.detach(), propagation.output)
    for seed, relevance in zip(seeds, found.input, strict=True):
        gradient = torch.autograd.grad(output, leaf, seed[None] / output.detach(), retain_graph=True)[0]
        torch.testing.assert_close(relevance, (gradient * leaf)[0].detach())
    torch.testing.assert_close(found.input.sum((1, 2)) + found.absorbed, seeds.sum((1, 2)))
    if (
        softmax == "constant" and way != "causal"
    ):  # the third token's own row: it sees the first and the last alone
        own = torch.zeros(1, 4, 6, dtype=torch.float64)
        own[0, 2] = seeds[0, 2]
        reached = propagation.relevance(own).input[0].abs().sum(1)
        assert bool((reached > 0).equal(SEEN[2]))


def test_a_mask_that_depends_on_the_input_is_told() -> None:
    class Filters(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.masked_fill(x.relu().flatten(1)[:, None] * 1.0, 0.0)

    class Attends(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return F.scaled_dot_product_attention(x, x, x, attn_mask=x @ x.mT)

    with pytest.raises(
        UnsupportedOperationError, match=r"'masked_fill'.* or with what, depends on the input"
    ):
        Propagation(nn.Sequential(Filters()), signed(1, 3, 4), Zero())
    with pytest.raises(
        UnsupportedOperationError, match="a mask that depends on the input; write the attention out"
    ):
        Propagation(Attends(), signed(1, 3, 4), Zero())
    with pytest.raises(UnsupportedOperationError, match=r"'einsum'.* more or fewer than two tensors"):
        Propagation(Sums(), signed(1, 3, 4), Zero())


class Sums(nn.Module):
    """Sums products of three tensors."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.einsum("bi,bi,bi->bi", x[:, 0], x[:, 1], x[:, 2])


@pytest.mark.parametrize("dim", [1, -1])
def test_division_by_a_norm_holds_the_norm_fast(dim: int) -> None:
    class Normalised(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.below, self.above = nn.Linear(6, 5), nn.Linear(5, 4, bias=False)

        def forward(self, x: Tensor) -> Tensor:
            return self.above(F.normalize(self.below(x), dim=dim))

    network, x = made(Normalised), signed(1, 3, 6)
    propagation = Propagation(network, x, Zero())
    seeds = signed(2, 3, 4, seed=3)
    found = propagation.relevance(seeds)
    leaf = x.clone().requires_grad_()
    below = network.below(leaf)
    output = network.above(below / below.norm(dim=dim, keepdim=True).detach())
    torch.testing.assert_close(output.detach(), propagation.output)
    for seed, relevance in zip(seeds, found.input, strict=True):
        gradient = torch.autograd.grad(output, leaf, seed[None] / output.detach(), retain_graph=True)[0]
        torch.testing.assert_close(relevance, (gradient * leaf)[0].detach())
    torch.testing.assert_close(found.input.sum((1, 2)) + found.absorbed, seeds.sum((1, 2)))


class Together(nn.Module):
    """Queries, keys and values in one layer, taken apart in one of the ways that are usual."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.way, self.joint = way, nn.Linear(8, 24)

    def forward(self, x: Tensor) -> Tensor:
        batch, tokens, size = x.shape
        if self.way == "chunk":
            q, k, v = self.joint(x).chunk(3, -1)
            q, k, v = (part.reshape(batch, tokens, 2, size // 2).transpose(1, 2) for part in (q, k, v))
        else:
            swapped = self.joint(x).reshape(batch, tokens, 3, 2, size // 2).permute(2, 0, 3, 1, 4)
            if self.way == "unbind":
                q, k, v = swapped.unbind(0)
            elif self.way == "unbind dim":
                q, k, v = torch.unbind(swapped, dim=0)
            else:
                q, k, v = swapped[0], swapped[1], swapped[-1]
        weights = F.softmax((q * 4**-0.5) @ k.transpose(-2, -1), dim=-1)
        return (weights @ v).transpose(1, 2).reshape(batch, tokens, size)


@pytest.mark.parametrize("softmax", ["constant", "taylor"])
@pytest.mark.parametrize("way", ["unbind", "unbind dim", "entries"])
def test_heads_may_be_taken_apart_in_any_usual_way(way: str, softmax: str) -> None:
    x, seeds = signed(1, 5, 8), signed(3, 5, 8, seed=1)
    expected = Propagation(made(Together, way="chunk"), x, composite(softmax))
    found = Propagation(made(Together, way=way), x, composite(softmax))
    torch.testing.assert_close(found.output, made(Together, way=way)(x))
    torch.testing.assert_close(found.output, expected.output)
    torch.testing.assert_close(found.relevance(seeds).input, expected.relevance(seeds).input)


class Padded(nn.Module):
    """Positions from a buffer, a mask and a mean that leave padding (token 0) out, as BERT's users write them."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.position = nn.Embedding(9, 8), nn.Embedding(12, 8)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.register_buffer("numbers", torch.arange(12)[None])

    def forward(self, tokens: Tensor) -> Tensor:
        h = self.embed(tokens) + self.position(self.numbers[:, : tokens.size(1)])
        h = h + self.attention(h, h, h, key_padding_mask=tokens == 0)[0]
        there = (tokens != 0).unsqueeze(-1).to(h.dtype)
        return (h * there).sum(1) / there.sum(1).clamp(min=1)


@pytest.mark.parametrize("softmax", ["constant", "taylor"])
def test_padding_changes_nothing(softmax: str) -> None:
    network = made(Padded)
    found = Propagation(network, torch.tensor([[3, 1, 4, 0, 0]]), composite(softmax))
    expected = Propagation(network, torch.tensor([[3, 1, 4]]), composite(softmax))
    torch.testing.assert_close(found.output, expected.output)
    seeds = torch.diag(found.output[0])
    padded, plain = found.relevance(seeds), expected.relevance(seeds)
    torch.testing.assert_close(padded.input[:, :3], plain.input)
    torch.testing.assert_close(padded.absorbed, plain.absorbed)
    assert not padded.input[:, 3:].any()


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
