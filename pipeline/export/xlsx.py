"""XLSX: every table of a corpus as a sheet of a workbook: as printed, as numbers, as computed, doubts tinted.

No cell is a formula, whatever it begins with. The same corpus gives the same file, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from tablekin.export.csv_tables import DESCRIBED, describe, plain
from tablekin.export.selection import Selection
from tablekin.export.table_sheet import TableSheet, table_sheets
from tablekin.export.workbook import (
    BOLD,
    DOUBTFUL,
    LINK,
    WRONG,
    fit_to_paper,
    put,
    put_right,
    save,
    sheet_names,
)
from tablekin.export.written_file import one_line

_MAX_SHEETS = 100  # tables of a workbook: with many more, spreadsheets open it slowly
_CONTENTS = "Contents"
_TOP = (
    4  # rows above the cells of a table: the page, its function, names of the blocks, numbers of the columns
)
_WIDTHS = (4, 60)  # letters of a column, at least and at most
_COMMENT = (260, 90)  # width and height of a comment in pixels
_ABOUT = (
    "Each sheet is a table of a page: as printed; as numbers, in units of the first group of each; and as computed, "
    "where the function that it prints is known.",
    "Rows and columns count from 1. A cell with a comment says how surely it was read, or what should stand in it.",
)
_COLOURS = (
    (DOUBTFUL, "the reading is in doubt: it is right with a probability below 0.8"),
    (WRONG, "the cell does not say what it should by the function of its table, or by the cells around it"),
)


def write(selection: Selection) -> Iterator[Path]:
    """Write ``tables.xlsx``; of many tables ``tables-001.xlsx`` and so on.

    Yields
    ------
    Path
        Each file when it is written.
    """
    found = table_sheets(selection)
    some, number = list(islice(found, _MAX_SHEETS)), 1
    following = list(islice(found, _MAX_SHEETS))
    if not following:
        yield _write_book(some, selection, "tables.xlsx")
        return
    while some:
        yield _write_book(some, selection, f"tables-{number:03d}.xlsx")
        some, following, number = following, list(islice(found, _MAX_SHEETS)), number + 1


def _write_book(sheets: Sequence[TableSheet], selection: Selection, name: str) -> Path:
    book = Workbook()
    title = f"Tables of {selection.corpus.root.resolve().name}"
    names = sheet_names([f"{sheet.doc_id} {sheet.table}" for sheet in sheets], [_CONTENTS, "History"])
    contents = book.active
    contents.title = _CONTENTS
    _write_contents(contents, title, dict(zip(names, sheets, strict=True)), selection)
    for each, sheet in zip(names, sheets, strict=True):
        _write_table(book.create_sheet(each), sheet)
    return save(book, selection.out / name, title)


def _write_contents(page: Worksheet, title: str, sheets: dict[str, TableSheet], selection: Selection) -> None:
    put(page, 1, 1, title).font = BOLD
    for row, words in enumerate(_ABOUT, 2):
        put(page, row, 1, words)
    for row, (colour, meaning) in enumerate(_COLOURS, 2 + len(_ABOUT)):
        put(page, row, 1, "    ").fill = colour
        put(page, row, 2, meaning)
    head = 3 + len(_ABOUT) + len(_COLOURS)
    columns = ["sheet", *DESCRIBED, *map(str, selection.metadata)]
    lines: list[list[Any]] = [columns]
    for name, sheet in sheets.items():
        lines.append([name, *describe(sheet), *map(plain, selection.metadata.loc[sheet.doc_id])])
    for row, line in enumerate(lines, head):
        for column, value in enumerate(line, 1):
            cell = put(page, row, column, one_line(value) if isinstance(value, str) else value)
            if row == head:
                cell.font = BOLD
            elif column == 1:
                cell.hyperlink = Hyperlink(cell.coordinate, location=f"'{value}'!A1")
                cell.font = LINK
    _set_widths(page, 1, pd.DataFrame(lines))
    fit_to_paper(page)
    page.freeze_panes = page.cell(head + 1, 2)
    page.auto_filter.ref = f"A{head}:{get_column_letter(len(columns))}{head + len(sheets)}"


def _write_table(page: Worksheet, sheet: TableSheet) -> None:
    put(page, 1, 1, one_line(f"{sheet.doc_id}, table {sheet.table}: {sheet.about}")).font = BOLD
    put(page, 2, 1, one_line(sheet.function))
    blocks = [("as printed", sheet.printed), ("as numbers", sheet.numbers), ("as computed", sheet.computed)]
    put(page, _TOP, 1, "row").font = BOLD
    for row in sheet.printed.index:
        put(page, _TOP + row, 1, row).font = BOLD
    left = 1
    for name, table in blocks:
        if name == "as computed" and not (table != "").to_numpy().any():
            continue
        put(page, _TOP - 1, left + 1, name).font = BOLD
        for column in table.columns:
            put_right(page, _TOP, left + column, column).font = BOLD
            for row, value in table[column].items():
                cell = put_right(page, _TOP + row, left + column, plain(value))
                _mark(cell, sheet, (row, column), with_note=left == 1)
        _set_widths(page, left + 1, table)
        left += len(table.columns) + 1
        page.column_dimensions[get_column_letter(left)].width = _WIDTHS[0]
    fit_to_paper(page)
    page.print_area = f"A1:{get_column_letter(left)}{_TOP + len(sheet.printed)}"
    page.freeze_panes = page.cell(_TOP + 1, 2)


def _mark(cell: Any, sheet: TableSheet, place: tuple[int, int], with_note: bool) -> None:
    if place in sheet.wrong or place in sheet.doubtful:
        cell.fill = WRONG if place in sheet.wrong else DOUBTFUL
    if with_note and place in sheet.notes:
        cell.comment = Comment(sheet.notes[place], "tablekin", height=_COMMENT[1], width=_COMMENT[0])


def _set_widths(page: Worksheet, first: int, table: pd.DataFrame) -> None:
    least, most = _WIDTHS
    for column, values in enumerate(table.to_numpy(object).T, first):
        longest = max(len(str(plain(value))) for value in values)
        page.column_dimensions[get_column_letter(column)].width = min(max(longest + 2, least), most)
