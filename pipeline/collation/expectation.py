"""Expectation: what the values of a document should be, by the function its tables print, and how its author erred."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.authorship import SHARES, author_density, fit_author, misprint_density
from tablekin.collation.expected_cells import ExpectedCells, TellingCells
from tablekin.collation.information import CRITERIA, Run, column_information
from tablekin.threshold import threshold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tablekin.recompute import NumberColumn

Array = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]  # arrays of one length, by name
NO_EXPECTED, NO_TELLING = ExpectedCells(), TellingCells()


@dataclass(frozen=True)
class Expectations:
    """Values that a function explains, in units of their last places."""

    value: Array  # (n,)
    computed: Array  # (n,) not rounded
    due: Array  # (n,) rounded as the author did
    period: Array  # (n,) of values round a circle, infinite of others
    digits: Array  # (n,) of the largest values of the quantity
    weights: Array  # (n, digits) what one unit of every digit is worth
    above: NDArray[np.int64]  # (n,) the value in the row above, -1 where there is none
    function: NDArray[np.int64]  # (n,) place in ``functions``; REPEATED of an argument printed again
    column: NDArray[np.int64]  # (n,) of the document, of those that functions explain
    authors: Array  # (n, 4) how the author of each column erred, as AuthorModel has it
    wrong: NDArray[np.bool_]  # (n,) errors, no deviations that their author's way of computing makes
    functions: tuple[str, ...] = ()  # their names; COUNT of arguments
    cells: ExpectedCells = NO_EXPECTED
    telling: TellingCells = NO_TELLING

    def is_wrong(self, at: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which of some of its cells hold an error; ``at`` is -1 of others, which hold none."""
        known = at >= 0
        found = np.zeros(len(at), bool)
        found[known] = self.wrong[self.cells.value[at[known]]]
        return found


@dataclass(frozen=True)
class CountingCriteria:
    """When it is known what an argument should say."""

    right: float = threshold(
        0.8,
        "of its numbers",
        "that are those of its count: else it may count otherwise",
        chosen="as seemed fair",
    )


COUNTING = CountingCriteria()
_DIGITS = 15


def _make(
    arrays: Columns,
    functions: tuple[str, ...] = (),
    cells: ExpectedCells = NO_EXPECTED,
    telling: TellingCells = NO_TELLING,
) -> Expectations:
    return Expectations(**arrays, functions=functions, cells=cells, telling=telling)


COUNT = ""  # instead of a function's name: that arguments go up, or down, by steps
REPEATED = -1  # instead of a function: what is due is known, but says nothing that was not said elsewhere
_IRREGULAR = 7.0  # nats of a cell that breaks the run of a smooth column
_SMOOTH_SHARE = (
    0.5  # of what an irregular cell of a smooth column says: a function that was not found may jump
)
_EMPTY: Columns = {
    **{name: np.zeros(0) for name in ("value", "computed", "due", "period", "digits")},
    "weights": np.zeros((0, _DIGITS)),
    **{name: np.zeros(0, np.int64) for name in ("above", "function", "column")},
    "authors": np.zeros((0, 4)),
    "wrong": np.zeros(0, bool),
}
NO_EXPECTATIONS = _make(_EMPTY)


def expect(columns: Sequence[NumberColumn]) -> Expectations:
    """Gather what the functions of a document say of its cells.

    Parameters
    ----------
    columns
        All its values, as from :func:`tablekin.recompute.number_columns`.
    """
    parts: list[Columns] = []
    functions = {column.finding: column.function for column in columns if column.function}
    place_of = {finding: place for place, finding in enumerate(functions)}
    explained = [(column, place_of[column.finding]) for column in columns if column.function]
    counted = list(_counted(columns, len(functions)))
    cells = _CellList()
    first = 0
    for column, function in (*explained, *counted):
        part = _values_of(column, first, function, cells)
        part["column"] = np.full(len(part["value"]), len(parts), np.int64)
        first += len(part["value"])
        _add_author(part)
        parts.append(part)
    arrays = {
        name: np.concatenate([part[name] for part in parts]) if parts else none
        for name, none in _EMPTY.items()
    }
    names = (*functions.values(), *([COUNT] if counted else []))
    return _make(arrays, names, cells.gathered(), _unexplained(columns, cells))


def _counted(columns: Sequence[NumberColumn], place: int) -> Iterator[tuple[NumberColumn, int]]:
    """Yield the arguments that stand beside functions, with their place among these; what is printed again has none."""
    explained = {column.sheet for column in columns if column.function}
    seen: set[tuple[float, ...]] = set()
    for column in columns:
        if column.role != "argument" or column.sheet not in explained or not len(column.values):
            continue
        is_right = np.abs(column.values) == np.abs(column.due)  # a stroke before a number is no sign
        if is_right.mean() < COUNTING.right:
            continue
        count = tuple(column.due.tolist())
        yield (
            replace(column, values=np.where(is_right, column.due, column.values)),
            REPEATED if count in seen else place,
        )
        seen.add(count)


def _add_author(part: Columns) -> None:
    """Tell how the author of a column erred, and errors from what his way of computing makes.

    Of a careful author every deviation is an error.
    """
    off = wrap(part["value"] - part["computed"], part["period"])
    rounded = np.round(wrap(part["value"] - part["due"], part["period"]))
    misprint = misprint_density(rounded, part["digits"], part["weights"])
    author = fit_author(off, misprint)
    unlikely = SHARES.clear * author_density(off, author.numbers) < SHARES.misprinted * misprint
    part["authors"] = np.tile(author.numbers, (len(off), 1))
    part["wrong"] = (part["value"] != part["due"]) & (unlikely | (author.spread <= SHARES.careful))


def _unexplained(columns: Sequence[NumberColumn], cells: _CellList) -> TellingCells:
    """Weigh what the values that no function explains say beyond their neighbours; arguments say nothing."""
    explained = {column.sheet for column in columns if column.function}
    telling: dict[int, float] = {}
    rough: set[int] = set()
    for column in columns:
        if column.sheet in explained or column.role == "argument":
            continue  # what stands beside a function is one, too, even if it was not found
        printed = column.regions[:, -1] >= 0
        rows, regions = column.rows[printed].tolist(), column.regions[printed, -1].tolist()
        said = column_information([str(int(value)) for value in column.values[printed].tolist()])
        for row, region, nats in zip(rows, regions, said.nats.tolist(), strict=True):
            if region in cells:
                continue
            if said.run is Run.ROUGH:
                rough.add(region)
                telling[region] = nats
            elif nats >= _IRREGULAR and row > rows[0] + CRITERIA.orders:
                telling[region] = _SMOOTH_SHARE * nats
    return TellingCells(
        np.array([*telling], np.int64),
        np.array([*telling.values()], np.float64),
        np.array([region in rough for region in telling], bool),
    )


def _values_of(column: NumberColumn, first: int, function: int, cells: _CellList) -> Columns:
    """Gather the values of a column, and note their cells; ``first`` is the place of the first one."""
    there = np.isfinite(column.computed)
    rows, values, due = column.rows[there], column.values[there], column.due[there]
    count, form = len(rows), column.form
    cells.add(column.regions[there].tolist(), form.in_places(due).tolist(), form.weights, first)
    largest = float(np.abs(values).max(initial=1.0))
    follows = np.diff(rows, prepend=-2) == 1
    return {
        "value": values,
        "computed": column.computed[there],
        "due": due,
        "period": np.full(count, column.period),
        "digits": np.full(count, np.floor(np.log10(max(largest, 1.0))) + 1),
        "weights": np.tile(np.array(form.digit_weights), (count, 1)),
        "above": np.where(follows, first + np.arange(count) - 1, -1),
        "function": np.full(count, function, np.int64),
    }


class _CellList:
    """Cells that hold values of functions; the first of several values that stand in one counts."""

    def __init__(self) -> None:
        self._cells: dict[int, tuple[int, str, tuple[float, ...]]] = {}  # by region: value, due, weights

    def __contains__(self, region: int) -> bool:
        return region in self._cells

    def add(
        self,
        regions: Sequence[Sequence[int]],
        due: Sequence[Sequence[float]],
        weights: Sequence[float],
        first: int,
    ) -> None:
        """Add the cells of a column.

        Parameters
        ----------
        regions, due
            ``(values, places)``, the cell in which a place of a value stands, -1 where there is none, and what is due.
        weights
            ``(places,)`` of the places, in units of the last one.
        first
            Number of the first value.
        """
        weights_of: dict[tuple[int, ...], tuple[float, ...]] = {}  # one object each, for a smaller pickle
        for value, (own, written) in enumerate(zip(regions, due, strict=True), first):
            for region, places in _places_by_cell(own).items():
                if region not in self._cells:
                    if places not in weights_of:
                        weights_of[places] = tuple(weights[one] for one in places)
                    text = " ".join(str(int(written[one])) for one in places)
                    self._cells[region] = value, text, weights_of[places]

    def gathered(self) -> ExpectedCells:
        """Give them as columns."""
        value, due, weights = zip(*self._cells.values(), strict=True) if self._cells else ((), (), ())
        return ExpectedCells(np.array([*self._cells], np.int64), np.array(value, np.int64), due, weights)


def _places_by_cell(regions: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """List the places of a value by the cell they stand in."""
    if len(regions) == 1:
        return {regions[0]: (0,)} if regions[0] >= 0 else {}
    found: dict[int, tuple[int, ...]] = {}
    for place, region in enumerate(regions):
        if region >= 0:
            found[region] = (*found.get(region, ()), place)
    return found


def wrap(difference: Array, period: Array) -> Array:
    """Take whole turns out of differences of values that are counted round a circle."""
    turns = np.isfinite(period)
    safe = np.where(turns, period, 1.0)
    return np.where(turns, (difference + safe / 2) % safe - safe / 2, difference)
