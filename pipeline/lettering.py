"""Lettering: names, readings and numbers as they may be shown, whatever characters a scan's name or the metadata have.

What steers a terminal is written out: otherwise the name of a file could clear the screen, set the window's title or
let a line read backwards. In a drawing a dollar sign is a dollar sign, not the beginning of a formula.
"""

from __future__ import annotations

from typing import Any

_DIRECTIONS = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_STEERING = (*range(32), *range(127, 160), 0x2028, 0x2029, *_DIRECTIONS, 0xFEFF)
_ESCAPED = {
    code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    for code in _STEERING
    if chr(code) not in "\n\t"
}
_ESCAPED_IN_JSON = {code: f"\\u{code:04x}" for code in _STEERING if code >= 32}

PLAIN_DRAWING: Any = {  # settings of matplotlib: no formulas, and the same drawing gives the same file
    "text.parse_math": False,
    "svg.hashsalt": "tablekin",
}


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: ``1 family``, ``2 families``, ``0 witnesses``."""
    if number == 1:
        return f"1 {noun}"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{number} {noun[:-1]}ies"
    return f"{number} {noun}{'es' if noun.endswith(('s', 'ch')) else 's'}"


def on_terminal(text: str) -> str:
    """Write out what steers a terminal, and what is no character at all; lines and tabs stay."""
    return text.encode("utf-8", "backslashreplace").decode().translate(_ESCAPED)


def in_json(text: str) -> str:
    """Write out what steers a terminal in a text that is JSON already."""
    return text.encode("utf-8", "backslashreplace").decode().translate(_ESCAPED_IN_JSON)


def on_drawing(text: str) -> str:
    """Write out what cannot stand on a line of a drawing."""
    return on_terminal(text).replace("\n", "\\n").replace("\t", "\\t")
