"""Copying: whether two tables of one function were copied, one from the other or both from a third, or computed alike.

Whoever computes a function anew errs elsewhere. Tables that share errors, or deviations in the last place that their
authors need not have had, were copied; tables that differ in the last place here and there were not. What everybody
has who computes rightly says nothing, and what everybody has who computes with the same means says little.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.collation.aligned_values import AlignedCell, AlignedValues, align_values
from tablekin.collation.authorship import SHARES, author_density, misprint_density, slip_density
from tablekin.collation.expectation import Expectations, wrap
from tablekin.threshold import threshold

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CopyingCriteria:
    """What two authors may have in common."""

    same_means: float = threshold(
        0.2,
        "probability",
        "that two authors computed by the same means, a sine table of one radius say, and deviate alike",
        chosen="generated archives of seeds 71101, 71103 and 71105; 0.03 to 0.3 tell as many pairs apart",
    )
    computed: float = threshold(
        0.5,
        "probability",
        "that an author who interpolates computed all the rows himself that two tables have in common",
        chosen="as seemed fair",
    )
    computed_spread: float = threshold(0.02, "units of the last place", "of scatter of such values")


CRITERIA = CopyingCriteria()
RATES = (0.002, 0.006, 0.02, 0.05)
"""Shares of values that an edition has otherwise than what it copied, each as likely as the others."""
ERRING = (*RATES, 0.15)
"""Shares of values that are wrong in an edition: its author may err at any place, more often than a copyist."""


_COMPUTED_BIASES = (0.0, -0.49)  # units of the last place: of one who rounds, or cuts off


@dataclass(frozen=True)
class CopyingEvidence:
    """What the values of two documents say for and against copying."""

    log_odds: float = 0.0  # nats, copied against computed alike; as the model has it, not calibrated
    values: int = 0  # that were compared with what their function says
    shared_errors: int = 0  # that no author could have made, in both
    shared_deviations: int = 0  # in the last place, in both
    differing: int = 0  # values that are not the same
    functions: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Hypotheses:
    """Log-likelihood of values under each hypothesis, for all rates of misprints that the editions may have."""

    copied: Array  # (ERRING, RATES, RATES) of what was copied, and of either edition, in what it changed
    alike: Array  # (2, ERRING) each author by his own means
    same_means: Array  # (ERRING, ERRING) both by the same

    def __add__(self, other: _Hypotheses) -> _Hypotheses:
        return _Hypotheses(
            self.copied + other.copied, self.alike + other.alike, self.same_means + other.same_means
        )

    @property
    def log_odds(self) -> float:
        """Nats for a copy, whatever the rates of misprints."""
        share = CRITERIA.same_means
        alike = sum(_whatever_the_rate(edition) for edition in self.alike)
        by_chance = np.logaddexp(
            np.log1p(-share) + alike, np.log(share) + _whatever_the_rate(self.same_means)
        )
        return float(_whatever_the_rate(self.copied) - by_chance)


def _whatever_the_rate(log_likelihood: Array) -> float:
    """Average over rates that are as likely as one another."""
    most = log_likelihood.max()
    return float(most + np.log(np.exp(log_likelihood - most).mean()))


def weigh_copying(cells: pd.DataFrame, expected_a: Expectations, expected_b: Expectations) -> CopyingEvidence:
    """Weigh copying against computing alike.

    Parameters
    ----------
    cells
        Aligned cells: rows of table ``collations`` of one pair of documents.
    expected_a, expected_b
        What the functions of the documents say.
    """
    names = ("region_a", "region_b", "text_a", "text_b", "relation", "confidence")
    aligned = [AlignedCell(*cell) for cell in zip(*(cells[name].tolist() for name in names), strict=True)]
    total, found = None, CopyingEvidence()
    for own, expected, other in (
        ([cell for cell in aligned if cell.region_a in expected_a.cells], expected_a, expected_b),
        (  # of what the function of document b alone tells
            [cell.turned() for cell in aligned if cell.region_a not in expected_a.cells],
            expected_b,
            expected_a,
        ),
    ):
        values = align_values(own, expected, other)
        for function in np.unique(values.function).tolist():
            part = values.only(values.function == function)
            total = _weigh(part) if total is None else total + _weigh(part)
            found = _count(found, part, expected.functions[function])
    return found if total is None else replace(found, log_odds=total.log_odds)


def _count(found: CopyingEvidence, values: AlignedValues, function: str) -> CopyingEvidence:
    """Count the values of a function, too."""
    same = wrap(values.b - values.a, values.period) == 0
    off = np.round(wrap(values.a - values.due, values.period))
    wrong = _are_errors(values, off)
    return replace(
        found,
        values=found.values + len(values),
        shared_errors=found.shared_errors + int((same & wrong).sum()),
        shared_deviations=found.shared_deviations + int((same & ~wrong & (off != 0)).sum()),
        differing=found.differing + int((~same).sum()),
        functions=tuple(dict.fromkeys((*found.functions, function))),
    )


def _are_errors(values: AlignedValues, off: Array) -> NDArray[np.bool_]:
    """Tell which values of document a no author could have computed, ``off`` by so much from what is due."""
    errors = SHARES.misprinted * misprint_density(off, values.digits, values.weights)
    likely = author_density(wrap(values.a - values.computed, values.period), values.authors_a)
    return np.asarray(SHARES.clear * likely < errors)


@dataclass(frozen=True)
class _Sides:
    """Densities of the values of both documents under one function and one author: ``(2, values)``."""

    author: Array  # of his values, slips and all
    careful: Array  # without slips
    slip: Array  # of slips, share included
    misprint: Array
    carried: NDArray[np.bool_]  # whether the value errs as the one above it does
    rough: NDArray[np.bool_]  # whether his means of computing make that

    def alone(self, rates: Array) -> Array:
        """Probability of every value by itself, ``(2, rates, values)``."""
        density = (1 - rates) * self.author[:, None] + rates * self.misprint[:, None]
        return np.maximum(_carry(density, self.carried[:, None]), 1e-300)

    def astray(self, rates: Array) -> Array:
        """Probability that every value is a slip or a misprint, ``(2, rates, values)``."""
        density = self.slip[:, None] + rates * self.misprint[:, None]
        return np.maximum(_carry(density, self.carried_slips[:, None]), 1e-300)

    @property
    def means(self) -> Array:
        """Probability of every value by the means of computing alone; rough ones err alike in neighbouring rows."""
        return _carry(self.careful, self.carried & self.rough)

    @property
    def carried_slips(self) -> NDArray[np.bool_]:
        """Tell which values err as the one above though their author's means do not make that, ``(2, values)``."""
        return self.carried & ~self.rough


def _carry(density: Array, carried: NDArray[np.bool_]) -> Array:
    on = SHARES.carried_on
    return np.where(carried, on + (1 - on) * density, density)


def _sides(values: AlignedValues, computed: Array, due: Array, authors: Array) -> _Sides:
    printed = np.stack([values.a, values.b])
    off = wrap(printed - computed, values.period)
    rounded = np.round(wrap(printed - due, values.period))
    before = np.stack([values.before_a, values.before_b])
    careful = authors.copy()
    careful[:, 2] = 0.0
    return _Sides(
        author=np.stack([author_density(one, authors) for one in off]),
        careful=np.stack([author_density(one, careful) for one in off]),
        slip=authors[:, 2] * slip_density(rounded),
        misprint=np.stack([misprint_density(one, values.digits, values.weights) for one in rounded]),
        carried=(before != 0) & (rounded == before),
        rough=authors[:, 1] > SHARES.careful,
    )


def _weigh(values: AlignedValues) -> _Hypotheses:
    """Weigh the values of one function, by what that of either document says; who was copied erred as either author."""
    apart = wrap(values.b - values.a, values.period)
    pairs = _Pairs(
        same=apart == 0,
        trust=np.where(apart == 0, 1.0, values.sure),
        other_reading=misprint_density(apart, values.digits, values.weights),
        misread=np.where(apart == 0, 0.0, 1 - np.sqrt(values.sure)),
        apart=apart,
    )
    erring = np.array(ERRING)[:, None]
    copied, same_means = [], []
    alone: dict[tuple[int, int], Array] = {}  # (ERRING,) by document and by whose function it is
    for function, (computed, due) in enumerate(
        ((values.computed, values.due), (values.computed_b, values.due_b))
    ):
        for document, own in enumerate((values.authors_a, values.authors_b)):
            for authors, cost in _ways_of(own):
                sides = _sides(values, computed, due, authors)
                editions = sides.alone(erring)
                copied.append(pairs.copied(editions[0], editions[1], sides.misprint) - cost)
                same_means.append(pairs.by_same_means(sides, authors) - cost)
                one = _sum(pairs.trust, editions[document]) - cost
                alone[document, function] = np.maximum(alone.get((document, function), -np.inf), one)
    alike = [np.stack([alone[0, one], alone[1, other]]) for one, other in ((0, 0), (1, 1), (0, 1))]
    best, same_best = (max(one, key=_whatever_the_rate) for one in (copied, same_means))
    apart_best = max(alike, key=lambda editions: sum(_whatever_the_rate(one) for one in editions))
    return _Hypotheses(best, apart_best, same_best)


def _ways_of(authors: Array) -> Iterator[tuple[Array, float]]:
    """Yield how authors err, and nats against it: rows that both have may be those that a rough one computed well."""
    yield authors, 0.0
    if (authors[:, 1] > SHARES.careful).any():
        careful = authors.copy()
        careful[:, 1] = np.minimum(authors[:, 1], CRITERIA.computed_spread)
        for bias in _COMPUTED_BIASES:
            careful[:, 0] = bias
            yield careful.copy(), -float(np.log(CRITERIA.computed / len(_COMPUTED_BIASES)))


@dataclass(frozen=True)
class _Pairs:
    """Values that stand beside one another, ``(values,)``."""

    same: NDArray[np.bool_]
    trust: Array  # how much each counts
    other_reading: Array  # probability of the one, where the other was misprinted
    misread: Array  # probability that a value is misread
    apart: Array

    def copied(self, first: Array, second: Array, misprint: Array) -> Array:
        """Log-likelihood of copies, ``(ERRING, RATES, RATES)``.

        Parameters
        ----------
        first, second
            ``(ERRING, values)`` probabilities that what was copied had the value of a, or that of b.
        misprint
            ``(2, values)`` probability of either value, where it is a misprint of what is due.
        """
        rates, same = np.array(RATES), self.same
        kept = same.sum() * np.log1p(-rates)
        agreeing = _sum(self.trust[same], first[:, same])[:, None, None] + kept[:, None] + kept
        changed = rates[:, None] + self.misread[~same]  # (RATES, values), misread, too
        by_b = ((1 - changed) * self.other_reading[~same])[:, None] * changed
        by_a = (changed * self.other_reading[~same])[:, None] * (1 - changed)
        either = first[:, None, None, ~same] * by_b + second[:, None, None, ~same] * by_a
        either = either + (changed * misprint[0, ~same])[:, None] * (changed * misprint[1, ~same])
        return np.asarray(agreeing + _sum(self.trust[~same], either))

    def by_same_means(self, sides: _Sides, authors: Array) -> Array:
        """Log-likelihood of editions whose authors would have had the same, but for slips and misprints of either."""
        erring, slips = np.array(ERRING)[:, None], authors[:, 2]
        stray = erring * self.other_reading + slips * slip_density(
            self.apart
        )  # (ERRING, values), of one alone
        to_a, to_b = (_carry(stray, carried) for carried in sides.carried_slips)
        kept = 1 - erring - slips
        (first, second), (astray_a, astray_b) = sides.means, sides.astray(erring)
        both = first * kept[:, None] * kept
        either = first * kept[:, None] * to_b + second * to_a[:, None] * kept
        together = np.where(self.same, both, either) + astray_a[:, None] * astray_b
        return _sum(self.trust, together)


def _sum(trust: Array, density: Array) -> Array:
    return np.asarray((trust * np.log(np.maximum(density, 1e-300))).sum(-1))
