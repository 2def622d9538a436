"""Errors of cells: how probable it is that a cell which is not as it should be was misprinted so, or misread."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.quantity import PrintedQuantity
from tablekin.recompute.smoothness import Numbers
from tablekin.recompute.table_text import Choices
from tablekin.recompute.verdict import error_probabilities

Known = Mapping[int, Choices]  # by region
AS_READ = "as read"  # no misprint: the cell's digits are those due, and were only parted otherwise
_FEW_WRONG, _USUALLY_WRONG = 3, 0.1  # numbers of a place, and share, that printers spoil
_GARBLED = 0.1  # of what is wrong beyond that: probability of one misreading among those of a place


def wrong_places(quantity: PrintedQuantity, row: int, written: Numbers) -> list[int]:
    """List the places of a value that are not as they should be."""
    return [int(place) for place in np.flatnonzero(np.abs(quantity.places[row]) != written[row])]


def spoilt_places(quantity: PrintedQuantity, written: Numbers, far: NDArray[np.bool_]) -> Numbers:
    """Share of the numbers of each place that are wrong beyond what printers spoil, ``(places,)``: they are misread.

    Parameters
    ----------
    quantity
        Its places are told apart.
    written
        ``(rows, places)`` what should stand in every row.
    far
        ``(rows,)`` values that no slip of an author explains.
    """
    known = np.isfinite(quantity.places)
    wrong = (known & far[:, None] & (np.abs(quantity.places) != written)).sum(0)
    rows = np.maximum(known.sum(0), 1)
    return np.asarray(np.maximum(wrong - _FEW_WRONG - _USUALLY_WRONG * rows, 0.0) / rows)


def cell_errors(
    quantity: PrintedQuantity, row: int, written: Numbers, choices: Known, spoilt: Numbers
) -> dict[int, tuple[float, float, str, str]]:
    """Give for every cell of a value that is not as it should be the probability of such a misprint, and misreading.

    With the kind of the misprint, and what is due in it. A cell whose digits are those due was parted otherwise, and
    is right.
    """
    found = {}
    wrong = wrong_places(quantity, row, written)
    for region in dict.fromkeys(int(quantity.regions[row, place]) for place in wrong):
        own = places_in(quantity, row, region)
        widths = widths_of(quantity, own)
        read = write_digits(np.abs(quantity.places[row, own]), widths)
        due = write_digits(written[row, own], widths)
        bare_due = _bare_digits(written[row, own])
        if _as_read(choices.get(region)) in (due, bare_due):
            found[region] = 0.0, 0.0, AS_READ, due
            continue
        nearby = [near for near in (row - 1, row + 1) if 0 <= near < len(written)]
        lines = [write_digits(written[near, own], widths) for near in nearby]
        digits = _aligned(choices.get(region), read, quantity, row, own)
        if digits is not None and len(digits) == len(read) and _as_read(digits) != read:
            read = _as_read(digits) or read  # its digits were parted otherwise than is meant
        misprint, misreading, kind = error_probabilities(read, due, digits, lines)
        bare = _bare_digits(quantity.places[row, own])
        if (
            len(read) != len(bare) == len(choices.get(region, ()))
        ):  # printed without zeros, or one digit less was read
            other = error_probabilities(bare, bare_due, choices[region], lines)
            misprint, misreading = max(misprint, other[0]), max(misreading, other[1])
        misprint = max(
            misprint, _misprint_of_place(quantity, row, written, [place for place in own if place in wrong])
        )
        garbled = _GARBLED * max(float(spoilt[place]) for place in own)
        found[region] = misprint, misreading + garbled, kind, due
    return found


def _as_read(choices: Choices | None) -> str | None:
    """All digits of a cell as they were read; None where that is not known."""
    return None if choices is None else "".join(str(next(iter(one))) for one in choices)


def places_in(quantity: PrintedQuantity, row: int, region: int) -> list[int]:
    """List the places of a value that stand in a cell."""
    return [place for place in range(quantity.places.shape[1]) if quantity.regions[row, place] == region]


def widths_of(quantity: PrintedQuantity, own: list[int]) -> list[int]:
    """Digits, at least, of each of the places of a cell: of the first one as many as it needs."""
    return [0, *(len(str(int(quantity.form.radices[place - 1]) - 1)) for place in own[1:])]


def write_digits(numbers: Numbers, widths: list[int]) -> str:
    """Write the places of a cell, each with so many digits at least."""
    return "".join(f"{int(number):0{width}d}" for number, width in zip(numbers, widths, strict=True))


def _bare_digits(numbers: Numbers) -> str:
    """Write the places of a cell without zeros before their digits."""
    return "".join(str(int(abs(number))) for number in numbers)


def _misprint_of_place(quantity: PrintedQuantity, row: int, written: Numbers, wrong: list[int]) -> float:
    """Give the probability of a misprint of the only place of a cell that is wrong, set by itself: 12 46 as 12 12."""
    if len(wrong) != 1:
        return 0.0
    nearby = [near for near in (row - 1, row + 1) if 0 <= near < len(written)]
    lines = [_bare_digits(written[near, wrong]) for near in nearby]
    printed, due = _bare_digits(quantity.places[row, wrong]), _bare_digits(written[row, wrong])
    if len(printed) != len(due):  # a digit that was not found, rather
        return 0.0
    return error_probabilities(printed, due, None, lines)[0]


def _own_digits(choices: Choices, printed: str) -> Choices:
    """Take the choices of a number out of those of a cell that holds numbers of other columns besides."""
    whole = _as_read(choices) or ""
    at = whole.find(printed)
    alone = 0 <= at == whole.rfind(printed) and len(printed) > 1
    return choices[at : at + len(printed)] if alone else choices


def _aligned(
    choices: Choices | None, read: str, quantity: PrintedQuantity, row: int, own: list[int]
) -> Choices | None:
    """Match the choices of what was printed to a number: without zeros before it, with zeros that pad its places."""
    if choices is None or len(choices) == len(read):
        return choices
    choices = _own_digits(choices, _bare_digits(quantity.places[row, own]))
    before = len(choices) - len(read)
    if before > 0 and all(next(iter(choice)) == 0 for choice in choices[:before]):
        return choices[before:]
    printed = _bare_digits(quantity.places[row, own])
    if len(choices) != len(printed):
        return choices
    padded: list[dict[int, float]] = []
    left = iter(choices)
    for place, number in zip(own, quantity.places[row, own], strict=True):
        width = len(str(int(quantity.form.radices[place - 1]) - 1)) if place != own[0] else 0
        digits = str(int(abs(number)))
        padded += [{0: 1.0}] * max(width - len(digits), 0)
        padded += [next(left) for _ in digits]
    return tuple(padded)
