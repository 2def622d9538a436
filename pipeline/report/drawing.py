"""Drawing: a figure of pages and words whose units are pixels, and the file it is written to."""

from __future__ import annotations

from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from tablekin.corpus import replacing
from tablekin.errors import StorageError, UsageError
from tablekin.lettering import on_terminal
from tablekin.palette import INK, MUTED, PAPER
from tablekin.report.placed_page import PlacedPage

MARGIN = 40  # around what is drawn
TITLE, TEXT, SMALL = 22, 16, 12  # points of what is said first, of sentences, of numbers on a page
_DPI = 100
_LEADING = 1.35  # from line to line, in sizes of the letters


class Drawing(Figure):
    """A figure whose axes cover it: one of their units is one pixel, origin top left; a notebook shows it."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor=PAPER)
        FigureCanvasAgg(self)
        self.canvas_axes = self.add_axes((0, 0, 1, 1))
        self.canvas_axes.set_axis_off()
        self.set_extent(width, height)

    def set_extent(self, width: float, height: float) -> None:
        """Make the drawing as large as so many pixels, a part of one being a whole one."""
        width, height = ceil(width), ceil(height)
        self.set_size_inches(width / _DPI, height / _DPI)
        self.canvas_axes.set_xlim(0, width)
        self.canvas_axes.set_ylim(height, 0)

    def show_page(self, page: PlacedPage) -> None:
        """Show a page at its place."""
        rows, cols = page.image.shape
        extent = (page.left, page.left + cols, page.top + rows, page.top)
        axes = self.canvas_axes
        axes.imshow(page.image, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="nearest")

    def write(self, x: float, y: float, text: str, **style: Any) -> None:
        """Write a text as it is: what is between dollar signs is no formula."""
        self.canvas_axes.text(x, y, on_terminal(text), parse_math=False, **style)

    def write_lines(
        self, x: float, y: float, text: str, width: float, size: float = TEXT, **style: Any
    ) -> float:
        """Write a text from ``y`` downwards in lines of at most ``width`` pixels; return where the next one begins."""
        bold = style.get("fontweight") == "bold"
        for line in self.fold(text, width, size, bold):
            self.write(x, y, line, fontsize=size, va="top", **{"color": INK, **style})
            y += line_height(size)
        return y

    def head(self, title: str, lines: list[str], width: float) -> float:
        """Write what a drawing shows at its top; return where the next thing may begin."""
        y = self.write_lines(MARGIN, 0.6 * MARGIN, title, width - 2 * MARGIN, TITLE)
        for line in lines:
            y = self.write_lines(MARGIN, y + 4, line, width - 2 * MARGIN, TEXT, color=MUTED)
        return y + 0.4 * MARGIN

    def fold(self, text: str, width: float, size: float, bold: bool = False) -> list[str]:
        """Break a text into lines of at most ``width`` pixels: between words, within one only if it is too long."""
        lines: list[str] = []
        for paragraph in on_terminal(text).split("\n"):
            line = ""
            for word in paragraph.split(" "):
                together = f"{line} {word}" if line else word
                if self.text_width(together, size, bold) <= width:
                    line = together
                    continue
                if line:
                    lines.append(line)
                while len(word) > 1 and self.text_width(word, size, bold) > width:
                    fits = max(1, int(len(word) * width / self.text_width(word, size, bold)))
                    lines.append(word[:fits])
                    word = word[fits:]
                line = word
            lines.append(line)
        return lines

    def text_width(self, text: str, size: float, bold: bool = False) -> float:
        """Measure a line of text in pixels."""
        letters = FontProperties(size=size, weight="bold" if bold else "normal")
        renderer = self.canvas.get_renderer()  # type: ignore[attr-defined]
        return float(renderer.get_text_width_height_descent(text, letters, False)[0])

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height in pixels."""
        return float(self.canvas_axes.get_xlim()[1]), float(self.canvas_axes.get_ylim()[0])

    def _repr_png_(self) -> bytes:
        picture = BytesIO()
        self.savefig(picture, format="png")
        return picture.getvalue()


def line_height(size: float) -> float:
    """Pixels from a line of letters of so many points to the next."""
    return _LEADING * in_pixels(size)


def in_pixels(size: float) -> float:
    """Convert points to pixels of a drawing."""
    return size * _DPI / 72


def in_points(pixels: float) -> float:
    """Convert pixels of a drawing to points."""
    return pixels * 72 / _DPI


_UNDATED: dict[str, dict[str, None]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


def save_drawing(figure: Figure, path: Path) -> None:
    """Write a drawing; the suffix says as what. The same drawing gives the same file.

    Raises
    ------
    UsageError
        ``path`` cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            kind = path.suffix[1:].lower() or "png"
            with matplotlib.rc_context({"svg.hashsalt": "tablekin"}):
                figure.savefig(file, format=kind, metadata=_UNDATED.get(kind))
    except (
        OSError,
        StorageError,
        ValueError,
    ) as error:  # matplotlib raises ValueError for a suffix it cannot write
        raise UsageError(f"cannot write the drawing to {path}: {error}") from error
