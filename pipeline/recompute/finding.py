"""Finding: a function that a sheet prints, with its parameters, and what every cell of it should say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.claim import Explanation
from tablekin.recompute.functions import Function, ValueKind
from tablekin.recompute.likelihood import Slips, count_digits, estimate_slips, is_within, wrong_density
from tablekin.recompute.model import Model
from tablekin.recompute.parameters import FittedParameter, intervals_of, is_joint, name_parameters, settle
from tablekin.recompute.posterior import model_log_likelihood
from tablekin.recompute.quantity import Argument, PrintedQuantity
from tablekin.recompute.robust_fit import polish, refine
from tablekin.recompute.screening import periods, wrap
from tablekin.recompute.smoothness import Numbers

_WELL_ROUNDED = 0.97  # share of values within rounding from which truncation is not tried
_FOR_TRUNCATION = 3.0  # nats by which truncation must explain more


class RoundingRule(Enum):
    """How an author wrote a computed number."""

    NEAREST = "nearest"
    TRUNCATED = "truncated"


@dataclass(frozen=True)
class Finding:
    """A function and the quantities that print it."""

    function: Function
    argument: Argument
    quantities: tuple[PrintedQuantity, ...]
    parameters: tuple[FittedParameter, ...]
    rounding: RoundingRule
    slips: Slips
    log_odds: Numbers  # (quantities,) nats against the next best function, or against none
    computed: Numbers  # (quantities, rows) not rounded, in units of the last place
    period: Numbers  # (quantities,) of values round a circle, infinite of others

    @property
    def due(self) -> Numbers:
        """What should be printed: whole units of the last place, ``(quantities, rows)``."""
        whole = np.floor(self.computed + (0.5 if self.rounding is RoundingRule.NEAREST else 0.0) + 1e-9)
        turns = np.isfinite(self.period)[:, None]
        whole = np.where(turns, whole % np.where(turns, self.period[:, None], 1.0), whole)
        values = np.stack([quantity.values for quantity in self.quantities])
        middle = is_within(self.misses) & (np.abs(values - whole) == 1)  # right at the middle of two numbers
        return np.where(middle, values, whole)

    @property
    def residuals(self) -> Numbers:
        """Printed values less what should be printed, in units of the last place; NaN where nothing is printed."""
        values = np.stack([quantity.values for quantity in self.quantities])
        difference = values - self.due
        turns = np.isfinite(self.period)[:, None]
        period = np.where(turns, self.period[:, None], 1.0)
        return np.where(turns, (difference + period / 2) % period - period / 2, difference)

    @property
    def misses(self) -> Numbers:
        """Printed values less computed ones that are not rounded; within half a unit where rounding explains them."""
        values = np.stack([quantity.values for quantity in self.quantities])
        raised = 0.0 if self.rounding is RoundingRule.NEAREST else 0.5
        return wrap(values + raised - self.computed, self.period[:, None])

    @property
    def within(self) -> NDArray[np.int64]:
        """Values of each quantity that rounding explains."""
        return np.asarray((np.abs(self.residuals) < 0.5).sum(1))


@dataclass(frozen=True)
class _Settled:
    """A model at its final parameters."""

    model: Model
    vector: Numbers
    ends: Numbers  # (parameters, 2) of their intervals
    slips: Slips
    log_likelihood: float


def find(explanation: Explanation) -> Iterator[Finding]:
    """Settle the parameters of a function that a sheet prints, and how its author rounded.

    Yields
    ------
    Finding
        One, but where the columns print several things of the same parameters, such as sunrise and the length of the
        day: then one for each.
    """
    trial = explanation.trial
    quantities = explanation.quantities
    weights = np.array([quantity.form.digit_weights for quantity in quantities])
    settled, rounding = _settle(trial.model, trial.vector, weights), RoundingRule.NEAREST
    if trial.raised:
        rounding = RoundingRule.TRUNCATED
    elif _may_be_truncated(settled):
        raised = replace(trial.model, values=trial.model.values + 0.5).at(trial.vector)
        truncated = _settle(raised, polish(raised, refine(raised)), weights)
        if truncated.log_likelihood > settled.log_likelihood + _FOR_TRUNCATION:
            settled, rounding = truncated, RoundingRule.TRUNCATED
    argument, model = trial.candidate.argument, settled.model
    step = abs(argument.step / argument.last_units)
    finding = Finding(
        function=model.function,
        argument=argument,
        quantities=quantities,
        parameters=name_parameters(model, settled.vector, settled.ends, step),
        rounding=rounding,
        slips=settled.slips,
        log_odds=explanation.log_odds,
        computed=model.computed(settled.vector),
        period=periods(model.function, model.unit),
    )
    names = [model.function.name_of(own) for own in model.own]
    for name in dict.fromkeys(names):
        yield _named(finding, name, [place for place, other in enumerate(names) if other == name])


def _may_be_truncated(settled: _Settled) -> bool:
    share = is_within(settled.model.residuals(settled.vector)).sum() / np.isfinite(settled.model.values).sum()
    return bool(share < _WELL_ROUNDED) and settled.model.function.value is not ValueKind.COUNT


def _named(finding: Finding, name: str, places: list[int]) -> Finding:
    """Keep the quantities that print what has this name."""
    at = {-1: -1} | {place: number for number, place in enumerate(places)}
    return replace(
        finding,
        function=replace(finding.function, name=name),
        quantities=tuple(finding.quantities[place] for place in places),
        parameters=tuple(
            replace(one, quantity=at[one.quantity]) for one in finding.parameters if one.quantity in at
        ),
        log_odds=finding.log_odds[places],
        computed=finding.computed[places],
        period=finding.period[places],
    )


def _settle(model: Model, vector: Numbers, weights: Numbers) -> _Settled:
    residuals = model.residuals(vector)
    wrong = wrong_density(residuals, count_digits(model.values)[:, None], weights)
    slips = estimate_slips(residuals, wrong)
    if not len(vector):
        return _Settled(
            model, vector, np.zeros((0, 2)), slips, model_log_likelihood(model, vector, slips, weights)
        )
    if is_joint(model):
        ends, vector = intervals_of(model, vector, slips, weights)
        before = model_log_likelihood(model, vector, slips, weights)
        vector = settle(model, vector, slips, weights)
        if model_log_likelihood(model, vector, slips, weights) > before:
            ends, _ = intervals_of(model, vector, slips, weights)
    else:
        vector = settle(model, vector, slips, weights)
        ends, _ = intervals_of(model, vector, slips, weights)
    return _Settled(model, vector, ends, slips, model_log_likelihood(model, vector, slips, weights))
