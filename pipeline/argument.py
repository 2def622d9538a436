"""Argument: the column a table is entered with, which counts by ones, fives or tens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ArgumentCriteria:
    """When a column of numbers counts as arguments do."""

    steps: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 10, 15, 30)
    """From one argument to the next, in units of the last place: those of printed tables."""
    min_rows: int = 4
    """Fewer numbers do not show a step."""
    min_share: float = 0.6
    """Of the steps that are the same, and of the numbers on one count: misprints, misreadings and gaps break it."""


@dataclass(frozen=True)
class Progression:
    """A column whose number in row ``r`` is ``start + step * r``."""

    start: int
    step: int


CRITERIA = ArgumentCriteria()


def argument_step(numbers: NDArray[np.integer]) -> int | None:
    """Find the step of a column that counts, and may begin anew; None where it does not count.

    Most steps of such a column are the same, and most of its numbers stay on one count: they leave the same
    remainder when divided by the step. A function that is nearly linear takes the same step again and again, too,
    but does not stay on one count.

    Parameters
    ----------
    numbers
        The numbers of the column from the top, cells without one left out ``(n,)``.

    Returns
    -------
    int or None
        The step; negative where the column counts down.
    """
    step, share = _usual_step(numbers, np.arange(len(numbers)))
    if step is None or share <= CRITERIA.min_share:
        return None
    _, on_count = np.unique(numbers % abs(step), return_counts=True)
    return step if on_count.max() > CRITERIA.min_share * len(numbers) else None


def find_progression(numbers: NDArray[np.integer], rows: NDArray[np.integer]) -> Progression | None:
    """Find the progression that a column runs through from its top to its end; None where there is none.

    A number that is misread spoils two steps but one place only, so that most places decide, not most steps.

    Parameters
    ----------
    numbers, rows
        The numbers of the column and the rows they stand in ``(n,)``.
    """
    step, _ = _usual_step(numbers, rows)
    if step is None:
        return None
    starts, counts = np.unique(numbers - step * rows, return_counts=True)
    if counts.max() <= CRITERIA.min_share * len(numbers):
        return None
    return Progression(int(starts[counts.argmax()]), step)


def _usual_step(numbers: NDArray[np.integer], rows: NDArray[np.integer]) -> tuple[int | None, float]:
    """Return the step from one row to the next that is most frequent, and its share; None if it is no argument's."""
    if len(numbers) < CRITERIA.min_rows:
        return None, 0.0
    steps, counts = np.unique(np.diff(numbers) / np.diff(rows), return_counts=True)
    step = float(steps[counts.argmax()])
    share = float(counts.max() / (len(numbers) - 1))
    return (int(step), share) if abs(step) in CRITERIA.steps else (None, share)
