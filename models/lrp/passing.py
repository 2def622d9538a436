"""Ways back that many operations share: unchanged, to what was copied, in proportion, half to each factor.

``Step`` says what a way back is; here a function of torch is all that is needed to make one. Functions take inputs
``(n, ...)`` with the axis of the batch first and treat its entries alike, because seeds travel back in that axis.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from tablekin.models.lrp.rules import divide
from tablekin.models.lrp.step import Constant, Step, UnsupportedOperationError, nothing


def value_of(operand: Any) -> Any:
    """Give the tensor of a constant, and anything else as it is."""
    return operand.value if isinstance(operand, Constant) else operand


def unchanged(output: Tensor) -> Step:
    """Pass relevance on as it is."""
    return Step(output, lambda relevance: ((relevance,), nothing(relevance)), lambda functional: functional)


def transposed(function: Callable[[Tensor], Tensor], x: Tensor, s: Tensor) -> Tensor:
    """Apply the transpose of a linear ``function`` of inputs like ``x (1, ...)`` to ``s (seeds, ...)``."""
    with torch.enable_grad():
        origin = x.new_zeros((len(s), *x.shape[1:])).requires_grad_()
        return torch.autograd.grad(function(origin), origin, s)[0]


def in_proportion(function: Callable[[Tensor], Tensor], x: Tensor) -> Step:
    """Share relevance in proportion to what each input contributes to a linear ``function``, which is LRP-0."""
    output = function(x)

    def backward(relevance: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        share, absorbed = divide(relevance, output, output)
        return (x * transposed(function, x, share),), absorbed

    return Step(output, backward)


def copied(function: Callable[[Tensor], Tensor], x: Tensor) -> Step:
    """Give relevance to what was copied, for a ``function`` whose every output is an input or 0.

    Raises
    ------
    UnsupportedOperationError
        If the function moves or loses the axis of the batch.
    """
    output = function(x)
    check_batch(function, x, output)
    return Step(output, lambda relevance: ((transposed(function, x, relevance),), nothing(relevance)))


def to_both(function: Callable[[Tensor, Tensor], Tensor], left: Any, right: Any) -> Step | Constant:
    """Share relevance of a product that is linear in either factor.

    Where both depend on the input each is given half, and each hands its half on in proportion (the uniform rule of
    AttnLRP, Achtibat et al. 2024, proposition 3.3); where one is a constant, the other is given all.

    Parameters
    ----------
    function
        Of ``left`` and ``right``: a product of matrices, an elementwise product, a sum of products.
    left, right
        ``(1, ...)``, tensors or constants.
    """
    if isinstance(left, Constant) and isinstance(right, Constant):
        return Constant(function(left.value, right.value))
    if isinstance(right, Constant):
        return in_proportion(lambda x: function(x, right.value), left)
    if isinstance(left, Constant):
        return in_proportion(lambda x: function(left.value, x), right)
    output = function(left, right)
    check_batch(lambda x: function(x, right.expand(2, *right.shape[1:])), left, output)

    def backward(relevance: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        share, absorbed = divide(relevance, output, output)
        half = share / 2
        to_left = left * transposed(lambda x: function(x, right), left, half)
        return (to_left, right * transposed(lambda x: function(left, x), right, half)), absorbed

    return Step(output, backward)


def check_batch(function: Callable[[Tensor], Tensor], x: Tensor, output: Tensor) -> None:
    """Make sure that a function leaves the axis of the batch the first.

    Raises
    ------
    UnsupportedOperationError
        If it does not.
    """
    try:
        kept = function(x.new_zeros((2, *x.shape[1:]))).shape == (2, *output.shape[1:])
    except (RuntimeError, IndexError, ValueError):
        kept = False
    if not kept or output.ndim < 2:
        raise UnsupportedOperationError(
            f"{tuple(output.shape)} made of {tuple(x.shape)} has not the axis of the batch first any more; "
            "keep it first, in layers of attention with batch_first=True"
        )
