"""Cells: the cells of two documents that correspond, and those that only one of them has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.collation.aligned_cells import list_aligned
from tablekin.collation.cell_columns import (
    NO_CELLS,
    NOT_COMPARED,
    ONLY_A,
    ONLY_B,
    CellColumns,
    Integers,
    concatenate,
)
from tablekin.collation.cell_errors import UNKNOWN
from tablekin.collation.collation import Collation
from tablekin.collation.grid import Grid

Mask = NDArray[np.bool_]  # (rows, columns)


def to_frame(collations: Sequence[Collation]) -> pd.DataFrame:
    """List cells as :func:`list_cells` does: rows of ``collations`` without documents."""
    return list_cells(collations).to_frame()


def list_cells(collations: Sequence[Collation]) -> CellColumns:
    """List aligned cells, and cells that only one of the tables has."""
    if not collations:
        return NO_CELLS
    both = concatenate([list_aligned(collation) for collation in collations])
    return concatenate([both, *_list_alone(collations, both, "a"), *_list_alone(collations, both, "b")])


def _list_alone(collations: Sequence[Collation], both: CellColumns, side: str) -> list[CellColumns]:
    """List the filled cells of one document's tables that none of the other's corresponds to, table by table."""
    aligned = _PlacesOfSide(*(getattr(both, f"{name}_{side}") for name in _PlacesOfSide._fields))
    tables: dict[int, Grid] = {}
    skipped: dict[int, Mask] = {}
    for collation in collations:
        grid = collation.a if side == "a" else collation.b
        found = _skipped(grid, aligned, side == "b" and collation.alignment.transposed)
        tables[grid.table] = grid
        skipped[grid.table] = skipped[grid.table] | found if grid.table in skipped else found
    return [_alone(grid, aligned, skipped[table], side) for table, grid in sorted(tables.items())]


class _PlacesOfSide(NamedTuple):
    """Where the cells stand, in one document's tables, that correspond to others; ``(cells,)``."""

    table: Integers
    row: Integers
    col: Integers
    region: Integers


def _alone(grid: Grid, aligned: _PlacesOfSide, skipped: Mask, side: str) -> CellColumns:
    """List the filled cells of a table that correspond to none.

    Where the other document has no row between two that correspond, a cell is in one only; what lies beyond the rows
    and columns that correspond was not compared.
    """
    taken = aligned.region[aligned.table == grid.table]
    row, col = np.nonzero(grid.filled & ~np.isin(grid.region, taken))
    nothing, count = np.full(len(row), "", object), len(row)
    nowhere = (np.full(count, -1),) * 3
    region, text, here = grid.region[row, col], grid.text[row, col], (np.full(count, grid.table), row, col)
    is_a = side == "a"
    return CellColumns._make(
        [
            *((region, nowhere[0], *here, *nowhere) if is_a else (nowhere[0], region, *nowhere, *here)),
            *((text, nothing) if is_a else (nothing, text)),
            np.where(skipped[row, col], ONLY_A if is_a else ONLY_B, NOT_COMPARED).astype(np.uint8),
            *(np.zeros(count), grid.certainty[row, col]),
            *(nothing, np.full(count, UNKNOWN, object)),
        ]
    )


def _skipped(grid: Grid, aligned: _PlacesOfSide, is_transposed: bool) -> Mask:
    """Tell which cells stand between rows that correspond, in columns that do; ``(rows, columns)``."""
    own = aligned.table == grid.table
    lines, columns = (aligned.col, aligned.row) if is_transposed else (aligned.row, aligned.col)
    shape = grid.shape[::-1] if is_transposed else grid.shape
    has_line, has_column = np.zeros(shape[0], bool), np.zeros(shape[1], bool)
    has_line[lines[own]] = has_column[columns[own]] = True
    known = np.flatnonzero(has_line)
    is_between = ~has_line
    if len(known):
        is_between[: known[0]] = is_between[known[-1] :] = False
    found = (is_between & bool(len(known)))[:, None] & has_column
    return found.T if is_transposed else found
