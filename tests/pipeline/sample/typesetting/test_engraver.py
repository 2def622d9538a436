"""Digits drawn by hand: where they stand on the line, that loops are closed, that no two are alike."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tablekin.sample.typesetting.engraver import Hand, random_hand
from tablekin.sample.typesetting.faces import Glyph

HEIGHT = 40.0


def extent(glyph: Glyph) -> tuple[float, float]:
    """Height above and depth below the base line, in heights of the digit 8."""
    rows = np.nonzero(glyph.coverage.max(1) > 0.5)[0]
    unit = HEIGHT * glyph.per_pixel
    return -(glyph.top + rows[0]) / unit, (glyph.top + rows[-1]) / unit


def holes(glyph: Glyph) -> int:
    paper = np.pad(glyph.coverage < 0.5, 2, constant_values=True).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
    return sum(int(stats[k, cv2.CC_STAT_AREA]) > 60 for k in range(1, count)) - 1


def steady(seed: int) -> tuple[Hand, np.random.Generator]:
    """Make a hand of a thin pen that hardly wobbles."""
    rng = np.random.default_rng(seed)
    return replace(random_hand(rng), pen=0.04, swell=0.0, wobble=0.003, width=0.5), rng


@pytest.mark.parametrize("seed", range(6))
def test_digits_stand_on_the_line_as_old_ones_do(seed: int) -> None:
    hand, rng = steady(seed)
    old = replace(hand, low=0.6)
    for digit, (above, below) in {0: (0.6, 0), 2: (0.6, 0), 5: (0.6, 0.4), 8: (1, 0), 9: (0.6, 0.4)}.items():
        got = extent(old.draw(digit, HEIGHT, rng))
        assert got == pytest.approx((above, below), abs=0.18), digit
    for digit in range(10):
        assert extent(replace(hand, low=1.0).draw(digit, HEIGHT, rng)) == pytest.approx((1, 0), abs=0.18)


@pytest.mark.parametrize("seed", range(6))
def test_loops_are_closed(seed: int) -> None:
    hand, rng = steady(seed)
    assert [holes(hand.draw(digit, HEIGHT, rng)) for digit in (0, 7)] == [1, 0]
    assert holes(hand.draw(8, HEIGHT, rng)) in (1, 2)


def test_no_two_drawings_are_alike() -> None:
    hand, rng = steady(1)
    first, second = (hand.draw(3, HEIGHT, rng).coverage for _ in range(2))
    assert first.shape == second.shape
    assert np.abs(first - second).max() > 0.5
    assert np.array_equal(
        hand.draw(3, HEIGHT, np.random.default_rng(2)).coverage,
        hand.draw(3, HEIGHT, np.random.default_rng(2)).coverage,
    )
