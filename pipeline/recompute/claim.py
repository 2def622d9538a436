"""Claim: which functions are claimed of the quantities of a sheet, among those that were fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.columns import Columns
from tablekin.recompute.functions import Function
from tablekin.recompute.quantity import PrintedQuantity
from tablekin.recompute.screening import ScreeningCriteria
from tablekin.recompute.smoothness import Numbers
from tablekin.recompute.trial import Trial, TrialCriteria


@dataclass(frozen=True)
class ExplanationCriteria:
    """When a function is claimed; chosen on sample plans of seed 424201, and on registers that print none."""

    claim: float = 10.0  # nats beyond the columns by themselves, for a whole table
    claim_by_longitude: float = 4.0  # nats, for what stands beside the Sun's longitude day by day
    join: float = 4.0  # nats, for a quantity of it
    double_entry: int = 3  # columns that nothing explains, from which functions of two arguments are tried
    best: float = 8.0  # nats, for one quantity of it at least: columns that are alike do not count for more
    within: float = (
        0.35  # share of the values of a quantity that rounding explains; 0.2 to 0.5 claim the same
    )
    slips: float = 4.0  # or mean slip, in units of the last place
    spread: float = 300.0  # mean slips that the range of its values is then wide
    screening: ScreeningCriteria = field(default_factory=ScreeningCriteria)
    trials: TrialCriteria = field(default_factory=TrialCriteria)


CRITERIA = ExplanationCriteria()


@dataclass(frozen=True)
class Explanation:
    """A function, and the quantities of a sheet that it explains."""

    trial: Trial
    quantities: tuple[PrintedQuantity, ...]  # that it explains
    log_odds: Numbers  # (quantities,) nats against the next best function, or against none

    @property
    def function(self) -> Function:
        """The function."""
        return self.trial.model.function


def places_of(explanation: Explanation, columns: Columns) -> NDArray[np.intp]:
    """Places of the quantities of an explanation among those of a sheet."""
    mine = [id(quantity) for quantity in explanation.quantities]
    return np.array([place for place, one in enumerate(columns.quantities) if id(one) in mine], np.intp)


def count_cells(explanations: Sequence[Explanation]) -> int:
    """Count the printed numbers that are explained: a value in degrees and minutes is two."""
    return sum(
        int(quantity.known.sum()) * quantity.places.shape[1]
        for one in explanations
        for quantity in one.quantities
    )


def take_best(
    trials: Sequence[Trial], columns: Columns, left: NDArray[np.bool_], criteria: ExplanationCriteria
) -> list[Explanation]:
    """Take the functions that explain most of the quantities that are ``left``, and take these out of it."""
    if not trials:
        return []
    nats = np.stack([trial.nats(len(columns)) for trial in trials])
    freedom = np.array([trial.evidence.freedom for trial in trials])
    taken: list[Explanation] = []
    while left.any():
        totals = np.maximum(nats * left, 0.0).sum(1) - freedom
        best = int(totals.argmax())
        chosen = np.flatnonzero(
            left & (nats[best] >= criteria.join) & _is_close(trials[best], columns, criteria)
        )
        if totals[best] < criteria.claim:
            break
        if not len(chosen) or nats[best][chosen].max() < criteria.best:
            nats[best] = 0.0
            continue
        rivals = [
            place
            for place, other in enumerate(trials)
            if place != best and not _says_the_same(trials[best], other, chosen)
        ]
        share = freedom / np.maximum((nats > 0).sum(1), 1)
        next_best = np.maximum((nats - share[:, None])[rivals], 0.0).max(0, initial=0.0)[chosen]
        log_odds = nats[best][chosen] - freedom[best] / len(chosen) - next_best
        quantities = tuple(columns.quantities[place] for place in chosen)
        taken.append(Explanation(trials[best].restricted(chosen), quantities, log_odds))
        left[chosen] = False
    return taken


def _is_close(trial: Trial, columns: Columns, criteria: ExplanationCriteria) -> NDArray[np.bool_]:
    """Tell of which quantities of a sheet a function comes close enough to be claimed, ``(quantities,)``."""
    evidence, close = trial.evidence, np.zeros(len(columns), bool)
    slip = evidence.slips.share * evidence.slips.size
    small = (slip <= criteria.slips) & (columns.spread[trial.chosen] >= criteria.spread * slip)
    close[trial.chosen] = small | (evidence.within >= criteria.within * evidence.cells)
    return close


def _says_the_same(one: Trial, other: Trial, chosen: NDArray[np.intp]) -> bool:
    """Tell whether two functions give the same values: a sine and the cosine of the complement do."""
    mine, theirs = one.computed(), other.computed()
    for place in chosen:
        here, there = np.flatnonzero(one.chosen == place), np.flatnonzero(other.chosen == place)
        if not len(there):
            return False
        if not np.nanmax(np.abs(mine[here[0]] - theirs[there[0]]), initial=0.0) < 1.0:
            return False
    return True
