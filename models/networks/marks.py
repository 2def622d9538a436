"""Marks: everything on a page that is no digit and that a reader of tables may have to tell from one.

The digit network learns them beside the ten digits, so that a plus sign does not become a 4, and the reading gives
them back as printed. A mark is named by the character that prints it; letters with accents count as their base letter.
"""

from __future__ import annotations

import unicodedata

_SIGNS = ".,·:;?!'\"′″°+−–—±=/()[]*†‡§¶„”“£$%&"
FRACTIONS = "½¼¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_ZODIAC = "♈♉♊♋♌♍♎♏♐♑♒♓"
_PLANETS = "☉☽☿♀♂♃♄"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzſßʒ"
_RAISED = "ʰᵐˢ"  # set small and high, and read so
MARKS = tuple(_SIGNS + FRACTIONS + _ZODIAC + _PLANETS + _LETTERS + _RAISED)
_ALIKE = {"’": "'", "‘": "'", "ʹ": "′", "ʺ": "″", "-": "–", "ʼ": "'"}


LOOKALIKES = {
    0: "oOcCe",
    1: "Iilj",
}  # letters that many old types print with the sorts, or nearly those, of a digit, and what is left of a broken one


def mark_of(character: str) -> str:
    """Name the mark that a character prints; empty for digits, blanks, and what is no mark.

    A letter with an accent is its base letter; a hyphen is a short dash.
    """
    character = _ALIKE.get(character, character)
    if character in _INDEX:
        return character
    base = unicodedata.normalize("NFD", character)[:1]
    return base if base in _INDEX and base.isalpha() else ""


_INDEX = {mark: number for number, mark in enumerate(MARKS)}


def mark_index(mark: str) -> int:
    """Look up the number of a mark in :data:`MARKS`; -1 for what is none."""
    return _INDEX.get(mark, -1)
