"""Descent: which witness was copied from which, as far as their errors tell.

The computed table is the archetype: what differs from it is an error, and whoever has an error that another lacks was
not copied by the other, or the other put it right. Every witness descends from one other, or from the archetype; how
likely a step from a parent to a child is, its places tell one by one. All trees are weighed at once: they are drawn at
random in proportion to their probability (Wilson, "Generating random spanning trees more quickly than the cover time",
1996), and what nearly all of them have in common is claimed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.dating import Years
from tablekin.threshold import threshold

Array = NDArray[np.float64]
UNKNOWN, NOBODYS = -1, -2  # instead of the reading that is due: not known, or one that no witness has


@dataclass(frozen=True)
class CopyistRates:
    """What copyists do."""

    erring: float = threshold(0.01, "of the places", "where a copy has a new error")
    readings: float = threshold(60.0, "readings", "that a new error may be")
    correcting: float = threshold(0.12, "of the errors", "of its parent that a copy puts right")
    doubtful: float = threshold(0.1, "probability", "of an error where what the parent has is in doubt")
    lacking: float = threshold(6.0, "nats", "against a parent that lacks what the child has")
    may_lack: float = threshold(
        0.05, "of its places", "that a child may have besides its parent's: alignment may miss"
    )
    from_archetype: float = threshold(
        1.0, "nats", "against every witness that has no parent among the others"
    )
    least: float = threshold(
        500.0, "nats", "below the likeliest parent of a witness, from which all are alike"
    )


RATES = CopyistRates()
_SAMPLES = 400
_MAX_KNOWN = 10_000  # chances that are kept, each of some hundred bytes
Chances = dict[
    tuple[bytes, tuple[int, ...]], NDArray[np.float64]
]  # who is in the tree, path -> of each parent
_SEED = 1507


@dataclass(frozen=True)
class Descent:
    """Probabilities of the steps and divisions of all trees of some witnesses."""

    witnesses: tuple[str, ...]
    parent: Array  # (witnesses + 1, witnesses) of each witness, the archetype last
    groups: Mapping[
        frozenset[str], float
    ]  # witnesses that have a common ancestor below the archetype, and no others


def infer_descent(
    witnesses: tuple[str, ...],
    readings: NDArray[np.integer],
    due: NDArray[np.integer],
    present: NDArray[np.bool_],
    years: Mapping[str, Years],
) -> Descent:
    """Weigh all trees of copying.

    Parameters
    ----------
    witnesses
        Their names.
    readings
        ``(places, witnesses)``: equal numbers for equal readings, -1 where a witness has none, or one in doubt.
    due
        ``(places,)`` the reading that its function asks for, or ``UNKNOWN``, ``NOBODYS``.
    present
        ``(places, witnesses)`` whether a witness has the place at all.
    years
        Of witnesses of which they are known: nobody copies from what is not there yet.
    """
    weights = _weights(log_weights(witnesses, readings, due, present, years))
    rng = np.random.default_rng(_SEED)
    groups: Counter[frozenset[str]] = Counter()
    steps = np.zeros_like(weights)
    known: Chances = {}
    for _ in range(_SAMPLES):
        parents = draw_tree(weights, rng, known)
        steps[parents, np.arange(len(parents))] += 1 / _SAMPLES
        groups.update(_groups(witnesses, parents))
    return Descent(witnesses, steps, {group: count / _SAMPLES for group, count in groups.items()})


def log_weights(
    witnesses: tuple[str, ...],
    readings: NDArray[np.integer],
    due: NDArray[np.integer],
    present: NDArray[np.bool_],
    years: Mapping[str, Years],
) -> Array:
    """Log-likelihood of every witness, given each other and the archetype as its parent, ``(parents, witnesses)``."""
    count = len(witnesses)
    known = due != UNKNOWN
    right = readings == due[:, None]
    kinds = np.maximum(readings.max(1, initial=0), 0) + 2.0
    new, same = np.log(RATES.erring / RATES.readings), np.log(1 - RATES.erring)
    scores = np.full((count + 1, count), -np.inf)
    for child in range(count):
        read = readings[:, child] >= 0
        alone = np.where(known, np.where(right[:, child], same, new), -np.log(kinds))
        scores[count, child] = alone[read].sum() - RATES.from_archetype
        for parent in range(count):
            if parent == child or _is_later(witnesses[parent], witnesses[child], years):
                continue
            there, seen = present[:, parent], readings[:, parent] >= 0
            agree = readings[:, parent] == readings[:, child]
            wrong = known & ~right[:, parent]
            kept = np.where(wrong, np.log(1 - RATES.correcting), same)
            changed = np.where(wrong & right[:, child], np.log(RATES.correcting), new)
            doubt = np.where(known & ~right[:, child], np.log(RATES.doubtful), alone)
            nats = np.where(seen, np.where(agree, kept, changed), np.where(there, doubt, alone))
            lacking = int((read & ~there).sum())
            penalty = RATES.lacking * (lacking > RATES.may_lack * read.sum() + 1)
            scores[parent, child] = nats[read].sum() - penalty
    return scores


def _is_later(parent: str, child: str, years: Mapping[str, Years]) -> bool:
    """Tell whether a parent is surely later than a child."""
    if parent not in years or child not in years:
        return False
    first, last = years[parent].first, years[child].last
    return first is not None and last is not None and first > last


def _weights(scores: Array) -> Array:
    """Turn log-likelihoods into weights, those of each child in proportion to its likeliest parent."""
    relative = scores - scores.max(0)
    return np.where(np.isfinite(scores), np.exp(np.maximum(relative, -RATES.least)), 0.0)


def draw_tree(weights: Array, rng: np.random.Generator, known: Chances | None = None) -> NDArray[np.int64]:
    """Draw a tree in proportion to the product of the weights of its steps.

    Parameters
    ----------
    weights
        ``(parents, children)``, the archetype last among the parents.
    rng
        The only source of chance.
    known
        Chances that earlier draws from the same weights found; those of a few witnesses are few, and are asked for
        again and again.

    Returns
    -------
    ndarray
        The parent of every child.
    """
    known = {} if known is None else known
    count = weights.shape[1]
    parents = np.full(count, -1, np.int64)
    in_tree = np.zeros(count + 1, bool)
    in_tree[count] = True
    for start in range(count):
        path: list[int] = []
        at = start
        while not in_tree[at]:
            path.append(at)
            place = (in_tree.tobytes(), tuple(path))
            chances = known.get(place)
            if chances is None:
                chances = weights[:, at] * _reach(weights, in_tree, path)
                chances /= chances.sum()
                if len(known) < _MAX_KNOWN:
                    known[place] = chances
            at = int(rng.choice(count + 1, p=chances))
            parents[path[-1]] = at
        in_tree[path] = True
    return parents


def _reach(weights: Array, in_tree: NDArray[np.bool_], path: list[int]) -> Array:
    """Probability that a walk from child to parent comes to the tree before it comes to the path, from every place.

    States are taken out one by one, by sums of positive numbers alone (Grassmann, Taksar and Heyman, 1985): where two
    witnesses point at one another, the chance to leave them is too small for a difference of floating-point numbers.
    """
    count = weights.shape[1]
    free = np.array([place for place in range(count) if not in_tree[place] and place not in path], np.int64)
    rates = weights[np.ix_(free, free)].T.copy()  # (from, to)
    home = weights[in_tree][:, free].sum(0)
    lost = weights[path][:, free].sum(0)
    out = np.empty(len(free))
    for state in range(len(free)):
        later = slice(state + 1, None)
        out[state] = rates[state, later].sum() + home[state] + lost[state]
        share = rates[later, state] / out[state]
        rates[later, later] += share[:, None] * rates[state, later]
        home[later] += share * home[state]
        lost[later] += share * lost[state]
    found = np.zeros(len(free))
    for state in reversed(range(len(free))):
        found[state] = (home[state] + rates[state, state + 1 :] @ found[state + 1 :]) / out[state]
    reach = in_tree.astype(np.float64)
    reach[free] = found
    return reach


def _groups(witnesses: tuple[str, ...], parents: NDArray[np.int64]) -> set[frozenset[str]]:
    """Name every witness together with all that descend from it."""
    below: list[set[str]] = [{name} for name in witnesses]
    for place, name in enumerate(witnesses):
        above = int(parents[place])
        while above < len(witnesses):
            below[above].add(name)
            above = int(parents[above])
    return {frozenset(group) for group in below}
