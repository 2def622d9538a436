"""Posterior: which values of the parameters the printed values leave open.

Every value of a parameter is as likely as the printed values are, given it: those that leave most of them within
rounding. Near the best parameters the computed values are straight lines in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tablekin.recompute.likelihood import Slips, count_digits, log_likelihood, wrong_density
from tablekin.recompute.model import Model
from tablekin.recompute.smoothness import Numbers, median

_MASS = 0.95  # of an interval
_CHAINS = 48
_STEPS = 160
_BURN_IN = 60
_JITTER = 1e-3  # of the spread of the chains
_SEED = 1543


def model_log_likelihood(model: Model, vector: Numbers, slips: Slips, weights: Numbers) -> float:
    """Log-likelihood of all printed values of a model; ``weights`` are those of ``wrong_density``."""
    residuals = model.residuals(vector)
    known = np.isfinite(residuals)
    wrong = wrong_density(residuals, count_digits(model.values)[:, None], weights)
    return float(log_likelihood(residuals[known], wrong[known], slips).sum())


@dataclass(frozen=True)
class Profile:
    """The likelihood of a parameter by itself: distances from where it was fitted, and what they are worth."""

    ends: Numbers  # (n + 1,) between which it is nearly constant
    log_likelihood: Numbers  # (n,)

    @property
    def interval(self) -> tuple[float, float]:
        """Ends of the interval that holds the parameter with 95 % probability."""
        mass = np.exp(self.log_likelihood - self.log_likelihood.max()) * np.diff(self.ends)
        below = np.concatenate([[0.0], np.cumsum(mass)]) / mass.sum()
        low, high = np.interp([(1 - _MASS) / 2, (1 + _MASS) / 2], below, self.ends)
        return float(low), float(high)

    @property
    def best(self) -> float:
        """Middle of the widest of the most probable pieces."""
        top = np.flatnonzero(self.log_likelihood >= self.log_likelihood.max() - 0.1)
        widest = top[int(np.diff(self.ends)[top].argmax())]
        return float(self.ends[widest] + self.ends[widest + 1]) / 2


def profile_of_one(residuals: Numbers, slopes: Numbers, wrong: Numbers, slips: Slips) -> Profile | None:
    """Profile the likelihood of a parameter, the others held, exactly.

    It is constant between the values at which a cell comes within rounding or leaves it (but for slips, which change
    it slowly).

    Parameters
    ----------
    residuals
        ``(cells,)`` printed less computed at the fitted parameter, in units of the last place.
    slopes
        ``(cells,)`` derivative of the computed values.
    wrong
        ``(cells,)`` as ``wrong_density`` gives it.
    slips
        Of the table.

    Returns
    -------
    Profile or None
        None where the values do not depend on the parameter.
    """
    told = np.abs(slopes) > 1e-12 * np.abs(slopes).max(initial=0.0)
    if not told.any():
        return None
    residuals, slopes, wrong = residuals[told], slopes[told], wrong[told]
    near = np.abs(residuals) < 3 + 6 * slips.share * slips.size
    ends = np.concatenate([(residuals[near] - 0.5) / slopes[near], (residuals[near] + 0.5) / slopes[near]])
    reach = 4 * (1 + slips.share * slips.size) / median(np.abs(slopes))
    ends = np.unique(ends[np.abs(ends) <= reach])
    if len(ends) < 2:
        return None
    middles = (ends[1:] + ends[:-1]) / 2
    return Profile(ends, log_likelihood(residuals - middles[:, None] * slopes, wrong, slips).sum(1))


def intervals_of_several(
    residuals: Numbers, slopes: Numbers, wrong: Numbers, slips: Slips, room: tuple[Numbers, Numbers]
) -> tuple[Numbers, Numbers]:
    """Find the interval of each of several parameters that depend on one another, whatever the others are.

    Chains that propose differences of one another (differential evolution; ter Braak 2006, Statistics and Computing
    16) find the width of the likelihood by themselves.

    Parameters
    ----------
    residuals, wrong, slips
        As for one parameter.
    slopes
        ``(parameters, cells)``.
    room
        Distances of the ends of the parameters' ranges from the best parameters, ``(parameters,)`` each.

    Returns
    -------
    ends
        ``(parameters, 2)`` distances of the ends from the parameters.
    best
        ``(parameters,)`` distances of the most probable ones that were met.
    """
    rng = np.random.default_rng(_SEED)
    size = len(slopes)
    norms = np.linalg.norm(slopes, axis=1)
    norms[norms == 0] = 1.0
    scaled = slopes / norms[:, None]
    near = np.abs(residuals) < 3 + 6 * slips.share * slips.size
    residuals, scaled, wrong = residuals[near], scaled[:, near], wrong[near]
    covariance = np.linalg.pinv(scaled @ scaled.T + 1e-12 * np.eye(size), hermitian=True)
    low, high = room[0] * norms, room[1] * norms
    chains = rng.multivariate_normal(np.zeros(size), covariance / 60, _CHAINS, method="eigh")
    chains = np.clip(chains, low, high)
    log_slip = np.log(max(slips.share, 1e-6) * 0.5 / slips.size)
    inside, floor = np.log(1 - slips.share), np.log(np.maximum(wrong, 1e-300))

    def log_density(points: Numbers) -> Numbers:
        distance = np.abs(residuals - points @ scaled)
        outside = np.maximum(log_slip - (distance - 0.5) / slips.size, floor)
        total = np.where(distance <= 0.5, inside, outside).sum(1)
        return np.where(((points >= low) & (points <= high)).all(1), total, -np.inf)

    density = log_density(chains)
    best, highest = np.zeros(size), float(log_density(np.zeros((1, size)))[0])
    kept = []
    factor = 2.38 / np.sqrt(2 * size)
    for step in range(_STEPS):
        first, second = (np.arange(_CHAINS) + rng.integers(1, _CHAINS, (2, _CHAINS))) % _CHAINS
        jump = factor * (chains[first] - chains[second]) * (1.0 if step % 10 else 1 / factor)
        proposed = chains + jump + _JITTER * rng.normal(size=chains.shape) * chains.std(0)
        new = log_density(proposed)
        accepted = np.log(rng.random(_CHAINS)) < new - density
        chains = np.where(accepted[:, None], proposed, chains)
        density = np.where(accepted, new, density)
        if density.max() > highest:
            best, highest = chains[density.argmax()], float(density.max())
        if step >= _BURN_IN:
            kept.append(chains)
    ends = np.quantile(np.concatenate(kept), [(1 - _MASS) / 2, (1 + _MASS) / 2], axis=0)
    return np.asarray((ends / norms).T), np.asarray(best / norms)
