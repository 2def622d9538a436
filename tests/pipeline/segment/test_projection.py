from __future__ import annotations

import numpy as np

from tablekin.segment.context import BlockContext
from tablekin.segment.projection import digit_profile, project


def test_digits_are_counted_over_each_pixel() -> None:
    rng = np.random.default_rng(0)
    u0 = rng.uniform(10, 200, 60)
    u1 = u0 + rng.uniform(0, 20, 60)
    profile = digit_profile(u0, u1, 5.0, 230)
    expected = np.zeros(230)
    for low, high in zip(np.round(u0 + 0.5 - 5), np.round(u1 - 0.5 - 5), strict=True):
        expected[int(low) : int(high)] += 1
    assert profile.tolist() == expected.tolist()


def test_rows_with_ink_and_rules_are_counted_once_each() -> None:
    edges = np.array([100.0, 130, 160, 190])
    letters = np.array([[50.2, 110], [50.4, 120], [50, 150], [60, 185], [50, 250], [70, 131]])
    vertical = np.array([[20.0, y] for y in range(100, 190)])
    found = project(
        np.array([30.0]), np.array([40.0]), edges, BlockContext(letters, vertical, np.zeros((0, 2)))
    )
    at = {place: int(found.ink[round(place - found.start)]) for place in (50, 55, 60, 70)}
    assert at == {50: 2, 55: 0, 60: 1, 70: 1}
    assert found.rules[round(20 - found.start)] == found.rows == 3
    assert found.rules.sum() == 3
    # of the spaces between rows, a quarter of a row high, only the one around 130 has ink
    assert found.between.sum() == found.between[round(70 - found.start)] == 1


def test_a_part_keeps_its_place() -> None:
    none = np.zeros((0, 2))
    found = project(
        np.array([30.0, 90]), np.array([40.0, 99]), np.array([0.0, 9, 18]), BlockContext(none, none, none)
    )
    part = found.cut(85, 99)
    assert part.start == 85
    assert len(part.digits) == len(part.ink) == len(part.rules) == len(part.between) == 14
    assert part.digits.tolist() == found.digits[round(85 - found.start) :][:14].tolist()


def test_a_rule_that_runs_on_above_or_below_the_rows_is_told() -> None:
    edges, none = np.array([100.0, 130, 160, 190]), np.zeros((0, 2))
    ends = {20: (60, 190), 40: (100, 250), 60: (100, 190), 80: (90, 200)}
    vertical = np.array([[float(u), y] for u, (top, bottom) in ends.items() for y in range(top, bottom)])
    found = project(np.array([10.0]), np.array([90.0]), edges, BlockContext(none, vertical, none))
    assert [u for u in ends if found.beyond[round(u - found.start)]] == [20, 40]
    assert found.cut(30, 70).beyond.sum() == 1
