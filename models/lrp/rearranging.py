"""Rearranging: axes swapped, tokens chosen, tensors split, vectors looked up in an embedding.

Every number of the output is a copy of one of the input, or zero: relevance returns to what was copied.

An **embedding** gives each token (an integer) a vector. A token receives the relevance of its whole vector, so that
relevance at the input of a model of texts is ``(seeds, tokens)``. What positions and types of tokens add is a constant
and absorbs its share. A **class token** is a constant too: what arrives there and came from no other token is absorbed.

>>> import torch
>>> from torch import nn
>>> from tablekin.models.lrp import Propagation, Zero
>>> model = nn.Sequential(nn.Embedding(10, 4), nn.Flatten(), nn.Linear(12, 2, bias=False)).eval()
>>> propagation = Propagation(model, torch.tensor([[7, 1, 7]]), Zero())
>>> found = propagation.relevance(torch.diag(propagation.output[0]))
>>> found.input.shape  # two outputs, three tokens
torch.Size([2, 3])
>>> torch.allclose(found.input.sum(1), propagation.output[0])
True
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, fx, nn

from tablekin.models.lrp.passing import copied, value_of
from tablekin.models.lrp.step import Constant, Step, UnsupportedOperationError, nothing

SPLITS: dict[Any, str] = {
    **{name: name for name in ("chunk", "split", "unbind", "tensor_split")},
    **{getattr(torch, name): name for name in ("chunk", "split", "unbind", "tensor_split")},
}
"""Functions and methods that return several tensors, and their names."""


def piece(x: Tensor, index: int, name: str, *args: Any, **kwargs: Any) -> Tensor:
    """Split a tensor and take one of the pieces."""
    part: Tensor = getattr(torch, name)(x, *args, **kwargs)[index]
    return part


def permuted_piece(x: Tensor, dims: tuple[int, ...], index: int) -> Tensor:
    """Swap axes and take one entry along the first, which is not the batch's."""
    return x.permute(dims)[index]


def with_single_pieces(graph: fx.Graph) -> fx.Graph:
    """Replace every piece that is taken of a split by an operation of its own, which has one output.

    The same of entries along an axis that is swapped with the batch's only to be taken apart, as where queries, keys
    and values are computed together.

    Parameters
    ----------
    graph
        Is changed.
    """
    for node in [node for node in graph.nodes if node.target in SPLITS]:
        for user in list(node.users):
            if user.target is not operator.getitem or not isinstance(user.args[1], int):
                continue
            with graph.inserting_before(user):
                args = (node.args[0], user.args[1], SPLITS[node.target], *node.args[1:])
                taken = graph.call_function(piece, args, dict(node.kwargs))
                taken.meta.update(user.meta)
                user.replace_all_uses_with(taken)
            graph.erase_node(user)
        if not node.users:
            graph.erase_node(node)
    for node in [node for node in graph.nodes if node.target in ("permute", torch.permute)]:
        dims = node.args[1:] if isinstance(node.args[-1], int) else tuple(node.args[-1])
        places = {user: _entry(user) for user in node.users}
        if node.kwargs or dims[0] == 0 or None in places.values():
            continue
        for user, index in places.items():
            with graph.inserting_before(user):
                taken = graph.call_function(permuted_piece, (node.args[0], dims, index))
            taken.meta.update(user.meta)
            user.replace_all_uses_with(taken)
            graph.erase_node(user)
        graph.erase_node(node)
    return graph


def _entry(user: fx.Node) -> int | None:
    """Tell which entry along the first axis a node takes of its input, or None."""
    if user.target is operator.getitem and isinstance(user.args[1], int):
        return user.args[1]
    axis = (*user.args[3:], *user.kwargs.values()) or (0,)
    if user.target is piece and user.args[2] == "unbind" and axis == (0,):
        return user.args[1] if isinstance(user.args[1], int) else None
    return None


def embedded(module: nn.Embedding, tokens: Tensor) -> Step:
    """Look up the vectors ``(1, ..., dimensions)`` of tokens ``(1, ...)``.

    Raises
    ------
    ValueError
        If a token has no vector.
    """
    if tokens.is_floating_point():
        raise ValueError(
            "an embedding takes the numbers of tokens, (1, tokens) integers, not floating-point numbers"
        )
    if tokens.numel() and not 0 <= int(tokens.min()) <= int(tokens.max()) < module.num_embeddings:
        raise ValueError(
            f"tokens are numbered from 0 to {module.num_embeddings - 1} in this embedding, not from "
            f"{int(tokens.min())} to {int(tokens.max())}"
        )

    def backward(relevance: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        return (relevance.sum(-1),), nothing(relevance)

    return Step(module(tokens), backward)


def _copied(function: Callable[..., Tensor], x: Tensor, *args: Any, **kwargs: Any) -> Step:
    args, kwargs = tuple(map(value_of, args)), {name: value_of(value) for name, value in kwargs.items()}
    return copied(lambda tensor: function(tensor, *args, **kwargs), x)


def _masked(x: Tensor, mask: Any, value: Any) -> Step:
    """Fill with a constant, which absorbs what would reach the places it fills."""
    if not isinstance(mask, Constant) or isinstance(value, Tensor):
        raise UnsupportedOperationError("what is filled, or with what, depends on the input")
    output = x.masked_fill(mask.value, value_of(value))
    if output.shape != x.shape:
        raise UnsupportedOperationError("filling repeats an input along an axis")

    def backward(relevance: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        filled = (relevance * mask.value).flatten(1).sum(1, dtype=torch.float64)
        return (relevance.masked_fill(mask.value, 0),), filled

    return Step(output, backward)


def _attribute(x: Tensor, name: str) -> Step:
    if name not in ("mT", "data"):
        raise UnsupportedOperationError(f"its {name!r} is asked for")
    return copied(lambda tensor: getattr(tensor, name), x)


_NAMES = (
    *(
        "transpose",
        "permute",
        "swapaxes",
        "swapdims",
        "movedim",
        "moveaxis",
        "unsqueeze",
        "unflatten",
        "select",
    ),
    *("narrow", "index_select", "flip", "roll", "tile", "repeat_interleave", "expand_copy"),
)
_METHODS = (*_NAMES[:-1], "expand", "repeat", "contiguous", "clone", "detach")

FUNCTIONS: dict[Any, Callable[..., Step | Constant]] = {
    **{getattr(torch, name): partial(_copied, getattr(torch, name)) for name in _NAMES},
    operator.getitem: partial(_copied, operator.getitem),
    piece: partial(_copied, piece),
    permuted_piece: partial(_copied, permuted_piece),
    getattr: _attribute,
    torch.masked_fill: _masked,
}
METHODS: dict[str, Callable[..., Step | Constant]] = {
    **{name: partial(_copied, getattr(Tensor, name)) for name in _METHODS},
    "masked_fill": _masked,
}
MODULES: dict[type[nn.Module], Callable[[Any, Tensor], Step | Constant]] = {
    nn.Unflatten: lambda module, x: copied(module, x),
}
