"""Value relations: whether two texts of vocabularies are of one value, or nearly; compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.edit_distance import spelled_within_one_edit
from tablekin.collation.vocabulary import NOTHING, Places, Vocabulary
from tablekin.models.compilation import compiled

Array = NDArray[np.float64]
_ZERO, _SPACE = (ord(sign) for sign in "0 ")


@compiled
def are_same(one: Vocabulary, i: int, other: Vocabulary, j: int) -> bool:
    """Tell whether two texts are of one value; empty ones are not.

    See :func:`tablekin.collation.values.is_same_value`.
    """
    if one.number[i] == NOTHING or other.number[j] == NOTHING:
        return False
    if one.groups[i] == other.groups[j] or one.number[i] == other.number[j]:
        return True
    if one.bare[i] != other.bare[j]:
        return False
    if one.spaces[i] > 0 and other.spaces[j] == 0:
        return _is_without_points(other.raw[j], one.raw[i])
    return one.spaces[i] == 0 and other.spaces[j] > 0 and _is_without_points(one.raw[i], other.raw[j])


@compiled
def are_near(one: Vocabulary, i: int, other: Vocabulary, j: int) -> bool:
    """Tell whether two texts are numbers within one edit."""
    return spelled_within_one_edit(one.spelling[i], one.digits[i], other.spelling[j], other.digits[j])


@compiled
def same_at(one: Vocabulary, place: Places, other: Vocabulary, place_b: Places) -> NDArray[np.bool_]:
    """Tell which of the texts at the places of one column are of one value with those of another; ``(n,)``."""
    found = np.zeros(len(place), np.bool_)
    for n in range(len(place)):
        found[n] = are_same(one, place[n], other, place_b[n])
    return found


@compiled
def near_at(one: Vocabulary, place: Places, other: Vocabulary, place_b: Places) -> NDArray[np.bool_]:
    """Tell which of them are numbers within one edit; ``(n,)``."""
    found = np.zeros(len(place), np.bool_)
    for n in range(len(place)):
        found[n] = are_near(one, place[n], other, place_b[n])
    return found


@compiled
def same_between(one: Vocabulary, place: Places, other: Vocabulary, place_b: Places) -> NDArray[np.bool_]:
    """Tell which texts of one column are of one value with which of another; ``(m, n)``."""
    found = np.zeros((len(place), len(place_b)), np.bool_)
    numbers, numbers_b = one.number[place], other.number[place_b]
    groups, groups_b = one.groups[place], other.groups[place_b]
    bare, bare_b = one.bare[place], other.bare[place_b]
    for i in range(len(place)):
        if numbers[i] == NOTHING:
            continue
        for j in range(len(place_b)):
            if numbers[i] == numbers_b[j] or groups[i] == groups_b[j]:
                found[i, j] = numbers_b[j] != NOTHING
            elif bare[i] == bare_b[j]:
                found[i, j] = are_same(one, place[i], other, place_b[j])
    return found


@compiled
def _is_without_points(text: NDArray[np.uint8], groups: NDArray[np.uint8]) -> bool:
    """Tell whether a text is another without its points and zeros behind them: 92 is 9 02, and 9 is 9 00.

    It is made of the groups of the other, without the zeros before them; each may have any number of zeros before it.
    """
    place = 0
    is_begun = ends_in_zeros = False  # a group, besides its zeros; the last group has nothing else
    for sign in groups:
        if sign == 0:
            break
        if sign == _SPACE:
            is_begun = False
            continue
        if sign == _ZERO and not is_begun:
            ends_in_zeros = True
            continue
        if not is_begun:
            is_begun, ends_in_zeros = True, False
            while place < len(text) and text[place] == _ZERO:
                place += 1
        if place == len(text) or text[place] != sign:
            return False
        place += 1
    while ends_in_zeros and place < len(text) and text[place] == _ZERO:
        place += 1
    return place == len(text) or text[place] == 0
