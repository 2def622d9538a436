"""LRP rules: how a layer with weights hands the relevance of its outputs to its inputs.

For one fixed input every rule is linear in the relevance ``R_out`` and has the form

    R_in = sum over terms of  m * L(w)^T (side * s),    s = R_out / (numerator + bias + stabiliser),
    numerator = sum over terms of  side * L(w) m,

where ``L(w)`` is the layer with the weights ``w`` and without bias, ``m`` has the shape of the input and
``side`` selects outputs. A rule only says which weights and which ``m``. What biases and stabilisers take,
``R_out - s * numerator``, is counted as absorbed; an output whose denominator vanishes absorbs all it was
given.

Sources: Bach et al. 2015 (LRP-0, epsilon, alpha-beta), Montavon et al. 2017 (z-plus, z^B, w^2: "Explaining
nonlinear classification decisions with deep Taylor decomposition"), Montavon et al. 2019 (gamma:
"Layer-wise relevance propagation: an overview"), Andéol et al. 2021 (gamma for any sign: "Learning domain
invariant representations by joint Wasserstein distance minimization", appendix).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Protocol, runtime_checkable

import torch
from torch import Tensor


@dataclass(frozen=True)
class WeightedLayer:
    """A convolution or linear layer at one input."""

    x: Tensor  # (1, *input)
    weight: Tensor
    bias: Tensor | None  # broadcasts against (1, *output)
    apply: Callable[[Tensor, Tensor], Tensor]  # (input, weight) -> output, without bias

    @cached_property
    def output(self) -> Tensor:
        """Value before the non-linearity, ``(1, *output)``."""
        z = self.apply(self.x, self.weight)
        return z if self.bias is None else z + self.bias


@dataclass(frozen=True)
class Term:
    """One summand of a rule."""

    weight: Tensor
    multiplier: Tensor  # (1, *input)
    side: Tensor | None = None  # (1, *output), bool: the outputs it serves; None: all


@dataclass(frozen=True)
class Split:
    """A rule applied to a layer: its terms, and what biases and stabilisers add to the denominator."""

    terms: tuple[Term, ...]
    extra: Tensor | None = None  # broadcasts against (1, *output)


@runtime_checkable
class Rule(Protocol):
    """Chooses the terms for a layer; any class with these two members is a rule."""

    @property
    def proportional(self) -> bool:
        """Whether inputs that are zero receive nothing."""
        ...

    def split(self, layer: WeightedLayer) -> Split:
        """Choose the terms."""
        ...


@dataclass(frozen=True)
class Zero:
    """LRP-0: in proportion to ``x_i w_ij``. Equals gradient times input in a network with ReLU."""

    proportional: ClassVar[bool] = True

    def split(self, layer: WeightedLayer) -> Split:
        """Choose the terms."""
        return Split((Term(layer.weight, layer.x),), layer.bias)


@dataclass(frozen=True)
class Epsilon:
    """LRP-epsilon: LRP-0 with ``epsilon`` (in units of the output) added to the size of the denominator."""

    epsilon: float = 1e-6

    proportional: ClassVar[bool] = True

    def split(self, layer: WeightedLayer) -> Split:
        """Choose the terms."""
        z = layer.output
        stabiliser = torch.full_like(z, self.epsilon).copysign(z)
        extra = stabiliser if layer.bias is None else stabiliser + layer.bias
        return Split((Term(layer.weight, layer.x),), extra)


@dataclass(frozen=True)
class Gamma:
    """LRP-gamma, generalised to inputs and outputs of any sign.

    The usual form, ``x_i (w_ij + gamma w_ij^+)``, is for ``x >= 0``, and its denominator
    ``z_j + gamma sum_i x_i w_ij^+`` is only safe where ``z_j >= 0``: for a negative ``z_j`` it passes
    through zero as gamma grows, and relevance explodes or flips. Therefore contributions of the output's
    own sign are favoured: where ``z_j >= 0`` the positive ones count ``1 + gamma`` times, where ``z_j < 0``
    the negative ones do. The denominator then has the sign of ``z_j`` and at least its size. For ``x >= 0``
    and ``z_j >= 0`` this is the usual form. A bias is one more contribution; its share is absorbed. With
    ``z_j = 0`` the denominator vanishes only if nothing positive contributes; what such an output was given
    is absorbed.
    """

    gamma: float = 0.25

    proportional: ClassVar[bool] = True

    def split(self, layer: WeightedLayer) -> Split:
        """Choose the terms."""
        if self.gamma == 0:
            return Zero().split(layer)
        above, below = layer.weight.clamp(min=0), layer.weight.clamp(max=0)
        toward_positive = layer.weight + self.gamma * above
        toward_negative = layer.weight + self.gamma * below
        positive = layer.output >= 0
        x, negative_x = layer.x.clamp(min=0), layer.x.clamp(max=0)
        terms = [Term(toward_positive, x, positive), Term(toward_negative, x, ~positive)]
        if bool(negative_x.any()):
            terms += [
                Term(toward_negative, negative_x, positive),
                Term(toward_positive, negative_x, ~positive),
            ]
        if layer.bias is None:
            return Split(tuple(terms))
        favoured = torch.where(positive, layer.bias.clamp(min=0), layer.bias.clamp(max=0))
        return Split(tuple(terms), layer.bias + self.gamma * favoured)


@dataclass(frozen=True)
class ZPlus:
    """z-plus (alpha 1, beta 0): in proportion to the positive contributions, a positive bias among them."""

    proportional: ClassVar[bool] = True

    def split(self, layer: WeightedLayer) -> Split:
        """Choose the terms."""
        terms = [Term(layer.weight.clamp(min=0), layer.x.clamp(min=0))]
        if bool((layer.x < 0).any()):
            terms.append(Term(layer.weight.clamp(max=0), layer.x.clamp(max=0)))
        return Split(tuple(terms), None if layer.bias is None else layer.bias.clamp(min=0))


@dataclass(frozen=True)
class ZBox:
    """z^B, for inputs in ``[low, high]``: in proportion to ``x w - low w^+ - high w^-``; biases take no part.

    The bounds are numbers or tensors that broadcast against the input.
    """

    low: float | Tensor = 0.0
    high: float | Tensor = 1.0

    proportional: ClassVar[bool] = False

    def split(self, layer: WeightedLayer) -> Split:
        """Choose the terms."""
        low, high = (
            torch.zeros_like(layer.x) + torch.as_tensor(bound).to(layer.x) for bound in (self.low, self.high)
        )
        terms = [Term(layer.weight, layer.x)]
        if bool(low.any()):
            terms.append(Term(layer.weight.clamp(min=0), -low))
        if bool(high.any()):
            terms.append(Term(layer.weight.clamp(max=0), -high))
        return Split(tuple(terms))


@dataclass(frozen=True)
class WSquare:
    """w^2: in proportion to the squared weights, whatever the input; biases take no part."""

    proportional: ClassVar[bool] = False

    def split(self, layer: WeightedLayer) -> Split:
        """Choose the terms."""
        return Split((Term(layer.weight**2, torch.ones_like(layer.x)),))


@dataclass(frozen=True)
class Flat:
    """Flat: evenly over all inputs an output sees; biases take no part."""

    proportional: ClassVar[bool] = False

    def split(self, layer: WeightedLayer) -> Split:
        """Choose the terms."""
        return Split((Term(torch.ones_like(layer.weight), torch.ones_like(layer.x)),))


def divide(relevance: Tensor, numerator: Tensor, denominator: Tensor) -> tuple[Tensor, Tensor]:
    """Divide relevance by a denominator; count what does not go on to the inputs.

    A denominator so small that the quotient could overflow (below ``tiny / eps`` of its type) counts as zero.

    Parameters
    ----------
    relevance
        ``(seeds, *output)``.
    numerator
        ``(1, *output)``, sum of the inputs' contributions.
    denominator
        ``(1, *output)``, the same and whatever else takes a share.

    Returns
    -------
    tuple
        ``s (seeds, *output)``, relevance per contribution, and ``absorbed (seeds,)`` float64.
    """
    limits = torch.finfo(denominator.dtype)
    vanishes = denominator.abs() < limits.tiny / limits.eps
    share = (relevance / denominator.masked_fill(vanishes, 1)).masked_fill(vanishes, 0)
    left = relevance - share * numerator
    return share, left.flatten(1).sum(1, dtype=torch.float64)
