"""Trial: a function fitted to the quantities of a sheet that it may explain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.columns import Columns
from tablekin.recompute.evidence import Evidence, weigh, with_round_scale
from tablekin.recompute.functions import LIBRARY, Function, ValueKind
from tablekin.recompute.likelihood import Slips, is_within
from tablekin.recompute.model import Model, make_model
from tablekin.recompute.robust_fit import polish, refine
from tablekin.recompute.screening import Candidate, Pinned, ScreeningCriteria, periods, screen, wrap
from tablekin.recompute.smoothness import Numbers, median

_ENTRIES = 5  # ways to enter a function that are fitted
_NO_EVIDENCE = Evidence(
    Slips(0.0, 1.0), np.zeros(0), 0.0, np.zeros(0, np.int64), np.zeros(0, np.int64)
)  # of what was not weighed yet


@dataclass(frozen=True)
class TrialCriteria:
    """Which candidates are fitted, and to what; chosen on sample plans of seed 424201."""

    seed: float = 0.6  # share of the greatest promise from which a quantity takes part in a first fit
    complement: float = 1.0  # nats against a complementary argument
    settled: float = 0.85  # share of values within rounding from which a quantity needs no other function
    settled_by: float = 10.0  # nats that the function then is worth for it
    widen: float = 4.0  # nats, of one quantity, from which a fitted function is tried on the others
    rival: float = 1.0  # nats of promise that another function may lack and still be fitted
    leaders: int = (
        2  # quantities that a function explains, with which it explains one that fits as well as a line
    )
    companion: float = 0.8  # share of the values of such a quantity within rounding
    fewest: int = 8  # of its values
    well_rounded: float = 0.97  # share of values within rounding from which truncation is not tried
    near: float = 1.5  # units of the last place that half of the values may be off, where it is
    truncated: float = 5.0  # nats against truncation


@dataclass(frozen=True)
class Trial:
    """A function fitted to the quantities of a sheet that it may explain."""

    candidate: Candidate
    chosen: NDArray[np.intp]  # (fitted,) their places among the columns
    model: Model  # of the chosen ones
    vector: Numbers
    evidence: Evidence
    raised: float = (
        0.0  # units of the last place that were added to the values of the model: half of one, if truncated
    )

    def nats(self, quantities: int) -> Numbers:
        """Nats for each quantity of the sheet, ``(quantities,)``, 0 where it was not fitted."""
        nats = np.zeros(quantities)
        nats[self.chosen] = self.evidence.nats
        return nats

    def computed(self) -> Numbers:
        """Values that should be printed, not rounded, ``(fitted, rows)`` in units of the last place."""
        return self.model.computed(self.vector)

    def restricted(self, chosen: NDArray[np.intp]) -> Trial:
        """Keep some of the quantities, fitted by themselves."""
        places = np.flatnonzero(np.isin(self.chosen, chosen))
        if len(places) == len(self.chosen):
            return self
        model = self.model.at(self.vector).only(list(places))
        old = self.evidence
        evidence = replace(old, nats=old.nats[places], within=old.within[places], cells=old.cells[places])
        return replace(
            self, chosen=chosen, model=model, vector=polish(model, refine(model)), evidence=evidence
        )


def make_trials(
    candidates: Sequence[Candidate], columns: Columns, screening: ScreeningCriteria, criteria: TrialCriteria
) -> Iterator[Trial]:
    """Fit the most promising candidates; those that explain something are fitted to all they may explain.

    A quantity whose values one function brings within rounding is not tried with others that promise less.
    """
    promised = np.zeros(len(columns))  # by the function that explains a quantity
    settled = np.zeros(len(columns), bool)
    for candidate in _most_promising(candidates, screening.kept):
        open_ = (candidate.promise > 0) & (~settled | (candidate.promise > promised - criteria.rival))
        if not open_.any():
            continue
        trial = _fit(candidate, columns, criteria)
        if trial is None or trial.evidence.nats.max() <= 0:
            continue
        if trial.evidence.nats.max() >= criteria.widen:
            trial = _widen(trial, columns, screening, criteria)
        share = trial.evidence.within / np.maximum(trial.evidence.cells, 1)
        done = trial.chosen[(share >= criteria.settled) & (trial.evidence.nats >= criteria.settled_by)]
        promised[done] = np.where(settled[done], promised[done], candidate.promise[done])
        settled[done] = True
        yield trial


def _most_promising(candidates: Sequence[Candidate], kept: int) -> Iterable[Candidate]:
    """Choose for every quantity the functions that promise most for it, each entered in the best ways."""
    if not candidates:
        return ()
    promise = np.stack([candidate.promise for candidate in candidates])
    chosen: set[int] = set()
    for column in promise.T:
        names: set[str] = set()
        entered: dict[Function, int] = {}
        for place in np.argsort(-column, kind="stable"):
            function = candidates[place].function
            if column[place] <= 0 or (len(names) == kept and function.name not in names):
                break
            names.add(function.name)
            entered[function] = entered.get(function, 0) + 1
            if entered[function] <= _ENTRIES:
                chosen.add(int(place))
    return [candidates[place] for place in sorted(chosen, key=lambda place: -promise[place].sum())]


def _fit(candidate: Candidate, columns: Columns, criteria: TrialCriteria) -> Trial | None:
    """Fit a candidate to the quantities that it promises to explain, and leave out, worst first, those it does not."""
    own = np.array([quantity is candidate.argument.quantity for quantity in columns.quantities])
    # columns that share no parameter do not lead one another astray
    apart = all(parameter.own for parameter in candidate.function.parameters) and not _has_scale(candidate)
    least = 0.0 if apart else criteria.seed * candidate.promise.max()
    chosen = np.flatnonzero((candidate.promise > least) & ~own)
    trial = None
    while len(chosen):
        kept = candidate.promise * np.isin(np.arange(len(columns)), chosen)
        model = make_model(replace(candidate, promise=kept), columns).only(list(chosen))
        trial = _weighed(
            Trial(candidate, chosen, _in_best_sign(model), np.zeros(0), _NO_EVIDENCE), columns, criteria
        )
        trial = _or_truncated(trial, columns, criteria)
        evidence = trial.evidence
        if (evidence.nats > 0).all() or len(chosen) == 1:
            return trial
        mean = evidence.nats / evidence.cells
        keeps = mean > min(mean.min() / 2, 0.0)
        chosen = chosen[keeps] if keeps.any() else chosen[[int(candidate.promise[chosen].argmax())]]
    return trial


def _weighed(trial: Trial, columns: Columns, criteria: TrialCriteria) -> Trial:
    """Fit the model of a trial, and weigh it."""
    candidate, chosen, model = trial.candidate, trial.chosen, trial.model
    vector = with_round_scale(model, polish(model, refine(model)))
    evidence = weigh(model, vector, candidate.options, columns.nulls[chosen], columns.weights[chosen])
    turned = candidate.entry.directions[candidate.option[chosen]] < 0
    evidence = replace(evidence, nats=evidence.nats - criteria.complement * turned)
    return replace(trial, vector=vector, evidence=_with_companions(evidence, model, criteria))


def _or_truncated(trial: Trial, columns: Columns, criteria: TrialCriteria) -> Trial:
    """Let the author of a table have truncated what he computed, where that explains more."""
    model, evidence = trial.model, trial.evidence
    if model.function.value is ValueKind.COUNT:
        return trial
    residuals = model.residuals(trial.vector)
    off = np.abs(residuals[np.isfinite(residuals)])
    within = is_within(off).sum() >= criteria.well_rounded * evidence.cells.sum()
    if within or not len(off) or median(off) > criteria.near:
        return trial
    raised = replace(model.at(trial.vector), values=model.values + 0.5)
    truncated = _weighed(replace(trial, model=raised, raised=0.5), columns, criteria)
    cost = criteria.truncated
    if truncated.evidence.total < evidence.total + cost:
        return trial
    return replace(truncated, evidence=replace(truncated.evidence, freedom=truncated.evidence.freedom + cost))


def _with_companions(evidence: Evidence, model: Model, criteria: TrialCriteria) -> Evidence:
    """Let a column that is as straight as a line be explained with the others, if it is within rounding throughout."""
    if model.fitted_own or (evidence.nats >= criteria.widen).sum() < criteria.leaders:
        return evidence
    fits = (evidence.within >= criteria.companion * evidence.cells) & (evidence.cells >= criteria.fewest)
    return replace(evidence, nats=np.where(fits, np.maximum(evidence.nats, criteria.widen), evidence.nats))


def _has_scale(candidate: Candidate) -> bool:
    return candidate.function.value is ValueKind.NUMBER


def _in_best_sign(model: Model) -> Model:
    """Let the fit of a longitude without its sign begin in the sign in which it runs on most alike.

    The few rows of the screening, one of them misread, may take it for that of another sign.
    """
    function = model.function
    if not (function.shifts and function.period):
        return model
    place = function.shifts - 1
    best, least = model.own.copy(), np.full(len(model.own), np.inf)
    signs = round(360 / function.period)
    for sign in range(signs):
        own = model.own.copy()
        own[:, place] = (own[:, place] + sign * function.period) % 360
        turned = replace(model, own=own)
        residuals = turned.residuals(turned.start())
        middle = np.nanmedian(residuals, axis=1)
        own[:, place] = (own[:, place] + middle / model.unit) % 360
        rest = np.abs(wrap(residuals - middle[:, None], periods(function, model.unit)[:, None]))
        misfit = np.nanmean(np.log1p(rest), axis=1)
        better = misfit < least
        best[better], least[better] = own[better], misfit[better]
    return replace(model, own=best)


def _widen(trial: Trial, columns: Columns, screening: ScreeningCriteria, criteria: TrialCriteria) -> Trial:
    """Try a fitted function on the quantities that it was not fitted to, its parameters being known now."""
    function = trial.model.function
    if len(trial.chosen) == len(columns) or function not in LIBRARY:
        return trial
    model = trial.model.at(trial.vector)
    pinned = Pinned(model.shared, model.scale if model.has_scale else None)
    best = trial
    for candidate in screen(function, trial.candidate.argument, columns, screening, pinned):
        if (candidate.promise > 0).sum() <= len(trial.chosen):
            continue
        wider = _fit(candidate, columns, replace(criteria, seed=0.0))
        if wider is not None and wider.evidence.total > best.evidence.total:
            best = wider
    return best
