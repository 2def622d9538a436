"""Sides: where a table ends to the left and to the right, with the columns of text beside its digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.projection import ProjectionProfile
from tablekin.threshold import threshold

_EDGE = "pages whose edge is on the scan"
_EMBEDDED = "numbers that letters touch"
_FACING = "pages that face one another"
_HEADINGS = "headings with rows of numbers"
_REAL = "the real scans"


@dataclass(frozen=True)
class SideCriteria:
    """Where a table ends on both sides."""

    margin: float = threshold(
        0.4, "digit heights", "white beside the outermost ink that is the table's", (0.3, 0.5)
    )
    rule_rows: float = threshold(0.3, "of the rows", "with a rule that ends a table", (0.225, 0.375))
    rule_near: float = threshold(
        1.5, "digit heights", "from the digits, or from the text, to such a rule at most", (1.125, 1.875)
    )
    inner_rule: float = threshold(
        0.5, "of the rows", "with a rule between columns of text", (0.375, 0.625), chosen=_REAL
    )
    double_rule: float = threshold(
        0.5, "digit heights", "nearer rules are one double rule", (0.375, 0.625), chosen=_REAL
    )
    narrowest: float = threshold(1.0, "digit heights", "a narrower column of text is none", (0.75, 1.25))
    text_rows: float = threshold(
        0.12, "of the rows", "with ink where a pixel belongs to a column of text", (0.09, 0.15)
    )
    column_rows: float = threshold(
        0.3, "of the rows", "that a column of text reaches where it is fullest", (0.225, 0.375)
    )
    min_text: float = threshold(
        1.2, "digit heights", "across that have as much ink at least", (0.9, 1.5), chosen=_FACING
    )
    affix_rows: float = threshold(
        0.06, "of the rows", "with ink where letters and signs belong to numbers", chosen=_EMBEDDED
    )
    own_column: float = threshold(
        0.5, "digit heights", "of white that make text a column of its own", (0.375, 0.625), chosen=_EMBEDDED
    )
    word_space: float = threshold(
        4.0, "digit heights", "of white at which text beside a table ends", (3.0, 5.0)
    )
    leader_space: float = threshold(
        16.0, "digit heights", "the same where words stand in most rows", (12.0, 20.0), chosen=_EDGE
    )
    wordy_rows: float = threshold(
        0.45, "of the rows", "with ink beyond such a gap", (0.3375, 0.5625), chosen=_REAL
    )
    wordy_reach: float = threshold(
        8.0, "digit heights", "how far beyond it words are looked for", (6.0, 10.0), chosen=_REAL
    )
    stained: float = threshold(
        0.4, "of the ink in rows", "that is between rows, where it is no text", (0.3, 0.5), chosen=_HEADINGS
    )
    solid: float = threshold(
        0.95, "of the rows", "with ink, at the edge of the page", (0.7125, 1.0), chosen=_EDGE
    )


CRITERIA = SideCriteria()


def extend_sideways(
    profile: ProjectionProfile,
    divisions: NDArray[np.floating],
    left: float,
    right: float,
    metrics: DigitMetrics,
) -> NDArray[np.float64]:
    """Add both sides of the table to its divisions, taking in columns of text beside the digits.

    Parameters
    ----------
    profile
        Digits, ink and rules across a window wider than the table.
    divisions
        u of the divisions between columns of digits.
    left, right
        u of the outermost digits.
    metrics
        Size of the digits.
    """
    # words leave the spaces between rows white
    window = np.ones(round(metrics.height))
    between, within = (np.convolve(a, window, "same") for a in (profile.between, profile.ink))
    ink = np.where(between > CRITERIA.stained * within, 0.0, profile.ink / profile.rows)
    rules = profile.rules / profile.rows
    begin, end = round(left - profile.start), round(right - profile.start)
    right_part = _side(ink[end:], rules[end:], metrics)
    left_part = _side(ink[:begin][::-1], rules[:begin][::-1], metrics)
    edges = [left - d for d in left_part[::-1]] + list(divisions) + [right + d for d in right_part]
    return np.array(edges, np.float64)


def _side(ink: NDArray[np.floating], rules: NDArray[np.floating], metrics: DigitMetrics) -> list[float]:
    """Return the distances from the digits to a division, if there is one, and to the end of the table."""
    solid = np.convolve(ink > CRITERIA.solid, np.ones(round(metrics.height)), "valid")
    solid = np.flatnonzero(solid >= metrics.height - 1)
    if len(solid):  # the edge of the page
        ink, rules = ink[: solid[0]], rules[: solid[0]]
    end = _text_end(ink, rules, metrics)
    near = int(CRITERIA.rule_near * metrics.height)
    rule = np.flatnonzero(rules[: max(near, 1)] >= CRITERIA.rule_rows)
    text = ink[: int(end) + 1]
    in_text = np.flatnonzero(text >= CRITERIA.text_rows)
    if len(in_text) < CRITERIA.min_text * metrics.height or text.max(initial=0.0) < CRITERIA.column_rows:
        if len(rule):
            return [float(rule[0]) + 1]
        return [_affix_end(text, metrics) + CRITERIA.margin * metrics.height]
    narrowest = CRITERIA.narrowest * metrics.height
    outer = _outer_end(end, ink, rules, metrics)
    inner = _rule_places(rules[: int(end)], metrics)
    inner = inner[inner < outer - narrowest]
    if len(rule) and rule[0] < end - narrowest:
        return [float(rule[0]) + 1, *inner[inner > rule[0] + narrowest], outer]
    start = int(in_text[0])
    own = [start / 2] if start > CRITERIA.own_column * metrics.height else []
    return [*own, *inner[inner > start], outer]


def _affix_end(text: NDArray[np.floating], metrics: DigitMetrics) -> float:
    """Return how far letters and signs that belong to the outermost numbers reach."""
    inked = np.flatnonzero(text >= CRITERIA.affix_rows)
    wide = np.flatnonzero(np.diff(inked, prepend=0) > CRITERIA.own_column * metrics.height)
    kept = inked[: wide[0]] if len(wide) else inked
    return float(kept[-1]) if len(kept) else 0.0


def _rule_places(rules: NDArray[np.floating], metrics: DigitMetrics) -> NDArray[np.float64]:
    """Return the middles of the rules along half of the rows, double rules as one."""
    on = np.flatnonzero(rules >= CRITERIA.inner_rule).astype(np.float64)
    groups = np.split(on, np.flatnonzero(np.diff(on) > CRITERIA.double_rule * metrics.height) + 1)
    return np.array([g.mean() for g in groups if len(g)])


def _text_end(ink: NDArray[np.floating], rules: NDArray[np.floating], metrics: DigitMetrics) -> float:
    """Follow the text beside the digits to where a wide white gap ends it.

    The gap is wider where words stand in most rows beyond it, as where leaders are missing.
    """
    end = 0.0
    for mark in np.flatnonzero((ink >= CRITERIA.text_rows) | (rules >= CRITERIA.rule_rows)):
        gap = (mark - end) / metrics.height
        beyond = ink[mark : mark + round(CRITERIA.wordy_reach * metrics.height)]
        if gap > CRITERIA.leader_space or (gap > CRITERIA.word_space and beyond.max() < CRITERIA.wordy_rows):
            break
        end = float(mark)
    return end


def _outer_end(
    end: float, ink: NDArray[np.floating], rules: NDArray[np.floating], metrics: DigitMetrics
) -> float:
    """Put the outer end on a rule near the last ink, or a little beyond the ink."""
    reach = int(end + CRITERIA.rule_near * metrics.height)
    rule = np.flatnonzero(rules[int(max(end - 2, 0)) : reach] >= CRITERIA.rule_rows)
    if len(rule):
        return float(max(end - 2, 0) + rule[-1] + 1)
    return float(min(end + CRITERIA.margin * metrics.height, len(ink) - 1))
