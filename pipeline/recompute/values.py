"""Values: from the readings of a document's tables to numbers and the arguments they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.counts import HALF_OFF, MANY_OFF, Count, count_of, find_counts
from tablekin.recompute.forms import COUNT, SINGLE, Form, unit_of
from tablekin.recompute.grouping import Group, group_strands
from tablekin.recompute.quantity import Argument, PrintedQuantity, ValueSheet
from tablekin.recompute.strands import Strand, strands_of
from tablekin.recompute.table_text import TableText

_SIDE = 0.8  # share of its rows that an argument has, where those above its first number are a heading
_SERIAL = 0.75  # share of the values of a quantity that stand on a count, where it may be entered with
_FEWEST = 4  # values of such a quantity
_NEARLY_SERIAL = 3  # values that miss a count by little: it is no count, but runs nearly straight


@dataclass(frozen=True)
class _Stack:
    """Strands of tables that continue one another."""

    strands: list[Strand]
    table_ids: tuple[int, ...]
    counts: frozenset[int]  # strands that count


def read_sheets(tables: Sequence[TableText], first: int = 0, counts_inside: bool = False) -> list[ValueSheet]:
    """Find the values of a document.

    Parameters
    ----------
    tables
        Its tables in the order of the page.
    first
        Number of the first quantity.
    counts_inside
        Whether a table without a count at its sides may be entered with one inside that does not begin at one.

    Returns
    -------
    list of ValueSheet
        One for each table, panel or run of them that continues the same columns.
    """
    stacks: list[_Stack] = []
    for table in tables:
        strands = _without_heading_rows(strands_of(table))
        if not strands:
            continue
        if stacks and _continues(stacks[-1].strands, strands):
            joined = [one.below(other) for one, other in zip(stacks[-1].strands, strands, strict=True)]
            stacks[-1] = _Stack(joined, (*stacks[-1].table_ids, table.table_id), stacks[-1].counts)
        else:
            counts = frozenset(find_counts(strands, counts_inside))
            stacks.append(_Stack(strands, (table.table_id,), counts))
    sheets = []
    for stack in stacks:
        sheet = _make_sheet(stack, first)
        first += len(sheet.arguments) + len(sheet.quantities)
        sheets.append(sheet)
    return sheets


def _without_heading_rows(strands: list[Strand]) -> list[Strand]:
    """Take out the rows above the first argument: headings of numbers that were read as cells."""
    for number in find_counts(strands):
        known = strands[number].known
        first = int(known.argmax())
        if first and known[first:].mean() >= _SIDE:
            above = np.arange(len(known)) < first
            return [strand.without(above) for strand in strands]
    return strands


def _continues(above: Sequence[Strand], below: Sequence[Strand]) -> bool:
    """Tell whether a table has the columns of the one before it and goes on counting."""
    if [(strand.col, strand.places) for strand in above] != [(strand.col, strand.places) for strand in below]:
        return False
    counts, more = find_counts(above), find_counts(below)
    shared = [number for number in counts if number in more and counts[number].step == more[number].step]
    return any(counts[number].start != more[number].start for number in shared)


def _panels(groups: Sequence[Group], strands: Sequence[Strand]) -> list[list[Group]]:
    """Cut the groups of a table into panels that stand side by side and continue one another.

    A panel begins with the column that counts, or ends with it. Groups beside all panels stay with the first one.
    """
    places = [place for place, group in enumerate(groups) if group.is_count]
    counts = {place: count_of(strands[groups[place].first].values) for place in places}
    for first, second in pairwise(places):
        size = second - first
        if size < 2 or not _follows(counts[first], counts[second]):
            continue
        for before in (0, size - 1):  # of the groups of a panel, stand before the count
            panels = [list(groups[place - before : place - before + size]) for place in (first, second)]
            forms = [[group.form for group in panel] for panel in panels]
            if first >= before and forms[0] == forms[1]:
                third = second + size
                while third in counts and _follows(counts[third - size], counts[third]):
                    panels.append(list(groups[third - before : third - before + size]))
                    third += size
                inside = {id(group) for panel in panels for group in panel}
                beside = [group for group in groups if id(group) not in inside]
                return [panels[0] + beside, *panels[1:]]
    return [list(groups)]


def _follows(one: Count | None, other: Count | None) -> bool:
    return (
        one is not None
        and other is not None
        and one.step == other.step
        and abs((other.start - one.start) / one.step - len(one.on)) <= 1
    )


def _make_sheet(stack: _Stack, first: int) -> ValueSheet:
    """Group the strands of a stack, put panels below one another, and find arguments."""
    strands = stack.strands
    panels = _panels(group_strands(strands, stack.counts), strands)
    quantities: list[tuple[Group, PrintedQuantity]] = []
    for place, group in enumerate(panels[0]):
        parts = [
            [strands[number] for number in panel[place].strands] for panel in panels if place < len(panel)
        ]
        joined = parts[0]
        for part in parts[1:]:
            joined = [one.below(other) for one, other in zip(joined, part, strict=True)]
        for _ in panels[len(parts) :]:
            joined = [one.below(one.nothing()) for one in joined]
        columns = [(table, strand.col) for table in stack.table_ids for part in parts for strand in part]
        quantities.append((group, _make_quantity(joined, group.form, columns, first + place)))
    return ValueSheet(
        tuple(_arguments(quantities)),
        tuple(quantity for group, quantity in quantities if not group.is_count),
        stack.table_ids,
    )


def _make_quantity(
    strands: Sequence[Strand], form: Form, columns: Sequence[tuple[int, int]], number: int
) -> PrintedQuantity:
    form = SINGLE if form is COUNT else form
    places = np.stack([strand.values for strand in strands], -1)
    if form.radices == (100,) and strands[0].col != strands[1].col:
        count = count_of(places @ np.array(form.weights))
        form = replace(
            form, whole=count is not None and abs(count.step) >= 1 and bool(np.nanmin(places[:, 0]) >= 1)
        )
    heading = " ".join(dict.fromkeys(strand.heading for strand in strands if strand.heading))
    return PrintedQuantity(
        group=number,
        form=form,
        unit=unit_of(form, heading),
        values=places @ np.array(form.weights),
        places=places,
        regions=np.stack([strand.region for strand in strands], -1),
        columns=tuple(dict.fromkeys(columns)),
        heading=heading,
    )


def _arguments(quantities: Sequence[tuple[Group, PrintedQuantity]]) -> Iterator[Argument]:
    """Yield what a sheet may be entered with: columns that count first, then quantities of several places that do."""
    counts = [_as_argument(quantity) for group, quantity in quantities if group.is_count]
    yield from counts
    for group, quantity in quantities:
        if not group.is_count and _is_serial(quantity):
            argument = _as_argument(quantity)
            if (
                not counts or abs(argument.step) > 1
            ):  # minutes that go up one by one beside a count are values
                yield argument


def _is_serial(quantity: PrintedQuantity) -> bool:
    if not quantity.form.radices:
        return False
    on = known = near = 0
    for rows in _runs(quantity):
        count = count_of(quantity.values[rows], any_step=True, most_off=1 - _SERIAL)
        known += int(quantity.known[rows].sum())
        if count is not None:
            on += int(count.on.sum())
            off = np.abs(quantity.values[rows] - count.extended())
            near += int(np.sum((off > 0) & (off <= max(1.0, abs(count.step) / 2))))
    return known >= _FEWEST and on >= _SERIAL * known and near < _NEARLY_SERIAL


def _runs(quantity: PrintedQuantity) -> Iterator[NDArray[np.intp]]:
    """Yield runs of rows that no gap between tables or panels parts."""
    rows = np.arange(len(quantity.values))
    there = (quantity.regions >= 0).any(1)
    for run in np.split(rows, np.flatnonzero(~there)):
        yield run[np.asarray(there)[run]]


def _as_argument(quantity: PrintedQuantity) -> Argument:
    """Put right what is off the count, run by run of rows that no gap parts."""
    values = quantity.values.copy()
    step = 0.0
    for own in _runs(quantity):
        most_off = MANY_OFF if quantity.form.radices else HALF_OFF  # of a column it is known that it counts
        count = count_of(quantity.values[own], any_step=True, most_off=most_off)
        if count is not None:
            there = np.flatnonzero(quantity.known[own])
            rows = own[there[0] : there[-1] + 1]  # not in headings above the first
            extended = count.extended()[there[0] : there[-1] + 1]
            if extended[count.on[there[0] : there[-1] + 1]].min() >= 0:
                extended[extended < 0] = np.nan  # headings that were read as the first argument
            values[rows], step = extended, count.step
    return Argument(quantity, values, step)
