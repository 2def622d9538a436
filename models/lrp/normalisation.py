"""Normalisation of each token by its own mean and size: LayerNorm, RMSNorm, division by a norm.

The size a token is divided by (standard deviation, root mean square, norm) is taken as a constant, so that relevance
passes through what remains of the layer, which is linear (Ali et al. 2022; the identity rule of AttnLRP, Achtibat et
al. 2024, proposition 3.4; Vasileiou and Eberle 2024):

    LayerNorm   y = w (x - mean(x)) / size + b    in proportion to the contributions (LRP-0); b absorbs its share
    RMSNorm     y = w x / size                    each number to itself
    normalize   y = x / size                      each number to itself

The same written by hand, for instance ``x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)``, is known too:
reciprocal roots, norms, variances and standard deviations are constants.

>>> import torch
>>> from torch import nn
>>> from tablekin.models.lrp import Propagation, Zero
>>> layer, x = nn.LayerNorm(4).eval(), torch.rand(1, 3, 4)  # three tokens of four numbers
>>> propagation = Propagation(layer, x, Zero())
>>> found = propagation.relevance(propagation.output)
>>> found.input.shape
torch.Size([1, 3, 4])
>>> torch.allclose(found.input.sum() + found.absorbed, propagation.output.sum().double(), atol=1e-5)
True
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.lrp.passing import unchanged, value_of
from tablekin.models.lrp.rules import divide
from tablekin.models.lrp.step import Constant, Step, UnsupportedOperationError


def _layer_norm(
    x: Tensor, normalized_shape: Sequence[int], weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Step:
    axes = tuple(range(-len(normalized_shape), 0))
    scale, shift = value_of(weight), value_of(bias)
    output = F.layer_norm(x, tuple(normalized_shape), scale, shift, eps)
    inverse = torch.rsqrt(x.var(axes, correction=0, keepdim=True) + eps)
    slope = inverse if scale is None else inverse * scale
    numerator = output if shift is None else (x - x.mean(axes, keepdim=True)) * slope

    def backward(relevance: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        share, absorbed = divide(relevance, numerator, output)
        sloped = share * slope
        return (x * (sloped - sloped.mean(axes, keepdim=True)),), absorbed

    return Step(output, backward)


def _rms_norm(
    x: Tensor, normalized_shape: Sequence[int], weight: Any = None, eps: float | None = None
) -> Step:
    return unchanged(F.rms_norm(x, tuple(normalized_shape), value_of(weight), eps))


def _normalize(x: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: None = None) -> Step:
    return unchanged(F.normalize(x, p, dim, eps))


def _power(x: Tensor, exponent: Any) -> Step:
    """Pass relevance on as it is, as a product of equal factors does."""
    if not isinstance(exponent, int) or exponent < 1:
        raise UnsupportedOperationError(f"power {exponent!r}: whole ones from 1 up are known")
    return unchanged(x**exponent)


def _size(name: str) -> Callable[..., Constant]:
    """Compute a number that sizes are measured by, and take it as a constant."""
    return lambda x, *args, **kwargs: Constant(getattr(torch, name)(x, *args, **kwargs))


_SIZES = ("rsqrt", "var", "std", "norm")

FUNCTIONS: dict[Any, Callable[..., Step | Constant]] = {
    F.layer_norm: _layer_norm,
    torch.layer_norm: _layer_norm,
    F.rms_norm: _rms_norm,
    torch.rms_norm: _rms_norm,
    F.normalize: _normalize,
    torch.pow: _power,
    pow: _power,
    torch.square: lambda x: _power(x, 2),
    torch.linalg.vector_norm: lambda x, *args, **kwargs: Constant(
        torch.linalg.vector_norm(x, *args, **kwargs)
    ),
    **{getattr(torch, name): _size(name) for name in _SIZES},
}
METHODS: dict[str, Callable[..., Step | Constant]] = {
    "pow": _power,
    "square": lambda x: _power(x, 2),
    **{name: _size(name) for name in _SIZES},
}
MODULES: dict[type[nn.Module], Callable[[Any, Tensor], Step | Constant]] = {
    nn.LayerNorm: lambda module, x: _layer_norm(
        x, module.normalized_shape, module.weight, module.bias, module.eps
    ),
    nn.RMSNorm: lambda module, x: _rms_norm(x, module.normalized_shape, module.weight, module.eps),
}
