"""Attention: weights made of queries and keys by a softmax, and the values they mix.

    weights = softmax(scale * queries keys^T + mask),    output = weights values

Two rules are known for the softmax, and :class:`tablekin.models.lrp.composite.Composite` says which:

``"constant"``
    The weights are taken as constants; all relevance goes to the values, in proportion, and none to queries and keys
    (Ali et al. 2022, "XAI for transformers"; Vasileiou and Eberle 2024, "Explaining text similarity in transformer
    models").
    Nothing is absorbed.
``"taylor"``
    The output gives half to the weights and half to the values, and each hands its half on in proportion. The softmax s
    of x is expanded to first order at x: ``R_x = x (R_s - s sum(R_s))``; the bias of the expansion absorbs the rest.
    What arrives at the products of queries and keys is halved again between them (AttnLRP, Achtibat et al. 2024,
    propositions 3.1 and 3.3).

The same rules hold whether attention is written out with ``softmax`` and ``@``, is
``torch.nn.functional.scaled_dot_product_attention`` or one of the layers that
:mod:`tablekin.models.lrp.unfolding` knows.

>>> import torch
>>> from torch import nn
>>> from tablekin.models.lrp import Composite, Propagation, Zero
>>> class Attention(nn.Module):
...     def forward(self, x):
...         return torch.softmax(x @ x.transpose(1, 2), -1) @ x
>>> x = torch.rand(1, 3, 4)  # three tokens of four numbers
>>> for softmax in ("constant", "taylor"):
...     propagation = Propagation(Attention(), x, Composite([(nn.Linear, Zero())], softmax=softmax))
...     found = propagation.relevance(propagation.output)
...     print(torch.allclose(found.input.sum() + found.absorbed, propagation.output.sum().double(), atol=1e-4))
True
True
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.lrp.passing import to_both, value_of
from tablekin.models.lrp.step import Constant, Step, UnsupportedOperationError

Softmax = Literal["constant", "taylor"]
"""How relevance passes a softmax: not at all, because weights are constants, or by a first-order expansion."""


def constant_softmax(
    x: Tensor, dim: int | None = None, dtype: Any = None, part: Tensor | None = None, _stacklevel: int = 3
) -> Constant:
    """Take the softmax of ``x (1, ...)`` as a constant; torch says at which ``_stacklevel`` it would warn."""
    return Constant(torch.softmax(x, _axis(x, dim), dtype))


def expanded_softmax(
    x: Tensor, dim: int | None = None, dtype: Any = None, part: Tensor | None = None, _stacklevel: int = 3
) -> Step:
    """Expand the softmax of ``x (1, ...)`` to first order at x.

    ``part`` is the summand of x that relevance goes on to, if that is not all of x; a mask is the rest, and absorbs.
    """
    axis = _axis(x, dim)
    output = torch.softmax(x, axis, dtype)
    finite = (x if part is None else part).masked_fill(x.isinf(), 0)  # a hidden place takes no part

    def backward(relevance: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        to_x = finite * (relevance - output * relevance.sum(axis, keepdim=True))
        absorbed = (relevance - to_x).flatten(1).sum(1, dtype=torch.float64)
        return (to_x,), absorbed

    return Step(output, backward)


def _axis(x: Tensor, dim: int | None) -> int:
    if dim is None or dim % x.ndim == 0:
        raise UnsupportedOperationError("softmax over the batch; name another axis")
    return dim


def _dot_product_attention(
    softmax: Callable[..., Step | Constant],
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Step | Constant:
    """Mix values ``(1, ..., keys, v)`` by what queries ``(1, ..., queries, d)`` find in keys ``(1, ..., keys, d)``."""
    if isinstance(attn_mask, Tensor) or enable_gqa:
        what = "attention with groups of queries" if enable_gqa else "a mask that depends on the input"
        raise UnsupportedOperationError(f"{what}; write the attention out with softmax and @")
    size = value_of(query).shape[-1] ** -0.5 if scale is None else scale
    products = to_both(lambda q, k: size * (q @ k.transpose(-2, -1)), query, key)
    logits = products.value if isinstance(products, Constant) else products.output
    masked = _with_mask(logits, value_of(attn_mask), is_causal)
    rule = constant_softmax if isinstance(products, Constant) else softmax
    chosen = rule(masked, -1, part=logits)
    weights = chosen if isinstance(chosen, Constant) else chosen.output
    mixed = to_both(torch.matmul, weights, value)
    if isinstance(mixed, Constant):
        return mixed
    asking = [operand for operand in (query, key) if isinstance(operand, Tensor)]

    def backward(relevance: Tensor) -> tuple[tuple[Tensor | None, ...], Tensor]:
        shares, absorbed = mixed.backward(relevance)
        if isinstance(chosen, Constant) or isinstance(products, Constant):
            return (*(None for _ in asking), *shares), absorbed
        to_weights, *to_values = shares
        assert to_weights is not None
        (of_logits,), taken = chosen.backward(to_weights)
        assert of_logits is not None
        to_asking, left = products.backward(of_logits)
        return (*to_asking, *to_values), absorbed + taken + left

    return Step(mixed.output, backward)


def _with_mask(logits: Tensor, mask: Tensor | None, is_causal: bool) -> Tensor:
    """Add a mask, or fill with minus infinity where it is False or, for causal attention, the key comes later."""
    if is_causal:
        mask = logits.new_ones(logits.shape[-2:], dtype=torch.bool).tril()
    if mask is None:
        return logits
    return logits.masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool else logits + mask


FUNCTIONS: dict[Any, Callable[..., Step | Constant]] = {
    **dict.fromkeys((torch.matmul, torch.bmm, operator.matmul), lambda a, b: to_both(torch.matmul, a, b)),
    torch.einsum: lambda equation, *operands: _einsum(equation, *operands),
}
METHODS: dict[str, Callable[..., Step | Constant]] = {
    **dict.fromkeys(("matmul", "bmm"), lambda a, b: to_both(torch.matmul, a, b)),
}


def _einsum(equation: str, *operands: Any) -> Step | Constant:
    if len(operands) != 2:
        raise UnsupportedOperationError("a sum of products of more or fewer than two tensors")
    return to_both(lambda a, b: torch.einsum(equation, a, b), *operands)


def functions_for(softmax: Softmax) -> dict[Any, Callable[..., Step | Constant]]:
    """List the functions of attention under a rule for the softmax."""
    rule = _RULES[softmax]
    attention = F.scaled_dot_product_attention
    return {
        **FUNCTIONS,
        **dict.fromkeys((torch.softmax, F.softmax), rule),
        attention: lambda *args, **kwargs: _dot_product_attention(rule, *args, **kwargs),
    }


def methods_for(softmax: Softmax) -> dict[str, Callable[..., Step | Constant]]:
    """List the methods of attention under a rule for the softmax."""
    return {**METHODS, "softmax": _RULES[softmax]}


def modules_for(softmax: Softmax) -> dict[type[nn.Module], Callable[[Any, Tensor], Step | Constant]]:
    """List the modules of attention under a rule for the softmax."""
    return {nn.Softmax: lambda module, x: _RULES[softmax](x, module.dim)}


_RULES: dict[Softmax, Callable[..., Step | Constant]] = {
    "constant": constant_softmax,
    "taylor": expanded_softmax,
}
