"""Habits: how those who compute and print tables err, before a table is looked at.

Two authors need not have one habit, nor are both faultless as a matter of course: that both cut fractions off, or that
neither errs among hundreds of values, is the less wonder the more authors do so. How many do is not known; the shares
here are such that what two careful authors have alike never makes a copy by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.authorship import SHARES
from tablekin.threshold import threshold

Array = NDArray[np.float64]
_CHOSEN = "generated archives of seeds 772202 to 772206"


@dataclass(frozen=True)
class HabitShares:
    """How many authors have which habits."""

    careful: float = threshold(
        0.5, "of the authors", "who round every value rightly and slip seldom", chosen=_CHOSEN
    )
    own: float = threshold(
        0.1, "of the authors", "who err just as one whose column was looked at", chosen=_CHOSEN
    )
    faultless: float = threshold(
        0.6, "of the authors", "who have no value wrong but by their means and slips", chosen=_CHOSEN
    )
    computed: float = threshold(
        0.5,
        "probability",
        "that an author who interpolates computed all the rows himself that two tables have in common",
        chosen="as seemed fair",
    )
    computed_spread: float = threshold(0.02, "units of the last place", "of scatter of such values")


HABITS = HabitShares()
RATES = (0.002, 0.006, 0.02, 0.05)
"""Shares of values that an edition has otherwise than what it copied, each as likely as the others."""
ERRING = (*RATES, 0.15)
"""Shares of values that are wrong in an edition, by its author and its printer: more often than in a copy."""
SOURCE = (0.0, *ERRING)
"""Shares of values that were wrong in what was copied."""
_SOURCE_SHARES = np.array([HABITS.faultless, *[(1 - HABITS.faultless) / len(ERRING)] * len(ERRING)])


def _shares_together() -> Array:
    """Share of the editions in which author and printer together err at each of the rates of ``ERRING``."""
    shares = np.zeros(len(ERRING))
    for wrong, share in zip(SOURCE, _SOURCE_SHARES, strict=True):
        for changed in RATES:
            nearest = np.abs(np.log(np.array(ERRING) / (wrong + changed))).argmin()
            shares[nearest] += share / len(RATES)
    return shares


LOG_ERRING = np.log(_shares_together())  # (ERRING,)
LOG_COPIED = np.log(_SOURCE_SHARES)[:, None, None] - 2 * np.log(
    len(RATES)
)  # (SOURCE, 1, 1), of either edition, too

# of other authors: share among them; bias and spread in units of the last place, slips in shares of the values
_ROUNDING = (
    (0.35, -0.49, 0.02, 1.0),
    (0.20, 0.0, 0.25, 1.0),
    (0.20, 0.0, 0.5, 1.0),
    (0.10, 0.0, 1.0, 1.0),
    (0.10, 0.0, 0.02, 5.0),
    (0.05, 0.0, 0.02, 20.0),
)
_EXACT = ((0.5, 1.0), (0.3, 10.0), (0.2, 50.0))  # share, slips, where there is nothing to round
_CAREFUL, _CAREFUL_EXACT = (1.0, 0.0, 0.02, 1.0), (1.0, 0.1)
_COMPUTED_BIASES = (0.0, -0.49)  # units of the last place: of one who rounds, or cuts off


@dataclass(frozen=True)
class Way:
    """How authors may have erred in a number of values."""

    authors: Array  # (n, 4) as AuthorModel has it
    log_share: float  # of the authors
    documents: tuple[int, ...]  # 0, 1: whose author it may have been


def ways_of(authors_a: Array, authors_b: Array) -> Iterator[Way]:
    """Yield how the authors of two documents may have erred: as other authors do, or as each was found to.

    Parameters
    ----------
    authors_a, authors_b
        ``(n, 4)`` of each value, how the author of its column erred in either document.
    """
    exact = authors_a[:, 3] > 0
    yield Way(_make(authors_a, _CAREFUL, _CAREFUL_EXACT), float(np.log(HABITS.careful)), (0, 1))
    others = np.log(1 - HABITS.careful - HABITS.own)
    for number in range(len(_EXACT) if exact.all() else len(_ROUNDING)):
        rounding, slipping = _ROUNDING[number], _EXACT[min(number, len(_EXACT) - 1)]
        share = slipping[0] if exact.all() else rounding[0]
        yield Way(_make(authors_a, rounding, slipping), float(others + np.log(share)), (0, 1))
    for document, own in enumerate((authors_a, authors_b)):
        if not _is_careful(own):
            for authors, share in _own_ways(own):
                yield Way(authors, float(np.log(HABITS.own * share)), (document,))


def way_of_counting(authors: Array) -> Way:
    """Tell how anybody errs who counts: not at all, but for slips as rare as a careful author's."""
    return Way(_make(authors, _CAREFUL, _CAREFUL_EXACT), 0.0, (0, 1))


def _make(authors: Array, rounding: tuple[float, ...], slipping: tuple[float, ...]) -> Array:
    made = authors.copy()
    exact = authors[:, 3] > 0
    made[~exact, :3] = rounding[1], rounding[2], rounding[3] * SHARES.slips
    made[exact, :3] = 0.0, 0.0, slipping[1] * SHARES.slips
    return made


def _is_careful(authors: Array) -> bool:
    """Tell whether an author was found to err as a careful one does."""
    return bool((authors == _make(authors, _CAREFUL, _CAREFUL_EXACT)).all())


def _own_ways(authors: Array) -> Iterator[tuple[Array, float]]:
    """Yield how an author erred, and its share: rows that both have may be those that a rough one computed well."""
    rough = bool((authors[:, 1] > SHARES.careful).any())
    yield authors, 1.0
    if rough:
        well = authors.copy()
        well[:, 1] = np.minimum(authors[:, 1], HABITS.computed_spread)
        for bias in _COMPUTED_BIASES:
            well[:, 0] = bias
            yield well.copy(), HABITS.computed / len(_COMPUTED_BIASES)
