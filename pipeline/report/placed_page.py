"""PlacedPage: a page turned upright at its place in a drawing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.report.page import Page

BOX = ["x0", "y0", "x1", "y1"]
ROOM = (1200, 1500)  # largest width and height of a page in pixels of the drawing


@dataclass(frozen=True)
class PlacedPage:
    """A page turned upright at its place in the drawing."""

    image: NDArray[np.uint8]  # (height, width) in pixels of the drawing
    left: float
    top: float
    transform: NDArray[np.float64]  # (2, 3): pixels of the original image -> pixels of the drawing

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.left + self.image.shape[1]

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return self.top + self.image.shape[0]

    @property
    def scale(self) -> float:
        """Pixels of the drawing in one of the original image."""
        return float(np.abs(self.transform[0, :2]).sum())

    def place(self, boxes: NDArray[np.floating]) -> NDArray[np.float64]:
        """Map boxes ``(n, 4)`` from the original image to the drawing ``(n, 4)``."""
        corners = (
            np.asarray(boxes, np.float64).reshape(-1, 2, 2) @ self.transform[:, :2].T + self.transform[:, 2]
        )
        return np.concatenate([corners.min(1), corners.max(1)], 1)

    def move(self, left: float, top: float) -> PlacedPage:
        """Place the page elsewhere."""
        transform = self.transform.copy()
        transform[:, 2] += left - self.left, top - self.top
        return replace(self, left=left, top=top, transform=transform)


def place_page(
    image: NDArray[np.uint8], orientation: int, left: float, top: float, room: tuple[int, int] = ROOM
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


def place_document(page: Page, room: tuple[int, int] = ROOM) -> PlacedPage:
    """Turn a page upright and scale it; its corner lies at the origin of the drawing until it is moved.

    Raises
    ------
    TablekinError
        Its scan cannot be found, or cannot be read.
    """
    image, regions = page.image, page.regions
    begin, end = 0, image.shape[1]
    if len(regions):  # the page is a part of an image that shows two
        begin = max(0, int(regions["x0"].min()))
        end = min(end, int(np.ceil(regions["x1"].max())))
    placed = place_page(image[:, begin:end], page.orientation, 0.0, 0.0, room)
    placed.transform[:, 2] -= begin * placed.transform[:, 0]
    return placed


def region_boxes(regions: pd.DataFrame, placed: PlacedPage) -> pd.DataFrame:
    """Find the boxes of regions of a page in the drawing, by region_id."""
    return pd.DataFrame(placed.place(regions[BOX].to_numpy()), regions["region_id"], BOX)
