"""Explanation: which functions a sheet prints, each with the quantities that it explains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.claim import CRITERIA, Explanation, ExplanationCriteria, places_of, take_best
from tablekin.recompute.columns import Columns, stack
from tablekin.recompute.double_entry import try_two_arguments, with_top_argument
from tablekin.recompute.functions import LIBRARY, ArgumentKind, Function
from tablekin.recompute.functions.first_motion import FIRST_MOTION, SIGNS
from tablekin.recompute.functions.linear import MEAN_MOTION_FROM_EPOCH, PRODUCT
from tablekin.recompute.functions.second_motion import (
    BY_DAYS,
    DAILY_SUN,
    SUN_BY_DAYS,
    USUAL_OBLIQUITY,
    usual_sun_by_day,
)
from tablekin.recompute.lines import find_lines
from tablekin.recompute.multiples import with_factors_on_top
from tablekin.recompute.quantity import Argument, PrintedQuantity, ValueSheet
from tablekin.recompute.screening import Candidate, screen, wrap
from tablekin.recompute.trial import Trial, make_trials

_SAME = 0.5  # share of the values of a column that may be one and the same: signs that hardly change are no function

_ROUNDED, _BENT = 0.5, 3.0  # units of the last place by which a curve leaves a line, and misprints rarely do
_MOST_BENT = 0.05  # share of the values of a column that may do so if it is a line


def explain_sheet(sheet: ValueSheet, criteria: ExplanationCriteria = CRITERIA) -> list[Explanation]:
    """Find the functions that a sheet prints; none is a result, too.

    The function that explains most is taken first, then the one that explains most of what is left.
    """
    quantities = worth_trying(sheet)
    if not quantities:
        return []
    columns = stack(quantities)
    left = np.ones(len(columns), bool)
    arguments = _arguments(sheet)
    lines = list(find_lines(arguments[0], columns)) if arguments else []
    trials = list(make_trials(lines, columns, criteria.screening, criteria.trials))
    if not _all_settled(trials, len(columns), criteria):
        candidates = [*lines, *_candidates(arguments, columns, criteria)]
        trials = list(make_trials(candidates, columns, criteria.screening, criteria.trials))
    taken = take_best(trials, columns, left, criteria)
    for line in lines:
        if line.function is PRODUCT:
            taken = with_factors_on_top(taken, line, columns, left, criteria)
    longitudes = list(_longitudes(taken))
    motions = [one for one in taken if one.function is MEAN_MOTION_FROM_EPOCH] if longitudes else []
    for one in motions:  # what stands in a calendar is rather sunrise, near the equinox
        taken.remove(one)
        left[places_of(one, columns)] = True
    for longitude, obliquity in longitudes:
        taken += _explain_by_longitude(longitude, obliquity, columns, left, criteria)
    for one in motions:
        taken += _restricted(one, columns, left)
    taken = [_with_top_argument(one, columns, left, criteria) for one in taken]
    return _by_two_arguments(taken, arguments, columns, left, criteria)


def _with_top_argument(
    explanation: Explanation, columns: Columns, left: NDArray[np.bool_], criteria: ExplanationCriteria
) -> Explanation:
    """Let the columns of an explanation have the argument on top of them, if there is one.

    Columns that are ``left`` may join them: they say too little of their argument by themselves.
    """
    trial = with_top_argument(explanation.trial, columns, criteria.trials)
    if trial is None:
        return explanation
    odds = dict(zip(places_of(explanation, columns).tolist(), explanation.log_odds.tolist(), strict=True))
    nats = trial.nats(len(columns))
    chosen = np.array(
        [place for place in trial.chosen if place in odds or (left[place] and nats[place] >= criteria.join)]
    )
    left[chosen] = False
    return Explanation(
        trial.restricted(chosen),
        tuple(columns.quantities[place] for place in chosen),
        np.array([odds.get(place, nats[place]) for place in chosen.tolist()]),
    )


def _by_two_arguments(
    taken: list[Explanation],
    arguments: Sequence[Argument],
    columns: Columns,
    left: NDArray[np.bool_],
    criteria: ExplanationCriteria,
) -> list[Explanation]:
    """Explain columns that nothing explains by functions of two arguments; single ones are taken over from others."""
    angles = np.array([quantity.form.radices[:1] == (60,) for quantity in columns.quantities])
    if (left & angles).sum() < criteria.double_entry or not arguments:
        return taken
    trials = list(try_two_arguments(arguments, columns, criteria.screening, criteria.trials))
    for trial in trials:
        mine = set(trial.chosen[trial.evidence.nats >= criteria.join].tolist())
        for one in list(taken):
            places = places_of(one, columns)
            if mine.issuperset(places.tolist()) and len(places) < criteria.double_entry:
                taken.remove(one)
                left[places] = True
    return [*taken, *take_best(trials, columns, left, criteria)]


def _restricted(explanation: Explanation, columns: Columns, left: NDArray[np.bool_]) -> Iterator[Explanation]:
    """Yield an explanation of those of its quantities that are ``left``, if there are any, and take them out of it."""
    places = places_of(explanation, columns)
    kept = left[places]
    left[places] = False
    if kept.any():
        quantities = tuple(columns.quantities[place] for place in places[kept])
        yield Explanation(explanation.trial.restricted(places[kept]), quantities, explanation.log_odds[kept])


def worth_trying(sheet: ValueSheet) -> list[PrintedQuantity]:
    """List the quantities of a sheet that a function may explain.

    Left out are columns that hardly change, and those with which the sheet is entered.
    """
    entered = [argument.quantity for argument in sheet.arguments if _is_entered(argument, sheet)]
    return [
        quantity
        for quantity in sheet.quantities
        if not any(quantity is other for other in entered) and _changes(quantity)
    ]


def _changes(quantity: PrintedQuantity) -> bool:
    distinct, counts = np.unique(quantity.values[quantity.known], return_counts=True)
    return len(distinct) >= 3 and counts.sum() >= 5 and counts.max() <= _SAME * counts.sum()


def _is_entered(argument: Argument, sheet: ValueSheet) -> bool:
    """Tell whether a quantity that goes up by equal steps is an argument: it is not where it is a product of one."""
    counts = [one for one in sheet.arguments if one.quantity.form.is_plain]
    if not counts or any(argument is one for one in counts):
        return True
    multiples = argument.values - argument.step / counts[0].step * counts[0].values
    return bool(np.nanmedian(np.abs(wrap(multiples, argument.quantity.period or np.inf))) > 0)


def _arguments(sheet: ValueSheet) -> list[Argument]:
    """Order the arguments of a sheet: the first that counts upwards stands for all that count."""
    counts = [one for one in sheet.arguments if one.quantity.form.is_plain]
    counts.sort(key=lambda one: one.step < 0)
    others = [one for one in sheet.arguments if not one.quantity.form.is_plain and _is_entered(one, sheet)]
    return [*counts[:1], *others[:2]]


def _candidates(
    arguments: Sequence[Argument], columns: Columns, criteria: ExplanationCriteria
) -> Iterator[Candidate]:
    for number, argument in enumerate(arguments):
        for function in LIBRARY:
            if number == 0 or function.argument is ArgumentKind.HOURS:
                yield from screen(function, argument, columns, criteria.screening)


def _all_settled(trials: Sequence[Trial], quantities: int, criteria: ExplanationCriteria) -> bool:
    """Tell whether every quantity is within rounding of a straight line that is claimed, and runs along no curve."""
    settled = np.zeros(quantities, bool)
    for trial in trials:
        if trial.evidence.total >= criteria.claim:
            share = trial.evidence.within / np.maximum(trial.evidence.cells, 1)
            off = np.abs(trial.model.residuals(trial.vector))
            bent = ((off > _ROUNDED) & (off <= _BENT)).mean(1) > _MOST_BENT
            fits = (share >= criteria.trials.settled) & (trial.evidence.nats >= criteria.join) & ~bent
            settled[trial.chosen[fits]] = True
    return bool(settled.all())


def _longitudes(taken: Sequence[Explanation]) -> Iterator[tuple[Argument, float | None]]:
    """Yield the longitudes of the Sun on the days of a sheet, as other columns of it may be functions of them.

    Its longitude as it is printed, or that which the arcs of the day or the declination tell, with the obliquity they
    were found with.
    """
    for explanation in taken:
        if explanation.function.name == SUN_BY_DAYS:
            for quantity, line in zip(explanation.quantities, explanation.trial.computed(), strict=True):
                known = np.isfinite(line)
                line[known] = np.unwrap(line[known], period=30 * quantity.form.last_units)
                yield Argument(quantity, line, float(np.nanmedian(np.diff(line[known]))), SIGNS), None
    for explanation in taken:
        if explanation.function in BY_DAYS:
            days = explanation.trial.candidate.argument
            line = usual_sun_by_day(days.values, explanation.trial.vector[0])
            known = np.isfinite(line)  # not in the row that parts two panels
            line[known] = np.unwrap(line[known], period=360.0)
            yield Argument(days.quantity, line, DAILY_SUN * days.step, (0.0, 180.0)), USUAL_OBLIQUITY


def _explain_by_longitude(
    longitude: Argument,
    obliquity: float | None,
    columns: Columns,
    left: NDArray[np.bool_],
    criteria: ExplanationCriteria,
) -> Iterator[Explanation]:
    """Yield what the columns beside a longitude print of it; the declination first: it tells sign and obliquity."""
    criteria = replace(criteria, claim=criteria.claim_by_longitude)
    for functions in (FIRST_MOTION[:1], FIRST_MOTION):
        if not left.any():
            return
        trials = make_trials(
            list(_candidates_of(longitude, _with_obliquity(functions, obliquity), columns, criteria)),
            columns,
            criteria.screening,
            criteria.trials,
        )
        for explanation in take_best(list(trials), columns, left, criteria):
            if explanation.function.name == FIRST_MOTION[0].name:
                longitude = _with_sign(longitude, explanation.trial)
                obliquity = float(explanation.trial.model.shared[0])
            yield explanation


def _with_obliquity(functions: Sequence[Function], value: float | None) -> Sequence[Function]:
    """Let functions have the obliquity that the declination beside them was computed with, if it is known."""
    if value is None:
        return functions
    return [
        replace(
            function,
            parameters=tuple(
                replace(one, choices=(value,)) if one.name == "obliquity" else one
                for one in function.parameters
            ),
        )
        for function in functions
    ]


def _with_sign(longitude: Argument, trial: Trial) -> Argument:
    """Put the sign, which the declination tells but for the opposite one, into a longitude."""
    origin = float(trial.candidate.entry.origins[trial.candidate.option[trial.chosen[0]]])
    values = longitude.values + origin * longitude.last_units
    turn = 360 * longitude.last_units
    return replace(longitude, values=values - turn * np.floor(np.nanmin(values) / turn), origins=(0.0, 180.0))


def _candidates_of(
    argument: Argument, functions: Iterable[Function], columns: Columns, criteria: ExplanationCriteria
) -> Iterator[Candidate]:
    for function in functions:
        if function.argument is ArgumentKind.ANGLE and len(function.origins) > 1:
            yield from screen(function, argument, columns, criteria.screening)
