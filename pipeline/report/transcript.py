"""Transcript: what was read on one page, as text, as CSV and beside the scan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from tablekin.page import FLAG_MEANINGS
from tablekin.report.cell_sheet import cell_sheet, write_sheet
from tablekin.report.corrected import describe_corrected
from tablekin.report.csv_file import save_csv
from tablekin.report.page import CRITERIA, Page, in_doubt


def describe_flags(page: Page) -> Iterator[str]:
    """Say what was done to a page before it was read, and what is doubtful about it.

    Yields
    ------
    str
        Lines.
    """
    yield from (f"  {flag}: {FLAG_MEANINGS[flag]}" for flag in page.flags)


def describe_reading(page: Page) -> Iterator[str]:
    """Write the tables of a page as lines of text, a question mark behind cells that are in doubt.

    Yields
    ------
    str
        Lines.
    """
    turned = f", turned by {page.orientation} degrees" if page.orientation else ""
    yield f"{page.doc_id} ({page.about}){turned}"
    yield from describe_flags(page)
    yield from describe_corrected({page.doc_id: len(page.corrections)})
    cells, tables, headings = page.cells, page.marked_tables, page.headings
    if not tables:
        yield "  no table was found on it"
    for (number, own), lines in zip(cells.groupby("table_id"), tables, strict=True):
        widths = lines.apply(lambda column: column.str.len().max())
        yield (
            f"  table {number + 1}: {len(lines)} rows, {lines.shape[1]} columns, "
            f"{int(in_doubt(own).sum())} cells in doubt (?: right with a probability below {CRITERIA.min_probability})"
        )
        if number in headings.index:
            yield f"       {headings[number]}"
        labels = own["label"].fillna("").groupby(own["row"]).agg(lambda words: " ".join(filter(None, words)))
        for row, texts in lines.iterrows():
            shown = (text.rjust(width) for text, width in zip(texts, widths, strict=True))
            yield f"  {row + 1:>4} | {' '.join(shown)}   {labels[row]}".rstrip()


def write_cells(page: Page, path: Path, values: bool = False) -> None:
    """Write the cells of a page as CSV.

    Parameters
    ----------
    page
        The page.
    path
        File to write.
    values
        Whether only numbers are written, without what was printed: every column is then one of numbers to whoever
        reads the file. Otherwise the file is one to be edited and given to ``tablekin correct``
        (:func:`tablekin.report.cell_sheet.cell_sheet`); a program should read ``reading``, ``before`` and ``text`` as
        text (``pandas.read_csv(path, dtype={"reading": str, ...})``), or ``02`` becomes 2. In both, ``table``, ``row``
        and ``column`` count from 1.

    Raises
    ------
    UsageError
        ``path`` cannot be written.
    """
    if not values:
        write_sheet(cell_sheet(page.cells.assign(doc_id=page.doc_id), page.digits), path)
        return
    cells = page.cells.drop(columns=["region_id", "text", "printed", "label"])
    places = {"table": cells["table_id"] + 1, "row": cells["row"] + 1, "column": cells["col"] + 1}
    rest = cells.drop(columns=["table_id", "row", "col"])
    save_csv(pd.concat([pd.DataFrame(places), rest], axis=1), path)
