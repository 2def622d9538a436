"""Check: a cell held against what it should say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.carried import NOISE, author_densities, follow
from tablekin.recompute.cell_errors import (
    AS_READ,
    Known,
    cell_errors,
    places_in,
    spoilt_places,
    widths_of,
    write_digits,
    wrong_places,
)
from tablekin.recompute.finding import Finding
from tablekin.recompute.likelihood import count_digits, wrong_density
from tablekin.recompute.quantity import PrintedQuantity
from tablekin.recompute.smoothness import Numbers
from tablekin.recompute.verdict import Verdict


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


_FOREIGN, _FEWEST_FOREIGN = (
    0.6,
    3,
)  # share, and number, of the values of a row that are far off where it is another's
_FAR = 0.01  # of the range of its column
_LIKELY = 0.5  # that a cell is wrong which is as is due, and would be wrong if the author had slipped
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
        far = np.abs(finding.misses[place] - meant.level[place]) > NOISE + 0.5
        spoilt = spoilt_places(quantity, written, far)
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
            for cell in judge_meant(quantity, int(row), possible, slip, choices, spoilt):
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
        own = places_in(quantity, row, region)
        yield Check(
            region, kind, *numbers, 0.0, 0.0, write_digits(written[row, own], widths_of(quantity, own))
        )


def judge_places(
    quantity: PrintedQuantity,
    row: int,
    written: Numbers,
    slip: float,
    choices: Known,
    spoilt: Numbers | None = None,
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
    spoilt
        As for :func:`judge_meant`.

    Yields
    ------
    JudgedCell
        One for every cell.
    """
    yield from judge_meant(quantity, row, [(1.0, written)], slip, choices, spoilt)


def judge_meant(
    quantity: PrintedQuantity,
    row: int,
    meant: Sequence[tuple[float, Numbers]],
    slip: float,
    choices: Known,
    spoilt: Numbers | None = None,
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
    spoilt
        ``(places,)`` as from :func:`spoilt_places`; none if left out.
    """
    spoilt = np.zeros(quantity.places.shape[1]) if spoilt is None else spoilt
    due = cell_errors(quantity, row, meant[0][1], choices, spoilt)
    if due and all(kind == AS_READ for _, _, kind, _ in due.values()):
        yield from (JudgedCell(region, cell[3], Verdict(0.0, 0.0, "none")) for region, cell in due.items())
        return
    weighed: list[tuple[float, dict[int, tuple[float, float, str, str]]]] = []
    for place, (weight, written) in enumerate(meant):
        cells = cell_errors(quantity, row, written, choices, spoilt) if place else due
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
