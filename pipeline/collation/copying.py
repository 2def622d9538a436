"""Copying: whether two tables of one function were copied, one from the other or both from a third, or computed alike.

Whoever computes a function anew errs elsewhere. Tables that share errors, or deviations in the last place that their
authors need not have had, were copied; tables that differ in the last place here and there were not. What everybody
has who computes rightly says nothing, and what everybody has who computes with the same means says little.
"""

from __future__ import annotations

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


CRITERIA = CopyingCriteria()
RATES = (0.002, 0.006, 0.02, 0.05)
"""Shares of values that an edition has otherwise than what it copied, each as likely as the others."""
ERRING = (*RATES, 0.15)
"""Shares of values that are wrong in an edition: its author may err at any place, more often than a copyist."""


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
    """Log-likelihood of values under each hypothesis, for every rate of misprints.

    Two editions have a rate each; copies have that of what they were copied from, and that of their differences.
    """

    source: Array  # (ERRING,) of what was copied
    changes: Array  # (RATES,) of its copies
    alike: Array  # (2, ERRING) each author by his own means
    same_means: Array  # (ERRING,) both by the same

    def __add__(self, other: _Hypotheses) -> _Hypotheses:
        return _Hypotheses(
            self.source + other.source,
            self.changes + other.changes,
            self.alike + other.alike,
            self.same_means + other.same_means,
        )

    @property
    def log_odds(self) -> float:
        """Nats for a copy, whatever the rates of misprints."""
        share = CRITERIA.same_means
        copied = _whatever_the_rate(self.source) + _whatever_the_rate(self.changes)
        alike, same_means = _whatever_the_rate(self.alike), _whatever_the_rate(self.same_means)
        return float(copied - np.logaddexp(np.log1p(-share) + alike, np.log(share) + same_means))


def _whatever_the_rate(log_likelihood: Array) -> float:
    """Average over rates that are as likely as one another, each row by itself."""
    most = log_likelihood.max(-1, keepdims=True)
    total = np.log(np.exp(log_likelihood - most).sum(-1)) + most[..., 0]
    return float(np.sum(total - np.log(log_likelihood.shape[-1])))


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

    def alone(self, rates: Array) -> Array:
        """Probability of every value by itself, ``(2, rates, values)``."""
        return self._or_carried((1 - rates) * self.author[:, None] + rates * self.misprint[:, None])

    def astray(self, rates: Array) -> Array:
        """Probability that every value is a slip or a misprint, ``(2, rates, values)``."""
        return self._or_carried(self.slip[:, None] + rates * self.misprint[:, None])

    def _or_carried(self, density: Array) -> Array:
        on = SHARES.carried_on
        return np.maximum(np.where(self.carried[:, None], on + (1 - on) * density, density), 1e-300)


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
    )


def _weigh(values: AlignedValues) -> _Hypotheses:
    """Weigh the values of one function, by what that of either document says; who was copied erred as either author."""
    rates, erring = np.array(RATES)[:, None], np.array(ERRING)[:, None]
    apart = wrap(values.b - values.a, values.period)
    same = apart == 0
    trust = np.where(same, 1.0, values.sure)
    other_reading = misprint_density(apart, values.digits, values.weights)
    change = rates + np.where(same, 1 - np.sqrt(values.sure), 0.0)  # misread, too
    changes = _sum(trust, np.where(same, (1 - change) ** 2, (1 - change) * change * other_reading))
    source, alike, same_means = [], [], []
    own: list[Array] = []  # of document a by its function, of b by its own
    for computed, due in ((values.computed, values.due), (values.computed_b, values.due_b)):
        alone = []
        for authors in (values.authors_a, values.authors_b):
            sides = _sides(values, computed, due, authors)
            first, second = sides.alone(erring)
            alone.append((_sum(trust, first), _sum(trust, second)))
            source.append(_sum(trust, np.where(same, first, first + second)))
            stray = erring * other_reading + authors[:, 2] * slip_density(apart)  # of one from the other
            same_means.append(_sum(trust, _by_same_means(sides, authors, same, stray, erring)))
        (first, _), (_, second) = alone
        own.append(second if own else first)
        alike.append(np.stack([first, second]))
    alike.append(np.stack(own))
    best, apart_best, same_best = (max(one, key=_whatever_the_rate) for one in (source, alike, same_means))
    return _Hypotheses(best, changes, apart_best, same_best)


def _by_same_means(
    sides: _Sides, authors: Array, same: NDArray[np.bool_], stray: Array, rates: Array
) -> Array:
    """Density of pairs of values whose authors would have had the same, but for slips and misprints of either."""
    on = SHARES.carried_on
    kept = 1 - rates - authors[:, 2]
    to_a, to_b = (np.where(carried, on + (1 - on) * stray, stray) for carried in sides.carried)
    first, second = sides.astray(rates)
    together = np.where(
        same, sides.careful[0] * kept**2, kept * (sides.careful[0] * to_b + sides.careful[1] * to_a)
    )
    return np.asarray(together + first * second)


def _sum(trust: Array, density: Array) -> Array:
    return np.asarray((trust * np.log(np.maximum(density, 1e-300))).sum(-1))
