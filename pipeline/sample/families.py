"""Families: the kinds of tables of the sample archive, each with parameters that vary between works."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline.sample import arithmetic, chronology, motions, spherics
from pipeline.sample.work import Work

FAMILIES: dict[str, Callable[[np.random.Generator], Work]] = {
    "climates": spherics.climates,
    "declinations": spherics.declinations,
    "right ascensions": spherics.right_ascensions,
    "oblique ascensions": spherics.oblique_ascensions,
    "day lengths": spherics.day_lengths,
    "shadows": spherics.shadows,
    "sines": arithmetic.sines,
    "tangents": arithmetic.tangents,
    "secants": arithmetic.secants,
    "multiplications": arithmetic.multiplications,
    "powers": arithmetic.powers,
    "interests": arithmetic.interests,
    "mean motions": motions.mean_motions,
    "solar equations": motions.sun_equations,
    "Easter": chronology.easters,
    "calendars": chronology.calendars,
}


def draw_works(rng: np.random.Generator, count: int) -> list[Work]:
    """Choose different works, as evenly over the families as their parameters allow.

    Raises
    ------
    ValueError
        The families do not hold so many works.
    """
    works: dict[str, Work] = {}
    names = list(FAMILIES)
    order: list[str] = []
    for _ in range(40 * count + 400):
        if len(works) == count:
            break
        if not order:
            order = [names[index] for index in rng.permutation(len(names))]
        work = FAMILIES[order.pop()](rng)
        works.setdefault(work.key, work)
    else:
        raise ValueError(f"the families hold fewer than {count} different works; ask for fewer documents")
    return list(works.values())
