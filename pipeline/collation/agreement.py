"""Agreement: how much it says that two cells agree, in nats: the rarer the value in both tables, the more."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.edit_distance import near_pairs, within_one_edit
from tablekin.collation.grid import Grid
from tablekin.collation.values import Text, as_groups, as_number, is_same_value, without_zeros
from tablekin.threshold import threshold

Array = NDArray[np.float64]
_NATS_PER_DIGIT = float(np.log(10))


@dataclass(frozen=True)
class AgreementWeights:
    """What two cells at one place say for or against rows and columns that correspond."""

    same_without_spaces: float = threshold(
        0.9, "of the weight", "a value that is the same only without its spaces"
    )
    same_without_zeros: float = threshold(
        0.6,
        "of the weight",
        "a value that is the same only without its zeros: 9.2 and 9.02 without their points",
    )
    within_one_edit: float = threshold(
        0.5, "of the weight", "a value that differs in one digit, or in two neighbours that changed places"
    )
    different: float = threshold(-1.5, "nats", "two values that differ")
    missing: float = threshold(-0.3, "nats", "a value beside an empty cell")
    free_digits: int = threshold(
        2, "digits", "of a long number, that its neighbours foretell; each further one is worth log 10 nats"
    )


WEIGHTS = AgreementWeights()


class AgreementScores:
    """How much the agreement of any two cells of two tables says, in nats."""

    def __init__(self, a: Grid, b: Grid) -> None:
        self.a, self.b = a, b
        self._count: dict[str, int] = {}
        for text in (*a.text.flat, *b.text.flat):
            if text:
                self._count[as_number(text)] = self._count.get(as_number(text), 0) + 1
        self._total = max(sum(self._count.values()), 1)

    @cached_property
    def cells(self) -> Array:
        """Scores of every two cells, ``(rows of a, columns of a, rows of b, columns of b)``."""
        return self.of_all(self.a.text, self.b.text)

    @property
    def upper_bound(self) -> float:
        """What the smaller table would say if all of it agreed."""
        return min(
            sum(self.weight(str(text)) for text in grid.text.flat if text) for grid in (self.a, self.b)
        )

    def weight(self, text: str) -> float:
        """Weight of a value: how rare it is in both tables, or that many digits are the same by chance."""
        value = as_number(text)
        rarity = float(np.log(self._total / self._count.get(value, 1)))
        return max(rarity, (len(value.rstrip("0")) - WEIGHTS.free_digits) * _NATS_PER_DIGIT)

    def of(self, one: str, other: str) -> float:
        """Score of two readings that stand at the same place."""
        if not one and not other:
            return 0.0
        if not one or not other:
            return WEIGHTS.missing
        if is_same_value(one, other):
            share = 1.0 if as_groups(one) == as_groups(other) else WEIGHTS.same_without_spaces
        elif within_one_edit(as_number(one), as_number(other)):
            share = WEIGHTS.within_one_edit
        else:
            return WEIGHTS.different
        return share * max(self.weight(one), self.weight(other))

    def of_all(self, one: Text, other: Text) -> Array:
        """Scores of every reading with every other, ``(*shape of one, *shape of other)``."""
        (values_a, place_a), (values_b, place_b) = (
            np.unique(texts.astype(str), return_inverse=True) for texts in (one, other)
        )
        table = self._table(values_a, values_b)
        return np.asarray(
            table[place_a.reshape(one.size, 1), place_b.ravel()].reshape(*one.shape, *other.shape)
        )

    def _table(self, values_a: NDArray[np.str_], values_b: NDArray[np.str_]) -> Array:
        """Scores of every value with every other."""
        filled = (values_a != "")[:, None] & (values_b != "")
        table = np.where(filled, WEIGHTS.different, WEIGHTS.missing)
        table[np.ix_(values_a == "", values_b == "")] = 0
        weights = [np.array([self.weight(v) for v in values]) for values in (values_a, values_b)]
        weight = np.maximum(weights[0][:, None], weights[1][None])
        forms = (
            (without_zeros, WEIGHTS.same_without_zeros),
            (as_number, WEIGHTS.same_without_spaces),
            (as_groups, 1.0),
        )
        for form, share in forms:
            one, other = (np.array([form(v) if v else "" for v in values]) for values in (values_a, values_b))
            equal = (one[:, None] == other[None]) & (one != "")[:, None]
            table = np.where(equal & filled, share * weight, table)
        near = near_pairs([as_number(v) for v in values_a], [as_number(v) for v in values_b])
        near &= table == WEIGHTS.different
        return np.where(near & filled, WEIGHTS.within_one_edit * weight, table)
