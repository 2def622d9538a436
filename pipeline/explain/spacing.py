"""Spacing: how far apart the digits of a number stand on a page, and which digits count as neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tablekin.models.networks.bigram import Spacing
from tablekin.models.networks.digits import DIGIT_HEIGHT
from tablekin.page import Detections
from tablekin.threshold import threshold


@dataclass(frozen=True)
class SpacingCriteria:
    """When two digits stand side by side in a number."""

    usual_advance: float = threshold(
        0.5, "digit heights", "from a digit to the next, where a page has too few numbers to tell"
    )
    min_neighbours: int = threshold(5, "digits", "with a neighbour; fewer do not tell the usual distance")
    reach: float = threshold(1.1, "digit heights", "how far to the right a neighbour is looked for")
    start: float = threshold(0.2, "digit heights", "a nearer centre to the right is no neighbour")
    line_drift: float = threshold(0.5, "digit heights", "how much higher or lower the next digit may stand")
    min_distance: float = threshold(0.45, "usual distances", "from a digit to the next of a bigram")
    max_distance: float = threshold(1.5, "usual distances", "from a digit to the next of a bigram")


CRITERIA = SpacingCriteria()


def digit_advance(digits: Detections) -> float:
    """Typical distance from a digit to the next one of the same number, in working pixels.

    The median over the digits that have a neighbour on the right on the same line.
    """
    usual = CRITERIA.usual_advance * DIGIT_HEIGHT
    if len(digits) < 2:
        return usual
    order = np.argsort(digits.centres[:, 0], kind="stable")
    x, y = digits.centres[order].T.astype(float)
    reach = np.searchsorted(x, x + CRITERIA.reach * DIGIT_HEIGHT, side="right")
    distances = []
    for index, end in enumerate(reach):
        near = np.arange(index + 1, end)
        near = near[np.abs(y[near] - y[index]) < CRITERIA.line_drift * DIGIT_HEIGHT]
        gaps = x[near] - x[index]
        gaps = gaps[gaps > CRITERIA.start * DIGIT_HEIGHT]
        if gaps.size:
            distances.append(gaps[0])
    return float(np.median(distances)) if len(distances) >= CRITERIA.min_neighbours else usual


def spacing_of(advance: float) -> Spacing:
    """Distances at which two digits count as neighbours, in working pixels, from their typical distance."""
    return Spacing(
        min_dx=CRITERIA.min_distance * advance,
        max_dx=CRITERIA.max_distance * advance,
        max_dy=CRITERIA.line_drift * DIGIT_HEIGHT,
    )
