"""UprightPage: the frame in which an atlas shows a page: turned upright, of two facing pages only its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class UprightPage:
    """From pixels of the original image to pixels of the upright page, which are of the same size.

    Attributes
    ----------
    orientation
        Degrees clockwise that the scan is turned from upright: 0, 90, 180 or 270.
    left, right
        Where the page begins and ends on the image, in columns of pixels.
    height
        Of the image.
    """

    orientation: int
    left: int
    right: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright page."""
        width = self.right - self.left
        return (self.height, width) if self.orientation % 180 else (width, self.height)

    def place(self, boxes: NDArray[np.floating]) -> NDArray[np.int64]:
        """Turn boxes ``(n, 4)``, x0, y0, x1, y1, and round them to whole pixels of the upright page."""
        x0, y0, x1, y1 = np.asarray(boxes, np.float64).reshape(-1, 4).T
        x0, x1 = x0 - self.left, x1 - self.left
        width = self.right - self.left
        turned = {
            0: (x0, y0, x1, y1),
            90: (y0, width - x1, y1, width - x0),
            180: (width - x1, self.height - y1, width - x0, self.height - y0),
            270: (self.height - y1, x0, self.height - y0, x1),
        }[self.orientation % 360]
        limits = np.array([*self.size, *self.size], np.float64)
        return np.rint(np.clip(np.stack(turned, 1), 0, limits)).astype(np.int64)

    def turn(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Cut the page out of its image ``(h, w)`` and turn it upright."""
        return np.ascontiguousarray(np.rot90(image[:, self.left : self.right], self.orientation // 90))


def upright_page(
    width: int, height: int, orientation: int, outside: tuple[float, float] | None
) -> UprightPage:
    """Find the frame of a page.

    Parameters
    ----------
    width, height
        Of the whole image.
    orientation
        Degrees clockwise that it is turned from upright.
    outside
        ``x0`` and ``x1`` of its regions, which a page that is a part of an image does not leave.
    """
    left, right = 0, width
    if outside is not None:
        left, right = max(0, int(outside[0])), min(width, int(np.ceil(outside[1])))
    return UprightPage(orientation, left, max(right, left + 1), height)
