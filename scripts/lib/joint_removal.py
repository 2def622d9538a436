"""Joint removal: the exact part of pairs of places in a similarity, and what is left of it while pairs go or come."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lib.second_order import Order

Array = NDArray[np.float64]
FeaturesOfKept = Callable[[NDArray[np.bool_]], Array]
"""Which places stay ``(variants, places)`` -> features ``(variants, features)``."""


def follow(
    a: FeaturesOfKept, b: FeaturesOfKept, order: Order, places: tuple[int, int], deletion: bool
) -> Array:
    """Follow the similarity while pairs go (deletion) or come: after 0, 1, ... pairs.

    Parameters
    ----------
    a, b
        Two inputs.
    order
        Pairs of places, counted from 1, as :mod:`lib.second_order` orders them.
    places
        How many either input has.
    deletion
        Whether pairs go from whole inputs; else they come to empty ones.
    """
    stays = [np.full((len(order) + 1, count), deletion) for count in places]
    for step, pair in enumerate(order, 1):
        for side, place in zip(stays, pair, strict=True):
            side[step:, place - 1] = not deletion
    return np.asarray((a(stays[0]) * b(stays[1])).sum(1), np.float64)


def mean_height(curve: Array) -> float:
    """Mean height of a curve whose points are equally far apart."""
    return float(np.trapezoid(curve) / (len(curve) - 1))


def joint_effects(a: FeaturesOfKept, b: FeaturesOfKept, places: tuple[int, int]) -> Array:
    """Second differences ``y - y(without i) - y(without i') + y(without both)``, ``(places of a, places of b)``."""
    lost = []
    for features, count in zip((a, b), places, strict=True):
        found = features(np.vstack([np.ones((1, count), bool), ~np.eye(count, dtype=bool)]))
        lost.append(found[0] - found[1:])
    return np.asarray(lost[0] @ lost[1].T, np.float64)
