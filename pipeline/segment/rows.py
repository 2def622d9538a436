"""Rows: the lines of digits of a flattened table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from tablekin.page import Detections
from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.dewarping import NO_STRETCHES, Dewarping, fit_dewarping, refine_rows
from tablekin.threshold import threshold

_LEANING = "tables whose columns lean"


@dataclass(frozen=True)
class RowCriteria:
    """Which digits stand in one row."""

    small: float = threshold(
        0.72,
        "usual heights of the digit",
        "a lower one stands in a fraction, off the line",
        (0.54, 0.9),
        chosen=_LEANING,
    )
    small_weight: float = threshold(
        0.01, "times", "as much such a digit counts in finding rows", (0.0075, 0.0125), chosen=_LEANING
    )
    smoothing: float = threshold(
        0.17, "digit heights", "width of the kernel over the digits' heights", (0.1275, 0.2125)
    )
    first_reach: float = threshold(
        5.0,
        "digit heights",
        "over which lines are averaged where the map is first refined",
        (3.75, 6.25),
        chosen=_LEANING,
    )
    second_reach: float = threshold(
        3.0, "digit heights", "the same for the second time", (2.25, 3.75), chosen=_LEANING
    )
    between: float = threshold(
        0.4, "pitches", "from a line to digits that stand between two", chosen="made tables of high cells"
    )
    pitch_percentile: float = threshold(
        25, "percent", "of the steps down that is the pitch: some skip a row", (19.0, 31.0)
    )
    usual_pitch: float = threshold(
        1.5, "digit heights", "pitch where no digit stands below another", (1.125, 1.875)
    )
    apart: float = threshold(0.62, "digit heights", "rows are farther apart than this", (0.465, 0.775))
    apart_by_pitch: float = threshold(
        0.55, "pitches", "rows are farther apart than this, too", (0.4125, 0.6875)
    )
    stray_apart: float = threshold(
        0.75, "pitches", "a weak row nearer to a strong one is none", (0.5625, 0.9375)
    )
    stray_strength: float = threshold(0.3, "of the strong row", "at which a row is weak", (0.225, 0.375))
    rule_height: float = threshold(
        0.3, "digit heights", "of a row that no rule between rows touches", (0.225, 0.375)
    )
    rule_width: float = threshold(0.5, "of the width", "that a rule between two rows covers", (0.375, 0.625))
    end: float = threshold(
        0.9, "digit heights", "from the first and last row to the table's end at most", (0.675, 1.0)
    )


CRITERIA = RowCriteria()


@dataclass(frozen=True)
class Rows:
    """Centres of the rows of a table and the row of every digit, in flattened pixels."""

    centres: NDArray[np.float64]  # (rows,), increasing
    member: NDArray[np.intp]  # (n,): row of each digit

    @property
    def pitch(self) -> float:
        """Median distance between neighbouring rows; 0 with fewer than two."""
        return float(np.median(np.diff(self.centres))) if len(self.centres) > 1 else 0.0

    @property
    def sizes(self) -> NDArray[np.intp]:
        """Digits in each row, ``(rows,)``."""
        return np.bincount(self.member, minlength=len(self.centres))


def dewarp_rows(
    own: Detections,
    right: NDArray[np.intp],
    lower: NDArray[np.intp],
    shape: tuple[int, ...],
    metrics: DigitMetrics,
    stretches: NDArray[np.floating] = NO_STRETCHES,
) -> tuple[Dewarping, Rows]:
    """Flatten a block and find its rows, following the lines where they bend.

    Parameters
    ----------
    own
        Digits of the block.
    right, lower
        Pairs of digits on one line and in one column, ``(m, 2)`` indices into ``own``.
    shape
        Height and width of the page.
    metrics
        Size of the digits.
    stretches
        Pieces of vertical rules of the page ``(k, 2, 2)``.
    """
    heights = own.heights
    usual = np.array(
        [np.median(heights[own.digit == d]) if (own.digit == d).any() else 1.0 for d in range(10)]
    )
    small = heights < CRITERIA.small * usual[own.digit]
    # digits of fractions are small for their kind and stand above and below the line
    weight = own.score * np.where(small, CRITERIA.small_weight, 1.0)
    right = right[~small[right].any(1)]
    dewarping = fit_dewarping(own, right, lower, shape, stretches)
    steps = own.centres[lower[:, 1], 1] - own.centres[lower[:, 0], 1]
    for reach in (CRITERIA.first_reach, CRITERIA.second_reach):
        line = dewarping.points(own.centres)[:, 1] - dewarping.offset[own.digit]
        rows = find_rows(line, weight, metrics.height, steps)
        residual = line - rows.centres[rows.member]
        # what stands between two lines, in a cell as high as both, says nothing of either
        near = np.abs(residual) < CRITERIA.between * (rows.pitch or np.inf)
        dewarping = refine_rows(dewarping, own.centres[near], residual[near], reach * metrics.height)
    line = dewarping.points(own.centres)[:, 1] - dewarping.offset[own.digit]
    return dewarping, find_rows(line, weight, metrics.height, steps)


def find_rows(
    v: NDArray[np.floating], weight: NDArray[np.floating], height: float, steps: NDArray[np.floating]
) -> Rows:
    """Cluster the heights of digits on the flattened page into rows.

    Parameters
    ----------
    v
        Centres of the digits down the flattened page, offsets of old-style digits removed ``(n,)``.
    weight
        Weight of each digit ``(n,)``: its score, less for the small digits of fractions.
    height
        Digit height in pixels.
    steps
        Distances from digits to the digits below them: their lower quartile bounds the pitch.
    """
    start = float(v.min()) - 2 * height
    index = np.round((v - start) * 2).astype(np.intp)  # half pixels
    density = np.bincount(index, weight, index.max() + round(4 * height))
    density = gaussian_filter1d(density, 2 * CRITERIA.smoothing * height, mode="constant")
    pitch = CRITERIA.usual_pitch * height
    if len(steps):
        pitch = float(np.percentile(steps, CRITERIA.pitch_percentile))
    apart = 2 * max(CRITERIA.apart * height, CRITERIA.apart_by_pitch * pitch)
    peaks, _ = find_peaks(density, distance=max(1.0, apart))
    peaks = _without_stray(peaks, density[peaks], 2 * CRITERIA.stray_apart * pitch)
    centres = start + peaks / 2
    member = nearest(v, centres)
    kept = np.unique(member)
    centres = np.array([np.median(v[member == k]) for k in kept])
    return Rows(np.sort(centres), nearest(v, np.sort(centres)))


def nearest(values: NDArray[np.floating], centres: NDArray[np.floating]) -> NDArray[np.intp]:
    """Return the index of the nearest of the increasing ``centres`` for each value."""
    return np.searchsorted((centres[1:] + centres[:-1]) / 2, values).astype(np.intp)


def _without_stray(peaks: NDArray[np.intp], strength: NDArray[np.floating], apart: float) -> NDArray[np.intp]:
    """Drop peaks that are weak against a neighbour nearer than a line's distance."""
    keep = np.ones(len(peaks), bool)
    for k in np.argsort(strength):
        others = np.flatnonzero(keep)
        beside = others[(np.abs(peaks[others] - peaks[k]) < apart) & (others != k)]
        if len(beside) and strength[k] < CRITERIA.stray_strength * strength[beside].max():
            keep[k] = False
    return peaks[keep]


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
        Size of the digits.
    """
    middle = (centres[1:] + centres[:-1]) / 2
    pitch = np.diff(centres)
    inside = horizontal[(horizontal[:, 0] > span[0]) & (horizontal[:, 0] < span[1]), 1]
    gap = np.searchsorted(centres, inside) - 1
    for k in range(len(middle)):
        rule = inside[gap == k]
        rule = rule[np.abs(rule - middle[k]) < 0.5 * pitch[k] - CRITERIA.rule_height * metrics.height]
        if len(rule) > CRITERIA.rule_width * (span[1] - span[0]):
            middle[k] = np.median(rule)
    half = min(float(np.median(pitch)) / 2, CRITERIA.end * metrics.height)
    return np.concatenate([[centres[0] - half], middle, [centres[-1] + half]])
