"""Parameters: what a table was computed with: value, interval, and who is known to have used such a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from tablekin.recompute.functions import Parameter
from tablekin.recompute.known_values import known_values, names_within
from tablekin.recompute.likelihood import Slips, count_digits, wrong_density
from tablekin.recompute.model import Model
from tablekin.recompute.posterior import intervals_of_several, model_log_likelihood, profile_of_one
from tablekin.recompute.robust_fit import Held, polish, refine
from tablekin.recompute.screening import round_number
from tablekin.recompute.smoothness import Numbers

_SIXTIETHS = (1.0, 1 / 2, 1 / 4, 1 / 6, 1 / 12, 1 / 60, 1 / 120, 1 / 360, 1 / 720, 1 / 3600)
_DECIMALS = (1.0, 1 / 2, 1 / 4, 1 / 10, 1 / 20, 1 / 100)
_DECIMAL_UNITS = ("per cent a year", "seconds of arc", "minutes of arc")
_SCALE = "scale"
_TOGETHER = 6.0  # times the width of a parameter by itself, where others may make up for it
_TRIED = 5  # simple values of each
_MOST_JOINT = (
    6  # parameters whose intervals are found together; those of a table with more are found one by one
)


@dataclass(frozen=True)
class FittedParameter:
    """A parameter of a table, or of one of its columns."""

    name: str
    unit: str
    value: float
    low: float  # ends of the interval that holds it with 95 % probability
    high: float
    known_as: tuple[str, ...]
    quantity: int  # place of the column among those that the function explains; -1 is the whole table


@dataclass(frozen=True)
class _Slot:
    """A place in the vector of a model."""

    parameter: Parameter
    quantity: int


def slots_of(model: Model) -> list[_Slot]:
    """Say which parameter stands at every place of a model's vector, the scale last."""
    fitted = [parameter for parameter in model.function.parameters if parameter.is_fitted]
    slots = [_Slot(parameter, -1) for parameter in fitted if not parameter.own]
    theirs = [parameter for parameter in fitted if parameter.own]
    slots += [_Slot(parameter, quantity) for quantity in range(len(model.own)) for parameter in theirs]
    if model.has_scale:
        slots.append(_Slot(Parameter(_SCALE, "of the first place", known="radius"), -1))
    return slots


def settle(model: Model, vector: Numbers, slips: Slips, weights: Numbers) -> Numbers:
    """Put round or known values in the place of fitted ones where the printed values speak as much for them.

    An author took 23;30 rather than 23;29,56. A value is weighed by how many of its kind there are in the range of a
    parameter: a whole number of minutes is worth more than one of seconds.
    """
    slots = slots_of(model)
    vector = _sharpen(model, vector, slips, weights, {})
    vector = _settle_together(model, vector, slips, weights)
    for place in sorted(range(len(slots)), key=lambda place: slots[place].parameter.name != _SCALE):
        parameter, value = slots[place].parameter, float(vector[place])
        if parameter.whole:
            unit = float(model.unit[slots[place].quantity])
            vector = _moved(vector, place, round(value * unit) / unit)
            continue
        best = model_log_likelihood(model, vector, slips, weights)
        width = _width(model, vector, place)
        scores = []
        for simple, cost in _simple_values(parameter, value, width):
            at = _moved(vector, place, simple)
            if len(vector) > 1 and not _is_alone(model, place):
                held = {place: simple}
                at = polish(model.at(at), refine(model.at(at), 4, held), 4, held)
                at = _sharpen(model, at, slips, weights, held)
            scores.append((model_log_likelihood(model, at, slips, weights) - cost, at))
        if scores:
            score, at = max(scores, key=lambda one: one[0])
            if score >= best - _free(parameter, value, width):
                vector = at
    return vector


def _settle_together(model: Model, vector: Numbers, slips: Slips, weights: Numbers) -> Numbers:
    """Try simple values of two or three parameters of the table at once, its radius among them.

    One by one they spoil one another.
    """
    places = range(len(vector))
    if not 2 <= len(places) <= 3 or not model.fitted_shared or model.fitted_own:
        return vector
    slots = slots_of(model)
    offered, free = [], 0.0
    for place in places:
        width = _TOGETHER * _width(model, vector, place)
        values = list(_simple_values(slots[place].parameter, float(vector[place]), width))[:_TRIED]
        offered.append(values or [(float(vector[place]), 0.0)])
        free += _free(slots[place].parameter, float(vector[place]), width / _TOGETHER)
    best, score = vector, model_log_likelihood(model, vector, slips, weights) - free
    for combination in product(*offered):
        at = np.array([value for value, _ in combination])
        own = model_log_likelihood(model, at, slips, weights) - sum(cost for _, cost in combination)
        if own > score:
            best, score = at, own
    return best


def _sharpen(model: Model, vector: Numbers, slips: Slips, weights: Numbers, held: Held) -> Numbers:
    """Move parameters that no other one shares its values with to where most values are within rounding."""
    if is_joint(model) or not len(vector):
        return vector
    residuals = model.residuals(vector)
    slopes = model.jacobian(vector, model.computed(vector))
    wrong = wrong_density(residuals, count_digits(model.values)[:, None], weights)
    known = np.isfinite(residuals) & np.isfinite(slopes).all(0)
    sharpened = vector.copy()
    for place in range(len(vector)):
        apart = place < len(vector) - model.has_scale or len(vector) == 1
        if place not in held and apart:
            profile = profile_of_one(residuals[known], slopes[place][known], wrong[known], slips)
            sharpened[place] += profile.best if profile is not None else 0.0
    better = model_log_likelihood(model, sharpened, slips, weights) > model_log_likelihood(
        model, vector, slips, weights
    )
    return sharpened if better else vector


def _free(parameter: Parameter, value: float, width: float) -> float:
    """Nats that a parameter costs which may be any number."""
    return float(np.log(max(_range(parameter, value) / width, 1.0)))


def _moved(vector: Numbers, place: int, value: float) -> Numbers:
    moved = vector.copy()
    moved[place] = value
    return moved


def _is_alone(model: Model, place: int) -> bool:
    """Tell whether a parameter is that of a column whose others are shared by none."""
    return not model.fitted_shared and len(model.fitted_own) == 1 and place < len(model.own)


def _range(parameter: Parameter, value: float) -> float:
    size = parameter.high - parameter.low
    return min(size, 18 * abs(value)) if size else 18 * abs(value)


def _width(model: Model, vector: Numbers, place: int) -> float:
    slopes = np.abs(model.jacobian(vector, model.computed(vector))[place])
    return 2 / max(float(slopes[np.isfinite(slopes) & np.isfinite(model.values)].sum()), 1e-12)


def _simple_values(parameter: Parameter, value: float, width: float) -> list[tuple[float, float]]:
    """List simple values near a fitted one, and nats against each; the likeliest come first.

    One is as likely as there are few that are as simple. What is known of an author and is a whole number of minutes,
    too, is likely for either reason.
    """
    if parameter.name == _SCALE:
        return [(round_number(value), float(np.log(60.0)))]
    if parameter.known == "mean motion" or parameter.name == "position":
        return []
    size = _range(parameter, value)
    known = known_values(parameter.known)
    offered = [(one.value, -np.log(4.0 * len(known))) for one in known if abs(one.value - value) <= 3 * width]
    seen: set[float] = set()
    steps = _DECIMALS if parameter.unit in _DECIMAL_UNITS else _SIXTIETHS
    for step in steps:
        if step < width / 4:
            break
        simple = round(value / step) * step
        if abs(simple - value) <= 4 * width and round(simple, 9) not in seen:
            seen.add(round(simple, 9))
            offered.append((simple, -np.log(max(size / step, 1.0))))
    likely: dict[float, float] = {}
    for simple, nats in offered:
        same = round(simple, 9)
        likely[same] = float(np.logaddexp(likely.get(same, -np.inf), nats))
    return sorted(((simple, -nats) for simple, nats in likely.items()), key=lambda one: one[1])


def is_joint(model: Model) -> bool:
    """Tell whether parameters depend on one another, so that their intervals are found together.

    They do not where every column has one of its own, be it that the radius is a round number.
    """
    return 1 < model.size <= _MOST_JOINT and bool(model.fitted_shared or len(model.fitted_own) > 1)


def intervals_of(model: Model, vector: Numbers, slips: Slips, weights: Numbers) -> tuple[Numbers, Numbers]:
    """Find the 95 % interval of every parameter, and a vector that explains the values better, if there is one.

    Returns
    -------
    ends
        ``(parameters, 2)``.
    vector
        ``(parameters,)``.
    """
    residuals = model.residuals(vector)
    known = np.isfinite(residuals)
    slopes = model.jacobian(vector, model.computed(vector))
    slopes = np.where(np.isfinite(slopes), slopes, 0.0)[:, known]
    wrong = wrong_density(residuals, count_digits(model.values)[:, None], weights)[known]
    residuals = residuals[known]
    ends = np.zeros((len(vector), 2))
    if is_joint(model):
        low, high = model.bounds()
        ends, best = intervals_of_several(residuals, slopes, wrong, slips, (low - vector, high - vector))
        better = vector + best
        if model_log_likelihood(model, better, slips, weights) < model_log_likelihood(
            model, vector, slips, weights
        ):
            better = vector
        return vector[:, None] + ends, better
    for place in range(len(vector)):
        profile = profile_of_one(residuals, slopes[place], wrong, slips)
        ends[place] = (0.0, 0.0) if profile is None else profile.interval
    return vector[:, None] + ends, vector


def name_parameters(model: Model, vector: Numbers, ends: Numbers, step: float) -> tuple[FittedParameter, ...]:
    """Give every parameter its name and the names of those who used such a value.

    Parameters
    ----------
    model, vector
        The model and its parameters.
    ends
        ``(parameters, 2)`` of their intervals.
    step
        Of the argument, in its first unit.
    """
    found = []
    for slot, value, (low, high) in zip(slots_of(model), vector.tolist(), ends.tolist(), strict=True):
        parameter, name = slot.parameter, slot.parameter.name
        if name == _SCALE:
            name = model.function.scale_name
        if parameter.whole:  # in units of the last place
            value = low = high = round(value * float(model.unit[slot.quantity]))
        names = tuple(names_within(parameter.known, min(low, value), max(high, value), step))
        found.append(FittedParameter(name, parameter.unit, value, low, high, names, slot.quantity))
    return (*found, *_arguments_on_top(model))


def _arguments_on_top(model: Model) -> Iterator[FittedParameter]:
    """Yield the arguments on top of columns, which are known exactly."""
    theirs = [parameter for parameter in model.function.parameters if parameter.own]
    for place, parameter in enumerate(theirs):
        if parameter.on_top and not parameter.is_fitted:
            for quantity, value in enumerate(model.own[:, place].tolist()):
                if parameter.whole:  # in units of the last place
                    value = round(value * float(model.unit[quantity]))
                names = tuple(names_within(parameter.known, value, value)) if parameter.known else ()
                yield FittedParameter(parameter.name, parameter.unit, value, value, value, names, quantity)
