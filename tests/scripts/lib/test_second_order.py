"""Pairs of regions erased together, against a bilinear model that can be computed by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from lib.second_order import (
    SHARES,
    Order,
    area,
    deletion,
    deletion_order,
    insertion,
    insertion_order,
    mask_agreement,
    random_masks,
)

A = np.random.default_rng(1).normal(size=(5, 1 + 7))  # features of regions, the outside first
B = np.random.default_rng(2).normal(size=(5, 1 + 5))


def similarity(left_a: set[int], left_b: set[int]) -> float:
    return float(A[:, sorted(left_a | {0})].sum(1) @ B[:, sorted(left_b | {0})].sum(1))


def page(columns: np.ndarray):
    return lambda gone: np.delete(columns, list(gone), axis=1).sum(1)


def by_hand(adds: bool) -> Order:
    """Try every pair at every step on the model itself."""
    there = (set() if adds else set(range(1, 8)), set() if adds else set(range(1, 6)))
    order: Order = []
    for _ in range(5):
        choice = []
        for i, j in product(range(1, 8), range(1, 6)):
            if (i in there[0]) != adds and (j in there[1]) != adds:
                change = (there[0] | {i}, there[1] | {j}) if adds else (there[0] - {i}, there[1] - {j})
                choice.append(((similarity(*change) if adds else -similarity(*change)), i, j))
        _, i, j = max(choice)
        (there[0].add if adds else there[0].discard)(i)
        (there[1].add if adds else there[1].discard)(j)
        order.append((i, j))
    return order


def test_orders_are_those_of_a_greedy_search_on_the_model_itself() -> None:
    assert deletion_order(A.T @ B) == by_hand(adds=False)
    assert insertion_order(A.T @ B) == by_hand(adds=True)


def test_curves_are_the_similarity_of_what_is_left() -> None:
    order = deletion_order(A.T @ B)
    whole = similarity(set(range(1, 8)), set(range(1, 6)))
    left, come = deletion(page(A), page(B), order), insertion(page(A), page(B), order, (7, 5))
    for share, found, reached in zip(SHARES, left, come, strict=True):
        first = order[: round(share * 5)]
        gone = {i for i, _ in first}, {j for _, j in first}
        expected = similarity(set(range(1, 8)) - gone[0], set(range(1, 6)) - gone[1]) / whole
        assert found == pytest.approx(expected)
        assert reached == pytest.approx(similarity(*gone) / whole)
    assert area([1.0] * len(SHARES)) == pytest.approx(1)
    assert area(list(SHARES)) == pytest.approx(SHARES[-1] / 2)


def test_what_erasing_both_takes_is_the_second_difference() -> None:
    all_a, all_b = set(range(1, 8)), set(range(1, 6))
    for i, j in product(range(1, 8), range(1, 6)):
        exact = (
            similarity(all_a, all_b)
            - similarity(all_a - {i}, all_b)
            - similarity(all_a, all_b - {j})
            + similarity(all_a - {i}, all_b - {j})
        )
        assert (A.T @ B)[i, j] == pytest.approx(exact)


def test_the_true_explanation_agrees_with_all_masks() -> None:
    rng = np.random.default_rng(3)
    kept = random_masks(7, 6, rng), random_masks(5, 4, rng)
    assert kept[0][:, 0].all() and kept[0].shape == (6, 8)
    true = np.array(
        [
            [similarity(set(np.flatnonzero(one)), set(np.flatnonzero(other))) for other in kept[1]]
            for one in kept[0]
        ]
    )
    assert mask_agreement(A, B, kept, true) == pytest.approx(1)
    assert mask_agreement(rng.permuted(A, axis=1), B, kept, true) < 0.99
    assert mask_agreement(np.zeros_like(A), B, kept, true) == 0
