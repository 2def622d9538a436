"""Value matches: which texts of two tables match, and how.

Most do not, and are never looked at: equal codes are found by going through both vocabularies in the order of their
codes, as a merge join does, and numbers within one edit as those that have a code in common once a digit is left out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tablekin.collation.edit_distance import spelled_within_one_edit
from tablekin.collation.values import MIN_BARE_DIGITS
from tablekin.collation.vocabulary import NOTHING, Codes, Places, Vocabulary
from tablekin.models.compilation import compiled

_ROOM = 256  # matches
_MARKS = 1 << 14  # of the first bits of codes: some ten times as many as there are codes
_REST = 64 - 14  # bits of a code behind them
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
def _match(one: Vocabulary, other: Vocabulary) -> Places:  # pragma: no cover (compiled)
    """List matches, ``(3, matches)``, as ``ValueMatches`` has them."""
    found, count = np.empty((3, _ROOM), np.int64), 0
    number, number_b, groups, groups_b = one.number, other.number, one.groups, other.groups
    bare, bare_b = one.bare, other.bare
    is_known = one.bare_digits >= MIN_BARE_DIGITS  # by its digits that are no zeros
    own, others = _possible(groups, one.by_groups, groups_b), _possible(groups_b, other.by_groups, groups)
    for first, end, first_b, end_b in _equal(groups, own, groups_b, others):
        for i in own[first:end]:
            for j in others[first_b:end_b]:
                found, count = _add(found, count, i, j, SAME)
    own, others = _possible(number, one.by_number, number_b), _possible(number_b, other.by_number, number)
    for first, end, first_b, end_b in _equal(number, own, number_b, others):
        for i in own[first:end]:
            for j in others[first_b:end_b]:
                if groups[i] != groups_b[j]:
                    found, count = _add(found, count, i, j, SAME_NUMBER)
    own, others = _possible(bare, one.by_bare, bare_b), _possible(bare_b, other.by_bare, bare)
    for first, end, first_b, end_b in _equal(bare, own, bare_b, others):
        for i in own[first:end]:
            for j in others[first_b:end_b]:
                if is_known[i] and groups[i] != groups_b[j] and number[i] != number_b[j]:
                    found, count = _add(found, count, i, j, SAME_BARE)
    keys, keys_b = one.blurred, other.blurred
    digits, digits_b, spelling, spelling_b = one.digits, other.digits, one.spelling, other.spelling
    own = _possible(keys, np.arange(len(keys)), keys_b)
    others = _possible(keys_b, np.arange(len(keys_b)), keys)
    for first, end, first_b, end_b in _equal(keys, own, keys_b, others):
        for i in one.blurred_text[own[first:end]]:
            for j in other.blurred_text[others[first_b:end_b]]:
                if abs(digits[i] - digits_b[j]) > 1 or groups[i] == groups_b[j] or number[i] == number_b[j]:
                    continue
                if is_known[i] and bare[i] == bare_b[j]:
                    continue
                if spelled_within_one_edit(spelling[i], digits[i], spelling_b[j], digits_b[j]):
                    found, count = _add(found, count, i, j, NEAR)
    return found[:, :count].copy()


@compiled
def _add(found: Places, count: int, i: int, j: int, kind: int) -> tuple[Places, int]:  # pragma: no cover
    """Write down a match, in twice the room where there is none left; returns the room and how many there are."""
    if count == found.shape[1]:
        more = np.empty((3, 2 * count), np.int64)
        more[:, :count] = found
        found = more
    found[0, count], found[1, count], found[2, count] = i, j, kind
    return found, count + 1


@compiled
def _possible(codes: Codes, order: Places, others: Codes) -> Places:  # pragma: no cover (compiled)
    """Leave out of an order the codes that are surely none of others: most of them, without a comparison.

    Which of them may be is told by their first bits.
    """
    is_taken = np.zeros(_MARKS, np.uint8)
    for code in others:
        is_taken[(code >> _REST) & (_MARKS - 1)] = 1
    left, count = np.empty(len(order), np.int64), 0
    for place in order:
        left[count] = place
        count += is_taken[(codes[place] >> _REST) & (_MARKS - 1)]
    return left[:count]


@compiled
def _equal(one: Codes, order: Places, other: Codes, order_of_other: Places) -> Places:  # pragma: no cover
    """Find the codes that two arrays have in common: ``(codes, 4)``, from where and to where each has it.

    Both orders are of rising codes, and need not have all of them; the places are places in them.
    """
    runs, count = np.empty((min(len(order), len(order_of_other)), 4), np.int64), 0
    end = end_b = 0
    while end < len(order) and end_b < len(order_of_other):
        code, code_b = one[order[end]], other[order_of_other[end_b]]
        first, first_b = end, end_b
        if code <= code_b:
            while end < len(order) and one[order[end]] == code:
                end += 1
        if code_b <= code:
            while end_b < len(order_of_other) and other[order_of_other[end_b]] == code_b:
                end_b += 1
        if code == code_b and code != NOTHING:
            runs[count, 0], runs[count, 1], runs[count, 2], runs[count, 3] = first, end, first_b, end_b
            count += 1
    return runs[:count]
