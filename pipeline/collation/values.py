"""Values: which number a reading stands for, whatever points, spaces and zeros the print has around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Text = NDArray[np.object_]  # of str: digits and spaces


@dataclass(frozen=True)
class ArgumentCriteria:
    """When a column counts as arguments do, by ones, fives, tens."""

    steps: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 10, 15, 30)
    """From one argument to the next, in units of the last place: those of printed tables by hand."""
    min_rows: int = 4
    """Fewer readings do not show a step."""
    max_digits: int = 9
    """A longer number is no argument."""
    min_share: float = 0.6
    """Of the rows, those that stand on one count. Misprints, misreadings and gaps between groups break it."""


CRITERIA = ArgumentCriteria()


def as_groups(text: str) -> str:
    """Write a reading without the zeros before its numbers: ``"05 07"`` and ``"5 7"`` are the same value."""
    return "|".join(group.lstrip("0") or "0" for group in text.split())


def as_number(text: str) -> str:
    """Write a reading as one number: ``"5 07"`` and ``"507"`` differ in a point or a space only."""
    return text.replace(" ", "").lstrip("0") or ("0" if text else "")


def without_zeros(text: str) -> str:
    """Write a reading without any zero: ``902`` and ``92`` may be 9.02 and 9.2; nothing if little is left."""
    digits = text.replace(" ", "").replace("0", "")
    return digits if len(digits) > 2 else ""


def is_same_value(one: str, other: str) -> bool:
    """Tell whether two readings are of the same value: ``"5 07"``, ``"507"`` and ``"5 7"`` are."""
    if not (one and other):
        return one == other
    if as_groups(one) == as_groups(other) or as_number(one) == as_number(other):
        return True
    one, other = sorted((one, other), key=lambda text: text.count(" "))
    if " " in one or " " not in other:
        return False
    # a point in the other may have been lost, and zeros with it: 9.0 is printed 9.00, and 9.2 is 9.02
    groups = (group.lstrip("0") or "0?" for group in other.split())
    return re.fullmatch("".join(f"0*{group}" for group in groups), one) is not None


def is_argument_column(texts: Text) -> bool:
    """Tell whether a column counts as arguments do: most of its steps are the same, and it stays on one count.

    A function that is nearly linear takes the same step again and again, too, but does not stay on one count.
    """
    numbers = [int(as_number(text)) for text in texts if text and len(as_number(text)) <= CRITERIA.max_digits]
    if len(numbers) < CRITERIA.min_rows:
        return False
    steps, counts = np.unique(np.diff(numbers), return_counts=True)
    step = abs(int(steps[counts.argmax()]))
    if step not in CRITERIA.steps or counts.max() <= CRITERIA.min_share * (len(numbers) - 1):
        return False
    _, on_count = np.unique(np.array(numbers) % step, return_counts=True)
    return bool(on_count.max() > CRITERIA.min_share * len(numbers))
