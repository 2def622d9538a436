"""Blocks of pixels painted over."""

from __future__ import annotations

import numpy as np
from lib.strokes import BLOCK, strongest_blocks


def test_the_most_relevant_printed_blocks_are_marked() -> None:
    rng = np.random.default_rng(1)
    relevance, ink = rng.normal(size=(12, 20)), np.ones((12, 20), np.float32)
    ink[:BLOCK, :BLOCK] = 0
    relevance[:BLOCK, :BLOCK] = 100  # blank paper is passed over
    sums = {
        (row, col): relevance[row : row + BLOCK, col : col + BLOCK].sum()
        for row in range(0, 12, BLOCK)
        for col in range(0, 20, BLOCK)
        if (row, col) != (0, 0)
    }
    expected = np.zeros((12, 20), bool)
    for row, col in sorted(sums, key=lambda place: -sums[place])[:3]:
        expected[row : row + BLOCK, col : col + BLOCK] = True
    assert np.array_equal(strongest_blocks(relevance, ink, 3), expected)
