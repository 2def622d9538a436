"""Lines: whether the lines of digits on both sides of a space are the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.segment.adjacency import DigitMetrics
from tablekin.threshold import threshold


@dataclass(frozen=True)
class LineCriteria:
    """When a line of digits goes on beyond a space."""

    reach: float = threshold(8.0, "digit heights", "how far from the space digits are compared", (6.0, 10.0))
    min_digits: int = threshold(3, "digits", "fewer on one side show nothing", (2.0, 4.0))
    same_pitch: float = threshold(
        0.22, "pitches", "lines nearer to one another than this are one", (0.165, 0.275)
    )
    min_same: float = threshold(0.15, "digit heights", "the same, at least", (0.1125, 0.1875))
    max_same: float = threshold(0.33, "digit heights", "the same, at most", (0.2475, 0.4125))
    min_pitch: float = threshold(0.6, "digit heights", "nearer digits stand on one line", (0.45, 0.75))


CRITERIA = LineCriteria()


def lines_continue(left: NDArray[np.floating], right: NDArray[np.floating], metrics: DigitMetrics) -> float:
    """Measure how far the lines left of a space go on right of it.

    Parameters
    ----------
    left, right
        Height of the digits beside the space, on either side ``(m,)`` and ``(n,)``.
    metrics
        Size of the digits.

    Returns
    -------
    float
        Share of the digits with a line on the other side, of the side where that is larger: one side may have more
        lines. 1 where there are too few digits to tell.
    """
    if min(len(left), len(right)) < CRITERIA.min_digits:
        return 1.0
    low = max(left.min(), right.min()) - metrics.height
    high = min(left.max(), right.max()) + metrics.height
    left, right = (np.sort(a[(a > low) & (a < high)]) for a in (left, right))
    if min(len(left), len(right)) < CRITERIA.min_digits:
        return 1.0
    # dense lines match by chance: nearness is measured against their distance
    pitch = min(_pitch(left, metrics), _pitch(right, metrics))
    near = CRITERIA.same_pitch * pitch
    near = float(np.clip(near, CRITERIA.min_same * metrics.height, CRITERIA.max_same * metrics.height))
    return max(float((_distances(a, b) < near).mean()) for a, b in ((left, right), (right, left)))


def _distances(values: NDArray[np.floating], others: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the distance of each value to the nearest of ``others``, which increase."""
    after = np.searchsorted(others, values)
    last = len(others) - 1
    return np.minimum(
        np.abs(values - others[np.clip(after - 1, 0, last)]), np.abs(values - others[np.clip(after, 0, last)])
    )


def _pitch(y: NDArray[np.floating], metrics: DigitMetrics) -> float:
    """Return the median distance between the lines of digits at heights ``y``; inf for one line."""
    steps = np.diff(np.sort(y))
    steps = steps[steps > CRITERIA.min_pitch * metrics.height]
    return float(np.median(steps)) if len(steps) else np.inf
