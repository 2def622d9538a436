"""Row shuffles: what the best order of rows makes of a table whose rows are shuffled; compiled."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.needleman_wunsch import find_path
from tablekin.collation.numpy_sums import sum_of
from tablekin.models.compilation import compiled

Array = NDArray[np.float64]
Places = NDArray[np.int64]


@lru_cache(maxsize=256)
def shuffled_orders(rows: int, shuffles: int) -> Places:
    """Draw orders of rows, ``(shuffles, rows)``, the same ones whenever they are asked for."""
    rng = np.random.default_rng(0)
    return np.array([rng.permutation(rows) for _ in range(shuffles)], np.int64).reshape(shuffles, rows)


@compiled
def shuffle_rows(weights: Array, total: Array, orders: Places) -> tuple[Array, Places]:  # pragma: no cover
    """Shuffle the rows of one table, each time with the best order.

    Parameters
    ----------
    weights, total
        ``(spans, rows of a, rows of b)`` nats that values say which two rows have in common; their sum over spans.
    orders
        ``(shuffles, rows of b)``.

    Returns
    -------
    tuple
        ``(shuffles,)`` nats, and cells that agree.
    """
    nats, counts = np.empty(len(orders)), np.zeros(len(orders), np.int64)
    shuffled = np.empty_like(total)
    for n in range(len(orders)):
        for i in range(total.shape[0]):
            for j in range(total.shape[1]):
                shuffled[i, j] = total[i, orders[n, j]]
        path = find_path(shuffled)
        chosen = np.empty(len(path))
        for k in range(len(path)):
            i, j = path[k, 0], orders[n, path[k, 1]]
            chosen[k] = total[i, j]
            for span in range(len(weights)):
                counts[n] += weights[span, i, j] > 0
        nats[n] = sum_of(chosen)
    return nats, counts
