"""AlignedValues: the values of two documents that stand beside one another, with what their functions say of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.expectation import CellPlace, Expectations, wrap
from tablekin.collation.function_matches import match_by_function
from tablekin.threshold import threshold

Array = NDArray[np.float64]


@dataclass(frozen=True)
class AlignmentOfValuesCriteria:
    """When values are those of one function."""

    max_apart: float = threshold(
        2.0, "units of the last place", "between what two documents' functions say of one value"
    )
    unaligned: float = threshold(
        0.5, "probability", "that two values are read rightly that were not laid side by side, and differ"
    )


CRITERIA = AlignmentOfValuesCriteria()


class AlignedCell(NamedTuple):
    """Two cells that stand beside one another, as in table ``collations``."""

    region_a: int
    region_b: int
    text_a: str
    text_b: str
    relation: str
    confidence: float

    def turned(self) -> AlignedCell:
        """Let the documents change sides."""
        return AlignedCell(
            self.region_b, self.region_a, self.text_b, self.text_a, self.relation, self.confidence
        )


@dataclass(frozen=True)
class AlignedValues:
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

    def __len__(self) -> int:
        return len(self.a)

    def only(self, own: NDArray[np.bool_]) -> AlignedValues:
        """Keep some of the values."""
        return replace(self, **{name: array[own] for name, array in vars(self).items()})


def align_values(
    cells: Sequence[AlignedCell], expected: Expectations, others: Expectations, by_function: bool = False
) -> AlignedValues:
    """Put values of document a beside those of document b, each once.

    Parameters
    ----------
    cells
        Cells that were laid side by side.
    expected, others
        What the functions of document a and of document b say.
    by_function
        Whether values follow that are the same by what the functions say, though they were not laid side by side.
    """
    found = list(_pairs(cells, expected, others))
    a = np.array([one for one, *_ in found], np.int64)
    b = np.array([other for _, other, *_ in found], np.int64)
    read = np.array([value for _, _, value, _ in found], np.float64)
    known = b >= 0
    apart = np.zeros(len(a))
    apart[known] = np.abs(
        wrap(expected.computed[a[known]] - others.computed[b[known]], expected.period[a[known]])
    )
    good = (apart <= CRITERIA.max_apart) & _is_nearest(a, apart) & (~known | _is_nearest(b, apart))
    a, b, read = a[good], b[good], read[good]
    sure = np.array([sure for *_, sure in found], np.float64)[good]
    if by_function:
        beside, beside_b = match_by_function(expected, others, _among(a, expected), _among(b, others))
        a, b = np.concatenate([a, beside]), np.concatenate([b, beside_b])
        read = np.concatenate([read, others.value[beside_b]])
        sure = np.concatenate([sure, np.full(len(beside), CRITERIA.unaligned)])
    known = b >= 0
    computed, due = expected.computed[a], expected.due[a]
    computed_b, due_b = computed.copy(), due.copy()
    computed_b[known], due_b[known] = others.computed[b[known]], others.due[b[known]]
    authors_b = expected.authors[a].copy()
    authors_b[known] = others.authors[b[known]]
    off, off_b = (_deviation(one) for one in (expected, others))
    above_b = np.where(known, others.above[b], -1) if len(others.above) else np.full(len(a), -1)
    return AlignedValues(
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
        sure=sure,
        function=expected.function[a],
        authors_a=expected.authors[a],
        authors_b=authors_b,
    )


def _among(places: NDArray[np.int64], expected: Expectations) -> NDArray[np.bool_]:
    """Tell which values are among some of them."""
    found = np.zeros(len(expected.value), bool)
    found[places[places >= 0]] = True
    return found


def _deviation(expected: Expectations) -> Array:
    return wrap(expected.value - expected.due, expected.period)


def _at(deviations: Array, places: NDArray[np.int64]) -> Array:
    return np.where(places >= 0, deviations[places], 0.0) if len(deviations) else np.zeros(len(places))


@dataclass
class _OpenValue:
    """A value of document a beside cells of document b of which nothing is expected."""

    cells: dict[int, tuple[str, CellPlace]] = field(default_factory=dict)  # of a, by region
    others: dict[int, str] = field(default_factory=dict)  # of b, by region
    is_same: bool = True
    sure: float = 1.0

    def off(self) -> float | None:
        """Read the cells of b as the same places of the value: by how much it differs; None if they are others."""
        if self.is_same:
            return 0.0
        weights = [weight for _, place in self.cells.values() for weight in place.weights]
        here = " ".join(text for text, _ in self.cells.values()).split()
        there = " ".join(self.others.values()).split()
        if len(here) != len(there) or len(here) != len(weights):
            return None
        return sum(weight * (int(b) - int(a)) for weight, a, b in zip(weights, here, there, strict=True))


def _pairs(
    cells: Sequence[AlignedCell], expected: Expectations, others: Expectations
) -> Iterator[tuple[int, int, float, float]]:
    """Yield places of values of a and b (-1 is not known), the value that b has, and how surely both are read."""
    seen: set[tuple[int, int]] = set()
    left: dict[int, _OpenValue] = {}
    for region_a, region_b, text_a, text_b, relation, confidence in cells:
        one, other = expected.cells.get(region_a), others.cells.get(region_b)
        if one is None or relation not in ("same", "variant"):
            continue
        if other is not None:
            if (one.value, other.value) not in seen:
                seen.add((one.value, other.value))
                yield one.value, other.value, float(others.value[other.value]), float(confidence)
            continue
        found = left.setdefault(one.value, _OpenValue())
        found.cells.setdefault(region_a, (text_a, one))
        found.others.setdefault(region_b, text_b)
        found.is_same &= relation == "same"
        found.sure = min(found.sure, float(confidence))
    for value, found in left.items():
        if (off := found.off()) is not None:
            yield value, -1, float(expected.value[value] + off), found.sure


def _is_nearest(places: NDArray[np.int64], apart: Array) -> NDArray[np.bool_]:
    """Tell of values that stand beside several others which of these is nearest by what their functions say."""
    order = np.lexsort((apart, places))
    first = np.ones(len(places), bool)
    first[order[1:]] = places[order[1:]] != places[order[:-1]]
    return first
