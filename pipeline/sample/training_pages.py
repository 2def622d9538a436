"""Training pages: pages of made-up content that the digit network learns from.

Every digit is as frequent as every other, tables have all the shapes that old books give them, and the text
is rich in letters that look like digits.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tablekin import data
from tablekin.sample.works.content import Column, PageContent, TableContent

_LEXICON = Path(data.__file__).parent / "lexica" / "practice.json"
_ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_FRACTIONS = np.array(list("½¼¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"))
_SIGNS = np.array(list("♈♉♊♋♌♍♎♏♐♑♒♓☉☽☿♀♂♃♄"))
_HEADINGS = ("G.", "M.", "S.", "Gr.", "Mi.", "Ho.", "Ins.", "Par.", "I", "O", "II", "XI.", "L.", "Z")
_UNITS = ("C", "C.", "l.", "q.", "lb", "o", "d.", "Ct.", "tun", "I", "S", "z", "B", "oz.", "′", "Z")
_FOOTNOTES = ("*", "†", "‡", "§", "¶", "**", "†")
_DITTOS = ("„", "”", "″", "do.", "Do.", '"', '" "', "“", "id.", "„ „")
_LEADERS = (".", ".", " .", " .", "·", "..", " ..")
_KINDS = {
    "length": 0.13,
    "upto": 0.1,
    "sexagesimal": 0.14,
    "money": 0.06,
    "decimal": 0.07,
    "mixed": 0.06,
    "degree": 0.04,
    "pair": 0.05,
    "zeros": 0.03,
    "sign": 0.03,
    "roman": 0.03,
    "text": 0.03,
    "quantity": 0.02,
    "price": 0.02,
    "unit": 0.02,
    "signed": 0.05,
    "footnote": 0.03,
    "ditto": 0.02,
    "coded": 0.025,
    "currency": 0.02,
    "grouped": 0.025,
}
_MARKED_KINDS = {
    "mixed": 0.15,
    "degree": 0.15,
    "signed": 0.16,
    "footnote": 0.08,
    "ditto": 0.09,
    "coded": 0.09,
    "currency": 0.1,
    "grouped": 0.05,
    "sign": 0.02,
    "roman": 0.05,
    "leader": 0.02,
    "blank": 0.03,
    "upto": 0.01,
}
_MAX_ROWS = 46
Words = NDArray[np.str_]
Cell = Callable[[np.random.Generator, int], str]


@cache
def lexicon() -> dict[str, Words]:
    """Words by language."""
    lists: dict[str, list[str]] = json.loads(_LEXICON.read_text("utf-8"))
    return {language: np.array(words) for language, words in lists.items()}


def roman(number: int) -> str:
    """Write a number from 1 to 399 in Roman numerals."""
    letters = ""
    for value, sign in _ROMAN:
        letters += sign * (number // value)
        number %= value
    return letters


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(str(d) for d in rng.integers(0, 10, count))


def _of_length(count: int) -> Cell:
    return lambda rng, row: _digits(rng, count)


def _up_to(count: int) -> Cell:
    return lambda rng, row: _digits(rng, int(rng.integers(1, count + 1)))


def _argument(first: int, step: int) -> Cell:
    return lambda rng, row: str(first + step * row)


def _signed(rng: np.random.Generator) -> Cell:
    """Write numbers with a sign before them, in all cells or in some."""
    signs = str(rng.choice(["+−", "+–", "+", "−", "–", "±", "+−±", "+-"]))
    share, number = float(rng.choice([1.0, 0.5, 0.2])), _up_to(3)
    if rng.random() < 0.4:
        number = _decimal(str(rng.choice([".", "·", ","])), 1, int(rng.integers(1, 3)))
    gap = " " if rng.random() < 0.15 else ""
    return lambda rng, row: (
        (str(rng.choice(list(signs))) + gap if rng.random() < share else "") + number(rng, row)
    )


def _footnote(rng: np.random.Generator) -> Cell:
    """Write numbers, some of them with a reference to a note, or in brackets."""
    share, number = float(rng.choice([1.0, 0.4, 0.15])), _up_to(int(rng.integers(2, 5)))
    bracketed = str(rng.choice(["()", "[]", "()"])) if rng.random() < 0.35 else ""

    def cell(rng: np.random.Generator, row: int) -> str:
        text = number(rng, row)
        if rng.random() >= share:
            return text
        return f"{bracketed[0]}{text}{bracketed[1]}" if bracketed else text + str(rng.choice(_FOOTNOTES))

    return cell


def _ditto(rng: np.random.Generator) -> Cell:
    """Write numbers, most of them repeated by a sign."""
    mark, share, number = str(rng.choice(_DITTOS)), float(rng.uniform(0.2, 0.9)), _up_to(4)
    return lambda rng, row: mark if row and rng.random() < share else number(rng, row)


def _blank(rng: np.random.Generator) -> Cell:
    """Write numbers, most of them replaced by a sign that there is none."""
    sign, share = (
        str(rng.choice(["—", "–", "...", "..", "· ·", ". .", "*"])),
        float(rng.uniform(0.2, 0.9)),
    )
    number = _up_to(3)
    return lambda rng, row: sign if rng.random() < share else number(rng, row)


def _coded(rng: np.random.Generator) -> Cell:
    """Write letters and digits in one cell: bearings, hours, signatures, codes."""
    letters = list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    form = int(rng.integers(8))

    def cell(rng: np.random.Generator, row: int) -> str:
        first, other = str(rng.choice(letters)), str(rng.choice(letters))
        number = _digits(rng, int(rng.integers(1, 4)))
        mixed = "".join(rng.choice(list("0123456789ABCDEFIOSZlo"), int(rng.integers(2, 6))))
        forms = (
            first + number,
            f"{first}. {number} {other}.",
            f"{number} a.m.",
            mixed,
            mixed.lower(),
            number + first,
            "".join(rng.choice(list("0123456789ABCDEF"), int(rng.integers(1, 6)))),
            "0x" + "".join(rng.choice(list("0123456789abcdef"), int(rng.integers(1, 5)))),
        )
        return forms[form]

    return cell


def _currency(rng: np.random.Generator) -> Cell:
    """Write sums with their sign or letter, shares in per cent, hours with raised letters."""
    form = int(rng.integers(8))

    def cell(rng: np.random.Generator, row: int) -> str:
        one, two = _digits(rng, int(rng.integers(1, 3))), _digits(rng, int(rng.integers(1, 3)))
        forms = (
            f"£{one}",
            f"${one}",
            f"{one}%",
            f"{one}s.",
            f"{one}d.",
            f"{one}l. {two}s.",
            f"{one}ʰ {two}ᵐ",
        )
        return forms[form] if form < len(forms) else f"{one}ʰ {two}ᵐ {_digits(rng, 2)}ˢ"

    return cell


def _leader(words: Words) -> Callable[[np.random.Generator], Cell]:
    """Write words or numbers with a row of points after or before them."""

    def column(rng: np.random.Generator) -> Cell:
        point, before = str(rng.choice(_LEADERS)), rng.random() < 0.4
        wide = int(rng.integers(2, 12))

        def cell(rng: np.random.Generator, row: int) -> str:
            points = point * max(1, wide + int(rng.integers(-1, 2)))
            if before:
                return points.strip() + _digits(rng, int(rng.integers(1, 4)))
            return str(rng.choice(words)).capitalize() + points

        return cell

    return column


def _grouped(rng: np.random.Generator) -> Cell:
    """Write long numbers in groups, numbers with a stroke or an apostrophe."""
    form = int(rng.integers(5))

    def cell(rng: np.random.Generator, row: int) -> str:
        a, b, c = _digits(rng, int(rng.integers(1, 4))), _digits(rng, 3), _digits(rng, 2)
        return (f"{a},{b}", f"{a} {b}", f"{a}.{b},{c}", f"{a}'{c}", f"{a} {c[0]}/{c[1]}")[form]

    return cell


def _zeros(rng: np.random.Generator, row: int) -> str:
    return "00" if rng.random() < 0.7 else _digits(rng, 2)


def _decimal(point: str, whole: int, rest: int) -> Cell:
    return lambda rng, row: f"{_digits(rng, whole)}{point}{_digits(rng, rest)}"


def _mixed(rng: np.random.Generator, row: int) -> str:
    number = _digits(rng, int(rng.integers(1, 4))) if rng.random() < 0.9 else ""
    return number + (str(rng.choice(_FRACTIONS)) if rng.random() < 0.5 else "")


def _degree(rng: np.random.Generator, row: int) -> str:
    minutes, seconds = ("′", "″") if rng.random() < 0.5 else ("'", '"')
    text = f"{_digits(rng, int(rng.integers(1, 3)))}°" if rng.random() < 0.6 else ""
    text += f" {_digits(rng, 2)}{minutes}" if rng.random() < 0.6 or not text else ""
    return text + (f" {_digits(rng, 2)}{seconds}" if rng.random() < 0.4 else "")


def _pair(rng: np.random.Generator, row: int) -> str:
    separator = str(rng.choice([" ", " . ", " · ", " "]))
    return f"{_digits(rng, int(rng.integers(1, 3)))}{separator}{_digits(rng, int(rng.integers(1, 3)))}"


def _sign(rng: np.random.Generator, row: int) -> str:
    return str(rng.choice(_SIGNS))


def _numeral(rng: np.random.Generator, row: int) -> str:
    numeral = roman(row + 1 if rng.random() < 0.5 else int(rng.integers(1, 100)))
    if rng.random() < 0.15:
        numeral = numeral.replace("IX", "VIIII").replace("IV", "IIII")
    if rng.random() < 0.3:
        numeral = numeral.lower()
        numeral = numeral[:-1] + "j" if numeral.endswith("i") else numeral
    return numeral + ("." if rng.random() < 0.3 else "")


def _goods(words: Words) -> Cell:
    def cell(rng: np.random.Generator, row: int) -> str:
        text = " ".join(rng.choice(words, int(rng.integers(1, 4))))
        dashes = ("", " —", " ——", " — —", " ———", ".")[int(rng.integers(6))]
        number = f" {_digits(rng, int(rng.integers(1, 4)))}" if rng.random() < 0.12 else ""
        return text[:1].upper() + text[1:] + number + dashes

    return cell


def _quantity(words: Words) -> Cell:
    def cell(rng: np.random.Generator, row: int) -> str:
        return f"{_mixed(rng, row)} {rng.choice(words)}{' ——' if rng.random() < 0.4 else ''}"

    return cell


def _price(words: Words) -> Cell:
    def cell(rng: np.random.Generator, row: int) -> str:
        of = str(rng.choice(["per", "per", "the", "at"]))
        dashes = " ——" if rng.random() < 0.5 else ""
        return f"{_digits(rng, 2)} {_digits(rng, 2)} {_digits(rng, 2)} {of} {rng.choice(words)}{dashes}"

    return cell


def _unit(unit: str) -> Cell:
    return lambda rng, row: f"{_digits(rng, int(rng.integers(1, 4)))} {unit}"


def _heading(rng: np.random.Generator, words: Words) -> str:
    draw = rng.random()
    if draw < 0.2:
        return str(rng.choice(_HEADINGS))
    if draw < 0.3:
        return str(rng.integers(1, 91))
    if draw < 0.4:
        return ""
    return "\n".join(rng.choice(words, 2 if rng.random() < 0.25 else 1))


def _column(
    rng: np.random.Generator, words: Words, index: int, group: str, kinds: dict[str, float]
) -> list[tuple[Column, Cell]]:
    """Choose one column, or several that belong together."""
    name = _heading(rng, words)
    key = f"c{index}"

    def single(heading: str, cell: Cell, align: str = "right") -> list[tuple[Column, Cell]]:
        return [(Column(key, heading, group, align=align), cell)]

    kind = str(rng.choice(list(kinds), p=list(kinds.values())))
    if kind == "length":
        return single(name, _of_length(int(rng.integers(1, 8))))
    if kind == "upto":
        return single(
            name, _up_to(int(rng.integers(2, 8))), str(rng.choice(["right", "right", "center", "left"]))
        )
    if kind == "sexagesimal":
        heads: tuple[str, ...] = ("G.", "M.", "S.", "T.")[: int(rng.integers(2, 4))]
        if rng.random() < 0.3:
            heads = ("Deg.", "Min.", "Sec.")[: len(heads)]
        sixtieths = _of_length(2) if rng.random() < 0.7 else _up_to(2)
        return [(Column(f"{key}.{h}", h, group or name), sixtieths) for h in heads]
    if kind == "money":
        cells = (_up_to(6), _of_length(2), _of_length(2) if rng.random() < 0.5 else _zeros)
        return [
            (Column(f"{key}.{h}", h, group), cell) for h, cell in zip(("l.", "s.", "d."), cells, strict=True)
        ]
    if kind == "text":
        return single(name, _goods(words), "left")
    if kind == "quantity":
        return single(name, _quantity(words), "left")
    if kind == "price":
        return single(name, _price(words), "left")
    if kind == "unit":
        return single(name, _unit(str(rng.choice(_UNITS))))
    others: dict[str, Cell] = {
        "decimal": _decimal(
            str(rng.choice(["·", ".", ","])), int(rng.integers(1, 4)), int(rng.integers(1, 4))
        ),
        "mixed": _mixed,
        "degree": _degree,
        "pair": _pair,
        "zeros": _zeros,
        "sign": _sign,
        "roman": _numeral,
        "signed": _signed(rng),
        "footnote": _footnote(rng),
        "ditto": _ditto(rng),
        "coded": _coded(rng),
        "currency": _currency(rng),
        "grouped": _grouped(rng),
        "leader": _leader(words)(rng),
        "blank": _blank(rng),
    }
    return single(name if rng.random() < 0.7 else "", others[kind])


def _table(rng: np.random.Generator, words: Words, max_columns: int, kinds: dict[str, float]) -> TableContent:
    """Make a table of random shape."""
    columns: list[tuple[Column, Cell]] = []
    group = str(rng.choice(words)) if rng.random() < 0.2 else ""
    blank = str(rng.choice(["", "", "—", "..", "·"]))
    if rng.random() < 0.75:
        cell = _argument(int(rng.integers(0, 90)), int(rng.choice([1, 1, 1, 5, 10])))
        heading = str(rng.choice(["", "G.", "Gr.", "Deg", "Dies", "N."]))
        columns.append((Column("argument", heading, argument=True), cell))
    elif rng.random() < 0.6:
        columns.append((Column("name", "", argument=True, align="left"), _goods(words)))
    wanted = int(rng.integers(2, max_columns + 1))
    kind = rng.random()
    while len(columns) < wanted:
        if (
            kind < 0.2 and len(columns) > 1 and columns[-1][0].align != "left"
        ):  # a table of columns of one kind
            column, cell = columns[-1]
            heading = column.heading if rng.random() < 0.5 else str(len(columns))
            columns.append((Column(f"c{len(columns)}", heading, "", align=column.align), cell))
        else:
            columns += _column(rng, words, len(columns), group if rng.random() < 0.7 else "", kinds)
    rows = int(rng.integers(4, _MAX_ROWS + 1))
    triangular = rng.random() < 0.06
    empty = float(rng.choice([0.0, 0.05, 0.3], p=[0.75, 0.2, 0.05]))
    cells = [
        [
            "" if triangular and i > row else blank if i and rng.random() < empty else cell(rng, row)
            for i, (_, cell) in enumerate(columns)
        ]
        for row in range(rows)
    ]
    title = ""
    if rng.random() < 0.7:
        title = " ".join(rng.choice(words, int(rng.integers(2, 9)))).capitalize()
        title += f" {_digits(rng, 4)}." if rng.random() < 0.4 else "."
    return TableContent(
        title, tuple(column for column, _ in columns), tuple(map(str, range(rows))), tuple(map(tuple, cells))
    )


def _barometer(rng: np.random.Generator, words: Words) -> TableContent:
    """Make a wide table of narrow columns, one an hour."""
    hours, days = int(rng.integers(10, 26)), int(rng.integers(15, 32))
    unit = str(rng.choice(["\nIns.", "", "\nIn."]))
    columns = [Column("day", "", argument=True)] + [Column(f"h{h}", f"{h + 1}{unit}") for h in range(hours)]
    cell = _decimal("·" if rng.random() < 0.8 else ".", 1, int(rng.integers(1, 4)))
    cells = tuple((str(day + 1), *(cell(rng, day) for _ in range(hours))) for day in range(days))
    title = f"{rng.choice(words)} {rng.choice(words)} {_digits(rng, 4)}".upper()
    return TableContent(title, tuple(columns), tuple(str(d + 1) for d in range(days)), cells)


def _sentence(rng: np.random.Generator, words: Words, numbers: float) -> str:
    """Write a sentence; ``numbers`` is the share of words that are numbers."""
    parts = []
    for word in rng.choice(words, int(rng.integers(4, 18))):
        draw = rng.random()
        if draw < numbers:
            number = _digits(rng, int(rng.choice([1, 2, 3, 4, 5, 6], p=[0.2, 0.25, 0.15, 0.3, 0.05, 0.05])))
            number += str(rng.choice(_FRACTIONS)) if rng.random() < 0.08 else ""
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
    number = _digits(rng, int(rng.integers(1, 4))) if rng.random() < 0.75 else ""
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
    kinds = _MARKED_KINDS if marked else _KINDS
    words = lexicon()[str(rng.choice(sorted(lexicon())))]
    head, number, catchword = _frame(rng, words)
    kind = str(rng.choice(["table", "prose", "title", "diagram"], p=[0.74, 0.18, 0.04, 0.04]))
    if kind == "table":
        if rng.random() < 0.1:
            tables: tuple[TableContent, ...] = (_barometer(rng, words),)
        elif rng.random() < 0.2:
            tables = (_table(rng, words, 7, kinds), _table(rng, words, 7, kinds))
        else:
            tables = (_table(rng, words, int(rng.choice([5, 10, 16])), kinds),)
        count = int(rng.choice([0, 1, 2, 3], p=[0.45, 0.35, 0.15, 0.05]))
        paragraphs = tuple(_paragraph(rng, words, 0.1, 4) for _ in range(count))
        return PageContent(kind, tables, paragraphs, head, number, catchword)
    if kind == "title":
        paragraphs = tuple(
            " ".join(rng.choice(words, int(rng.integers(1, 9)))) for _ in range(int(rng.integers(4, 10)))
        )
        return PageContent(kind, (), (*paragraphs, f"{rng.choice(words)}, {_digits(rng, 4)}."), "", "")
    numbers = float(rng.choice([0.0, 0.03, 0.15, 0.35]))
    paragraphs = tuple(_paragraph(rng, words, numbers, 8) for _ in range(int(rng.integers(1, 8))))
    return PageContent(kind, (), paragraphs, head, number, catchword)
