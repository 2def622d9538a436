"""Divisions: the vertical lines between the columns of digits, from white space and rules together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.decimal_points import max_point_gap
from tablekin.segment.gaps import Gaps, has_blank_places
from tablekin.segment.projection import ProjectionProfile
from tablekin.segment.repetition import divisions_of_like_columns
from tablekin.segment.runs import runs
from tablekin.threshold import threshold

_CROSSED = "rules that digits cross"
_EMBEDDED = "numbers that letters touch"
_LETTERS = "hexadecimal numbers with their 0x"
_MINUTES = "degrees and minutes in one ruled column"
_SIGNS = "numbers with plus signs in ruled columns"
_SIXTIETHS = "degrees, minutes and seconds with their signs"
_TIGHT = "tables of seed 616161 whose rows touch"
_TOUCHING = "Fort William 1898-03 and 1901-09, whose columns nearly touch"


@dataclass(frozen=True)
class DivisionCriteria:
    """Where a table is divided into columns."""

    crossed_rows: float = threshold(0.08, "of the rows", "whose digits may cross a division", (0.06, 0.1))
    # rules
    ruled_rows: float = threshold(
        0.3, "of the rows", "along which a rule in white space makes a division", (0.225, 0.375)
    )
    long_rule: float = threshold(
        0.6,
        "of the rows",
        "along which a rule makes a division though digits cross it",
        (0.45, 0.75),
        chosen=_CROSSED,
    )
    stroke_rows: float = threshold(
        0.95, "of the rows", "with digits on what is no rule but their strokes", chosen=_TIGHT
    )
    stroke_reach: int = threshold(
        2, "pixels", "from it to where a rule goes on beyond the rows", chosen=_TIGHT
    )
    double_rule: float = threshold(
        0.8, "digit widths", "nearer rules are one double rule", (0.6, 1.0), chosen=_CROSSED
    )
    ridge: float = threshold(0.7, "of the strongest", "rows with a rule, on the rule itself", (0.525, 0.875))
    # spaces
    narrow_percentile: float = threshold(
        20, "percent", "of the gaps in a division that decides on its width", (15.0, 25.0)
    )
    shared_rows: int = threshold(
        8, "rows", "that share a gap: it need not be a space", (6.0, 10.0), chosen=_EMBEDDED
    )
    shared_gap: float = threshold(
        0.5, "digit widths", "width of a shared gap at least", (0.375, 0.625), chosen=_EMBEDDED
    )
    shared_excess: float = threshold(
        0.35, "digit widths", "the same, beyond the usual gap", (0.2625, 0.4375), chosen=_EMBEDDED
    )
    min_own: int = threshold(3, "gaps", "without a rule in them that decide alone", chosen=_SIGNS)
    white: float = threshold(
        0.5, "of that width", "that is white in nearly all rows", (0.375, 0.625), chosen=_EMBEDDED
    )
    white_ink: float = threshold(
        0.02, "of the rows", "with ink that makes no difference", (0.015, 0.025), chosen=_CROSSED
    )
    digit_cost: float = threshold(
        4.0, "times", "as much a digit counts as other ink where a division runs", (3.0, 5.0)
    )
    lettered_rows: float = threshold(0.4, "of the rows", "with a letter in a space it fills", chosen=_LETTERS)
    open_rows: float = threshold(
        0.15, "of the rows", "with ink in what is white beside such letters", chosen=_LETTERS
    )
    open_gap: float = threshold(
        0.45, "digit widths", "of white beside letters, that divides columns at least", chosen=_LETTERS
    )
    dotted: float = threshold(0.6, "of the gaps", "with a dot, in a decimal point", (0.45, 0.75))
    min_dotted: int = threshold(3, "gaps", "fewer do not show a point", (2.0, 4.0))
    united: float = threshold(
        0.5, "of the gaps", "with a sign of a unit, between parts of one number", chosen=_SIXTIETHS
    )
    united_gap: float = threshold(2.6, "digit widths", "such a gap at most", chosen=_SIXTIETHS)
    divided: float = threshold(
        0.75,
        "of the ruled columns with several numbers",
        "that a narrow space divides, where it is one between columns",
        chosen=_MINUTES,
    )
    # pairs of numbers in one ruled column
    min_rules: int = threshold(3, "rules", "that make columns ruled", (2.0, 4.0), chosen=_MINUTES)
    rules_to_spaces: float = threshold(
        0.5, "of the spaces", "rules in a table of ruled columns", (0.375, 0.625), chosen=_MINUTES
    )
    pair_gap: float = threshold(
        1.5, "digit widths", "between two numbers of a column at most", (1.125, 1.875), chosen=_MINUTES
    )
    minutes: float = threshold(
        2.6, "digit widths", "that minutes or seconds take at most", (2.6, 3.25), chosen=_MINUTES
    )
    padded: float = threshold(
        0.93, "of the rows", "with the second digit that have the first", (0.6975, 1.0), chosen=_MINUTES
    )
    thousands_gap: float = threshold(
        1.0, "digit widths", "between thousands and hundreds at most", chosen="numbers in groups of three"
    )
    several: float = threshold(
        0.5, "of the rows", "with a space inside a column of several numbers", chosen=_MINUTES
    )
    # columns that nearly touch
    min_columns: int = threshold(
        8, "columns", "that can be compared with one another", (6.0, 10.0), chosen=_TOUCHING
    )
    min_gaps: float = threshold(
        1.4,
        "gaps a row",
        "between the digits of the usual column: of one or two digits it tells nothing of years",
        chosen="a table of feasts beside another, of seed 616161",
    )
    equal: float = threshold(
        0.7, "of the columns", "that take the same room", (0.525, 0.875), chosen=_TOUCHING
    )
    equal_room: float = threshold(
        0.2, "of the usual room", "that equal columns differ by", (0.15, 0.25), chosen=_TOUCHING
    )
    min_double: float = threshold(
        1.7, "usual rooms", "that two columns take at least", (1.275, 2.125), chosen=_TOUCHING
    )
    max_double: float = threshold(
        2.4, "usual rooms", "that two columns take at most", (1.8, 3.0), chosen=_TOUCHING
    )
    middle: float = threshold(
        0.1, "of the room", "around the middle where they meet", (0.075, 0.125), chosen=_TOUCHING
    )
    thin: float = threshold(
        0.5, "of the usual", "rows with a digit where they meet at most", (0.375, 0.625), chosen=_TOUCHING
    )


CRITERIA = DivisionCriteria()


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
        spaces = _between_columns(profile, np.sort(rules), spaces, gaps, metrics)
    white = [place for place, _ in spaces if place not in lettered]
    if not is_ruled or not _parts_most(profile, np.sort(rules), white + blanks, gaps, metrics):
        blanks = []
    if is_ruled:
        inner = np.sort(np.array([*white, *blanks], np.float64))
        white += divisions_of_like_columns(profile, np.sort(rules), inner, metrics)
    divisions = np.sort(np.array([*rules, *white, *blanks], np.float64))
    return np.sort(np.concatenate([divisions, _missed(profile, divisions, gaps, metrics.width)]))


def _between_columns(
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


def _parts_most(
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


def _missed(
    profile: ProjectionProfile, divisions: NDArray[np.float64], gaps: Gaps, width: float
) -> NDArray[np.float64]:
    """Find the divisions between columns so near that they were taken for one, in a table of equal columns.

    Such a column takes twice the room of the others, and its digits leave the most white in the middle. Among
    columns of one or two digits it may be a longer number: a year.
    """
    ends = np.concatenate([[profile.start], divisions, [profile.start + len(profile.digits)]])
    occupied = [_occupied(profile, begin, end) for begin, end in pairwise(ends)]
    room = np.array([float(np.ptp(taken) + 1) if len(taken) else 0.0 for taken in occupied])
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
        taken = occupied[place]
        middle, reach = (taken[0] + taken[-1]) / 2, CRITERIA.middle * room[place]
        begin = round(middle - reach)
        inner = profile.digits[begin : round(middle + reach)]
        if inner.min() < CRITERIA.thin * np.median(profile.digits[taken]):
            found.append(profile.start + begin + float(np.flatnonzero(inner == inner.min()).mean()) + 0.5)
    return np.array(found)


def _is_padded(
    profile: ProjectionProfile, begin: float, end: float, metrics: DigitMetrics, gap: float, single: bool
) -> bool:
    """Tell whether two digits stand between two divisions in nearly every row: ``05`` is minutes beside its degrees.

    Minutes in a column of their own are printed without a zero. Three digits close beside others are hundreds beside
    their thousands.
    """
    taken = _occupied(profile, begin, end)
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


def _occupied(profile: ProjectionProfile, begin: float, end: float) -> NDArray[np.intp]:
    """Return the entries of the profile between two divisions with digits in more than a few rows."""
    low, high = round(begin - profile.start), round(end - profile.start)
    return low + np.flatnonzero(profile.digits[low:high] > CRITERIA.crossed_rows * profile.rows)


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
