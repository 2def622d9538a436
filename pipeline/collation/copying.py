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
from tablekin.collation.expectation import COUNT, REPEATED, Expectations, wrap
from tablekin.collation.habits import (
    ERRING,
    LOG_COPIED,
    LOG_ERRING,
    RATES,
    SOURCE,
    Way,
    way_of_counting,
    ways_of,
)
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
    arguments: int = 0  # that were compared with what they count
    shared_errors: int = 0  # of values and arguments: that no author could have made, in both
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


def weigh_copying(cells: CellColumns, expected_a: Expectations, expected_b: Expectations) -> CopyingEvidence:
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
        for function in np.unique(values.function[values.function != REPEATED]).tolist():
            part, name = values.only(values.function == function), functions[function]
            before, found = found, _count(found, part, name)
            if name == COUNT and found.shared_errors == before.shared_errors:
                continue  # that all count rightly is no sign of copying
            weighed = _weigh(part, _ways(part, name))
            total = weighed if total is None else total + weighed
    return found if total is None else replace(found, log_odds=total.log_odds)


def _ways(values: AlignedValues, function: str) -> list[Way]:
    if function == COUNT:
        return [way_of_counting(values.authors_a)]
    return [*ways_of(values.authors_a, values.authors_b)]


def _count(found: CopyingEvidence, values: AlignedValues, function: str) -> CopyingEvidence:
    """Count the values of a function, too, or arguments, whose deviations are errors or nothing."""
    same = wrap(values.b - values.a, values.period) == 0
    off = np.round(wrap(values.a - values.due, values.period))
    wrong = _are_errors(values, off)
    found = replace(found, shared_errors=found.shared_errors + int((same & wrong).sum()))
    if function == COUNT:
        return replace(found, arguments=found.arguments + len(values))
    return replace(
        found,
        values=found.values + len(values),
        shared_deviations=found.shared_deviations + int((same & ~wrong & (off != 0)).sum()),
        differing=found.differing + int((~same).sum()),
        functions=tuple(dict.fromkeys((*found.functions, function))),
    )


def _are_errors(values: AlignedValues, off: Array) -> NDArray[np.bool_]:
    """Tell which values of document a no author could have computed, ``off`` by so much from what is due."""
    errors = SHARES.misprinted * misprint_density(off, values.digits, values.weights)
    likely = author_density(wrap(values.a - values.computed, values.period), values.authors_a)
    return np.asarray(SHARES.clear * likely < errors)


def _weigh(values: AlignedValues, ways: Sequence[Way]) -> _Hypotheses:
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
    found = [_by_function(values, pairs, computed, due, ways) for computed, due in said]
    if len(found) == 1:
        return found[0]
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
    authors, log_shares = np.stack([way.authors for way in ways]), np.array([way.log_share for way in ways])
    sides = Deviations.of(values, computed, due).by(authors)
    editions = sides.alone(source)
    copied = pairs.copied(editions[:, 0], editions[:, 1], sides.misprint) + log_shares[:, None, None, None]
    same_means = pairs.by_same_means(sides, authors) + log_shares[:, None, None]
    alike = []
    for document in (0, 1):
        own = [number for number, way in enumerate(ways) if document in way.documents]
        logs = _sum(pairs.trust, editions[own, document, erring]) + log_shares[own][:, None]
        alike.append(_log_sum(logs, 0))
    return _Hypotheses(_log_sum(copied, 0), np.stack(alike), _log_sum(same_means, 0))


@dataclass(frozen=True)
class _Pairs:
    """Values that stand beside one another, ``(values,)``."""

    same: NDArray[np.bool_]
    trust: Array  # how much each counts
    other_reading: Array  # probability of the one, where the other was misprinted
    misread: Array  # probability that a value is misread
    apart: Array

    def copied(self, first: Array, second: Array, misprint: Array) -> Array:
        """Log-likelihood of copies, ``(authors, SOURCE, RATES, RATES)``.

        Parameters
        ----------
        first, second
            ``(authors, SOURCE, values)`` probabilities that what was copied had the value of a, or that of b.
        misprint
            ``(2, values)`` probability of either value, where it is a misprint of what is due.
        """
        same, apart = np.flatnonzero(self.same), np.flatnonzero(~self.same)
        kept, changed, by_a, by_b = self._copyings
        by_value, by_value_b = (np.moveaxis(one, -1, 0) for one in (first, second))
        agreeing = _sum_first(self.trust[same], by_value[same])[..., None, None] + kept
        either = by_value[apart][..., None, None] * by_b + by_value_b[apart][..., None, None] * by_a
        misprint_a, misprint_b = (changed * one[apart, None] for one in misprint)
        either += (misprint_a[:, :, None] * misprint_b[:, None])[:, None, None]
        return np.asarray(agreeing + _sum_first(self.trust[apart], either))

    @cached_property
    def _copyings(self) -> tuple[Array, Array, Array, Array]:
        """What all authors have in common.

        Returns
        -------
        tuple
            ``(RATES, RATES)`` log-likelihood that values were kept in both editions; ``(differing, RATES)`` share that
            is changed, or misread; twice ``(differing, 1, 1, RATES, RATES)``, probabilities that one of two values
            that differ was changed in the copying, that of a, or that of b.
        """
        rates, apart = np.array(RATES), ~self.same
        kept = self.same.sum() * np.log1p(-rates)
        changed = rates + self.misread[apart, None]
        other = self.other_reading[apart, None]
        by_b = ((1 - changed) * other)[:, :, None] * changed[:, None]
        by_a = (changed * other)[:, :, None] * (1 - changed)[:, None]
        return kept[:, None] + kept, changed, by_a[:, None, None], by_b[:, None, None]

    def by_same_means(self, sides: Densities, authors: Array) -> Array:
        """Log-likelihood of editions whose authors would have had the same, but for slips and misprints of either.

        ``(authors, ERRING, ERRING)``; ``authors`` are ``(authors, values, 4)``.
        """
        erring, slips = np.array(ERRING)[:, None], authors[:, None, :, 2]
        # (authors, ERRING, values), of one alone
        stray = erring * self.other_reading + slips * slip_density(self.apart)
        carried = sides.carried_slips[:, :, None]
        to_a, to_b = carry(stray, carried[:, 0])[:, :, None], carry(stray, carried[:, 1])[:, None]
        kept = 1 - erring - slips
        first, second = (sides.means[:, side, None, None] for side in (0, 1))
        astray = sides.astray(erring)
        kept_a, kept_b = kept[:, :, None], kept[:, None]
        both = first * kept_a * kept_b
        either = first * kept_a * to_b + second * to_a * kept_b
        together = np.where(self.same, both, either) + astray[:, 0, :, None] * astray[:, 1, None]
        return _sum(self.trust, together)


def _sum(trust: Array, density: Array) -> Array:
    return np.asarray((trust * np.log(np.maximum(density, 1e-300))).sum(-1))


def _sum_first(trust: Array, density: Array) -> Array:
    """Add up the same over the first axis."""
    trust = trust.reshape(-1, *[1] * (density.ndim - 1))
    return np.asarray((trust * np.log(np.maximum(density, 1e-300))).sum(0))
