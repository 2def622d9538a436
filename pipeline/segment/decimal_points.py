"""Decimal points and signs of units: what stands between two digits of one number, and is no space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.models.networks.marks import mark_index
from tablekin.page import MarkDetections
from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.integral import box_sums
from tablekin.threshold import threshold

_UNITS = np.array([mark_index(sign) for sign in "°′″'\"ʰᵐˢ"])
_SIXTIETHS = "degrees, minutes and seconds with their signs"
_POINTS = "decimal points beside broken rules and missed digits"


@dataclass(frozen=True)
class DecimalPointCriteria:
    """Which ink between two digits is a point."""

    min_ink: float = threshold(
        0.008, "squared digit heights", "of a point at least", (0.006, 0.01), chosen=_POINTS
    )
    max_ink: float = threshold(
        0.12, "squared digit heights", "of a point at most", (0.09, 0.15), chosen=_POINTS
    )
    margin: float = threshold(
        1.5, "pixels", "beside a digit's box that its own ink may reach into", (1.125, 1.875), chosen=_POINTS
    )
    max_gap: float = threshold(2.0, "spaces", "widest gap that a point explains", (1.5, 2.5), chosen=_POINTS)
    min_unit: float = threshold(0.3, "probability", "of a sign of a unit at least", chosen=_SIXTIETHS)
    unit_rise: float = threshold(
        0.4, "digit heights", "above the digits that such a sign may stand", chosen=_SIXTIETHS
    )
    unit_margin: float = threshold(
        0.3, "digit widths", "of the left digit that its centre may reach into", chosen=_SIXTIETHS
    )


CRITERIA = DecimalPointCriteria()


def max_point_gap(metrics: DigitMetrics) -> float:
    """Return the widest gap between two digits that a point explains, in pixels."""
    return CRITERIA.max_gap * metrics.space


def has_point(
    ink: NDArray[np.uint8],
    left: NDArray[np.floating],
    right: NDArray[np.floating],
    metrics: DigitMetrics,
) -> NDArray[np.bool_]:
    """Tell between which digits as much ink stands, on the height of the right one, as a point has.

    Parameters
    ----------
    ink
        ``(height, width)``, 1 on ink, with specks: points may be as small.
    left, right
        Boxes of the digits left and right of each gap ``(m, 4)``.
    metrics
        Size of the digits.
    """
    begin, end = left[:, 2] + CRITERIA.margin, right[:, 0] - CRITERIA.margin
    gaps = np.column_stack([begin, right[:, 1], end, right[:, 3]])
    inked = box_sums(ink, gaps) / metrics.height**2
    return (inked > CRITERIA.min_ink) & (inked < CRITERIA.max_ink)


def unit_centres(marks: MarkDetections, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Mark the pixels at the centres of the signs of degrees, minutes, seconds and hours, ``(height, width)``."""
    chosen = np.isin(marks.mark, _UNITS) & (marks.score >= CRITERIA.min_unit)
    x, y = marks.centres[chosen].astype(np.intp).T
    placed = np.zeros(shape[:2], np.uint8)
    placed[np.clip(y, 0, shape[0] - 1), np.clip(x, 0, shape[1] - 1)] = 1
    return placed


def has_unit(
    units: NDArray[np.uint8],
    left: NDArray[np.floating],
    right: NDArray[np.floating],
    metrics: DigitMetrics,
) -> NDArray[np.bool_]:
    """Tell between which digits the sign of a unit stands.

    Parameters
    ----------
    units
        ``(height, width)``, 1 at the centres of such signs.
    left, right
        Boxes of the digits left and right of each gap ``(m, 4)``.
    metrics
        Size of the digits.
    """
    top = np.minimum(left[:, 1], right[:, 1]) - CRITERIA.unit_rise * metrics.height
    begin = left[:, 2] - CRITERIA.unit_margin * metrics.width
    bottom = np.maximum(left[:, 3], right[:, 3])
    return box_sums(units, np.column_stack([begin, top, right[:, 0], bottom])) > 0
