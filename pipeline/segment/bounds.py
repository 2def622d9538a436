"""Bounds: where a table ends, above and below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.context import BlockContext
from tablekin.threshold import threshold

_FACING = "pages that face one another"
_HEADINGS = "headings with rows of numbers"
_REAL = "the real scans"
_WIDENED = 3.0  # pixels: rules are as thick at least, for they are widened by two when they are found


@dataclass(frozen=True)
class BoundCriteria:
    """Where the heading, the first row and the last row end."""

    row: float = threshold(
        0.5, "digit heights", "from the middle of a row to a rule above or below at least", (0.375, 0.625)
    )
    rule: float = threshold(
        1.0, "digit heights", "from where a row would end to the rule that ends it at most", (0.75, 1.25)
    )
    heading: float = threshold(
        14.0, "digit heights", "of a heading inside a frame at most", (10.5, 17.5), chosen=_FACING
    )
    plain_heading: float = threshold(8.0, "digit heights", "of a heading without a frame at most")
    heading_row: float = threshold(
        0.8, "digit heights", "from a heading's row of numbers to its top", chosen=_HEADINGS
    )
    heading_gap: float = threshold(0.9, "digit heights", "white space inside a heading at most")
    heading_ink: int = threshold(2, "pixels", "of a line of pixels that is white, at most")
    min_heading: float = threshold(0.3, "digit heights", "of a heading at least")
    margin: float = threshold(0.2, "digit heights", "white above a heading that belongs to it")
    rule_width: float = threshold(0.5, "of the width", "that a rule covers")
    rule_slack: int = threshold(7, "pixels", "that a rule may slope or be ragged in all")
    word_reach: float = threshold(
        0.35, "digit heights", "above and below a rule, where words have ink", chosen=_HEADINGS
    )
    word_ink: float = threshold(0.3, "of the width", "inked there, at which it is no rule", chosen=_HEADINGS)
    side_reach: float = threshold(0.35, "digit heights", "from a division to its rule at most", chosen=_REAL)
    ruled: float = threshold(1 / 3, "of the divisions", "ruled in a heading at least", chosen=_REAL)
    min_ruled: int = threshold(2, "divisions", "ruled in a heading at least", chosen=_REAL)
    step: float = threshold(0.5, "digit heights", "in which rules are followed upwards", chosen=_REAL)
    max_break: int = threshold(
        4, "steps", "for which rules may break at the rule under the heading", chosen=_REAL
    )


CRITERIA = BoundCriteria()


def vertical_bounds(
    edges: NDArray[np.floating],
    columns: NDArray[np.floating],
    centres: NDArray[np.floating],
    context: BlockContext,
    heading: float,
    metrics: DigitMetrics,
) -> tuple[float, float, float]:
    """Find the top of the heading, of the first row, and the bottom of the last row, in v.

    The first and last rows reach to a rule within one digit height of where they would end. The heading
    goes up to the highest long rule or the top of the rules between columns, or else over the lines of
    text that follow without a wide gap, and takes in every row of digits that belongs to it.

    Parameters
    ----------
    edges, columns, centres
        v of the lines between rows, u of those between columns, v of the rows.
    context
        Rules and letters around the table.
    heading
        v of the highest row of digits of the heading, inf without one.
    metrics
        Size of the digits.
    """
    height = metrics.height
    lines = _rule_lines(context.horizontal, columns[0], columns[-1], height)
    row, reach = CRITERIA.row * height, CRITERIA.rule * height
    above = lines[(lines < centres[0] - row) & (lines > edges[0] - reach)]
    below = lines[(lines > centres[-1] + row) & (lines < edges[-1] + reach)]
    first = float(above.max()) if len(above) else float(edges[0])
    last = float(below.min()) if len(below) else float(edges[-1])
    frame = lines[(lines < first - reach) & (lines > first - CRITERIA.heading * height)]
    ruled = min(float(frame.min(initial=first)), _rules_top(context.vertical, columns, first, height))
    if ruled < min(first, heading):
        return ruled, first, last
    top = _text_top(
        context.letters, columns, first, min(first, heading - CRITERIA.heading_row * height), height
    )
    has_heading = first - top > CRITERIA.min_heading * height
    return (top - CRITERIA.margin * height if has_heading else first), first, last


def _text_top(
    letters: NDArray[np.floating], columns: NDArray[np.floating], first: float, top: float, height: float
) -> float:
    """Follow the lines of text above the first row upwards from ``top``, to a wide gap; v."""
    inside = (letters[:, 0] > columns[0]) & (letters[:, 0] < columns[-1]) & (letters[:, 1] < first)
    reach = CRITERIA.plain_heading * height
    start = first - reach
    profile = np.bincount(
        np.clip(letters[inside, 1] - start, 0, reach).astype(np.intp), minlength=int(reach) + 1
    )
    inked = np.flatnonzero(profile[1:] > CRITERIA.heading_ink) + 1
    for line in inked[::-1] + start:
        if top - line > CRITERIA.heading_gap * height:
            break
        top = float(line)
    return top


def _rules_top(
    vertical: NDArray[np.floating], columns: NDArray[np.floating], first: float, height: float
) -> float:
    """Return the v above which fewer than a third of the divisions are ruled; ``first`` where none goes higher."""
    near = (
        np.abs(vertical[:, 0, None] - columns[None, :]).argmin(1) if len(vertical) else np.zeros(0, np.intp)
    )
    on = np.abs(vertical[:, 0] - columns[near]) < CRITERIA.side_reach * height
    line = np.floor((first - vertical[on, 1]) / (CRITERIA.step * height)).astype(np.intp)
    steps = round(CRITERIA.heading / CRITERIA.step)
    good = (line >= 0) & (line < steps)
    present = np.zeros((steps, len(columns)), bool)
    present[line[good], near[on][good]] = True
    enough = present.sum(1) >= max(CRITERIA.min_ruled, CRITERIA.ruled * len(columns))
    high = 0
    for k in np.flatnonzero(enough):
        if k - high > CRITERIA.max_break:
            break
        high = int(k) + 1
    return first - CRITERIA.step * height * high if high > 1 else first


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
    spread = np.convolve(count, np.ones(CRITERIA.rule_slack), "same")
    long = (spread > CRITERIA.rule_width * _WIDENED * (right - left)) & (
        count >= np.maximum(np.roll(count, 1), np.roll(count, -1))
    )
    # words run together are no rule: there is as much ink a little above and below
    reach = round(CRITERIA.word_reach * height)
    long &= np.minimum(np.roll(count, reach), np.roll(count, -reach)) < CRITERIA.word_ink * (right - left)
    return np.asarray(start + np.flatnonzero(long) + 0.5, np.float64)
