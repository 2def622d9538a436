"""Rows: the lines of digits of a flattened table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from tablekin.page import Detections
from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.context import BlockContext
from tablekin.segment.dewarping import Dewarping, fit_dewarping, refine_rows

FAR = 2.2  # distance, in pitches, at which a row of few numbers at either end is no row of the table
SMOOTHING = 0.17  # width of the kernel over line positions, in digit heights


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
) -> tuple[Dewarping, Rows]:
    """Flatten a block and find its rows, following the lines where they bend."""
    heights = own.heights
    usual = np.array(
        [np.median(heights[own.digit == d]) if (own.digit == d).any() else 1.0 for d in range(10)]
    )
    small = heights < 0.72 * usual[own.digit]
    # figures of fractions are small for their kind and stand above and below the line
    weight = own.score * np.where(small, 0.01, 1.0)
    right = right[~small[right].any(1)]
    flattening = fit_dewarping(own, right, lower, shape)
    steps = own.centres[lower[:, 1], 1] - own.centres[lower[:, 0], 1]
    for reach in (5.0, 3.0):
        line = flattening.points(own.centres)[:, 1] - flattening.offset[own.digit]
        rows = find_rows(line, weight, metrics.height, steps)
        residual = line - rows.centres[rows.member]
        flattening = refine_rows(flattening, own.centres, residual, reach * metrics.height)
    line = flattening.points(own.centres)[:, 1] - flattening.offset[own.digit]
    return flattening, find_rows(line, weight, metrics.height, steps)


def find_rows(
    v: NDArray[np.floating], weight: NDArray[np.floating], height: float, steps: NDArray[np.floating]
) -> Rows:
    """Cluster the heights of digits on the flattened page into rows.

    Parameters
    ----------
    v
        Centres of the digits down the flattened page, offsets of old-style figures removed ``(n,)``.
    weight
        Weight of each digit ``(n,)``: its score, less for the small figures of fractions.
    height
        Digit height in pixels.
    steps
        Distances from digits to the digits below them: their lower quartile bounds the pitch.
    """
    start = float(v.min()) - 2 * height
    index = np.round((v - start) * 2).astype(np.intp)  # half pixels
    density = np.bincount(index, weight, index.max() + round(4 * height))
    density = gaussian_filter1d(density, 2 * SMOOTHING * height, mode="constant")
    pitch = float(np.percentile(steps, 25)) if len(steps) else 1.5 * height
    apart = 2 * max(0.62 * height, 0.55 * pitch)
    peaks, _ = find_peaks(density, distance=max(1.0, apart))
    peaks = _without_stray(peaks, density[peaks], 2 * 0.75 * pitch)
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
        if len(beside) and strength[k] < 0.3 * strength[beside].max():
            keep[k] = False
    return peaks[keep]


def body_rows(
    rows: Rows,
    number: NDArray[np.intp],
    crowded: NDArray[np.bool_],
    embedded: NDArray[np.bool_],
    u: NDArray[np.floating],
    window: BlockContext,
    metrics: DigitMetrics,
) -> tuple[int, int]:
    """Leave out heading rows at the top and lines of text with numbers at both ends.

    A heading is one or two rows above a horizontal rule, set off by more than the usual pitch, where
    most rows have no rule below them. A line of text has few numbers and they stand between words, or
    it is far from the table; a row whose digits stand under those of other rows is neither.

    Parameters
    ----------
    rows
        The rows of a block.
    number
        Number each digit belongs to ``(n,)``.
    crowded
        Digits of numbers with words close by ``(n,)``.
    embedded
        Digits of numbers that letters touch ``(n,)``.
    u
        Digits across the flattened page ``(n,)``.
    window
        Rules around the block.
    metrics
        Size of the figures.

    Returns
    -------
    tuple
        First row of the body and the row after its last.
    """
    count = len(rows.centres)
    first, last = 0, count
    pairs = np.unique(np.column_stack([rows.member, number, crowded]), axis=0)
    sizes = np.bincount(pairs[:, 0], minlength=count)
    wordy = (sizes <= 0.34 * np.median(sizes)) & (np.bincount(pairs[:, 0], pairs[:, 2], count) > 0.5 * sizes)
    fits = _fits(rows, u, metrics)
    few = sizes <= 0.5 * np.median(sizes)
    wordy = (wordy & ~fits) | (few & (np.bincount(rows.member, embedded, count) > 0.5 * rows.sizes))
    few &= ~fits
    far = np.diff(rows.centres) > FAR * rows.pitch
    while last - first > 3 and (wordy[first] or (few[first] and far[first])):
        first += 1
    while last - first > 3 and (wordy[last - 1] or (few[last - 1] and far[last - 2])):
        last -= 1
    ruled = ruled_gaps(rows.centres, window.horizontal, (float(u.min()), float(u.max())))
    if last - first > 4 and (ruled[first : last - 1] > 0.5).mean() < 0.5:
        for k in (first, first + 1):
            set_off = rows.centres[k + 1] - rows.centres[k] > 1.2 * rows.pitch
            # a row of few figures must be cut off by a rule without breaks
            if set_off and ruled[k] > (0.5 if sizes[k] > 0.5 * np.median(sizes) else 0.75):
                return k + 1, last
    return first, last


def _fits(rows: Rows, u: NDArray[np.floating], metrics: DigitMetrics) -> NDArray[np.bool_]:
    """Tell in which rows most digits stand where a quarter of the other rows have digits; ``(rows,)``."""
    count = len(rows.centres)
    place = np.round((u - u.min()) / (0.5 * metrics.width)).astype(np.intp) + 1
    present = np.zeros((count, place.max() + 2), bool)
    for step in (-1, 0, 1):
        present[rows.member, place + step] = True
    shared = present.sum(0)[place] - 1 >= 0.25 * (count - 1)
    return np.bincount(rows.member, shared, count) >= 0.75 * rows.sizes


def ruled_gaps(
    centres: NDArray[np.floating], horizontal: NDArray[np.floating], span: tuple[float, float]
) -> NDArray[np.float64]:
    """Return the share of the table's width that a horizontal rule covers below each row; ``(rows - 1,)``."""
    inside = (horizontal[:, 0] >= span[0]) & (horizontal[:, 0] <= span[1])
    gap = np.searchsorted(centres, horizontal[inside, 1]) - 1
    step = max((span[1] - span[0]) / 50, 1.0)
    place = np.clip(((horizontal[inside, 0] - span[0]) / step).astype(np.intp), 0, 49)
    good = (gap >= 0) & (gap < len(centres) - 1)
    covered = np.zeros((max(len(centres) - 1, 1), 50), bool)
    covered[gap[good], place[good]] = True
    return np.asarray(covered.mean(1), np.float64)
