"""What the cells of training tables say: one function a kind, made once for a column and called for each row."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

_ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
FRACTIONS = np.array(list("½¼¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"))
_SIGNS = np.array(list("♈♉♊♋♌♍♎♏♐♑♒♓☉☽☿♀♂♃♄"))
_FOOTNOTES = ("*", "†", "‡", "§", "¶", "**", "†")
_DITTOS = ("„", "”", "″", "do.", "Do.", '"', '" "', "“", "id.", "„ „")
_LEADERS = (".", ".", " .", " .", "·", "..", " ..")
Words = NDArray[np.str_]
Cell = Callable[[np.random.Generator, int], str]


def roman(number: int) -> str:
    """Write a number from 1 to 399 in Roman numerals."""
    letters = ""
    for value, sign in _ROMAN:
        letters += sign * (number // value)
        number %= value
    return letters


def digits(rng: np.random.Generator, count: int) -> str:
    """Draw as many digits, each as likely as any other."""
    return "".join(str(d) for d in rng.integers(0, 10, count))


def of_length(count: int) -> Cell:
    """Write numbers of one length, zeros at the front as well."""
    return lambda rng, row: digits(rng, count)


def up_to(count: int) -> Cell:
    """Write numbers of one digit up to ``count``."""
    return lambda rng, row: digits(rng, int(rng.integers(1, count + 1)))


def argument(first: int, step: int) -> Cell:
    """Write a progression."""
    return lambda rng, row: str(first + step * row)


def signed(rng: np.random.Generator) -> Cell:
    """Write numbers with a sign before them, in all cells or in some."""
    signs = str(rng.choice(["+−", "+–", "+", "−", "–", "±", "+−±", "+-"]))
    share, number = float(rng.choice([1.0, 0.5, 0.2])), up_to(3)
    if rng.random() < 0.4:
        number = decimal(str(rng.choice([".", "·", ","])), 1, int(rng.integers(1, 3)))
    gap = " " if rng.random() < 0.15 else ""
    return lambda rng, row: (
        (str(rng.choice(list(signs))) + gap if rng.random() < share else "") + number(rng, row)
    )


def footnote(rng: np.random.Generator) -> Cell:
    """Write numbers, some of them with a reference to a note, or in brackets."""
    share, number = float(rng.choice([1.0, 0.4, 0.15])), up_to(int(rng.integers(2, 5)))
    bracketed = str(rng.choice(["()", "[]", "()"])) if rng.random() < 0.35 else ""

    def cell(rng: np.random.Generator, row: int) -> str:
        text = number(rng, row)
        if rng.random() >= share:
            return text
        return f"{bracketed[0]}{text}{bracketed[1]}" if bracketed else text + str(rng.choice(_FOOTNOTES))

    return cell


def ditto(rng: np.random.Generator) -> Cell:
    """Write numbers, most of them repeated by a sign."""
    mark, share, number = str(rng.choice(_DITTOS)), float(rng.uniform(0.2, 0.9)), up_to(4)
    return lambda rng, row: mark if row and rng.random() < share else number(rng, row)


def blank(rng: np.random.Generator) -> Cell:
    """Write numbers, most of them replaced by a sign that there is none."""
    sign, share = (
        str(rng.choice(["—", "–", "...", "..", "· ·", ". .", "*"])),
        float(rng.uniform(0.2, 0.9)),
    )
    number = up_to(3)
    return lambda rng, row: sign if rng.random() < share else number(rng, row)


def coded(rng: np.random.Generator) -> Cell:
    """Write letters and digits in one cell: bearings, hours, signatures, codes, letters that look like digits."""
    letters = list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    form = int(rng.integers(10))

    def cell(rng: np.random.Generator, row: int) -> str:
        first, other = str(rng.choice(letters)), str(rng.choice(letters))
        alike = "".join(rng.choice(list("lOIoSBZij1058"), int(rng.integers(1, 4))))
        number = digits(rng, int(rng.integers(1, 4)))
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
            alike + number,
            number + alike,
        )
        return forms[form]

    return cell


def currency(rng: np.random.Generator) -> Cell:
    """Write sums with their sign or letter, shares in per cent, hours with raised letters."""
    form = int(rng.integers(8))

    def cell(rng: np.random.Generator, row: int) -> str:
        one, two = digits(rng, int(rng.integers(1, 3))), digits(rng, int(rng.integers(1, 3)))
        forms = (
            f"£{one}",
            f"${one}",
            f"{one}%",
            f"{one}s.",
            f"{one}d.",
            f"{one}l. {two}s.",
            f"{one}ʰ {two}ᵐ",
        )
        return forms[form] if form < len(forms) else f"{one}ʰ {two}ᵐ {digits(rng, 2)}ˢ"

    return cell


def leader(words: Words) -> Callable[[np.random.Generator], Cell]:
    """Write words or numbers with a row of points after or before them."""

    def column(rng: np.random.Generator) -> Cell:
        point, before = str(rng.choice(_LEADERS)), rng.random() < 0.4
        wide = int(rng.integers(2, 12))

        def cell(rng: np.random.Generator, row: int) -> str:
            points = point * max(1, wide + int(rng.integers(-1, 2)))
            if before:
                return points.strip() + digits(rng, int(rng.integers(1, 4)))
            return str(rng.choice(words)).capitalize() + points

        return cell

    return column


def grouped(rng: np.random.Generator) -> Cell:
    """Write long numbers in groups, numbers with a stroke or an apostrophe."""
    form = int(rng.integers(5))

    def cell(rng: np.random.Generator, row: int) -> str:
        a, b, c = digits(rng, int(rng.integers(1, 4))), digits(rng, 3), digits(rng, 2)
        return (f"{a},{b}", f"{a} {b}", f"{a}.{b},{c}", f"{a}'{c}", f"{a} {c[0]}/{c[1]}")[form]

    return cell


def zeros(rng: np.random.Generator, row: int) -> str:
    """Write two noughts, or now and then two other digits."""
    return "00" if rng.random() < 0.7 else digits(rng, 2)


def decimal(point: str, whole: int, rest: int) -> Cell:
    """Write decimals of a fixed number of digits before and after the point."""
    return lambda rng, row: f"{digits(rng, whole)}{point}{digits(rng, rest)}"


def mixed(rng: np.random.Generator, row: int) -> str:
    """Write numbers with a fraction behind some of them."""
    number = digits(rng, int(rng.integers(1, 4))) if rng.random() < 0.9 else ""
    return number + (str(rng.choice(FRACTIONS)) if rng.random() < 0.5 else "")


def degree(rng: np.random.Generator, row: int) -> str:
    """Write degrees, minutes and seconds, some of them left out."""
    minutes, seconds = ("′", "″") if rng.random() < 0.5 else ("'", '"')
    text = f"{digits(rng, int(rng.integers(1, 3)))}°" if rng.random() < 0.6 else ""
    text += f" {digits(rng, 2)}{minutes}" if rng.random() < 0.6 or not text else ""
    return text + (f" {digits(rng, 2)}{seconds}" if rng.random() < 0.4 else "")


def pair(rng: np.random.Generator, row: int) -> str:
    """Write two numbers in one cell."""
    separator = str(rng.choice([" ", " . ", " · ", " "]))
    return f"{digits(rng, int(rng.integers(1, 3)))}{separator}{digits(rng, int(rng.integers(1, 3)))}"


def sign(rng: np.random.Generator, row: int) -> str:
    """Write a sign of the zodiac or a planet."""
    return str(rng.choice(_SIGNS))


def numeral(rng: np.random.Generator, row: int) -> str:
    """Write Roman numerals as printers do, ``iij`` and ``VIIII`` among them."""
    text = roman(row + 1 if rng.random() < 0.5 else int(rng.integers(1, 100)))
    if rng.random() < 0.15:
        text = text.replace("IX", "VIIII").replace("IV", "IIII")
    if rng.random() < 0.3:
        text = text.lower()
        text = text[:-1] + "j" if text.endswith("i") else text
    return text + ("." if rng.random() < 0.3 else "")


def goods(words: Words) -> Cell:
    """Write the names of goods, dashes behind them."""

    def cell(rng: np.random.Generator, row: int) -> str:
        text = " ".join(rng.choice(words, int(rng.integers(1, 4))))
        dashes = ("", " —", " ——", " — —", " ———", ".")[int(rng.integers(6))]
        number = f" {digits(rng, int(rng.integers(1, 4)))}" if rng.random() < 0.12 else ""
        return text[:1].upper() + text[1:] + number + dashes

    return cell


def quantity(words: Words) -> Cell:
    """Write how much of what."""

    def cell(rng: np.random.Generator, row: int) -> str:
        return f"{mixed(rng, row)} {rng.choice(words)}{' ——' if rng.random() < 0.4 else ''}"

    return cell


def price(words: Words) -> Cell:
    """Write a price of three parts and what it is for."""

    def cell(rng: np.random.Generator, row: int) -> str:
        of = str(rng.choice(["per", "per", "the", "at"]))
        dashes = " ——" if rng.random() < 0.5 else ""
        return f"{digits(rng, 2)} {digits(rng, 2)} {digits(rng, 2)} {of} {rng.choice(words)}{dashes}"

    return cell


def unit(name: str) -> Cell:
    """Write numbers with their unit behind them."""
    return lambda rng, row: f"{digits(rng, int(rng.integers(1, 4)))} {name}"
