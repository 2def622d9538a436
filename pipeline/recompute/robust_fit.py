"""Robust fit: least squares in which cells far off count little, by repeated reweighting (Cauchy's weights)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tablekin.recompute.model import Model
from tablekin.recompute.smoothness import Numbers, median

Held = Mapping[int, float]  # places in a vector of parameters, and the values that they keep

_WIDTH = 2.385  # Cauchy's tuning constant: 95 % efficiency for normal errors
_ROUNDING = 0.4  # units of the last place: residuals are never smaller than rounding makes them
_IMPROVED = 1e-4  # share of the loss
_NEAR = 3.0  # units of the last place within which a value may be brought within rounding
_HOLD = 0.1  # weight of values that are within rounding already
_CONVERGED = 1e-3  # units of the last place


def refine(model: Model, iterations: int = 12, held: Held | None = None) -> Numbers:
    """Fit the parameters of a model.

    Gauss-Newton steps, halved while they make the sum of Cauchy's losses larger; the scale of the losses is the median
    residual of the moment, so that a fit may begin far off.

    Parameters
    ----------
    model
        The model, which begins at its own parameters.
    iterations
        At most.
    held
        Parameters that are not fitted.

    Returns
    -------
    ndarray
        Vector of parameters.
    """
    vector = model.start()
    if not len(vector):
        return vector
    low, high = _bounds(model, held)
    vector = np.clip(vector, low, high)
    computed = model.computed(vector)
    residuals = model.off(computed)
    for _ in range(iterations):
        known = np.isfinite(residuals)
        if known.sum() <= len(vector):
            break
        slopes = model.jacobian(vector, computed)[:, known]
        slopes = np.where(np.isfinite(slopes), slopes, 0.0)
        size = max(_ROUNDING, 1.4826 * median(np.abs(residuals[known])))
        weights = 1 / (1 + (residuals[known] / (_WIDTH * size)) ** 2)
        root = np.sqrt(weights)
        norms = np.linalg.norm(slopes * root, axis=1)
        norms[norms == 0] = 1.0
        scaled = slopes / norms[:, None] * root
        step = _solve(scaled, residuals[known] * root) / norms
        stuck = ((vector + step < low) & (vector <= low)) | ((vector + step > high) & (vector >= high))
        if stuck.any() and not stuck.all():  # at the end of their range: the others move alone
            step[stuck], step[~stuck] = 0.0, _solve(scaled[~stuck], residuals[known] * root) / norms[~stuck]
        before = _loss(residuals[known], size)
        for _ in range(6):
            tried = np.minimum(np.maximum(vector + step, low), high)
            then = model.computed(tried)
            new = model.off(then)
            still = np.isfinite(new)
            after = _loss(new[still], size)
            if still.sum() >= 0.9 * known.sum() and after <= before:
                break
            step /= 3
        else:
            break
        moved = float(np.max(np.abs((tried - vector)[:, None] * slopes), initial=0.0))
        vector, computed, residuals = tried, then, new
        if moved < _CONVERGED or before - after < _IMPROVED * before:
            break
    return vector


def polish(model: Model, vector: Numbers, rounds: int = 8, held: Held | None = None) -> Numbers:
    """Bring within rounding what nearly is: few parameters may leave all values within it, least squares do not.

    Steps that move values just beyond rounding into it and hold those within; the best moment counts.
    """
    low, high = _bounds(model, held)
    vector = np.clip(vector, low, high)
    best, most = vector, -1
    for _ in range(rounds):
        computed = model.computed(vector)
        residuals = model.off(computed)
        near = np.isfinite(residuals) & (np.abs(residuals) < _NEAR)
        inside = near & (np.abs(residuals) <= 0.5)
        if inside.sum() > most:
            best, most = vector, int(inside.sum())
        if not len(vector) or inside.sum() == near.sum() or near.sum() <= len(vector):
            break
        excess = np.where(inside, 0.1 * residuals, residuals - 0.4 * np.sign(residuals))[near]
        root = np.sqrt(np.where(inside, _HOLD, 1.0))[near]
        slopes = model.jacobian(vector, computed)[:, near]
        slopes = np.where(np.isfinite(slopes), slopes, 0.0)
        norms = np.linalg.norm(slopes, axis=1)
        norms[norms == 0] = 1.0
        vector = np.clip(vector + _solve(slopes / norms[:, None] * root, excess * root) / norms, low, high)
    return best


def _bounds(model: Model, held: Held | None) -> tuple[Numbers, Numbers]:
    low, high = model.bounds()
    for place, value in (held or {}).items():
        low[place] = high[place] = value
    return low, high


def _solve(slopes: Numbers, residuals: Numbers) -> Numbers:
    return np.asarray(np.linalg.lstsq(slopes.T, residuals, rcond=1e-9)[0])


def _loss(residuals: Numbers, size: float) -> float:
    return float(np.log1p((residuals / (_WIDTH * size)) ** 2).mean())
