"""Small transformers in float64, with what rules take as constant held fast: independent relevance by gradients."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


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

    def relevance(self, x: Tensor, softmax: str) -> Tensor:
        """Multiply gradient and input of the network held fast: relevance ``(features, positions)``."""
        if self.tokens:
            leaf = self.embed(x).detach().requires_grad_()
            output = self.rewritten(leaf, softmax)
        else:
            leaf = x.clone().requires_grad_()
            output = self.rewritten(self.embed(leaf).flatten(2).transpose(1, 2), softmax)
        found = []
        for feature in output[0]:
            gradient = torch.autograd.grad(feature, leaf, retain_graph=True)[0]
            found.append((gradient * leaf).sum(-1 if self.tokens else 1).flatten().detach())
        return torch.stack(found)
