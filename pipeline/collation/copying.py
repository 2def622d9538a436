"""Copying: whether two tables of one function were copied, one from the other or both from a third, or computed alike.

Whoever computes a function anew errs elsewhere. Tables that share errors, or deviations in the last place that their
authors need not have had, were copied; tables that differ in the last place here and there were not. What everybody
has who computes rightly says nothing, and what everybody has who computes with the same means says little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.aligned_values import AlignedValues, CellsBeside, align_values
from tablekin.collation.authorship import (
    SHARES,
    author_density,
    misprint_density,
    slip_density,
)
from tablekin.collation.cell_columns import CellColumns
from tablekin.collation.deviations import Densities, Deviations, carry
from tablekin.collation.expectation import Expectations, wrap
from tablekin.collation.habits import ERRING, LOG_COPIED, LOG_ERRING, RATES, SOURCE, Way, ways_of
from tablekin.threshold import threshold

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CopyingCriteria:
    """What two authors may have in common."""

    same_means: float = threshold(
        0.3,
        "probability",
        "that two authors computed by the same means, a sine table of one radius say, and deviate alike",
        chosen="generated archives of seeds 772202 to 772206: such pairs are not called copied",
    )


CRITERIA = CopyingCriteria()


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

    copied: Array  # (SOURCE, RATES, RATES) of what was copied, and of either edition, in what it changed
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
        alike = sum(_whatever_the_rate(edition, LOG_ERRING) for edition in self.alike)
        by_chance = np.logaddexp(
            np.log1p(-share) + alike,
            np.log(share) + _whatever_the_rate(self.same_means, _LOG_BOTH_ERRING),
        )
        return float(_whatever_the_rate(self.copied, LOG_COPIED) - by_chance)


_LOG_BOTH_ERRING = LOG_ERRING[:, None] + LOG_ERRING


def _whatever_the_rate(log_likelihood: Array, log_shares: Array) -> float:
    """Average over rates, which are as likely as their shares say."""
    return float(_log_sum(log_likelihood + log_shares))


def _log_sum(logs: Array, axis: int | None = None) -> Array:
    """Logarithm of a sum of probabilities, of which the logarithms are given; along an axis, or of all."""
    most = logs.max(axis, keepdims=True)
    return np.asarray(np.log(np.exp(logs - most).sum(axis)) + most.squeeze(axis))


def weigh_copying(
    cells: CellColumns, expected_a: Expectations, expected_b: Expectations
) -> CopyingEvidence:
    """Weigh copying against computing alike.

    Parameters
    ----------
    cells
        Aligned cells of one pair of documents.
    expected_a, expected_b
        What the functions of the documents say.
    """
    aligned, is_told = CellsBeside.of(cells), expected_a.cells.at(cells.region_a) >= 0
    of_b = aligned.only(~is_told).turned()  # of what the function of document b alone tells
    total, found = None, CopyingEvidence()
    for values, functions in (
        (align_values(aligned.only(is_told), expected_a, expected_b, by_function=True), expected_a.functions),
        (align_values(of_b, expected_b, expected_a), expected_b.functions),
    ):
        for function in np.unique(values.function).tolist():
            part = values.only(values.function == function)
            total = _weigh(part) if total is None else total + _weigh(part)
            found = _count(found, part, functions[function])
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


def _weigh(values: AlignedValues) -> _Hypotheses:
    """Weigh the values of one function, by what that of either document says; authors err as some do."""
    apart = wrap(values.b - values.a, values.period)
    pairs = _Pairs(
        same=apart == 0,
        trust=np.where(apart == 0, 1.0, values.sure),
        other_reading=misprint_density(apart, values.digits, values.weights),
        misread=np.where(apart == 0, 0.0, 1 - np.sqrt(values.sure)),
        apart=apart,
    )
    said = [(values.computed, values.due)]
    if (values.computed != values.computed_b).any() or (values.due != values.due_b).any():
        said.append((values.computed_b, values.due_b))
    ways = [*ways_of(values.authors_a, values.authors_b)]
    found = [_by_function(values, pairs, computed, due, ways) for computed, due in said]
    best = max((one.copied for one in found), key=lambda one: _whatever_the_rate(one, LOG_COPIED))
    same = max((one.same_means for one in found), key=lambda one: _whatever_the_rate(one, _LOG_BOTH_ERRING))
    alike = max(
        (np.stack([one.alike[0], other.alike[1]]) for one in found for other in found),
        key=lambda both: sum(_whatever_the_rate(edition, LOG_ERRING) for edition in both),
    )
    return _Hypotheses(best, alike, same)


def _by_function(
    values: AlignedValues, pairs: _Pairs, computed: Array, due: Array, ways: Sequence[Way]
) -> _Hypotheses:
    """Weigh values by what one document's function says, whatever the habits of their authors."""
    source, erring = np.array(SOURCE)[:, None], slice(1, None)  # SOURCE begins with none
    deviations = Deviations.of(values, computed, due)
    copied, same_means = [], []
    alike: tuple[list[Array], list[Array]] = [], []
    for way in ways:
        sides = deviations.by(way.authors)
        editions = sides.alone(source)
        copied.append(pairs.copied(editions[0], editions[1], sides.misprint) + way.log_share)
        same_means.append(pairs.by_same_means(sides, way.authors) + way.log_share)
        for document in way.documents:
            alike[document].append(_sum(pairs.trust, editions[document, erring]) + way.log_share)
    return _Hypotheses(
        _log_sum(np.stack(copied), 0),
        np.stack([_log_sum(np.stack(one), 0) for one in alike]),
        _log_sum(np.stack(same_means), 0),
    )


@dataclass(frozen=True)
class _Pairs:
    """Values that stand beside one another, ``(values,)``."""

    same: NDArray[np.bool_]
    trust: Array  # how much each counts
    other_reading: Array  # probability of the one, where the other was misprinted
    misread: Array  # probability that a value is misread
    apart: Array

    def copied(self, first: Array, second: Array, misprint: Array) -> Array:
        """Log-likelihood of copies, ``(SOURCE, RATES, RATES)``.

        Parameters
        ----------
        first, second
            ``(SOURCE, values)`` probabilities that what was copied had the value of a, or that of b.
        misprint
            ``(2, values)`` probability of either value, where it is a misprint of what is due.
        """
        same = self.same
        kept, changed, by_a, by_b = self._copyings
        agreeing = _sum(self.trust[same], first[:, same])[:, None, None] + kept
        either = first[:, None, None, ~same] * by_b + second[:, None, None, ~same] * by_a
        either = either + (changed * misprint[0, ~same])[:, None] * (changed * misprint[1, ~same])
        return np.asarray(agreeing + _sum(self.trust[~same], either))

    @cached_property
    def _copyings(self) -> tuple[Array, Array, Array, Array]:
        """What all authors have in common: ``(RATES, RATES)``, ``(RATES, differing)``, ``(RATES, RATES, differing)``.

        Log-likelihood that values were kept in both editions; share that is changed, or misread; probabilities that
        one of two values that differ was changed in the copying, that of a, or that of b.
        """
        rates, apart = np.array(RATES), ~self.same
        kept = self.same.sum() * np.log1p(-rates)
        changed = rates[:, None] + self.misread[apart]
        by_b = ((1 - changed) * self.other_reading[apart])[:, None] * changed
        by_a = (changed * self.other_reading[apart])[:, None] * (1 - changed)
        return kept[:, None] + kept, changed, by_a, by_b

    def by_same_means(self, sides: Densities, authors: Array) -> Array:
        """Log-likelihood of editions whose authors would have had the same, but for slips and misprints of either."""
        erring, slips = np.array(ERRING)[:, None], authors[:, 2]
        stray = erring * self.other_reading + slips * slip_density(
            self.apart
        )  # (ERRING, values), of one alone
        to_a, to_b = (carry(stray, carried) for carried in sides.carried_slips)
        kept = 1 - erring - slips
        (first, second), (astray_a, astray_b) = sides.means, sides.astray(erring)
        both = first * kept[:, None] * kept
        either = first * kept[:, None] * to_b + second * to_a[:, None] * kept
        together = np.where(self.same, both, either) + astray_a[:, None] * astray_b
        return _sum(self.trust, together)


def _sum(trust: Array, density: Array) -> Array:
    return np.asarray((trust * np.log(np.maximum(density, 1e-300))).sum(-1))
