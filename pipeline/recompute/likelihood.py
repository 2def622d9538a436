"""Likelihood: how probable printed values are, given what a function says, or given nothing but one another.

A cell is right within rounding, off by a slip in the last places, or wrong: misprinted or misread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.smoothness import Numbers


@dataclass(frozen=True)
class ErrorRates:
    """What is known of errors before a table is looked at."""

    wrong: float = (
        0.015  # share of values that are misprinted or misread; 0.005 to 0.04 choose the same functions
    )
    wrong_readings: float = (
        20.0  # readings, for each digit, that a wrong value may have; 10 to 40 choose the same
    )
    tie: float = 1e-6  # units of the last place by which a value right at the middle may miss rounding


@dataclass(frozen=True)
class Slips:
    """Errors of an author in the last places: how many values have one, and how large they are."""

    share: float  # of values
    size: float  # mean, in units of the last place


RATES = ErrorRates()
_EXCHANGED = 90  # units of a digit by which the exchange of it and the one before it may change a number
_SHARES = np.array([0.001, 0.02, 0.1, 0.3, 0.6, 0.98])
_SIZES = np.array([0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 1000.0])
_SLIP_COST = np.array([0.0, 2.5, 4.5, 6.0, 7.0, 8.0])  # nats against many slips
_SIZE_COST = np.array(
    [0.0, 0.0, 1.0, 2.5, 4.5, 6.0, 7.5, 9.0, 10.5, 12.0]
)  # and against large ones: errors, rather


def slip_grid() -> tuple[Numbers, Numbers, Numbers]:
    """List the shares and sizes of slips that are tried, with the nats against each: ``(grid,)`` each."""
    shares, sizes = np.repeat(_SHARES * (1 - RATES.wrong), len(_SIZES)), np.tile(_SIZES, len(_SHARES))
    return shares, sizes, (_SLIP_COST[:, None] + _SIZE_COST).ravel()


def count_digits(values: Numbers) -> Numbers:
    """Digits of the largest values of each quantity, ``(quantities,)``, of values in units of the last place."""
    largest = np.nanmax(np.abs(np.where(np.isfinite(values), values, 0.0)), axis=-1)
    return np.asarray(np.floor(np.log10(np.maximum(largest, 1.0))) + 1)


def is_within(residuals: Numbers, rates: ErrorRates = RATES) -> NDArray[np.bool_]:
    """Tell which residuals rounding explains."""
    return np.abs(residuals) <= 0.5 + rates.tie


def slip_density(residuals: Numbers, size: Numbers | float) -> Numbers:
    """Probability that a slip of exponentially distributed size, rounded, gives a residual."""
    distance = np.abs(residuals)
    inside = 1 - (np.exp(-np.abs(0.5 - distance) / size) + np.exp(-(distance + 0.5) / size)) / 2
    beyond = (np.exp(-np.abs(distance - 0.5) / size) - np.exp(-(distance + 0.5) / size)) / 2
    return np.where(distance <= 0.5, inside, beyond)


def wrong_density(
    residuals: Numbers, digits: Numbers, weights: Numbers, rates: ErrorRates = RATES
) -> Numbers:
    """Probability that a value is wrong and then has its residual.

    A residual that a wrong digit or two exchanged digits make is one of few, any other one of as many as there are
    numbers of so many digits.

    Parameters
    ----------
    residuals
        ``(quantities, rows)`` in units of the last place.
    digits
        ``(quantities, 1)`` of the largest values.
    weights
        ``(quantities, digits)`` what one unit of every digit is worth in units of the last place.
    """
    whole = np.round(np.where(np.isfinite(residuals), residuals, 0.0))[..., None]
    shares = whole / weights[:, None, :]
    edited = ((np.abs(shares) <= _EXCHANGED) & (shares == np.round(shares))).any(-1)
    return rates.wrong * np.where(edited, 1 / (rates.wrong_readings * digits), 10.0**-digits)


def log_likelihood(residuals: Numbers, wrong: Numbers, slips: Slips, rates: ErrorRates = RATES) -> Numbers:
    """Log-likelihood of each printed value; ``wrong`` is its ``wrong_density``."""
    right = (1 - slips.share - rates.wrong) * is_within(residuals, rates)
    slip = slips.share * slip_density(residuals, slips.size)
    return np.asarray(np.log(np.maximum(right + slip + wrong, 1e-300)))


def estimate_slips(residuals: Numbers, wrong: Numbers, rates: ErrorRates = RATES) -> Slips:
    """Find the share and size of slips that make residuals, all of one table, most probable; few are likelier."""
    known = np.isfinite(residuals)
    residuals, wrong = residuals[known], wrong[known]
    density = slip_density(residuals, _SIZES[:, None])
    right = is_within(residuals, rates).astype(float)
    shares = _SHARES[:, None, None] * (1 - rates.wrong)
    total = np.log((1 - shares - rates.wrong) * right + shares * density + wrong).sum(-1)
    total -= _SLIP_COST[:, None] + _SIZE_COST
    share, size = np.unravel_index(int(total.argmax()), total.shape)
    return Slips(float(shares[share, 0, 0]), float(_SIZES[size]))
