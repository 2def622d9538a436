"""Null: how probable a column is by itself, without a function: what any function must beat to be claimed.

A column may be any numbers between two, go on as its rows above foretell, or run along a polynomial.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.polynomial import legendre

from tablekin.recompute.likelihood import (
    RATES,
    ErrorRates,
    count_digits,
    estimate_slips,
    log_likelihood,
    slip_density,
    wrong_density,
)
from tablekin.recompute.smoothness import Numbers, median

_ORDERS = 3  # of the extrapolation from the rows above
_DEGREES = 3  # of a polynomial
_REWEIGHTED = 6  # times, until a few wrong values have lost their weight


def null_log_likelihoods(values: Numbers, periods: Numbers, weights: Numbers) -> Numbers:
    """Log-likelihood of every quantity by itself.

    Parameters
    ----------
    values
        ``(quantities, rows)`` in units of the last place, NaN where there is none.
    periods
        ``(quantities,)`` of values round a circle, infinite of others.
    weights
        ``(quantities, digits)`` what one unit of every digit is worth in units of the last place.
    """
    digits = count_digits(values)
    return np.array(
        [
            null_log_likelihood(line, float(period), float(count), digit_weights)
            for line, period, count, digit_weights in zip(values, periods, digits, weights, strict=True)
        ]
    )


def null_log_likelihood(
    values: Numbers, period: float, digits: float, weights: Numbers, rates: ErrorRates = RATES
) -> float:
    """Log-likelihood of a column, ``(rows,)``, whose largest values have so many ``digits`` of these ``weights``."""
    known = np.isfinite(values)
    if not known.any():
        return 0.0
    anything = -digits * np.log(10.0)
    low, high = values[known].min(), values[known].max()
    best = 2 * anything - known.sum() * np.log(high - low + 1)  # any number between two
    best = max(best, *_extrapolated(values[known], period, digits, rates))
    return max(best, *_polynomials(values, known, digits, weights)) if np.isinf(period) else best


def _extrapolated(values: Numbers, period: float, digits: float, rates: ErrorRates) -> Iterator[float]:
    """Yield the log-likelihood of columns that go on as one, two or three rows above foretell."""
    anything = -digits * np.log(10.0)
    for order in range(1, _ORDERS + 1 if np.isinf(period) else 2):
        values = np.diff(values)
        if len(values) < 2:
            yield -np.inf
            return
        if np.isfinite(period):
            values = (values + period / 2) % period - period / 2
        drifts = order == 1 and np.isinf(period)  # equal steps round a circle are a function: a mean motion
        centred = values - (median(values) if drifts else 0.0)
        size = max(median(np.abs(centred)) / np.log(2), 0.3)
        sizes = size * np.array([0.7, 1.0, 1.5, 2.5])
        density = (1 - rates.wrong) * slip_density(centred, sizes[:, None])
        total = np.log(density + rates.wrong * 10.0**-digits).sum(-1).max()
        yield float(total) + (order + drifts) * anything


def _polynomials(values: Numbers, known: np.ndarray, digits: float, weights: Numbers) -> Iterator[float]:
    """Yield the log-likelihood of columns that run along polynomials, less the freedom of their coefficients."""
    rows = np.linspace(-1, 1, len(values))[known]
    values = values[known]
    basis = legendre.legvander(rows, _DEGREES)
    yield -np.inf
    for degree in range(1, _DEGREES + 1):
        if len(values) <= degree + 2:
            return
        terms = basis[:, : degree + 1]
        trust = np.ones(len(values))
        for _ in range(_REWEIGHTED):
            root = np.sqrt(trust)
            coefficients, *_ = np.linalg.lstsq(terms * root[:, None], values * root, rcond=None)
            residuals = values - terms @ coefficients
            size = max(0.4, 1.4826 * median(np.abs(residuals)))
            trust = 1 / (1 + (residuals / (2.385 * size)) ** 2)
        wrong = wrong_density(residuals[None], np.full((1, 1), digits), weights[None])[0]
        slips = estimate_slips(residuals, wrong)
        freedom = (degree + 1) * (digits * np.log(10.0) + np.log(max(len(values) / 4, 1.0)))
        yield float(log_likelihood(residuals, wrong, slips).sum()) - freedom
