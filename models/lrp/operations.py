"""Operations relevance is passed back through: what each computes and how its output's relevance returns.

Every maker runs one operation on one input and returns a :class:`Step`. Non-linear operations pass relevance on
unchanged (ReLU, clamp) or to the winner (max pooling). Sums without weights to learn (residual addition, average and
sum pooling, bilinear upsampling) share it in proportion to the contributions, which is LRP-0; products of two values
that depend on the input give each half. What a constant, or a sum that vanishes, would receive is counted as absorbed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.lrp.passing import in_proportion, to_both, transposed, unchanged, value_of
from tablekin.models.lrp.rules import divide
from tablekin.models.lrp.step import Constant, ReceptiveField, Step, UnsupportedOperationError, nothing


def _relu(x: Tensor, inplace: bool = False) -> Step:
    return unchanged(torch.relu(x))


def _clamp(x: Tensor, min: float | None = None, max: float | None = None) -> Step:
    if (min is not None and min > 0) or (max is not None and max < 0):
        raise UnsupportedOperationError(f"clamp({min}, {max}) moves zero")
    return unchanged(torch.clamp(x, min, max))


def _flatten(x: Tensor, start_dim: int = 0, end_dim: int = -1) -> Step:
    if start_dim % x.ndim == 0:
        raise UnsupportedOperationError("flatten joins the batch with other axes; use start_dim=1")

    def backward(relevance: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        return (relevance.reshape(len(relevance), *x.shape[1:]),), nothing(relevance)

    return Step(torch.flatten(x, start_dim, end_dim), backward)


def _reshape(function: Callable[..., Tensor], x: Tensor, *args: Any, **kwargs: Any) -> Step:
    output = function(x, *args, **kwargs)
    if output.ndim < 2 or len(output) != len(x):
        raise UnsupportedOperationError(f"{tuple(output.shape)} has lost the axis of the batch")

    def backward(relevance: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        return (relevance.reshape(len(relevance), *x.shape[1:]),), nothing(relevance)

    return Step(output, backward)


def _add(left: Any, right: Any, *, alpha: float = 1) -> Step:
    parts = (left, right if alpha == 1 else _scaled(right, alpha))
    output = value_of(parts[0]) + value_of(parts[1])
    reached = [part for part in parts if isinstance(part, Tensor)]
    if any(part.ndim != output.ndim or len(part) != len(output) for part in reached):
        raise UnsupportedOperationError("addition repeats an input along the axis of the batch")
    numerator = torch.stack([part.expand(output.shape) for part in reached]).sum(0)

    def backward(relevance: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        share, absorbed = divide(relevance, numerator, output)
        return tuple(_gathered(share * part, part) for part in reached), absorbed

    return Step(output, backward)


def _gathered(relevance: Tensor, part: Tensor) -> Tensor:
    """Sum relevance ``(seeds, ...)`` over the axes along which a summand ``(1, ...)`` was repeated."""
    axes = [axis for axis in range(1, part.ndim) if part.shape[axis] != relevance.shape[axis]]
    return relevance.sum(axes, keepdim=True) if axes else relevance


def _scaled(operand: Any, factor: float) -> Any:
    return Constant(operand.value * factor) if isinstance(operand, Constant) else operand * factor


def _subtract(left: Any, right: Any, *, alpha: float = 1) -> Step:
    return _add(left, right, alpha=-alpha)


def _multiply(left: Any, right: Any) -> Step | Constant:
    x, factor = (left, right) if isinstance(left, Tensor) else (right, left)
    if isinstance(factor, Tensor):
        return to_both(torch.mul, left, right)
    output = x * value_of(factor)
    if output.shape != x.shape:
        raise UnsupportedOperationError("multiplication repeats an input along an axis")
    open_to = (torch.as_tensor(value_of(factor), device=x.device) != 0).expand(x.shape)

    def backward(relevance: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        stopped = (relevance * ~open_to).flatten(1).sum(1, dtype=torch.float64)
        return (relevance * open_to,), stopped

    return Step(output, backward)


def _divide(left: Any, right: Any) -> Step | Constant:
    if not isinstance(left, Tensor) or isinstance(right, Tensor):
        raise UnsupportedOperationError("division by a value that depends on the input")
    return _multiply(
        left, Constant(1 / torch.as_tensor(value_of(right), dtype=left.dtype, device=left.device))
    )


def _concatenate(tensors: Sequence[Any], dim: int = 0) -> Step:
    output = torch.cat([value_of(tensor) for tensor in tensors], dim)
    if dim % output.ndim == 0:
        raise UnsupportedOperationError("concatenation along the batch")
    sizes = [value_of(tensor).shape[dim] for tensor in tensors]

    def backward(relevance: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        absorbed = nothing(relevance)
        reached = []
        for tensor, part in zip(tensors, relevance.split(sizes, dim), strict=True):
            if isinstance(tensor, Tensor):
                reached.append(part)
            else:
                absorbed = absorbed + part.flatten(1).sum(1, dtype=torch.float64)
        return tuple(reached), absorbed

    return Step(output, backward)


def _max_pool(x: Tensor, *args: Any, return_indices: bool = False, **kwargs: Any) -> Step:
    if return_indices:
        raise UnsupportedOperationError("max pooling that returns indices")
    output, winners = F.max_pool2d(x, *args, return_indices=True, **kwargs)
    return _to_winners(x, output, winners, _pooling_fields(*args, **kwargs))


def _adaptive_max_pool(x: Tensor, output_size: Any, return_indices: bool = False) -> Step:
    if return_indices:
        raise UnsupportedOperationError("max pooling that returns indices")
    return _to_winners(x, *F.adaptive_max_pool2d(x, output_size, return_indices=True))


def _maximum(x: Tensor, dim: Any = (), keepdim: bool = False) -> Step:
    axes = sorted(axis % x.ndim for axis in ((dim,) if isinstance(dim, int) else dim))
    if x.ndim != 4 or axes != [2, 3]:
        raise UnsupportedOperationError("maximum over other axes than the two of a map")
    step = _adaptive_max_pool(x, 1)
    if keepdim:
        return step
    return Step(step.output.flatten(1), lambda relevance: step.backward(relevance[..., None, None]))


def _to_winners(
    x: Tensor, output: Tensor, winners: Tensor, fields: tuple[ReceptiveField, ReceptiveField] | None = None
) -> Step:
    """Pass the relevance of maxima to where they were found, ``winners`` counted along the flattened map."""

    def backward(relevance: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        seeds, channels = relevance.shape[:2]
        result = relevance.new_zeros((seeds, channels, x.shape[2] * x.shape[3]))
        result.scatter_add_(2, winners.flatten(2).expand(seeds, -1, -1), relevance.flatten(2))
        return (result.reshape(seeds, *x.shape[1:]),), nothing(relevance)

    def adjoint(functional: Tensor) -> Tensor:
        at_winners = winners.flatten(2).expand(len(functional), -1, -1)
        return functional.flatten(2).gather(2, at_winners).reshape(len(functional), *output.shape[1:])

    return Step(output, backward, adjoint, receptive_fields=fields) if fields else Step(output, backward)


def _pooling_fields(
    kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> tuple[ReceptiveField, ReceptiveField]:
    down, across = (
        ReceptiveField(step, edge, spread * (size - 1) - edge)
        for size, step, edge, spread in zip(
            *map(_both, (kernel_size, stride or kernel_size, padding, dilation)), strict=True
        )
    )
    return down, across


def _both(value: Any) -> tuple[int, int]:
    """Give a size that may be one number for both axes as two."""
    return (value, value) if isinstance(value, int) else (value[0], value[-1])


def _average_pool(x: Tensor, *args: Any, **kwargs: Any) -> Step:
    return in_proportion(lambda maps: F.avg_pool2d(maps, *args, **kwargs), x)


def _adaptive_average_pool(x: Tensor, output_size: Any) -> Step:
    return in_proportion(lambda maps: F.adaptive_avg_pool2d(maps, output_size), x)


def _reduce(name: str, x: Tensor, dim: Any = None, keepdim: bool = False, **_: Any) -> Step:
    axes = () if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    if not axes or any(axis % x.ndim == 0 for axis in axes):
        raise UnsupportedOperationError(f"{name} over the batch; name the other axes")
    return in_proportion(lambda maps: getattr(maps, name)(axes, keepdim=keepdim), x)


def _interpolate(
    x: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest", **kwargs: Any
) -> Step:
    def resize(maps: Tensor) -> Tensor:
        return F.interpolate(maps, size, scale_factor, mode, **kwargs)

    if mode in ("nearest", "nearest-exact"):  # a copy: passes relevance on even where it is zero
        return Step(resize(x), lambda relevance: ((transposed(resize, x, relevance),), nothing(relevance)))
    if mode in ("bilinear", "area"):
        return in_proportion(resize, x)
    raise UnsupportedOperationError(f"interpolation {mode!r}")


FUNCTIONS: dict[Any, Callable[..., Step | Constant]] = {
    **dict.fromkeys((F.relu, torch.relu, torch.relu_), _relu),
    **dict.fromkeys((operator.add, operator.iadd, torch.add), _add),
    **dict.fromkeys((operator.sub, operator.isub, torch.sub), _subtract),
    **dict.fromkeys((operator.mul, operator.imul, torch.mul), _multiply),
    **dict.fromkeys((operator.truediv, torch.div), _divide),
    **dict.fromkeys((F.max_pool2d, torch.max_pool2d), _max_pool),
    F.avg_pool2d: _average_pool,
    F.adaptive_avg_pool2d: _adaptive_average_pool,
    F.adaptive_max_pool2d: _adaptive_max_pool,
    torch.amax: _maximum,
    F.dropout: lambda x, *args, **kwargs: unchanged(x),
    torch.reshape: partial(_reshape, torch.reshape),
    torch.squeeze: partial(_reshape, torch.squeeze),
    F.interpolate: _interpolate,
    torch.clamp: _clamp,
    torch.flatten: _flatten,
    torch.cat: _concatenate,
    torch.sum: partial(_reduce, "sum"),
    torch.mean: partial(_reduce, "mean"),
}
METHODS: dict[str, Callable[..., Step | Constant]] = {
    **dict.fromkeys(("relu", "relu_"), _relu),
    **dict.fromkeys(("clamp", "clamp_"), _clamp),
    **dict.fromkeys(("add", "add_"), _add),
    "sub": _subtract,
    "mul": _multiply,
    "div": _divide,
    "flatten": _flatten,
    **{name: partial(_reshape, getattr(Tensor, name)) for name in ("view", "reshape", "squeeze")},
    "amax": _maximum,
    "sum": partial(_reduce, "sum"),
    "mean": partial(_reduce, "mean"),
}
MODULES: dict[type[nn.Module], Callable[[Any, Tensor], Step | Constant]] = {
    nn.ReLU: lambda module, x: _relu(x),
    **dict.fromkeys((nn.Hardtanh, nn.ReLU6), lambda module, x: _clamp(x, module.min_val, module.max_val)),
    **dict.fromkeys((nn.Identity, nn.Dropout, nn.Dropout2d), lambda module, x: unchanged(x)),
    nn.Flatten: lambda module, x: _flatten(x, module.start_dim, module.end_dim),
    nn.MaxPool2d: lambda module, x: _max_pool(
        x,
        module.kernel_size,
        module.stride,
        module.padding,
        module.dilation,
        module.ceil_mode,
        return_indices=module.return_indices,
    ),
    nn.AvgPool2d: lambda module, x: in_proportion(module, x),
    nn.AdaptiveAvgPool2d: lambda module, x: in_proportion(module, x),
    nn.AdaptiveMaxPool2d: lambda module, x: _adaptive_max_pool(x, module.output_size, module.return_indices),
    nn.Upsample: lambda module, x: _interpolate(
        x, module.size, module.scale_factor, module.mode, align_corners=module.align_corners
    ),
}

PASSING: frozenset[Any] = frozenset(
    (
        *(F.relu, torch.relu, F.max_pool2d, torch.max_pool2d, torch.flatten, torch.reshape, torch.cat),
        *("relu", "flatten", "view", "reshape", "amax"),
        *(nn.ReLU, nn.Identity, nn.Dropout, nn.Dropout2d, nn.Flatten, nn.MaxPool2d, nn.AdaptiveMaxPool2d),
    )
)
"""Operations that give an input no relevance if none arrives where the output is zero and the input is not
positive."""

SHARING: frozenset[Any] = frozenset(
    (
        *(operator.add, torch.add, F.avg_pool2d, F.adaptive_avg_pool2d, "sum", "mean"),
        *(nn.AvgPool2d, nn.AdaptiveAvgPool2d),
    )
)
"""Operations that share relevance in proportion, so that an input of zero receives nothing."""
