"""SheetPose: where a page lies in its scan, how it is bent and turned."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_STEPS = 6  # of the fixed-point iteration that inverts the bend; it contracts by about 0.1 a step

_AT_ONCE = 30_000  # points: OpenCV takes no more in one row


@dataclass(frozen=True)
class SheetPose:
    """Maps a scan's pixels to the page's: an affine map plus a smooth bend given on the scan.

    Parameters
    ----------
    affine
        ``(2, 3)``, pixel of the scan to pixel of the page.
    bend
        ``(2, h, w)`` float32, added to x and y of the page.
    """

    affine: NDArray[np.float64]
    bend: NDArray[np.float32]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the scan."""
        return self.bend.shape[1], self.bend.shape[2]

    def maps(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """For every pixel of the scan x and y on the page, each ``(h, w)``."""
        height, width = self.shape
        x = np.arange(width, dtype=np.float32)[None, :]
        y = np.arange(height, dtype=np.float32)[:, None]
        a = self.affine.astype(np.float32)
        return (
            a[0, 0] * x + a[0, 1] * y + a[0, 2] + self.bend[0],
            a[1, 0] * x + a[1, 1] * y + a[1, 2] + self.bend[1],
        )

    def to_scan(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map points ``(n, 2)`` of the page to the scan."""
        if len(points) > _AT_ONCE:
            cuts = range(_AT_ONCE, len(points), _AT_ONCE)
            return np.concatenate([self.to_scan(part) for part in np.split(points, list(cuts))])
        inverse = cv2.invertAffineTransform(self.affine)
        places = points @ inverse[:, :2].T + inverse[:, 2]
        for _ in range(_STEPS):
            x, y = (places[None].astype(np.float32)[..., k] for k in (0, 1))
            bends = [
                cv2.remap(part, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0]
                for part in self.bend
            ]
            places = (points - np.stack(bends, 1)) @ inverse[:, :2].T + inverse[:, 2]
        return places

    def boxes_to_scan(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map upright boxes ``(n, 4)``: midpoints of their sides give the new sides, so they stay tight."""
        x0, y0, x1, y1 = boxes.T
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        sides = np.concatenate([np.stack(p, 1) for p in ((x0, y), (x1, y), (x, y0), (x, y1))])
        left, right, top, bottom = np.split(self.to_scan(sides - 0.5) + 0.5, 4)  # edges are half a pixel off
        return np.stack([left[:, 0], top[:, 1], right[:, 0], bottom[:, 1]], 1)


def bend_of_sheet(
    shape: tuple[int, int], depth: float, gutter_left: bool, ripple: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Bend of a bound sheet: lines curve and narrow towards the gutter, and the paper is not flat.

    Parameters
    ----------
    shape
        ``(h, w)`` of the scan.
    depth
        Pixels that lines are lifted at the gutter; their sign says up or down.
    gutter_left
        Side of the gutter.
    ripple
        Deviation of the uneven rest in pixels.
    """
    height, width = shape
    distance = np.linspace(0, 1, width, dtype=np.float32)
    if not gutter_left:
        distance = distance[::-1]
    fall = np.exp(-distance * float(rng.uniform(3, 7)))
    tilt = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * float(rng.normal(0, 0.5)) + 1
    lift = depth * fall[None, :] * tilt
    narrow = 0.6 * abs(depth) * fall * (1 if gutter_left else -1)
    bend = np.stack([np.broadcast_to(-narrow, shape), lift]).astype(np.float32)
    rows, cols = (max(3, math.ceil(side / 400) + 1) for side in shape)
    for part in bend:
        small = rng.standard_normal((rows, cols), dtype=np.float32) * ripple
        part += cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return bend


def turn_boxes(boxes: NDArray[np.float64], shape: tuple[int, int], orientation: int) -> NDArray[np.float64]:
    """Turn boxes ``(n, 4)`` of a ``(h, w)`` page clockwise by 0, 90, 180 or 270 degrees."""
    height, width = shape
    x0, y0, x1, y1 = boxes.T
    turned = {
        0: (x0, y0, x1, y1),
        90: (height - y1, x0, height - y0, x1),
        180: (width - x1, height - y1, width - x0, height - y0),
        270: (y0, width - x1, y1, width - x0),
    }[orientation]
    return np.stack(turned, 1)
