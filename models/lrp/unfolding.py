"""Unfolding: layers of torch that are made of others, written out as these while a model is traced.

``nn.MultiheadAttention``, ``nn.TransformerEncoderLayer`` and ``nn.TransformerEncoder`` compute the same with linear
layers, norms and ``scaled_dot_product_attention``, which relevance passes one by one. The linear layers of an attention
named ``a`` are then called ``a.query``, ``a.key``, ``a.value`` and ``a.out_proj``, and selectors of rules may name them
so; they hold the weights of the attention itself, not copies.

>>> import torch
>>> from torch import nn
>>> from tablekin.models.lrp import Propagation, Zero
>>> layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, norm_first=True, activation="gelu").eval()
>>> x = torch.rand(1, 5, 8)  # five tokens of eight numbers
>>> propagation = Propagation(layer, x, Zero())
>>> torch.allclose(propagation.output, layer(x), atol=1e-5)
True
>>> found = propagation.relevance(propagation.output)
>>> torch.allclose(found.input.sum() + found.absorbed, propagation.output.sum().double(), atol=1e-4)
True
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn import functional as F

from tablekin.models.lrp.step import UnsupportedOperationError

Layers = Callable[[nn.Module, str, nn.Module], nn.Module]
"""Gives a layer that was made while tracing a name within the layer it is part of."""


def joint_mask(attention: Any, padding: Any) -> Tensor | None:
    """Join a mask ``(queries, keys)`` or ``(heads, queries, keys)`` with one of padded keys ``(1, keys)``.

    Both are added to logits, or are True where nothing is looked at. The joint one is added.
    """
    joined: Tensor | None = None
    for mask, axes in ((attention, False), (padding, True)):
        if mask is None:
            continue
        added = torch.zeros(mask.shape).masked_fill(mask, -torch.inf) if mask.dtype == torch.bool else mask
        added = added[:, None, None] if axes else added
        joined = added if joined is None else joined + added
    return joined


fx.wrap("joint_mask")


def attention(
    module: Any,
    layers: Layers,
    query: Any,
    key: Any,
    value: Any,
    key_padding_mask: Any = None,
    need_weights: bool = True,
    attn_mask: Any = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Any, None]:
    """Write ``nn.MultiheadAttention`` out. The weights are not given: nothing may depend on them.

    Raises
    ------
    UnsupportedOperationError
        If it takes the axis of the batch second, or adds keys of its own.
    """
    if not module.batch_first:
        raise UnsupportedOperationError(
            "attention takes the axis of the batch second; make it with batch_first=True and give it (1, tokens, "
            "numbers)"
        )
    held = module._parameters  # as they are: read as attributes they would become part of the graph
    if held.get("bias_k") is not None or held.get("bias_v") is not None or module.add_zero_attn:
        raise UnsupportedOperationError("attention adds keys of its own; write it out with softmax and @")
    joint, bias = held.get("in_proj_weight"), held.get("in_proj_bias")
    weights = [held[f"{name}_proj_weight"] for name in "qkv"] if joint is None else joint.detach().chunk(3)
    biases = (None, None, None) if bias is None else bias.detach().chunk(3)
    heads = []
    for name, asked, weight, bias in zip(
        ("query", "key", "value"), (query, key, value), weights, biases, strict=True
    ):
        projected = layers(module, name, _linear(weight, bias))(asked)
        heads.append(projected.unflatten(-1, (module.num_heads, -1)).transpose(1, 2))
    queries, keys, values = heads
    mixed = F.scaled_dot_product_attention(queries, keys, values, joint_mask(attn_mask, key_padding_mask))
    return module.out_proj(mixed.transpose(1, 2).flatten(2)), None


def _linear(weight: Tensor, bias: Tensor | None) -> nn.Linear:
    """Make a linear layer of weights that are there."""
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias is not None, device="meta")
    layer.weight = nn.Parameter(weight.detach(), requires_grad=False)
    if bias is not None:
        layer.bias = nn.Parameter(bias.detach(), requires_grad=False)
    return layer


def encoder_layer(
    module: Any,
    layers: Layers,
    src: Any,
    src_mask: Any = None,
    src_key_padding_mask: Any = None,
    is_causal: bool = False,
) -> Any:
    """Write ``nn.TransformerEncoderLayer`` out, with the norms before or after."""

    def attended(x: Any) -> Any:
        return module.self_attn(x, x, x, key_padding_mask=src_key_padding_mask, attn_mask=src_mask)[0]

    def computed(x: Any) -> Any:
        return module.linear2(module.activation(module.linear1(x)))

    if module.norm_first:
        x = src + attended(module.norm1(src))
        return x + computed(module.norm2(x))
    x = module.norm1(src + attended(src))
    return module.norm2(x + computed(x))


def encoder(
    module: Any,
    layers: Layers,
    src: Any,
    mask: Any = None,
    src_key_padding_mask: Any = None,
    is_causal: bool | None = None,
) -> Any:
    """Write ``nn.TransformerEncoder`` out."""
    x = src
    for layer in module.layers:
        x = layer(x, src_mask=mask, src_key_padding_mask=src_key_padding_mask)
    return x if module.norm is None else module.norm(x)


UNFOLDED: dict[type[nn.Module], Callable[..., Any]] = {
    nn.MultiheadAttention: attention,
    nn.TransformerEncoderLayer: encoder_layer,
    nn.TransformerEncoder: encoder,
}
"""How a layer computes with others: the layer, what names layers made on the way, and what it is called with."""
