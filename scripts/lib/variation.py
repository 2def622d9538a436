"""Variation: a threshold moved for a while, and by how much."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def varied(criteria: Any, name: str, value: float) -> Iterator[None]:
    """Give a threshold another value for a while: the stages read it from its frozen dataclass where they use it."""
    before = getattr(criteria, name)
    object.__setattr__(criteria, name, value)
    try:
        yield
    finally:
        object.__setattr__(criteria, name, before)


def moved(value: float, share: float) -> list[float]:
    """Move a threshold down and up by a share; whole numbers by one at least, shares of nearly all to all at most."""
    if isinstance(value, int):
        step = max(1, round(share * value))
        return [value - step, value + step]
    high = value * (1 + share)
    return [value * (1 - share), min(high, 1.0) if 0.8 <= value < 1 else high]
