"""Vocabulary: the different texts of a table, numbered, each in all the ways in which values are compared.

Comparing every cell with every other means comparing texts again and again. Here each text is read once; afterwards
only whole numbers are compared. The code of a number, or of anything else that is compared, is a digest of 64 bits:
equal texts have equal codes, and that two others have one is as good as impossible.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.edit_distance import MIN_DIGITS
from tablekin.collation.values import MAX_ARGUMENT_DIGITS, Text
from tablekin.models.compilation import compiled

Codes = NDArray[np.int64]
Places = NDArray[np.int64]
NOTHING = 0
"""Code of what an empty text says."""
_FACTOR = 6364136223846793005  # odd, so that no digit is lost: that of Knuth's generator MMIX
_SPACE, _ZERO, _BAR = (ord(sign) for sign in " 0|")
NO_VALUE = -1
"""Value of an empty text, and of a number with more digits than an argument has."""


class Vocabulary(NamedTuple):
    """Different texts of a table, in forms that compiled functions compare."""

    raw: NDArray[np.uint8]  # (texts, most signs) as it stands, zeros after its end
    spelling: NDArray[np.uint8]  # (texts, most signs) as one number, likewise
    number: Codes  # (texts,) see :func:`tablekin.collation.values.as_number`
    groups: Codes  # (texts,) see as_groups
    bare: Codes  # (texts,) all digits that are no zeros
    value: NDArray[np.int64]  # (texts,) the number itself
    digits: NDArray[np.int64]  # (texts,) of the number
    significant: NDArray[np.int64]  # (texts,) those before the zeros at its end
    bare_digits: NDArray[np.int64]  # (texts,) those that are no zeros
    spaces: NDArray[np.int64]  # (texts,)
    by_number: Places  # (texts,) in the order of their codes
    by_groups: Places
    by_bare: Places
    blurred: Codes  # (keys,) in order: numbers that may be near others, and each without one of its digits
    blurred_text: Places  # (keys,) the text it is of


class NumberedTexts(NamedTuple):
    """Cells of a table, or of some columns of it."""

    vocabulary: Vocabulary
    place: Places  # (rows, columns) number of the text of each cell


def number_texts(text: Text) -> NumberedTexts:
    """Count off the different texts of cells ``(rows, columns)``."""
    cells = text.ravel().tolist()
    numbers = {one: number for number, one in enumerate(dict.fromkeys(cells))}
    place = np.fromiter(map(numbers.__getitem__, cells), np.int64, len(cells))
    return NumberedTexts(_make(list(numbers)), place.reshape(text.shape))


def _make(texts: list[str]) -> Vocabulary:
    coded = encode_texts(np.array(texts or [""], "S").view(np.uint8).reshape(len(texts or [""]), -1))
    by_number, by_groups, by_bare = (np.argsort(one) for one in (coded.number, coded.groups, coded.bare))
    keys, text = _blur(coded.spelling, coded.number, coded.digits)
    order = np.argsort(keys)
    return coded._replace(
        by_number=by_number,
        by_groups=by_groups,
        by_bare=by_bare,
        blurred=keys[order],
        blurred_text=text[order],
    )


def encode_texts(raw: NDArray[np.uint8]) -> Vocabulary:
    """Code texts ``(texts, most signs)``, zeros after their end, without sorting them."""
    spelling, codes, counts, value = _encode(raw)
    (number, groups, bare), (digits, significant, bare_digits, spaces) = codes, counts
    unsorted = np.zeros(0, np.int64)
    return Vocabulary(
        *(raw, spelling, number, groups, bare, value, digits, significant, bare_digits, spaces),
        *(unsorted, unsorted, unsorted, unsorted, unsorted),
    )


@compiled
def _extended(code: int, sign: int) -> int:
    return code * _FACTOR + sign


@compiled
def _encode(
    raw: NDArray[np.uint8],
) -> tuple[NDArray[np.uint8], Codes, NDArray[np.int64], NDArray[np.int64]]:
    """Spell every text as a number; code number, groups and bare digits; count digits, as ``Vocabulary`` has them."""
    spelling = np.zeros_like(raw)
    codes = np.zeros((3, len(raw)), np.int64)
    counts = np.zeros((4, len(raw)), np.int64)
    values = np.full(len(raw), NO_VALUE, np.int64)
    for t in range(len(raw)):
        digits = significant = bare_digits = spaces = 0
        number = groups = bare = value = 0
        is_open = is_begun = False  # a group, and its digits other than zeros before it
        for sign in raw[t]:
            if sign == 0:
                break
            if sign == _SPACE:
                spaces += 1
                groups = _extended(groups, _ZERO) if is_open and not is_begun else groups
                is_open = False
                continue
            if not is_open:
                groups = _extended(groups, _BAR) if groups else groups
                is_open, is_begun = True, False
            if sign != _ZERO:
                is_begun = True
                bare, bare_digits = _extended(bare, sign), bare_digits + 1
            if is_begun:
                groups = _extended(groups, sign)
            if digits or sign != _ZERO:
                number = _extended(number, sign)
                spelling[t, digits] = sign
                digits += 1
                value = 10 * value + sign - _ZERO if digits <= MAX_ARGUMENT_DIGITS else NO_VALUE
                significant = digits if sign != _ZERO else significant
        if is_open and not is_begun:
            groups = _extended(groups, _ZERO)
        if raw[t, 0] and not digits:
            number, digits = _extended(0, _ZERO), 1
            spelling[t, 0] = _ZERO
        codes[0, t], codes[1, t], codes[2, t] = number, groups, bare
        counts[0, t], counts[1, t], counts[2, t], counts[3, t] = digits, significant, bare_digits, spaces
        values[t] = value if digits else NO_VALUE
    return spelling, codes, counts, values


@compiled
def _blur(spelling: NDArray[np.uint8], number: Codes, digits: NDArray[np.int64]) -> tuple[Codes, Places]:
    """Code numbers as they are and without each of their digits: those within one edit have a code in common."""
    most = digits.sum() + len(digits)
    keys, text = np.empty(most, np.int64), np.empty(most, np.int64)
    count = 0
    for t in range(len(digits)):
        if digits[t] < MIN_DIGITS:
            continue
        keys[count], text[count] = number[t], t
        count += 1
        for left_out in range(digits[t]):
            if left_out and spelling[t, left_out] == spelling[t, left_out - 1]:
                continue  # the same as without the digit before
            code = 0
            for k in range(digits[t]):
                if k != left_out:
                    code = _extended(code, spelling[t, k])
            keys[count], text[count] = code, t
            count += 1
    return keys[:count], text[:count]
