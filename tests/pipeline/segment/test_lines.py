from __future__ import annotations

import numpy as np
import pytest

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.lines import lines_continue

METRICS = DigitMetrics(20.0, 13.0, 2.0, 9.4)


def digits(rng: np.random.Generator, lines: np.ndarray, of_each: int = 3) -> np.ndarray:
    return np.repeat(lines, of_each) + rng.normal(0, 1, of_each * len(lines))


@pytest.mark.parametrize("pitch", [24, 30, 60])
def test_the_same_lines_go_on_and_lines_half_way_between_them_do_not(pitch: float) -> None:
    rng = np.random.default_rng(0)
    lines = np.arange(100, 100 + 20 * pitch, pitch, dtype=float)
    left = digits(rng, lines)
    assert lines_continue(left, digits(rng, lines + 1), METRICS) > 0.95
    assert lines_continue(left, digits(rng, lines + pitch / 2), METRICS) < 0.05


def test_one_side_may_have_more_lines() -> None:
    rng = np.random.default_rng(1)
    lines = np.arange(100, 700, 30, dtype=float)
    assert lines_continue(digits(rng, lines), digits(rng, lines[::3]), METRICS) > 0.95


def test_lines_beyond_the_other_side_do_not_count() -> None:
    rng = np.random.default_rng(2)
    lines = np.arange(100, 700, 30, dtype=float)
    right = np.concatenate([digits(rng, lines[:10]), digits(rng, np.arange(900, 1500, 37.0))])
    assert lines_continue(digits(rng, lines[:10]), right, METRICS) > 0.95


def test_lines_of_another_pitch_go_on_as_often_as_chance_has_it() -> None:
    rng = np.random.default_rng(3)
    left = digits(rng, np.arange(100, 1000, 30, dtype=float))
    right = digits(rng, np.arange(100, 1000, 37, dtype=float))
    # a line of the one is within 0.22 pitches of a line of the other on either side
    assert lines_continue(left, right, METRICS) == pytest.approx(2 * 0.22, abs=0.12)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_few_digits_show_nothing(count: int) -> None:
    assert lines_continue(np.arange(count, dtype=float), np.arange(50, 900, 20.0), METRICS) == 1
