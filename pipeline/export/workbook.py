"""Workbook: cells of spreadsheets that hold what they are given, and files that do not tell when they were written."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from tablekin.export.written_file import write_file
from tablekin.export.xml_tree import legal

_EPOCH = datetime.datetime(1980, 1, 1)  # the earliest date of a file in a ZIP archive
_NAME = 31  # letters of the name of a sheet, in units of UTF-16
_NO_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_TEXT = "@"  # the number format of text: what is typed over it stays text, too

BOLD = Font(bold=True)
LINK = Font(color="0563C1", underline="single")
DOUBTFUL = PatternFill("solid", fgColor="FFE699")  # yellow
WRONG = PatternFill("solid", fgColor="F4B6A6")  # red
_RIGHT = Alignment(horizontal="right")


def put(sheet: Worksheet, row: int, column: int, value: Any) -> Cell:
    """Put a number or a text into a cell; a text stays one, whatever it begins with.

    Parameters
    ----------
    sheet
        Where.
    row, column
        Counted from 1.
    value
        A number, a text, or an empty text for an empty cell.
    """
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        if value:
            cell.value = legal(value)
            cell.data_type = "s"  # not "f", formula, nor "e", error
            cell.number_format = _TEXT
    else:
        cell.value = value
    return cell


def put_right(sheet: Worksheet, row: int, column: int, value: Any) -> Cell:
    """Put a number or a text into a cell, at its right edge, as digits are printed."""
    cell = put(sheet, row, column, value)
    cell.alignment = _RIGHT
    return cell


def fit_to_paper(sheet: Worksheet) -> None:
    """Let a sheet be printed across one page."""
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0  # as many pages as its rows need


def sheet_names(wanted: Sequence[str], taken: Collection[str]) -> list[str]:
    """Name sheets so that every spreadsheet program takes the names: 31 letters, none forbidden, none twice.

    Parameters
    ----------
    wanted
        What they should be called.
    taken
        Names that other sheets have.
    """
    known = {name.casefold() for name in taken}
    names = []
    for text in wanted:
        plain = _NO_NAME.sub("_", legal(text)).strip(" '") or "table"
        name, number = _cut(plain, _NAME), 1
        while name.casefold() in known:
            number += 1
            ending = f"~{number}"
            name = _cut(plain, _NAME - len(ending)) + ending
        known.add(name.casefold())
        names.append(name)
    return names


def _cut(text: str, units: int) -> str:
    """Keep the beginning and the end of a text that is too long: names of scans often differ in the end alone."""
    if _units(text) <= units:
        return text
    end = text[-8:]
    begin = text[:-8]
    while begin and _units(f"{begin}…{end}") > units:
        begin = begin[:-1]
    while _units(f"{begin}…{end}") > units:
        end = end[1:]
    return f"{begin}…{end}".strip(" '")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def save(book: Workbook, path: Path, title: str) -> Path:
    """Write a workbook; the same sheets give the same bytes."""
    book.properties.creator = "tablekin"
    book.properties.title = legal(title)
    book.properties.created = book.properties.modified = _EPOCH
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        ExcelWriter(book, archive).save()
    dated = io.BytesIO()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(dated, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH.timetuple()[:6])
            entry.external_attr = 0o644 << 16
            new.writestr(entry, old.read(name), zipfile.ZIP_DEFLATED)
    return write_file(path, dated.getvalue())
