"""PrintedNumber: what stands in one cell, taken apart into groups of digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

_FRACTIONS = {
    **{"½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "⅓": 1 / 3, "⅔": 2 / 3, "⅕": 1 / 5, "⅖": 2 / 5, "⅗": 3 / 5},
    **{"⅘": 4 / 5, "⅙": 1 / 6, "⅚": 5 / 6, "⅛": 1 / 8, "⅜": 3 / 8, "⅝": 5 / 8, "⅞": 7 / 8},
}
_DITTO = re.compile(r"^(?:[\"„“”»«″]|''|,,|d[o°]\.?|ditto|id(?:em)?\.?|ead(?:em)?\.?)$", re.IGNORECASE)
_DASH = re.compile(r"^[—–−-][\s—–−-]*$")
_VULGAR = re.compile(r"(?:(?<=\s)|^)(\d+)\s*/\s*(\d+)$")
_NUMBER = re.compile(r"\d+")
_LETTER = re.compile(r"[^\W\d_]")
_UNITS = re.compile(
    r"(?<=\d)\s*(?:°|º|g(?:r(?:ad)?)?\.?|h(?:or)?\.?|m(?:in)?\.?|s(?:ec)?\.?|d\.?|l(?:i)?\.?|£)(?=[\s\d]|$)",
    re.IGNORECASE,
)
_TAIL = re.compile(r"(?<=\d)[\s.·,]*[^\W\d_]{1,6}\.?\s*$")  # a word behind a number: 1720 g, 24 Avril
_HEAD = re.compile(
    r"^[^\W\d_]{1,2}\.?\s+(?=\d)"
)  # a letter before one: the Sunday letter and the day of a month
_REMEMBERED = (
    4096  # readings: a table is taken apart several times, and prints the same minutes again and again
)
_MOST_DIGITS = 15  # a longer number is no whole number of a float


class CellKind(Enum):
    """What a cell holds."""

    NUMBER = "number"
    BLANK = "blank"
    DITTO = "ditto"
    DASH = "dash"  # the same as above, or nothing: only the column tells
    WORD = "word"


@dataclass(frozen=True)
class PrintedNumber:
    """What stands in a cell.

    ``12 30``, ``12.30``, ``12°30'`` are two groups; a point, a raised point, a comma, a degree mark and a space part
    groups alike, because a reading may have lost what it was.
    """

    kind: CellKind
    groups: tuple[int, ...] = ()
    widths: tuple[int, ...] = ()  # digits of each group, with zeros in front
    negative: bool = False
    fraction: float = 0.0  # of a unit of the last group
    spaced: bool = False  # whether white space parts its groups: a point may be a speck

    @property
    def digits(self) -> str:
        """All digits as printed, without what parts them."""
        return "".join(str(group).zfill(width) for group, width in zip(self.groups, self.widths, strict=True))


BLANK = PrintedNumber(CellKind.BLANK)


@lru_cache(_REMEMBERED)
def parse(text: str | None) -> PrintedNumber:
    """Take a cell apart.

    Parameters
    ----------
    text
        The reading as printed, or its digits with spaces between groups; None or empty is a blank cell.

    Returns
    -------
    PrintedNumber
        A cell with letters is a word, unless all letters are abbreviated units behind digits (``4 h. 12 m.``), or a
        short word behind the number (``1720 g``, ``24 Avril``), or one or two before it (``g 1``).
    """
    bare = (text or "").strip()
    if not bare:
        return BLANK
    if _DITTO.match(bare):
        return PrintedNumber(CellKind.DITTO)
    if _DASH.match(bare):
        return PrintedNumber(CellKind.DASH)
    bare = _UNITS.sub(" ", bare)
    fraction = 0.0
    if bare[-1:] in _FRACTIONS:
        fraction, bare = _FRACTIONS[bare[-1]], bare[:-1]
    if any(sign.isdigit() for sign in bare):
        bare = _HEAD.sub("", _TAIL.sub("", bare))
    if _LETTER.search(bare) or not (fraction or any(sign.isdigit() for sign in bare)):
        return PrintedNumber(CellKind.WORD)
    if (vulgar := _VULGAR.search(bare)) and 0 < int(vulgar[1]) < int(vulgar[2]):
        fraction, bare = int(vulgar[1]) / int(vulgar[2]), bare[: vulgar.start()]
    found = [digits[:_MOST_DIGITS] for digits in _NUMBER.findall(bare)] or ["0"]
    groups, widths = tuple(int(digits) for digits in found), tuple(len(digits) for digits in found)
    spaced = any(gap.isspace() for gap in _NUMBER.split(bare)[1:-1])
    return PrintedNumber(CellKind.NUMBER, groups, widths, bare.lstrip()[:1] in "-−–", fraction, spaced)
