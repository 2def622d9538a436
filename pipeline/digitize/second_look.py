"""Second look: what is in doubt on a page is looked at once more, in the ink itself.

The glyph reader sees a page at a quarter of its resolution. What it is not sure of, what it cannot tell apart there,
and ink that nobody has read yet is shown to the close-up reader, which sees the ink as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tablekin.digitize.dashes import name_dashes
from tablekin.digitize.pieces import COMPOSED, Pieces, find_pieces, fit_to_ink
from tablekin.digitize.points import POINT, POINTS, count_anew, find_hidden_points, go_on
from tablekin.digitize.sorts import find_letter_sorts
from tablekin.digitize.touching import find_free_ink, part_twins
from tablekin.digitize.unit_signs import find_degree_signs
from tablekin.models.networks.architecture import DIGIT_HEIGHT
from tablekin.models.networks.closeups import CloseupReader, read_closeups
from tablekin.models.networks.glyphs import NOTHING
from tablekin.models.networks.marks import FRACTIONS, MARKS, mark_index
from tablekin.page import Detections, MarkDetections
from tablekin.threshold import threshold


@dataclass(frozen=True)
class SecondLookCriteria:
    """What is looked at again, and when it is believed."""

    sure_digit: float = threshold(
        0.95, "probability", "a digit that the glyph reader names with more is not looked at again"
    )
    weak: float = threshold(0.45, "activation", "one with less is, however it is named")
    sure_mark: float = threshold(
        0.97, "probability", "a mark that it names with more is not, but for those that it mixes up"
    )
    rival: float = threshold(0.3, "probability", "of a mark from which on the digit under it is looked at")
    digit_lost: float = threshold(
        0.9, "probability", "of a mark from which on it is printed where a digit was read"
    )
    letter_printed: float = threshold(
        0.97, "probability", "of a letter, likewise: it may be a broken or old sort of the digit"
    )
    spoken_for: float = threshold(
        0.9, "probability", "of a digit by the glyph reader from which on no letter takes its place"
    )
    faint: float = threshold(
        0.5, "activation", "where less was a digit, a mark is printed that was not seen before"
    )
    mark_kept: float = threshold(0.5, "probability", "of a mark that was not seen before at least")
    backing: float = threshold(0.5, "probability", "of a fraction by the glyph reader that backs another")
    fractions: int = threshold(5, "fractions", "that are sure on a page: then others of it are believed")
    backed: float = threshold(
        0.6, "digit heights", "from a fraction to one that the glyph reader has seen at most"
    )
    unread_kept: float = threshold(0.8, "probability", "of one in ink that nobody had read at least")
    believed: float = threshold(0.9, "probability", "of a mark by the glyph reader that stays in any case")
    nothing: float = threshold(0.8, "probability", "from which on there is no mark where one was read")
    along: float = threshold(
        12.0, "digit heights", "beside a digit, as far as ink is looked at that was not read"
    )
    across: float = threshold(0.8, "digit heights", "above or below it, likewise")
    level: float = threshold(2.0, "pixels of the working page", "that a point may be off its place in a row")
    min_size: int = threshold(3, "pixels of the working page", "smaller pieces are specks")
    max_size: int = threshold(36, "pixels of the working page", "larger ones are rules or words")
    letter: float = threshold(2.0, "digit heights", "beside a digit, as far as letters are looked at")
    max_letters: int = threshold(
        200, "marks", "with more, other letters are not looked at: words are no numbers"
    )
    max_places: int = threshold(
        600, "digits and marks of a page", "are looked at again, the least certain first"
    )
    max_unread: int = threshold(150, "pieces of ink that was not read", "are looked at, the largest first")
    agreed: float = threshold(
        0.8, "probability", "of the same mark by the glyph reader, which is enough then"
    )
    touch: float = threshold(2.0, "pixels of the working page", "between two parts of one mark at most")
    widest: float = threshold(1.4, "digit heights", "that a fraction or a per cent is wide at most")
    beside: float = threshold(
        4.0, "pixels of the working page", "beside a piece of ink that the centre of its mark may lie"
    )
    shared: float = threshold(0.6, "of the smaller box", "that two marks share which are the same ink")
    shared_by_alike: float = threshold(0.4, "of the smaller box", "that two of one kind share then")
    same: float = threshold(0.6, "share of a box", "from its centre, in which another mark is the same ink")


CRITERIA = SecondLookCriteria()
_MIXED_UP = np.array([mark_index(mark) for mark in "'′\"″„”“–−—+±F£%†‡" + FRACTIONS])
_FRACTIONS = np.array([mark_index(mark) for mark in FRACTIONS])
_LETTERS = np.array([mark.isalpha() for mark in MARKS])


def look_again(
    reader: CloseupReader,
    ink: NDArray[np.float32],
    digits: Detections,
    named: NDArray[np.float32],
    marks: MarkDetections,
) -> tuple[Detections, MarkDetections]:
    """Correct digits and marks by what their ink shows.

    Parameters
    ----------
    reader
        The close-up reader.
    ink
        ``(h, w)``, the working page.
    digits
        Digits of the page, ``n``.
    named
        ``(n,)``: probability of each by the glyph reader.
    marks
        Marks of the page, weak ones as well.

    Returns
    -------
    tuple
        Digits without those that are marks, and marks, each ink once, with those that nobody had seen.
    """
    digits, marks, anew = _named_anew(reader, ink, digits, named, marks)
    is_letter, letters = find_letter_sorts(reader, ink, digits, _joined(marks, anew))
    digits, anew = digits.take(~is_letter), _joined(anew, letters)
    is_sign, signs = find_degree_signs(digits)
    digits, anew = digits.take(~is_sign), _joined(anew, signs)
    if not len(digits):
        return digits, each_once(_joined(marks, anew))
    pieces = find_pieces(ink, digits)
    anew = each_once(anew)
    marks = each_once(_joined(marks, fit_to_ink(anew, marks, pieces)))
    marks = each_once(_joined(marks, _unread_marks(reader, ink, digits, marks, pieces)))
    marks = each_once(_joined(marks, find_hidden_points(ink, digits, marks, pieces)))
    marks = count_anew(ink, marks)
    return digits, join_parts(name_dashes(part_twins(marks)))


def _named_anew(
    reader: CloseupReader,
    ink: NDArray[np.float32],
    digits: Detections,
    named: NDArray[np.float32],
    marks: MarkDetections,
) -> tuple[Detections, MarkDetections, MarkDetections]:
    """Look at digits and marks in doubt; the digits and the marks that stay, and the marks that are named anew."""
    doubtful = np.flatnonzero(_is_doubtful(digits, named, marks))
    unsure = np.flatnonzero(_is_unsure(marks, digits))
    doubtful = doubtful[np.argsort(named[doubtful], kind="stable")][: CRITERIA.max_places]
    room = CRITERIA.max_places - len(doubtful)
    unsure = unsure[np.argsort(marks.score[unsure], kind="stable")][:room]
    places = np.concatenate([digits.centres[doubtful], marks.centres[unsure]]).astype(np.float32)
    seen = read_closeups(reader, ink, places)
    best, score = seen.marks
    of_digits, of_marks = np.split(np.arange(len(places)), [len(doubtful)])
    is_letter, faint = _LETTERS[best[of_digits]], digits.activation[doubtful] < CRITERIA.faint
    agreed = _is_agreed(places[of_digits], best[of_digits], marks)
    limits = np.where(faint | agreed, CRITERIA.mark_kept, CRITERIA.digit_lost)
    limits[is_letter] = np.where(named[doubtful] < CRITERIA.spoken_for, CRITERIA.letter_printed, 2.0)[
        is_letter
    ]
    believed = _is_backed(places, best, marks)
    lost = (score[of_digits] >= limits) & believed[of_digits]
    is_named = (score[of_marks] >= CRITERIA.mark_kept) & believed[of_marks]
    kept = np.ones(len(marks), bool)
    is_dirt = seen.probabilities[of_marks, NOTHING] >= CRITERIA.nothing
    kept[unsure] = ~is_named & ~(is_dirt & (marks.score[unsure] < CRITERIA.believed))
    left = np.ones(len(digits), bool)
    left[doubtful[lost]] = False
    found = np.concatenate([of_digits[lost], of_marks[is_named]])
    new = MarkDetections(best[found], score[found], seen.boxes[found])
    return digits.take(left), marks.take(kept), new


def _is_agreed(
    places: NDArray[np.float32], best: NDArray[np.int16], marks: MarkDetections
) -> NDArray[np.bool_]:
    """Tell at which places ``(n, 2)`` the glyph reader has seen the same mark ``(n,)``, and is fairly sure of it."""
    sure = marks.take(marks.score >= CRITERIA.agreed)
    if not len(sure) or not len(places):
        return np.zeros(len(places), bool)
    away, nearest = cKDTree(sure.centres).query(places)
    return np.asarray((away < CRITERIA.same * DIGIT_HEIGHT / 2) & (sure.mark[nearest] == best), bool)


def _is_backed(
    places: NDArray[np.float32], best: NDArray[np.int16], marks: MarkDetections
) -> NDArray[np.bool_]:
    """Tell which marks ``(n,)`` at places ``(n, 2)`` are believed: two digits in two rows may look like a fraction.

    A fraction is one where the glyph reader has seen some fraction, or on a page that surely has more of them.
    """
    backed, fractions = ~np.isin(best, _FRACTIONS), np.isin(marks.mark, _FRACTIONS)
    if np.sum(fractions & (marks.score >= CRITERIA.agreed)) >= CRITERIA.fractions:
        return np.ones(len(best), bool)
    seen = marks.take(fractions & (marks.score >= CRITERIA.backing))
    if len(seen) and len(places):
        away, _ = cKDTree(seen.centres).query(places)
        backed |= away < CRITERIA.backed * DIGIT_HEIGHT
    return backed


def join_parts(marks: MarkDetections) -> MarkDetections:
    """Join readings of the two parts of a fraction or a per cent that touch: one mark, as the surer says."""
    whole = np.flatnonzero(np.isin(marks.mark, COMPOSED))
    boxes, kept = marks.boxes.copy(), np.ones(len(marks), bool)
    if len(whole) < 2:
        return marks
    pairs = whole[
        cKDTree(marks.centres[whole]).query_pairs(CRITERIA.widest * DIGIT_HEIGHT, output_type="ndarray")
    ]
    for one, other in pairs[np.argsort(-marks.score[pairs].max(1), kind="stable")]:
        first = np.minimum(boxes[one, :2], boxes[other, :2])
        last = np.maximum(boxes[one, 2:], boxes[other, 2:])
        sizes = boxes[[one, other], 2:] - boxes[[one, other], :2]
        gap = last - first - sizes.sum(0)
        level = -gap[1] > CRITERIA.shared * sizes[:, 1].min()
        narrow = last[0] - first[0] <= CRITERIA.widest * DIGIT_HEIGHT
        if kept[one] and kept[other] and level and narrow and gap[0] <= CRITERIA.touch:
            surer, weaker = (one, other) if marks.score[one] >= marks.score[other] else (other, one)
            boxes[surer] = [*first, *last]
            kept[weaker] = False
    return MarkDetections(marks.mark, marks.score, boxes).take(kept)


def _unread_marks(
    reader: CloseupReader, ink: NDArray[np.float32], digits: Detections, marks: MarkDetections, pieces: Pieces
) -> MarkDetections:
    """Look at pieces of ink in line with digits that no mark has, and find the marks that they are."""
    owned = pieces.of_marks(marks)
    boxes = np.concatenate([_unread_boxes(owned, pieces), find_free_ink(marks, owned, pieces)])
    boxes = _in_line(digits, boxes)
    middle = (boxes[:, :2] + boxes[:, 2:]) * np.float32(0.5)
    seen = read_closeups(reader, ink, middle)
    best, score = seen.marks
    placed = (seen.boxes[:, :2] + seen.boxes[:, 2:]) / 2
    own = (np.abs(placed - middle) <= (boxes[:, 2:] - boxes[:, :2]) / 2 + CRITERIA.beside).all(1)
    goes_on = go_on(marks, boxes)
    best[goes_on], score[goes_on] = POINT, np.maximum(score[goes_on], CRITERIA.mark_kept)
    seen.boxes[goes_on] = boxes[goes_on]
    own &= ~pieces.on_rules(boxes)
    found = goes_on | (own & (score >= CRITERIA.unread_kept) & _is_backed(middle, best, marks))
    unread = each_once(MarkDetections(best[found], score[found], seen.boxes[found]))
    return fit_to_ink(unread, marks, pieces)


def _is_unsure(marks: MarkDetections, digits: Detections) -> NDArray[np.bool_]:
    """Tell which marks are looked at again: points that stand alone, of many letters those beside digits."""
    unsure = (marks.score < CRITERIA.sure_mark) | np.isin(marks.mark, _MIXED_UP)
    if unsure.sum() > CRITERIA.max_letters and len(digits):
        reach = np.array([CRITERIA.letter, CRITERIA.across]) * DIGIT_HEIGHT
        away, _ = cKDTree(digits.centres / reach).query(marks.centres / reach, p=np.inf)
        unsure &= (away < 1) | ~_LETTERS[marks.mark]
    points = np.flatnonzero(np.isin(marks.mark, POINTS))
    if len(points) > 1:
        reach = np.array([1.0, CRITERIA.level / DIGIT_HEIGHT]) * DIGIT_HEIGHT
        away, _ = cKDTree(marks.centres[points] / reach).query(marks.centres[points] / reach, k=2, p=np.inf)
        unsure[points[away[:, 1] < 1]] = False
    return unsure


def _unread_boxes(owned: Sequence[NDArray[np.int32]], pieces: Pieces) -> NDArray[np.float32]:
    """Find the pieces ``(k, 4)`` that no mark has and that are neither specks nor too large for one."""
    free = np.ones(len(pieces.boxes), bool)
    free[0] = False
    for own in owned:
        free[own] = False
    size = (pieces.boxes[:, 2:] - pieces.boxes[:, :2]).max(1)
    free &= (size >= CRITERIA.min_size) & (size <= CRITERIA.max_size)
    return pieces.boxes[free]


def _in_line(digits: Detections, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Keep the boxes ``(k, 4)`` beside digits, the largest of them if there are too many."""
    if not len(boxes):
        return boxes
    reach = np.array([CRITERIA.along, CRITERIA.across]) * DIGIT_HEIGHT
    middle = (boxes[:, :2] + boxes[:, 2:]) * np.float32(0.5)
    away, _ = cKDTree(digits.centres / reach).query(middle / reach, p=np.inf)
    near = boxes[away < 1]
    size = (near[:, 2:] - near[:, :2]).max(1)
    return near[np.argsort(-size, kind="stable")[: CRITERIA.max_unread]]


def _is_doubtful(digits: Detections, named: NDArray[np.float32], marks: MarkDetections) -> NDArray[np.bool_]:
    """Tell which digits are looked at again: those that may be another, and those that a mark lies upon."""
    doubtful = (named < CRITERIA.sure_digit) | (digits.activation < CRITERIA.weak)
    rivals = marks.take(marks.score >= CRITERIA.rival)
    if len(rivals) and len(digits):
        away, _ = cKDTree(rivals.centres).query(digits.centres)
        doubtful |= away < CRITERIA.same * DIGIT_HEIGHT / 2
    return doubtful


def each_once(marks: MarkDetections) -> MarkDetections:
    """Leave out marks that lie in the middle of a surer one or mostly on it: other readings of the same ink."""
    if len(marks) < 2:
        return marks
    sizes = marks.boxes[:, 2:] - marks.boxes[:, :2]
    pairs = cKDTree(marks.centres).query_pairs(float(sizes.max()), p=np.inf, output_type="ndarray")
    is_first = marks.score[pairs[:, 0]] >= marks.score[pairs[:, 1]]
    surer, other = np.where(is_first, pairs.T, pairs.T[::-1])
    reach = np.maximum(sizes[surer] / 2 * CRITERIA.same, CRITERIA.min_size)
    middle = np.abs(marks.centres[surer] - marks.centres[other]) < reach
    shared = np.minimum(marks.boxes[surer, 2:], marks.boxes[other, 2:]) - np.maximum(
        marks.boxes[surer, :2], marks.boxes[other, :2]
    )
    area = np.minimum(sizes[surer].prod(1), sizes[other].prod(1))
    limit = np.where(marks.mark[surer] == marks.mark[other], CRITERIA.shared_by_alike, CRITERIA.shared)
    same = middle.all(1) | (shared.clip(0).prod(1) > limit * area)
    surer, other = surer[same], other[same]
    kept = np.ones(len(marks), bool)
    for pair in np.argsort(-marks.score[surer], kind="stable"):
        if kept[surer[pair]]:
            kept[other[pair]] = False
    return marks.take(kept)


def _joined(one: MarkDetections, other: MarkDetections) -> MarkDetections:
    return MarkDetections(
        np.concatenate([one.mark, other.mark]),
        np.concatenate([one.score, other.score]),
        np.concatenate([one.boxes, other.boxes]),
    )
