"""Authorship: how probable a printed value is, given what its function says and how its author used to err.

An author's values lie about the computed ones: shifted where he cut fractions off, scattered where his sine table was
small or he interpolated, off by a few units where an addition went wrong. A misprint may be anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tablekin.threshold import threshold

if TYPE_CHECKING:
    from collections.abc import Iterator

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ErrorShares:
    """How often values are wrong, before a table is looked at."""

    misprinted: float = threshold(0.012, "of the values", "that are misprinted in an edition")
    readings: float = threshold(20.0, "readings", "for each digit, that a misprinted value may have")
    slips: float = threshold(0.003, "of the values", "in which any author slips, at least")
    slip_cost: float = threshold(
        2.5, "nats", "against each step from few slips of an author to many: one deviation is no habit"
    )
    mean_slip: float = threshold(2.0, "units of the last place", "of a slip")
    clear: float = threshold(3.0, "times", "that a misprint must be likelier than the author, to be an error")
    careful: float = threshold(
        0.3, "units of the last place", "of scatter, up to which an author's every deviation is an error"
    )
    carried_on: float = threshold(0.5, "probability", "that a slip is carried on to the value below")


SHARES = ErrorShares()
_EXCHANGED = 90  # units of a digit by which the exchange of it and the one before it may change a number
_BIASES = (
    -0.49,
    -0.25,
    0.0,
    0.25,
    0.49,
)  # units of the last place: of an author who cuts off, rounds, rounds up
_SPREADS = (0.02, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_SLIPS = (1.0, 5.0, 20.0, 70.0)  # times the least share
_SLIPS_OF_EXACT = (0.1, 1.0, 10.0, 50.0)  # likewise, where there is nothing to round
_MOSTLY = 0.8  # of the values that must be right to the last place, where there is nothing to round
_PLAIN = 1e-6  # units of the last place from a whole number


@dataclass(frozen=True)
class AuthorModel:
    """How one author erred, in units of the last place."""

    bias: float
    spread: float  # standard deviation of what his means of computing added before he rounded
    slips: float  # share of values
    exact: bool  # whether all values are whole numbers, which there is nothing to round in

    @property
    def numbers(self) -> Array:
        """The model as ``(4,)`` numbers."""
        return np.array([self.bias, self.spread, self.slips, float(self.exact)])


def misprint_density(off: Array, digits: Array, weights: Array) -> Array:
    """Probability that a misprint changes a value by so much.

    Parameters
    ----------
    off
        ``(n,)`` printed less due, units of the last place.
    digits
        ``(n,)`` digits of the largest values of the quantity.
    weights
        ``(n, digits)`` what one unit of every digit is worth.
    """
    shares = np.round(off)[:, None] / weights
    edited = ((np.abs(shares) <= _EXCHANGED) & (shares == np.round(shares))).any(1)
    return np.where(edited, 1 / (SHARES.readings * digits), 10.0**-digits)


def author_density(off: Array, authors: Array) -> Array:
    """Probability that an author writes a value that is ``off`` its computed one, not rounded, by so much.

    Parameters
    ----------
    off
        ``(n,)`` units of the last place.
    authors
        ``(n, 4)`` or ``(4,)``, as :attr:`AuthorModel.numbers`.
    """
    bias, _, slips, _ = np.moveaxis(authors, -1, 0)
    return np.asarray((1 - slips) * means_density(off, authors) + slips * slip_density(off - bias))


def means_density(off: Array, authors: Array) -> Array:
    """Probability that an author who does not slip writes a value that is ``off`` by so much; see above."""
    bias, spread, _, exact = np.moveaxis(authors, -1, 0)
    scale = np.where(exact > 0, 1.0, spread)
    high = (off + 0.5 - bias) / scale
    return np.where(exact > 0, np.abs(off) < _PLAIN, ndtr(high) - ndtr(high - 1 / scale))


def slip_density(off: Array) -> Array:
    """Probability that a slip changes a value by so much, in units of the last place."""
    return np.exp(-np.abs(off) / SHARES.mean_slip) / (2 * SHARES.mean_slip)


def fit_author(off: Array, misprint: Array) -> AuthorModel:
    """Find how an author erred from all values of his function.

    Parameters
    ----------
    off
        ``(n,)`` printed less computed, not rounded, units of the last place.
    misprint
        ``(n,)`` as from :func:`misprint_density`.
    """
    exact = bool((np.abs(off) < _PLAIN).mean() > _MOSTLY) if len(off) else False
    density = _density_of_exact(off) if exact else _density_of_models(off)
    printed = (1 - SHARES.misprinted) * density + SHARES.misprinted * misprint
    models, costs = _MODELS[exact]
    return models[int(np.argmax(np.log(np.maximum(printed, 1e-300)).sum(-1) - costs))]


def _models(exact: bool) -> Iterator[AuthorModel]:
    """Yield how an author may have erred."""
    if exact:
        for slips in _SLIPS_OF_EXACT:
            yield AuthorModel(0.0, 0.0, slips * SHARES.slips, True)
        return
    for bias in _BIASES:
        for spread in _SPREADS:
            for slips in _SLIPS:
                yield AuthorModel(bias, spread, slips * SHARES.slips, False)


def _with_costs(exact: bool) -> tuple[tuple[AuthorModel, ...], Array]:
    """List models, and what each costs: most authors slip seldom."""
    models, levels = tuple(_models(exact)), len(_SLIPS_OF_EXACT if exact else _SLIPS)
    steps = np.tile(np.arange(levels, dtype=np.float64), len(models) // levels)
    return models, steps * SHARES.slip_cost


_MODELS = {exact: _with_costs(exact) for exact in (True, False)}


def _density_of_exact(off: Array) -> Array:
    """Probability of values by each of the models of authors who have nothing to round, ``(models, n)``."""
    return np.stack([author_density(off, model.numbers) for model in _models(exact=True)])


def _density_of_models(off: Array) -> Array:
    """Probability of values by each of the others, ``(models, n)``: what models have in common is computed once."""
    bias, spread = np.array(_BIASES)[:, None, None], np.array(_SPREADS)[:, None]
    slips = np.array(_SLIPS)[:, None] * SHARES.slips  # (slips, 1)
    high = (off + 0.5 - bias) / spread  # (biases, spreads, n)
    rounded = ndtr(high) - ndtr(high - 1 / spread)
    slipped = slips * slip_density(off - bias)  # (biases, slips, n)
    return ((1 - slips) * rounded[:, :, None] + slipped[:, None]).reshape(-1, len(off))
