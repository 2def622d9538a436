"""Crops: single cells of a page with what stands around them, from the scan itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.corpus import CorpusStore
from tablekin.errors import TablekinError
from tablekin.report.drawing import Drawing
from tablekin.report.marks import Mark
from tablekin.report.page import Page, open_page
from tablekin.report.placed_page import BOX, PlacedPage, place_document

_AROUND = (0.7, 0.9)  # shown on either side of a cell and over and under it, in cell heights
_MAX_ENLARGED = 4.0  # times a scan is enlarged at most
_OPEN = 8  # scans that are kept open, to cut further cells from


class Crops:
    """The cells of a page, cut from its scan turned upright."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._boxes = page.regions.set_index("region_id")[BOX]

    @cached_property
    def _upright(self) -> PlacedPage:
        height, width = self._page.image.shape
        room = (width, height) if self._page.orientation % 180 == 0 else (height, width)
        return place_document(self._page, room)

    def has(self, region: int) -> bool:
        """Tell whether the page has such a region."""
        return region in self._boxes.index

    def cut(self, region: int) -> NDArray[np.uint8]:
        """Cut a cell with what stands around it from the scan: ``(h, w)`` grey, no pixel of one that is none."""
        return self._cut([region])[0]

    def _cut(self, regions: Sequence[int]) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
        """Cut cells; ``(cells, 4)`` are their boxes in the piece."""
        own = self._upright.place(self._boxes.loc[[*regions]].to_numpy())
        cell = np.concatenate([own[:, :2].min(0), own[:, 2:].max(0)])
        high = cell[3] - cell[1]
        pad = np.array([_AROUND[0], _AROUND[1]]) * high
        x0, y0, x1, y1 = np.concatenate([cell[:2] - pad, cell[2:] + pad])
        image = self._upright.image
        rows, cols = image.shape
        left, top = max(0, int(x0)), max(0, int(y0))
        piece = image[top : min(rows, int(y1) + 1), left : min(cols, int(x1) + 1)]
        return piece, np.asarray(own - np.array([left, top] * 2), np.float64)

    def draw(self, drawing: Drawing, regions: Sequence[int], box: Sequence[float], mark: Mark) -> None:
        """Show cells in a box of the drawing ``x0, y0, x1, y1``, framed as a mark says, as large as they fit."""
        piece, own = self._cut(regions)
        if not piece.size:
            return
        room = (box[2] - box[0], box[3] - box[1])
        scale = min(room[0] / piece.shape[1], room[1] / piece.shape[0], _MAX_ENLARGED)
        shown = _scale(piece, scale)
        extent = (box[0], box[0] + shown.shape[1], box[1] + shown.shape[0], box[1])
        axes = drawing.canvas_axes
        axes.imshow(shown, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="nearest", zorder=1)
        axes.set_autoscale_on(False)
        framed = own * scale + np.array([box[0], box[1]] * 2)
        for one in framed:
            mark.draw(axes, one)


def _scale(piece: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    size = (max(1, round(piece.shape[1] * scale)), max(1, round(piece.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(np.ascontiguousarray(piece), size, interpolation=way), np.uint8)


def cutter(
    corpus: CorpusStore, say: Callable[[str], None]
) -> Callable[[tuple[str, int]], NDArray[np.uint8] | None]:
    """Give what cuts cells, document and region, from the scans of a corpus.

    It gives None for what cannot be cut; why not is said once for every document.
    """

    @lru_cache(maxsize=_OPEN)
    def crops_of(doc_id: str) -> Crops | None:
        crops = Crops(open_page(corpus, doc_id))
        try:
            _ = crops._upright
        except TablekinError as error:
            say(f"no cells of {doc_id} are shown: {error}")
            return None
        return crops

    def cut(cell: tuple[str, int]) -> NDArray[np.uint8] | None:
        crops = crops_of(cell[0])
        if crops is None or not crops.has(cell[1]):
            return None
        piece = crops.cut(cell[1])
        return piece if piece.size else None

    return cut
