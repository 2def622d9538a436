"""Bigram features: how often two digits stand next to each other, and how often one stands alone.

``a_jk(p) = max over shifts t of min(a_j(p), a_k(p + t))``: digit j at p and, at some plausible spacing to
the right, digit k. ``iso_j(p) = relu(a_j(p) - max over k, t of a_k(p + t) and a_k(p - t))``: digit j at p
and nothing beside it. Summed over the page they make 110 features (the bigram network of Eberle et al. 2020,
arXiv 2003.05431). They are computed in two ways: :class:`BigramLayer` from whole digit maps, :func:`bigrams`
from the detections of a page alone. Both agree where the maps hold nothing but the detections.

Relevance: a sum shares in proportion to its terms; a maximum gives everything to its winner; the minimum
shares between its two digits by one of three rules. A digit's own activation answers for its isolated
feature. Activations must not be negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array
from scipy.spatial import cKDTree
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.lrp.rules import divide
from tablekin.models.lrp.step import Step
from tablekin.models.networks.architecture import DIGITS as DIGITS
from tablekin.models.networks.features import FEATURES as FEATURES

MinRule = Literal["proportional", "equal", "weaker"]
"""Share of the two digits of a bigram: as their activations, half each, or all to the weaker (the
gradient)."""


def _first_share(first: Any, second: Any, rule: MinRule) -> Any:
    """Share of the first of two digits in the relevance of their minimum; arrays or tensors."""
    if rule == "equal":
        return 0 * first + 0.5
    if rule == "weaker":
        return 1.0 * (first < second) + 0.5 * (first == second)
    if rule == "proportional":
        total = first + second
        return first / (total + 1.0 * (total == 0))
    raise ValueError(f"min rule {rule!r} is none of proportional, equal, weaker")


class BigramLayer(nn.Module):
    """Digit maps to the 110 features, on dense maps.

    Parameters
    ----------
    shifts
        ``(dx, dy)`` in cells of the maps, from the first digit of a bigram to the second. Equal candidates
        for the maximum: the least ``|dx|`` wins, then the least ``|dy|``, then the upper.
    min_rule
        How relevance is shared between the two digits.
    """

    def __init__(self, shifts: Sequence[tuple[int, int]], min_rule: MinRule = "proportional") -> None:
        super().__init__()
        self.shifts = sorted(set(shifts), key=lambda t: (abs(t[0]), abs(t[1]), t[1], t[0]))
        self.min_rule: MinRule = min_rule

    def forward(self, maps: Tensor) -> Tensor:
        """Turn maps ``(batch, 10, h, w)`` into features ``(batch, 110)``, in the order of ``FEATURES``."""
        return _pooled(self._isolated(maps), self._bigrams(maps)[0])

    def _isolated(self, maps: Tensor) -> Tensor:
        """Activation of digits without neighbours, ``(batch, 10, h, w)``."""
        strongest = maps.amax(1, keepdim=True)
        beside = torch.zeros_like(strongest)
        for dx, dy in self.shifts:
            beside = torch.maximum(beside, _shifted(strongest, dx, dy))
            beside = torch.maximum(beside, _shifted(strongest, -dx, -dy))
        return (maps - beside).relu()

    def _bigrams(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        """Activation of bigrams, ``(batch, 10, 10, h, w)``, and the index of the winning shift there."""
        best = maps.new_zeros((len(maps), DIGITS, DIGITS, *maps.shape[2:]))
        winner = torch.full_like(best, -1, dtype=torch.int16)
        for index, (dx, dy) in enumerate(self.shifts):
            candidate = torch.minimum(maps[:, :, None], _shifted(maps, dx, dy)[:, None])
            better = candidate > best
            best = torch.where(better, candidate, best)
            winner.masked_fill_(better, index)
        return best, winner

    def _sides(self, maps: Tensor, best: Tensor, winner: Tensor) -> tuple[Tensor, Tensor]:
        """Split bigram activations between the places of the first and of the second digit.

        Both ``(10, 10, h, w)``; together they sum to the sum of ``best`` for every bigram.
        """
        first = torch.zeros_like(best[0])
        second = torch.zeros_like(best[0])
        for index, (dx, dy) in enumerate(self.shifts):
            won = best[0] * (winner[0] == index)
            left, right = torch.broadcast_tensors(maps[0, :, None], _shifted(maps, dx, dy)[0, None])
            to_first = won * _first_share(left, right, self.min_rule)
            first += to_first
            second += _shifted(won - to_first, -dx, -dy)
        return first, second

    @torch.no_grad()
    def record(self, x: Tensor) -> Step:
        """Run on the maps of one page ``(1, 10, h, w)`` and keep where its features come from."""
        isolated = self._isolated(x)
        best, winner = self._bigrams(x)
        first, second = self._sides(x, best, winner)
        phi = _pooled(isolated, best)

        def backward(relevance: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
            share, absorbed = divide(relevance, phi, phi)
            pairs = share[:, DIGITS:].reshape(-1, DIGITS, DIGITS)
            at_maps = share[:, :DIGITS, None, None] * isolated
            at_maps += torch.einsum("sjk,jkyx->sjyx", pairs, first)
            at_maps += torch.einsum("sjk,jkyx->skyx", pairs, second)
            return (at_maps,), absorbed

        return Step(phi, backward)


def _shifted(maps: Tensor, dx: int, dy: int) -> Tensor:
    """Value at ``p + (dx, dy)`` for every place p of ``(..., h, w)``; zero outside."""
    height, width = maps.shape[-2:]
    if abs(dx) >= width or abs(dy) >= height:
        return torch.zeros_like(maps)
    return F.pad(maps, (-dx, dx, -dy, dy))


def _pooled(isolated: Tensor, bigram: Tensor) -> Tensor:
    return torch.cat([isolated.sum((2, 3)), bigram.sum((3, 4)).flatten(1)], 1)


@dataclass(frozen=True)
class Spacing:
    """Where the next digit to the right may stand: pixels between centres, bounds included.

    Raises
    ------
    ValueError
        Unless ``0 < min_dx <= max_dx`` and ``max_dy >= 0``.
    """

    min_dx: float
    max_dx: float
    max_dy: float

    def __post_init__(self) -> None:
        if not (0 < self.min_dx <= self.max_dx and self.max_dy >= 0):
            raise ValueError(f"{self}: expected 0 < min_dx <= max_dx and max_dy >= 0")


@dataclass(frozen=True)
class FeatureShares:
    """Features of a page and the part of each that every one of its ``n`` detections answers for."""

    phi: NDArray[np.float64]  # (features,)
    shares: csr_array  # (features, n) float64; its rows sum to phi


def bigrams(
    digit: ArrayLike,
    activation: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    spacing: Spacing,
    min_rule: MinRule = "proportional",
) -> FeatureShares:
    """Compute the 110 features from the detections of a page.

    For every detection p and digit k, the maximum runs over the detections q of k with ``q - p`` inside the
    spacing; equal candidates: the least dx wins, then the least ``|dy|``, the upper, the lower index.

    Parameters
    ----------
    digit
        ``(n,)``, 0 to 9.
    activation
        ``(n,)``, not negative.
    x, y
        ``(n,)``, centres in pixels, of the same frame as the spacing.
    spacing
        Where the next digit may stand.
    min_rule
        How relevance is shared between the two digits.

    Raises
    ------
    ValueError
        If the arrays differ in length, a digit is not 0 to 9 or an activation is negative.
    """
    digits, height = np.asarray(digit, np.int64), np.asarray(activation, np.float64)
    across, down = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if not digits.shape == height.shape == across.shape == down.shape == (digits.size,):
        raise ValueError("digit, activation, x and y must be flat arrays of the same length")
    if np.any((digits < 0) | (digits >= DIGITS)) or np.any(height < 0):
        raise ValueError("digits must be 0 to 9 and activations must not be negative")
    left, right = _neighbours(across, down, spacing)
    beside = np.zeros_like(height)
    np.maximum.at(beside, left, height[right])
    np.maximum.at(beside, right, height[left])
    isolated = np.maximum(height - beside, 0)
    left, right = _winners(digits, height, across, down, left, right)
    value = np.minimum(height[left], height[right])
    to_left = value * _first_share(height[left], height[right], min_rule)
    feature = DIGITS + DIGITS * digits[left] + digits[right]
    everyone = np.arange(digits.size)
    entries = np.concatenate([isolated, to_left, value - to_left])
    rows = np.concatenate([digits, feature, feature])
    columns = np.concatenate([everyone, left, right])
    shape = (len(FEATURES), digits.size)
    shares = coo_array((entries, (rows, columns)), shape=shape).tocsr()  # sums entries of the same place
    shares.eliminate_zeros()
    terms = np.concatenate([isolated, value])
    phi = np.bincount(np.concatenate([digits, feature]), weights=terms, minlength=len(FEATURES))
    return FeatureShares(np.asarray(phi, np.float64), shares)


def _neighbours(
    x: NDArray[np.float64], y: NDArray[np.float64], spacing: Spacing
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List all pairs of detections inside the spacing: indices of the left ones, of the right ones."""
    if len(x) < 2:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    tallest = max(spacing.max_dy, 1e-3 * spacing.max_dx)
    tree = cKDTree(np.column_stack([x / spacing.max_dx, y / tallest]))
    found = tree.query_pairs(1 + 1e-9, p=np.inf, output_type="ndarray").astype(np.int64)
    swap = x[found[:, 0]] > x[found[:, 1]]
    left, right = np.where(swap, found[:, 1], found[:, 0]), np.where(swap, found[:, 0], found[:, 1])
    dx, dy = x[right] - x[left], np.abs(y[right] - y[left])
    inside = (dx >= spacing.min_dx) & (dx <= spacing.max_dx) & (dy <= spacing.max_dy)
    return left[inside], right[inside]


def _winners(
    digit: NDArray[np.int64],
    activation: NDArray[np.float64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keep, for every left detection and digit, the pair with the greatest minimum."""
    group = left * DIGITS + digit[right]
    value = np.minimum(activation[left], activation[right])
    dy = y[right] - y[left]
    order = np.lexsort((right, dy, np.abs(dy), x[right] - x[left], -value, group))
    group = group[order]
    best = order[np.concatenate([[True], group[1:] != group[:-1]])] if len(order) else order
    return left[best], right[best]
