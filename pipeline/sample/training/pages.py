"""Training pages: pages of made-up content that the digit network learns from.

Every digit is as frequent as every other, tables have all the shapes that old books give them, and the text
is rich in letters that look like digits.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

from tablekin import data
from tablekin.sample.training.cells import FRACTIONS, Words, digits, roman
from tablekin.sample.training.tables import KINDS, MARKED_KINDS, register_table, training_table
from tablekin.sample.works.content import PageContent, TableContent

_LEXICON = Path(data.__file__).parent / "lexica" / "practice.json"


@cache
def lexicon() -> dict[str, Words]:
    """Words by language."""
    lists: dict[str, list[str]] = json.loads(_LEXICON.read_text("utf-8"))
    return {language: np.array(words) for language, words in lists.items()}


def _sentence(rng: np.random.Generator, words: Words, numbers: float) -> str:
    """Write a sentence; ``numbers`` is the share of words that are numbers."""
    parts = []
    for word in rng.choice(words, int(rng.integers(4, 18))):
        draw = rng.random()
        if draw < numbers:
            number = digits(rng, int(rng.choice([1, 2, 3, 4, 5, 6], p=[0.2, 0.25, 0.15, 0.3, 0.05, 0.05])))
            number += str(rng.choice(FRACTIONS)) if rng.random() < 0.08 else ""
            parts.append(
                number + str(rng.choice(["", ".", ",", "°", " l."], p=[0.5, 0.25, 0.15, 0.05, 0.05]))
            )
        elif draw < numbers + 0.02:
            numeral = roman(int(rng.integers(1, 200)))
            parts.append((numeral if rng.random() < 0.7 else numeral.lower()) + ".")
        else:
            parts.append(str(word) + ("," if rng.random() < 0.08 else ""))
    text = " ".join(parts)
    return text[:1].upper() + text[1:] + str(rng.choice([".", ".", ".", ":", "?", ";"]))


def _paragraph(rng: np.random.Generator, words: Words, numbers: float, longest: int) -> str:
    return " ".join(_sentence(rng, words, numbers) for _ in range(int(rng.integers(1, longest + 1))))


def _frame(rng: np.random.Generator, words: Words) -> tuple[str, str, str]:
    """Choose running head, page number and catchword."""
    head = " ".join(rng.choice(words, int(rng.integers(1, 5))))
    head = head.upper() if rng.random() < 0.4 else head.capitalize()
    number = digits(rng, int(rng.integers(1, 4))) if rng.random() < 0.75 else ""
    return head if rng.random() < 0.8 else "", number, str(rng.choice(words)) if rng.random() < 0.4 else ""


def training_page(rng: np.random.Generator, marked: bool = False) -> PageContent:
    """Make the content of one training page: mostly tables, some prose, title pages and diagrams.

    Parameters
    ----------
    rng
        Source of what is random.
    marked
        Whether nearly all columns of its tables have signs, fractions, letters or references to notes.
    """
    kinds = MARKED_KINDS if marked else KINDS
    words = lexicon()[str(rng.choice(sorted(lexicon())))]
    head, number, catchword = _frame(rng, words)
    kind = str(rng.choice(["table", "prose", "title", "diagram"], p=[0.74, 0.18, 0.04, 0.04]))
    if kind == "table":
        if rng.random() < 0.1:
            tables: tuple[TableContent, ...] = (register_table(rng, words),)
        elif rng.random() < 0.2:
            tables = (training_table(rng, words, 7, kinds), training_table(rng, words, 7, kinds))
        else:
            tables = (training_table(rng, words, int(rng.choice([5, 10, 16])), kinds),)
        count = int(rng.choice([0, 1, 2, 3], p=[0.45, 0.35, 0.15, 0.05]))
        paragraphs = tuple(_paragraph(rng, words, 0.1, 4) for _ in range(count))
        return PageContent(kind, tables, paragraphs, head, number, catchword)
    if kind == "title":
        paragraphs = tuple(
            " ".join(rng.choice(words, int(rng.integers(1, 9)))) for _ in range(int(rng.integers(4, 10)))
        )
        return PageContent(kind, (), (*paragraphs, f"{rng.choice(words)}, {digits(rng, 4)}."), "", "")
    numbers = float(rng.choice([0.0, 0.03, 0.15, 0.35]))
    paragraphs = tuple(_paragraph(rng, words, numbers, 8) for _ in range(int(rng.integers(1, 8))))
    return PageContent(kind, (), paragraphs, head, number, catchword)
