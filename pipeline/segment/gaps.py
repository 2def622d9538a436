"""Gaps: the gaps between digits that follow each other in a row, and what they say of columns set close."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.projection import ProjectionProfile
from tablekin.threshold import threshold

_CLOSE = "degrees and minutes close together in one ruled column, of seed 838383"


@dataclass(frozen=True)
class GapCriteria:
    """When a place is blank that a digit of the same number would fill."""

    blank: float = threshold(
        0.8, "digit widths", "that a blank place adds to the usual gap at least", chosen=_CLOSE
    )
    widest: float = threshold(
        2.2, "digit widths", "that blank places add to it at most: the next column is no part", chosen=_CLOSE
    )
    blank_rows: float = threshold(0.1, "of the gaps", "with a blank place at least", chosen=_CLOSE)
    max_blank: float = threshold(
        0.5,
        "of the gaps",
        "with one at most: pairs of numbers set in the middle of their column have spaces in most rows",
        chosen="tables of declinations of seed 777313",
    )
    min_blank: int = threshold(3, "gaps", "with one at least", chosen=_CLOSE)
    start: float = threshold(
        0.5, "digit widths", "from where such a gap begins to the division at most", chosen=_CLOSE
    )
    inked: float = threshold(
        0.3,
        "of the blank places",
        "with ink at most, on average over the place: more hold digits that were missed",
        chosen=_CLOSE,
    )
    marked: float = threshold(0.2, "of the gaps", "with a point or the sign of a unit at most", chosen=_CLOSE)


CRITERIA = GapCriteria()


class Gaps(NamedTuple):
    """The gaps between digits that follow each other in a row; ``(m,)`` each."""

    start: NDArray[np.floating]  # u of the end of the left digit
    end: NDArray[np.floating]  # u of the start of the right one
    dotted: NDArray[np.bool_]  # whether a dot stands between them
    united: NDArray[np.bool_]  # whether the sign of a unit does: a degree, a minute


def has_blank_places(
    gaps: Gaps, profile: ProjectionProfile, low: int, high: int, metrics: DigitMetrics
) -> bool:
    """Tell whether a narrow run without digits divides numbers: in some rows the place after it is blank.

    Beside their degrees, minutes below ten leave a place blank that no digit of one number could; the gaps of the other
    rows are as narrow as those inside a number.

    Parameters
    ----------
    gaps
        The gaps between digits.
    profile
        Digits and ink across the table.
    low, high
        The run: entries of the profile.
    metrics
        Size of the digits.
    """
    middle = profile.start + (low + high) / 2
    around = (gaps.start <= middle) & (gaps.end >= middle)
    count = int(around.sum())
    if count < CRITERIA.min_blank or (gaps.dotted | gaps.united)[around].mean() > CRITERIA.marked:
        return False
    added = (gaps.end - gaps.start - metrics.usual_gap) / metrics.width
    wide = around & (added >= CRITERIA.blank) & (added <= CRITERIA.widest)
    wide &= np.abs(gaps.start - profile.start - low) <= CRITERIA.start * metrics.width
    blank = int(wide.sum())
    if not max(CRITERIA.min_blank, CRITERIA.blank_rows * count) <= blank <= CRITERIA.max_blank * count:
        return False
    place = profile.ink[high : high + round(metrics.width)]
    return float(place.mean()) <= CRITERIA.inked * blank if len(place) else False
