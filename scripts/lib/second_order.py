"""Second order: what is left of a similarity when pairs of regions, one on each page, are erased together.

After the second-order insertion and deletion, and the faithfulness on random masks, of FIxLIP (Baniecki et al. 2025,
arXiv 2508.05430). Region 0, the outside, is never erased.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Features = Callable[[frozenset[int]], Array]
"""Features of a page without some regions, counted from 1."""
Order = list[tuple[int, int]]
"""Pairs of regions in the order in which they go or come, counted from 1; no region comes twice."""

SHARES = (0.0, 0.1, 0.3)
"""Pairs erased or left, in parts of the number of regions of the page that has fewer."""


def deletion_order(relevance: Array) -> Order:
    """Order pairs for deletion: of the pairs still there, that goes whose loss takes most of what is left.

    Erasing i and i' takes from the explanation's sum all pairs that either is in, ``sum_j R_ij + sum_j R_ji' - R_ii'``
    over the regions still there, the outside among them.

    Parameters
    ----------
    relevance
        ``(regions of a + 1, regions of b + 1)``, with the outside.
    """
    left_a, left_b = relevance.sum(1), relevance.sum(0)
    there_a, there_b = (np.arange(length) > 0 for length in relevance.shape)
    order = []
    for _ in range(min(relevance.shape) - 1):
        loss = left_a[:, None] + left_b[None] - relevance
        i, j = _largest(loss, there_a, there_b)
        there_a[i] = there_b[j] = False
        left_a = left_a - relevance[:, j]
        left_b = left_b - relevance[i]
        order.append((i, j))
    return order


def insertion_order(relevance: Array) -> Order:
    """Order pairs for insertion: that comes which adds most to what is there; the outside is from the beginning.

    Parameters as in :func:`deletion_order`.
    """
    with_a, with_b = relevance[:, 0].copy(), relevance[0].copy()
    away_a, away_b = (np.arange(length) > 0 for length in relevance.shape)
    order = []
    for _ in range(min(relevance.shape) - 1):
        gain = with_a[:, None] + with_b[None] + relevance
        i, j = _largest(gain, away_a, away_b)
        away_a[i] = away_b[j] = False
        with_a = with_a + relevance[:, j]
        with_b = with_b + relevance[i]
        order.append((i, j))
    return order


def _largest(values: Array, rows: NDArray[np.bool_], cols: NDArray[np.bool_]) -> tuple[int, int]:
    chosen = np.where(rows[:, None] & cols[None], values, -np.inf)
    i, j = np.unravel_index(int(np.argmax(chosen)), values.shape)
    return int(i), int(j)


def deletion(a: Features, b: Features, order: Order) -> list[float]:
    """Follow the similarity while pairs go; at every one of ``SHARES``, in parts of that of whole pages."""
    whole = a(frozenset()) @ b(frozenset())
    found = []
    for share in SHARES:
        gone = order[: round(share * len(order))]
        found.append(float(a(frozenset(i for i, _ in gone)) @ b(frozenset(j for _, j in gone)) / whole))
    return found


def insertion(a: Features, b: Features, order: Order, regions: tuple[int, int]) -> list[float]:
    """Follow the similarity while pairs come to pages whose ``regions`` were all erased, likewise."""
    whole = a(frozenset()) @ b(frozenset())
    everything = [frozenset(range(1, count + 1)) for count in regions]
    found = []
    for share in SHARES:
        come = order[: round(share * len(order))]
        without_a = everything[0] - {i for i, _ in come}
        without_b = everything[1] - {j for _, j in come}
        found.append(float(a(without_a) @ b(without_b) / whole))
    return found


def area(curve: list[float]) -> float:
    """Mean height of a curve over ``SHARES``."""
    return float(np.trapezoid(curve, SHARES) / SHARES[-1])


def random_masks(regions: int, count: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Draw which regions stay, ``(count, regions + 1)``; each mask keeps its own share, 0.1 to 0.9 of them.

    The outside always stays.
    """
    kept = rng.random((count, regions + 1)) < rng.uniform(0.1, 0.9, (count, 1))
    kept[:, 0] = True
    return kept


def mask_agreement(
    factor_a: Array, factor_b: Array, kept: tuple[NDArray[np.bool_], NDArray[np.bool_]], true: Array
) -> float:
    """Correlate what is left of the similarity with what an explanation says is left, over all pairs of masks.

    Parameters
    ----------
    factor_a, factor_b
        ``(features, regions + 1)``.
    kept
        Masks of either page, ``(masks, regions + 1)``.
    true
        ``(masks of a, masks of b)``, the similarities.
    """
    said = (factor_a @ kept[0].T).T @ (factor_b @ kept[1].T)
    return float(np.corrcoef(said.ravel(), true.ravel())[0, 1]) if said.std() > 0 else 0.0
