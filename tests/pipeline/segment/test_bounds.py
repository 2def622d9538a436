from __future__ import annotations

import numpy as np
import pytest

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.bounds import vertical_bounds
from tablekin.segment.context import BlockContext

METRICS = DigitMetrics(20.0, 13.0, 2.0, 9.4)
CENTRES = np.arange(300, 600, 30, dtype=float)
EDGES = np.concatenate([[285.0], (CENTRES[1:] + CENTRES[:-1]) / 2, [585.0]])
COLUMNS = np.array([100.0, 200, 300, 400])


def rule(v: float, left: float = 100, right: float = 400) -> np.ndarray:
    u = np.arange(left, right)
    return np.vstack([np.column_stack([u, np.full(len(u), v + k)]) for k in (-1, 0, 1)])


def upright(u: float, top: float, bottom: float) -> np.ndarray:
    v = np.arange(top, bottom)
    return np.column_stack([np.full(len(v), u), v])


def words(v: float) -> np.ndarray:
    """Letters ten pixels high whose foot stands on ``v``."""
    return np.array([[u, v - k] for u in range(120, 380, 11) for k in range(10)], float)


def bounds(
    horizontal: list[np.ndarray] | None = None,
    vertical: list[np.ndarray] | None = None,
    letters: list[np.ndarray] | None = None,
    heading: float = np.inf,
) -> tuple[float, float, float]:
    none = [np.zeros((0, 2))]
    context = BlockContext(
        np.vstack(letters or none), np.vstack(vertical or none), np.vstack(horizontal or none)
    )
    return vertical_bounds(EDGES, COLUMNS, CENTRES, context, heading, METRICS)


def test_a_table_without_rules_and_words_ends_with_its_rows() -> None:
    assert bounds() == (285, 285, 585)


def test_rules_near_by_end_the_first_and_last_row() -> None:
    assert bounds(horizontal=[rule(278), rule(592)]) == pytest.approx((278, 278, 592), abs=4)


def test_short_rules_and_those_far_away_do_not() -> None:
    found = bounds(horizontal=[rule(278, right=230), rule(660)])
    assert found == (285, 285, 585)


def test_a_heading_reaches_to_its_frame() -> None:
    assert bounds(horizontal=[rule(280), rule(180)])[0] == pytest.approx(180, abs=4)
    assert bounds(horizontal=[rule(280), rule(-100)])[0] == pytest.approx(280, abs=4)


def test_a_heading_reaches_to_the_top_of_the_rules_between_columns() -> None:
    rules = [upright(u, 200, 590) for u in COLUMNS]
    assert bounds(vertical=rules)[0] == pytest.approx(200, abs=0.5 * METRICS.height)
    assert bounds(vertical=rules[:1])[0] == 285


def test_lines_of_words_are_a_heading_up_to_a_wide_gap() -> None:
    top, first, _ = bounds(letters=[words(275), words(255), words(200)])
    assert first == 285
    assert top == pytest.approx(245 - 0.2 * METRICS.height, abs=2)


def test_a_row_of_digits_of_the_heading_is_in_it() -> None:
    top, first, _ = bounds(heading=262.0)
    assert top < 262 - METRICS.height / 2
    assert first == 285
