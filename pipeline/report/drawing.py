"""Drawing: two pages side by side, with curves between the regions that make them similar.

After the figures of Eberle et al., "Building and Interpreting Deep Similarity Models" (2022): red curves join
regions whose joint relevance is positive, blue ones those where it is negative, the more opaque the stronger.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Curve
from numpy.typing import NDArray

from tablekin.corpus import replacing
from tablekin.errors import StorageError, UsageError
from tablekin.lettering import on_terminal
from tablekin.report.page import Page
from tablekin.threshold import threshold

POSITIVE, NEGATIVE = "#c8102e", "#1f4fa3"
_PAGE = (1200, 1500)  # largest width and height of a page in pixels of the drawing
_MIN_WIDTH = 640  # of a page's share of the drawing, for its title
MARGIN, HEAD = 40, 150  # around what is drawn; over the pages, for their titles
_GAP = 200
BOX = ["x0", "y0", "x1", "y1"]
_DPI = 100


class Drawing(Figure):
    """A figure whose axes cover it: one of their units is one pixel, origin top left; a notebook shows it."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor="white")
        FigureCanvasAgg(self)
        self.canvas_axes = self.add_axes((0, 0, 1, 1))
        self.canvas_axes.set_axis_off()
        self.set_extent(width, height)

    def set_extent(self, width: float, height: float) -> None:
        """Make the drawing as large as so many pixels."""
        self.set_size_inches(width / _DPI, height / _DPI)
        self.canvas_axes.set_xlim(0, width)
        self.canvas_axes.set_ylim(height, 0)

    def show_page(self, page: PlacedPage, title: str) -> None:
        """Show a page at its place, and a title over it."""
        rows, cols = page.image.shape
        extent = (page.left, page.left + cols, page.top + rows, page.top)
        axes = self.canvas_axes
        axes.imshow(page.image, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="nearest")
        self.write(page.left, 70, title, fontsize=16, va="bottom", linespacing=1.4, color="#222222")

    def write(self, x: float, y: float, text: str, **style: Any) -> None:
        """Write a text as it is: what is between dollar signs is no formula."""
        self.canvas_axes.text(x, y, on_terminal(text), parse_math=False, **style)

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height in pixels."""
        return float(self.canvas_axes.get_xlim()[1]), float(self.canvas_axes.get_ylim()[0])

    def _repr_png_(self) -> bytes:
        picture = BytesIO()
        self.savefig(picture, format="png")
        return picture.getvalue()


@dataclass(frozen=True)
class ConnectionLimits:
    """Which connections are drawn."""

    max_connections: int = threshold(80, "connections", "in one drawing")
    max_of_region: int = threshold(2, "connections", "of one region, so that no busy cell hides the others")
    min_strength: float = threshold(0.1, "of the strongest", "below which a connection is not drawn")


LIMITS = ConnectionLimits()


@dataclass(frozen=True)
class Connection:
    """Two regions and the relevance they have together."""

    box_a: tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels of the drawing
    box_b: tuple[float, float, float, float]
    relevance: float


@dataclass(frozen=True)
class PlacedPage:
    """A page turned upright at its place in the drawing."""

    image: NDArray[np.uint8]  # (height, width) in pixels of the drawing
    left: float
    top: float
    transform: NDArray[np.float64]  # (2, 3): pixels of the original image -> pixels of the drawing

    def place(self, boxes: NDArray[np.floating]) -> NDArray[np.float64]:
        """Map boxes ``(n, 4)`` from the original image to the drawing ``(n, 4)``."""
        corners = (
            np.asarray(boxes, np.float64).reshape(-1, 2, 2) @ self.transform[:, :2].T + self.transform[:, 2]
        )
        return np.concatenate([corners.min(1), corners.max(1)], 1)


def place_page(
    image: NDArray[np.uint8], orientation: int, left: float, top: float, room: tuple[int, int] = _PAGE
) -> PlacedPage:
    """Turn a page upright and scale it.

    Parameters
    ----------
    image
        ``(h, w)`` grey, as scanned.
    orientation
        Degrees clockwise it is turned from upright: 0, 90, 180 or 270.
    left, top
        Where its corner comes to lie, in pixels of the drawing.
    room
        Largest width and height of the upright page in the drawing.
    """
    rows, cols = image.shape
    upright = np.rot90(image, orientation // 90)
    scale = min(room[0] / upright.shape[1], room[1] / upright.shape[0])
    turn = {
        0: [[1, 0, 0], [0, 1, 0]],
        90: [[0, 1, 0], [-1, 0, cols]],
        180: [[-1, 0, cols], [0, -1, rows]],
        270: [[0, -1, rows], [1, 0, 0]],
    }[orientation]
    transform = scale * np.array(turn, np.float64)
    transform[:, 2] += left, top
    size = (max(1, round(upright.shape[1] * scale)), max(1, round(upright.shape[0] * scale)))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(np.ascontiguousarray(upright), size, interpolation=interpolation)
    return PlacedPage(np.asarray(resized, np.uint8), left, top, transform)


def connect(
    relevance: pd.DataFrame, boxes_a: pd.DataFrame, boxes_b: pd.DataFrame, count: int = LIMITS.max_connections
) -> list[Connection]:
    """Pick the strongest connections, at most two of a region, the weakest first as they are drawn.

    Parameters
    ----------
    relevance
        A region map.
    boxes_a, boxes_b
        x0, y0, x1, y1 in the drawing of the regions that may be joined, by region_id.
    count
        Largest number of connections.
    """
    relevance = relevance.loc[relevance.index.isin(boxes_a.index), relevance.columns.isin(boxes_b.index)]
    values = relevance.to_numpy()
    strength = np.abs(values)
    if not strength.size or strength.max() == 0:
        return []
    enough = np.flatnonzero(strength >= LIMITS.min_strength * strength.max())
    order = enough[np.argsort(-strength.ravel()[enough], kind="stable")]
    used_a, used_b = np.zeros(strength.shape[0], int), np.zeros(strength.shape[1], int)
    connections: list[Connection] = []
    for row, col in zip(*np.unravel_index(order, strength.shape), strict=True):
        if len(connections) == count:
            break
        if used_a[row] < LIMITS.max_of_region and used_b[col] < LIMITS.max_of_region:
            used_a[row] += 1
            used_b[col] += 1
            box_a, box_b = boxes_a.loc[relevance.index[row]], boxes_b.loc[relevance.columns[col]]
            connections.append(Connection(tuple(box_a), tuple(box_b), float(values[row, col])))
    return connections[::-1]


def draw(
    pages: tuple[PlacedPage, PlacedPage], connections: list[Connection], titles: tuple[str, str, str]
) -> Drawing:
    """Draw two pages and what connects them.

    Parameters
    ----------
    pages
        Both pages at their places.
    connections
        Drawn in this order.
    titles
        Over the left page, over the right page, and below both titles.

    """
    right = pages[1]
    width = right.left + max(right.image.shape[1], _MIN_WIDTH) + MARGIN
    height = max(page.top + page.image.shape[0] for page in pages) + MARGIN
    drawing = Drawing(width, height)
    for page, title in zip(pages, titles[:2], strict=True):
        drawing.show_page(page, title)
    axes = drawing.canvas_axes
    drawing.write(MARGIN, 118, titles[2], fontsize=14, va="baseline", color="#555555")
    strongest = max((abs(connection.relevance) for connection in connections), default=1.0)
    for connection in connections:
        _draw_connection(axes, connection, abs(connection.relevance) / strongest)
    return drawing


def _draw_connection(axes: Axes, connection: Connection, strength: float) -> None:
    colour = POSITIVE if connection.relevance > 0 else NEGATIVE
    opacity = 0.12 + 0.68 * strength
    for x0, y0, x1, y1 in (connection.box_a, connection.box_b):
        axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, lw=0.8, ec=colour, alpha=opacity))
    begin = (connection.box_a[2], (connection.box_a[1] + connection.box_a[3]) / 2)
    end = (connection.box_b[0], (connection.box_b[1] + connection.box_b[3]) / 2)
    bend = (end[0] - begin[0]) / 2
    points = [begin, (begin[0] + bend, begin[1]), (end[0] - bend, end[1]), end]
    codes = [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4]
    axes.add_patch(
        PathPatch(Curve(points, codes), fill=False, lw=0.7 + 0.9 * strength, ec=colour, alpha=opacity)
    )


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


def place_document(page: Page, beside: PlacedPage | None) -> PlacedPage:
    """Place a page at the left of a drawing, or on the right of another.

    Raises
    ------
    TablekinError
        Its scan cannot be found, or cannot be read.
    """
    left = MARGIN if beside is None else beside.left + max(beside.image.shape[1], _MIN_WIDTH) + _GAP
    image, regions = page.image, page.regions
    begin = max(0, int(regions["x0"].min()))  # the page is a part of an image that shows two
    end = min(image.shape[1], int(np.ceil(regions["x1"].max())))
    placed = place_page(image[:, begin:end], page.orientation, left, HEAD)
    placed.transform[:, 2] -= begin * placed.transform[:, 0]
    return placed


def region_boxes(page: Page, placed: PlacedPage) -> pd.DataFrame:
    """Find the boxes of a page's cells in the drawing, by region_id."""
    cells = page.cells
    return pd.DataFrame(placed.place(cells[BOX].to_numpy()), cells["region_id"], BOX)
