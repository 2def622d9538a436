"""What the agreement of readings says, found one by one from the texts themselves: an oracle of compiled scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from tablekin.collation.agreement import WEIGHTS
from tablekin.collation.edit_distance import within_one_edit
from tablekin.collation.values import as_groups, as_number, is_same_value, without_zeros

Table = Sequence[Sequence[str]]


def weights_by_hand(*tables: Table) -> dict[str, float]:
    """Weight of every text of two tables: how rare its number is, or ten to one a digit beyond two."""
    texts = [text for table in tables for row in table for text in row if text]
    count = Counter(as_number(text) for text in texts)
    return {
        text: max(
            np.log(len(texts) / count[as_number(text)]),
            (len(as_number(text).rstrip("0")) - WEIGHTS.free_digits) * np.log(10),
        )
        for text in texts
    }


def score_by_hand(one: str, other: str, weights: dict[str, float], *, bare: bool = True) -> float:
    """Score of two readings that stand at one place; with ``bare``, zeros may be where they like."""
    if not one or not other:
        return 0.0 if one == other else WEIGHTS.missing
    weight = max(weights[one], weights[other])
    if as_groups(one) == as_groups(other):
        return weight
    if as_number(one) == as_number(other) or (not bare and is_same_value(one, other)):
        return WEIGHTS.same_without_spaces * weight
    if bare and without_zeros(one) and without_zeros(one) == without_zeros(other):
        return WEIGHTS.same_without_zeros * weight
    if within_one_edit(as_number(one), as_number(other)):
        return WEIGHTS.within_one_edit * weight
    return WEIGHTS.different
