"""ReadingDrawing: a page, and beside it every digit and word that was read, at its place."""

from __future__ import annotations

import pandas as pd

from tablekin.lettering import counted
from tablekin.palette import COMPUTED, DASHED, DOTTED, DOUBTFUL, INK, MUTED, SERIES, SOLID
from tablekin.report.drawing import MARGIN, TEXT, Drawing, in_points
from tablekin.report.line_numbers import number_lines
from tablekin.report.marks import Key, Mark, draw_legend
from tablekin.report.page import CRITERIA, Page
from tablekin.report.placed_page import BOX, PlacedPage, place_document, region_boxes

# frames of the cells of tables, in turn
_TABLES = [Mark(SERIES[0], style=SOLID, width=0.9), Mark(SERIES[2], style=DASHED, width=0.9)]
_DOUBT = Mark(DOUBTFUL, tint=0.55)
_CORRECTED = Mark(COMPUTED, style=DOTTED, width=1.8)
_GAP = 90
_SMALLEST = 3.0  # points of a letter that can be seen at all


def draw_reading(page: Page) -> Drawing:
    """Draw a page, and beside it every digit and word that was read at its place, with marks where it is in doubt.

    What people corrected stands in the middle of its cell.

    Raises
    ------
    TablekinError
        The scan cannot be found, or cannot be read.
    """
    digits, cells = page.digits, page.cells
    placed = place_document(page)
    width = 2 * (placed.image.shape[1] + MARGIN + 24) + _GAP
    drawing = Drawing(width, 1000)
    doubtful = digits["score"] < CRITERIA.min_probability
    top = drawing.head(_sentence(digits, doubtful, cells), [], width)
    y = drawing.write_lines(MARGIN + 24, top, page.doc_id, width - 2 * MARGIN, TEXT, fontweight="bold")
    top = drawing.write_lines(MARGIN + 24, y, page.about, width - 2 * MARGIN, TEXT, color=MUTED) + MARGIN
    placed = placed.move(MARGIN + 24, top)
    copy = placed.move(placed.right + _GAP, top)
    drawing.show_page(placed)
    corrected = page.corrections.merge(cells[["region_id", *BOX]], on="region_id")
    for one, side in ((placed, "left"), (copy, "right")):
        number_lines(drawing, one, cells, side)  # type: ignore[arg-type]
        for box, table in zip(region_boxes(cells, one).to_numpy(), cells["table_id"], strict=True):
            _TABLES[table % len(_TABLES)].draw(drawing.canvas_axes, box)
    read = ~digits["region_id"].isin(corrected["region_id"])
    _write_digits(drawing, copy, digits[read], doubtful[read])
    _write_words(drawing, copy, page.words)
    _write_corrected(drawing, copy, corrected)
    keys = [
        Key(_TABLES[0], "cells" if cells["table_id"].nunique() < 2 else "cells of one table"),
        Key(_TABLES[1], "of the next"),
        Key(_DOUBT, f"right with a probability below {CRITERIA.min_probability}"),
        Key(_CORRECTED, "corrected by people"),
    ]
    shown = [len(cells) > 0, cells["table_id"].nunique() > 1, bool(doubtful.any()), len(corrected) > 0]
    keys = [key for key, is_there in zip(keys, shown, strict=True) if is_there]
    y = placed.bottom + 0.6 * MARGIN
    y = draw_legend(drawing, keys, (MARGIN, y), width - 2 * MARGIN) if keys else y
    drawing.set_extent(width, y + 0.2 * MARGIN)
    return drawing


def _sentence(digits: pd.DataFrame, doubtful: pd.Series, cells: pd.DataFrame) -> str:
    tables = counted(cells["table_id"].nunique(), "table")
    found = f"{counted(len(cells), 'cell')} in {tables}" if len(cells) else "no table was found"
    return f"{counted(len(digits), 'digit')} read, {int(doubtful.sum())} of them in doubt; {found}"


def _write_digits(drawing: Drawing, page: PlacedPage, digits: pd.DataFrame, doubtful: pd.Series) -> None:
    boxes = page.place(digits[BOX].to_numpy())
    for (x0, y0, x1, y1), digit, in_doubt in zip(boxes, digits["digit"], doubtful, strict=True):
        if in_doubt:
            _DOUBT.draw(drawing.canvas_axes, (x0 - 2, y0 - 2, x1 + 2, y1 + 2))
        points = max(_SMALLEST, 1.1 * in_points(y1 - y0))
        style = {"ha": "center", "va": "center", "color": INK, "fontweight": "bold" if in_doubt else "normal"}
        drawing.write((x0 + x1) / 2, (y0 + y1) / 2, str(digit), fontsize=points, **style)


def _write_words(drawing: Drawing, page: PlacedPage, words: pd.DataFrame) -> None:
    boxes = page.place(words[BOX].to_numpy())
    for (x0, y0, _, y1), text in zip(boxes, words["text"], strict=True):
        points = max(_SMALLEST, 0.8 * in_points(y1 - y0))
        drawing.write(x0, (y0 + y1) / 2, text, fontsize=points, ha="left", va="center", color=MUTED)


def _write_corrected(drawing: Drawing, page: PlacedPage, corrected: pd.DataFrame) -> None:
    boxes = page.place(corrected[BOX].to_numpy())
    for (x0, y0, x1, y1), reading in zip(boxes, corrected["after"], strict=True):
        _CORRECTED.draw(drawing.canvas_axes, (x0, y0, x1, y1))
        points = max(_SMALLEST, 0.8 * in_points(min(y1 - y0, 2 * (x1 - x0) / max(len(reading), 1))))
        style = {"ha": "center", "va": "center", "color": COMPUTED}
        drawing.write((x0 + x1) / 2, (y0 + y1) / 2, reading, fontsize=points, **style)
