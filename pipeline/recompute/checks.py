"""Check: a cell held against what it should say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from tablekin.recompute.finding import Finding
from tablekin.recompute.likelihood import slip_density
from tablekin.recompute.quantity import PrintedQuantity
from tablekin.recompute.smoothness import Numbers
from tablekin.recompute.table_text import Choices
from tablekin.recompute.verdict import Verdict, judge


class CheckKind(Enum):
    """What a cell was held against."""

    FUNCTION = "function"
    DIFFERENCE = "difference"
    SUM = "sum"
    NEIGHBOUR = "neighbour"


@dataclass(frozen=True)
class Check:
    """A cell and what it should say."""

    region_id: int
    kind: CheckKind
    value: float  # in units of the first place
    computed: float
    residual: float  # in units of the last place
    p_misprint: float
    p_misreading: float
    due: str | None = None  # digits that should stand in the cell; None where that is not known


@dataclass(frozen=True)
class JudgedCell:
    """A cell that is not as it should be."""

    region_id: int
    due: str  # digits that should stand in it
    verdict: Verdict


Known = Mapping[int, Choices]  # by region
_APART = 1e-3  # share of an author's slips that change two cells of a value and make neither a neighbour of what is due


def check_finding(finding: Finding, choices: Known) -> Iterator[Check]:
    """Hold every value that a function explains against it.

    A value yields a check of every cell that it is printed in; one that does not fit, of every cell that is not as it
    should be.
    """
    due, residuals = finding.due, finding.residuals
    for place, quantity in enumerate(finding.quantities):
        unit = quantity.form.last_units
        written = quantity.form.in_places(np.where(np.isfinite(due[place]), due[place], 0.0))
        for row in np.flatnonzero(np.isfinite(residuals[place])):
            numbers = (
                float(quantity.values[row]) / unit,
                float(due[place, row]) / unit,
                float(residuals[place, row]),
            )
            meant = written
            wrong = [] if residuals[place, row] == 0 else wrong_places(quantity, int(row), written)
            if len(wrong) > 1:
                meant, wrong = _nearest_meant(quantity, int(row), due[place], wrong, written)
            if not wrong:
                yield from fitting_cells(quantity, int(row), CheckKind.FUNCTION, numbers, written)
            slip = float(
                finding.slips.share * slip_density(np.array(residuals[place, row]), finding.slips.size)
            )
            for cell in judge_places(quantity, int(row), meant, wrong, slip, choices):
                yield check_of(cell, CheckKind.FUNCTION, numbers)


def check_of(cell: JudgedCell, kind: CheckKind, numbers: tuple[float, float, float]) -> Check:
    """Make the check of a cell that was judged; ``numbers`` are value, computed value and residual."""
    verdict = cell.verdict
    return Check(cell.region_id, kind, *numbers, verdict.p_misprint, verdict.p_misreading, cell.due)


def fitting_cells(
    quantity: PrintedQuantity,
    row: int,
    kind: CheckKind,
    numbers: tuple[float, float, float],
    written: Numbers,
) -> Iterator[Check]:
    """Yield the checks of the cells of a value that is as it should be."""
    for region in dict.fromkeys(quantity.regions[row].tolist()):
        own = _places_in(quantity, row, region)
        yield Check(region, kind, *numbers, 0.0, 0.0, _write(written[row, own], _widths(quantity, own)))


def _nearest_meant(
    quantity: PrintedQuantity, row: int, due: Numbers, wrong: list[int], written: Numbers
) -> tuple[Numbers, list[int]]:
    """Find what a value was meant to be that is wrong in several places: what is due, or one unit more or less.

    The author may have rounded the other way; a compositor seldom errs in two places of one value.
    """
    for shift in (-1.0, 1.0):
        moved = due.copy()
        moved[row] += shift
        if moved[row] < 0:
            continue
        other = quantity.form.in_places(np.where(np.isfinite(moved), moved, 0.0))
        places = wrong_places(quantity, row, other)
        if len(places) < len(wrong):
            return other, places
    return written, wrong


def wrong_places(quantity: PrintedQuantity, row: int, written: Numbers) -> list[int]:
    """List the places of a value that are not as they should be."""
    return [int(place) for place in np.flatnonzero(np.abs(quantity.places[row]) != written[row])]


def judge_places(
    quantity: PrintedQuantity, row: int, written: Numbers, wrong: list[int], slip: float, choices: Known
) -> Iterator[JudgedCell]:
    """Judge the wrong places of a value; those in one cell together.

    Parameters
    ----------
    quantity, row
        Where the value stands.
    written
        ``(rows, places)`` what should stand in every row.
    wrong
        Places that are not as they should be.
    slip
        Probability that the author himself had the value.
    choices
        Of the digits of every region.

    Yields
    ------
    JudgedCell
        One for every cell.
    """
    several = len({int(quantity.regions[row, place]) for place in wrong}) > 1
    for region in dict.fromkeys(int(quantity.regions[row, place]) for place in wrong):
        own = _places_in(quantity, row, region)
        widths = _widths(quantity, own)
        read = _write(np.abs(quantity.places[row, own]), widths)
        due = _write(written[row, own], widths)
        nearby = [near for near in (row - 1, row + 1) if 0 <= near < len(written)]
        lines = [_write(written[near, own], widths) for near in nearby]
        if due == _as_read(choices.get(region)):  # what it was parted into was mistaken
            yield JudgedCell(region, due, Verdict(0.0, 0.0, "none"))
            continue
        digits = _aligned(choices.get(region), read, quantity, row, own)
        yield JudgedCell(region, due, judge(read, due, digits, slip * (_APART if several else 1.0), lines))


def _as_read(choices: Choices | None) -> str | None:
    """All digits of a cell as they were read; None where that is not known."""
    return (
        None if choices is None else "".join(str(max(one, key=lambda digit: one[digit])) for one in choices)
    )


def _places_in(quantity: PrintedQuantity, row: int, region: int) -> list[int]:
    """List the places of a value that stand in a cell."""
    return [place for place in range(quantity.places.shape[1]) if quantity.regions[row, place] == region]


def _widths(quantity: PrintedQuantity, own: list[int]) -> list[int]:
    """Digits, at least, of each of the places of a cell: of the first one as many as it needs."""
    return [0, *(len(str(int(quantity.form.radices[place - 1]) - 1)) for place in own[1:])]


def _write(numbers: Numbers, widths: list[int]) -> str:
    return "".join(f"{int(number):0{width}d}" for number, width in zip(numbers, widths, strict=True))


def _aligned(
    choices: Choices | None, read: str, quantity: PrintedQuantity, row: int, own: list[int]
) -> Choices | None:
    """Match the choices of what was printed to a number: without zeros before it, with zeros that pad its places."""
    if choices is None or len(choices) == len(read):
        return choices
    before = len(choices) - len(read)
    if before > 0 and all(max(choice, key=lambda digit: choice[digit]) == 0 for choice in choices[:before]):
        return choices[before:]
    printed = "".join(str(int(abs(number))) for number in quantity.places[row, own])
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
