"""Rows: the lines of digits of a flattened table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

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
