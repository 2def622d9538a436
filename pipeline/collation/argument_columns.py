"""Argument columns: which columns of a table, or which of their cells, count as arguments do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tablekin.argument import CRITERIA
from tablekin.collation.values import MAX_ARGUMENT_DIGITS, as_number
from tablekin.collation.vocabulary import NO_VALUE, Places, Vocabulary
from tablekin.models.compilation import compiled

_STEPS = np.array(CRITERIA.steps, np.int64)


def counts_as_argument(vocabulary: Vocabulary, place: Places) -> bool:
    """Tell whether cells count, most of their steps being the same: see :func:`tablekin.argument.argument_step`.

    Parameters
    ----------
    vocabulary
        Different texts.
    place
        ``(rows,)``, number of the text of each cell.
    """
    return bool(_counts(vocabulary.value[place], _STEPS, CRITERIA.min_rows, CRITERIA.min_share))


def are_arguments(texts: Sequence[str]) -> bool:
    """Tell the same of cells that say these texts."""
    numbers = [as_number(text) for text in texts]
    values = [int(one) if one and len(one) <= MAX_ARGUMENT_DIGITS else NO_VALUE for one in numbers]
    return bool(_counts(np.array(values, np.int64), _STEPS, CRITERIA.min_rows, CRITERIA.min_share))


@compiled
def _counts(
    values: NDArray[np.int64], steps: NDArray[np.int64], min_rows: int, min_share: float
) -> bool:  # pragma: no cover (compiled)
    """Find the step that most have, by majority, and count the numbers that leave the same remainder."""
    count = 0
    numbers = np.empty_like(values)
    for value in values:
        if value != NO_VALUE:
            numbers[count] = value
            count += 1
    if count < min_rows:
        return False
    step, lead = 0, 0
    for k in range(1, count):
        if lead == 0:
            step = numbers[k] - numbers[k - 1]
        lead += 1 if numbers[k] - numbers[k - 1] == step else -1
    same = 0
    for k in range(1, count):
        same += numbers[k] - numbers[k - 1] == step
    if same / (count - 1) <= min_share or not np.any(steps == abs(step)):
        return False
    by_remainder = np.zeros(abs(step), np.int64)
    for k in range(count):
        by_remainder[numbers[k] % abs(step)] += 1
    return by_remainder.max() > min_share * count
