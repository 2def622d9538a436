"""AlignedValues: the values of two documents that stand beside one another, with what their functions say of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.cell_columns import SAME, VARIANT, CellColumns
from tablekin.collation.expectation import COUNT, Expectations, wrap
from tablekin.collation.function_matches import match_by_function
from tablekin.collation.values import Text
from tablekin.threshold import threshold

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


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


class CellsBeside(NamedTuple):
    """Cells of two documents that stand beside one another, seen from one of them."""

    region: Integers  # (cells,)
    region_b: Integers
    text: Text
    text_b: Text
    relation: NDArray[np.uint8]  # as in ``CellColumns``
    sure: Array  # probability that both are read rightly, or differ in print

    @classmethod
    def of(cls, cells: CellColumns) -> CellsBeside:
        """Take what is needed of aligned cells."""
        return cls(
            cells.region_a, cells.region_b, cells.text_a, cells.text_b, cells.relation, cells.confidence
        )

    def only(self, own: NDArray[np.bool_]) -> CellsBeside:
        """Keep some of the cells."""
        return CellsBeside._make(column[own] for column in self)

    def turned(self) -> CellsBeside:
        """Let the documents change sides."""
        return CellsBeside(self.region_b, self.region, self.text_b, self.text, self.relation, self.sure)


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
    cells: CellsBeside, expected: Expectations, others: Expectations, by_function: bool = False
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
    a, b, read, sure = _pairs(cells, expected, others)
    known = b >= 0
    apart = np.zeros(len(a))
    apart[known] = np.abs(
        wrap(expected.computed[a[known]] - others.computed[b[known]], expected.period[a[known]])
    )
    near = np.where(_are_counted(expected, a), known & (apart == 0), apart <= CRITERIA.max_apart)
    good = near & _is_nearest(a, apart) & (~known | _is_nearest(b, apart))
    a, b, read, sure = a[good], b[good], read[good], sure[good]
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


def _are_counted(expected: Expectations, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which values are arguments: the next one is no deviation, but another one."""
    counted = [name == COUNT for name in expected.functions]
    return np.array([*counted, True])[expected.function[places]]  # the last is REPEATED


def _among(places: NDArray[np.int64], expected: Expectations) -> NDArray[np.bool_]:
    """Tell which values are among some of them."""
    found = np.zeros(len(expected.value), bool)
    found[places[places >= 0]] = True
    return found


def _deviation(expected: Expectations) -> Array:
    return wrap(expected.value - expected.due, expected.period)


def _at(deviations: Array, places: NDArray[np.int64]) -> Array:
    return np.where(places >= 0, deviations[places], 0.0) if len(deviations) else np.zeros(len(places))


def _pairs(
    cells: CellsBeside, expected: Expectations, others: Expectations
) -> tuple[Integers, Integers, Array, Array]:
    """Find places of values of a and b (-1 is not known), the value that b has, and how surely both are read."""
    own, other = expected.cells.at(cells.region), others.cells.at(cells.region_b)
    is_compared = (own >= 0) & ((cells.relation == SAME) | (cells.relation == VARIANT))
    both = np.flatnonzero(is_compared & (other >= 0))
    a, b = expected.cells.value[own[both]], others.cells.value[other[both]]
    _, first = np.unique(a * (len(others.value) + 1) + b, return_index=True)
    first.sort()
    a, b, sure = a[first], b[first], cells.sure[both[first]]
    open_ = np.flatnonzero(is_compared & (other < 0))
    if not len(open_):
        return a, b, others.value[b], sure
    left = _open_values(cells, open_, own, expected)
    return (
        np.concatenate([a, np.array([value for value, *_ in left], np.int64)]),
        np.concatenate([b, np.full(len(left), -1)]),
        np.concatenate([others.value[b], np.array([read for _, read, _ in left], np.float64)]),
        np.concatenate([sure, np.array([sure for *_, sure in left], np.float64)]),
    )


@dataclass
class _OpenValue:
    """A value of document a beside cells of document b of which nothing is expected."""

    cells: dict[int, tuple[str, tuple[float, ...]]] = field(default_factory=dict)  # of a: text, weights
    others: dict[int, str] = field(default_factory=dict)  # of b, by region
    is_same: bool = True
    sure: float = 1.0

    def off(self) -> float | None:
        """Read the cells of b as the same places of the value: by how much it differs; None if they are others."""
        if self.is_same:
            return 0.0
        weights = [weight for _, own in self.cells.values() for weight in own]
        here = " ".join(text for text, _ in self.cells.values()).split()
        there = " ".join(self.others.values()).split()
        if len(here) != len(there) or len(here) != len(weights):
            return None
        return sum(weight * (int(b) - int(a)) for weight, a, b in zip(weights, here, there, strict=True))


def _open_values(
    cells: CellsBeside, places: Integers, own: Integers, expected: Expectations
) -> list[tuple[int, float, float]]:
    """List values of a beside cells of which nothing is expected: place, what b has there, and how surely it is read.

    ``places`` are those of the cells, ``own`` what each of all cells holds by document a.
    """
    left: dict[int, _OpenValue] = {}
    regions, regions_b = cells.region.tolist(), cells.region_b.tolist()
    for place in places.tolist():
        cell = int(own[place])
        found = left.setdefault(int(expected.cells.value[cell]), _OpenValue())
        found.cells.setdefault(regions[place], (cells.text[place], expected.cells.weights[cell]))
        found.others.setdefault(regions_b[place], cells.text_b[place])
        found.is_same &= bool(cells.relation[place] == SAME)
        found.sure = min(found.sure, float(cells.sure[place]))
    by_off = ((value, found.off(), found.sure) for value, found in left.items())
    return [
        (value, float(expected.value[value] + off), sure) for value, off, sure in by_off if off is not None
    ]


def _is_nearest(places: NDArray[np.int64], apart: Array) -> NDArray[np.bool_]:
    """Tell of values that stand beside several others which of these is nearest by what their functions say."""
    order = np.lexsort((apart, places))
    first = np.ones(len(places), bool)
    first[order[1:]] = places[order[1:]] != places[order[:-1]]
    return first
