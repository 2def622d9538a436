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
from itertools import compress

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
    doubtful: float = threshold(
        0.03,
        "probability",
        "of an error where what the parent has is in doubt",
        chosen="archives as read, seeds 771977, 771988 and 772208: of branches of probability 0.9 52 of 54 are "
        "right; with 0.1, 53 of 56",
    )
    lacking: float = threshold(6.0, "nats", "against a parent that lacks what the child has")
    may_lack: float = threshold(
        0.05, "of its places", "that a child may have besides its parent's: alignment may miss"
    )
    from_archetype: float = threshold(
        1.0, "nats", "against every witness that has no parent among the others"
    )
    outdone: float = threshold(
        0.1,
        "nats",
        "by which another witness explains a copy better than its parent, where all three are read",
        chosen="333 steps on generated pages as read: with it 307 of 317 claimed are right, without it 308 of 324; "
        "asking that no other explains it as well, 295 of 302",
    )
    least: float = threshold(
        500.0, "nats", "below the likeliest parent of a witness, from which all are alike"
    )


RATES = CopyistRates()
_NEW, _SAME = float(np.log(RATES.erring / RATES.readings)), float(np.log(1 - RATES.erring))
_SAMPLES = 400
_LIKELY = 0.5  # probability from which a parent is held against its rivals, and a rival is below a child
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
    outdone: NDArray[
        np.bool_
    ]  # (parents, witnesses) of likely parents: whether another explains better what all three have


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
    likelihoods = _Steps.of(readings, due, present)
    weights = _weights(_log_weights(witnesses, likelihoods, years))
    rng = np.random.default_rng(_SEED)
    groups: Counter[frozenset[str]] = Counter()
    steps = np.zeros_like(weights)
    below = np.zeros((len(witnesses), len(witnesses)))  # share of trees where the second comes from the first
    known: Chances = {}
    for _ in range(_SAMPLES):
        parents = draw_tree(weights, rng, known)
        steps[parents, np.arange(len(parents))] += 1 / _SAMPLES
        lines = _lines(parents)
        below += lines / _SAMPLES
        groups.update({frozenset(compress(witnesses, line)) for line in lines.tolist()})
    possible = weights[:-1] > 0
    outdone = np.zeros(possible.shape, bool)
    for parent, child in np.argwhere(steps[:-1] >= _LIKELY).tolist():
        rivals = np.flatnonzero(possible[:, child] & (below[child] < _LIKELY)).tolist()
        outdone[parent, child] = any(likelihoods.outdoes(rival, parent, child) for rival in rivals)
    shares = {group: count / _SAMPLES for group, count in groups.items()}
    return Descent(witnesses, steps, shares, outdone)


def _log_weights(witnesses: tuple[str, ...], steps: _Steps, years: Mapping[str, Years]) -> Array:
    """Log-likelihood of every witness, given each other and the archetype as its parent, ``(parents, witnesses)``."""
    count = len(witnesses)
    scores = np.full((count + 1, count), -np.inf)
    for child in range(count):
        read = steps.read[:, child]
        scores[count, child] = steps.alone[read, child].sum() - RATES.from_archetype
        for parent in range(count):
            if parent == child or _is_later(witnesses[parent], witnesses[child], years):
                continue
            lacking = int((read & ~steps.present[:, parent]).sum())
            penalty = RATES.lacking * (lacking > RATES.may_lack * read.sum() + 1)
            scores[parent, child] = steps.nats(parent, child)[read].sum() - penalty
    return scores


@dataclass(frozen=True)
class _Steps:
    """How likely a step of copying is, place by place; arrays are ``(places, witnesses)``."""

    readings: NDArray[np.integer]
    present: NDArray[np.bool_]
    read: NDArray[np.bool_]
    wrong: NDArray[np.bool_]  # by what is due
    odd: NDArray[np.bool_]
    unseen: Array  # log-likelihood of a reading whose parent is not seen
    alone: Array  # that of one without a parent

    @classmethod
    def of(
        cls, readings: NDArray[np.integer], due: NDArray[np.integer], present: NDArray[np.bool_]
    ) -> _Steps:
        """Prepare what all steps have in common."""
        known, right = (due != UNKNOWN)[:, None], readings == due[:, None]
        kinds = np.maximum(readings.max(1, initial=0), 0)[:, None] + 2.0
        alone = np.where(known, np.where(right, _SAME, _NEW), -np.log(kinds))
        odd, shared = _odd_and_shared(readings, due != UNKNOWN)
        unseen = np.where(shared, _SAME, alone)
        return cls(readings, present, readings >= 0, known & ~right, odd, unseen, alone)

    def nats(self, parent: int, child: int) -> Array:
        """Log-likelihood of the readings of a witness that was copied from another, ``(places,)``."""
        wrong, unseen = self.wrong[:, parent], self.unseen[:, child]
        agree = self.readings[:, parent] == self.readings[:, child]
        kept = np.where(wrong, np.log(1 - RATES.correcting), _SAME)
        mended = (wrong & ~self.wrong[:, child]) | (self.odd[:, parent] & ~self.odd[:, child])
        changed = np.where(mended, np.log(RATES.correcting), _NEW)
        doubt = np.where(self.wrong[:, child], np.log(RATES.doubtful), unseen)
        return np.where(
            self.read[:, parent],
            np.where(agree, kept, changed),
            np.where(self.present[:, parent], doubt, unseen),
        )

    def outdoes(self, rival: int, parent: int, child: int) -> bool:
        """Tell whether a rival explains a child better than its parent does, where all three are read."""
        all_three = self.read[:, [rival, parent, child]].all(1)
        better = self.nats(rival, child) - self.nats(parent, child)
        return bool(better[all_three].sum() > RATES.outdone)


def _odd_and_shared(
    readings: NDArray[np.integer], known: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell what readings are worth where nobody knows what is due; both ``(places, witnesses)``.

    Odd is what one witness has alone beside at least two others: it may be an error, or misread, so that a copy without
    it need not have erred. Shared is what most have, at least two: a copy has it without erring, whether its parent is
    seen there or not.
    """
    read = readings >= 0
    holders = (readings[:, :, None] == readings[:, None, :]).sum(2)
    open_ = ~known[:, None] & read
    odd = open_ & (holders == 1) & (read.sum(1) > 2)[:, None]
    return odd, open_ & (readings == 0) & (holders > 1)


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


def _lines(parents: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell of every witness which are itself or descend from it, ``(witnesses, witnesses)``."""
    lines = np.eye(len(parents), dtype=bool)
    for place in range(len(parents)):
        above = int(parents[place])
        while above < len(parents):
            lines[above, place] = True
            above = int(parents[above])
    return lines
