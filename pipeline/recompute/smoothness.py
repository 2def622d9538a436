"""Smoothness: how evenly the numbers of a column run on, the clue to how its printed groups belong together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def median(values: Numbers) -> float:
    """Median of ``(n,)`` numbers without NaN, as ``np.median`` gives it, which takes ten times as long for a column."""
    half = len(values) // 2
    if len(values) % 2:
        return float(np.partition(values, half)[half])
    low, high = np.partition(values, (half - 1, half))[half - 1 : half + 1].tolist()
    return float((low + high) / 2)


def second_differences(values: Numbers, period: float | None = None) -> Numbers:
    """Second differences of neighbouring rows, NaN where one of three is missing.

    Parameters
    ----------
    values
        ``(..., rows)``, NaN where there is none.
    period
        Values that are counted round a circle (360 degrees) may have passed its end.
    """
    bent = values[..., 2:] - 2 * values[..., 1:-1] + values[..., :-2]
    return bent if period is None else (bent + period / 2) % period - period / 2


def roughness(values: Numbers, period: float | None = None) -> float:
    """Mean of log(1 + second difference) along the last axis: 0 is a straight line; NaN of fewer than three values."""
    bent = np.abs(second_differences(values, period))
    known = np.isfinite(bent)
    return float(np.log1p(bent[known]).mean()) if known.any() else np.nan


def carry_gain(high: Numbers, low: Numbers, radix: float, period: float | None = None) -> float:
    """How much more evenly ``radix * high + low`` runs on than ``low`` by itself, in nats.

    Positive where ``low`` falls back by a radix whenever ``high`` goes up: they are places of one number. About 0
    where ``high`` merely counts the rows or does not change, negative where it has nothing to do with ``low``. A few
    triples that speak most against it are left out: a misprint spoils three.

    Parameters
    ----------
    high, low
        Second differences of two columns, ``(rows - 2,)``, NaN where there are none.
    radix
        Units of the lower place in one of the higher.
    period
        Of the whole number, in units of the lower place.
    """
    joint = radix * high + low
    if period is not None:
        joint = (joint + period / 2) % period - period / 2
    gain = np.log1p(np.abs(low)) - np.log1p(np.abs(joint))
    gain = np.sort(gain[np.isfinite(gain)])
    if not len(gain):
        return 0.0
    spoilt = min(4 + len(gain) // 10, len(gain) // 3)
    gain[:spoilt] = np.maximum(gain[:spoilt], 0.0)
    return float(np.clip(gain, -3.0, 3.0).sum())


def line_through(values: Numbers) -> tuple[float, float, NDArray[np.bool_]]:
    """Find the count that most values of a column stand on: start, step, and which rows are on it.

    The step is the commonest difference of neighbours, the start the commonest remainder: no misprint moves them. A
    column of fewer than two values has step 0.
    """
    known = np.isfinite(values)
    rows = np.arange(len(values))
    steps = np.diff(values)
    steps = steps[np.isfinite(steps)]
    if known.sum() < 2 or not len(steps):
        return 0.0, 0.0, np.zeros(len(values), bool)
    step = _commonest(steps)
    start = _commonest((values - step * rows)[known])
    on_line = np.zeros(len(values), bool)
    on_line[known] = values[known] == start + step * rows[known]
    return start, step, on_line


def _commonest(numbers: Numbers) -> float:
    distinct, counts = np.unique(np.round(numbers, 9), return_counts=True)
    return float(distinct[counts.argmax()])
