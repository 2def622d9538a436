"""Check: a cell held against what it should say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.carried import NOISE, author_densities, follow
from tablekin.recompute.finding import Finding
from tablekin.recompute.likelihood import count_digits, wrong_density
from tablekin.recompute.quantity import PrintedQuantity
from tablekin.recompute.smoothness import Numbers
from tablekin.recompute.table_text import Choices
from tablekin.recompute.verdict import Verdict, error_probabilities


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
_FOREIGN, _FEWEST_FOREIGN = (
    0.6,
    3,
)  # share, and number, of the values of a row that are far off where it is another's
_FAR = 0.01  # of the range of its column
_LIKELY = 0.5  # that a cell is wrong which is as is due, and would be wrong if the author had slipped
_AS_READ = "as read"  # no misprint: the cell's digits are those due, and were only parted otherwise
_NOTHING = 1e-300
_LEAST_NOISE = 1e-4  # probability of a slip of the author beside a misprint or misreading


def check_finding(finding: Finding, choices: Known) -> Iterator[Check]:
    """Hold every value that a function explains against it.

    A value yields a check of every cell that it is printed in; one that does not fit, of every cell that is not as it
    should be.
    """
    due, residuals = finding.due, finding.residuals
    meant = _meant(finding)
    foreign = _foreign_rows(finding)
    for place, quantity in enumerate(finding.quantities):
        unit = quantity.form.last_units
        written = quantity.form.in_places(np.where(np.isfinite(due[place]), due[place], 0.0))
        for row in np.flatnonzero(np.isfinite(residuals[place])):
            numbers = (
                float(quantity.values[row]) / unit,
                float(due[place, row]) / unit,
                float(residuals[place, row]),
            )
            fits = residuals[place, row] == 0 and quantity.values[row] <= finding.period[place]
            if fits or not wrong_places(quantity, int(row), written):
                yield from fitting_cells(quantity, int(row), CheckKind.FUNCTION, numbers, written)
                continue
            slip = 1.0 if foreign[row] else float(meant.author[place][row])
            slip *= bool(quantity.values[row] <= finding.period[place])  # nobody counts 71 signs of a circle
            level, noise = float(meant.level[place][row]), meant.noise[place][row]
            possible = _may_have_had(quantity, int(row), due[place], written, level, noise)
            for cell in judge_meant(quantity, int(row), possible, slip, choices):
                yield check_of(cell, CheckKind.FUNCTION, numbers)


@dataclass(frozen=True)
class _Meant:
    """What the author of a table had himself; one array for each quantity."""

    author: list[Numbers]  # (rows,) probability that he had the value that is printed
    level: list[Numbers]  # (rows,) slip, in units of the last place, that he carried on
    noise: list[Numbers]  # (rows, shifts) probability that he slipped by so much besides


def _meant(finding: Finding) -> _Meant:
    misses = finding.misses
    values = np.stack([quantity.values for quantity in finding.quantities])
    weights = np.array([quantity.form.digit_weights for quantity in finding.quantities])
    wrong = wrong_density(misses, count_digits(values)[:, None], weights)
    chains = [follow(own, errors)[0] for own, errors in zip(misses, wrong, strict=True)]
    densities, noise = author_densities(misses, wrong, chains)
    author = [(chain.foretold * own).sum(1) for chain, own in zip(chains, densities, strict=True)]
    return _Meant(author, [chain.likeliest for chain in chains], noise)


def _foreign_rows(finding: Finding) -> NDArray[np.bool_]:
    """Tell which rows say something else altogether in most columns: headings that were read as cells, ``(rows,)``."""
    residuals = finding.residuals
    known = np.isfinite(residuals)
    spread = np.ptp(np.where(np.isfinite(finding.due), finding.due, 0.0), axis=1, keepdims=True)
    off = (np.abs(np.where(known, residuals, 0.0)) > _FAR * spread).sum(0)
    return np.asarray((off >= _FEWEST_FOREIGN) & (off >= _FOREIGN * known.sum(0)))


def _may_have_had(
    quantity: PrintedQuantity, row: int, due: Numbers, written: Numbers, level: float, noise: Numbers
) -> list[tuple[float, Numbers]]:
    """List what the author of a table may have had in a row, with the probability of each; what is due comes first."""
    whole = np.where(np.isfinite(due), due, 0.0)
    possible = [(0.0, written)] if level else []
    for shift in sorted(range(-NOISE, NOISE + 1), key=abs):
        share = float(noise[shift + NOISE])
        if not shift or (share >= _LEAST_NOISE and whole[row] + level + shift >= 0):
            moved = quantity.form.in_places(whole + level + shift) if level or shift else written
            possible.append((share, moved))
    return possible


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


def wrong_places(quantity: PrintedQuantity, row: int, written: Numbers) -> list[int]:
    """List the places of a value that are not as they should be."""
    return [int(place) for place in np.flatnonzero(np.abs(quantity.places[row]) != written[row])]


def judge_places(
    quantity: PrintedQuantity, row: int, written: Numbers, slip: float, choices: Known
) -> Iterator[JudgedCell]:
    """Judge the cells of a value that are not as they should be.

    Parameters
    ----------
    quantity, row
        Where the value stands.
    written
        ``(rows, places)`` what should stand in every row.
    slip
        Probability that the author himself had the value.
    choices
        Of the digits of every region.

    Yields
    ------
    JudgedCell
        One for every cell.
    """
    yield from judge_meant(quantity, row, [(1.0, written)], slip, choices)


def judge_meant(
    quantity: PrintedQuantity,
    row: int,
    meant: Sequence[tuple[float, Numbers]],
    slip: float,
    choices: Known,
) -> Iterator[JudgedCell]:
    """Judge the cells of a value of which it is not known for sure what its author had.

    The cells of a value are misprinted or misread each by itself, but a slip of the author changes them together.

    Parameters
    ----------
    quantity, row, slip, choices
        As for :func:`judge_places`.
    meant
        What he may have had: the probability of each, and ``(rows, places)`` what should stand in every row then. The
        first is what is due.
    """
    due = _errors(quantity, row, meant[0][1], choices)
    if due and all(kind == _AS_READ for _, _, kind, _ in due.values()):
        yield from (JudgedCell(region, cell[3], Verdict(0.0, 0.0, "none")) for region, cell in due.items())
        return
    weighed: list[tuple[float, dict[int, tuple[float, float, str, str]]]] = []
    for weight, written in meant:
        cells = _errors(quantity, row, written, choices)
        if cells:
            weighed.append(
                (weight * float(np.prod([one + other for one, other, *_ in cells.values()])), cells)
            )
    total = slip + sum(weight for weight, _ in weighed)
    for region in dict.fromkeys(region for _, cells in weighed for region in cells):
        misprint = misreading = highest = 0.0
        kind, likeliest = "none", ""
        for weight, cells in weighed:
            if region not in cells:
                continue
            one, other, its_kind, its_due = cells[region]
            misprint += weight * one / max(one + other, _NOTHING) / max(total, _NOTHING)
            misreading += weight * other / max(one + other, _NOTHING) / max(total, _NOTHING)
            if weight >= highest:
                highest, kind, likeliest = weight, its_kind, its_due
        if region not in due and misprint + misreading < _LIKELY:
            continue
        should = due[region][3] if region in due else likeliest
        yield JudgedCell(region, should, Verdict(misprint, misreading, kind))


def _errors(
    quantity: PrintedQuantity, row: int, written: Numbers, choices: Known
) -> dict[int, tuple[float, float, str, str]]:
    """Give for every cell of a value that is not as it should be the probability of such a misprint, and misreading.

    With the kind of the misprint, and what is due in it. A cell whose digits are those due was parted otherwise, and
    is right.
    """
    found = {}
    wrong = wrong_places(quantity, row, written)
    for region in dict.fromkeys(int(quantity.regions[row, place]) for place in wrong):
        own = _places_in(quantity, row, region)
        widths = _widths(quantity, own)
        read = _write(np.abs(quantity.places[row, own]), widths)
        due = _write(written[row, own], widths)
        if due == _as_read(choices.get(region)):
            found[region] = 0.0, 0.0, _AS_READ, due
            continue
        nearby = [near for near in (row - 1, row + 1) if 0 <= near < len(written)]
        lines = [_write(written[near, own], widths) for near in nearby]
        digits = _aligned(choices.get(region), read, quantity, row, own)
        misprint, misreading, kind = error_probabilities(read, due, digits, lines)
        found[region] = misprint, misreading, kind, due
    return found


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
