"""DoubleEntry: tables with one argument at the side and another on top, on which every column depends.

A column by itself says what the argument above it is, within what rounding leaves open. Where these are the numbers of
the headings, go up by equal steps, or are latitudes that authors used, they are the argument: the columns have no
parameter of their own then, and the argument is known of columns, too, that say little of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tablekin.recompute.columns import Columns
from tablekin.recompute.evidence import weigh
from tablekin.recompute.functions import Function, Parameter
from tablekin.recompute.functions.two_arguments import TWO_ARGUMENTS
from tablekin.recompute.known_values import known_values
from tablekin.recompute.model import make_model
from tablekin.recompute.quantity import Argument
from tablekin.recompute.robust_fit import polish, refine
from tablekin.recompute.screening import Candidate, ScreeningCriteria, screen
from tablekin.recompute.smoothness import Numbers, median
from tablekin.recompute.trial import Trial, TrialCriteria, make_trials

_STEPS = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 10.0, 12.0, 15.0, 20.0, 30.0)
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class DoubleEntryCriteria:
    """When what columns depend on is an argument on top; chosen on tables made by hand."""

    columns: int = 3  # at least
    near: float = 0.1  # degrees by which a column may miss the argument above it
    widths: float = 4.0  # or times what rounding leaves open
    far: float = 0.2  # share of the columns that may miss it by more
    steps: float = 6.0  # nats against any first argument and step
    simple: float = 0.5  # degrees of which the first argument is a multiple
    obliquities: tuple[float, ...] = (23.5, 23.4733, 23.5583, 23.5833, 23.8556)  # degrees, that are tried


CRITERIA = DoubleEntryCriteria()


def with_top_argument(trial: Trial, columns: Columns, criteria: TrialCriteria) -> Trial | None:
    """Give the columns of a function the argument on top; None if there is none.

    Parameters
    ----------
    trial
        A function, fitted to columns that have a parameter of their own.
    columns
        The quantities of the sheet.
    criteria
        What entering from below costs.
    """
    place = _top_of(trial.model.function)
    if place is None or len(trial.chosen) < CRITERIA.columns:
        return None
    best: Trial | None = None
    allowed = np.maximum(CRITERIA.near, CRITERIA.widths * _widths(trial, place))
    for vector in _vectors(trial):
        values = trial.model.at(vector).own[:, place]
        for tops, cost in _tops(values, allowed, trial, columns):
            if np.mean(np.abs(values - tops[trial.chosen]) > allowed) > CRITERIA.far:
                continue
            for wide in (_with_others(trial, tops), trial):
                entered = _entered_with(wide, vector, place, tops, cost, columns, criteria)
                most = trial.evidence.total if best is None else best.evidence.total
                best = entered if entered.evidence.total > most else best
        if best is not None:
            return best
    return None


def _vectors(trial: Trial) -> Iterator[Numbers]:
    """Yield the parameters as they were fitted, and with obliquities that were in use.

    A small error of the obliquity is made up for by all latitudes.
    """
    yield trial.vector
    ours = [one for one in trial.model.function.parameters if not one.own and one.is_fitted]
    if [one.name for one in ours] == ["obliquity"]:
        for obliquity in CRITERIA.obliquities:
            held = {0: obliquity}
            model = trial.model.at(np.array([obliquity, *trial.vector[1:]]))
            yield polish(model, refine(model, held=held), held=held)


def try_two_arguments(
    arguments: Sequence[Argument], columns: Columns, screening: ScreeningCriteria, criteria: TrialCriteria
) -> Iterator[Trial]:
    """Yield functions of two arguments that columns print which depend on one on top."""
    candidates: list[Candidate] = []
    for argument in arguments[:1]:
        for function in TWO_ARGUMENTS:
            candidates += screen(function, argument, columns, screening)
    for trial in make_trials(candidates, columns, screening, criteria):
        entered = with_top_argument(trial, columns, criteria)
        if entered is not None:
            yield entered


def _top_of(function: Function) -> int | None:
    """Place, among the parameters of a column, of the one that may stand on top; None if none is fitted."""
    theirs = [parameter for parameter in function.parameters if parameter.own]
    tops = [place for place, one in enumerate(theirs) if one.on_top and one.is_fitted]
    return tops[0] if len(tops) == 1 else None


def _widths(trial: Trial, place: int) -> Numbers:
    """Range, ``(fitted,)``, of the parameter of each column that rounding leaves open, on average."""
    model = trial.model
    slopes = np.abs(model.jacobian(trial.vector, model.computed(trial.vector)))
    slopes = np.where(np.isfinite(model.values) & np.isfinite(slopes), slopes, 0.0).sum((1, 2))
    ours, theirs = len(model.fitted_shared), len(model.fitted_own)
    own = ours + theirs * np.arange(len(model.own)) + model.fitted_own.index(place)
    return 2 / np.maximum(slopes[own], 1e-12)


def _tops(
    values: Numbers, allowed: Numbers, trial: Trial, columns: Columns
) -> Iterator[tuple[Numbers, float]]:
    """Yield what may stand on top of all columns of a sheet, degrees, and nats for how many such there are.

    NaN where it is not known.
    """
    chosen = trial.chosen
    tops = np.full(len(columns), np.nan)
    printed = [[float(number) for number in _NUMBER.findall(one.heading)] for one in columns.quantities]
    if all(len(printed[place]) in (1, 2) for place in chosen):
        for place, numbers in enumerate(printed):
            if len(numbers) in (1, 2):
                tops[place] = numbers[0] + sum(numbers[1:]) / 60
        yield tops.copy(), 0.0
    order = np.argsort([quantity.columns[0] for quantity in columns.quantities], axis=0)[:, -1]
    at = np.empty(len(columns))
    at[order] = np.arange(len(columns))
    own = at[chosen]
    across = np.argsort(own)
    usual = median(np.diff(values[across]) / np.diff(own[across]))
    for size in _STEPS:
        step = float(np.copysign(size, usual))
        first = round(median(values - step * own) / CRITERIA.simple) * CRITERIA.simple
        if abs(step - usual) * np.ptp(own) <= 2 * allowed.max():
            yield first + step * at, CRITERIA.steps
    known = np.array([one.value for one in known_values(_parameter(trial.model.function).known)])
    if len(known):
        tops[:] = np.nan
        tops[chosen] = known[np.abs(values[:, None] - known).argmin(1)]
        yield tops, len(values) * float(np.log(len(known)))


def _with_others(trial: Trial, tops: Numbers) -> Trial:
    """Let columns of which the argument on top is known take part, entered as the one nearest to them."""
    candidate, chosen = trial.candidate, trial.chosen
    places = np.arange(len(tops))
    like = chosen[np.abs(places[:, None] - chosen).argmin(1)]
    own = candidate.own[like]
    return replace(
        trial,
        candidate=replace(
            candidate,
            option=candidate.option[like],
            own=own,
            unit=candidate.unit[like],
            scale=candidate.scale[like],
        ),
        chosen=np.flatnonzero(np.isfinite(tops)),
    )


def _parameter(function: Function) -> Parameter:
    return next(one for one in function.parameters if one.own and one.on_top)


def _entered_with(
    trial: Trial,
    vector: Numbers,
    place: int,
    tops: Numbers,
    cost: float,
    columns: Columns,
    criteria: TrialCriteria,
) -> Trial:
    """Fit what is left to be fitted where the argument on top is known; columns that speak against it stay out."""
    fitted, candidate, chosen = trial.model.at(vector), trial.candidate, trial.chosen
    while True:
        own = candidate.own[chosen].copy()
        own[:, place] = tops[chosen]
        function = replace(
            candidate.function,
            parameters=tuple(
                replace(one, choices=tuple(tops[chosen].tolist())) if one.own and one.on_top else one
                for one in candidate.function.parameters
            ),
        )
        model = make_model(candidate, columns).only(list(chosen))
        model = replace(model, function=function, own=own, shared=fitted.shared)
        at = polish(model, refine(model))
        choices = [len(one.choices) for one in function.parameters if one.own and not one.on_top]
        options = len(candidate.entry.origins) * int(np.prod(choices or [1]))
        evidence = weigh(model, at, options, columns.nulls[chosen], columns.weights[chosen])
        turned = candidate.entry.directions[candidate.option[chosen]] < 0
        evidence = replace(
            evidence, nats=evidence.nats - criteria.complement * turned, freedom=evidence.freedom + cost
        )
        keeps = evidence.nats > 0
        if keeps.all() or keeps.sum() < CRITERIA.columns:
            return Trial(candidate, chosen, model, at, evidence)
        chosen = chosen[keeps]
