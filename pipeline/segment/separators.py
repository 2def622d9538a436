"""Separators: the white space between tables that stand side by side."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.context import BlockContext
from tablekin.segment.lines import CRITERIA as LINES
from tablekin.segment.lines import lines_continue
from tablekin.segment.runs import runs
from tablekin.threshold import threshold

_BRACES = "columns under braces"


@dataclass(frozen=True)
class SeparatorCriteria:
    """When the white space between columns separates two tables."""

    framed: float = threshold(0.8, "digit heights", "narrowest separator between two frames", (0.6, 1.0))
    open: float = threshold(
        1.4, "digit heights", "narrowest separator at which rules stop on both sides", (1.05, 1.75)
    )
    broken: float = threshold(
        1.1, "digit heights", "narrowest separator over which the lines do not go on", (0.825, 1.375)
    )
    narrowest: float = threshold(
        0.5, "digit heights", "no narrower part of a space is looked at", (0.375, 0.625)
    )
    continued: float = threshold(
        0.55, "of the digits", "lines that go on: with more of them it separates nothing", (0.4125, 0.6875)
    )
    single: float = threshold(
        0.85,
        "of the digits",
        "lines that go on to a single column, which is a table's last wherever rules stop",
        chosen="tables of seed 838383 with the argument at both sides",
    )
    crossed_rows: float = threshold(
        0.03, "of the rows", "with digits in a space that counts as white", (0.0225, 0.0375)
    )
    min_rows: int = threshold(3, "rows", "that must have digits on both sides", (2.0, 4.0))
    min_spaces: int = threshold(
        3, "spaces", "fewer do not tell how wide they usually are", (2.0, 4.0), chosen=_BRACES
    )
    wander: int = threshold(2, "pixels", "that a rule may stray to either side", (1.0, 3.0))
    rule_height: float = threshold(
        0.4, "of the rows", "length of a vertical rule that counts as a frame", (0.3, 0.5)
    )
    letter_rows: float = threshold(
        0.12, "of the rows", "with letters: more are a column of words", (0.09, 0.15)
    )
    rule_reach: float = threshold(
        3.0, "digit heights", "length on both sides along which rules are compared", (2.25, 3.75)
    )
    rule_above: float = threshold(
        12.0, "digit heights", "how far above the digits rules are looked for", (9.0, 15.0)
    )
    rule_below: float = threshold(4.0, "digit heights", "how far below them", (3.0, 5.0))
    rule_slack: int = threshold(9, "pixels", "how far a rule may slope in all", (7.0, 11.0))
    rule_width: float = threshold(0.6, "of that length", "that a rule covers on both sides", (0.45, 0.75))
    crossing: float = threshold(
        0.85, "of the separator", "that a rule covers which crosses it", (0.6375, 0.935)
    )
    stopping: float = threshold(
        0.5, "of the separator", "that a rule covers at most which stops on both sides", (0.375, 0.625)
    )


CRITERIA = SeparatorCriteria()


def find_separator(
    u0: NDArray[np.floating],
    u1: NDArray[np.floating],
    v: NDArray[np.floating],
    context: BlockContext,
    metrics: DigitMetrics,
) -> float | None:
    """Find the whitespace separator between two tables that were taken for one.

    It is free of digits where there are digits on both sides. It lies between two frames, or rules
    stop on both sides of it, or the lines of digits on its two sides are not the same; a horizontal rule
    that crosses it shows that it is none.

    Parameters
    ----------
    u0, u1, v
        Left and right ends and height of each digit on the flattened page ``(n,)``.
    context
        Rules and letters around them.
    metrics
        Size of the digits.

    Returns
    -------
    float or None
        u of the middle of the widest separator.
    """
    start, top = float(u0.min()), float(v.min())
    width, rows = int(u1.max() - start) + 1, int((v.max() - top) / metrics.height) + 1
    digits = _coverage(u0 - start, u1 - start, ((v - top) / metrics.height).astype(np.intp), (rows, width))
    spaces = runs(digits.sum(0) <= CRITERIA.crossed_rows * rows)
    spaces = spaces[spaces[:, 1] - spaces[:, 0] >= CRITERIA.framed * metrics.height]
    if not len(spaces):
        return None
    origin = (start, top)
    letters, vertical = (
        _presence(points, origin, metrics.height, (rows, width))
        for points in (context.letters, context.vertical)
    )
    ruled = np.flatnonzero(_spread(vertical).mean(0) >= CRITERIA.rule_height)
    best, widest = None, 0
    usual = float(np.median(spaces[:, 1] - spaces[:, 0])) if len(spaces) >= CRITERIA.min_spaces else 0.0
    reach = int(LINES.reach * metrics.height)
    for low, high in spaces.tolist():
        beside = digits[:, max(low - reach, 0) : low].any(1) & digits[:, high : high + reach].any(1)
        if beside.sum() < CRITERIA.min_rows:
            continue
        white, framed = _white_part(letters[beside, low:high], vertical[beside, low:high], metrics)
        begin, end = low + white[0], low + white[1]
        if end - begin <= max(widest, CRITERIA.narrowest * metrics.height):
            continue
        horizontal = context.horizontal
        if framed:  # a line above the frames, of the title, crosses nothing
            low_v, high_v = _vertical_extent(context.vertical, start + begin, start + end)
            around = np.abs(horizontal[:, 1] - (low_v + high_v) / 2) < (high_v - low_v + metrics.height) / 2
            horizontal = horizontal[around]
        crossed, stopped = _rules_across(horizontal, origin, begin, end, rows, metrics)
        wide = (end - begin) / metrics.height
        # braces over some of the columns stop, too, but where columns are no farther apart than elsewhere
        continuity = _continuity(u1, u0, v, start + begin, start + end, metrics)
        goes_on = continuity >= CRITERIA.continued
        outermost = low == spaces[0, 0] or high == spaces[-1, 1]
        is_last = outermost and len(spaces) >= CRITERIA.min_spaces and continuity >= CRITERIA.single
        # rules that part the other columns, too, and that no rule closes, frame no tables
        inner = (ruled < low) | (ruled >= high)
        separates = (framed and (stopped or not goes_on or not inner.any())) or (
            wide >= CRITERIA.open and stopped and high - low > usual and not is_last
        )
        separates |= wide >= CRITERIA.broken and not goes_on
        if separates and not crossed:
            best, widest = start + (begin + end) / 2, end - begin
    return best


def _coverage(
    low: NDArray[np.floating], high: NDArray[np.floating], row: NDArray[np.intp], shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """Mark the pixels from ``low`` to ``high`` in each row, boxes drawn in by a pixel."""
    change = np.zeros((shape[0], shape[1] + 1), np.int32)
    begin = np.clip(low + 1, 0, shape[1]).astype(np.intp)
    np.add.at(change, (row, begin), 1)
    np.add.at(change, (row, np.maximum(np.clip(high - 1, 0, shape[1]).astype(np.intp), begin)), -1)
    return np.cumsum(change, axis=1)[:, :-1] > 0


def _presence(
    uv: NDArray[np.floating], origin: tuple[float, float], height: float, shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """Mark the pixels of each row that hold one of the points."""
    column = (uv[:, 0] - origin[0]).astype(np.intp)
    row = np.floor((uv[:, 1] - origin[1]) / height).astype(np.intp)
    good = (row >= 0) & (row < shape[0]) & (uv[:, 0] >= origin[0]) & (column < shape[1])
    present = np.zeros(shape, bool)
    present[row[good], column[good]] = True
    return present


def _white_part(
    letters: NDArray[np.bool_], vertical: NDArray[np.bool_], metrics: DigitMetrics
) -> tuple[tuple[int, int], bool]:
    """Find the widest part of a space without rules and letters, one between two rules if there is one.

    Returns
    -------
    tuple
        Begin and end of the part, and whether two rules frame it.
    """
    ruled = _spread(vertical).mean(0) >= CRITERIA.rule_height
    white = ~ruled & (letters.mean(0) <= CRITERIA.letter_rows)
    parts = []
    for begin, end in runs(white).tolist():
        framed = begin > 0 and end < len(ruled) and bool(ruled[begin - 1] and ruled[end])
        framed &= end - begin + 2 * CRITERIA.wander >= CRITERIA.framed * metrics.height
        parts.append((framed, end - begin, (begin, end)))
    framed, _, part = max(parts, default=(False, 0, (0, 0)))
    return part, framed


def _spread(vertical: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Widen rules by as much as they may stray."""
    kernel = np.ones((1, 2 * CRITERIA.wander + 1), np.uint8)
    return np.asarray(cv2.dilate(vertical.astype(np.uint8), kernel), np.uint8)


def _vertical_extent(vertical: NDArray[np.floating], begin: float, end: float) -> tuple[float, float]:
    """Find the v of the upper and lower ends of the rules on both sides of a space."""
    reach = 3 * CRITERIA.wander
    beside = (np.abs(vertical[:, 0] - begin) < reach) | (np.abs(vertical[:, 0] - end) < reach)
    v = vertical[beside, 1]
    return (float(v.min()), float(v.max())) if len(v) else (0.0, 0.0)


def _rules_across(
    horizontal: NDArray[np.floating],
    origin: tuple[float, float],
    begin: int,
    end: int,
    rows: int,
    metrics: DigitMetrics,
) -> tuple[bool, bool]:
    """Tell whether a rule crosses from ``begin`` to ``end``, and whether any stops on both sides."""
    reach = round(CRITERIA.rule_reach * metrics.height)
    u = (horizontal[:, 0] - origin[0] - (begin - reach)).astype(np.intp)
    low = -CRITERIA.rule_above * metrics.height
    size = int((rows + CRITERIA.rule_above + CRITERIA.rule_below) * metrics.height)
    v = (horizontal[:, 1] - origin[1] - low).astype(np.intp)
    good = (u >= 0) & (u < end - begin + 2 * reach) & (v >= 0) & (v < size)
    lines = np.zeros((size, end - begin + 2 * reach), np.uint8)
    lines[v[good], u[good]] = 1
    lines = np.asarray(cv2.dilate(lines, np.ones((CRITERIA.rule_slack, 1), np.uint8)), np.uint8)
    # the ends of what stops beside the space may reach a little into it
    inner = lines[:, reach + 2 : -reach - 2].mean(1)
    left, right = lines[:, :reach].mean(1), lines[:, -reach:].mean(1)
    both = (left > CRITERIA.rule_width) & (right > CRITERIA.rule_width)
    return bool((inner > CRITERIA.crossing).any()), bool((both & (inner < CRITERIA.stopping)).any())


def _continuity(
    u1: NDArray[np.floating],
    u0: NDArray[np.floating],
    v: NDArray[np.floating],
    begin: float,
    end: float,
    metrics: DigitMetrics,
) -> float:
    """Measure how many of the lines of digits left of a space are those right of it."""
    reach = LINES.reach * metrics.height
    left, right = u1 <= begin + 2, u0 >= end - 2
    near = lines_continue(v[left & (u1 > begin - reach)], v[right & (u0 < end + reach)], metrics)
    # columns beside a space may have a number in few of the lines
    return max(near, lines_continue(v[left], v[right], metrics))
