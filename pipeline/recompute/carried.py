"""Carried: slips of an author that he carries on, down a column of differences, and what he himself had in every row.

A wrong difference makes all values below it wrong by as much, until one is computed anew. A column is a chain of levels
by which its values are off, mostly 0; it is weighed by the forward and backward passes of a hidden Markov model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tablekin.recompute.likelihood import (
    RATES,
    ErrorRates,
    Slips,
    estimate_slips,
    is_within,
    slip_density,
    slip_grid,
)
from tablekin.recompute.smoothness import Numbers


@dataclass(frozen=True)
class CarryCriteria:
    """What is known of carried slips; chosen on sample archives of seeds 771901 and 91701."""

    jump: float = 0.02  # of the rows in which a level begins or ends
    back: float = 0.4  # of these, that go back to 0
    largest: float = 40.0  # units of the last place
    most: int = 8  # levels of a column
    nearly: float = (
        5.0  # units of the last place, from which neighbours off by one more or less share a level
    )
    changes: float = 0.3  # of the rows in which the level may change
    on: float = 0.7  # of the values of a column that are within rounding on a level
    others: float = 0.5  # that a column's slips are like those of the others, rather than any


CRITERIA = CarryCriteria()
NOISE = (
    3  # units of the last place, at most, by which an author slipped where his value was misprinted besides
)
_FEW_SLIPS = Slips(0.05, 0.8)


@dataclass(frozen=True)
class Chain:
    """A column as a chain of levels."""

    levels: Numbers  # (levels,) in units of the last place, 0 first
    foretold: Numbers  # (rows, levels) probability of each, from what stands above and below
    likeliest: Numbers  # (rows,) level of every row, from its own value, too
    log_likelihood: float


def chain_of(
    residuals: Numbers,
    wrong: Numbers,
    slips: Slips,
    rates: ErrorRates = RATES,
    criteria: CarryCriteria = CRITERIA,
) -> Chain:
    """Find the levels by which an author's values are off.

    Parameters
    ----------
    residuals
        ``(rows,)`` printed less computed in units of the last place, NaN where there is none.
    wrong
        ``(rows,)`` as ``wrong_density`` gives it.
    slips
        Small ones, that are not carried on.
    rates, criteria
        What is known of errors.
    """
    levels = _levels(residuals, criteria)
    known = np.isfinite(residuals)
    off = np.where(known, residuals, 0.0)[:, None] - levels
    right = (1 - slips.share - rates.wrong) * is_within(off)
    emitted = right + slips.share * slip_density(off, slips.size) + wrong[:, None]
    emitted = np.where(known[:, None], np.maximum(emitted, 1e-300), 1.0)
    if len(levels) == 1:
        return Chain(levels, np.ones((len(off), 1)), np.zeros(len(off)), float(np.log(emitted).sum()))
    steps = _steps(levels, criteria)
    rows = len(off)
    ahead, behind = np.empty((rows, len(levels))), np.ones((rows, len(levels)))
    total, before = 0.0, steps[0]
    for row in range(rows):
        ahead[row] = before  # without its own value
        joint = before * emitted[row]
        size = joint.sum()
        total += np.log(size)
        before = (joint / size) @ steps
    after = np.ones(len(levels))
    for row in range(rows - 1, -1, -1):
        behind[row] = after
        after = steps @ (after * emitted[row])
        after /= after.max()
    foretold = ahead * behind
    likeliest = levels[(foretold * emitted).argmax(1)]
    return Chain(levels, foretold / foretold.sum(1, keepdims=True), likeliest, float(total))


def may_be_carried(residuals: Numbers, criteria: CarryCriteria = CRITERIA) -> bool:
    """Tell whether the values of a column that are off, ``(rows,)``, mostly share few levels with neighbours."""
    levels = _levels(residuals, criteria)
    known = np.isfinite(residuals)
    whole = np.round(residuals[known])
    if len(levels) == 1 or np.isin(whole, levels).sum() < criteria.on * known.sum():
        return False
    return bool(np.sum(np.diff(whole[np.isin(whole, levels)]) != 0) <= criteria.changes * known.sum())


def follow(residuals: Numbers, wrong: Numbers) -> tuple[Chain, Slips]:
    """Find the levels of a column, and the slips beside them: each is found with the other."""
    slips = _FEW_SLIPS
    for _ in range(2):
        chain = chain_of(residuals, wrong, slips)
        rest = residuals - chain.likeliest
        known = np.isfinite(rest)
        slips = estimate_slips(rest[known], wrong[known])
        if len(chain.levels) == 1:
            break
    return chain, slips


def _levels(residuals: Numbers, criteria: CarryCriteria) -> Numbers:
    """List 0 and the residuals that neighbouring rows have alike, the commonest first.

    Large ones are alike if they differ by one: an author who carries a slip of ten on errs by one besides.
    """
    whole = np.round(residuals[np.isfinite(residuals)])
    nearer = np.where(np.abs(whole[1:]) < np.abs(whole[:-1]), whole[1:], whole[:-1])
    alike = whole[1:] == whole[:-1]
    alike |= (np.abs(whole[1:] - whole[:-1]) == 1) & (np.abs(nearer) >= criteria.nearly)
    pairs = nearer[alike & (nearer != 0) & (np.abs(nearer) <= criteria.largest)]
    distinct, counts = np.unique(pairs, return_counts=True)
    return np.concatenate([[0.0], distinct[np.argsort(-counts, kind="stable")][: criteria.most]])


def _steps(levels: Numbers, criteria: CarryCriteria) -> Numbers:
    """Probability of each level after each, ``(levels, levels)``; small ones are likelier."""
    possible = np.arange(1, criteria.largest + 1)
    weights = (1 - criteria.back) * (1 + np.abs(levels)) ** -1.5 / (2 * ((1 + possible) ** -1.5).sum())
    weights[0] = criteria.back
    return np.asarray(criteria.jump * weights + (1 - criteria.jump) * np.eye(len(levels)))


def author_densities(
    residuals: Numbers,
    wrong: Numbers,
    chains: list[Chain],
    rates: ErrorRates = RATES,
    criteria: CarryCriteria = CRITERIA,
) -> tuple[list[Numbers], list[Numbers]]:
    """Probability that an author himself had a value, for every level that he may have been off by.

    How often and by how much he slips is learnt from the other values of the table, those of the column first.

    Parameters
    ----------
    residuals, wrong
        ``(quantities, rows)``, as for :func:`chain_of`.
    chains
        Of every quantity.

    Returns
    -------
    printed
        For every quantity ``(rows, levels)``: density of the printed value, at each level.
    noise
        For every quantity ``(rows, 2 * NOISE + 1)``: density of values from so much below the level to so much above.
    """
    shares, sizes, costs = slip_grid()
    logs = []
    for off, errors, chain in zip(residuals, wrong, chains, strict=True):
        rest = off - chain.likeliest
        known = np.isfinite(rest)
        density = _author_density(np.where(known, rest, 0.0), shares, sizes, rates) + errors
        logs.append(np.where(known, np.log(density), 0.0))
    totals = [own.sum(1) for own in logs]
    found, noise = [], []
    shifts = np.arange(-NOISE, NOISE + 1, dtype=np.float64)
    apart = _author_density(shifts, shares, sizes, rates)
    for place, (off, chain) in enumerate(zip(residuals, chains, strict=True)):
        elsewhere = sum(
            (total for other, total in enumerate(totals) if other != place), np.zeros(len(shares))
        )
        prior = np.logaddexp(
            _normalized(elsewhere - costs) + np.log(criteria.others),
            _normalized(-costs) + np.log(1 - criteria.others),
        )
        learnt = (
            prior[:, None] + totals[place][:, None] - logs[place]
        )  # (grid, rows) without the value itself
        learnt = np.exp(learnt - learnt.max(0))
        learnt /= learnt.sum(0)
        known = np.isfinite(off)
        densities = np.zeros((len(off), len(chain.levels)))
        for number, level in enumerate(chain.levels):
            own = _author_density(np.where(known, off - level, 0.0), shares, sizes, rates)
            densities[:, number] = (learnt * own).sum(0)
        found.append(densities)
        noise.append(learnt.T @ apart)
    return found, noise


def _author_density(residuals: Numbers, shares: Numbers, sizes: Numbers, rates: ErrorRates) -> Numbers:
    """Density of residuals, ``(rows,)``, at every share and size of slips: ``(grid, rows)``."""
    right = (1 - shares - rates.wrong)[:, None] * is_within(residuals)
    return np.asarray(right + shares[:, None] * slip_density(residuals, sizes[:, None]))


def _normalized(logs: Numbers) -> Numbers:
    return logs - float(np.logaddexp.reduce(logs))
