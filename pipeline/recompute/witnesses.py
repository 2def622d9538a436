"""Witnesses: what other documents print at a place weighs in on whether a cell was misprinted or misread.

Whether a page that was collated with another was copied from the same original is known. A misprint is shared by about
half of all copies, and several copies share it or none does: of each kind of error the share of witnesses that print
what is read here, of those that print this or what is due, is a Beta distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln

from tablekin.recompute.smoothness import Numbers

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class WitnessShares:
    """Shapes of the Beta distributions of the share of witnesses that print what is read, by what became of the cell.

    Rounded from fits to sample archives of seeds 771902 and 771955; borne out by one of seed 771977. Documents that
    were not copied from one another share few misprints and few misreadings: they tell only what is the author's.
    """

    misprint: tuple[float, float] = (0.95, 0.75)  # among copies
    misreading: tuple[float, float] = (0.08, 1.0)  # likewise: columns may be parted wrongly alike
    own: tuple[float, float] = (1.7, 0.07)  # likewise, what the author had so
    error_elsewhere: tuple[float, float] = (0.08, 1.4)  # among others, of misprints and misreadings
    own_elsewhere: tuple[float, float] = (0.08, 0.3)  # among others


SHARES = WitnessShares()


@dataclass(frozen=True)
class WitnessCounts:
    """How many documents print at a place what is read in a cell, and what is due; arrays ``(cells, 2)``."""

    copies: Counts  # of those that are copies of one another with the cell's own
    others: Counts  # of all others that it was collated with


def weigh(
    p_misprint: Numbers, p_misreading: Numbers, testimony: WitnessCounts, shares: WitnessShares = SHARES
) -> tuple[Numbers, Numbers]:
    """Weigh verdicts of cells by what other documents print.

    Parameters
    ----------
    p_misprint, p_misreading
        ``(cells,)`` probabilities, as the document by itself tells them.
    testimony
        Of the same cells.
    shares
        What is known of copies.

    Returns
    -------
    p_misprint, p_misreading
        Where nobody else prints either, as they were.
    """
    copied = [_likelihood(testimony.copies, one) for one in (shares.misprint, shares.misreading, shares.own)]
    error, own = (
        _likelihood(testimony.others, one) for one in (shares.error_elsewhere, shares.own_elsewhere)
    )
    before = np.stack([p_misprint, p_misreading, np.maximum(1 - p_misprint - p_misreading, 0.0)])
    after = before * np.stack(copied) * np.stack([error, error, own])
    after /= np.maximum(after.sum(0), np.finfo(np.float64).tiny)
    heard = (testimony.copies + testimony.others).any(1)
    return np.where(heard, after[0], p_misprint), np.where(heard, after[1], p_misreading)


def _likelihood(counts: Counts, shape: tuple[float, float]) -> Numbers:
    same, due = counts.T
    return np.asarray(np.exp(betaln(shape[0] + same, shape[1] + due) - betaln(*shape)))
