"""Edit distance: numbers that differ by one edit, as a misprint or a misreading makes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.models.compilation import compiled

MIN_DIGITS = 3  # of shorter numbers, any two are near: 12 is within one edit of 1, 2, 21 and 13


def within_one_edit(one: str, other: str) -> bool:
    """Tell whether two numbers differ by one digit, or by two neighbours that changed places."""
    if len(one) > len(other):
        one, other = other, one
    if len(one) < MIN_DIGITS or len(other) - len(one) > 1:
        return False
    if len(other) > len(one):
        return any(other[:k] + other[k + 1 :] == one for k in range(len(other)))
    differ = [k for k in range(len(one)) if one[k] != other[k]]
    if len(differ) == 2 and differ[1] == differ[0] + 1:
        return one[differ[0]] == other[differ[1]] and one[differ[1]] == other[differ[0]]
    return len(differ) == 1


@compiled
def spelled_within_one_edit(
    one: NDArray[np.uint8], digits: int, other: NDArray[np.uint8], digits_of_other: int
) -> bool:
    """Tell the same of two numbers that are arrays of their digits."""
    if digits > digits_of_other:
        one, digits, other, digits_of_other = other, digits_of_other, one, digits
    if digits < MIN_DIGITS or digits_of_other - digits > 1:
        return False
    first = 0
    while first < digits and one[first] == other[first]:
        first += 1
    if digits < digits_of_other:
        return _go_on_alike(one, first, other, first + 1, digits)
    if first == digits:
        return False
    if _go_on_alike(one, first + 1, other, first + 1, digits):
        return True
    return (
        first + 1 < digits
        and one[first] == other[first + 1]
        and one[first + 1] == other[first]
        and _go_on_alike(one, first + 2, other, first + 2, digits)
    )


@compiled
def _go_on_alike(
    one: NDArray[np.uint8], place: int, other: NDArray[np.uint8], place_b: int, end: int
) -> bool:
    """Tell whether the digits of one number up to ``end`` are those of another from a place on."""
    for k in range(end - place):  # noqa: SIM110 - numba knows no generators here
        if one[place + k] != other[place_b + k]:
            return False
    return True
