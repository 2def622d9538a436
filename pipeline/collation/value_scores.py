"""Value scores: what texts that stand side by side say for or against rows and columns that correspond; compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.value_relations import are_near, are_same
from tablekin.collation.vocabulary import NOTHING, Codes, NumberedTexts, Places, Vocabulary
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
def weigh_texts(
    rarity: ValueRarity, number: Codes, significant: Places
) -> Array:  # pragma: no cover (compiled)
    """Weigh texts ``(texts,)``, given the code of each and its significant digits; nats."""
    weights = np.empty(len(number))
    for text in range(len(number)):
        weights[text] = weight_of(rarity, number[text], significant[text])
    return weights


@compiled
def count_numbers(
    a: NumberedTexts, b: NumberedTexts
) -> tuple[Codes, Places, int]:  # pragma: no cover (compiled)
    """Count the numbers of two tables.

    Returns
    -------
    tuple
        Codes of numbers, rising, ``(numbers,)``; how many cells of both tables have each; how many have any.
    """
    own, others = a.vocabulary.by_number, b.vocabulary.by_number
    number, number_b = a.vocabulary.number, b.vocabulary.number
    times, times_b = _count_texts(a), _count_texts(b)
    numbers = np.empty(len(own) + len(others), np.int64)
    count = np.zeros(len(numbers), np.int64)
    found = k = k_b = total = 0
    while k < len(own) or k_b < len(others):
        is_own = k_b == len(others) or (k < len(own) and number[own[k]] <= number_b[others[k_b]])
        code = number[own[k]] if is_own else number_b[others[k_b]]
        cells = times[own[k]] if is_own else times_b[others[k_b]]
        if found == 0 or numbers[found - 1] != code:
            numbers[found] = code
            found += 1
        count[found - 1] += cells
        total += cells if code != NOTHING else 0
        k, k_b = k + is_own, k_b + (not is_own)
    return numbers[:found], count[:found], total


@compiled
def _count_texts(texts: NumberedTexts) -> Places:  # pragma: no cover (compiled)
    times = np.zeros(len(texts.vocabulary.number), np.int64)
    for text in texts.place.ravel():
        times[text] += 1
    return times


@compiled
def weigh_matches(
    one: Places, other: Places, kind: Places, share: Array, weights: Array, weights_b: Array
) -> Array:  # pragma: no cover (compiled)
    """Tell what each match says, ``(matches,)``, nats.

    Parameters
    ----------
    one, other, kind
        ``(matches,)`` see ``tablekin.collation.value_matches.ValueMatches``.
    share
        ``(kinds,)`` of the larger of the two weights.
    weights, weights_b
        ``(texts,)`` of the texts of either table.
    """
    scores = np.empty(len(one))
    for n in range(len(one)):
        scores[n] = share[kind[n]] * max(weights[one[n]], weights_b[other[n]])
    return scores


@compiled
def score_texts(
    number: Codes,
    number_b: Codes,
    one: Places,
    other: Places,
    scores: Array,
    different: float,
    missing: float,
) -> Array:  # pragma: no cover (compiled)
    """Score every two texts at one place, ``(texts of a, texts of b)``.

    Parameters
    ----------
    number, number_b
        Codes of the texts of either table.
    one, other, scores
        ``(matches,)`` texts that match, and what that says.
    different, missing
        Nats, of texts that do not match, and of one beside an empty one.
    """
    table = np.empty((len(number), len(number_b)))
    for i in range(len(number)):
        for j in range(len(number_b)):
            table[i, j] = missing if number[i] == NOTHING or number_b[j] == NOTHING else different
            if number[i] == NOTHING and number_b[j] == NOTHING:
                table[i, j] = 0.0
    for n in range(len(one)):
        table[one[n], other[n]] = scores[n]
    return table


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
