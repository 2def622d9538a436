"""Transcript: what was read on one page, as text, as CSV and beside the scan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tablekin.corpus.corpus import Corpus
from tablekin.errors import UsageError
from tablekin.report.drawing import PlacedPage, place_document, save_drawing
from tablekin.report.neighbours import about_document, describe_document

DOUBTFUL = 0.8  # probability below which a figure or a cell is marked
_TABLES = ("#1f4fa3", "#2a7d3f", "#7a3fa0", "#9a5b13")  # colours of their cells, in turn
_SURE, _IN_DOUBT = "#222222", "#c8102e"
_MARGIN, _GAP, _HEAD, _DPI = 40, 60, 150, 100
_CELL_COLUMNS = ["table_id", "row", "col", "text", "confidence", "x0", "y0", "x1", "y1"]
_BOX = ["x0", "y0", "x1", "y1"]


def read_cells(corpus: Corpus, doc_id: str) -> pd.DataFrame:
    """Cells of a document in reading order: table, row and column from 0, text, confidence, box in the scan."""
    regions = corpus.read("regions", [doc_id])
    cells = regions[regions["kind"] == "cell"][_CELL_COLUMNS]
    whole = dict.fromkeys(["table_id", "row", "col"], "int64")
    return cells.astype(whole).sort_values(["table_id", "row", "col"], ignore_index=True)


def describe_reading(corpus: Corpus, doc_id: str) -> Iterator[str]:
    """Write the tables of a document as lines of text, a question mark behind cells that are in doubt.

    Yields
    ------
    str
        Lines.
    """
    cells = read_cells(corpus, doc_id)
    page = corpus.read("pages", [doc_id]).iloc[0]
    turned = f", turned by {page['orientation']} degrees" if page["orientation"] else ""
    yield f"{describe_document(corpus, doc_id)}{turned}"
    if cells.empty:
        yield "  no table was found on it"
    for table, own in cells.groupby("table_id"):
        doubtful = (own["confidence"] < DOUBTFUL) & (own["text"] != "")
        grid = own.assign(shown=own["text"].where(~doubtful, own["text"] + "?"))
        lines = grid.pivot(index="row", columns="col", values="shown").fillna("")
        widths = lines.apply(lambda column: column.str.len().max())
        yield (
            f"  table {table + 1}: {len(lines)} rows, {lines.shape[1]} columns, "
            f"{int(doubtful.sum())} cells in doubt (?)"
        )
        for row, texts in lines.iterrows():
            shown = (text.rjust(width) for text, width in zip(texts, widths, strict=True))
            yield f"  {row + 1:>4} | {' '.join(shown)}".rstrip()


def write_cells(corpus: Corpus, doc_id: str, path: Path) -> None:
    """Write the cells of a document as CSV, counted from 0 as in the tables of the corpus.

    Raises
    ------
    UsageError
        ``path`` cannot be written.
    """
    cells = read_cells(corpus, doc_id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        cells.to_csv(path, index=False)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error}") from error


def draw_reading(corpus: Corpus, doc_id: str, path: Path) -> None:
    """Draw a page, and beside it every figure that was read at its place; frames are cells, red is in doubt.

    Raises
    ------
    UsageError
        The scan cannot be found, or ``path`` cannot be written.
    """
    page = place_document(corpus, doc_id, None)
    rows, cols = page.image.shape
    width, height = 2 * (cols + _MARGIN) + _GAP, _HEAD + rows + _MARGIN
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    extent = (page.left, page.left + cols, page.top + rows, page.top)
    axes.imshow(page.image, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="nearest")
    axes.text(page.left, 70, f"{doc_id}\n{about_document(corpus, doc_id)}", fontsize=16, va="bottom")
    digits, cells = corpus.read("digits", [doc_id]), read_cells(corpus, doc_id)
    found = (
        f"{len(digits)} figures, {int((digits['score'] < DOUBTFUL).sum())} in doubt (red); {len(cells)} cells"
    )
    axes.text(page.left, 118, found, fontsize=14, va="baseline", color="#555555")
    right = cols + _GAP
    _frame_cells(axes, page, cells, (0, right))
    _print_figures(axes, page, digits, right)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    save_drawing(figure, path)


def _frame_cells(axes: Axes, page: PlacedPage, cells: pd.DataFrame, shifts: tuple[float, ...]) -> None:
    boxes = page.place(cells[_BOX].to_numpy())
    for (x0, y0, x1, y1), table in zip(boxes, cells["table_id"], strict=True):
        colour = _TABLES[table % len(_TABLES)]
        for shift in shifts:
            axes.add_patch(
                Rectangle((x0 + shift, y0), x1 - x0, y1 - y0, fill=False, lw=0.6, ec=colour, alpha=0.7)
            )


def _print_figures(axes: Axes, page: PlacedPage, digits: pd.DataFrame, shift: float) -> None:
    boxes = page.place(digits[_BOX].to_numpy())
    for (x0, y0, x1, y1), digit, score in zip(boxes, digits["digit"], digits["score"], strict=True):
        colour = _SURE if score >= DOUBTFUL else _IN_DOUBT
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
