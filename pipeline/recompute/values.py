"""Values: from the readings of a document's tables to numbers and the arguments they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.counts import MANY_OFF, Count, count_of, find_counts
from tablekin.recompute.forms import COUNT, SINGLE, Form, unit_of
from tablekin.recompute.grouping import Group, group_strands
from tablekin.recompute.quantity import Argument, PrintedQuantity, ValueSheet
from tablekin.recompute.strands import Strand, strands_of
from tablekin.recompute.table_text import TableText

_SIDE = 0.8  # share of its rows that an argument has, where those above its first number are a heading
_SERIAL = 0.8  # share of the values of a quantity that stand on a count, where it may be entered with
_FEWEST = 4  # values of such a quantity


@dataclass(frozen=True)
class _Stack:
    """Strands of tables that continue one another."""

    strands: list[Strand]
    table_ids: tuple[int, ...]
    counts: frozenset[int]  # strands that count


def read_sheets(tables: Sequence[TableText]) -> list[ValueSheet]:
    """Find the values of a document.

    Parameters
    ----------
    tables
        Its tables in the order of the page.

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
            stacks.append(_Stack(strands, (table.table_id,), frozenset(find_counts(strands))))
    sheets = []
    first = 0
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
    """Cut the groups of a table into panels that stand side by side and continue one another."""
    for parts in (4, 3, 2):
        size, rest = divmod(len(groups), parts)
        if rest or size < 2:
            continue
        cut = [list(groups[part * size : (part + 1) * size]) for part in range(parts)]
        forms = [[group.form for group in panel] for panel in cut]
        if all(other == forms[0] for other in forms) and COUNT in forms[0]:
            side = forms[0].index(COUNT)
            counts = [count_of(strands[panel[side].first].values) for panel in cut]
            if all(_follows(one, other) for one, other in pairwise(counts)):
                return cut
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
        parts = [[strands[number] for number in panel[place].strands] for panel in panels]
        joined = parts[0]
        for part in parts[1:]:
            joined = [one.below(other) for one, other in zip(joined, part, strict=True)]
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
    for group, quantity in quantities:
        if group.is_count:
            yield _as_argument(quantity)
    for group, quantity in quantities:
        if not group.is_count and _is_serial(quantity):
            yield _as_argument(quantity)


def _is_serial(quantity: PrintedQuantity) -> bool:
    if not quantity.form.radices:
        return False
    on = known = 0
    for rows in _runs(quantity):
        count = count_of(quantity.values[rows], any_step=True)
        on += 0 if count is None else int(count.on.sum())
        known += int(quantity.known[rows].sum())
    return known >= _FEWEST and on >= _SERIAL * known


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
        count = count_of(quantity.values[own], any_step=True, most_off=MANY_OFF)
        if count is not None:
            values[own], step = count.extended(), count.step
    return Argument(quantity, values, step)
