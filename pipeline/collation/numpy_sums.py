"""NumPy sums: sums, means and deviations in compiled functions, bit by bit those of numpy.

Which of two ways through a matrix is better may hang on the last bit of a sum. Numpy adds up numbers that lie side by
side in blocks of eight running sums, halving what is longer than 128 (pairwise summation, Higham 1993).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.models.compilation import compiled

Array = NDArray[np.float64]
_BLOCK = 128
_LANES = 8
_DEPTH = 64  # as often as any number of values can be halved


@compiled
def sum_of(values: Array) -> float:  # pragma: no cover (compiled)
    """Add up ``(n,)``, as ``numpy.sum`` does."""
    if len(values) <= _BLOCK:
        return _sum_of_block(values)
    first, count = (
        np.zeros(_DEPTH, np.int64),
        np.zeros(_DEPTH, np.int64),
    )  # of the halves that are not finished
    left, has_left = np.zeros(_DEPTH), np.zeros(_DEPTH, np.bool_)
    count[0], depth = len(values), 0
    while True:
        half = count[depth] // 2
        half -= half % _LANES
        if count[depth] > _BLOCK:
            depth += 1
            first[depth], count[depth], has_left[depth] = first[depth - 1], half, False
            continue
        total = _sum_of_block(values[first[depth] : first[depth] + count[depth]])
        depth -= 1
        while depth >= 0 and has_left[depth]:
            total = left[depth] + total
            depth -= 1
        if depth < 0:
            return total
        left[depth], has_left[depth] = total, True
        end, done = first[depth] + count[depth], first[depth + 1] + count[depth + 1]
        depth += 1
        first[depth], count[depth], has_left[depth] = done, end - done, False


@compiled
def _sum_of_block(values: Array) -> float:  # pragma: no cover (compiled)
    count = len(values)
    if count < _LANES:
        total = -0.0
        for value in values:
            total += value
        return total
    lanes = values[:_LANES].copy()
    whole = count - count % _LANES
    for k in range(_LANES, whole, _LANES):
        for lane in range(_LANES):
            lanes[lane] += values[k + lane]
    total = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
    for k in range(whole, count):
        total += values[k]
    return total


@compiled
def centred(scores: Array, deviations: float) -> Array:
    """Take from scores what a row has in common with any other, so that chance comes to nothing.

    Parameters
    ----------
    scores
        ``(m, n)``, C-ordered.
    deviations
        So many standard deviations of all scores are taken away, too.

    Returns
    -------
    ndarray
        ``(m, n)``, the scores less the larger of the means of row and column, and less that.
    """
    m, n = scores.shape
    if m * n == 0:
        return scores.copy()
    spread = deviations * _deviation(scores.ravel())
    columns = _means_of_columns(scores)
    found = np.empty((m, n))
    for i in range(m):
        mean = sum_of(scores[i]) / n
        for j in range(n):
            found[i, j] = scores[i, j] - max(mean, columns[j]) - spread
    return found


@compiled
def _means_of_columns(scores: Array) -> Array:
    m, n = scores.shape
    if n == 1:  # its numbers lie side by side
        return np.full(1, sum_of(scores[:, 0].copy()) / m)
    total = scores[0].copy()
    for i in range(1, m):
        total += scores[i]
    return total / m


@compiled
def _deviation(values: Array) -> float:
    mean = sum_of(values) / len(values)
    off = values - mean
    return np.sqrt(sum_of(off * off) / len(values))
