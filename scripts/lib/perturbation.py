"""Perturbation: erase the regions of a pair of pages in the order of an explanation, watch their similarity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from lib.subject import DEFAULT, HESSIAN, OCCLUSION, OWN, SALIENCY, Subject
from tablekin.models.occlusion import joint_effect

_GAMMAS = tuple(f"proportional, gamma {setting}" for setting in ("0.0", "1.0"))
BY_PAIR = (DEFAULT, *_GAMMAS, OWN, HESSIAN, SALIENCY, OCCLUSION)
BY_REGION = (DEFAULT, "equal, gamma table", "weaker, gamma table", *_GAMMAS, OWN, HESSIAN, OCCLUSION)
RANDOM = "random"
CURVES = (*BY_PAIR, *(f"{method}, by region" for method in BY_REGION), RANDOM)
FRACTIONS = (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1)


Orders = tuple[NDArray[np.intp], NDArray[np.intp]]
"""The regions of either page in the order in which they are erased, from 0."""


def _descending(values: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.argsort(-values, kind="stable")


def erasing_orders(pairs: NDArray[np.float64]) -> Orders:
    """Order regions as they come up when their pairs are gone through from the largest relevance down.

    Parameters
    ----------
    pairs
        ``(regions of a, regions of b)``, without the outside.
    """
    return _descending(pairs.max(1)), _descending(pairs.max(0))


Features = Callable[[frozenset[int]], NDArray[np.float64]]
"""Features of a page without some regions, counted from 1."""


def perturb(a: Features, b: Features, orders: Orders) -> dict[str, list[float]]:
    """Follow the similarity of two pages while regions go (deletion) or come (insertion) in an order.

    The same share of either page's regions is erased: counted over both together, an order that begins with the
    page of fewer, larger regions would erase that page alone and leave nothing to compare.

    Parameters
    ----------
    a, b
        The pages.
    orders
        From :func:`erasing_orders`.

    Returns
    -------
    dict
        ``deletion`` and ``insertion``: similarity at every one of ``FRACTIONS``, in parts of that of whole pages.
    """
    whole = a(frozenset()) @ b(frozenset())

    def similarity(part: Callable[[int], slice]) -> list[float]:
        found = []
        for fraction in FRACTIONS:
            gone = [frozenset((order[part(round(fraction * len(order)))] + 1).tolist()) for order in orders]
            found.append(float(a(gone[0]) @ b(gone[1]) / whole))
        return found

    return {
        "deletion": similarity(lambda step: slice(None, step)),
        "insertion": similarity(lambda step: slice(step, None)),
    }


def area(curve: list[float]) -> float:
    """Area under a curve over ``FRACTIONS``."""
    return float(np.trapezoid(curve, FRACTIONS))


@dataclass(frozen=True)
class ExplainedPage:
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


def agreement(a: ExplainedPage, b: ExplainedPage) -> dict[str, dict[str, float]]:
    """Compare every method's pair map with the exact joint effects: cosine and rank correlation."""
    effect = map_of(a.factors[OCCLUSION], b.factors[OCCLUSION])
    found = {}
    for method in a.factors:
        pairs = map_of(a.factors[method], b.factors[method])
        size = np.linalg.norm(pairs) * np.linalg.norm(effect)
        cosine = float((pairs * effect).sum() / size) if size else 0.0
        found[method] = {"cosine": cosine, "rank correlation": rank_correlation(pairs, effect)}
    return found


def follow_curves(a: ExplainedPage, b: ExplainedPage, seed: int) -> dict[str, dict[str, list[float]]]:
    """Erase the regions of a pair in the orders of ``CURVES``.

    By pair the regions go as :func:`erasing_orders` says, by region those first that answer for most of the
    similarity, all their pairs taken together.
    """
    erasable = [one.subject.erasable() for one in (a, b)]
    without = [lru_cache(maxsize=None)(page.without) for page in erasable]
    orders = {m: erasing_orders(map_of(a.factors[m], b.factors[m])) for m in BY_PAIR}
    for method in BY_REGION:
        effect_a = a.factors[method][:, 1:].T @ erasable[1].phi
        effect_b = b.factors[method][:, 1:].T @ erasable[0].phi
        orders[f"{method}, by region"] = _descending(effect_a), _descending(effect_b)
    rng = np.random.default_rng(seed)
    orders[RANDOM] = rng.permutation(a.subject.regions), rng.permutation(b.subject.regions)
    return {method: perturb(without[0], without[1], order) for method, order in orders.items()}
