"""Interval scan: tables of one parameter drawn at random, and what a scan of that parameter leaves open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.recompute import LIBRARY, recompute
from tablekin.recompute.forms import Form
from tablekin.recompute.functions import Function
from tablekin.recompute.screening import evaluate
from tablekin.recompute.table_text import TableText, from_rows

_GRID = 4001
_TIE = 1e-9


@dataclass(frozen=True)
class _Subject:
    """A function of one parameter that is fitted, and the table that is made of it."""

    function: str
    low: float
    high: float
    rows: tuple[int, int, int]  # first, last and step of the argument
    minutes: int = 60  # last units in a unit of the formula
    shared: tuple[float, ...] = ()  # parameters of the table before it, chosen


_SUBJECTS = (
    _Subject("declination", 23.2, 23.95, (1, 30, 1)),
    _Subject("right ascension", 23.2, 23.95, (1, 60, 1), shared=(0.0,)),
    _Subject("solar equation", 1.8, 2.6, (6, 90, 3)),
    _Subject("equation of an epicycle", 5.0, 9.0, (6, 90, 6)),
)


def scan_intervals(count: int, seed: int) -> pd.DataFrame:
    """Recompute tables with parameters drawn at random.

    Returns
    -------
    DataFrame
        A row for each table whose function was found: whether its interval holds the parameter, and its width over
        that of the middle 95 % of all values with which a scan brings as many cells within rounding as can be.
    """
    rng = np.random.default_rng(seed)
    functions = {function.name: function for function in reversed(LIBRARY)}
    rows = []
    for number in range(count):
        subject = _SUBJECTS[number % len(_SUBJECTS)]
        function = functions[subject.function]
        truth = float(rng.uniform(subject.low, subject.high))
        arguments = np.arange(subject.rows[0], subject.rows[1] + 1, subject.rows[2]).astype(float)
        printed = np.floor(_computed(function, subject, arguments, truth) + 0.5)
        found = recompute([_table(arguments, printed)])
        fitted = [one for finding in found.findings if finding.function.name == function.name
                  for one in finding.parameters]  # fmt: skip
        row: dict[str, object] = {"function": function.name, "found": len(fitted) == 1}
        if len(fitted) == 1:
            (one,) = fitted
            low, high = _left_open(function, subject, arguments, printed, truth)
            margin = 0.025 * (high - low)
            row |= {"inside": one.low <= truth <= one.high, "open": low <= truth <= high}
            row |= {"width": (one.high - one.low) / (high - low - 2 * margin)}
            row |= {"off": max(abs(one.low - low - margin), abs(one.high - high + margin)) / (high - low)}
        rows.append(row)
    return pd.DataFrame(rows)


def _computed(
    function: Function, subject: _Subject, arguments: NDArray[np.float64], value: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    """Values in units of the last place, ``(..., rows)``."""
    values = np.asarray(value, float)
    shared = np.stack([*(np.full(values.shape, one) for one in subject.shared), values], -1)
    step = float(subject.rows[2])
    return subject.minutes * evaluate(function, arguments, step, shared[..., None, :], np.zeros((1, 0)))


def _table(arguments: NDArray[np.float64], printed: NDArray[np.float64]) -> TableText:
    written = Form((60,)).in_places(printed)
    places = written.astype(int).astype(str).tolist()
    return from_rows([[str(int(one)), *line] for one, line in zip(arguments, places, strict=True)])


def _left_open(
    function: Function,
    subject: _Subject,
    arguments: NDArray[np.float64],
    printed: NDArray[np.float64],
    truth: float,
) -> tuple[float, float]:
    """Scan the parameter for all values with which every cell is within rounding: coarsely, then finely."""
    reach = 0.1 * (subject.high - subject.low)
    for _ in range(2):
        grid = np.linspace(truth - reach, truth + reach, _GRID)
        off = np.abs(_computed(function, subject, arguments, grid) - printed)
        open_ = grid[(off <= 0.5 + _TIE).all(-1)]
        if not len(open_):
            return truth, truth
        reach = max(truth - open_[0], open_[-1] - truth) + 2 * (grid[1] - grid[0])
    return float(open_[0]), float(open_[-1])
