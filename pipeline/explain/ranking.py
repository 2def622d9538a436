"""Ranking: which documents are nearest to each, and what likeness is usual for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int32]


@dataclass(frozen=True)
class Ranking:
    """What is known of documents among all others.

    Attributes
    ----------
    median, deviation
        ``(documents,)``, of the likeness with all others the median, and the median absolute deviation from it.
    nearest
        ``(documents, count)``, places of the nearest, the nearest first.
    """

    median: Floats
    deviation: Floats
    nearest: Places

    @classmethod
    def join(cls, parts: list[Ranking]) -> Ranking:
        """Put together what was found of documents that follow one another."""
        return cls(
            np.concatenate([part.median for part in parts]),
            np.concatenate([part.deviation for part in parts]),
            np.concatenate([part.nearest for part in parts]),
        )

    @classmethod
    def empty(cls, documents: int = 0) -> Ranking:
        """Make the ranking of documents that have no others."""
        nobody = np.zeros((documents, 0), np.int32)
        return cls(np.zeros(documents), np.full(documents, np.inf), nobody)
