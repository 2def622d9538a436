"""Blocks carried forward around regions, against whole maps carried forward for every region."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from tablekin.models.networks.architecture import LAYERS, PIXELS
from tablekin.models.page_lrp.adjoint import MAPS, AdjointShares, adjoint_shares, pool_windows

HEIGHT, WIDTH = 80, 96  # pixels, multiples of 16; the page ends before
CHANNELS = 2  # of every map, so that the loops are short
UPWARD = [layer for layer in LAYERS if layer.name.startswith(("half", "quarter", "eighth", "sixteenth"))][:7]


def positive(*shape: int, seed: int) -> Tensor:
    return 0.1 + torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


PIXEL_MAP = positive(1, 2, HEIGHT, WIDTH, seed=1)
WEIGHTS = {
    layer.name: positive(CHANNELS, 2 if layer.source == "ink" else CHANNELS, 3, 3, seed=number)
    for number, layer in enumerate(UPWARD)
}
GAINS = {
    layer.name: positive(
        1, CHANNELS, HEIGHT // PIXELS[layer.name], WIDTH // PIXELS[layer.name], seed=9 + number
    )
    for number, layer in enumerate(UPWARD)
}


def regions(high: int, wide: int) -> NDArray[np.int32]:
    rows, cols = np.arange(77)[:, None] // high, np.arange(91)[None] // wide
    labels = (rows * (-(-91 // wide)) + cols + 1).astype(np.int32)
    labels[20:50, 30:70] = 0  # a region that others surround
    return labels


def carried(pixels: Tensor) -> dict[str, Tensor]:
    """Carry pixels up the whole page, layer by layer."""
    x, found = pixels, {}
    for layer in UPWARD:
        if layer.source != "ink":
            x = x * GAINS[layer.source]
        found[layer.name] = x = F.conv2d(x, WEIGHTS[layer.name], None, layer.stride, 1)
    return found


@pytest.mark.parametrize("few_sizes", [False, True])
@pytest.mark.parametrize("labels", [regions(26, 31), regions(40, 13), regions(77, 91)])
def test_units_pass_on_what_whole_maps_say(labels: NDArray[np.int32], few_sizes: bool) -> None:
    inside = torch.zeros(HEIGHT, WIDTH, dtype=torch.int64) - 1
    inside[:77, :91] = torch.from_numpy(labels).long()
    whole = carried(PIXEL_MAP * (inside >= 0))
    denominators = {name: whole[name] for name in MAPS}
    found = adjoint_shares(labels, PIXEL_MAP * (inside >= 0), GAINS, denominators, WEIGHTS, few_sizes)
    present = np.unique(labels)
    by_region = {int(region): carried(PIXEL_MAP * (inside == int(region))) for region in present}
    for name in MAPS:
        shares, (height, width) = found[name], whole[name].shape[2:]
        np.testing.assert_allclose(shares.whole, whole[name][0].permute(1, 2, 0))
        dense = np.zeros((int(labels.max()) + 1, height * width, shares.whole.shape[2]))
        for unit in range(height * width):
            for entry in shares.entries[shares.begin[unit] : shares.begin[unit + 1]]:
                dense[shares.region[entry], unit] += shares.passed[entry]
        for region in present:
            if region != shares.rest:
                expected = by_region[int(region)][name][0].flatten(1).T.numpy()
                np.testing.assert_allclose(dense[region], expected, rtol=1e-9, atol=1e-9 * expected.max())


def test_windows_are_pooled_as_a_loop_over_their_units_does() -> None:
    rng = np.random.default_rng(0)
    height, width, entries = 4, 5, 30
    unit = np.sort(rng.integers(0, height * width, entries))
    shares = AdjointShares(
        whole=rng.random((height, width, 2)),
        passed=rng.random((entries, 2)),
        region=rng.integers(0, 3, entries),
        entries=np.arange(entries),
        begin=np.searchsorted(unit, np.arange(height * width + 1)),
        rest=3,
    )
    windows, corner = rng.random((6, 3, 3, 2)), rng.integers(-2, 5, (6, 2))
    pooled = np.zeros((6, 4))
    pool_windows(windows, corner, shares, pooled)
    expected = np.zeros((6, 4))
    for n, row, col in np.ndindex(6, 3, 3):
        y, x = corner[n] + (row, col)
        if not (0 <= y < height and 0 <= x < width):
            continue
        expected[n, 3] += windows[n, row, col] @ shares.whole[y, x]
        for entry in np.flatnonzero(unit == y * width + x):
            amount = windows[n, row, col] @ shares.passed[entry]
            expected[n, shares.region[entry]] += amount
            expected[n, 3] -= amount
    np.testing.assert_allclose(pooled, expected)
