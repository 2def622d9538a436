"""Bigram features against loops that follow the definition, dense against sparse, relevance against both."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from tablekin.models.lrp.composite import Composite
from tablekin.models.lrp.propagation import Propagation
from tablekin.models.lrp.rules import Gamma, ZBox
from tablekin.models.networks.bigram import FEATURES, BigramLayer, MinRule, Spacing, bigrams
from tests.support.networks import UNet, ink, made

RULES: tuple[MinRule, ...] = ("proportional", "equal", "weaker")
SHIFTS = [(dx, dy) for dx in (2, 3, 4) for dy in (-1, 0, 1)]
SPACING = Spacing(2, 4, 1)


def first_share(first: float, second: float, rule: MinRule) -> float:
    if rule == "proportional":
        return first / (first + second)
    if rule == "equal" or first == second:
        return 0.5
    return float(first < second)


def by_definition(maps: NDArray[np.float64], shifts, rule: MinRule) -> NDArray[np.float64]:
    """Relevance of every feature at every place of the maps, ``(110, 10, h, w)``; sums to the features."""
    _, height, width = maps.shape
    result = np.zeros((110, *maps.shape))

    def at(digit: int, y: int, x: int) -> float:
        return maps[digit, y, x] if 0 <= y < height and 0 <= x < width else 0.0

    shifts = sorted(shifts, key=lambda t: (abs(t[0]), abs(t[1]), t[1], t[0]))
    for j, y, x in np.ndindex(*maps.shape):
        value = maps[j, y, x]
        beside = [at(k, y + s * dy, x + s * dx) for k in range(10) for dx, dy in shifts for s in (1, -1)]
        result[j, j, y, x] += max(value - max(beside), 0)
        for k in range(10):
            best, place = 0.0, None
            for dx, dy in shifts:
                if min(value, at(k, y + dy, x + dx)) > best:
                    best, place = min(value, at(k, y + dy, x + dx)), (k, y + dy, x + dx)
            if place is not None:
                share = first_share(value, maps[place], rule)
                result[10 + 10 * j + k, j, y, x] += best * share
                result[(10 + 10 * j + k, *place)] += best * (1 - share)
    return result


def sparse_maps(seed: int, levels: int | None, density: float = 0.04) -> NDArray[np.float64]:
    """Maps with single detections; activations of a few levels only make candidates equal."""
    rng = np.random.default_rng(seed)
    maps = rng.random((10, 9, 14)) * (rng.random((10, 9, 14)) < density)
    return maps if levels is None else np.ceil(maps * levels) / levels


def detections(maps: NDArray[np.float64], seed: int) -> tuple[NDArray[np.int64], ...]:
    """Detections of the maps in random order: digit, row, column."""
    order = np.random.default_rng(seed).permutation(np.count_nonzero(maps))
    return tuple(index[order] for index in np.nonzero(maps))


def test_features_are_the_isolated_digits_then_the_bigrams() -> None:
    assert len(FEATURES) == 110
    assert FEATURES[:10] == tuple("0123456789")
    assert FEATURES[10 + 10 * 4 + 7] == "47"


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("levels", [None, 2])
def test_dense_layer_follows_the_definition(levels: int | None, rule: MinRule) -> None:
    rng = np.random.default_rng(5)
    for maps in (rng.random((10, 4, 7)) * (rng.random((10, 4, 7)) < 0.5), sparse_maps(6, levels)):
        expected = by_definition(maps, SHIFTS, rule)
        layer, x = BigramLayer(SHIFTS, rule), torch.from_numpy(maps)[None]
        phi = layer(x)[0].numpy()
        np.testing.assert_allclose(phi, expected.sum((1, 2, 3)), rtol=1e-12)
        result = Propagation(layer, x, Composite()).relevance(torch.diag(layer(x)[0]))
        np.testing.assert_allclose(result.input.numpy(), expected, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(result.absorbed.numpy(), 0, atol=1e-12)


def test_batch_is_page_by_page() -> None:
    maps = torch.from_numpy(np.stack([sparse_maps(1, None), sparse_maps(2, None)]))
    layer = BigramLayer([*SHIFTS, (20, 0)])  # one shift reaches beyond the map
    torch.testing.assert_close(layer(maps), torch.cat([layer(maps[:1]), layer(maps[1:])]))


def test_weaker_rule_is_gradient_times_input() -> None:
    maps = ink(1, 10, 5, 8).requires_grad_()
    layer = BigramLayer(SHIFTS, "weaker")
    phi = layer(maps)[0]
    got = Propagation(layer, maps.detach(), Composite()).relevance(torch.diag(phi.detach())).input
    for feature in range(10, 110, 7):
        gradient = torch.autograd.grad(phi[feature], maps, retain_graph=True)[0]
        torch.testing.assert_close(got[feature], (gradient * maps)[0].detach())


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("levels", [None, 1, 3])
@pytest.mark.parametrize("seed", range(4))
def test_sparse_and_dense_agree(seed: int, levels: int | None, rule: MinRule) -> None:
    maps = sparse_maps(seed, levels, density=0.02 * (seed + 1))
    digit, row, col = detections(maps, seed)
    got = bigrams(digit, maps[digit, row, col], col, row, SPACING, rule)
    layer, x = BigramLayer(SHIFTS, rule), torch.from_numpy(maps)[None]
    phi = layer(x)[0]
    np.testing.assert_allclose(got.phi, phi.numpy(), rtol=1e-12)
    np.testing.assert_allclose(got.shares.sum(axis=1), got.phi, rtol=1e-12)
    dense = Propagation(layer, x, Composite()).relevance(torch.diag(phi)).input.numpy()
    np.testing.assert_allclose(got.shares.toarray(), dense[:, digit, row, col], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(dense.sum((1, 2, 3)), got.phi, rtol=1e-12)


def test_window_includes_its_bounds_and_nothing_beyond() -> None:
    spacing = Spacing(8, 20, 3)
    for dx, dy, counts in (
        (8, 3, True),
        (20, -3, True),
        (7.99, 0, False),
        (20.01, 0, False),
        (10, 3.01, False),
    ):
        got = bigrams([1, 2], [0.9, 0.6], [100, 100 + dx], [50, 50 + dy], spacing)
        assert got.phi[FEATURES.index("12")] == (0.6 if counts else 0)
        np.testing.assert_allclose(got.phi[1], 0.3 if counts else 0.9)
        np.testing.assert_allclose(got.phi[2], 0 if counts else 0.6)
        assert got.phi[FEATURES.index("21")] == 0


def test_row_of_figures() -> None:
    got = bigrams([3, 6, 6], [1, 1, 1], [0, 10, 20], [0, 0, 0], Spacing(5, 15, 2))
    assert {FEATURES[f]: got.phi[f] for f in np.flatnonzero(got.phi)} == {"36": 1, "66": 1}
    np.testing.assert_allclose(got.shares[FEATURES.index("66")].toarray().ravel(), [0, 0.5, 0.5])


@pytest.mark.parametrize("max_dy", [0, 0.0001, 5])
def test_flat_windows_and_few_detections(max_dy: float) -> None:
    spacing = Spacing(5, 15, max_dy)
    assert not bigrams([], [], [], [], spacing).phi.any()
    assert bigrams([], [], [], [], spacing).shares.shape == (110, 0)
    assert bigrams([7], [0.5], [3], [4], spacing).phi[7] == 0.5
    assert bigrams([7, 7], [0.5, 1], [3, 13], [4, 4], spacing).phi[FEATURES.index("77")] == 0.5


def test_silent_detections_change_nothing() -> None:
    got = bigrams([1, 2, 3], [0.5, 0, 1], [0, 10, 20], [0, 0, 0], Spacing(5, 15, 2))
    np.testing.assert_allclose(got.phi[[1, 2, 3]], [0.5, 0, 1])
    assert got.phi.sum() == 1.5
    assert np.isfinite(got.shares.toarray()).all()


def test_misuse_is_refused() -> None:
    with pytest.raises(ValueError, match="min_dx"):
        Spacing(0, 5, 1)
    with pytest.raises(ValueError, match="same length"):
        bigrams([1], [1, 1], [0], [0], SPACING)
    with pytest.raises(ValueError, match="0 to 9"):
        bigrams([10], [1], [0], [0], SPACING)
    with pytest.raises(ValueError, match="negative"):
        bigrams([1], [-1], [0], [0], SPACING)
    with pytest.raises(ValueError, match="none of"):
        bigrams([1, 1], [1, 1], [0, 3], [0, 0], SPACING, "stronger")  # type: ignore[arg-type]


def test_page_takes_milliseconds() -> None:
    rng = np.random.default_rng(0)
    place = rng.permutation(6000)[:3000]
    x, y = place % 60 * 18 + rng.normal(0, 1, 3000), place // 60 * 25 + rng.normal(0, 1, 3000)
    digit, activation = rng.integers(0, 10, 3000), rng.random(3000)
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        got = bigrams(digit, activation, x, y, Spacing(8, 28, 7))
        seconds.append(time.perf_counter() - start)
    np.testing.assert_allclose(got.shares.sum(axis=1), got.phi)
    assert min(seconds) < 0.05  # about 3 ms; leaves room for a busy machine


def test_relevance_reaches_pixels_through_a_digit_network() -> None:
    network = nn.Sequential(made(UNet), BigramLayer([(1, 0), (2, 0)]))
    x = ink(1, 1, 16, 24)
    propagation = Propagation(network, x, Composite(((0, ZBox(0, 1)), (nn.Conv2d, Gamma(0.25)))))
    phi = propagation.output[0]
    result = propagation.relevance(torch.diag(phi), 32)
    torch.testing.assert_close(result.input.sum((1, 2, 3)), phi)
    assert float(phi.sum()) > 1
