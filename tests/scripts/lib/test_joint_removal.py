"""Joint removal against one removal at a time."""

from __future__ import annotations

import numpy as np
import pytest
from lib.joint_removal import Array, FeaturesOfKept, follow, joint_effects, mean_height


def encoder(seed: int, places: int) -> FeaturesOfKept:
    """Make features of which places stay, in which places act together."""
    rng = np.random.default_rng(seed)
    single, double = rng.standard_normal((places, 3)), rng.standard_normal((places, places, 3))

    def features(stays: Array) -> Array:
        there = np.asarray(stays, np.float64)
        return there @ single + np.einsum("vi,vj,ijm->vm", there, there, double) + 1

    return features


def similarity(a: FeaturesOfKept, b: FeaturesOfKept, without_a: set[int], without_b: set[int]) -> float:
    one, two = (
        features(np.array([[place not in gone for place in range(count)]]))[0]
        for features, gone, count in ((a, without_a, 4), (b, without_b, 5))
    )
    return float(one @ two)


A, B = encoder(0, 4), encoder(1, 5)


def test_joint_effects_are_second_differences() -> None:
    found = joint_effects(A, B, (4, 5))
    for i in range(4):
        for j in range(5):
            parts = [
                similarity(A, B, *gone) for gone in ((set(), set()), ({i}, set()), (set(), {j}), ({i}, {j}))
            ]
            assert found[i, j] == pytest.approx(parts[0] - parts[1] - parts[2] + parts[3])


def test_pairs_go_and_come_one_after_the_other() -> None:
    order = [(2, 5), (1, 1), (4, 3), (3, 2)]  # counted from 1
    gone = follow(A, B, order, (4, 5), deletion=True)
    come = follow(A, B, order, (4, 5), deletion=False)
    for step in range(5):
        rows, columns = ({pair[side] - 1 for pair in order[:step]} for side in (0, 1))
        assert gone[step] == pytest.approx(similarity(A, B, rows, columns))
        others = {*range(4)} - rows, {*range(5)} - columns
        assert come[step] == pytest.approx(similarity(A, B, *others))
    assert mean_height(np.array([1.0, 0.5, 0.0])) == pytest.approx(0.5)
