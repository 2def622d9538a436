"""Value matches: which texts of two tables match, and how.

Most do not, and are never looked at: equal codes are found by going through both vocabularies in the order of their
codes, as a merge join does, and numbers within one edit as those that have a code in common once a digit is left out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tablekin.collation.value_relations import are_near
from tablekin.collation.values import MIN_BARE_DIGITS
from tablekin.collation.vocabulary import NOTHING, Codes, Places, Vocabulary
from tablekin.models.compilation import compiled

SAME, SAME_NUMBER, SAME_BARE, NEAR = range(4)
"""Ways in which texts match: the same groups; one number; digits that are no zeros; one edit."""


class ValueMatches(NamedTuple):
    """Texts of two vocabularies that match, each in the best of the ways; some are listed twice."""

    one: Places  # (matches,)
    other: Places
    kind: Places


def match_values(one: Vocabulary, other: Vocabulary) -> ValueMatches:
    """Find the texts of two tables that match."""
    return ValueMatches(*_match(one, other))


@compiled
def _match(one: Vocabulary, other: Vocabulary) -> Places:
    """List matches, ``(3, matches)``, as ``ValueMatches`` has them."""
    found = [(0, 0, 0) for _ in range(0)]
    for i, j in _equal(one.groups, one.by_groups, other.groups, other.by_groups):
        found.append((i, j, SAME))
    for i, j in _equal(one.number, one.by_number, other.number, other.by_number):
        if one.groups[i] != other.groups[j]:
            found.append((i, j, SAME_NUMBER))
    for i, j in _equal(one.bare, one.by_bare, other.bare, other.by_bare):
        if one.bare_digits[i] >= MIN_BARE_DIGITS and not _are_equal(one, i, other, j):
            found.append((i, j, SAME_BARE))
    order, order_of_other = np.arange(len(one.blurred)), np.arange(len(other.blurred))
    for key, key_of_other in _equal(one.blurred, order, other.blurred, order_of_other):
        i, j = one.blurred_text[key], other.blurred_text[key_of_other]
        is_bare = one.bare[i] == other.bare[j] and one.bare_digits[i] >= MIN_BARE_DIGITS
        if not is_bare and not _are_equal(one, i, other, j) and are_near(one, i, other, j):
            found.append((i, j, NEAR))
    places = np.empty((3, len(found)), np.int64)
    for n in range(len(found)):
        places[0, n], places[1, n], places[2, n] = found[n]
    return places


@compiled
def _are_equal(one: Vocabulary, i: int, other: Vocabulary, j: int) -> bool:
    return one.groups[i] == other.groups[j] or one.number[i] == other.number[j]


@compiled
def _equal(one: Codes, order: Places, other: Codes, order_of_other: Places) -> list[tuple[int, int]]:
    """List the places at which two arrays have a code in common; both orders are those of rising codes."""
    found = [(0, 0) for _ in range(0)]
    first = 0
    for i in order:
        code = one[i]
        while first < len(other) and other[order_of_other[first]] < code:
            first += 1
        place = first
        while code != NOTHING and place < len(other) and other[order_of_other[place]] == code:
            found.append((i, order_of_other[place]))
            place += 1
    return found
