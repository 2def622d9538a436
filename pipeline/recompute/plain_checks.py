"""Plain checks: cells held against counts, sums, differences and neighbours, without a function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from tablekin.recompute.cell_errors import Known, spoilt_places, wrong_places
from tablekin.recompute.checks import (
    Check,
    CheckKind,
    check_of,
    fitting_cells,
    judge_places,
)
from tablekin.recompute.differences import Expectation, expect, find_differences
from tablekin.recompute.quantity import Argument, PrintedQuantity
from tablekin.recompute.smoothness import Numbers
from tablekin.recompute.sums import find_culprit, find_multiples, find_products, find_totals
from tablekin.recompute.verdict import Verdict

_NATURAL = 0.004  # share of the values of a register that break its run and are true
_WINDOW = 20  # units of the last place around what neighbours foretell that are tried as what was due
_MOST_SUMMED = 40  # columns of a table in which sums are looked for


def check_argument(argument: Argument, choices: Known) -> Iterator[Check]:
    """Hold the numbers of an argument against its count; a stroke before one is the end of leaders, and no sign."""
    values = argument.quantity.values
    quantity = replace(
        argument.quantity, values=np.where(values == -argument.values, argument.values, values)
    )
    yield from _check_against(quantity, argument.values, CheckKind.DIFFERENCE, 0.0, choices, only_wrong=False)


def _check_against(
    quantity: PrintedQuantity, due: Numbers, kind: CheckKind, slip: float, choices: Known, only_wrong: bool
) -> Iterator[Check]:
    """Hold a quantity against whole numbers, ``(rows,)``; NaN where nothing is known."""
    unit = quantity.form.last_units
    written = quantity.form.in_places(np.where(np.isfinite(due), due, 0.0))
    spoilt = spoilt_places(quantity, written, np.isfinite(due))
    for row in np.flatnonzero(np.isfinite(due) & quantity.known):
        residual = float(quantity.values[row] - due[row])
        numbers = float(quantity.values[row]) / unit, float(due[row]) / unit, residual
        wrong = residual and wrong_places(quantity, int(row), written)
        if not wrong and not only_wrong:
            yield from fitting_cells(quantity, int(row), kind, numbers, written)
        for cell in judge_places(quantity, int(row), written, slip, choices, spoilt) if wrong else ():
            yield check_of(cell, kind, numbers)


def check_plainly(quantities: Sequence[PrintedQuantity], choices: Known) -> Iterator[Check]:
    """Hold quantities that no function explains against sums, differences, multiples and their neighbours.

    Parameters
    ----------
    quantities
        Of a sheet, in the order of the page.
    choices
        Of the digits of every region.
    """
    expectations = [expect(quantity.values, quantity.period) for quantity in quantities]
    yield from _check_totals(quantities, expectations, choices)
    for printed in find_differences(quantities):
        yield from _check_against(
            printed.quantity, printed.computed, CheckKind.DIFFERENCE, 0.002, choices, only_wrong=False
        )
    yield from _check_products(quantities, choices)
    for quantity, expectation in zip(quantities, expectations, strict=True):
        if expectation is not None:
            yield from _check_neighbours(quantity, expectation, choices)


def _check_totals(
    quantities: Sequence[PrintedQuantity], expectations: Sequence[Expectation | None], choices: Known
) -> Iterator[Check]:
    forms = {quantity.form for quantity in quantities}
    for form in forms:
        own = [place for place, quantity in enumerate(quantities) if quantity.form is form][:_MOST_SUMMED]
        if len(own) < 3:
            continue
        values = np.stack([quantities[place].values for place in own])
        foretold = np.full(values.shape, np.nan)
        for line, place in enumerate(own):
            expectation = expectations[place]
            if expectation is not None:
                foretold[line] = expectation.values
        foretold = _foretell_along_rows(values, foretold)
        for totals in find_totals(values):
            due = np.where(totals.contradicted, np.nan, totals.computed)
            whole = np.where(np.isfinite(due), values[totals.column], np.nan)
            total = quantities[own[totals.column]]
            yield from _check_against(total, whole, CheckKind.SUM, 0.0, choices, only_wrong=False)
            for row in np.flatnonzero(totals.contradicted):
                column, right = find_culprit(totals, int(row), values, foretold, None)
                culprit = quantities[own[column]]
                due = np.full(values.shape[1], np.nan)
                due[row] = np.round(right)
                yield from _check_against(culprit, due, CheckKind.SUM, 0.002, choices, only_wrong=True)


def _foretell_along_rows(values: Numbers, foretold: Numbers) -> Numbers:
    """Foretell values from their neighbours in the row where rows run on more smoothly than columns."""
    across = np.full(values.shape, np.nan)
    across[1:-1] = (values[:-2] + values[2:]) / 2
    down = np.abs(values - foretold)
    along = np.abs(values - across)
    if not np.isfinite(down).any() or np.nanmedian(along) < np.nanmedian(down):
        return across
    return foretold


def _check_products(quantities: Sequence[PrintedQuantity], choices: Known) -> Iterator[Check]:
    if not 2 <= len(quantities) <= 8:
        return
    values = np.stack([quantity.values for quantity in quantities])
    places = list(range(len(quantities)))
    for multiple in find_multiples(values, places):
        due = np.round(multiple.computed)
        quantity = quantities[multiple.column]
        near = np.abs(quantity.values - multiple.computed) <= 0.5 + abs(multiple.factor) * 1e-3
        due = np.where(near, quantity.values, due)
        yield from _check_against(quantity, due, CheckKind.SUM, 0.002, choices, only_wrong=False)
    for column, _, _, computed in find_products(values, places):
        yield from _check_against(
            quantities[column], np.round(computed), CheckKind.SUM, 0.002, choices, only_wrong=False
        )


def _check_neighbours(quantity: PrintedQuantity, expectation: Expectation, choices: Known) -> Iterator[Check]:
    """Hold the values of a smooth column against what their neighbours foretell."""
    unit = quantity.form.last_units
    spread = max(float(np.nanmax(quantity.values) - np.nanmin(quantity.values)), 1.0)
    for row in np.flatnonzero(np.isfinite(expectation.values) & quantity.known):
        value, foretold = float(quantity.values[row]), float(expectation.values[row])
        numbers = value / unit, foretold / unit, value - foretold
        if not expectation.broken[row]:
            yield Check(int(quantity.regions[row, -1]), CheckKind.NEIGHBOUR, *numbers, 0.0, 0.0)
            continue
        reach = min(int(np.ceil(expectation.tolerance)), _WINDOW)
        tried = [whole for whole in range(round(foretold) - reach, round(foretold) + reach + 1) if whole >= 0]
        meant: list[dict[int, tuple[float, float]]] = []  # for every whole: odds of each wrong cell
        dues: list[dict[int, str]] = []
        for whole in tried:
            written = quantity.form.in_places(np.full(len(quantity.values), float(whole)))
            judged = list(judge_places(quantity, int(row), written, _NATURAL / spread, choices))
            meant.append({cell.region_id: _odds(cell.verdict) for cell in judged})
            dues.append({cell.region_id: cell.due for cell in judged})
        weights = [float(np.prod([sum(pair) for pair in cells.values()])) / len(tried) for cells in meant]
        total = 1 + sum(weights)
        for region in dict.fromkeys(region for cells in meant for region in cells):
            shares = np.zeros(2)
            for weight, cells in zip(weights, meant, strict=True):
                if region in cells:
                    shares += weight * np.array(cells[region]) / max(sum(cells[region]), 1e-300)
            misprint, misreading = (shares / total).tolist()
            likeliest = max(
                (place for place, cells in enumerate(meant) if region in cells),
                key=lambda place: weights[place],
            )
            due = dues[likeliest][region]
            yield Check(region, CheckKind.NEIGHBOUR, *numbers, misprint, misreading, due)


def _odds(verdict: Verdict) -> tuple[float, float]:
    """Odds of a misprint and of a misreading against a true value."""
    rest = max(1 - verdict.p_misprint - verdict.p_misreading, 1e-12)
    return verdict.p_misprint / rest, verdict.p_misreading / rest
