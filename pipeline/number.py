"""Number: the value that a printed reading stands for, where the print itself says how to count."""

from __future__ import annotations

import math
import re
import unicodedata

from tablekin.dating import add_roman_digits

_SIGN = re.compile(r"^([+−–-])\s*(?=[\d½¼¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞.·,])")
_NOTES = re.compile(r"[*†‡§¶]+$|^[*†‡§¶]+")
_BRACKETS = re.compile(r"^\((.*)\)$|^\[(.*)\]$")
_VULGAR = re.compile(r"^(\d+) (\d+)/(\d+)$")
_SIXTIETHS = re.compile(
    r"^(?:(\d+)\s*[°ʰ]\s*)?(?:(\d+)\s*[′'ᵐ]\s*)?(?:(\d+)\s*[″\"ˢ])?$",
)
_MONEY = re.compile(r"^(?:(\d+)\s*l\.?\s*)?(?:(\d+)\s*s\.?\s*)?(?:(\d+)\s*d\.?)?$")
_THOUSANDS = re.compile(r"^\d{1,3}(,\d{3})+$|^\d{1,3}( \d{3})+$")
_ROMAN = re.compile(r"^m{0,3}(?:cm|cd|d?c{0,4})(?:xc|xl|l?x{0,4})(?:ix|iv|v?(?:i{0,4}|i{0,3}j))$")
_SMALL_ROMAN, _LONE_ROMAN = {*"ijvx"}, {*"ivx"}  # letters of words, too: ``di`` is one, and M. a heading
_GROUP = re.compile(r"[0-9]+(?:[.,·:]+[0-9]+)*")
_DECIMAL = re.compile(r"^(\d*)[.·,](\d+)$")


def text_of(printed: str) -> str:
    """Write only the digits of what is printed, as :func:`tablekin.read.read` has them in the text of a region.

    Parameters
    ----------
    printed
        As from :func:`tablekin.printed.compose`, or as somebody has corrected it.

    Returns
    -------
    str
        Groups of digits with a space between them; a point or comma joins digits, all other marks part them.
    """
    return " ".join(re.sub(r"[^0-9]", "", group) for group in _GROUP.findall(printed))


def value_of(printed: str) -> float:
    """Read a number that one cell says by itself.

    Parameters
    ----------
    printed
        As from :func:`tablekin.printed.compose`.

    Returns
    -------
    float
        In units of the cell's first group: degrees or hours where its marks say so, pounds for ``3l. 12s. 6d.``. A
        point, a raised point or a comma before other than three digits parts decimals. Roman numerals count, alone and
        with a point behind: capitals, or small letters up to xxxix. Not a number where the cell holds none, words
        beside it, or groups of which only the column can say what they count.
    """
    bare = printed.strip()
    if (bracketed := _BRACKETS.match(bare)) is not None:
        bare = (bracketed[1] or bracketed[2] or "").strip()
    bare = _NOTES.sub("", bare).strip().removesuffix("%").strip()
    bare = bare[1:].strip() if bare[:1] in {"$", "£"} else bare
    sign = 1.0
    if (signed := _SIGN.match(bare)) is not None:
        sign, bare = (1.0 if signed[1] == "+" else -1.0), bare[signed.end() :]
    return sign * _unsigned(bare)


def _unsigned(bare: str) -> float:
    if not bare:
        return math.nan
    if bare[-1] in "½¼¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞":
        whole = bare[:-1].strip()
        return (
            (float(whole) if whole else 0.0) + unicodedata.numeric(bare[-1])
            if whole.isdigit() or not whole
            else math.nan
        )
    if bare.isdigit():
        return float(bare)
    if (numeral := _roman_value(bare.removesuffix("."))) is not None:
        return numeral
    if (vulgar := _VULGAR.match(bare)) is not None and int(vulgar[3]):
        return int(vulgar[1]) + int(vulgar[2]) / int(vulgar[3])
    if _THOUSANDS.match(bare):
        return float(re.sub(r"[ ,]", "", bare))
    if (decimal := _DECIMAL.match(bare)) is not None:
        return float(f"{decimal[1] or 0}.{decimal[2]}")
    for form, radices in ((_SIXTIETHS, (60, 60)), (_MONEY, (20, 12))):
        if (groups := form.match(bare)) is not None and any(groups.groups()):
            return _mixed([groups[1], groups[2], groups[3]], radices)
    return math.nan


def _roman_value(text: str) -> float | None:
    """Read a Roman numeral; None for what is none, or may as well be a word."""
    small = text.lower()
    if not small:  # of a cell that holds a point alone
        return None
    letters = {*small}
    is_small, is_capital = text == small and letters <= _SMALL_ROMAN, text != small and text == text.upper()
    if not (is_small or is_capital) or letters == {"m"} or (len(small) == 1 and small not in _LONE_ROMAN):
        return None
    return float(add_roman_digits(small)) if _ROMAN.match(small) else None


def _mixed(groups: list[str | None], radices: tuple[int, int]) -> float:
    """Add up groups in units of the first of them that is there."""
    present = [index for index, group in enumerate(groups) if group is not None]
    value, unit = 0.0, 1.0
    for index in range(present[0], 3):
        value += int(groups[index] or 0) / unit
        unit *= radices[index] if index < 2 else 1
    return value
