"""Touching: letters of Roman numerals that are printed so close that they are one piece of ink."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tablekin.digitize.pieces import Pieces
from tablekin.models.networks.architecture import DIGIT_HEIGHT
from tablekin.models.networks.marks import mark_index
from tablekin.page import MarkDetections
from tablekin.threshold import threshold


@dataclass(frozen=True)
class TouchingCriteria:
    """What is left of a piece of ink beside the letters that were read of it."""

    min_width: float = threshold(
        0.22, "digit heights", "that are free beside a letter, in which another may stand"
    )
    max_width: float = threshold(3.0, "digit heights", "more is no letter of a numeral")
    min_height: float = threshold(0.6, "digit heights", "of a piece of ink at least")
    max_height: float = threshold(1.8, "digit heights", "likewise at most")
    letter: float = threshold(0.45, "digit heights", "that an I is wide, in steps of which more are sought")
    min_score: float = threshold(0.5, "probability", "of a letter that was read at least")
    numerals: int = threshold(2, "letters I, V, X", "of a page on which a ♊ may be two I")
    signs: int = threshold(2, "signs of the zodiac", "other than ♊, of a page on which it is one")


CRITERIA = TouchingCriteria()
_NUMERAL = np.array([mark_index(letter) for letter in "IVXLCDMivxlcdmj"])
_IVX = np.array([mark_index(letter) for letter in "IVX"])
_ONE, _TWINS = mark_index("I"), mark_index("♊")
_OTHER_SIGNS = np.array([mark_index(sign) for sign in "♈♉♋♌♍♎♏♐♑♒♓"])


def find_free_ink(
    marks: MarkDetections, owned: Sequence[NDArray[np.int32]], pieces: Pieces
) -> NDArray[np.float32]:
    """Find where another letter may stand beside those of a numeral, in the same piece of ink.

    Parameters
    ----------
    marks
        Marks of the page, ``m``.
    owned
        The pieces that each has, as from :meth:`Pieces.of_marks`.
    pieces
        The ink of the page.

    Returns
    -------
    ndarray
        ``(k, 4)``: boxes, as wide as what is free or as an I.
    """
    is_letter = np.isin(marks.mark, _NUMERAL) & (marks.score >= CRITERIA.min_score)
    letters: dict[int, list[int]] = {}
    others: set[int] = set()
    for index, own in enumerate(owned):
        for piece in own.tolist():
            if is_letter[index]:
                letters.setdefault(piece, []).append(index)
            else:
                others.add(piece)
    free: list[tuple[float, float, float, float]] = []
    for piece in letters.keys() - others:
        first, top, last, foot = pieces.boxes[piece].tolist()
        if not CRITERIA.min_height <= (foot - top) / DIGIT_HEIGHT <= CRITERIA.max_height:
            continue
        spans = marks.boxes[letters[piece]][:, [0, 2]]
        for start, end in _gaps(spans[np.argsort(spans[:, 0])].tolist(), first, last):
            wide = (end - start) / DIGIT_HEIGHT
            if CRITERIA.min_width <= wide <= CRITERIA.max_width:
                edges = np.linspace(start, end, max(1, round(wide / CRITERIA.letter)) + 1).tolist()
                free += [(one, top, other, foot) for one, other in pairwise(edges)]
    return np.array(sorted(free), np.float32).reshape(-1, 4)


def _gaps(spans: list[list[float]], first: float, last: float) -> Iterator[tuple[float, float]]:
    """Give what is free between spans that are sorted, from the first to the last."""
    for start, end in [*spans, [last, last]]:
        yield first, min(start, last)
        first = max(first, end)


def part_twins(marks: MarkDetections) -> MarkDetections:
    """Read a ♊ as two letters I on a page of numerals that has no other signs of the zodiac."""
    sure = marks.mark[marks.score >= CRITERIA.min_score]
    twins = marks.mark == _TWINS
    is_numeral = np.sum(np.isin(sure, _IVX)) >= CRITERIA.numerals
    if not twins.any() or not is_numeral or len(set(sure) & set(_OTHER_SIGNS)) >= CRITERIA.signs:
        return marks
    x0, y0, x1, y1 = marks.boxes[twins].T
    middle = (x0 + x1) / 2
    halves = np.concatenate([np.stack([x0, y0, middle, y1], 1), np.stack([middle, y0, x1, y1], 1)])
    return MarkDetections(
        np.concatenate([marks.mark[~twins], np.full(len(halves), _ONE, np.int16)]),
        np.concatenate([marks.score[~twins], np.tile(marks.score[twins], 2)]),
        np.concatenate([marks.boxes[~twins], halves]),
    )
