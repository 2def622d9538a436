"""Columns: the divisions between the columns of a flattened table, and both sides of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.page import Detections
from tablekin.segment.adjacency import DigitMetrics, half_widths
from tablekin.segment.context import BlockContext
from tablekin.segment.decimal_points import has_point, has_unit
from tablekin.segment.division_criteria import CRITERIA as DIVISIONS
from tablekin.segment.divisions import find_divisions
from tablekin.segment.gaps import Gaps
from tablekin.segment.pairs import SetDigits, settle_pairs
from tablekin.segment.projection import ProjectionProfile, project
from tablekin.segment.sides import extend_sideways
from tablekin.threshold import threshold

_CROSSED = "rules that digits cross"


@dataclass(frozen=True)
class ColumnCriteria:
    """Which digits are part of a column, and which divisions are open to the eye."""

    stray_rows: int = threshold(
        8, "rows", "in a longer table a column takes one row of digits more", (6.0, 10.0)
    )
    inked: float = threshold(
        0.3, "of the rows", "with ink where a division is not white", (0.225, 0.375), chosen=_CROSSED
    )
    rule_reach: int = threshold(3, "pixels", "from a division to its rule at most", (2.0, 4.0))


CRITERIA = ColumnCriteria()


@dataclass(frozen=True)
class ColumnEdges:
    """Where the columns of a table lie."""

    edges: NDArray[np.float64]  # u of the divisions and of both sides, (columns + 1,)
    openness: float  # share of the divisions that are ruled, or white in most rows
    ruled: float  # share of the divisions that are ruled


def column_edges(
    own: Detections,
    number: NDArray[np.intp],
    u: NDArray[np.floating],
    member: NDArray[np.intp],
    edges: NDArray[np.floating],
    context: BlockContext,
    text: NDArray[np.uint8],
    units: NDArray[np.uint8],
    metrics: DigitMetrics,
) -> ColumnEdges:
    """Find the divisions between the columns and both sides of the table.

    Parameters
    ----------
    own, number, u, member
        The table's digits, the number, place across and row of each ``(n,)``.
    edges
        v of the lines between rows.
    context
        Rules and letters around the table.
    text
        ``(height, width)``, 1 on ink that is no rule, with specks: points may be as small.
    units
        ``(height, width)``, 1 at the centres of signs of units.
    metrics
        Size of the digits.
    """
    half = half_widths(own, metrics.width)
    u0, u1 = u - half, u + half
    profile = project(u0, u1, edges, context)
    left, right = _column_span(profile, u0, u1, number)
    order = np.lexsort((u, member))
    follow = member[order][1:] == member[order][:-1]
    a, b = order[:-1][follow], order[1:][follow]
    beside = own.boxes[a], own.boxes[b]
    gaps = Gaps(u1[a], u0[b], has_point(text, *beside, metrics), has_unit(units, *beside, metrics))
    marked = np.zeros(len(order), bool)
    marked[:-1][follow] = gaps.dotted | gaps.united
    within = profile.cut(left, right)
    divisions = settle_pairs(
        within,
        find_divisions(within, metrics, gaps),
        SetDigits(member[order], u0[order], u1[order], marked),
        metrics,
    )
    edges = extend_sideways(profile, divisions, left, right, metrics)
    return ColumnEdges(edges, *_openness(profile, divisions))


def _openness(profile: ProjectionProfile, divisions: NDArray[np.floating]) -> tuple[float, float]:
    """Return the shares of the divisions that are ruled or white in most rows, and that are ruled."""
    if not len(divisions):
        return 1.0, 0.0
    places = np.round(divisions - profile.start).astype(np.intp)
    reach = CRITERIA.rule_reach
    longest = np.array([profile.rules[max(p - reach, 0) : p + reach + 1].max() for p in places])
    ruled = longest >= DIVISIONS.ruled_rows * profile.rows
    white = profile.ink[places] + profile.digits[places] < CRITERIA.inked * profile.rows
    return float((ruled | white).mean()), float(ruled.mean())


def _column_span(
    profile: ProjectionProfile,
    u0: NDArray[np.floating],
    u1: NDArray[np.floating],
    number: NDArray[np.intp],
) -> tuple[float, float]:
    """Return the outermost u of the numbers that share a column with others; stray digits do not count."""
    stray = DIVISIONS.crossed_rows * profile.rows + (profile.rows > CRITERIA.stray_rows)
    shared = profile.digits > stray
    before = np.concatenate([[0], np.cumsum(shared)])
    low, high = (np.clip(np.round(a - profile.start).astype(np.intp), 0, len(shared)) for a in (u0, u1))
    good = np.isin(number, number[before[high] > before[low]])
    if not good.any():
        return float(u0.min()), float(u1.max())
    return float(u0[good].min()), float(u1[good].max())
