"""Tiles added up in registers, against loops over numbers."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tablekin.models.compilation import compiled
from tablekin.models.lrp.register_tile import BYTES, HEIGHT, MAX_ACROSS, add_up


@compiled
def _tile(across, full, weights, row, tap, values, unit, result):  # type: ignore[no-untyped-def]
    add_up(across, full, len(tap), weights, row, tap, values[:, 3:], unit, result[1:, 3:])


@pytest.mark.parametrize("count", [0, 1, 9])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("across", range(1, MAX_ACROSS + 1))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_tile_is_the_sum_of_its_products(dtype: type, across: int, full: bool, count: int) -> None:
    chance = np.random.default_rng(across)
    lanes = BYTES // np.dtype(dtype).itemsize
    height, width = (HEIGHT[across] if full else 1), across * lanes
    weights = chance.normal(size=200).astype(dtype)
    values = chance.normal(size=(20, width + 7)).astype(dtype)
    row, tap = chance.integers(0, 100, height), chance.integers(0, 100, count)
    unit = chance.integers(0, 20, count)
    result = np.full((height + 2, width + 7), 5, dtype)
    _tile(across, full, weights, row, tap, values, unit, result)
    expected: NDArray[np.float64] = np.full(result.shape, 5.0)
    for line in range(height):
        for lane in range(width):
            products = [
                float(weights[row[line] + t]) * float(values[u, 3 + lane])
                for t, u in zip(tap, unit, strict=True)
            ]
            expected[1 + line, 3 + lane] = sum(products)
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-5 if dtype == np.float32 else 1e-13)


def test_a_tile_leaves_registers_for_what_is_multiplied() -> None:
    registers = 32 if BYTES == 64 else 16
    for across in range(1, MAX_ACROSS + 1):
        assert HEIGHT[across] >= 4
        assert HEIGHT[across] * across + across + 1 <= registers
