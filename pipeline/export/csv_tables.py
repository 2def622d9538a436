"""CSVTables: every table of a corpus as CSV, as printed and as numbers, for spreadsheets and scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from tablekin.export.selection import Selection
from tablekin.export.table_sheet import TableSheet, table_sheets
from tablekin.export.written_file import write_csv

DESCRIBED = ("document", "table", "rows", "columns", "cells_in_doubt", "function")


def write(selection: Selection) -> Iterator[Path]:
    """Write two files for each table, and ``tables.csv``, which says what they are.

    Yields
    ------
    Path
        Each file when it is written.
    """
    listed: list[list[Any]] = []
    for sheet in table_sheets(selection):
        name = f"{sheet.doc_id}-{sheet.table}.csv"
        yield _write_grid(selection.out / "printed" / name, sheet.printed)
        yield _write_grid(selection.out / "numbers" / name, sheet.numbers)
        said = [plain(value) for value in selection.metadata.loc[sheet.doc_id]]
        listed.append([*describe(sheet), f"printed/{name}", f"numbers/{name}", *said])
    yield write_csv(
        selection.out / "tables.csv",
        [*DESCRIBED, "printed", "numbers", *map(str, selection.metadata)],
        listed,
    )


def describe(sheet: TableSheet) -> list[Any]:
    """Say what a table is, in the columns ``DESCRIBED``."""
    rows, columns = sheet.printed.shape
    return [sheet.doc_id, sheet.table, rows, columns, len(sheet.doubtful), sheet.function]


def _write_grid(path: Path, table: pd.DataFrame) -> Path:
    rows = ([row, *map(plain, values)] for row, *values in table.itertuples())
    return write_csv(path, ["row", *table.columns], rows)


def plain(value: Any) -> Any:
    """Give a value of a table as plain Python has it, whole numbers without a point; empty where there is none."""
    if pd.isna(value):
        return ""
    value = value.item() if hasattr(value, "item") else value
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value
