"""Multiples: tables of products, whose columns are multiples of numbers that go on from one column to the next.

A column whose author slipped, or that was misread, may as well be any other line. The columns beside it tell by what
its argument was multiplied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.claim import Explanation, ExplanationCriteria, places_of
from tablekin.recompute.columns import Columns
from tablekin.recompute.evidence import weigh
from tablekin.recompute.functions.linear import PRODUCT
from tablekin.recompute.model import make_model
from tablekin.recompute.screening import Candidate
from tablekin.recompute.smoothness import Numbers, median
from tablekin.recompute.trial import Trial


@dataclass(frozen=True)
class MultipleCriteria:
    """When columns are multiples of a row of numbers; chosen on sample archives of seeds 771901 and 771955."""

    neighbours: float = 0.5  # share of the columns whose number is that of the column before it, and a step
    fewest: int = 3  # columns
    cost: float = 6.0  # nats against any first number and step
    between: float = (
        -4.0
    )  # nats of a column that stands between two which are multiples, from which it is one


CRITERIA = MultipleCriteria()


def with_factors_on_top(
    taken: Sequence[Explanation],
    products: Candidate,
    columns: Columns,
    left: NDArray[np.bool_],
    criteria: ExplanationCriteria,
) -> list[Explanation]:
    """Explain the columns of a table of products together, if that explains more of them.

    Parameters
    ----------
    taken
        What is explained. Products among it, and columns that are better explained as such, are taken over.
    products
        What columns may be multiples of.
    columns
        The quantities of the sheet.
    left
        ``(quantities,)`` which nothing explains; those that are explained now are taken out of it.
    criteria
        When a function is claimed.
    """
    trial = _try_row(products, columns)
    if trial is None or trial.evidence.total < criteria.claim:
        return list(taken)
    nats = trial.nats(len(columns))
    before, others = np.zeros(len(columns), bool), np.zeros(len(columns))
    for one in taken:
        places = places_of(one, columns)
        if one.function.name == PRODUCT.name:
            before[places] = True
        else:
            others[places] = one.log_odds
    chosen = (nats >= criteria.join) & (nats > others)
    tried = np.isin(np.arange(len(columns)), trial.chosen)
    chosen |= _between(chosen, columns) & tried & (nats >= CRITERIA.between) & (others == 0)
    if chosen.sum() < CRITERIA.fewest or not (chosen & ~before).any() or (before & ~chosen).any():
        return list(taken)
    kept = []
    for one in taken:
        places = places_of(one, columns)
        stays = ~chosen[places]
        if stays.any():
            own = tuple(columns.quantities[place] for place in places[stays])
            kept.append(Explanation(one.trial.restricted(places[stays]), own, one.log_odds[stays]))
    left[chosen] = False
    found = np.flatnonzero(chosen)
    quantities = tuple(columns.quantities[place] for place in found)
    return [*kept, Explanation(trial.restricted(found), quantities, nats[found])]


def _between(chosen: NDArray[np.bool_], columns: Columns) -> NDArray[np.bool_]:
    """Tell which columns stand right between two that are chosen."""
    order = np.array(sorted(range(len(columns)), key=lambda place: columns.quantities[place].columns[0]))
    found = np.zeros(len(columns), bool)
    found[order[1:-1]] = chosen[order[:-2]] & chosen[order[2:]]
    return found


def _try_row(products: Candidate, columns: Columns) -> Trial | None:
    """Find the numbers that the columns are multiples of, and weigh them; None if they do not go on by equal steps."""
    order = np.array(sorted(range(len(columns)), key=lambda place: columns.quantities[place].columns[0]))
    factors = _factors(products, columns)
    found = _rows(factors[order])
    if found is None:
        return None
    own, back = products.promise > 0, np.argsort(order)
    rows = [np.where(own, factors, row[back]) for row in found]
    trials = [_weighed(products, row, columns) for row in rows]
    best = np.argmax([trial.nats(len(columns)) for trial in trials], axis=0)
    chosen = np.where(best == 0, rows[0], rows[1])
    trial = _weighed(products, chosen, columns)
    nats = trial.evidence.nats - np.log(2) * (rows[0] != rows[1])[trial.chosen]
    return replace(trial, evidence=replace(trial.evidence, nats=nats, freedom=CRITERIA.cost))


def _factors(products: Candidate, columns: Columns) -> Numbers:
    """Whole numbers, ``(quantities,)``, by which most of the larger arguments are multiplied, nearly."""
    base = products.entry.base
    large = base >= np.nanmedian(base)
    with np.errstate(all="ignore"):
        ratios = columns.values[:, large] / base[large]
    return np.array(
        [np.round(median(own[np.isfinite(own)])) if np.isfinite(own).any() else np.nan for own in ratios]
    )


def _rows(factors: Numbers) -> tuple[Numbers, Numbers] | None:
    """Continue numbers, ``(columns,)`` from left to right, by their step: from the left, and from the right."""
    steps = np.diff(factors)
    known = steps[np.isfinite(steps) & (steps != 0)]
    if len(known) < CRITERIA.fewest - 1:
        return None
    distinct, counts = np.unique(known, return_counts=True)
    step = float(distinct[counts.argmax()])
    if counts.max() < max(CRITERIA.fewest - 1, CRITERIA.neighbours * len(known)):
        return None
    on = np.zeros(len(factors), bool)
    on[:-1] |= steps == step
    on[1:] |= steps == step
    places = np.arange(len(factors))
    good = np.flatnonzero(on)
    before, after = np.searchsorted(good, places, "right") - 1, np.searchsorted(good, places)
    from_left = factors[good[np.maximum(before, 0)]] + step * (places - good[np.maximum(before, 0)])
    at = good[np.minimum(after, len(good) - 1)]
    from_right = factors[at] + step * (places - at)
    return np.where(before >= 0, from_left, from_right), np.where(after < len(good), from_right, from_left)


def _weighed(products: Candidate, factors: Numbers, columns: Columns) -> Trial:
    """Weigh columns as multiples of some numbers, ``(quantities,)``."""
    chosen = np.flatnonzero(factors > 0)
    own = (factors / products.unit)[:, None]
    (parameter,) = PRODUCT.parameters
    known = replace(parameter, choices=tuple(own[chosen, 0].tolist()), on_top=True)
    function = replace(PRODUCT, parameters=(known,))
    candidate = replace(products, function=function, own=own, promise=(factors > 0).astype(float))
    model = make_model(candidate, columns).only(list(chosen))
    evidence = weigh(model, np.zeros(0), 1, columns.nulls[chosen], columns.weights[chosen])
    return Trial(candidate, chosen, model, np.zeros(0), evidence)
