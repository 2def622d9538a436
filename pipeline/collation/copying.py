"""Copying: whether two tables of one function were copied, one from the other or both from a third, or computed alike.

Whoever computes a function anew errs elsewhere. Tables that share errors, or deviations in the last place that their
authors need not have had, were copied; tables that differ in the last place here and there were not. What everybody
has who computes rightly says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.collation.authorship import SHARES, author_density, misprint_density
from tablekin.collation.expectation import CellPlace, Expectations, wrap
from tablekin.threshold import threshold

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CopyingCriteria:
    """What a copyist does, and when values are those of one function."""

    miscopied: float = threshold(0.012, "of the values", "that an edition has otherwise than what it copied")
    max_apart: float = threshold(
        2.0, "units of the last place", "between what two documents' functions say of one value"
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
class _AlignedValues:
    """Values of a function that stand beside one another, seen from one of the documents."""

    a: Array  # (n,) units of the last place
    b: Array
    computed: Array  # by the function of document a
    due: Array
    computed_b: Array  # by that of document b, or of a where b's is not known
    due_b: Array
    period: Array
    digits: Array
    weights: Array
    before_a: Array  # (n,) deviation of the value above
    before_b: Array
    sure: Array  # (n,) probability that both are read rightly
    function: NDArray[np.int64]  # of document a
    authors_a: Array  # (n, 4) how each erred
    authors_b: Array  # that of document a, where the function of b is not known


def weigh_copying(cells: pd.DataFrame, expected_a: Expectations, expected_b: Expectations) -> CopyingEvidence:
    """Weigh copying against computing alike.

    Parameters
    ----------
    cells
        Aligned cells: rows of table ``collations`` of one pair of documents.
    expected_a, expected_b
        What the functions of the documents say.
    """
    flipped = expected_b.functions and not expected_a.functions
    if flipped:
        swap = {
            f"{name}_{side}": f"{name}_{away}" for name in ("region", "text") for side, away in ("ab", "ba")
        }
        cells, expected_a, expected_b = cells.rename(columns=swap), expected_b, expected_a
    values = _align(cells, expected_a, expected_b)
    if not len(values.a):
        return CopyingEvidence()
    evidence = CopyingEvidence()
    for function in np.unique(values.function).tolist():
        part = _weigh(_only(values, values.function == function))
        name = expected_a.functions[function]
        evidence = CopyingEvidence(
            evidence.log_odds + part.log_odds,
            evidence.values + part.values,
            evidence.shared_errors + part.shared_errors,
            evidence.shared_deviations + part.shared_deviations,
            evidence.differing + part.differing,
            tuple(dict.fromkeys((*evidence.functions, name))),
        )
    return evidence


def _only(values: _AlignedValues, own: NDArray[np.bool_]) -> _AlignedValues:
    return replace(values, **{name: array[own] for name, array in vars(values).items()})


def _align(cells: pd.DataFrame, expected: Expectations, others: Expectations) -> _AlignedValues:
    """Put values of document a beside those of document b, each once."""
    found = list(_pairs(cells, expected, others))
    a = np.array([one for one, *_ in found], np.int64)
    b = np.array([other for _, other, *_ in found], np.int64)
    read = np.array([value for _, _, value, _ in found], np.float64)
    known = b >= 0
    apart = np.zeros(len(a))
    apart[known] = np.abs(
        wrap(expected.computed[a[known]] - others.computed[b[known]], expected.period[a[known]])
    )
    good = apart <= CRITERIA.max_apart
    a, b, read, known = a[good], b[good], read[good], known[good]
    computed, due = expected.computed[a], expected.due[a]
    computed_b, due_b = computed.copy(), due.copy()
    computed_b[known], due_b[known] = others.computed[b[known]], others.due[b[known]]
    authors_b = expected.authors[a].copy()
    authors_b[known] = others.authors[b[known]]
    off, off_b = (_deviation(one) for one in (expected, others))
    above_b = np.where(known, others.above[b], -1) if len(others.above) else np.full(len(a), -1)
    return _AlignedValues(
        a=expected.value[a],
        b=read,
        computed=computed,
        due=due,
        computed_b=computed_b,
        due_b=due_b,
        period=expected.period[a],
        digits=expected.digits[a],
        weights=expected.weights[a],
        before_a=_at(off, expected.above[a]),
        before_b=_at(off_b, above_b),
        sure=np.array([sure for *_, sure in found], np.float64)[good],
        function=expected.function[a],
        authors_a=expected.authors[a],
        authors_b=authors_b,
    )


def _deviation(expected: Expectations) -> Array:
    return wrap(expected.value - expected.due, expected.period)


def _at(deviations: Array, places: NDArray[np.int64]) -> Array:
    return np.where(places >= 0, deviations[places], 0.0) if len(deviations) else np.zeros(len(places))


def _pairs(
    cells: pd.DataFrame, expected: Expectations, others: Expectations
) -> Iterator[tuple[int, int, float, float]]:
    """Yield places of values of a and b (-1 is not known), the value that b has, and how surely both are read."""
    seen: set[tuple[int, int]] = set()
    columns = ("region_a", "region_b", "text_a", "text_b", "relation", "confidence")
    for region_a, region_b, text_a, text_b, relation, confidence in zip(
        *(cells[name] for name in columns), strict=True
    ):
        one, other = expected.cells.get(int(region_a)), others.cells.get(int(region_b))
        if one is None or relation not in ("same", "variant"):
            continue
        key = one.value, -1 if other is None else other.value
        if other is not None and key in seen:
            continue
        sure = float(confidence)
        if other is not None:
            seen.add(key)
            yield *key, float(others.value[other.value]), sure
        elif (value := _read_as(one, text_a, text_b, relation == "same")) is not None:
            yield *key, float(expected.value[one.value] + value), sure


def _read_as(place: CellPlace, text: str, other: str, is_same: bool) -> float | None:
    """Read the other document's cell as the same places of the same value: by how much the value differs."""
    if is_same:
        return 0.0
    here, there = text.split(), other.split()
    if len(here) != len(there) or len(here) != len(place.weights):
        return None
    off = (int(b) - int(a) for a, b in zip(here, there, strict=True))
    return sum(weight * one for weight, one in zip(place.weights, off, strict=True))


def _weigh(values: _AlignedValues) -> CopyingEvidence:
    """Weigh the values of one function, by what that of either document says; who was copied erred as either author."""
    apart = wrap(values.b - values.a, values.period)
    miscopied = misprint_density(apart, values.digits, values.weights)
    same = apart == 0
    change = CRITERIA.miscopied + np.where(same, 1 - np.sqrt(values.sure), 0.0)
    trust = np.where(same, 1.0, values.sure)
    alike: list[float] = []
    copied: list[float] = []
    own: list[Array] = []  # of document a by its function, of b by its own
    for computed, due in ((values.computed, values.due), (values.computed_b, values.due_b)):
        by_a, by_b = (
            _densities(values, computed, due, authors) for authors in (values.authors_a, values.authors_b)
        )
        alike.append(float((trust * (np.log(by_a[0]) + np.log(by_b[1]))).sum()))
        own.append(by_b[1] if own else by_a[0])
        for first, second in (by_a, by_b):
            both = np.where(
                same, first * (1 - change) ** 2, (first + second) * (1 - change) * change * miscopied
            )
            copied.append(float((trust * np.log(np.maximum(both, 1e-300))).sum()))
    alike.append(float((trust * (np.log(own[0]) + np.log(own[1]))).sum()))
    off = np.round(wrap(values.a - values.due, values.period))
    errors = SHARES.misprinted * misprint_density(off, values.digits, values.weights)
    likely = author_density(wrap(values.a - values.computed, values.period), values.authors_a)
    wrong = SHARES.clear * likely < errors
    return CopyingEvidence(
        log_odds=max(copied) - max(alike),
        values=len(same),
        shared_errors=int((same & wrong).sum()),
        shared_deviations=int((same & ~wrong & (off != 0)).sum()),
        differing=int((~same).sum()),
    )


def _densities(values: _AlignedValues, computed: Array, due: Array, authors: Array) -> tuple[Array, Array]:
    """Probability of the values of both documents, each by itself, if the same authors had computed them."""
    found = []
    for side, before in ((values.a, values.before_a), (values.b, values.before_b)):
        rounded = np.round(wrap(side - due, values.period))
        misprint = misprint_density(rounded, values.digits, values.weights)
        found.append(_density(wrap(side - computed, values.period), misprint, rounded, before, authors))
    return found[0], found[1]


def _density(off: Array, misprint: Array, rounded: Array, before: Array, authors: Array) -> Array:
    """Probability of values by themselves: their author's, or misprinted; a slip may go on from the value above."""
    share = SHARES.misprinted
    density = (1 - share) * author_density(off, authors) + share * misprint
    goes_on = (before != 0) & (rounded == before)
    return np.maximum(
        np.where(goes_on, SHARES.carried_on + (1 - SHARES.carried_on) * density, density), 1e-300
    )
