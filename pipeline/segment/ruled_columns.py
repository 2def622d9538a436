"""Ruled columns: which white space inside of them divides columns, and which the numbers of one column."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.division_criteria import CRITERIA
from tablekin.segment.gaps import Gaps
from tablekin.segment.projection import ProjectionProfile


def between_columns(
    profile: ProjectionProfile,
    rules: NDArray[np.floating],
    spaces: list[tuple[float, float]],
    gaps: Gaps,
    metrics: DigitMetrics,
) -> list[tuple[float, float]]:
    """Leave out the narrow spaces that divide the numbers of one ruled column.

    They are none between columns where most other ruled columns have several numbers that stand under one another
    nowhere, and where two digits follow in nearly every row.
    """
    ends = np.array([profile.start, *rules, profile.start + len(profile.digits)])
    rooms = np.diff(ends)
    single = rooms < CRITERIA.min_double * np.median(rooms)  # in a wider one a rule did not print
    narrow = np.array([width <= CRITERIA.pair_gap * metrics.width for _, width in spaces], bool)
    column = np.searchsorted(rules, [place for place, _ in spaces])
    several = single & _hold_several(profile, ends, gaps, metrics)
    divided = np.zeros(len(several), bool)
    divided[column] = True
    scattered = several.sum() >= CRITERIA.min_rules and divided[several].mean() < CRITERIA.divided
    left, joined = [], []
    nexts = np.sort(np.concatenate([ends, [place for place, _ in spaces]]))
    for (place, width), is_narrow, own in zip(spaces, narrow, column, strict=True):
        if is_narrow and scattered and single[own]:
            continue
        after = nexts[np.searchsorted(nexts, place, side="right")]
        if not is_narrow or not _is_padded(profile, place, after, metrics, width, bool(single[own])):
            left.append((place, width))
        elif single[own]:
            joined.append((int(own), place, width))
    # what parts some of the numbers of one ruled column parts them all: degrees | minutes | seconds
    parted = set(np.searchsorted(rules, [place for place, _ in left]).tolist())
    return left + [(place, width) for own, place, width in joined if own in parted]


def parts_most(
    profile: ProjectionProfile,
    rules: NDArray[np.floating],
    places: list[float],
    gaps: Gaps,
    metrics: DigitMetrics,
) -> bool:
    """Tell whether divisions part most of the ruled columns with several numbers.

    By chance a place is blank in one of them, also where degrees and minutes were set as one.
    """
    ends = np.array([profile.start, *rules, profile.start + len(profile.digits)])
    parted = np.zeros(len(ends) - 1, bool)
    parted[np.searchsorted(rules, places)] = True
    several = parted | _hold_several(profile, ends, gaps, metrics)
    return bool(parted.sum() >= CRITERIA.divided * several.sum())


def _hold_several(
    profile: ProjectionProfile, ends: NDArray[np.floating], gaps: Gaps, metrics: DigitMetrics
) -> NDArray[np.bool_]:
    """Tell which ruled columns have a space inside in most rows; ``(columns,)``."""
    apart = (gaps.end - gaps.start > metrics.space) & ~gaps.dotted & ~gaps.united
    return np.array(
        [
            (apart & (gaps.start > a) & (gaps.end < b)).sum() >= CRITERIA.several * profile.rows
            for a, b in pairwise(ends)
        ]
    )


def _is_padded(
    profile: ProjectionProfile, begin: float, end: float, metrics: DigitMetrics, gap: float, single: bool
) -> bool:
    """Tell whether two digits stand between two divisions in nearly every row: ``05`` is minutes beside its degrees.

    Minutes in a column of their own are printed without a zero. Three digits close beside others are hundreds beside
    their thousands.
    """
    taken = occupied(profile, begin, end)
    room = taken[-1] - taken[0] + 1 if len(taken) else 0
    digits = 2 if room <= CRITERIA.minutes * metrics.width + metrics.usual_gap else 3
    if room < 2 or room > (digits + CRITERIA.minutes - 2) * metrics.width + (digits - 1) * metrics.usual_gap:
        return False
    if digits == 3 and not single:
        return False
    if digits == 3 and gap > CRITERIA.thousands_gap * metrics.width + metrics.usual_gap:
        return False
    parts = np.array_split(profile.digits[taken[0] : taken[-1] + 1], digits)
    return bool(min(part.max() for part in parts) >= CRITERIA.padded * parts[-1].max())


def occupied(profile: ProjectionProfile, begin: float, end: float) -> NDArray[np.intp]:
    """Return the entries of the profile between two divisions with digits in more than a few rows."""
    low, high = round(begin - profile.start), round(end - profile.start)
    return low + np.flatnonzero(profile.digits[low:high] > CRITERIA.crossed_rows * profile.rows)
