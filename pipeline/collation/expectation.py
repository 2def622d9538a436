"""Expectation: what the values of a document should be, by the function its tables print, and how its author erred."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.authorship import SHARES, author_density, fit_author, misprint_density
from tablekin.collation.information import CRITERIA, Run, column_information

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tablekin.recompute import NumberColumn

Array = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]  # arrays of one length, by name


@dataclass(frozen=True)
class CellPlace:
    """What a cell holds of a value."""

    value: int  # place in the arrays of the expectations
    due: str  # what should stand in the cell: the places of the value that it holds
    weights: tuple[float, ...]  # of these places, in units of the last one of the value


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
    function: NDArray[np.int64]  # (n,) place in ``functions``
    column: NDArray[np.int64]  # (n,) of the document, of those that functions explain
    authors: Array  # (n, 4) how the author of each column erred, as AuthorModel has it
    wrong: NDArray[np.bool_]  # (n,) errors, no deviations that their author's way of computing makes
    functions: tuple[str, ...] = ()  # their names
    cells: Mapping[int, CellPlace] = field(default_factory=dict)  # by region
    telling: Mapping[int, float] = field(default_factory=dict)
    """Nats that a cell of the last place of values without a function says beyond its neighbours, by region."""
    rough: frozenset[int] = frozenset()  # those of them whose neighbours tell nothing


_DIGITS = 15


def _make(
    arrays: Columns,
    functions: tuple[str, ...] = (),
    cells: Mapping[int, CellPlace] | None = None,
    telling: Mapping[int, float] | None = None,
    rough: frozenset[int] = frozenset(),
) -> Expectations:
    first, rest = (arrays[name] for name in _EMPTY), (functions, cells or {}, telling or {}, rough)
    value, computed, due, period, digits, weights, above, function, column, authors, wrong = first
    return Expectations(
        value, computed, due, period, digits, weights, above, function, column, authors, wrong, *rest
    )


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
    functions: dict[int, str] = {}
    cells: dict[int, CellPlace] = {}
    first = 0
    for column in columns:
        if column.function:
            functions.setdefault(column.finding, column.function)
            part = _values_of(column, first, list(functions).index(column.finding), cells)
            part["column"] = np.full(len(part["value"]), len(parts), np.int64)
            first += len(part["value"])
            _add_author(part)
            parts.append(part)
    arrays = {
        name: np.concatenate([part[name] for part in parts]) if parts else none
        for name, none in _EMPTY.items()
    }
    telling, rough = _unexplained(columns, cells)
    return _make(arrays, tuple(functions.values()), cells, telling, rough)


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


def _unexplained(
    columns: Sequence[NumberColumn], cells: Mapping[int, CellPlace]
) -> tuple[dict[int, float], frozenset[int]]:
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
    return telling, frozenset(rough)


def _values_of(column: NumberColumn, first: int, function: int, cells: dict[int, CellPlace]) -> Columns:
    """Gather the values of a column, and note their cells; ``first`` is the place of the first one."""
    there = np.isfinite(column.computed)
    rows, values, due = column.rows[there], column.values[there], column.due[there]
    count, form = len(rows), column.form
    written, every = form.in_places(due).tolist(), form.weights
    for place, regions in enumerate(column.regions[there].tolist()):
        for region, places in _cells_of(regions).items():
            text = " ".join(str(int(written[place][one])) for one in places)
            weights = tuple(every[one] for one in places)
            cells.setdefault(region, CellPlace(first + place, text, weights))
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


def _cells_of(regions: Sequence[int]) -> dict[int, list[int]]:
    """List the places of a value by the cell they stand in."""
    found: dict[int, list[int]] = {}
    for place, region in enumerate(regions):
        if region >= 0:
            found.setdefault(int(region), []).append(place)
    return found


def wrap(difference: Array, period: Array) -> Array:
    """Take whole turns out of differences of values that are counted round a circle."""
    turns = np.isfinite(period)
    safe = np.where(turns, period, 1.0)
    return np.where(turns, (difference + safe / 2) % safe - safe / 2, difference)
