"""Drawing: two pages side by side, with curves between the regions that make them similar.

After the figures of Eberle et al., "Building and Interpreting Deep Similarity Models" (2022): red curves join
regions whose joint relevance is positive, blue ones those where it is negative, the more opaque the stronger.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Curve
from numpy.typing import NDArray

from tablekin.corpus.corpus import Corpus
from tablekin.errors import UsageError
from tablekin.ingest.image import list_pages, load_image
from tablekin.report.neighbours import about_document, find_pair
from tablekin.schemas import FEATURES

POSITIVE, NEGATIVE = "#c8102e", "#1f4fa3"
_PAGE = (1200, 1500)  # largest width and height of a page in pixels of the drawing
_LEAST_WIDTH = 640  # of a page's share of the drawing, for its title
_GAP, _MARGIN, _HEAD = 200, 40, 150
_CURVES = 80
_OF_REGION = 2  # connections of one region at most, so that no busy cell hides the others
_WEAKEST = 0.1  # of the strongest connection: below, nothing is drawn
_DPI = 100


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


def region_map(factor_a: pd.DataFrame, factor_b: pd.DataFrame) -> pd.DataFrame:
    """Joint relevance of every region of one document with every region of another, ``R = F_a^T F_b``.

    Parameters
    ----------
    factor_a, factor_b
        Rows of table ``factors`` of one document each.

    Returns
    -------
    DataFrame
        Regions of a as rows, regions of b as columns.
    """
    dense = [
        factor.pivot(index="region_id", columns="feature", values="relevance")
        .reindex(columns=list(FEATURES))
        .fillna(0)
        for factor in (factor_a, factor_b)
    ]
    return dense[0] @ dense[1].T


def connect(
    relevance: pd.DataFrame, boxes_a: pd.DataFrame, boxes_b: pd.DataFrame, count: int = _CURVES
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
    enough = np.flatnonzero(strength >= _WEAKEST * strength.max())
    order = enough[np.argsort(-strength.ravel()[enough], kind="stable")]
    used_a, used_b = np.zeros(strength.shape[0], int), np.zeros(strength.shape[1], int)
    connections: list[Connection] = []
    for row, col in zip(*np.unravel_index(order, strength.shape), strict=True):
        if len(connections) == count:
            break
        if used_a[row] < _OF_REGION and used_b[col] < _OF_REGION:
            used_a[row] += 1
            used_b[col] += 1
            box_a, box_b = boxes_a.loc[relevance.index[row]], boxes_b.loc[relevance.columns[col]]
            connections.append(Connection(tuple(box_a), tuple(box_b), float(values[row, col])))
    return connections[::-1]


def draw(
    pages: tuple[PlacedPage, PlacedPage], connections: list[Connection], titles: tuple[str, str, str]
) -> Figure:
    """Draw two pages and what connects them.

    Parameters
    ----------
    pages
        Both pages at their places.
    connections
        Drawn in this order.
    titles
        Over the left page, over the right page, and below both titles.

    Returns
    -------
    Figure
        One unit of its axes is one pixel, origin top left.
    """
    right = pages[1]
    width = right.left + max(right.image.shape[1], _LEAST_WIDTH) + _MARGIN
    height = max(page.top + page.image.shape[0] for page in pages) + _MARGIN
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    for page, title in zip(pages, titles[:2], strict=True):
        rows, cols = page.image.shape
        extent = (page.left, page.left + cols, page.top + rows, page.top)
        axes.imshow(page.image, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="nearest")
        axes.text(page.left, 70, title, fontsize=16, va="bottom", linespacing=1.4, color="#222222")
    axes.text(_MARGIN, 118, titles[2], fontsize=14, va="baseline", color="#555555")
    strongest = max((abs(connection.relevance) for connection in connections), default=1.0)
    for connection in connections:
        _draw_connection(axes, connection, abs(connection.relevance) / strongest)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    return figure


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


def draw_pair(corpus: Corpus, first: str, second: str, path: Path) -> None:
    """Draw a pair of documents of a corpus into an image file.

    Raises
    ------
    UsageError
        A document or its scan cannot be found, or ``path`` cannot be written.
    """
    docs = find_pair(corpus, first, second)
    left = place_document(corpus, docs[0], None)
    right = place_document(corpus, docs[1], left)
    boxes = [region_boxes(corpus, doc, page) for doc, page in zip(docs, (left, right), strict=True)]
    factors = [corpus.read("factors", [doc]) for doc in docs]
    connections = connect(region_map(factors[0], factors[1]), boxes[0], boxes[1])
    pair = corpus.read("pairs", docs).iloc[0]
    score = f"cosine {pair['cosine']:.3f}, z {pair['z']:.1f}; {len(connections)} strongest connections"
    title_a, title_b = (f"{doc}\n{about_document(corpus, doc)}" for doc in docs)
    figure = draw((left, right), connections, (title_a, title_b, score))
    save_drawing(figure, path)


def save_drawing(figure: Figure, path: Path) -> None:
    """Write a drawing; the suffix says as what.

    Raises
    ------
    UsageError
        ``path`` cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
    except (OSError, ValueError) as error:  # matplotlib raises ValueError for a suffix it cannot write
        raise UsageError(f"cannot write the drawing to {path}: {error}") from error


def place_document(corpus: Corpus, doc_id: str, beside: PlacedPage | None) -> PlacedPage:
    """Place a document of a corpus at the left of a drawing, or on the right of another.

    Raises
    ------
    UsageError
        Its scan cannot be found.
    """
    left = _MARGIN if beside is None else beside.left + max(beside.image.shape[1], _LEAST_WIDTH) + _GAP
    document = corpus.read("documents", [doc_id]).iloc[0]
    path = corpus.find_scan(str(document["source"]))
    image = load_image(path, int(document["page_index"]) % list_pages(path)[1])
    regions = corpus.read("regions", [doc_id])
    begin = max(0, int(regions["x0"].min()))  # the page is a part of an image that shows two
    end = min(image.shape[1], int(np.ceil(regions["x1"].max())))
    orientation = int(corpus.read("pages", [doc_id])["orientation"].iloc[0])
    page = place_page(image[:, begin:end], orientation, left, _HEAD)
    page.transform[:, 2] -= begin * page.transform[:, 0]
    return page


def region_boxes(corpus: Corpus, doc_id: str, page: PlacedPage) -> pd.DataFrame:
    """Find the boxes of a document's cells in the drawing, by region_id."""
    regions = corpus.read("regions", [doc_id])
    regions = regions[regions["kind"] == "cell"]
    sides = ["x0", "y0", "x1", "y1"]
    return pd.DataFrame(page.place(regions[sides].to_numpy()), regions["region_id"], sides)
