"""Printed: the reading of a region as it was printed, with its points, signs, fractions, letters and ditto marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from tablekin.models.networks.marks import FRACTIONS, MARKS, mark_index
from tablekin.page import Detections, MarkDetections
from tablekin.segment import DigitMetrics
from tablekin.threshold import threshold


@dataclass(frozen=True)
class PrintedCriteria:
    """Which marks are believed, and where a blank stands between two glyphs."""

    min_score: float = threshold(0.5, "probability", "of a mark that is read at least")
    min_lone_point: float = threshold(
        0.85, "probability", "of a point or comma that stands by itself at least"
    )
    lone: float = threshold(0.9, "digit heights", "to the next glyph, from where a point stands by itself")
    line: float = threshold(0.75, "digit heights", "from one line of a region to the next at least")
    beside: float = threshold(
        0.25, "digit widths", "that two glyphs of a line share, one of which is raised, at most"
    )
    blank: float = threshold(0.36, "digit heights", "a gap beside a mark that is a blank at least")
    blank_after_point: float = threshold(
        0.42, "digit heights", "a gap after a point or comma that is a blank"
    )
    overlap: float = threshold(0.5, "share of the narrower", "two glyphs share that are one")
    inner: float = threshold(
        0.8, "share of the wider", "around its middle, where the other has its own, in two that are one"
    )
    quote: float = threshold(
        0.12,
        "digit heights",
        "from the middle of its row at least, that tells a low pair of commas from a high one",
    )
    valley: float = threshold(
        0.2, "times", "as many gaps between digits as on either side at most, where blanks begin"
    )
    min_blanks: int = threshold(
        8, "gaps", "that are wide and not very wide, so that they tell where blanks begin"
    )
    fraction: float = threshold(1.4, "digit widths", "room that a fraction takes at least")
    leaders: int = threshold(4, "points", "in a row that make leaders")
    low_zero: float = threshold(
        0.82, "usual heights of a 0", "a lower one that stands alone is the letter o", chosen="inputs/symbols"
    )
    min_zeros: int = threshold(5, "zeros", "in numbers, that tell how high they usually are")


CRITERIA = PrintedCriteria()
_POINTS = {".", ",", "·"}
_LOW, _HIGH = "„", "”"  # pairs of commas, which only their height tells apart
_SECONDS = "″"  # looks like a pair of commas
QUOTES = np.array([mark_index(mark) for mark in (_LOW, _HIGH, _SECONDS)])


@dataclass(frozen=True)
class _Glyphs:
    """Digits and marks of a page together, ``n`` of them."""

    character: NDArray[np.str_]  # (n,)
    boxes: NDArray[np.float32]  # (n, 4)
    score: NDArray[np.float32]  # (n,)
    place: NDArray[np.int32]  # (n,): region
    is_digit: NDArray[np.bool_]  # (n,)


def compose(
    digits: Detections,
    marks: MarkDetections,
    digit_place: NDArray[np.int32],
    mark_place: NDArray[np.int32],
    metrics: DigitMetrics,
    middles: Mapping[int, float] | None = None,
) -> dict[int, str]:
    """Write down every region as it was printed.

    Parameters
    ----------
    digits, marks
        All that was found on the page, ``n`` and ``m``.
    digit_place, mark_place
        ``(n,)`` and ``(m,)``: the region in which each is read; negative where it is not.
    metrics
        Sizes of the digits, in pixels of the working frame.
    middles
        By region, y of the middle of the digits of its row, where it is known.

    Returns
    -------
    dict
        Text by region: glyphs from left to right, lines from top to bottom, blanks where a gap is wide.
    """
    kept = (mark_place >= 0) & (marks.score >= CRITERIA.min_score)
    read = digit_place >= 0
    glyphs = _Glyphs(
        np.concatenate([digits.digit[read].astype(np.str_), np.array(MARKS)[marks.mark[kept]]]),
        np.concatenate([digits.boxes[read], marks.boxes[kept]]),
        np.concatenate([digits.score[read], marks.score[kept]]),
        np.concatenate([digit_place[read], mark_place[kept]]),
        np.concatenate([np.ones(int(read.sum()), bool), np.zeros(int(kept.sum()), bool)]),
    )
    glyphs = _with_lone_letters(_with_quotes_by_height(glyphs, middles or {}, metrics))
    order = np.argsort(glyphs.place, kind="stable")
    cuts = np.flatnonzero(np.diff(glyphs.place[order])) + 1
    regions = {
        int(glyphs.place[members[0]]): [
            _glyphs_of_line(glyphs, line, metrics) for line in _lines(glyphs, members, metrics)
        ]
        for members in np.split(order, cuts)
        if len(members)
    }
    space = _narrowest_blank(glyphs, [line for lines in regions.values() for line in lines], metrics)
    return {
        place: _spelt(" ".join(text for line in lines if (text := _line_text(glyphs, line, metrics, space))))
        for place, lines in regions.items()
    }


def _with_quotes_by_height(glyphs: _Glyphs, middles: Mapping[int, float], metrics: DigitMetrics) -> _Glyphs:
    """Name pairs of commas by where they stand: one at the foot of its row, the other at the head.

    What stands alone in its cell is no sign of seconds.
    """
    character = glyphs.character.copy()
    places, counts = np.unique(glyphs.place, return_counts=True)
    alone = np.isin(glyphs.place, places[counts == 1])
    for index in np.flatnonzero(np.isin(character, (_LOW, _HIGH)) | ((character == _SECONDS) & alone)):
        if character[index] == _SECONDS:
            character[index] = _HIGH
        middle = middles.get(int(glyphs.place[index]))
        if middle is None:
            continue
        below = float(glyphs.boxes[index, [1, 3]].mean()) - middle
        if abs(below) >= CRITERIA.quote * metrics.height:
            character[index] = _LOW if below > 0 else _HIGH
    return replace(glyphs, character=character)


def _with_lone_letters(glyphs: _Glyphs) -> _Glyphs:
    """Name a lone 0 that is lower than those in numbers what it is: the letter o. Old-style zeros are all as low."""
    zeros = np.flatnonzero(glyphs.is_digit & (glyphs.character == "0"))
    if not len(zeros):
        return glyphs
    of_place = dict(zip(*np.unique(glyphs.place, return_counts=True), strict=True))
    heights = glyphs.boxes[zeros, 3] - glyphs.boxes[zeros, 1]
    lone = np.array([of_place[place] == 1 for place in glyphs.place[zeros]])
    if (~lone).sum() < CRITERIA.min_zeros or not lone.any():
        return glyphs
    letters = zeros[lone & (heights < CRITERIA.low_zero * np.median(heights[~lone]))]
    character, is_digit = glyphs.character.copy(), glyphs.is_digit.copy()
    character[letters], is_digit[letters] = "o", False
    return replace(glyphs, character=character, is_digit=is_digit)


def _spelt(text: str) -> str:
    """Spell the word that says "the same": in ``do.`` the letter looks like a 0 of old style."""
    return "do." if text == "d0." else text


def _narrowest_blank(glyphs: _Glyphs, lines: list[list[int]], metrics: DigitMetrics) -> float:
    """Find from which gap between two digits on there is a blank, in pixels.

    Where the gaps of a page are of two kinds, narrow and wide, it lies between them; else it is the page's space.
    """
    pairs = [
        _digit_gap(glyphs, left, right, metrics)
        for line in lines
        for left, right in pairwise(line)
        if glyphs.is_digit[left] and glyphs.is_digit[right]
    ]
    gaps = np.array(pairs)
    low, high = metrics.usual_gap + 0.08 * metrics.height, metrics.space
    if high <= low or np.sum((gaps > low) & (gaps < 2 * high)) < CRITERIA.min_blanks:
        return metrics.space
    places = np.arange(metrics.usual_gap, 1.6 * high, 0.01 * metrics.height)
    deviation = 0.03 * metrics.height
    density = np.exp(-(((places[:, None] - gaps[None]) / deviation) ** 2) / 2).sum(1)
    between = np.flatnonzero((places >= low) & (places <= high))
    lowest = between[density[between].argmin()]
    wide = (gaps > places[lowest]) & (gaps < 1.6 * high)
    sides = min(density[:lowest].max(initial=0), density[lowest + 1 :].max(initial=0))
    if wide.sum() < CRITERIA.min_blanks or density[lowest] > CRITERIA.valley * sides:
        return metrics.space
    empty = between[density[between] <= density[lowest] + 0.05 * sides]
    return float(places[empty].mean())


def _lines(glyphs: _Glyphs, members: NDArray[np.intp], metrics: DigitMetrics) -> list[NDArray[np.intp]]:
    """Part the glyphs of a region into lines: tall glyphs make them, points and raised signs join the nearest."""
    boxes = glyphs.boxes[members]
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    tall = boxes[:, 3] - boxes[:, 1] > 0.6 * metrics.height
    if not tall.any():
        tall[:] = True
    down = np.sort(middle[tall])
    last = np.flatnonzero(np.diff(down) > CRITERIA.line * metrics.height)
    if not len(last):  # most regions have one line
        return [members]
    groups = np.split(down, last + 1)
    levels = np.array([group.mean() for group in groups])
    nearest = np.abs(middle[:, None] - levels[None]).argmin(1)
    line = join_lines(boxes, nearest)
    return [members[line == level] for level in np.unique(line)]


def join_lines(boxes: NDArray[np.floating], line: NDArray[np.intp]) -> NDArray[np.intp]:
    """Join lines of a region that are one, in which some glyphs are raised or lowered: ``18`` with a raised 8.

    They reach into one another from top to bottom, and no glyph of one stands above one of the other.

    Parameters
    ----------
    boxes
        Of the glyphs of the region ``(n, 4)``.
    line
        Line of each glyph ``(n,)``, from top to bottom.

    Returns
    -------
    array
        Line of each glyph; that of the upper one where two were joined.
    """
    joined = line.copy()
    for upper, lower in pairwise(np.unique(line)):
        above, below = boxes[joined == joined[line == upper][0]], boxes[line == lower]
        shared = np.minimum(above[:, None, 2], below[:, 2]) - np.maximum(above[:, None, 0], below[:, 0])
        width = min(np.median(part[:, 2] - part[:, 0]) for part in (above, below))
        if below[:, 1].min() < above[:, 3].max() and shared.max() < CRITERIA.beside * width:
            joined[line == lower] = joined[line == upper][0]
    return joined


def _glyphs_of_line(glyphs: _Glyphs, line: NDArray[np.intp], metrics: DigitMetrics) -> list[int]:
    """Put the glyphs of one line in their order, each ink once, without dirt."""
    kept: list[int] = []
    for index in line[np.argsort((glyphs.boxes[line, 0] + glyphs.boxes[line, 2]) / 2, kind="stable")]:
        if kept and _are_one(glyphs, kept[-1], int(index)):
            kept[-1] = _better(glyphs, kept[-1], int(index))
        else:
            kept.append(int(index))
    return [index for index in kept if not _is_dirt(glyphs, index, kept, metrics)]


def _line_text(glyphs: _Glyphs, line: list[int], metrics: DigitMetrics, space: float) -> str:
    """Write down the glyphs of one line; a point of leaders that was not seen stands there all the same."""
    text, before, step = "", -1, _leader_steps(glyphs, line)
    for index in line:
        if before >= 0:
            steps = _centre(glyphs, index) - _centre(glyphs, before)
            if index in step and before in step:
                missing = round(steps / step[index]) - 1
                apart = (
                    " "
                    if step[index] - _width(glyphs, index) > CRITERIA.blank_after_point * metrics.height
                    else ""
                )
                text += (apart + str(glyphs.character[index])) * missing + apart
            elif _is_blank_between(glyphs, before, index, metrics, space):
                text += " "
        text += str(glyphs.character[index])
        before = index
    return text


def _leader_steps(glyphs: _Glyphs, line: list[int]) -> dict[int, float]:
    """Tell which points stand in rows of many, and how far they usually are from one to the next there."""
    steps: dict[int, float] = {}
    for is_point, group in groupby(line, key=lambda index: str(glyphs.character[index]) in _POINTS):
        row = list(group)
        if not is_point or len(row) < CRITERIA.leaders:
            continue
        away = np.diff([_centre(glyphs, index) for index in row])
        usual = float(np.median(away))
        if (
            usual > 0
            and np.max(np.abs(away / usual - np.round(away / usual))) < 0.4
            and away.max() < 3.5 * usual
        ):
            steps |= dict.fromkeys(row, usual)
    return steps


def _centre(glyphs: _Glyphs, index: int) -> float:
    return float(glyphs.boxes[index, 0] + glyphs.boxes[index, 2]) / 2


def _width(glyphs: _Glyphs, index: int) -> float:
    return float(glyphs.boxes[index, 2] - glyphs.boxes[index, 0])


def _are_one(glyphs: _Glyphs, left: int, right: int) -> bool:
    """Tell whether two glyphs are two readings of the same ink; a point above or beside is none."""
    a, b = glyphs.boxes[left], glyphs.boxes[right]
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    widths = a[2] - a[0], b[2] - b[0]
    narrower = max(min(widths), 1)
    lower = max(min(a[3] - a[1], b[3] - b[1]), 1)
    apart = abs(_centre(glyphs, left) - _centre(glyphs, right))
    return bool(
        across > CRITERIA.overlap * narrower
        and down > CRITERIA.overlap * lower
        and apart < CRITERIA.inner * max(widths) / 2
    )


def _better(glyphs: _Glyphs, left: int, right: int) -> int:
    """Choose between two readings of the same ink: a digit before a mark, else what is surer."""
    if glyphs.is_digit[left] != glyphs.is_digit[right]:
        return left if glyphs.is_digit[left] else right
    return left if glyphs.score[left] >= glyphs.score[right] else right


def _is_dirt(glyphs: _Glyphs, index: int, line: list[int], metrics: DigitMetrics) -> bool:
    """Tell whether a point stands by itself and is not sure to be one."""
    if glyphs.character[index] not in _POINTS or glyphs.score[index] >= CRITERIA.min_lone_point:
        return False
    box = glyphs.boxes[index]
    gaps = [
        max(glyphs.boxes[other][0] - box[2], box[0] - glyphs.boxes[other][2])
        for other in line
        if other != index
    ]
    return min(gaps, default=np.inf) > CRITERIA.lone * metrics.height


def _digit_gap(glyphs: _Glyphs, left: int, right: int, metrics: DigitMetrics) -> float:
    """Measure the gap between two glyphs in pixels; a 1 takes the room of any other digit, a fraction that and more."""
    rooms = {"1": metrics.width, **dict.fromkeys(FRACTIONS, CRITERIA.fraction * metrics.width)}
    first, last = (
        max(_width(glyphs, index), rooms.get(str(glyphs.character[index]), 0.0)) / 2
        for index in (left, right)
    )
    return _centre(glyphs, right) - _centre(glyphs, left) - first - last


def _is_blank_between(glyphs: _Glyphs, left: int, right: int, metrics: DigitMetrics, space: float) -> bool:
    gap = _digit_gap(glyphs, left, right, metrics)
    if glyphs.is_digit[left] and glyphs.is_digit[right]:
        return gap > space
    wide = CRITERIA.blank_after_point if glyphs.character[left] in _POINTS else CRITERIA.blank
    return gap > wide * metrics.height
