"""Misprints: wrong digits that arise in an edition and descend to those copied from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tablekin.sample.works.work import Work

KINDS = ("substituted", "transposed", "repeated", "wrong line")
_LIKE = {  # digits that compositors mistake for one another
    **{"0": "69", "1": "74", "2": "73", "3": "852", "4": "19"},
    **{"5": "36", "6": "095", "7": "12", "8": "36", "9": "604"},
}
_CORRECTED = 0.15  # share of the parent's misprints that an edition puts right


@dataclass(frozen=True)
class Misprint:
    """A cell that differs from what the author computed."""

    row: int  # of the work
    place: int  # column of the work's cells
    printed: str
    correct: str
    kind: str  # one of KINDS
    introduced_in: str  # key of the edition


def _substitute(text: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(len(text)))
    others = _LIKE[text[at]] if rng.random() < 0.7 else "0123456789"
    return text[:at] + str(rng.choice(list(others))) + text[at + 1 :]


def _transpose(text: str, rng: np.random.Generator) -> str:
    if len(text) < 2:
        return text
    at = int(rng.integers(len(text) - 1))
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _repeat(text: str, rng: np.random.Generator) -> str:
    if len(text) < 2:
        return text
    at = int(rng.integers(len(text) - 1))
    first, second = (at, at + 1) if rng.random() < 0.5 else (at + 1, at)
    return text[:second] + text[first] + text[second + 1 :]


def misprint(
    cells: Sequence[Sequence[str]], row: int, place: int, kind: str, rng: np.random.Generator
) -> str | None:
    """Misprint a cell.

    Returns
    -------
    str or None
        What is printed instead; None where this kind of misprint would not change the value.
    """
    text = cells[row][place]
    if not text.isdecimal():
        return None
    if kind == "wrong line":
        near = [other for other in (row - 1, row + 1) if 0 <= other < len(cells)]
        printed = cells[int(rng.choice(near))][place] if near else text
    else:
        change = {"substituted": _substitute, "transposed": _transpose, "repeated": _repeat}[kind]
        printed = change(text, rng)
    numeral = printed.isdecimal() and str(int(printed)) == printed  # no edition prints a zero before a number
    return printed if numeral and printed != text else None


def _introduce(
    work: Work, rows: Sequence[int], places: Sequence[int], edition: str, rng: np.random.Generator
) -> list[Misprint]:
    found = []
    for _ in range(1 + int(rng.poisson(0.006 * len(rows) * len(places)))):
        row, place = int(rng.choice(rows)), int(rng.choice(places))
        kind = str(rng.choice(KINDS, p=[0.55, 0.2, 0.15, 0.1]))
        printed = misprint(work.cells, row, place, kind, rng)
        if printed is not None:
            found.append(Misprint(row, place, printed, work.cells[row][place], kind, edition))
    return found


def descend(
    work: Work,
    inherited: Sequence[Misprint],
    rows: Sequence[int],
    places: Sequence[int],
    edition: str,
    rng: np.random.Generator,
) -> tuple[Misprint, ...]:
    """Copy a work from an edition with misprints: some are put right, new ones arise.

    Parameters
    ----------
    work
        The work.
    inherited
        Misprints of the parent edition.
    rows, places
        Rows and columns of the work's cells that the new edition prints.
    edition
        Key of the new edition.
    rng
        The only source of chance.

    Returns
    -------
    tuple of Misprint
        Misprints of the new edition, at most one a cell, only in cells that it prints.
    """
    kept: Mapping[tuple[int, int], Misprint] = {
        (old.row, old.place): old
        for old in inherited
        if old.row in rows and old.place in places and rng.random() >= _CORRECTED
    }
    new = {(one.row, one.place): one for one in _introduce(work, rows, places, edition, rng)}
    return tuple(sorted({**new, **kept}.values(), key=lambda one: (one.row, one.place)))


def apply(work: Work, misprints: Sequence[Misprint]) -> list[list[str]]:
    """Return the work's cells, rows x places, with the misprints in them."""
    cells = [list(row) for row in work.cells]
    for one in misprints:
        cells[one.row][one.place] = one.printed
    return cells
