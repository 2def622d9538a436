"""Parted: tables and numbers that the layout divided where the page does not, put together if they say more then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.claim import Explanation, count_cells
from tablekin.recompute.explanation import worth_trying
from tablekin.recompute.printed_number import CellKind, parse
from tablekin.recompute.quantity import PrintedQuantity, ValueSheet
from tablekin.recompute.table_text import TableText
from tablekin.recompute.values import read_sheets
from tablekin.threshold import threshold


@dataclass(frozen=True)
class PartedCriteria:
    """When digits in a column of their own may be a part of the numbers beside them."""

    digits: float = threshold(0.9, "of the filled cells", "of such a column that hold one digit")
    min_digits: int = threshold(4, "digits", "in such a column")
    max_columns: int = threshold(
        12, "columns", "of a table in which they are looked for: a register has columns of single digits"
    )


CRITERIA = PartedCriteria()

Explained = tuple[ValueSheet, list[Explanation]]
Explain = Callable[[ValueSheet], Explained]


@dataclass(frozen=True)
class _Mended:
    """A table put together, and where its columns stand on the page."""

    table: TableText
    table_ids: tuple[int, ...]
    home: Mapping[int, tuple[int, int]]  # of a column: table and column
    counts_inside: bool = False


def explain_parted(
    tables: Sequence[TableText], explained: Sequence[Explained], explain: Explain
) -> tuple[list[Explained], list[TableText]]:
    """Put together what the layout divided, where more is explained then.

    Parameters
    ----------
    tables
        Of the document.
    explained
        Its sheets, each with what explains its columns.
    explain
        Explains a sheet.

    Returns
    -------
    explained, tables
        The same, mended; and the tables whose cells hold digits of others besides, as they were put together.
    """
    named = {table.table_id: table for table in tables}
    left, done, used = list(explained), list[Explained](), list[TableText]()
    group = 1 + max((one.group for sheet, _ in explained for one in _quantities(sheet)), default=-1)
    while left:
        own = left.pop(0)
        beside = left[0] if left else None
        for mended in _ways(own, beside, named):
            before = [own, *([beside] if beside is not None and len(mended.table_ids) > 1 else [])]
            sheets = read_sheets([mended.table], group, mended.counts_inside)
            if len(sheets) != 1:
                continue
            sheet, found = explain(sheets[0])
            if count_cells(found) > sum(count_cells(one) for _, one in before):
                own = _at_home(sheet, found, mended)
                del left[: len(before) - 1]
                used.append(mended.table)
                group += len(_quantities(sheet))
                break
        done.append(own)
    return done, used


def _quantities(sheet: ValueSheet) -> list[PrintedQuantity]:
    return [*(one.quantity for one in sheet.arguments), *sheet.quantities]


def _is_open(explained: Explained) -> bool:
    """Tell whether a sheet has columns that nothing explains."""
    sheet, found = explained
    groups = {quantity.group for one in found for quantity in one.quantities}
    return any(quantity.group not in groups for quantity in worth_trying(sheet))


def _ways(own: Explained, beside: Explained | None, named: Mapping[int, TableText]) -> Iterator[_Mended]:
    """Yield what a sheet may be if the layout divided it wrongly, and the next one."""
    sheet, found = own
    table = named[sheet.table_ids[0]]
    if len(sheet.table_ids) > 1:
        return
    if beside is not None and len(beside[0].table_ids) == 1 and (_is_open(own) or _is_open(beside)):
        other = named[beside[0].table_ids[0]]
        if other.shape[0] == table.shape[0] and (found or beside[1]):
            yield _side_by_side(table, other)
    if not _is_open(own):
        return
    same = {col: (table.table_id, col) for col in range(table.shape[1])}
    if not sheet.arguments:
        yield _Mended(table, sheet.table_ids, same, counts_inside=True)
    elif found and table.shape[1] <= CRITERIA.max_columns:
        for joined in join_digits(table):
            yield _Mended(joined, sheet.table_ids, same)


def _side_by_side(table: TableText, other: TableText) -> _Mended:
    """Make one table of two that stand beside one another."""
    width = table.shape[1]
    home = {col: (table.table_id, col) for col in range(width)}
    home |= {width + col: (other.table_id, col) for col in range(other.shape[1])}
    headings = tuple(table.heading(col) for col in range(width))
    headings += tuple(other.heading(col) for col in range(other.shape[1]))
    both = TableText(
        table.table_id,
        np.hstack([table.text, other.text]),
        np.hstack([table.region, other.region]),
        headings,
        table.choices | other.choices,
    )
    return _Mended(both, (table.table_id, other.table_id), home)


def join_digits(table: TableText) -> Iterator[TableText]:
    """Yield tables in which the digits of a column are a part of the numbers in the next one: 1 | 0 26 is 10 26.

    A column of single digits may have the tens of the one right of it, whose units may stand alone, too, or else the
    last digits of the one left of it. What is put together stands in the cells of the other column; those of the digits
    are left blank.
    """
    width = table.shape[1]
    single = [_holds_digits(table.text[:, col]) for col in range(width)]
    columns = np.flatnonzero(single).tolist()
    for col in columns:
        if col + 1 < width and (not single[col + 1] or _count(table, col) < _count(table, col + 1)):
            yield _joined(table, col, col + 1)
    for col in columns:
        if col > 0 and not single[col - 1]:
            yield _joined(table, col, col - 1)


def _count(table: TableText, col: int) -> int:
    """Count the cells of a column that are filled."""
    return sum(bool(text) for text in table.text[:, col])


def _holds_digits(texts: NDArray[np.object_]) -> bool:
    cells = [parse(text) for text in texts]
    filled = sum(cell.kind is not CellKind.BLANK for cell in cells)
    digits = sum(cell.widths == (1,) for cell in cells)
    return digits >= CRITERIA.min_digits and digits >= CRITERIA.digits * filled


def _joined(table: TableText, col: int, other: int) -> TableText:
    """Put the digits of a column to the numbers of another one beside it."""
    text, choices = table.text.copy(), dict(table.choices)
    text[:, col] = ""
    for row in range(table.shape[0]):
        digit, number = str(table.text[row, col]), str(table.text[row, other])
        if not digit or parse(number).kind is not CellKind.NUMBER:
            continue
        text[row, other] = digit + number if col < other else number + digit
        regions = [int(table.region[row, place]) for place in sorted((col, other))]
        if all(region in table.choices for region in regions):
            choices[int(table.region[row, other])] = tuple(
                choice for region in regions for choice in table.choices[region]
            )
    return replace(table, text=text, choices=choices)


def _at_home(sheet: ValueSheet, found: Sequence[Explanation], mended: _Mended) -> Explained:
    """Let the quantities of a table that was put together say where their columns stand on the page."""
    moved = {
        id(one): replace(one, columns=tuple(mended.home[col] for _, col in one.columns))
        for one in _quantities(sheet)
    }
    own = replace(
        sheet,
        arguments=tuple(replace(one, quantity=moved[id(one.quantity)]) for one in sheet.arguments),
        quantities=tuple(moved[id(one)] for one in sheet.quantities),
        table_ids=mended.table_ids,
    )
    explanations = [
        replace(one, quantities=tuple(moved.get(id(quantity), quantity) for quantity in one.quantities))
        for one in found
    ]
    return own, explanations
