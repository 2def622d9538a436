"""Perturbation: erase the regions of a pair of pages in the order of an explanation, watch their similarity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from subject import DEFAULT, HESSIAN, OCCLUSION, OWN, SALIENCY, Subject

from models.erasure import joint_effect

CURVES = (
    DEFAULT,
    *(f"proportional, gamma {setting}" for setting in ("0.0", "0.25", "1.0")),
    *(f"{rule}, gamma table" for rule in ("equal", "weaker")),
    OWN,
    HESSIAN,
    SALIENCY,
    OCCLUSION,
)
RANDOM = "random"
FRACTIONS = (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1)
DRAWS = 2  # random orders a pair


def erasing_order(pairs: NDArray[np.float64]) -> NDArray[np.intp]:
    """Order in which regions come up when their pairs are gone through from the largest relevance down.

    Parameters
    ----------
    pairs
        ``(regions of a, regions of b)``, without the outside.

    Returns
    -------
    ndarray
        Numbers of all regions: those of a from 0, then those of b.
    """
    return np.argsort(-np.concatenate([pairs.max(1), pairs.max(0)]), kind="stable")


Features = Callable[[frozenset[int]], NDArray[np.float64]]
"""Features of a page without some regions, counted from 1."""


def perturb(
    a: Features, b: Features, counts: tuple[int, int], order: NDArray[np.intp]
) -> dict[str, list[float]]:
    """Follow the similarity of two pages while regions go (deletion) or come (insertion) in an order.

    Parameters
    ----------
    a, b
        The pages.
    counts
        Regions of each.
    order
        From :func:`erasing_order`.

    Returns
    -------
    dict
        ``deletion`` and ``insertion``: similarity at every one of ``FRACTIONS``, in parts of that of whole pages.
    """
    whole = a(frozenset()) @ b(frozenset())

    def similarity(gone: NDArray[np.intp]) -> float:
        from_a = frozenset((gone[gone < counts[0]] + 1).tolist())
        from_b = frozenset((gone[gone >= counts[0]] - counts[0] + 1).tolist())
        return float(a(from_a) @ b(from_b) / whole)

    steps = [round(fraction * len(order)) for fraction in FRACTIONS]
    return {
        "deletion": [similarity(order[:step]) for step in steps],
        "insertion": [similarity(order[step:]) for step in steps],
    }


def area(curve: list[float]) -> float:
    """Area under a curve over ``FRACTIONS``."""
    return float(np.trapezoid(curve, FRACTIONS))


@dataclass(frozen=True)
class Explained:
    """A page with its factors by method."""

    subject: Subject
    factors: Mapping[str, NDArray[np.float64]]


def map_of(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pair map without the outside, ``(regions of a, regions of b)``."""
    return joint_effect(a[:, 1:], b[:, 1:])


def correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Pearson's correlation; 0 where either is constant."""
    a, b = a.ravel() - a.mean(), b.ravel() - b.mean()
    size = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / size) if size > 0 else 0.0


def rank_correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Spearman's correlation; 0 where either is constant."""
    return correlation(rankdata(a), rankdata(b))


def agreement(a: Explained, b: Explained) -> dict[str, dict[str, float]]:
    """Compare every method's pair map with the exact joint effects: cosine and rank correlation."""
    effect = map_of(a.factors[OCCLUSION], b.factors[OCCLUSION])
    found = {}
    for method in a.factors:
        pairs = map_of(a.factors[method], b.factors[method])
        size = np.linalg.norm(pairs) * np.linalg.norm(effect)
        cosine = float((pairs * effect).sum() / size) if size else 0.0
        found[method] = {"cosine": cosine, "rank correlation": rank_correlation(pairs, effect)}
    return found


def follow_curves(a: Explained, b: Explained, seed: int) -> dict[str, dict[str, list[float]]]:
    """Erase the regions of a pair in the order of each method of ``CURVES`` and at random."""
    counts = a.subject.regions, b.subject.regions
    pages = [lru_cache(maxsize=None)(one.subject.erasable().without) for one in (a, b)]
    rng = np.random.default_rng(seed)
    orders = {m: erasing_order(map_of(a.factors[m], b.factors[m])) for m in CURVES}
    orders |= {f"{RANDOM} {draw}": rng.permutation(sum(counts)) for draw in range(DRAWS)}
    return {method: perturb(pages[0], pages[1], counts, order) for method, order in orders.items()}
