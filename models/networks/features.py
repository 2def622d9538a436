"""Features: the names of what the similarity models count, in the order of their vectors."""

from __future__ import annotations

from tablekin.models.networks.architecture import DIGITS

UNIGRAMS: tuple[str, ...] = tuple(str(j) for j in range(DIGITS))
BIGRAMS: tuple[str, ...] = tuple(f"{j}{k}" for j in range(DIGITS) for k in range(DIGITS))
FEATURES: tuple[str, ...] = (*UNIGRAMS, *BIGRAMS)
"""Features of the bigram network, of ``phi`` and of every factor: ten isolated digits, then a hundred bigrams."""
