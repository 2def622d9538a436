"""Alike: an order of documents in which those that are alike stand together; it saves time, and decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_SIZE = 64  # documents whose order among themselves does not matter
_ROUNDS, _TOLD_BY = (
    30,
    4096,
)  # of looking for a principal component, which need not be exact; documents that tell it

Floats = NDArray[np.float64]
Index = NDArray[np.int64]


def order_alike(phi: Floats) -> Index:
    """Order documents so that those that are alike stand together; ``(documents,)``, their places."""
    return np.concatenate([*divide_alike(phi, _SIZE)])


def divide_alike(phi: Floats, size: int) -> Iterator[Index]:
    """Halve documents ``(documents, features)`` along their first principal component until each group has ``size``."""
    return _divide(phi, np.arange(len(phi)), size)


def _divide(phi: Floats, documents: Index, size: int) -> Iterator[Index]:
    if len(documents) <= size:
        yield documents
        return
    order = documents[np.argsort(_along_principal_component(phi[documents]), kind="stable")]
    half = -(-len(order) // size) // 2 * size
    yield from _divide(phi, order[:half], size)
    yield from _divide(phi, order[half:], size)


def _along_principal_component(phi: Floats) -> Floats:
    """Project documents by the power method: near enough, and free of a threaded solver's waits."""
    some = phi[:: -(-len(phi) // _TOLD_BY)]
    centred = some - some.mean(0)
    covariance = centred.T @ centred
    direction = covariance[np.argmax(np.diag(covariance))]
    for _ in range(_ROUNDS):
        direction = direction / max(np.linalg.norm(direction), 1e-300)
        direction = covariance @ direction
    return phi @ direction
