from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest

from tablekin.segment.runs import longest_run, runs


def by_hand(flags: list[bool]) -> list[tuple[int, int]]:
    found, place = [], 0
    for flag, group in groupby(flags):
        length = len(list(group))
        if flag:
            found.append((place, place + length))
        place += length
    return found


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("size", [0, 1, 2, 50])
def test_runs_are_those_found_one_by_one(size: int, share: float) -> None:
    rng = np.random.default_rng(size)
    for _ in range(20):
        flags = rng.random(size) < share
        expected = by_hand(flags.tolist())
        assert [tuple(run) for run in runs(flags).tolist()] == expected
        start, length = max(
            ((start, end - start) for start, end in expected), key=lambda run: run[1], default=(0, 0)
        )
        assert longest_run(flags) == (start, length)
