"""Evidence: what a fitted function explains of each quantity beyond what the columns explain of themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.carried import follow, may_be_carried
from tablekin.recompute.functions import ValueKind
from tablekin.recompute.likelihood import (
    Slips,
    count_digits,
    estimate_slips,
    is_within,
    log_likelihood,
    wrong_density,
)
from tablekin.recompute.model import Model
from tablekin.recompute.screening import round_number
from tablekin.recompute.smoothness import Numbers

_ODD_SCALE = 10.0  # nats against a radius or principal that is no round number
_DECADES = 18.0  # a parameter of no known size is as likely in each of some eight decades
_SLIPPED = 0.9  # share of the values of a column within rounding, below which it may have slips of its own
_MANY_SLIPS = 0.3  # share of slips in a table, from which a column may have fewer
_OWN_SLIPS = 6.0  # nats against that
_ROUND_SCALES = 60  # radii and principals that are round numbers: 1 to 9, 12, 15, 25 ... by powers of ten


@dataclass(frozen=True)
class Evidence:
    """What a model explains."""

    slips: Slips
    nats: Numbers  # (quantities,) beyond the column by itself, less the freedom of its own parameters
    freedom: float  # nats for the parameters of the whole table
    within: NDArray[np.int64]  # (quantities,) values that rounding explains
    cells: NDArray[np.int64]  # (quantities,)

    @property
    def total(self) -> float:
        """Nats of the quantities that the model explains, less the freedom of the table's parameters."""
        return float(np.maximum(self.nats, 0.0).sum()) - self.freedom


def weigh(model: Model, vector: Numbers, options: int, nulls: Numbers, weights: Numbers) -> Evidence:
    """Weigh a fitted model.

    Parameters
    ----------
    model, vector
        The model and its parameters.
    options
        Origins and directions among which each column had the choice.
    nulls
        ``(quantities,)`` log-likelihood of each column by itself.
    weights
        ``(quantities, digits)`` what one unit of every digit is worth in units of the last place.
    """
    computed = model.computed(vector)
    residuals = model.off(computed)
    known = np.isfinite(residuals)
    wrong = wrong_density(residuals, count_digits(model.values)[:, None], weights)
    slips = estimate_slips(residuals, wrong)
    cells = np.where(known, log_likelihood(np.where(known, residuals, 0.0), wrong, slips), 0.0)
    within = (is_within(residuals) & known).sum(1)
    apart = (within < _SLIPPED * known.sum(1)) | (slips.share >= _MANY_SLIPS)
    for place in np.flatnonzero(apart & known.any(1)):
        cells[place], carried = _by_own_slips(residuals[place], wrong[place], cells[place])
        within[place] = max(within[place], carried)
    missing = np.isfinite(model.values) & ~known  # the function has no value there
    cells = cells + missing * np.log(1e-4)
    shared, own = _freedom(model, vector, computed, slips)
    nats = cells.sum(1) - nulls - own - np.log(max(options, 1)) + model.function.prior
    return Evidence(
        slips=slips,
        nats=nats,
        freedom=shared,
        within=within,
        cells=np.isfinite(model.values).sum(1),
    )


def _by_own_slips(residuals: Numbers, wrong: Numbers, cells: Numbers) -> tuple[Numbers, int]:
    """Give the log-likelihood of the cells of a column whose author slipped more often in it, or carried slips on.

    Beside it stands the number of values that rounding explains then.
    """
    known = np.isfinite(residuals)
    slips = estimate_slips(residuals[known], wrong[known])
    best, within = cells, 0
    own = np.zeros(len(cells))
    own[known] = log_likelihood(residuals[known], wrong[known], slips) - _OWN_SLIPS / known.sum()
    if own.sum() > best.sum():
        best = own
    if may_be_carried(residuals):
        chain, _ = follow(residuals, wrong)
        if chain.log_likelihood - _OWN_SLIPS > best.sum():
            best = np.where(known, (chain.log_likelihood - _OWN_SLIPS) / known.sum(), 0.0)
            within = int((is_within(residuals - chain.likeliest) & known).sum())
    return best, within


def _freedom(model: Model, vector: Numbers, computed: Numbers, slips: Slips) -> tuple[float, Numbers]:
    """Nats that the choice of parameters cost: log of what they might be over what the values leave open.

    RoundingRule leaves open 2 over the sum of a parameter's slopes, on average: as many values limit it on either side.
    """
    quantities = len(model.own)
    own = np.zeros(quantities)
    if not len(vector):
        return 0.0, own
    slopes = np.abs(model.jacobian(vector, computed))
    slopes = np.where(np.isfinite(model.values) & np.isfinite(slopes), slopes, 0.0)
    width = 2 * max(1.0, slips.share * slips.size) / np.maximum(slopes.sum((1, 2)), 1e-12)
    low, high = model.bounds()
    size = np.where(np.isfinite(high), high - low, 1.0)
    size = np.minimum(size, _DECADES * np.abs(vector) + width)
    whole = [p.whole for p in model.function.parameters if p.is_fitted and p.own] * quantities
    width[len(model.fitted_shared) : len(model.fitted_shared) + len(whole)][whole] = 1.0
    nats = np.log(np.maximum(size / width, 1.0))
    ours, theirs = len(model.fitted_shared), len(model.fitted_own)
    for quantity in range(quantities):
        own[quantity] = nats[ours + theirs * quantity : ours + theirs * (quantity + 1)].sum()
    shared = float(nats[:ours].sum())
    if model.has_scale:
        shared += (
            np.log(_ROUND_SCALES)
            if is_round(vector[-1], width[-1])
            else _ODD_SCALE + np.log(10 * vector[-1] / width[-1])
        )
    return shared, own


def is_round(scale: float, width: float) -> bool:
    """Tell whether a number of at most two digits, followed by zeros, lies within a width of a scale."""
    rounded = round_number(scale)
    return abs(scale - rounded) <= max(2 * width, 1e-9 * scale)


def with_round_scale(model: Model, vector: Numbers) -> Numbers:
    """Put a round radius or principal in the place of the fitted one where it explains the values as well."""
    if model.function.value is not ValueKind.NUMBER:
        return vector
    rounded = vector.copy()
    rounded[-1] = round_number(vector[-1])
    free, fixed = (np.abs(model.residuals(tried)) for tried in (vector, rounded))
    as_good = np.nansum(fixed <= 0.5) >= np.nansum(free <= 0.5) - max(1, 0.02 * np.isfinite(free).sum())
    return rounded if as_good else vector
