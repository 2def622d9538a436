"""Catalogue: the types of tables of the sample archive, each with parameters that vary between works."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from tablekin.sample.works import arithmetic, chronology, motions, spherics
from tablekin.sample.works.author import PRECISE, Author
from tablekin.sample.works.work import Work

Compute = Callable[[np.random.Generator, Author], Work]

TABLE_TYPES: dict[str, Compute] = {
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
    "Easter": lambda rng, author: chronology.easters(rng),
    "calendars": chronology.calendars,
}

_MAX_ROUNDS = 100_000


@dataclass(frozen=True)
class ChosenWork:
    """A work, and what is needed to compute it anew."""

    work: Work
    compute: Compute
    rng: np.random.Generator  # that chose its parameters, as it was before

    def computed_by(self, author: Author) -> Work:
        """Compute the same work, the same parameters, by another author."""
        return self.compute(copy.deepcopy(self.rng), author)


def draw_works(rng: np.random.Generator) -> Iterator[ChosenWork]:
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
            compute, before_it = TABLE_TYPES[names[index]], copy.deepcopy(rng)
            work = compute(rng, PRECISE)
            if work.key not in seen:
                seen.add(work.key)
                yield ChosenWork(work, compute, before_it)
        if len(seen) == before:
            break
    raise ValueError(f"the types of tables hold no more than {len(seen)} works; ask for fewer documents")
