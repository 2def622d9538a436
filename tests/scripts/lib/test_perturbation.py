"""Orders of erasing, and how far the similarity falls."""

from __future__ import annotations

import numpy as np
import pytest
from lib.perturbation import (
    area,
    correlation,
    erasing_orders,
    perturb,
    rank_correlation,
)


def test_regions_come_up_as_when_the_list_of_pairs_is_gone_through() -> None:
    pairs = np.random.default_rng(1).normal(size=(7, 5))
    seen: tuple[list[int], list[int]] = ([], [])
    for place in np.argsort(-pairs.ravel()):
        for order, region in zip(seen, np.unravel_index(place, pairs.shape), strict=True):
            if int(region) not in order:
                order.append(int(region))
    assert [order.tolist() for order in erasing_orders(pairs)] == list(seen)


def test_the_true_order_beats_others_where_features_add_up_by_region() -> None:
    rng = np.random.default_rng(2)
    columns = [rng.gamma(0.2, size=(6, 1 + count)) for count in (30, 24)]  # with the outside

    def page(side: int):
        return lambda gone: np.delete(columns[side], list(gone), axis=1).sum(1)

    def areas(orders: tuple[np.ndarray, ...]) -> tuple[float, float]:
        curves = perturb(page(0), page(1), orders)
        assert curves["deletion"][0] == curves["insertion"][-1] == pytest.approx(1)
        assert curves["deletion"][-1] == pytest.approx(curves["insertion"][0])
        return area(curves["deletion"]), area(curves["insertion"])

    orders = erasing_orders(columns[0][:, 1:].T @ columns[1][:, 1:])
    best, worst = areas(orders), areas((orders[0][::-1], orders[1][::-1]))
    others = np.array([areas((rng.permutation(30), rng.permutation(24))) for _ in range(20)])
    assert best[0] < others[:, 0].min() and best[1] > others[:, 1].max()
    assert worst[0] > others[:, 0].max() and worst[1] < others[:, 1].min()


def test_correlations() -> None:
    rng = np.random.default_rng(6)
    a, b = rng.normal(size=(2, 6, 5))
    assert correlation(a, b) == pytest.approx(np.corrcoef(a.ravel(), b.ravel())[0, 1])
    assert rank_correlation(a, np.exp(a)) == pytest.approx(1)
    assert rank_correlation(a, np.ones_like(a)) == 0
