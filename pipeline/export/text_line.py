"""TextLine: the lines, words and glyphs of a region, with a place for each.

Only digits were detected one by one and have boxes of their own. Other characters of a reading (points, signs,
degrees, letters) lie between them: each gets its share of the gap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod
from statistics import fmean, median

from tablekin.export.reading_frame import Box, Point, ReadingFrame

_DIGIT = re.compile("[0-9]")
_ADVANCE = 0.6  # digit heights that a character outside the digits of a line is wide
_MIN_OTHER = 0.00005  # score of what a digit may be instead; what is less is 0 as files have it
_FOOT = 0.75  # of the height of a line without digits lies above its baseline


@dataclass(frozen=True)
class FoundDigit:
    """A detected digit: its box on the scan, and its centre in the frame in which it was read."""

    digit: int
    score: float
    other: int  # -1 where none is known
    other_score: float
    box: Box
    centre: Point


@dataclass(frozen=True)
class PrintedGlyph:
    """A character; those that were not detected one by one have no confidence."""

    text: str
    box: Box
    confidence: float | None = None
    other: str = ""  # what it may be instead
    other_confidence: float = 0.0


@dataclass(frozen=True)
class PrintedWord:
    """Characters without a blank."""

    text: str
    box: Box
    glyphs: tuple[PrintedGlyph, ...]

    @property
    def confidence(self) -> float | None:
        """Product of the confidences of its digits; None where it has none."""
        known = [glyph.confidence for glyph in self.glyphs if glyph.confidence is not None]
        return prod(known) if known else None


@dataclass(frozen=True)
class TextLine:
    """A line; all places are pixels of the scan. It has no words where its characters could not be placed."""

    text: str
    box: Box
    baseline: tuple[Point, Point]  # in the direction of reading
    words: tuple[PrintedWord, ...]
    confidence: float | None


def text_lines(
    reading: str, box: Box, digits: list[FoundDigit], confidence: float, frame: ReadingFrame, drop: float
) -> tuple[TextLine, ...]:
    """Divide a region into lines.

    Parameters
    ----------
    reading
        What was read in it, lines one after another with a blank between them.
    box
        The region on the scan.
    digits
        Those that were found in it, in any order.
    confidence
        Of the reading.
    frame
        How the scan lies.
    drop
        From one line to the next at least, in digit heights.

    Returns
    -------
    tuple of TextLine
        Empty where nothing was read; a single one without words where the digits are not those of the reading, for
        instance because it was corrected.
    """
    words = reading.split()
    if not words:
        return ()
    lines = _by_line(digits, drop * frame.digit_height)
    parts = _words_of_lines(words, lines)
    if parts is None:
        upright = frame.upright(box)
        place = _around(" ".join(words), digits, upright, frame) if digits else upright
        foot = place[3] if digits else place[1] + _FOOT * (place[3] - place[1])
        return (_line(" ".join(words), place, [], frame, confidence if digits else None, [foot]),)
    return tuple(
        _placed(part, line, frame.upright(box), frame)
        for part, line in zip(parts, lines, strict=True)
        if part
    )


def _by_line(digits: list[FoundDigit], drop: float) -> list[list[FoundDigit]]:
    """Sort digits into lines from top to bottom, each from left to right."""
    lines: list[list[FoundDigit]] = []
    above = 0.0
    for digit in sorted(digits, key=lambda each: (each.centre[1], each.centre[0])):
        if not lines or digit.centre[1] - above > drop:
            lines.append([])
        lines[-1].append(digit)
        above = digit.centre[1]
    return [sorted(line, key=lambda each: each.centre) for line in lines]


def _words_of_lines(words: list[str], lines: list[list[FoundDigit]]) -> list[list[str]] | None:
    """Divide the words of a reading into those of each line; None where they do not have the digits of the lines."""
    parts: list[list[str]] = [[] for _ in lines]
    at = 0
    rest = "".join(str(digit.digit) for digit in lines[0]) if lines else ""
    for word in words:
        wanted = "".join(_DIGIT.findall(word))
        while wanted and not rest and at + 1 < len(lines):
            at += 1
            rest = "".join(str(digit.digit) for digit in lines[at])
        if not lines or not rest.startswith(wanted):
            return None
        parts[at].append(word)
        rest = rest[len(wanted) :]
    return parts if lines and not rest and at + 1 == len(lines) else None


def _placed(words: list[str], digits: list[FoundDigit], box: Box, frame: ReadingFrame) -> TextLine:
    """Give each character of a line its place, unless digits are too few among them to tell where others stand."""
    text = " ".join(words)
    feet = [frame.upright(digit.box)[3] for digit in digits]
    if 2 * len(digits) < sum(map(len, words)):
        place = _around(text, digits, box, frame)
        return _line(text, place, [], frame, prod(digit.score for digit in digits), feet)
    known = iter(digits)
    found = [next(known) if _DIGIT.fullmatch(character) else None for character in text]
    places = _spread([None if digit is None else frame.upright(digit.box) for digit in found], box)
    glyphs = [
        PrintedGlyph(character, frame.box_of_scan(place))
        if digit is None
        else PrintedGlyph(
            character,
            digit.box,
            digit.score,
            str(digit.other) if digit.other >= 0 and digit.other_score >= _MIN_OTHER else "",
            digit.other_score,
        )
        for character, digit, place in zip(text, found, places, strict=True)
    ]
    made, at = [], 0
    for word in words:
        own = tuple(glyphs[at : at + len(word)])
        made.append(PrintedWord(word, _hull([glyph.box for glyph in own]), own))
        at += len(word) + 1
    hull = frame.upright(_hull([word.box for word in made]))
    return _line(text, hull, made, frame, prod(digit.score for digit in digits), feet)


def _around(text: str, digits: list[FoundDigit], box: Box, frame: ReadingFrame) -> Box:
    """Give the box of digits on the upright page, as wide as the region where other characters stand beside them."""
    x0, y0, x1, y1 = frame.upright(_hull([digit.box for digit in digits]))
    left = x0 if _DIGIT.match(text[0]) else min(x0, box[0])
    right = x1 if _DIGIT.match(text[-1]) else max(x1, box[2])
    return left, y0, right, y1


def _spread(known: list[Box | None], box: Box) -> list[Box]:
    """Share the gaps between known boxes evenly among what lies in them; all on the upright page."""
    places: list[Box] = []
    heights = [each[3] - each[1] for each in known if each is not None]
    advance = _ADVANCE * fmean(heights)
    at = 0
    while at < len(known):
        here = known[at]
        if here is not None:
            places.append(here)
            at += 1
            continue
        end = next((i for i in range(at, len(known)) if known[i] is not None), len(known))
        before = known[at - 1] if at else None
        after = known[end] if end < len(known) else None
        count = end - at
        beside = [each for each in (before, after) if each is not None]
        top, bottom = fmean(each[1] for each in beside), fmean(each[3] for each in beside)
        if before and after:
            left, right = before[2], max(after[0], before[2] + count)
        elif after:
            left, right = max(min(box[0], after[0] - count), after[0] - count * advance), after[0]
        else:
            left = before[2] if before else box[0]
            right = min(max(box[2], left + count), left + count * advance)
        step = (right - left) / count
        places += [(left + k * step, top, left + (k + 1) * step, bottom) for k in range(count)]
        at = end
    return places


def _line(
    text: str,
    place: Box,
    words: list[PrintedWord],
    frame: ReadingFrame,
    confidence: float | None,
    feet: list[float],
) -> TextLine:
    """Make a line of its box on the upright page; its baseline goes through the middle of its digits' feet."""
    x0, _, x1, _ = place
    level, fall = median(feet), frame.slope * (x1 - x0) / 2
    baseline = (frame.point_of_scan((x0, level - fall)), frame.point_of_scan((x1, level + fall)))
    box = _hull([frame.box_of_scan(place), *((*point, *point) for point in baseline)])
    return TextLine(text, box, baseline, tuple(words), confidence)


def _hull(boxes: list[Box]) -> Box:
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)
