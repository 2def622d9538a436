"""Edit distance: numbers that differ by one edit, as a misprint or a misreading makes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

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


def near_pairs(one: Sequence[str], other: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which of two lists of numbers are within one edit."""
    keys: dict[str, list[int]] = {}
    for place, text in enumerate(other):
        for key in _blurred(text):
            keys.setdefault(key, []).append(place)
    near = np.zeros((len(one), len(other)), bool)
    for place, text in enumerate(one):
        for key in _blurred(text):
            for found in keys.get(key, ()):
                near[place, found] = near[place, found] or within_one_edit(text, other[found])
    return near


def _blurred(text: str) -> Iterator[str]:
    """Yield a number with each of its digits missing: numbers within one edit have one in common."""
    yield text
    for k in range(len(text)):
        yield text[:k] + text[k + 1 :]
        yield f"{text[:k]}?{text[k + 1 :]}"
        if k + 1 < len(text):
            yield f"{text[:k]}{''.join(sorted(text[k : k + 2]))}#{text[k + 2 :]}"
