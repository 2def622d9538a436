"""Transcript: what was read on one page, as text, as CSV and beside the scan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from tablekin.page import FLAG_MEANINGS
from tablekin.report.cell_sheet import cell_sheet, write_sheet
from tablekin.report.corrected import describe_corrected
from tablekin.report.csv_file import save_csv
from tablekin.report.drawing import BOX, HEAD, MARGIN, Drawing, PlacedPage, place_document
from tablekin.report.page import CRITERIA, Page, in_doubt

_TABLES = ("#1f4fa3", "#2a7d3f", "#7a3fa0", "#9a5b13")  # colours of their cells, in turn
_SURE, _IN_DOUBT, _WORDS, _CORRECTED = "#222222", "#c8102e", "#555555", "#0b5fd8"
_GAP, _DPI = 60, 100


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
        Whether only numbers are written, without what was printed, counted from 0 as in the tables of a corpus: every
        column is then one of numbers to whoever reads the file. Otherwise the file is one to be edited and given to
        ``tablekin correct``, counted from 1 (:func:`tablekin.report.cell_sheet.cell_sheet`); a program should read
        ``reading``, ``before`` and ``text`` as text (``pandas.read_csv(path, dtype={"reading": str, ...})``), or ``02``
        becomes 2.

    Raises
    ------
    UsageError
        ``path`` cannot be written.
    """
    if not values:
        write_sheet(cell_sheet(page.cells.assign(doc_id=page.doc_id), page.digits), path)
        return
    save_csv(page.cells.drop(columns=["region_id", "text", "printed", "label"]), path)


def draw_reading(page: Page) -> Drawing:
    """Draw a page, and beside it every digit and word that was read at its place; frames are cells, red is in doubt.

    What people corrected stands in blue, in the middle of its cell.

    Raises
    ------
    TablekinError
        The scan cannot be found, or cannot be read.
    """
    placed = place_document(page, None)
    rows, cols = placed.image.shape
    drawing = Drawing(2 * (cols + MARGIN) + _GAP, HEAD + rows + MARGIN)
    drawing.show_page(placed, f"{page.doc_id}\n{page.about}")
    digits, cells = page.digits, page.cells
    doubtful = int((digits["score"] < CRITERIA.min_probability).sum())
    found = f"{len(digits)} digits, {doubtful} in doubt (red); {len(cells)} cells"
    axes, right = drawing.canvas_axes, cols + _GAP
    drawing.write(placed.left, 118, found, fontsize=14, va="baseline", color="#555555")
    _frame_cells(axes, placed, cells, (0, right))
    corrected = page.corrections.merge(cells[["region_id", *BOX]], on="region_id")
    _print_digits(axes, placed, digits[~digits["region_id"].isin(corrected["region_id"])], right)
    _print_corrected(axes, placed, corrected, right)
    _print_words(drawing, placed, page.words, right)
    return drawing


def _frame_cells(axes: Axes, page: PlacedPage, cells: pd.DataFrame, shifts: tuple[float, ...]) -> None:
    boxes = page.place(cells[BOX].to_numpy())
    for (x0, y0, x1, y1), table in zip(boxes, cells["table_id"], strict=True):
        colour = _TABLES[table % len(_TABLES)]
        for shift in shifts:
            axes.add_patch(
                Rectangle((x0 + shift, y0), x1 - x0, y1 - y0, fill=False, lw=0.6, ec=colour, alpha=0.7)
            )


def _print_digits(axes: Axes, page: PlacedPage, digits: pd.DataFrame, shift: float) -> None:
    boxes = page.place(digits[BOX].to_numpy())
    for (x0, y0, x1, y1), digit, score in zip(boxes, digits["digit"], digits["score"], strict=True):
        colour = _SURE if score >= CRITERIA.min_probability else _IN_DOUBT
        points = max(3.0, (y1 - y0) * 72 / _DPI * 1.1)
        axes.text(
            (x0 + x1) / 2 + shift,
            (y0 + y1) / 2,
            str(digit),
            fontsize=points,
            ha="center",
            va="center",
            color=colour,
        )


def _print_words(drawing: Drawing, page: PlacedPage, words: pd.DataFrame, shift: float) -> None:
    boxes = page.place(words[BOX].to_numpy())
    for (x0, y0, _, y1), text in zip(boxes, words["text"], strict=True):
        points = max(3.0, (y1 - y0) * 72 / _DPI * 0.8)
        drawing.write(x0 + shift, (y0 + y1) / 2, text, fontsize=points, ha="left", va="center", color=_WORDS)


def _print_corrected(axes: Axes, page: PlacedPage, corrected: pd.DataFrame, shift: float) -> None:
    boxes = page.place(corrected[BOX].to_numpy())
    for (x0, y0, x1, y1), reading in zip(boxes, corrected["after"], strict=True):
        points = max(3.0, min(y1 - y0, 2 * (x1 - x0) / max(len(reading), 1)) * 72 / _DPI * 0.8)
        axes.text(
            (x0 + x1) / 2 + shift,
            (y0 + y1) / 2,
            reading,
            fontsize=points,
            ha="center",
            va="center",
            color=_CORRECTED,
            parse_math=False,
        )
