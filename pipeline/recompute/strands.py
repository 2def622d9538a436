"""Strand: one place of the numbers in a column, a number a row, before it is known which strands make a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.cell_splitting import split_column
from tablekin.recompute.omitted import fill_blanks, is_ordered, restore_leading
from tablekin.recompute.printed_number import CellKind, PrintedNumber, parse
from tablekin.recompute.smoothness import Numbers
from tablekin.recompute.table_text import TableText

_SPARSE = 0.3  # a column with fewer numbers among its cells that are not blank is text
_STROKE = 0.5  # of the smaller one of its neighbours, from which a number with a stroke before it is none below zero
_BLANKS = 0.3  # share of the rows of a strand that are blank where the next one is not, when it prints a number once


@dataclass(frozen=True)
class Strand:
    """A place of the numbers of a column."""

    col: int
    place: int  # from the left, 0 is the first
    places: int  # of the column
    values: Numbers  # (rows,), NaN where there is none
    widths: NDArray[np.int64]  # (rows,) digits as printed, 0 where there is none
    region: NDArray[np.int64]  # (rows,) of the cells, -1 where there is none
    heading: str
    rank: int = 0  # of its column among those of the table that are not blank

    @property
    def known(self) -> NDArray[np.bool_]:
        """Rows with a number."""
        return np.isfinite(self.values)

    def below(self, other: Strand) -> Strand:
        """Put the rows of another strand below, with a row between that holds nothing."""
        return replace(
            self,
            values=np.concatenate([self.values, [np.nan], other.values]),
            widths=np.concatenate([self.widths, [0], other.widths]),
            region=np.concatenate([self.region, [-1], other.region]),
        )

    def nothing(self) -> Strand:
        """Make a strand of as many rows that holds nothing."""
        rows = len(self.values)
        return replace(
            self,
            values=np.full(rows, np.nan),
            widths=np.zeros(rows, np.int64),
            region=np.full(rows, -1, np.int64),
        )

    def without(self, rows: NDArray[np.bool_]) -> Strand:
        """Take the numbers out of some rows."""
        return replace(self, values=np.where(rows, np.nan, self.values))


def is_text(cells: Sequence[PrintedNumber]) -> bool:
    """Tell whether a column holds words, or nothing at all."""
    numbers = sum(cell.kind is CellKind.NUMBER for cell in cells)
    words = sum(cell.kind is CellKind.WORD for cell in cells)
    return numbers == 0 or numbers < _SPARSE * (numbers + words)


def strands_of(table: TableText) -> list[Strand]:
    """Take the columns of a table that hold numbers apart; ditto marks and what was left out are filled in."""
    made: list[Strand] = []
    rank = -1
    for col in range(table.shape[1]):
        cells = [parse(text) for text in table.text[:, col]]
        rank += any(cell.kind is not CellKind.BLANK for cell in cells)
        if is_text(cells):
            continue
        values, widths = split_column(cells)
        values[:, -1] += [cell.fraction for cell in cells]
        values[_are_negative(cells, values[:, 0])] *= -1
        ditto = np.array([cell.kind is CellKind.DITTO for cell in cells])
        if is_ordered(values[:, 0]):
            ditto |= np.array([cell.kind is CellKind.DASH for cell in cells])
        places = values.shape[1]
        for place in range(places):
            filled = fill_blanks(values[:, place], ditto)
            if places == 1:
                filled = restore_leading(filled, widths[:, 0])
            heading = table.heading(col)
            region = table.region[:, col]
            made.append(Strand(col, place, places, filled, widths[:, place], region, heading, rank))
    return _fill_printed_once(made)


def _are_negative(cells: Sequence[PrintedNumber], sizes: Numbers) -> NDArray[np.bool_]:
    """Tell which cells hold negative numbers, ``(rows,)``: not a stroke in front of one between larger positive ones.

    It is the end of leaders or of a rule; ``sizes`` are the numbers without signs.
    """
    negative = np.array([cell.negative for cell in cells])
    known = np.flatnonzero(np.isfinite(sizes))
    for place, row in enumerate(known):
        beside = known[max(place - 1, 0) : place + 2]
        beside = beside[beside != row]
        if negative[row] and len(beside) and not negative[beside].any():
            negative[row] = sizes[row] < _STROKE * sizes[beside].min()
    return negative


def _fill_printed_once(strands: list[Strand]) -> list[Strand]:
    """Fill strands that are blank where the one to their right is not: what is printed once holds further down."""
    for index in range(len(strands) - 2, -1, -1):
        own, right = strands[index], strands[index + 1]
        if not own.known.any() or not right.known.any():
            continue
        blank = ~own.known & right.known
        if blank.sum() >= _BLANKS * right.known.sum() and own.known.argmax() <= right.known.argmax():
            strands[index] = replace(own, values=fill_blanks(own.values, blank))
    return strands
