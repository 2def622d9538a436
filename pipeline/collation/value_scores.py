"""Value scores: what texts that stand side by side say for or against rows and columns that correspond; compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.value_relations import are_near, are_same
from tablekin.collation.vocabulary import NOTHING, Codes, Places, Vocabulary
from tablekin.models.compilation import compiled

Array = NDArray[np.float64]


class ValueRarity(NamedTuple):
    """What numbers weigh in two tables, in nats."""

    numbers: Codes  # (numbers,) their codes, rising
    nats: Array  # (numbers,) minus the logarithm of their share among all cells
    rarest: float  # the same of a number that no cell of the two tables has by itself
    free_digits: int  # digits of a long number that are worth nothing
    nats_of_digit: float  # of each further one


class ScoreShares(NamedTuple):
    """What values count by how they agree."""

    same: float  # of their weight, if they are of one value, but not in the same groups
    near: float  # of their weight, if they are within one edit
    different: float  # nats, if they differ
    missing: float  # nats, of one beside an empty cell


@compiled
def weight_of(rarity: ValueRarity, number: int, significant: int) -> float:  # pragma: no cover (compiled)
    """Weigh a number of so many significant digits, by its code; nats."""
    place = np.searchsorted(rarity.numbers, number)
    is_known = place < len(rarity.numbers) and rarity.numbers[place] == number
    nats = rarity.nats[place] if is_known else rarity.rarest
    return max(nats, (significant - rarity.free_digits) * rarity.nats_of_digit)


@compiled
def score_values(
    one: Vocabulary,
    place: Places,
    other: Vocabulary,
    place_b: Places,
    rarity: ValueRarity,
    shares: ScoreShares,
) -> Array:  # pragma: no cover (compiled)
    """Score texts that stand side by side, ``(n,)``.

    Parameters
    ----------
    one, place
        Texts, and which of them stands where, ``(n,)``.
    other, place_b
        The same of another table.
    rarity, shares
        What they weigh, and what that counts.
    """
    scores = np.zeros(len(place))
    for n in range(len(place)):
        i, j = place[n], place_b[n]
        number, number_b = one.number[i], other.number[j]
        if number == NOTHING or number_b == NOTHING:
            scores[n] = 0.0 if number == number_b else shares.missing
            continue
        is_alike = number == number_b or one.groups[i] == other.groups[j]
        is_alike = is_alike or (one.bare[i] == other.bare[j] and are_same(one, i, other, j))
        if not is_alike and not are_near(one, i, other, j):
            scores[n] = shares.different
            continue
        weight = max(
            weight_of(rarity, number, one.significant[i]), weight_of(rarity, number_b, other.significant[j])
        )
        if is_alike:
            scores[n] = weight if one.groups[i] == other.groups[j] else shares.same * weight
        else:
            scores[n] = shares.near * weight
    return scores
