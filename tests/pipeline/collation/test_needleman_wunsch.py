from itertools import combinations

import numpy as np
import pytest

from tablekin.collation.needleman_wunsch import best_path


def best_sum(scores):
    """The largest sum over all choices of places that rise in rows and columns."""
    m, n = scores.shape
    return max(
        sum(scores[i, j] for i, j in zip(rows, columns, strict=True))
        for k in range(min(m, n) + 1)
        for rows in combinations(range(m), k)
        for columns in combinations(range(n), k)
    )


@pytest.mark.parametrize("seed", range(15))
def test_the_path_has_the_largest_sum_of_all(seed):
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, 1, tuple(rng.integers(1, 6, 2)))
    path = best_path(scores)
    assert (np.diff(path, axis=0) > 0).all()
    assert (scores[path[:, 0], path[:, 1]] > 0).all()
    assert scores[path[:, 0], path[:, 1]].sum() == pytest.approx(best_sum(scores))


def test_of_nothing_nothing_is_chosen():
    assert best_path(np.zeros((0, 4))).shape == (0, 2)
    assert best_path(-np.ones((3, 3))).shape == (0, 2)
