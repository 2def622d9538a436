"""Bootstrap: intervals of means over pairs that share works or documents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_DRAWS = 4000


def resample(units: Sequence[Sequence[str]], seed: int) -> NDArray[np.float64]:
    """Draw works or documents with replacement; weights of the pairs, ``(draws, pairs)``.

    A pair of two units counts as often as the product of how often both were drawn, a pair within one unit as often
    as it was (the bootstrap of nodes: Snijders and Borgatti 1999). Draws without any pair are left out.
    """
    names = sorted({name for pair in units for name in pair})
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=_DRAWS)
    first, second = (np.array([names.index(pair[side]) for pair in units]) for side in (0, 1))
    weights = np.where(first == second, drawn[:, first], drawn[:, first] * drawn[:, second]).astype(float)
    weights = weights[weights.sum(1) > 0]
    return weights / weights.sum(1, keepdims=True)
