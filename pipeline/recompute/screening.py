"""Screening: which functions a sheet may print, found by trying grids of parameters on a few of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.columns import Columns
from tablekin.recompute.entry import Entry, entries
from tablekin.recompute.functions import Function, ValueKind
from tablekin.recompute.quantity import Argument
from tablekin.recompute.smoothness import Numbers
from tablekin.recompute.units import last_units


@dataclass(frozen=True)
class ScreeningCriteria:
    """When a function is worth a fit; chosen on sample plans of seed 424201."""

    rows: int = 8  # that are tried
    fewest: int = 5  # rows with values
    tolerance: float = 3.0  # units of the last place by which half of the tried rows may miss a grid value
    share: float = 0.03  # of the largest value: a parameter of the grid makes values too large or small
    kept: int = 5  # functions that are fitted for a quantity, the most promising first
    odd_scale: float = 4.0  # nats against a radius that is no round number
    round: float = 0.004  # share by which a radius, as it is tried, may miss a round number
    most_round: float = (
        0.01  # the same, where values do not tell it better; what tells it no better says nothing
    )
    same_scale: float = 0.05  # difference of the logarithms of radii that may be one radius


@dataclass(frozen=True)
class Candidate:
    """A function that quantities of a sheet may print, and where its fit begins; ``quantities`` axis first."""

    function: Function
    argument: Argument
    entry: Entry
    option: NDArray[np.intp]  # (quantities,) origin and direction of the entry
    shared: Numbers  # (parameters of the table,)
    own: Numbers  # (quantities, parameters of a column)
    unit: Numbers  # (quantities,) last units in a unit of the formula
    scale: (
        Numbers  # (quantities,) radius or principal, in units of the last place; 1 where a value has a unit
    )
    promise: Numbers  # (quantities,) nats that the leading digits of the values are worth

    @property
    def options(self) -> int:
        """Ways to enter the function, and parameters of a column, among which each quantity had the choice."""
        return len(self.entry.origins) * len(self.function.grid(True))


@dataclass(frozen=True)
class Pinned:
    """What is known already of a function that a sheet prints."""

    shared: Numbers  # (parameters of the table,)
    scale: float | None  # radius or principal in units of the first place


def periods(function: Function, unit: Numbers) -> Numbers:
    """Period of each quantity in units of its last place, ``(quantities,)``; infinite where there is none."""
    return unit * function.period if function.period else np.full(len(unit), np.inf)


def wrap(difference: Numbers, period: Numbers | float) -> Numbers:
    """Bring differences round a circle to the nearer side; nothing happens where the period is infinite."""
    finite = np.isfinite(period)
    if not finite.any():
        return difference
    safe = np.where(finite, period, 1.0)
    turned = (difference + safe / 2) % safe - safe / 2
    return np.where(finite, turned, difference)


def evaluate(function: Function, x: Numbers, step: float, shared: Numbers, own: Numbers) -> Numbers:
    """Evaluate a formula; parameters stand on the last axis of ``shared`` and ``own``, the other axes broadcast."""
    with np.errstate(all="ignore"):
        return evaluate_freely(function, x, step, shared, own)


def evaluate_freely(function: Function, x: Numbers, step: float, shared: Numbers, own: Numbers) -> Numbers:
    """Evaluate a formula as :func:`evaluate` does, where NumPy warns of nothing already."""
    ours, theirs = iter(range(own.shape[-1])), iter(range(shared.shape[-1]))
    chosen = [
        own[..., next(ours)] if parameter.own else shared[..., next(theirs)]
        for parameter in function.parameters
    ]
    values = function.formula(x, step, *chosen) if function.takes_step else function.formula(x, *chosen)
    values = np.asarray(values, float)
    return np.abs(values) if function.unsigned else values


def screen(
    function: Function,
    argument: Argument,
    columns: Columns,
    criteria: ScreeningCriteria,
    pinned: Pinned | None = None,
) -> Iterator[Candidate]:
    """Yield, for every way to enter a function, where a fit of it would begin, if anywhere."""
    ways = list(entries(argument, function))
    rows = columns.rows_to_try(argument, criteria.rows) if ways else np.zeros(0, np.intp)
    if len(rows) < criteria.fewest:
        return
    forms = [(form, places, last_units(form, function)) for form, places in columns.by_form]
    if not any(units for *_, units in forms):
        return
    shared, own = function.grid(False) if pinned is None else pinned.shared[None], function.grid(True)
    scale = None if pinned is None else pinned.scale
    for entry in ways:
        x = entry.arguments()[:, rows]  # (options, rows)
        arrays = shared[:, None, None, None, :], own[None, None, :, None, :]
        grid = evaluate(function, x[None, :, None, :], entry.step, *arrays)
        grid = np.broadcast_to(grid, (len(shared), len(x), len(own), len(rows)))
        best = _Best.hopeless(len(columns), len(shared))
        for form, places, units in forms:
            for unit in units:
                values = columns.values[places][:, rows]
                if function.value is not ValueKind.NUMBER:
                    round_ = unit * function.period if function.period and form.period is None else np.inf
                    reached = _may_reach(values, unit * grid, round_)
                    places, values = places[reached], values[reached]
                if len(places):
                    pinned_scale = None if scale is None else scale * form.last_units
                    best.improve(places, function, grid, values, unit, pinned_scale)
        if not np.isfinite(best.misfit).any():
            continue
        candidate = _choose(function, argument, entry, shared, own, columns, best, criteria)
        if candidate is not None:
            yield from _by_scale(candidate, columns, criteria)


@dataclass(frozen=True)
class _Best:
    """The best option of each quantity for every shared combination: ``(quantities, shared)``."""

    misfit: Numbers  # median of the tried rows, units of the last place
    place: NDArray[np.intp]  # among options and combinations of a column's parameters
    unit: Numbers
    scale: Numbers
    shift: Numbers  # units of the last place by which all values lie above the grid

    @classmethod
    def hopeless(cls, quantities: int, shared: int) -> _Best:
        shape = quantities, shared
        return cls(
            np.full(shape, np.inf), np.zeros(shape, np.intp), np.ones(shape), np.ones(shape), np.zeros(shape)
        )

    def improve(
        self,
        places: NDArray[np.intp],
        function: Function,
        grid: Numbers,
        values: Numbers,
        unit: float,
        pinned: float | None,
    ) -> None:
        """Put in what quantities of ``values``, ``(., rows)``, gain by a grid, ``(shared, options, own, rows)``."""
        half = (values.shape[-1] - 1) // 2
        lines = values[:, None, None, None, :]
        scale: Numbers | None = None
        shift: Numbers | None = None
        if function.value is ValueKind.NUMBER and pinned is None:
            with np.errstate(all="ignore"):
                ratio = lines / grid
            scale = np.partition(ratio, half, -1)[..., half]
            scale = np.where(np.isfinite(scale) & (scale > 0), scale, np.nan)
            miss = np.abs(scale[..., None] * grid - lines)
        else:
            miss = (unit if pinned is None else pinned) * grid - lines
            miss = wrap(miss, unit * function.period) if function.period else miss
            if function.shifts:
                shift = np.partition(miss, half, -1)[..., half]
                miss = miss - shift[..., None]
            miss = np.abs(miss)
        miss = np.partition(miss, half, -1)[..., half].reshape(len(places), len(grid), -1)
        miss[np.isnan(miss)] = np.inf
        place = miss.argmin(-1)
        misfit = np.take_along_axis(miss, place[..., None], -1)[..., 0]
        better = misfit < self.misfit[places]
        self.misfit[places] = np.where(better, misfit, self.misfit[places])
        self.place[places] = np.where(better, place, self.place[places])
        self.unit[places] = np.where(better, unit, self.unit[places])
        for kept, found in ((self.scale, scale), (self.shift, shift)):
            if found is not None:
                flat = found.reshape(len(places), len(grid), -1)
                kept[places] = np.where(
                    better, np.take_along_axis(flat, place[..., None], -1)[..., 0], kept[places]
                )
        if pinned is not None:
            self.scale[places] = np.where(better, pinned, self.scale[places])


def _may_reach(values: Numbers, grid: Numbers, period: float) -> NDArray[np.bool_]:
    """Tell which quantities lie, for the most part, where a function has values at all."""
    size = np.abs(grid[np.isfinite(grid)])
    if not len(size):
        return np.zeros(len(values), bool)
    known = np.isfinite(values).sum(-1)
    third = np.maximum(known - 3, 0)  # two of the tried rows may be wrong
    most = np.take_along_axis(np.sort(np.abs(values), -1), third[:, None], -1)[:, 0]
    most = np.where(known == 0, 0.0, most)
    highest = 1.5 * size.max() + 3 if np.isinf(period) else 1.02 * period
    return np.asarray((most <= highest) & (most >= 0.6 * size.min() - 3))


def _choose(
    function: Function,
    argument: Argument,
    entry: Entry,
    shared: Numbers,
    own: Numbers,
    columns: Columns,
    best: _Best,
    criteria: ScreeningCriteria,
) -> Candidate | None:
    """Choose the shared combination that promises most for all quantities together."""
    allowed = np.maximum(criteria.tolerance, function.slack * columns.spread)
    if len(shared) > 1 and not function.period:
        allowed = np.maximum(allowed, criteria.share * columns.largest)
    promise = np.log(np.maximum(columns.spread, 1)[:, None] / (best.misfit + 0.5) + 1e-300)
    promise = np.where(best.misfit <= allowed[:, None], np.maximum(promise, 0.0), 0.0)
    most = int(promise.sum(0).argmax())
    if not (promise[:, most] > 0).any():
        return None
    option, of_column = np.divmod(best.place[:, most], len(own))
    theirs = own[of_column]
    if function.shifts:
        theirs[:, function.shifts - 1] -= best.shift[:, most] / best.unit[:, most]
    arrays = best.unit[:, most], best.scale[:, most], promise[:, most]
    return Candidate(function, argument, entry, option, shared[most], theirs, *arrays)


def _by_scale(candidate: Candidate, columns: Columns, criteria: ScreeningCriteria) -> Iterator[Candidate]:
    """Yield a candidate for each radius that some of the quantities share."""
    if candidate.function.value is not ValueKind.NUMBER:
        yield candidate
        return
    left = (candidate.promise > 0) & (candidate.scale > 0)
    scales = np.log(np.where(left, candidate.scale / columns.places, 1.0))
    while left.any():
        best = int(np.where(left, candidate.promise, -1).argmax())
        alike = left & (np.abs(scales - scales[best]) <= criteria.same_scale)
        odd = 0.0
        if not candidate.function.parameters:
            scale = float(np.exp(scales[best]))
            precision = criteria.tolerance / max(columns.spread[best], 1.0)
            known_to = max(criteria.round, precision * (precision <= criteria.most_round))
            odd = criteria.odd_scale * (abs(scale / round_number(scale) - 1) > known_to)
        yield replace(candidate, promise=np.where(alike, np.maximum(candidate.promise - odd, 0.01), 0.0))
        left &= ~alike


def round_number(number: float) -> float:
    """Nearest number of two digits followed by zeros, or of two decimals."""
    if number <= 0:
        return number
    power = 10.0 ** (np.floor(np.log10(number)) - 1)
    return float(round(number / power) * power)
