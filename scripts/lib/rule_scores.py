"""Rule scores: what every contestant's map of a pair is worth, by erasing and by rows that are known."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lib.contestants import METHODS
from lib.hundred_pairs import WindowPair
from lib.perturbation import rank_correlation
from lib.pointing import hits, pool_rows, true_matches
from lib.second_order import (
    Order,
    area,
    deletion,
    deletion_order,
    insertion,
    insertion_order,
    mask_agreement,
)
from lib.subject import OCCLUSION

RANDOM = "random"
MEASURES = (
    "deletion",
    "insertion",
    "between",
    "masks",
    "cosine",
    "rank correlation",
    "rows true",
    "pointing",
    "place",
)
LOWER_IS_BETTER = ("deletion",)
_MATCHES = 4  # of rows: as many as a run keeps of a pair
_RANDOM_ORDERS = 2

Scores = dict[str, dict[str, float]]
"""Measures by method."""


def score_erasing(pair: WindowPair, seed: int) -> Scores:
    """Measure how well every method says what erasing takes from a pair."""
    a, b = pair.a, pair.b
    exact = a.factor(OCCLUSION)[:, 1:].T @ b.factor(OCCLUSION)[:, 1:]
    true = a.left @ b.left.T
    without = [lru_cache(maxsize=None)(one.window.subject.erasable().without) for one in (a, b)]
    regions = (a.window.subject.regions, b.window.subject.regions)

    def follow(going: Order, coming: Order) -> dict[str, float]:
        gone = area(deletion(without[0], without[1], going))
        come = area(insertion(without[0], without[1], coming, regions))
        return {"deletion": gone, "insertion": come, "between": come - gone}

    scores: Scores = {}
    for method in METHODS:
        factors = a.factor(method), b.factor(method)
        relevance = factors[0].T @ factors[1]
        found = follow(deletion_order(relevance), insertion_order(relevance))
        found["masks"] = mask_agreement(*factors, (a.kept, b.kept), true)
        found["cosine"] = _cosine(relevance[1:, 1:], exact)
        found["rank correlation"] = rank_correlation(relevance[1:, 1:], exact)
        scores[method] = found
    rng = np.random.default_rng(seed)
    orders = [_random_order(regions, rng) for _ in range(_RANDOM_ORDERS)]
    curves = [follow(order, order) for order in orders]
    scores[RANDOM] = {name: float(np.mean([curve[name] for curve in curves])) for name in curves[0]}
    return scores


def score_rows(pair: WindowPair) -> Scores:
    """Measure whether the strongest matches of rows are of rows known to be the same: scanned anew, or planted."""
    scores: Scores = {}
    for method in METHODS:
        found: dict[str, float] = {}
        of_a = pool_rows(pair.a.factor(method), pair.a.window.row)
        if pair.twin:
            of_b = pool_rows(pair.b.factor(method), pair.b.window.row)
            found["rows true"] = true_matches(of_a.T @ of_b, pair.twin.row_of_copy, _MATCHES)
        if pair.planted:
            page = pair.planted.page
            of_b = pool_rows(page.factor(method), page.window.row)
            found["pointing"], found["place"] = hits(of_a.T @ of_b, pair.planted.rows)
        scores[method] = found
    return scores


def _cosine(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    size = np.linalg.norm(a) * np.linalg.norm(b)
    return float((a * b).sum() / size) if size else 0.0


def _random_order(regions: tuple[int, int], rng: np.random.Generator) -> Order:
    a, b = (rng.permutation(count) + 1 for count in regions)
    return [(int(i), int(j)) for i, j in zip(a, b, strict=False)]
