"""Extent: where a table ends, above, below and on both sides."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.columns import ProjectionProfile

LEADER_SPACE = 16.0  # the same where words stand in most rows
WORDY_ROWS = 0.45  # share of rows with ink beyond such a gap
WORD_SPACE = 4.0  # white gap in digit heights at which text beside a table ends
TEXT_ROWS = 0.12  # share of rows with ink at which a pixel belongs to a column of text
COLUMN_ROWS = 0.3  # share of rows a column of text reaches at its fullest
STAINED = 0.4  # share of the ink between rows, against the ink in rows, at which it is no text
HEADING = 14.0  # tallest heading inside a frame, in digit heights
OWN_COLUMN = 0.5  # gap in digit heights that makes text beside the digits a column of its own


def row_edges(
    centres: NDArray[np.floating],
    horizontal: NDArray[np.floating],
    span: tuple[float, float],
    metrics: DigitMetrics,
) -> NDArray[np.float64]:
    """Place the lines between rows: on a rule where one runs, else half way.

    Parameters
    ----------
    centres
        v of the rows ``(rows,)``.
    horizontal
        u, v of the pixels of horizontal rules ``(m, 2)``.
    span
        u of the left and right ends of the digits.
    metrics
        Size of the figures.
    """
    middle = (centres[1:] + centres[:-1]) / 2
    pitch = np.diff(centres)
    inside = horizontal[(horizontal[:, 0] > span[0]) & (horizontal[:, 0] < span[1]), 1]
    gap = np.searchsorted(centres, inside) - 1
    for k in range(len(middle)):
        rule = inside[gap == k]
        rule = rule[np.abs(rule - middle[k]) < 0.5 * pitch[k] - 0.3 * metrics.height]
        if len(rule) > 0.5 * (span[1] - span[0]):
            middle[k] = np.median(rule)
    usual = float(np.median(pitch))
    half = min(usual / 2, 0.9 * metrics.height)
    return np.concatenate([[centres[0] - half], middle, [centres[-1] + half]])


def vertical_bounds(
    edges: NDArray[np.floating],
    columns: NDArray[np.floating],
    centres: NDArray[np.floating],
    horizontal: NDArray[np.floating],
    vertical: NDArray[np.floating],
    letters: NDArray[np.floating],
    heading: float,
    metrics: DigitMetrics,
) -> tuple[float, float, float]:
    """Find the top of the heading, of the first row, and the bottom of the last row, in v.

    The first and last rows reach to a rule within one digit height of where they would end. The heading
    goes up to the highest long rule or the top of the rules between columns, or else over the lines of
    text that follow without a wide gap, and takes in every row of figures that belongs to it.

    Parameters
    ----------
    edges, columns, centres
        v of the lines between rows, u of those between columns, v of the rows.
    horizontal, vertical, letters
        u, v of the pixels of rules and of letters ``(m, 2)``.
    heading
        v of the highest row of figures of the heading, inf without one.
    metrics
        Size of the figures.
    """
    height = metrics.height
    lines = _rule_lines(horizontal, columns[0], columns[-1], height)
    above = lines[(lines < centres[0] - 0.5 * height) & (lines > edges[0] - height)]
    below = lines[(lines > centres[-1] + 0.5 * height) & (lines < edges[-1] + height)]
    first = float(above.max()) if len(above) else float(edges[0])
    last = float(below.min()) if len(below) else float(edges[-1])
    frame = lines[(lines < first - height) & (lines > first - HEADING * height)]
    ruled = min(float(frame.min(initial=first)), _rules_top(vertical, columns, first, height))
    if ruled < min(first, heading):
        return ruled, first, last
    inside = (letters[:, 0] > columns[0]) & (letters[:, 0] < columns[-1]) & (letters[:, 1] < first)
    start = first - 8 * height
    profile = np.bincount(
        np.clip(letters[inside, 1] - start, 0, 8 * height).astype(np.intp), minlength=int(8 * height) + 1
    )
    inked = np.flatnonzero(profile[1:] > 2) + 1
    top = min(first, heading - 0.8 * height)
    for line in inked[::-1] + start:
        if top - line > 0.9 * height:
            break
        top = float(line)
    return (top - 0.2 * height if first - top > 0.3 * height else first), first, last


def _rules_top(
    vertical: NDArray[np.floating], columns: NDArray[np.floating], first: float, height: float
) -> float:
    """Return the v above which fewer than a third of the divisions are ruled; ``first`` where none goes higher."""
    near = (
        np.abs(vertical[:, 0, None] - columns[None, :]).argmin(1) if len(vertical) else np.zeros(0, np.intp)
    )
    on = np.abs(vertical[:, 0] - columns[near]) < 0.35 * height
    line = np.floor((first - vertical[on, 1]) / (0.5 * height)).astype(np.intp)
    steps = round(2 * HEADING)
    good = (line >= 0) & (line < steps)
    present = np.zeros((steps, len(columns)), bool)
    present[line[good], near[on][good]] = True
    enough = present.sum(1) >= max(2, len(columns) / 3)
    high = 0
    for k in np.flatnonzero(enough):
        if k - high > 4:  # the rules may break at the rule under the heading
            break
        high = int(k) + 1
    return first - 0.5 * height * high if high > 1 else first


def _rule_lines(
    horizontal: NDArray[np.floating], left: float, right: float, height: float
) -> NDArray[np.float64]:
    """Return the v (whole pixels) at which rules cover half of the width from left to right."""
    inside = (horizontal[:, 0] >= left) & (horizontal[:, 0] <= right)
    if not inside.any():
        return np.zeros(0)
    v = horizontal[inside, 1]
    start = float(np.floor(v.min())) - height
    count = np.bincount((v - start).astype(np.intp), minlength=int(v.max() - start + height) + 8).astype(
        np.float64
    )
    spread = np.convolve(count, np.ones(7), "same")  # a rule may be ragged or slope a little
    thick = 3.0  # rules are widened by two pixels when they are found
    long = (spread > 0.5 * thick * (right - left)) & (
        count >= np.maximum(np.roll(count, 1), np.roll(count, -1))
    )
    # words run together are no rule: there is as much ink a little above and below
    reach = round(0.35 * height)
    long &= np.minimum(np.roll(count, reach), np.roll(count, -reach)) < 0.3 * (right - left)
    return np.asarray(start + np.flatnonzero(long) + 0.5, np.float64)


def extend_sideways(
    strips: ProjectionProfile,
    divisions: NDArray[np.floating],
    left: float,
    right: float,
    metrics: DigitMetrics,
) -> NDArray[np.float64]:
    """Add both sides of the table to its divisions, taking in columns of text beside the digits.

    Parameters
    ----------
    strips
        Digits, ink and rules across a window wider than the table.
    divisions
        u of the divisions between columns of digits.
    left, right
        u of the outermost digits.
    metrics
        Size of the figures.
    """
    # words leave the spaces between rows white
    window = np.ones(round(metrics.height))
    stained = np.convolve(strips.between, window, "same") > STAINED * np.convolve(strips.ink, window, "same")
    ink = np.where(stained, 0.0, strips.ink / strips.rows)
    rules = strips.rules / strips.rows
    begin, end = round(left - strips.start), round(right - strips.start)
    right_part = _side(ink[end:], rules[end:], metrics)
    left_part = _side(ink[:begin][::-1], rules[:begin][::-1], metrics)
    edges = [left - d for d in left_part[::-1]] + list(divisions) + [right + d for d in right_part]
    return np.array(edges, np.float64)


def _side(ink: NDArray[np.floating], rules: NDArray[np.floating], metrics: DigitMetrics) -> list[float]:
    """Return the distances from the digits to a division, if there is one, and to the end of the table."""
    solid = np.flatnonzero(
        np.convolve(ink > 0.95, np.ones(round(metrics.height)), "valid") >= metrics.height - 1
    )
    if len(solid):  # the edge of the page
        ink, rules = ink[: solid[0]], rules[: solid[0]]
    end = _text_end(ink, rules, metrics)
    near = int(1.5 * metrics.height)
    rule = np.flatnonzero(rules[: max(near, 1)] >= 0.3)
    text = ink[: int(end) + 1]
    if (text >= TEXT_ROWS).sum() < 1.2 * metrics.height or text.max(initial=0.0) < COLUMN_ROWS:
        return [float(rule[0]) + 1 if len(rule) else 0.4 * metrics.height]
    start = int(np.flatnonzero(text >= TEXT_ROWS)[0])
    outer = _outer_end(end, ink, rules, metrics)
    inner = _rule_places(rules[: int(end)], metrics)
    if len(rule) and rule[0] < end - metrics.height:
        return [
            float(rule[0]) + 1,
            *inner[(inner > rule[0] + metrics.height) & (inner < outer - metrics.height)],
            outer,
        ]
    inner = inner[(inner > start) & (inner < outer - metrics.height)]
    return [*([start / 2] if start > OWN_COLUMN * metrics.height else []), *inner, outer]


def _rule_places(rules: NDArray[np.floating], metrics: DigitMetrics) -> NDArray[np.float64]:
    """Return the middles of the rules along half of the rows, double rules as one."""
    on = np.flatnonzero(rules >= 0.5).astype(np.float64)
    groups = np.split(on, np.flatnonzero(np.diff(on) > 0.5 * metrics.height) + 1)
    return np.array([g.mean() for g in groups if len(g)])


def _text_end(ink: NDArray[np.floating], rules: NDArray[np.floating], metrics: DigitMetrics) -> float:
    """Follow the text beside the digits to where a wide white gap ends it.

    The gap is wider where words stand in most rows beyond it, as where leaders are missing.
    """
    end = 0.0
    for mark in np.flatnonzero((ink >= TEXT_ROWS) | (rules >= 0.3)):
        gap = (mark - end) / metrics.height
        beyond = ink[mark : mark + round(8 * metrics.height)]
        if gap > LEADER_SPACE or (gap > WORD_SPACE and beyond.max() < WORDY_ROWS):
            break
        end = float(mark)
    return end


def _outer_end(
    end: float, ink: NDArray[np.floating], rules: NDArray[np.floating], metrics: DigitMetrics
) -> float:
    """Put the outer end on a rule near the last ink, or a little beyond the ink."""
    reach = int(end + 1.5 * metrics.height)
    rule = np.flatnonzero(rules[int(max(end - 2, 0)) : reach] >= 0.3)
    if len(rule):
        return float(max(end - 2, 0) + rule[-1] + 1)
    return float(min(end + 0.4 * metrics.height, len(ink) - 1))
