"""Values: which number a reading stands for, whatever points, spaces and zeros the print has around it."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

Text = NDArray[np.object_]  # of str: digits and spaces


MAX_ARGUMENT_DIGITS = 9  # a longer number is no argument
MIN_BARE_DIGITS = 3  # that are no zeros, for a number to be known by them alone


def as_groups(text: str) -> str:
    """Write a reading without the zeros before its numbers: ``"05 07"`` and ``"5 7"`` are the same value."""
    return "|".join(group.lstrip("0") or "0" for group in text.split())


def as_number(text: str) -> str:
    """Write a reading as one number: ``"5 07"`` and ``"507"`` differ in a point or a space only."""
    return text.replace(" ", "").lstrip("0") or ("0" if text else "")


def without_zeros(text: str) -> str:
    """Write a reading without any zero: ``902`` and ``92`` may be 9.02 and 9.2; nothing if little is left."""
    digits = text.replace(" ", "").replace("0", "")
    return digits if len(digits) >= MIN_BARE_DIGITS else ""


def is_same_value(one: str, other: str) -> bool:
    """Tell whether two readings are of the same value: ``"5 07"``, ``"507"`` and ``"5 7"`` are."""
    if one == other or not (one and other):
        return one == other
    if as_groups(one) == as_groups(other) or as_number(one) == as_number(other):
        return True
    one, other = sorted((one, other), key=lambda text: text.count(" "))
    if " " in one or " " not in other:
        return False
    # a point in the other may have been lost, and zeros with it: 9.0 is printed 9.00, and 9.2 is 9.02
    groups = (group.lstrip("0") or "0?" for group in other.split())
    return re.fullmatch("".join(f"0*{group}" for group in groups), one) is not None
