"""Sorts: whether round letters and l stand among the digits 0 and 1 of a page, which tells its own by their shapes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.models.networks.architecture import DIGIT_HEIGHT, DIGITS
from tablekin.models.networks.closeups import CloseupReader, cut_windows, read_closeups
from tablekin.models.networks.marks import mark_index
from tablekin.page import Detections, MarkDetections
from tablekin.threshold import threshold

_PICTURES = "inputs/symbols, five faces that were not trained on, and all real scans"


@dataclass(frozen=True)
class SortCriteria:
    """When a page has two sorts where one digit was read, and one of them is a letter."""

    min_own: int = threshold(5, "digits", "of the page's own sort at least")
    min_other: int = threshold(3, "digits", "of the other sort at least")
    wider: float = threshold(
        1.1, "times", "wider than the page's 0 that an O is, by their middles", chosen=_PICTURES
    )
    parted: float = threshold(
        0.75, "share of the variance of the widths", "that lies between the two sorts", chosen=_PICTURES
    )
    looked_at: int = threshold(16, "digits", "of either sort that the close-up reader sees")
    is_letter: float = threshold(0.3, "probability", "of the letter, on average of the other sort, at least")
    is_own: float = threshold(0.1, "probability", "of the letter, on average of the page's own, at most")
    each: float = threshold(0.1, "probability", "of the letter, of each digit that gives way, at least")
    beside: float = threshold(0.5, "digit heights", "from an O to an l that stands beside it at most")
    level: float = threshold(0.5, "digit heights", "between their middles at most")
    hint: float = threshold(
        0.03, "probability", "of an l or I, on average of those beside an O, at least", chosen=_PICTURES
    )
    of_hint: float = threshold(0.25, "of it", "that the other digits 1 of the page have at most")
    unlike: float = threshold(
        3.0, "standard deviations", "between their pictures and those of the page's own 1 at least"
    )
    flag: float = threshold(0.6, "of the ink left of its stem", "right of it, at the head, has an l at most")
    seen: float = threshold(0.5, "probability", "of a round letter that was seen before at least")
    score: float = threshold(0.9, "probability", "that such a letter is given")


CRITERIA = SortCriteria()
_ROUND = np.array([DIGITS + mark_index(letter) for letter in "OQCDG"])
_UPRIGHT = np.array([DIGITS + mark_index(letter) for letter in "lIi"])
_HEAD = 0.3  # share of the height of a letter that is its head


def find_letter_sorts(
    reader: CloseupReader, ink: NDArray[np.float32], digits: Detections, marks: MarkDetections
) -> tuple[NDArray[np.bool_], MarkDetections]:
    """Find letters O (and C, D, G, Q), and letters l and I beside them, among the digits of a page.

    An O is wider than the page's own 0, and the reader may take it for one. Where there are such, a 1 beside one is
    a letter if the page's other ones look otherwise, and the reader thinks of a letter more often where it stands
    than elsewhere.

    Parameters
    ----------
    reader
        The close-up reader.
    ink
        ``(h, w)``, the working page.
    digits, marks
        All that was found on the page, ``n`` digits; a round letter that was seen before counts, too.

    Returns
    -------
    tuple
        ``(n,)``: which of the digits are letters; and these as marks.
    """
    rounds, names = _round_letters(reader, ink, digits)
    seen = marks.boxes[np.isin(marks.mark, _ROUND - DIGITS) & (marks.score >= CRITERIA.seen)]
    upright, letters = _upright_letters(reader, ink, digits, np.concatenate([digits.boxes[rounds], seen]))
    found = np.concatenate([rounds, upright])
    is_letter = np.zeros(len(digits), bool)
    is_letter[found] = True
    mark = np.concatenate([names, letters]).astype(np.int16)
    score = np.full(len(found), CRITERIA.score, np.float32)
    return is_letter, MarkDetections(mark, score, digits.boxes[found])


def _round_letters(
    reader: CloseupReader, ink: NDArray[np.float32], digits: Detections
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """List the zeros that are round letters, and which."""
    wide = _wide_zeros(digits)
    own = np.flatnonzero((digits.digit == 0) & ~np.isin(np.arange(len(digits)), wide))
    if not len(wide) or _mean_share(reader, ink, digits, own, _ROUND) > CRITERIA.is_own:
        return own[:0], own[:0]
    of_letters = _of_letters(reader, ink, digits, wide, _ROUND)
    share = of_letters.sum(1)
    given = (share >= CRITERIA.each) & (share.mean() >= CRITERIA.is_letter)
    return wide[given], (_ROUND[of_letters.argmax(1)] - DIGITS)[given]


def _wide_zeros(digits: Detections) -> NDArray[np.intp]:
    """List the zeros of the wider of two sorts; none where all are of one."""
    zeros = np.flatnonzero(digits.digit == 0)
    if len(zeros) < CRITERIA.min_own + CRITERIA.min_other:
        return zeros[:0]
    width = digits.boxes[zeros, 2] - digits.boxes[zeros, 0]
    order = np.argsort(width, kind="stable")
    ordered = width[order].astype(np.float64)
    count = np.arange(1, len(zeros))
    left = np.cumsum(ordered)[:-1] / count
    right = (ordered.sum() - count * left) / (len(zeros) - count)
    between = count * (len(zeros) - count) / len(zeros) ** 2 * (right - left) ** 2
    between[: CRITERIA.min_own - 1] = 0
    between[len(zeros) - CRITERIA.min_other :] = 0
    cut = int(between.argmax()) + 1
    ratio = np.median(ordered[cut:]) / max(float(np.median(ordered[:cut])), 1.0)
    if between[cut - 1] < CRITERIA.parted * ordered.var() or ratio < CRITERIA.wider:
        return zeros[:0]
    return zeros[np.sort(order[cut:])]


def _of_letters(
    reader: CloseupReader,
    ink: NDArray[np.float32],
    digits: Detections,
    chosen: NDArray[np.intp],
    classes: NDArray[np.intp],
) -> NDArray[np.float32]:
    """How probable the reader thinks each of some letters where these ``k`` digits stand, ``(k, classes)``."""
    seen = read_closeups(reader, ink, digits.centres[chosen].astype(np.float32))
    probabilities: NDArray[np.float32] = seen.probabilities[:, classes]
    return probabilities


def _mean_share(
    reader: CloseupReader,
    ink: NDArray[np.float32],
    digits: Detections,
    chosen: NDArray[np.intp],
    classes: NDArray[np.intp],
) -> float:
    """Average over some of these digits, taken evenly, how probable any of the letters is."""
    some = chosen[np.linspace(0, len(chosen) - 1, min(len(chosen), CRITERIA.looked_at)).astype(np.intp)]
    return float(_of_letters(reader, ink, digits, some, classes).sum(1).mean())


def _upright_letters(
    reader: CloseupReader, ink: NDArray[np.float32], digits: Detections, rounds: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.int16]]:
    """List the ones on the left or the right of letters O ``(k, 4)`` that are letters, too, and which."""
    ones = np.flatnonzero(digits.digit == 1)
    if not len(ones) or not len(rounds):
        return ones[:0], np.zeros(0, np.int16)
    away = digits.centres[ones][:, None] - (rounds[None, :, :2] + rounds[None, :, 2:]) / 2
    wide = (digits.boxes[ones, 2] - digits.boxes[ones, 0])[:, None] + rounds[None, :, 2] - rounds[None, :, 0]
    gap = np.abs(away[:, :, 0]) - wide / 2
    near = gap <= CRITERIA.beside * DIGIT_HEIGHT
    near &= np.abs(away[:, :, 1]) <= CRITERIA.level * DIGIT_HEIGHT
    own = ones[~near.any(1)]
    found, letters = [], []
    for side in (away[:, :, 0] < 0, away[:, :, 0] > 0):
        beside = ones[(near & side).any(1)]
        if len(beside) < CRITERIA.min_other or len(own) < CRITERIA.min_own:
            continue
        hint = _mean_share(reader, ink, digits, beside, _UPRIGHT)
        usual = _mean_share(reader, ink, digits, own, _UPRIGHT)
        pictures = _pictures(ink, digits, beside)
        unlike = unlikeness(pictures, _pictures(ink, digits, own))
        if hint < CRITERIA.hint or usual > CRITERIA.of_hint * hint or unlike < CRITERIA.unlike:
            continue
        letter = mark_index("l" if _has_flag(pictures.mean(0)) else "I")
        found.append(beside)
        letters.append(np.full(len(beside), letter, np.int16))
    return np.concatenate([ones[:0], *found]), np.concatenate([np.zeros(0, np.int16), *letters])


def _pictures(ink: NDArray[np.float32], digits: Detections, chosen: NDArray[np.intp]) -> NDArray[np.float32]:
    """Cut digits out ``(k, WINDOW, WINDOW)``, each around the middle of its own ink, without its neighbours."""
    windows = cut_windows(ink, digits.centres[chosen].astype(np.float32))
    steps = np.arange(windows.shape[1]) - windows.shape[1] // 2
    half = (digits.boxes[chosen, 2:] - digits.boxes[chosen, :2]) / 2 + 1
    windows *= (np.abs(steps)[None, None, :] <= half[:, 0, None, None]) & (
        np.abs(steps)[None, :, None] <= half[:, 1, None, None] + 2
    )
    x, y = middles_of_ink(windows)
    return np.stack(
        [np.roll(window, (-dy, -dx), (0, 1)) for window, dx, dy in zip(windows, x, y, strict=True)]
    )


def middles_of_ink(windows: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find how far the middle of their ink lies from that of windows ``(n, side, side)``: x, y ``(n,)`` in pixels."""
    steps = np.arange(windows.shape[1]) - windows.shape[1] // 2
    whole = np.maximum(windows.sum((1, 2)), 1e-6)
    x, y = ((windows.sum(axis) * steps).sum(1) / whole for axis in (1, 2))
    return np.rint(x).astype(np.int64), np.rint(y).astype(np.int64)


def unlikeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """How far two groups of pictures ``(n, h, w)`` lie apart, in standard deviations along their difference.

    The difference is that of one half of either group, the distance is that of the other half, since of few pictures
    any two groups differ in something.
    """
    flat, flat_other = one.reshape(len(one), -1), other.reshape(len(other), -1)
    direction = flat[::2].mean(0) - flat_other[::2].mean(0)
    along, along_other = flat[1::2] @ direction, flat_other[1::2] @ direction
    spread = np.sqrt((along.var() + along_other.var()) / 2)
    return float((along.mean() - along_other.mean()) / max(float(spread), 1e-6))


def _has_flag(picture: NDArray[np.float32]) -> bool:
    """Tell whether an upright letter ``(h, w)`` has ink at its head on the left of its stem alone, as an l has."""
    rows = np.flatnonzero(picture.sum(1) > picture.sum(1).max() / 4)
    stem = int(picture.sum(0).argmax())
    head = picture[rows[0] : rows[0] + max(2, round(_HEAD * len(rows)))]
    wider = (head - np.median(picture[rows], axis=0)).clip(0)
    left, right = wider[:, :stem].sum(), wider[:, stem + 1 :].sum()
    return bool(right <= CRITERIA.flag * left)
