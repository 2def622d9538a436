"""Language: what a manifest says in words, in one language and without markup."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

_PREFERRED = (
    "en",
    "none",
    "@none",
    "",
)  # languages, the first above the others; then the first that there is
_TAG = re.compile(r"<(?:/?[a-zA-Z][^>]*|!--.*?--)>", re.DOTALL)
_LONGEST = 4000  # characters: a description of a book, not the book
_APART = "; "  # between several values


def as_list(value: Any) -> list[Any]:
    """Make a list of what may be missing, one thing or a list of things."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def plain_text(value: Any) -> str:
    """Write what a manifest says as plain text, several values with semicolons between them.

    Parameters
    ----------
    value
        A string, a number, a language map of version 3 (``{"en": ["Tables"]}``), an object of version 2
        (``{"@value": "Tables", "@language": "en"}``), or a list of any of these.

    Returns
    -------
    str
        In English where that is given, otherwise without a language, otherwise in the first language. Markup is taken
        out and white space made one space. Empty for anything else.
    """
    return _APART.join(dict.fromkeys(text for text in map(_clean, _one_language(value)) if text))[:_LONGEST]


def _one_language(value: Any) -> list[str]:
    spoken: dict[str, list[str]] = {}
    for language, text in _values(value):
        spoken.setdefault(language, []).append(text)
    for language in (*_PREFERRED, *(spoken)):
        for given, texts in spoken.items():
            if given == language or given.startswith(f"{language}-" if language else "\0"):
                return texts
    return []


def _values(value: Any) -> Iterable[tuple[str, str]]:
    """Yield languages and strings."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, (str, int, float)):
        yield "", str(value)
    elif isinstance(value, list):
        for each in value:
            yield from _values(each)
    elif isinstance(value, dict) and "@value" in value:
        for _, text in _values(value["@value"]):
            yield str(value.get("@language") or ""), text
    elif isinstance(value, dict):
        for language, texts in value.items():
            for text in as_list(texts):
                if isinstance(text, (str, int, float)) and not isinstance(text, bool):
                    yield str(language), str(text)


def _clean(text: str) -> str:
    """Take out markup, and what is no character."""
    words = html.unescape(_TAG.sub(" ", text)) if "<" in text or "&" in text else text
    visible = "".join(one if one.isprintable() or one.isspace() else " " for one in words)
    return " ".join(visible.encode("utf-8", "replace").decode().split())
