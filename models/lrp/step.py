"""Step: one operation of a network at one input, and how relevance passes through it.

Every operation is run once. What is kept of it is a linear map between the relevance of its output and that of
its input, usable in both directions: ``backward`` takes relevance from the output to the input; ``adjoint`` takes a
*functional* of the input's relevance (a weight for every place, for instance 1 on a region and 0 elsewhere) to the
functional of the output's relevance that gives the same number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

_TOGETHER = 128 * 2**20  # bytes

Backward = Callable[[Tensor], tuple[tuple[Tensor | None, ...], Tensor]]
"""Relevance of the output ``(seeds, *output)``, which may be overwritten -> that of every input
``(seeds, *input)`` or None for none, absorbed ``(seeds,)`` float64."""

Adjoint = Callable[[Tensor], Tensor]
"""Functionals of the input's relevance ``(functionals, *input)`` -> of the output's ``(functionals, *output)``."""


class UnsupportedOperationError(ValueError):
    """The model does something relevance cannot be passed back through."""


@dataclass(frozen=True)
class ReceptiveField:
    """What a unit sees along one axis: unit i sees inputs ``i * stride - before`` to ``i * stride + after``."""

    stride: int = 1
    before: int = 0
    after: int = 0

    def above(self, lower: ReceptiveField) -> ReceptiveField:
        """Give what the unit sees through a layer below whose units see ``lower``."""
        return ReceptiveField(
            self.stride * lower.stride,
            self.before * lower.stride + lower.before,
            self.after * lower.stride + lower.after,
        )


POINT = ReceptiveField()


@dataclass(frozen=True)
class Step:
    """An operation that was run: its output ``(1, ...)`` and how relevance passes through it.

    ``adjoint``, ``leak`` and ``receptive_fields`` serve pooling relevance by region; an operation on maps without
    them is passed back place by place.
    """

    output: Tensor
    backward: Backward
    adjoint: Adjoint | None = None
    leak: Tensor | None = None  # (1, *output): share of an output's relevance that is absorbed; None: nothing
    receptive_fields: tuple[ReceptiveField, ReceptiveField] = (POINT, POINT)  # down, across
    cost: int = 0  # multiplications of passing one seed back, 0 if few


@dataclass(frozen=True)
class Constant:
    """A tensor that does not depend on the input."""

    value: Tensor


@runtime_checkable
class Recorder(Protocol):
    """A module that passes relevance back through itself, for instance a bigram layer."""

    def record(self, x: Tensor) -> Step:
        """Run on ``x (1, ...)`` and keep what the way back needs."""
        ...


def at_once(values: Iterable[Tensor]) -> int:
    """Tell how many seeds to pass together, so that none of these values, once for each, takes more than 128 MiB.

    Parameters
    ----------
    values
        ``(n, ...)``, of which one entry counts.
    """
    largest = max(value[0].numel() * value.element_size() for value in values)
    return max(1, _TOGETHER // largest)


def nothing(relevance: Tensor) -> Tensor:
    """Return ``absorbed (seeds,)`` of an operation that keeps all relevance."""
    return relevance.new_zeros(len(relevance), dtype=torch.float64)
