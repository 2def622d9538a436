"""Convolutions and linear layers under a rule: run once, ready for any number of seeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.grad import conv2d_input
from torch.nn.utils.fusion import fuse_conv_bn_weights, fuse_linear_bn_weights

from tablekin.models.lrp.active_units import Surroundings, convolve_active
from tablekin.models.lrp.rules import Rule, Term, WeightedLayer
from tablekin.models.lrp.step import POINT, Backward, ReceptiveField, Step, UnsupportedOperationError, nothing

_Spread = Callable[[Tensor], Tensor]  # s (seeds, *output) -> (seeds, *input), the transposed layer


@dataclass(frozen=True)
class _Passing:
    """How numbers of many seeds or functionals pass a layer, down and up."""

    down: Callable[[Term], _Spread]  # only what the term's multiplier does not make zero need be right
    up: Callable[
        [Tensor, Tensor, Tensor], Tensor
    ]  # maps, weight, the outputs (1, *output) that are needed: bool


@dataclass(frozen=True)
class _TermPath:
    """One term of a rule, with the denominators of the outputs it serves."""

    term: Term
    inverse: Tensor  # (1, *output): one over the denominator, 0 where it vanishes or the term does not serve
    spread: _Spread


def weighted(
    module: nn.Module,
    x: Tensor,
    rule: Rule,
    normalisation: nn.Module | None,
    rectified: bool,
    multiply: torch.dtype | None = None,
) -> Step:
    """Run a convolution or linear layer under a rule.

    Parameters
    ----------
    module
        The layer.
    x
        ``(1, *input)``.
    rule
        How it hands relevance on.
    normalisation
        The batch normalisation that follows and is folded in, if any.
    rectified
        Whether it is known that no relevance will arrive at outputs that are not positive.
    multiply
        The type in which a convolution multiplies relevance, if not that of ``x``.

    Raises
    ------
    UnsupportedOperationError
        For padding other than by zeros, and for normalisation that still learns its statistics.
    """
    weight, bias = _folded(module, normalisation)
    if isinstance(module, nn.Linear):
        layer = WeightedLayer(x, weight, bias, F.linear)
        passing = _Passing(lambda term: lambda s: s @ term.weight, lambda maps, w, _: F.linear(maps, w))
        return _step(layer, rule, rectified, passing, (POINT, POINT))
    padding, fields = _geometry(module)
    column = None if bias is None else bias[:, None, None]
    options: Any = (module.stride, padding, module.dilation, module.groups)
    layer = WeightedLayer(x, weight, column, lambda maps, w: F.conv2d(maps, w, None, *options))
    passing = _Passing(
        lambda term: _spread(term, x, options, multiply or x.dtype),
        lambda maps, w, needed: _carried(maps, w, needed, options, multiply or x.dtype),
    )
    return _step(layer, rule, rectified, passing, fields)


def _folded(module: Any, normalisation: Any) -> tuple[Tensor, Tensor | None]:
    if normalisation is None:
        return module.weight.detach(), None if module.bias is None else module.bias.detach()
    if normalisation.training or normalisation.running_mean is None:
        raise UnsupportedOperationError("batch normalisation without fixed statistics; call model.eval()")
    fold = fuse_conv_bn_weights if isinstance(module, nn.Conv2d) else fuse_linear_bn_weights
    statistics = (normalisation.running_mean, normalisation.running_var, normalisation.eps)
    weight, bias = fold(module.weight, module.bias, *statistics, normalisation.weight, normalisation.bias)
    return weight.detach(), bias.detach()


def _geometry(module: Any) -> tuple[tuple[int, int], tuple[ReceptiveField, ReceptiveField]]:
    """Read the padding of a convolution, and what its outputs see of its input."""
    if module.padding_mode != "zeros" or module.padding == "same":
        raise UnsupportedOperationError("padding must be by zeros and given as a number")
    padding = (0, 0) if module.padding == "valid" else module.padding
    down, across = (
        ReceptiveField(stride, edge, dilation * (size - 1) - edge)
        for size, stride, edge, dilation in zip(
            module.kernel_size, module.stride, padding, module.dilation, strict=True
        )
    )
    return padding, (down, across)


def _spread(term: Term, x: Tensor, options: Any, multiply: torch.dtype) -> _Spread:
    """Make the transposed convolution; without strides it is a convolution with the kernel turned around.

    That one is computed with the channels last, where processors are about twice as fast, or, where few units take
    part, between these alone.
    """
    stride, padding, dilation, groups = options
    sizes = term.weight.shape[2:]
    edges = [d * (size - 1) - p for d, size, p in zip(dilation, sizes, padding, strict=True)]
    rounded = term.weight.to(multiply)
    if groups > 1 or tuple(stride) != (1, 1) or min(edges) < 0:
        return lambda s: conv2d_input((len(s), *x.shape[1:]), rounded, s.to(multiply), *options).to(x.dtype)
    turned = rounded.flip(2, 3).transpose(0, 1).contiguous(memory_format=torch.channels_last)
    around = Surroundings((1, 1), (-edges[0], -edges[1]), tuple(dilation))

    def spread(s: Tensor) -> Tensor:
        if multiply == x.dtype:
            taps, receivers = turned.permute(0, 2, 3, 1), (term.multiplier != 0).expand(x.shape)[0]
            if (found := convolve_active(s, taps, receivers, around)) is not None:
                return found
        s = s.to(multiply).contiguous(memory_format=torch.channels_last)
        return F.conv2d(s, turned, None, 1, tuple(edges), dilation).to(x.dtype)

    return spread


def _carried(maps: Tensor, weight: Tensor, needed: Tensor, options: Any, multiply: torch.dtype) -> Tensor:
    """Convolve maps, where outputs are ``needed (1, *output)``."""
    stride, padding, dilation, groups = options
    if groups == 1 and multiply == maps.dtype:
        around = Surroundings(tuple(stride), (-padding[0], -padding[1]), tuple(dilation))
        found = convolve_active(maps, weight.permute(0, 2, 3, 1), needed[0], around)
        if found is not None:
            return found
    rounded = maps.to(multiply).contiguous(memory_format=torch.channels_last)
    return F.conv2d(rounded, weight.to(multiply), None, *options).to(maps.dtype)


def _step(
    layer: WeightedLayer,
    rule: Rule,
    rectified: bool,
    passing: _Passing,
    fields: tuple[ReceptiveField, ReceptiveField],
) -> Step:
    output = layer.output
    leak, paths = _paths(layer, rule, output > 0 if rectified else None, passing.down)
    multiplications = layer.weight.numel() * output[0, 0].numel()

    def adjoint(functional: Tensor) -> Tensor:
        result = functional.new_zeros((len(functional), *output.shape[1:]))
        for path in paths:
            scaled = functional * path.term.multiplier
            result += passing.up(scaled, path.term.weight, path.inverse != 0).mul_(path.inverse)
        return result

    return Step(output, _backward(layer, paths, leak), adjoint, leak, fields, multiplications)


def _paths(
    layer: WeightedLayer, rule: Rule, arrives: Tensor | None, spread: Callable[[Term], _Spread]
) -> tuple[Tensor | None, list[_TermPath]]:
    """Prepare a rule: the share of each output that is absorbed, and the terms that serve some output."""
    split = rule.split(layer)
    terms = [
        term
        for term in split.terms
        if term.side is None or bool((term.side if arrives is None else term.side & arrives).any())
    ]
    applied = [layer.apply(term.multiplier, term.weight) for term in terms]
    served = [z if term.side is None else z * term.side for term, z in zip(terms, applied, strict=True)]
    numerator = torch.stack(served).sum(0) if served else torch.zeros_like(layer.output)
    denominator = numerator if split.extra is None else numerator + split.extra
    limits = torch.finfo(denominator.dtype)
    vanishes = denominator.abs() < limits.tiny / limits.eps  # its inverse could overflow
    inverse = (1 / denominator.masked_fill(vanishes, 1)).masked_fill(vanishes, 0)
    extra = split.extra if split.extra is not None else torch.zeros_like(denominator)
    leak = torch.where(vanishes, 1, extra * inverse)
    paths = [
        _TermPath(term, inverse if term.side is None else inverse * term.side, spread(term)) for term in terms
    ]
    return leak if bool(leak.any()) else None, paths


def _backward(layer: WeightedLayer, paths: list[_TermPath], leak: Tensor | None) -> Backward:
    def backward(relevance: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        absorbed = nothing(relevance)
        if leak is not None:
            absorbed = (relevance.flatten(1) @ leak.flatten()).double()
        result = None
        for index, path in enumerate(paths):
            last = index == len(paths) - 1
            share = relevance.mul_(path.inverse) if last else relevance * path.inverse
            if path.term.side is not None and index and not bool(share.any()):
                continue  # often no relevance arrives at negative outputs
            part = path.spread(share).mul_(path.term.multiplier)
            result = part if result is None else result.add_(part)
        if result is None:
            result = relevance.new_zeros((len(relevance), *layer.x.shape[1:]))
        return (result,), absorbed

    return backward
