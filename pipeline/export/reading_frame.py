"""ReadingFrame: a page turned so that its lines run from left to right, and back to its scan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]  # x0, y0, x1, y1
Point = tuple[float, float]


@dataclass(frozen=True)
class ReadingFrame:
    """How a scan lies to its lines.

    Attributes
    ----------
    orientation
        Degrees clockwise the scan is turned: 0, 90, 180, 270.
    skew_degrees
        Clockwise tilt of the lines that is left when the scan is turned back.
    width, height
        Of the scan in pixels.
    to_working
        ``(2, 3)`` affine: pixel of the scan -> pixel of the frame in which it was read, where lines are level.
    digit_height
        Of the taller digits, in pixels of that frame.
    """

    orientation: int
    skew_degrees: float
    width: int
    height: int
    to_working: NDArray[np.float64]
    digit_height: float

    def upright(self, box: Box) -> Box:
        """Turn a box of the scan upright."""
        x0, y0, x1, y1 = box
        if self.orientation == 90:
            return y0, self.width - x1, y1, self.width - x0
        if self.orientation == 180:
            return self.width - x1, self.height - y1, self.width - x0, self.height - y0
        if self.orientation == 270:
            return self.height - y1, x0, self.height - y0, x1
        return box

    def point_of_scan(self, point: Point) -> Point:
        """Turn a point of the upright page back to the scan."""
        x, y = point
        if self.orientation == 90:
            return self.width - y, x
        if self.orientation == 180:
            return self.width - x, self.height - y
        if self.orientation == 270:
            return y, self.height - x
        return point

    def box_of_scan(self, box: Box) -> Box:
        """Turn a box of the upright page back to the scan."""
        (xa, ya), (xb, yb) = self.point_of_scan(box[:2]), self.point_of_scan(box[2:])
        return min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)

    def working_centres(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the centres ``(n, 2)`` of boxes ``(n, 4)`` of the scan in the frame in which it was read."""
        centres = (boxes[:, :2] + boxes[:, 2:]) / 2
        return centres @ self.to_working[:, :2].T + self.to_working[:, 2]

    @property
    def turn_back(self) -> float:
        """Degrees clockwise by which the scan is to be turned so that its lines are level: above -180, 180 at most."""
        return 180 - (180 + self.orientation + self.skew_degrees) % 360

    @property
    def slope(self) -> float:
        """How far lines fall a pixel to the right, on the upright page."""
        return math.tan(math.radians(self.skew_degrees))


def reading_frame(document: Mapping[str, Any], page: Mapping[str, Any]) -> ReadingFrame:
    """Make the frame of a document from its rows of tables documents and pages."""
    matrix = np.vstack([np.reshape(np.asarray(page["transform"], float), (2, 3)), [0, 0, 1]])
    height = page["digit_height"]
    return ReadingFrame(
        int(page["orientation"]),
        float(page["skew_degrees"]),
        int(document["width"]),
        int(document["height"]),
        np.linalg.inv(matrix)[:2],
        0.0 if height is None or np.isnan(height) else float(height) * float(page["scale"]),
    )
