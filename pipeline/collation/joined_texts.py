"""Joined texts: what one and more neighbouring columns of a table say together, from each cell of it on."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.vocabulary import NumberedTexts, Places, Vocabulary, encode_texts
from tablekin.models.compilation import compiled

_SPACE = ord(" ")


class TableSide(NamedTuple):
    """A table as compiled functions read it."""

    place: Places  # (rows, columns) number of the text of each cell, in the vocabulary of the table
    together: Vocabulary  # what one and more neighbouring columns say, as from ``join_texts``


def join_texts(texts: NumberedTexts, most: int) -> Vocabulary:
    """Join the texts of up to ``most`` neighbouring columns, with spaces between those that are not empty.

    Returns
    -------
    Vocabulary
        ``most * rows * columns`` texts: first each cell by itself, row by row, then each with the one to the right of
        it, and so on; empty where there are not so many columns. They are not sorted.
    """
    return encode_texts(_join(texts.vocabulary.raw, texts.place, most))


@compiled
def _join(
    raw: NDArray[np.uint8], place: Places, most: int
) -> NDArray[np.uint8]:  # pragma: no cover (compiled)
    """Write the joined texts, ``(texts, most signs)``, zeros after their end."""
    (rows, columns), width = place.shape, raw.shape[1]
    joined = np.zeros((most * rows * columns, most * (width + 1) - 1), np.uint8)
    for count in range(1, min(most, columns) + 1):
        for row in range(rows):
            for first in range(columns - count + 1):
                text, end = joined[((count - 1) * rows + row) * columns + first], 0
                for column in range(first, first + count):
                    source = raw[place[row, column]]
                    if source[0] and end:
                        text[end] = _SPACE
                        end += 1
                    for sign in source:
                        if sign == 0:
                            break
                        text[end] = sign
                        end += 1
    return joined


@compiled
def place_of(side: TableSide, row: Any, first: int, count: int) -> Any:  # pragma: no cover (compiled)
    """Find in ``side.together`` what ``count`` columns from ``first`` on say in a row, or in each of some rows."""
    rows, columns = side.place.shape
    return ((count - 1) * rows + row) * columns + first
