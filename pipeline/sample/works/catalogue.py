"""Catalogue: the types of tables of the sample archive, each with parameters that vary between works."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from tablekin.sample.works import arithmetic, chronology, motions, spherics
from tablekin.sample.works.work import Work

TABLE_TYPES: dict[str, Callable[[np.random.Generator], Work]] = {
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

_MAX_ROUNDS = 100_000


def draw_works(rng: np.random.Generator) -> Iterator[Work]:
    """Choose different works, as evenly over the types as their parameters allow.

    Raises
    ------
    ValueError
        The types hold no further work, after several thousands.
    """
    seen: set[str] = set()
    names = list(TABLE_TYPES)
    for _ in range(_MAX_ROUNDS):
        before = len(seen)
        for index in rng.permutation(len(names)):
            work = TABLE_TYPES[names[index]](rng)
            if work.key not in seen:
                seen.add(work.key)
                yield work
        if len(seen) == before:
            break
    raise ValueError(f"the types of tables hold no more than {len(seen)} works; ask for fewer documents")
