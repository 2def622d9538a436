"""TableLayout: how an edition arranges the content of a work in columns, tables and pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from tablekin.sample.typesetting.headings import Lexicon, pick
from tablekin.sample.works.content import Column, TableContent
from tablekin.sample.works.work import Quantity, Work

JOINT = "+"  # between the keys of the places that are printed in one column
_MAX_DIGITS = 900  # on a page
_PADDED = ("minutes", "seconds")


@dataclass(frozen=True)
class TableLayout:
    """What an edition prints of a work, and where."""

    rows: tuple[int, ...]  # of the work, in the order printed
    quantities: tuple[int, ...]  # of the work, in the order printed; an argument may come twice
    joint: str = ""  # what stands between the places of a value in one column; "" is a column a place
    padded: bool = False  # minutes and seconds have two digits
    unit_row: bool = True  # the units head the columns
    halves: bool = False  # a page has its rows in two tables
    pages: int = 1
    split_rows: bool = True  # pages share the rows, or else the quantities


def _count_digits(work: Work, layout: TableLayout) -> int:
    starts = np.cumsum([0, *(len(quantity.units) for quantity in work.quantities)])
    places = [place for index in layout.quantities for place in range(starts[index], starts[index + 1])]
    return sum(len(work.cells[row][place]) for row in layout.rows for place in places)


def _abbreviate(work: Work, layout: TableLayout, rng: np.random.Generator) -> TableLayout:
    """Leave out rows or a quantity."""
    values = [index for index in layout.quantities if not work.quantities[index].argument]
    if rng.random() < 0.12 and len(values) >= 3:
        lost = int(rng.choice(values))
        layout = replace(layout, quantities=tuple(index for index in layout.quantities if index != lost))
    if rng.random() < 0.12 and len(layout.rows) >= 24:
        step = int(rng.choice([1, 2, 3]))
        rows = layout.rows[::step] if step > 1 else layout.rows[: len(layout.rows) * 2 // 3]
        layout = replace(layout, rows=rows)
    return layout


def _order(work: Work, layout: TableLayout, rng: np.random.Generator) -> tuple[int, ...]:
    natural = tuple(sorted(set(layout.quantities)))
    arguments = [index for index in natural if work.quantities[index].argument]
    values = [index for index in natural if not work.quantities[index].argument]
    draw = rng.random()
    if draw < 0.12:
        return natural[::-1]
    if draw < 0.3:
        shift = int(rng.integers(1, len(values) + 1))
        return (*arguments, *values[shift:], *values[:shift])
    if draw < 0.45 and len(arguments) == 1 and len(values) > 2:
        return (*natural, arguments[0])
    return natural


def random_layout(work: Work, parent: TableLayout | None, rng: np.random.Generator) -> TableLayout:
    """Choose a layout that prints what the parent edition prints, or part of it."""
    everything = TableLayout(tuple(range(len(work.row_keys))), tuple(range(len(work.quantities))))
    layout = everything if parent is None else _abbreviate(work, parent, rng)
    layout = replace(layout, quantities=_order(work, layout, rng))
    digits = _count_digits(work, layout)
    pages = math.ceil(digits / _MAX_DIGITS)
    if pages == 1 and digits > 400 and rng.random() < 0.12:
        pages = 2
    values = sum(not work.quantities[index].argument for index in layout.quantities)
    split_rows = values < 2 * pages or (len(layout.rows) >= 40 and rng.random() < 0.5)
    rows = len(layout.rows) // pages if split_rows else len(layout.rows)
    width = digits / max(1, len(layout.rows)) / (1 if split_rows else pages)
    return replace(
        layout,
        joint=str(rng.choice(["", " ", ".", "·"], p=[0.72, 0.14, 0.09, 0.05])),
        padded=bool(rng.random() < 0.15),
        unit_row=bool(rng.random() < 0.8),
        halves=rows >= 40 or (rows >= 20 and width < 14 and bool(rng.random() < 0.5)),
        pages=pages,
        split_rows=split_rows,
    )


def _cut(items: Sequence[int], parts: int) -> list[Sequence[int]]:
    """Cut a sequence into parts of nearly the same length, the longer ones first."""
    ends = [-(-len(items) * part // parts) for part in range(parts + 1)]
    return [items[first:last] for first, last in pairwise(ends)]


def _cut_quantities(work: Work, layout: TableLayout) -> list[Sequence[int]]:
    """Give every page its share of the quantities, and all arguments where they stood."""
    values = [index for index in layout.quantities if not work.quantities[index].argument]
    return [
        [index for index in layout.quantities if work.quantities[index].argument or index in share]
        for share in _cut(values, layout.pages)
    ]


def _head_columns(quantity: Quantity, layout: TableLayout, lexicon: Lexicon, printer: int) -> list[Column]:
    """Head the columns of a quantity."""
    name = lexicon.translate(quantity.name, printer)
    units = [pick(lexicon.terms[unit], printer) if unit else "" for unit in quantity.units]
    if len(units) == 1:
        letters = quantity.key in ("letter", "easter_month")
        return [Column(quantity.key, name, "", quantity.argument, "center" if letters else "right")]
    if layout.joint:
        heading = f"{name}\n{' '.join(units)}" if layout.unit_row else name
        return [Column(JOINT.join(quantity.places), heading, "", quantity.argument)]
    group = name.replace("\n", " ")
    return [
        Column(key, unit if layout.unit_row else "", group, quantity.argument)
        for key, unit in zip(quantity.places, units, strict=True)
    ]


def print_value(text: str, unit: str, layout: TableLayout, lexicon: Lexicon, printer: int) -> str:
    """Give a place of a value the form in which an edition prints it."""
    if layout.padded and unit in _PADDED and text.isdecimal():
        return text.zfill(2)
    return lexicon.translate(text, printer)


def _arrange(
    work: Work,
    cells: Sequence[Sequence[str]],
    layout: TableLayout,
    part: tuple[Sequence[int], Sequence[int]],
    lexicon: Lexicon,
    printer: int,
) -> tuple[tuple[Column, ...], tuple[tuple[str, ...], ...]]:
    """Arrange rows and quantities of a work in columns."""
    rows, quantities = part
    starts = np.cumsum([0, *(len(quantity.units) for quantity in work.quantities)])
    columns: list[Column] = []
    printed: list[list[str]] = [[] for _ in rows]
    for index in quantities:
        quantity = work.quantities[index]
        columns += _head_columns(quantity, layout, lexicon, printer)
        for line, row in zip(printed, rows, strict=True):
            texts = cells[row][starts[index] : starts[index + 1]]
            values = [
                print_value(text, unit, layout, lexicon, printer)
                for text, unit in zip(texts, quantity.units, strict=True)
            ]
            line += [layout.joint.join(values)] if layout.joint and len(values) > 1 else values
    return tuple(columns), tuple(tuple(line) for line in printed)


def arrange_pages(
    work: Work, cells: Sequence[Sequence[str]], layout: TableLayout, lexicon: Lexicon, printer: int
) -> list[tuple[TableContent, ...]]:
    """Arrange a work on pages.

    Parameters
    ----------
    work
        What is printed.
    cells
        The readings of the edition: rows x places, as ``work.cells``.
    layout
        Where everything goes.
    lexicon, printer
        Language and habits of the words.

    Returns
    -------
    list of tuple of TableContent
        The one or two tables of each page.
    """
    parts: list[tuple[Sequence[int], Sequence[int]]]
    if layout.split_rows:
        parts = [(rows, layout.quantities) for rows in _cut(layout.rows, layout.pages)]
    else:
        parts = [(layout.rows, quantities) for quantities in _cut_quantities(work, layout)]
    pages = []
    for number, (rows, quantities) in enumerate(parts):
        title = pick(lexicon.continued, printer) if number else lexicon.title(work, printer)
        tables = []
        for share in _cut(rows, 2) if layout.halves else [rows]:
            columns, printed = _arrange(work, cells, layout, (share, quantities), lexicon, printer)
            keys = tuple(work.row_keys[row] for row in share)
            tables.append(TableContent(title, columns, keys, printed))
        pages.append(tuple(tables))
    return pages
