"""Variant: two readings of one place, whether they are of one value, and if not, how likely the print differs.

A difference of readings is one of print only if the figures that differ were read rightly on both sides: their scores
say how likely that is. Misprints change a figure or two or put others in their place; figures that only one reading
has are more often those that were not seen, or belong to the next cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

from scipy.stats import poisson

from tablekin.collation.grid import joint, same

_VARIANTS = 0.02  # share of cells in which two editions of a table differ
_ADDED = 0.03  # how much rarer it is that the print has a figure more or less
_STRAY = 0.01  # how much rarer it is that it has several
_EXCHANGES = 90  # of a figure for another
_MISSED = 0.004  # probability that a printed figure was not seen: it has no score


@dataclass(frozen=True)
class CellReading:
    """What a cell says."""

    text: str
    scores: tuple[float, ...]  # of each figure

    @property
    def probability(self) -> float:
        """Probability that all of it is right; 1 for an empty cell."""
        return prod(self.scores)


def relation(one: CellReading, other: CellReading) -> str:
    """Name the relation of two readings: same, variant, only_a, only_b, or nothing where both are empty."""
    if one.text and other.text:
        return "same" if same(one.text, other.text) else "variant"
    return "only_a" if one.text else "only_b" if other.text else ""


def differing(one: CellReading, other: CellReading) -> list[int] | None:
    """Find the figures in which two readings differ, counted from the last; None where one has more figures."""
    a, b = joint(one.text), joint(other.text)
    if len(a) != len(b):
        return None
    return [place for place in range(len(a)) if a[-1 - place] != b[-1 - place]]


def rarities(variants: Iterable[tuple[CellReading, CellReading]]) -> dict[str, float]:
    """Weigh how often figures stand for one another in the variants of two tables.

    Misprints are of all kinds: where one figure stands again and again where the other table has a certain other,
    ``1`` for ``4`` say, it is the reading that confuses them.

    Returns
    -------
    dict
        By the two figures, the probability that any two come as often by chance; at most 1.
    """
    counts: Counter[str] = Counter()
    for one, other in variants:
        differ = differing(one, other)
        if differ is not None and len(differ) == 1:
            counts[_exchange(one, other, differ[0])] += 1
    expected = sum(counts.values()) / _EXCHANGES
    return {pair: min(1.0, _EXCHANGES * float(poisson.sf(n - 1, expected))) for pair, n in counts.items()}


def _exchange(one: CellReading, other: CellReading, place: int) -> str:
    return joint(one.text)[-1 - place] + joint(other.text)[-1 - place]


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
        prior = _VARIANTS
        if len(differ) == 1:
            prior *= rarity.get(_exchange(one, other, differ[0]), 1.0)
    else:
        right, prior = _of_unequal_length(one, other)
    return prior * right / (prior * right + 1 - right)


def _of_unequal_length(one: CellReading, other: CellReading) -> tuple[float, float]:
    """Probability that all figures were seen and read rightly, and that a print differs in such a way."""
    short, long = sorted((one, other), key=lambda reading: len(joint(reading.text)))
    a, b = joint(short.text), joint(long.text)
    added = [place for place in range(len(b)) if b[:place] + b[place + 1 :] == a]
    if added:
        return max(long.scores[place - len(b)] for place in added) * (1 - _MISSED), _VARIANTS * _ADDED
    return one.probability * other.probability * (1 - _MISSED), _VARIANTS * _STRAY
