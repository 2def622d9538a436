"""Divisions: the vertical lines between the columns of digits, from white space and rules together."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.decimal_points import max_point_gap
from tablekin.segment.division_criteria import CRITERIA
from tablekin.segment.gaps import Gaps, has_blank_places
from tablekin.segment.projection import ProjectionProfile
from tablekin.segment.repetition import divisions_of_like_columns
from tablekin.segment.ruled_columns import between_columns, occupied, parts_most
from tablekin.segment.runs import runs


def find_divisions(profile: ProjectionProfile, metrics: DigitMetrics, gaps: Gaps) -> NDArray[np.float64]:
    """Find the divisions between columns.

    A division is a run of pixels that the digits of almost every row leave free. It counts when a
    vertical rule runs in it, when it is wide enough for a space and no decimal point explains it, or, where
    the numbers of most ruled columns are parted, when some rows leave the place after it blank.

    Parameters
    ----------
    profile
        Digits, ink and rules across the table.
    metrics
        Size of the digits.
    gaps
        The gaps between digits.

    Returns
    -------
    array
        u of each division, increasing.
    """
    free = runs(profile.digits <= int(CRITERIA.crossed_rows * profile.rows))
    free = free[(free[:, 0] > 0) & (free[:, 1] < len(profile.digits))]
    rules, spaces, blanks = list(_long_rules(profile, metrics)), [], []
    lettered: set[float] = set()
    known = np.array(rules)
    for low, high in free:
        start, end = profile.start + low, profile.start + high
        if ((known >= start - 2) & (known <= end + 2)).any():
            continue
        if profile.rules[low:high].max(initial=0.0) >= CRITERIA.ruled_rows * profile.rows:
            rules.append(profile.start + _on_rule(profile, low, high))
        elif (width := _space(start, end, metrics, gaps, known)) is not None:
            spaces.append((profile.start + _on_white(profile, low, high), width))
            if _is_lettered(profile, low, high, metrics):
                lettered.add(spaces[-1][0])
        elif has_blank_places(gaps, profile, low, high, metrics):
            blanks.append(profile.start + _on_white(profile, low, high))
    # where rules divide the columns, a narrow space divides the numbers of one column: degrees and minutes, say
    is_ruled = len(rules) >= CRITERIA.min_rules and len(rules) >= CRITERIA.rules_to_spaces * len(spaces)
    if is_ruled:
        spaces = between_columns(profile, np.sort(rules), spaces, gaps, metrics)
    white = [place for place, _ in spaces if place not in lettered]
    if not is_ruled or not parts_most(profile, np.sort(rules), white + blanks, gaps, metrics):
        blanks = []
    if is_ruled:
        inner = np.sort(np.array([*white, *blanks], np.float64))
        white += divisions_of_like_columns(profile, np.sort(rules), inner, metrics)
    divisions = np.sort(np.array([*rules, *white, *blanks], np.float64))
    return np.sort(np.concatenate([divisions, _missed(profile, divisions, gaps, metrics.width)]))


def _missed(
    profile: ProjectionProfile, divisions: NDArray[np.float64], gaps: Gaps, width: float
) -> NDArray[np.float64]:
    """Find the divisions between columns so near that they were taken for one, in a table of equal columns.

    Such a column takes twice the room of the others, and its digits leave the most white in the middle. Among
    columns of one or two digits it may be a longer number: a year.
    """
    ends = np.concatenate([[profile.start], divisions, [profile.start + len(profile.digits)]])
    columns = [occupied(profile, begin, end) for begin, end in pairwise(ends)]
    room = np.array([float(np.ptp(taken) + 1) if len(taken) else 0.0 for taken in columns])
    usual = np.median(room)
    if (
        len(room) < CRITERIA.min_columns
        or usual <= CRITERIA.minutes * width
        or (np.abs(room - usual) < CRITERIA.equal_room * usual).mean() < CRITERIA.equal
    ):
        return np.zeros(0)
    inner_gaps = [int(((gaps.start > begin) & (gaps.end < end)).sum()) for begin, end in pairwise(ends)]
    if np.median(inner_gaps) < CRITERIA.min_gaps * profile.rows:
        return np.zeros(0)
    found = []
    for place in np.flatnonzero((room > CRITERIA.min_double * usual) & (room < CRITERIA.max_double * usual)):
        taken = columns[place]
        middle, reach = (taken[0] + taken[-1]) / 2, CRITERIA.middle * room[place]
        begin = round(middle - reach)
        inner = profile.digits[begin : round(middle + reach)]
        if inner.min() < CRITERIA.thin * np.median(profile.digits[taken]):
            found.append(profile.start + begin + float(np.flatnonzero(inner == inner.min()).mean()) + 0.5)
    return np.array(found)


def _long_rules(profile: ProjectionProfile, metrics: DigitMetrics) -> NDArray[np.float64]:
    """Place a division on every rule as long as the table, even where digits are printed on it.

    Double rules make one division.
    """
    found = runs(profile.rules >= CRITERIA.long_rule * profile.rows)
    found = found[(found[:, 0] > 0) & (found[:, 1] < len(profile.rules))]
    found = found[[not _is_of_digits(profile, int(begin), int(end)) for begin, end in found]]
    if not len(found):
        return np.zeros(0)
    near = found[1:, 0] - found[:-1, 1] < CRITERIA.double_rule * metrics.width
    first = np.flatnonzero(np.concatenate([[True], ~near]))
    last = np.concatenate([first[1:] - 1, [len(found) - 1]])
    return profile.start + (found[first, 0] + found[last, 1]) / 2


def _is_of_digits(profile: ProjectionProfile, begin: int, end: int) -> bool:
    """Tell whether what looks like a rule are the strokes of digits that touch those of the rows above and below.

    A rule on which digits of most rows are printed goes on beyond the rows.
    """
    if np.median(profile.digits[begin:end]) <= CRITERIA.stroke_rows * profile.rows:
        return False
    return not profile.beyond[max(begin - CRITERIA.stroke_reach, 0) : end + CRITERIA.stroke_reach].any()


def _space(
    low: float, high: float, metrics: DigitMetrics, gaps: Gaps, rules: NDArray[np.floating]
) -> float | None:
    """Measure the space that divides columns between ``low`` and ``high``; None where none does."""
    middle = (low + high) / 2
    around = (gaps.start <= middle) & (gaps.end >= middle)
    # a gap with a rule in it is wide for the rule's sake: between a sign and its number the others tell
    own = around & (np.searchsorted(rules, gaps.start) == np.searchsorted(rules, gaps.end))
    around = own if own.sum() >= CRITERIA.min_own else around
    widths = gaps.end - gaps.start
    # the narrow gaps decide: in many rows a shorter number leaves a wide one
    typical = high - low
    if around.any():
        typical = float(np.percentile(widths[around], CRITERIA.narrow_percentile))
    # a gap that many rows share need not be as wide as a space within a line
    shared = metrics.usual_gap + CRITERIA.shared_excess * metrics.width
    shared = max(CRITERIA.shared_gap * metrics.width, shared)
    enough = min(shared, metrics.space) if around.sum() >= CRITERIA.shared_rows else metrics.space
    if typical < enough or high - low < CRITERIA.white * enough:
        return None
    # where a digit was missed the gap is wide and shows nothing about a point
    narrow = around & (widths < max_point_gap(metrics))
    near = around & (widths < CRITERIA.united_gap * metrics.width)
    if near.sum() >= CRITERIA.min_dotted and gaps.united[near].mean() >= CRITERIA.united:
        return None
    is_point = narrow.sum() >= CRITERIA.min_dotted and gaps.dotted[narrow].mean() >= CRITERIA.dotted
    return None if is_point else typical


def _is_lettered(profile: ProjectionProfile, low: int, high: int, metrics: DigitMetrics) -> bool:
    """Tell whether letters or signs fill a space in most rows, so that what stands on its two sides is one: 0x59."""
    ink = profile.ink[low:high] + profile.digits[low:high]
    if not len(ink) or ink.max() < CRITERIA.lettered_rows * profile.rows:
        return False
    white = runs(ink <= CRITERIA.open_rows * profile.rows)
    widest = max((int(end - begin) for begin, end in white), default=0)
    return widest < CRITERIA.open_gap * metrics.width


def _on_rule(profile: ProjectionProfile, low: int, high: int) -> float:
    """Choose the pixel of a free run that lies on its rule."""
    rules = profile.rules[low:high]
    on = np.flatnonzero(rules >= CRITERIA.ridge * rules.max())
    return low + float(on.mean()) + 0.5


def _on_white(profile: ProjectionProfile, low: int, high: int) -> float:
    """Choose the pixel in the middle of what is whitest in a free run."""
    cost = profile.digits[low:high] * CRITERIA.digit_cost + profile.ink[low:high]
    white = runs(cost <= cost.min() + CRITERIA.white_ink * profile.rows)
    widest = white[np.argmax(white[:, 1] - white[:, 0])]
    return low + float(widest.mean())
