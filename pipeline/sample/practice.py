"""Practice: pages of random content, for training the digit network on every layout and every figure alike."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np

from pipeline.sample.content import Column, PageContent, TableContent

_LEXICON = Path(__file__).parents[2] / "data" / "lexica" / "practice.json"
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "XI", "XII", "XL", "LX", "IIII", "xx", "C", "MDC")


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, list[str]]:
    words: dict[str, list[str]] = json.loads(_LEXICON.read_text(encoding="utf-8"))
    return words


def _choose(rng: np.random.Generator, options: list[str] | tuple[str, ...]) -> str:
    return options[int(rng.integers(len(options)))]


def random_number(rng: np.random.Generator, figures: int) -> str:
    """A number of exactly so many figures, all figures equally likely, leading zeros included."""
    return "".join(str(f) for f in rng.integers(0, 10, figures))


def random_text(rng: np.random.Generator, words: int, numbers: float) -> str:
    """Words of one language with a share of numbers, roman numerals and abbreviations among them."""
    lexicon = _lexicon()
    language = lexicon[_choose(rng, sorted(lexicon))]
    parts = []
    for _ in range(words):
        chance = rng.random()
        if chance < numbers:
            parts.append(random_number(rng, int(rng.integers(1, 5))) + _choose(rng, (".", "", "", ",")))
        elif chance < numbers + 0.04:
            parts.append(_choose(rng, _ROMAN) + ".")
        else:
            word = _choose(rng, language)
            chance = rng.random()
            word = word.capitalize() if chance < 0.12 else word.upper() if chance < 0.15 else word
            parts.append(word + _choose(rng, ("", "", "", "", "", ",", ".", ":", ";")))
    return " ".join(parts)


def _cell_maker(rng: np.random.Generator) -> tuple[str, list[str]]:
    """Choose the kind of a column; its alignment and two hundred cells."""
    kind = _choose(rng, ("plain",) * 5 + ("sixty",) * 5 + ("zeros", "count", "point", "pair", "text", "text", "fraction", "mixed"))
    width = int(rng.integers(1, 8)) if rng.random() < 0.4 else int(rng.integers(1, 4))
    if kind == "plain":
        fixed = rng.random() < 0.5
        return "right", [random_number(rng, width if fixed else int(rng.integers(1, width + 1))) for _ in range(200)]
    if kind == "sixty":
        padded = rng.random() < 0.4
        return "right", [f"{n:02d}" if padded else str(n) for n in rng.integers(0, 60, 200)]
    if kind == "zeros":
        return "right", [_choose(rng, ("00", "00", "0", "06", "10", "000")) for _ in range(200)]
    if kind == "count":
        start, step = int(rng.integers(0, 60)), int(rng.choice([1, 1, 1, 5, 10]))
        return "right", [str(start + step * n) for n in range(200)]
    if kind == "point":
        point = _choose(rng, ("·", ".", ",", "·", ":"))
        return "right", [random_number(rng, int(rng.integers(1, 3))) + point + random_number(rng, width) for _ in range(200)]
    if kind == "pair":
        sign = _choose(rng, (" ", " · ", ". ", "° ", "-", "  "))
        return "right", [f"{random_number(rng, 2)}{sign}{rng.integers(0, 60)}" for _ in range(200)]
    if kind == "fraction":
        cells = [random_number(rng, int(rng.integers(1, 4))) for _ in range(200)]
        return "right", [c + (_choose(rng, ("½", "¼", "¾")) if rng.random() < 0.3 else "") for c in cells]
    if kind == "mixed":
        word = random_text(rng, 1, 0)
        return "left", [f"{random_number(rng, int(rng.integers(1, 5)))} {word}" for _ in range(200)]
    return "left", [random_text(rng, int(rng.integers(1, 4)), 0.05) for _ in range(200)]


def practice_table(rng: np.random.Generator, most_columns: int = 14, most_rows: int = 45) -> TableContent:
    """A table of random shape: account books, sexagesimal columns, rows of decimals, gaps, triangles."""
    rows, count = int(rng.integers(6, most_rows + 1)), int(rng.integers(2, most_columns + 1))
    if rng.random() < 0.12:  # one kind of number throughout, as in a page of hourly readings
        align, cells = _cell_maker(rng)
        makers = [(align, cells[k:] + cells[:k]) for k in range(count)]
    else:
        makers = [_cell_maker(rng) for _ in range(count)]
    grid = [[cells[row] for _, cells in makers] for row in range(rows)]
    shape = rng.random()
    for row in range(rows):
        for col in range(1, count):
            gone = (shape < 0.06 and col > row * count / rows) or (shape > 0.85 and rng.random() < 0.15)
            if gone:
                grid[row][col] = _choose(rng, ("", "", "—", "·")) if shape > 0.85 else ""
    grouped = rng.random() < 0.4
    size = int(rng.integers(2, 4))
    columns = tuple(
        Column(
            key=str(col),
            heading=_heading(rng),
            group=random_text(rng, 1, 0.05) + " " * (col // size % 2) if grouped and col else "",
            argument=col == 0,
            align=align if rng.random() < 0.8 or align == "left" else "center",
        )
        for col, (align, _) in enumerate(makers)
    )
    title = random_text(rng, int(rng.integers(0, 9)), 0.05)
    return TableContent(title, columns, tuple(map(str, range(rows))), tuple(map(tuple, grid)))


def _heading(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.3:
        return _choose(rng, ("G.", "M.", "S.", "Gr.", "Mi.", "l.", "s.", "d.", "Ho.", "Ins.", "Par.", "℞", "I", "O", "II"))
    if kind < 0.45:
        return str(rng.integers(1, 91))
    if kind < 0.6:
        return ""
    return random_text(rng, int(rng.integers(1, 3)), 0.03).replace(" ", "\n")


def practice_page(rng: np.random.Generator) -> PageContent:
    """A random page: mostly tables, some prose, title pages and diagrams.

    Parameters
    ----------
    rng
        The only source of chance.
    """
    kind = _choose(rng, ("table",) * 14 + ("prose",) * 4 + ("title", "diagram"))
    head = random_text(rng, int(rng.integers(0, 5)), 0.08)
    number = str(rng.integers(1, 600)) if rng.random() < 0.7 else ""
    catchword = random_text(rng, 1, 0) if rng.random() < 0.3 else ""
    tables: tuple[TableContent, ...] = ()
    if kind == "table":
        wide = rng.random() < 0.12
        tables = (practice_table(rng, 24, 30) if wide else practice_table(rng, 10),)
        if not wide and rng.random() < 0.25:
            tables = (practice_table(rng, 5, 24), practice_table(rng, 5, 24))
        paragraphs = tuple(random_text(rng, int(rng.integers(8, 60)), 0.04) for _ in range(int(rng.integers(0, 3))))
    elif kind == "prose":
        share = float(rng.choice([0.01, 0.06, 0.2]))
        paragraphs = tuple(random_text(rng, int(rng.integers(30, 140)), share) for _ in range(int(rng.integers(2, 6))))
    else:
        paragraphs = tuple(random_text(rng, int(rng.integers(2, 30)), 0.04) for _ in range(int(rng.integers(1, 4))))
    return PageContent(kind, tables, paragraphs, head, number, catchword)
