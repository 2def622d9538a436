"""Columns: the vertical divisions of a flattened table, from white space and rules together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tablekin.segment.adjacency import DigitMetrics

CROSSED_ROWS = 0.08  # share of rows whose digits may cross a division
RULED_COLUMNS = 3  # rules between columns that make a table one whose columns are ruled
LONG_RULE_ROWS = 0.6  # share of rows along which a rule makes a division though figures cross it
RULED_ROWS = 0.3  # share of rows along which a rule makes a division
SHARED_GAP = 0.5  # narrowest white division shared by many rows, in digit widths
SHARED_ROWS = 8
PAIR_GAP = 1.5  # widest space between the two numbers of a ruled column, in digit widths
PADDED = 0.93  # least rows in which the first of two figures stands, of those in which the second does
SHORT = 2.6  # most room that minutes or seconds take, in digit widths
EQUAL_COLUMNS = 8  # columns of a table whose columns may be compared with one another
EQUAL = 0.7  # share of them that take the same room
DOT_GAP = 2.0  # widest gap that a decimal point explains, in spaces
DOTTED_ROWS = 0.6  # share of rows with a dot that make a gap a decimal point


@dataclass(frozen=True)
class ProjectionProfile:
    """What stands at each pixel across a flattened table, counted over its rows; ``(width,)`` each."""

    start: float  # u of the first entry
    digits: NDArray[np.float64]  # rows with a digit
    ink: NDArray[np.float64]  # rows with letters or other ink, digits and rules left out
    between: NDArray[np.float64]  # spaces between rows with such ink: stains and borders, not words
    rules: NDArray[np.float64]  # rows with a vertical rule
    rows: int


def digit_profile(
    u0: NDArray[np.floating], u1: NDArray[np.floating], start: float, width: int
) -> NDArray[np.float64]:
    """Count the digits over each pixel, each box drawn in by half a pixel."""
    low = np.clip(np.round(u0 + 0.5 - start).astype(np.intp), 0, width)
    high = np.clip(np.round(u1 - 0.5 - start).astype(np.intp), 0, width)
    change = np.bincount(low, minlength=width + 1) - np.bincount(np.maximum(high, low), minlength=width + 1)
    return np.cumsum(change)[:width].astype(np.float64)


def find_divisions(
    strips: ProjectionProfile,
    metrics: DigitMetrics,
    gap_widths: tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.bool_]],
) -> NDArray[np.float64]:
    """Find the divisions between columns.

    A division is a run of pixels that the digits of almost every row leave free. It counts when a
    vertical rule runs in it, or when it is wide enough for a space and no decimal point explains it.

    Parameters
    ----------
    strips
        Digits, ink and rules across the table.
    metrics
        Size of the figures.
    gap_widths
        Start and end (u) of every gap between two digits that follow each other in a row, and whether a
        dot stands in it; ``(m,)`` each.

    Returns
    -------
    array
        u of each division, increasing.
    """
    tolerance = int(CROSSED_ROWS * strips.rows)
    runs = _runs(strips.digits <= tolerance)
    runs = runs[(runs[:, 0] > 0) & (runs[:, 1] < len(strips.digits))]
    rules, spaces = list(_long_rules(strips, metrics)), []
    known = np.array(rules)
    for low, high in runs:
        start, end = strips.start + low, strips.start + high
        if ((known >= start - 2) & (known <= end + 2)).any():
            continue
        if strips.rules[low:high].max(initial=0.0) >= RULED_ROWS * strips.rows:
            rules.append(strips.start + _place(strips, low, high, ruled=True))
        elif (width := _space(start, end, metrics, gap_widths)) is not None:
            spaces.append((strips.start + _place(strips, low, high, ruled=False), width))
    # where rules divide the columns, a narrow space divides the numbers of one column: degrees and minutes, say
    if len(rules) >= RULED_COLUMNS and 2 * len(rules) >= len(spaces):
        ends = np.array([*rules, *(place for place, _ in spaces), strips.start + len(strips.digits)])
        spaces = [
            (place, width)
            for place, width in spaces
            if width > PAIR_GAP * metrics.width
            or not _is_padded(strips, place, ends[ends > place].min(), SHORT * metrics.width)
        ]
    divisions = np.sort(np.array([*rules, *(place for place, _ in spaces)], np.float64))
    return np.sort(np.concatenate([divisions, _missed(strips, divisions, metrics.width)]))


def _missed(strips: ProjectionProfile, divisions: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Find the divisions between columns so near that they were taken for one, in a table of equal columns.

    Such a column takes twice the room of the others, and its digits leave the most white in the middle. Among
    columns of one or two figures it may be a longer number: a year.
    """
    ends = np.concatenate([[strips.start], divisions, [strips.start + len(strips.digits)]])
    room = np.array([_occupied(strips, begin, end) for begin, end in pairwise(ends)])
    usual = np.median(room)
    if (
        len(room) < EQUAL_COLUMNS
        or usual <= SHORT * width
        or (np.abs(room - usual) < 0.2 * usual).mean() < EQUAL
    ):
        return np.zeros(0)
    found = []
    for place in np.flatnonzero((room > 1.7 * usual) & (room < 2.4 * usual)):
        low, high = (round(end - strips.start) for end in ends[place : place + 2])
        taken = low + np.flatnonzero(strips.digits[low:high] > CROSSED_ROWS * strips.rows)
        middle, reach = (taken[0] + taken[-1]) / 2, 0.1 * room[place]
        begin = round(middle - reach)
        inner = strips.digits[begin : round(middle + reach)]
        if inner.min() < 0.5 * np.median(strips.digits[taken]):
            found.append(strips.start + begin + float(np.flatnonzero(inner == inner.min()).mean()) + 0.5)
    return np.array(found)


def _is_padded(strips: ProjectionProfile, begin: float, end: float, room: float) -> bool:
    """Tell whether two figures stand between two divisions in nearly every row: ``05`` is minutes beside its degrees.

    Minutes in a column of their own are printed without a zero.
    """
    low, high = round(begin - strips.start), round(end - strips.start)
    taken = low + np.flatnonzero(strips.digits[low:high] > CROSSED_ROWS * strips.rows)
    if len(taken) < 2 or taken[-1] - taken[0] + 1 > room:
        return False
    first, last = np.array_split(strips.digits[taken[0] : taken[-1] + 1], 2)
    return bool(first.max() >= PADDED * last.max())


def _occupied(strips: ProjectionProfile, begin: float, end: float) -> float:
    """Measure the room that digits take between two divisions, but for those of a few rows."""
    low, high = round(begin - strips.start), round(end - strips.start)
    taken = np.flatnonzero(strips.digits[low:high] > CROSSED_ROWS * strips.rows)
    return float(taken[-1] - taken[0] + 1) if len(taken) else 0.0


def _runs(flags: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return start and end of every run of True, ``(runs, 2)``."""
    return np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))).reshape(-1, 2)


def _long_rules(strips: ProjectionProfile, metrics: DigitMetrics) -> NDArray[np.float64]:
    """Place a division on every rule as long as the table, even where figures are printed on it.

    Double rules make one division.
    """
    runs = _runs(strips.rules >= LONG_RULE_ROWS * strips.rows)
    runs = runs[(runs[:, 0] > 0) & (runs[:, 1] < len(strips.rules))]
    if not len(runs):
        return np.zeros(0)
    near = runs[1:, 0] - runs[:-1, 1] < 0.8 * metrics.width
    first = np.flatnonzero(np.concatenate([[True], ~near]))
    last = np.concatenate([first[1:] - 1, [len(runs) - 1]])
    return strips.start + (runs[first, 0] + runs[last, 1]) / 2


def _space(
    low: float,
    high: float,
    metrics: DigitMetrics,
    gaps: tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.bool_]],
) -> float | None:
    """Measure the space that divides columns between ``low`` and ``high``; None where none does."""
    start, end, dotted = gaps
    middle = (low + high) / 2
    around = (start <= middle) & (end >= middle)
    # the narrow gaps decide: in many rows a shorter number leaves a wide one
    typical = float(np.percentile((end - start)[around], 20)) if around.any() else high - low
    # a gap that many rows share need not be as wide as a space within a line
    shared = max(SHARED_GAP * metrics.width, metrics.usual_gap + 0.35 * metrics.width)
    least = min(shared, metrics.space) if around.sum() >= SHARED_ROWS else metrics.space
    if typical < least or high - low < 0.5 * least:
        return None
    # where a figure was missed the gap is wide and shows nothing about a point
    narrow = around & (end - start < DOT_GAP * metrics.space)
    return typical if narrow.sum() < 3 or dotted[narrow].mean() < DOTTED_ROWS else None


def _place(strips: ProjectionProfile, low: int, high: int, ruled: bool) -> float:
    """Choose the pixel of a free run for the division: on the rule, else in the middle of what is whitest."""
    if ruled:
        rules = strips.rules[low:high]
        on = np.flatnonzero(rules >= 0.7 * rules.max())
        return low + float(on.mean()) + 0.5
    cost = strips.digits[low:high] * 4 + strips.ink[low:high]
    runs = _runs(cost <= cost.min() + 0.02 * strips.rows)
    widest = runs[np.argmax(runs[:, 1] - runs[:, 0])]
    return low + float(widest.mean())
