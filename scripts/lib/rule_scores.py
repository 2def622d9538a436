"""Rule scores: what every contestant's map of a pair is worth, by erasing and by rows that are known."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lib.contestants import BASELINE, METHODS, RULES
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
from lib.strokes import activation_left
from lib.subject import HESSIAN, OCCLUSION
from tablekin.models.specific_similarity import load_specific_similarity

RANDOM = "random"
MEASURES = (
    "deletion",
    "insertion",
    "between",
    "masks",
    "cosine",
    "rank correlation",
    "rows true",
    "rows true, specific",
    "pointing",
    "pointing, specific",
    "place",
    "place, specific",
    "strokes",
)
NOT_ERASED = (
    "gamma 0",
    "gamma 16",
    "gamma 1 in the encoder, 0 above",
    f"{BASELINE}, weaker",
    HESSIAN,
)
"""Erasing costs most, and these are out of the running: on the pairs to choose by they are worse than the default."""
LOWER_IS_BETTER = ("deletion", "strokes")
_MATCHES = 4  # of rows: as many as a run keeps of a pair
_FOLLOWED = 2  # digits a page whose pixels are painted over

Scores = dict[str, dict[str, float]]
"""Measures by method."""


def score_agreement(pair: WindowPair) -> Scores:
    """Compare every method with what erasing regions, one or many at random, took from either page."""
    a, b = pair.a, pair.b
    exact = a.factor(OCCLUSION)[:, 1:].T @ b.factor(OCCLUSION)[:, 1:]
    true = a.left @ b.left.T
    scores: Scores = {}
    for method in METHODS:
        factors = a.factor(method), b.factor(method)
        relevance = factors[0][:, 1:].T @ factors[1][:, 1:]
        scores[method] = {
            "masks": mask_agreement(*factors, (a.kept, b.kept), true),
            "cosine": _cosine(relevance, exact),
            "rank correlation": rank_correlation(relevance, exact),
        }
    return scores


def score_erasing(pair: WindowPair, seed: int) -> Scores:
    """Erase pairs of regions together, in the order of every method and in a random one."""
    a, b = pair.a, pair.b
    without = [lru_cache(maxsize=None)(one.window.subject.erasable().without) for one in (a, b)]
    regions = (a.window.subject.regions, b.window.subject.regions)

    def follow(going: Order, coming: Order) -> dict[str, float]:
        gone = area(deletion(without[0], without[1], going))
        come = area(insertion(without[0], without[1], coming, regions))
        return {"deletion": gone, "insertion": come, "between": come - gone}

    scores: Scores = {}
    for method in METHODS:
        if method in NOT_ERASED:
            continue
        relevance = a.factor(method).T @ b.factor(method)
        scores[method] = follow(deletion_order(relevance), insertion_order(relevance))
    order = _random_order(regions, np.random.default_rng(seed))
    scores[RANDOM] = follow(order, order)
    return scores


def score_rows(pair: WindowPair) -> Scores:
    """Measure whether the strongest matches of rows are of rows known to be the same: scanned anew, or planted.

    By relevance, and by what rows add to the specific similarity, which a run chooses matches by.
    """
    specific = load_specific_similarity()
    scores: Scores = {}
    for place, method in enumerate(METHODS):
        found: dict[str, float] = {}
        rows_a, phi_a = pool_rows(pair.a.factor(method), pair.a.window.row), pair.a.phi
        others = [(pair.b.factor(method), pair.b.window.row, pair.b.phi)] if pair.twin else []
        planted = pair.planted
        if planted and place < len(planted.factors):
            others.append((planted.factors[place], planted.row, planted.factors[0].sum(1)))
        for factor, row, phi in others:
            rows_b = pool_rows(factor, row)
            for name, table in (
                ("", rows_a.T @ rows_b),
                (", specific", specific.factor(rows_a, phi_a).T @ specific.factor(rows_b, phi)),
            ):
                if pair.twin and not planted:
                    found[f"rows true{name}"] = true_matches(table, pair.twin.row_of_copy, _MATCHES)
                elif planted:
                    found[f"pointing{name}"], found[f"place{name}"] = hits(table, planted.rows)
        scores[method] = found
    return scores


def score_strokes(pair: WindowPair) -> Scores:
    """Measure what is left of digits of the first page whose most relevant pixels are painted over."""
    subject = pair.a.window.subject
    away = np.abs(subject.centres - np.array(subject.ink.shape[::-1]) / 2).max(1)
    inner = np.argsort(away, kind="stable")[: max(_FOLLOWED, len(away) // 2)]  # whole digits, not at the edge
    chosen = inner[np.unique(np.linspace(0, len(inner) - 1, _FOLLOWED).round().astype(int))]
    return {method: {"strokes": activation_left(subject, rules, chosen)} for method, rules in RULES.items()}


def _cosine(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    size = np.linalg.norm(a) * np.linalg.norm(b)
    return float((a * b).sum() / size) if size else 0.0


def _random_order(regions: tuple[int, int], rng: np.random.Generator) -> Order:
    a, b = (rng.permutation(count) + 1 for count in regions)
    return [(int(i), int(j)) for i, j in zip(a, b, strict=False)]
