"""Printed: the reading of a region as it was printed, with its points, signs, fractions, letters and ditto marks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.models.networks.marks import MARKS
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
    blank: float = threshold(0.36, "digit heights", "a gap beside a mark that is a blank at least")
    blank_after_point: float = threshold(
        0.42, "digit heights", "a gap after a point or comma that is a blank"
    )
    overlap: float = threshold(0.5, "share of the narrower", "two glyphs share that are one")


CRITERIA = PrintedCriteria()
_POINTS = {".", ",", "·"}


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
    order = np.argsort(glyphs.place, kind="stable")
    cuts = np.flatnonzero(np.diff(glyphs.place[order])) + 1
    texts = {}
    for members in np.split(order, cuts):
        if len(members):
            lines = _lines(glyphs, members, metrics)
            texts[int(glyphs.place[members[0]])] = " ".join(
                text for line in lines if (text := _line_text(glyphs, line, metrics))
            )
    return texts


def _lines(glyphs: _Glyphs, members: NDArray[np.intp], metrics: DigitMetrics) -> list[NDArray[np.intp]]:
    """Part the glyphs of a region into lines: tall glyphs make them, points and raised signs join the nearest."""
    boxes = glyphs.boxes[members]
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    tall = boxes[:, 3] - boxes[:, 1] > 0.6 * metrics.height
    if not tall.any():
        tall[:] = True
    down = np.sort(middle[tall])
    groups = np.split(down, np.flatnonzero(np.diff(down) > CRITERIA.line * metrics.height) + 1)
    levels = np.array([group.mean() for group in groups])
    nearest = np.abs(middle[:, None] - levels[None]).argmin(1)
    return [members[nearest == level] for level in range(len(levels))]


def _line_text(glyphs: _Glyphs, line: NDArray[np.intp], metrics: DigitMetrics) -> str:
    """Write down the glyphs of one line."""
    kept: list[int] = []
    for index in line[np.argsort((glyphs.boxes[line, 0] + glyphs.boxes[line, 2]) / 2, kind="stable")]:
        if kept and _are_one(glyphs, kept[-1], int(index)):
            kept[-1] = _better(glyphs, kept[-1], int(index))
        else:
            kept.append(int(index))
    kept = [index for index in kept if not _is_dirt(glyphs, index, kept, metrics)]
    text, before = "", -1
    for index in kept:
        if before >= 0 and _is_blank_between(glyphs, before, index, metrics):
            text += " "
        text += str(glyphs.character[index])
        before = index
    return text


def _are_one(glyphs: _Glyphs, left: int, right: int) -> bool:
    """Tell whether two glyphs are two readings of the same ink; a point above or beside is none."""
    a, b = glyphs.boxes[left], glyphs.boxes[right]
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    narrower = max(min(a[2] - a[0], b[2] - b[0]), 1)
    lower = max(min(a[3] - a[1], b[3] - b[1]), 1)
    return bool(across > CRITERIA.overlap * narrower and down > CRITERIA.overlap * lower)


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


def _is_blank_between(glyphs: _Glyphs, left: int, right: int, metrics: DigitMetrics) -> bool:
    gap = glyphs.boxes[right, 0] - glyphs.boxes[left, 2]
    if glyphs.is_digit[left] and glyphs.is_digit[right]:
        middle = [glyphs.boxes[index, [0, 2]].mean() for index in (left, right)]
        halves = [
            max(
                glyphs.boxes[index, 2] - glyphs.boxes[index, 0],
                metrics.width * (glyphs.character[index] == "1"),
            )
            / 2
            for index in (left, right)
        ]
        return bool(middle[1] - middle[0] - sum(halves) > metrics.space)
    wide = CRITERIA.blank_after_point if glyphs.character[left] in _POINTS else CRITERIA.blank
    return bool(gap > wide * metrics.height)
