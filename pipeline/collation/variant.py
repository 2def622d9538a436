"""Variant: two readings of one place that are not of one value, and how likely it is that the print differs.

A difference of readings is one of print only if the digits that differ were read rightly on both sides: their scores
say how likely that is. Misprints change a digit or two or put others in their place; digits that only one reading
has are more often those that were not seen, or belong to the next cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

from scipy.special import pdtrc  # of Poisson's distribution; scipy.stats takes long to import

from tablekin.collation.values import as_number
from tablekin.threshold import threshold


@dataclass(frozen=True)
class VariantCriteria:
    """How likely prints differ, and in what way."""

    share: float = threshold(
        0.02, "of the cells", "in which two editions of a table differ", chosen="generated editions"
    )
    added_digit: float = threshold(
        0.03, "probability", "of one digit more or less in a print, to that of another in its place"
    )
    added_digits: float = threshold(0.01, "probability", "of several digits more or less, to the same")
    exchanges: int = threshold(90, "pairs of digits", "that may stand for one another: ten times nine")
    missed: float = threshold(
        0.004,
        "probability",
        "that a printed digit was not seen, so that it has no score",
        chosen="generated pages, of whose digits 99.6 of 100 are found",
    )
    min_confidence: float = threshold(
        0.3,
        "probability",
        "from which a variant is taken for one of print; the others are listed as uncertain",
    )


CRITERIA = VARIANT_CRITERIA = VariantCriteria()  # the second is their name in other rooms


@dataclass(frozen=True)
class CellReading:
    """What a cell says."""

    text: str
    scores: tuple[float, ...]  # of each digit

    @property
    def probability(self) -> float:
        """Probability that all of it is right; 1 for an empty cell."""
        return prod(self.scores)


def differing(one: CellReading, other: CellReading) -> list[int] | None:
    """Find the digits in which two readings differ, counted from the last; None where one has more digits."""
    a, b = as_number(one.text), as_number(other.text)
    if len(a) != len(b):
        return None
    return [place for place in range(len(a)) if a[-1 - place] != b[-1 - place]]


def rarities(variants: Iterable[tuple[CellReading, CellReading]]) -> dict[str, float]:
    """Weigh how often digits stand for one another in the variants of two tables.

    Misprints are of all kinds: where one digit stands again and again where the other table has a certain other,
    ``1`` for ``4`` say, it is the reading that confuses them.

    Returns
    -------
    dict
        By the two digits, the probability that any two come as often by chance; at most 1.
    """
    counts: Counter[str] = Counter()
    for one, other in variants:
        differ = differing(one, other)
        if differ is not None and len(differ) == 1:
            counts[_exchange(one, other, differ[0])] += 1
    expected = sum(counts.values()) / CRITERIA.exchanges
    return {pair: min(1.0, CRITERIA.exchanges * float(pdtrc(n - 1, expected))) for pair, n in counts.items()}


def _exchange(one: CellReading, other: CellReading, place: int) -> str:
    return as_number(one.text)[-1 - place] + as_number(other.text)[-1 - place]


def confidence(one: CellReading, other: CellReading, rarity: Mapping[str, float]) -> float:
    """Probability that two readings that differ are both right, so that the print differs.

    Parameters
    ----------
    one, other
        The readings.
    rarity
        As from :func:`rarities`.
    """
    differ = differing(one, other)
    if differ is not None:
        right = prod(reading.scores[-1 - place] for reading in (one, other) for place in differ)
        prior = CRITERIA.share
        if len(differ) == 1:
            prior *= rarity.get(_exchange(one, other, differ[0]), 1.0)
    else:
        right, prior = _of_unequal_length(one, other)
    possible = prior * right + 1 - right
    return prior * right / possible if possible else 1.0  # readings that are certain differ for certain


def _of_unequal_length(one: CellReading, other: CellReading) -> tuple[float, float]:
    """Probability that all digits were seen and read rightly, and that a print differs in such a way."""
    short, long = sorted((one, other), key=lambda reading: len(as_number(reading.text)))
    a, b = as_number(short.text), as_number(long.text)
    added = [place for place in range(len(b)) if b[:place] + b[place + 1 :] == a]
    seen = 1 - CRITERIA.missed
    if added:
        right = max(long.scores[place - len(b)] for place in added)
        return right * seen, CRITERIA.share * CRITERIA.added_digit
    return one.probability * other.probability * seen, CRITERIA.share * CRITERIA.added_digits
