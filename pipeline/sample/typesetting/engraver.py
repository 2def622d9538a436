"""Engraver: digits drawn stroke by stroke, as a burin or a pen draws them, no two of them alike.

Tables cut in copper, woodcut plates and manuscripts have digits that no fount has: a 3 with a flat top, a 1 with flag
and foot, a wavy 7, a 4 whose stem runs out in a tail. A hand is a choice among such shapes, with its own proportions,
slant and pen; every digit it draws then differs a little from the last.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import make_interp_spline

from tablekin import data
from tablekin.sample.typesetting.faces import DRAWN_PER_PIXEL, Glyph

_SHAPES = Path(data.__file__).parent / "strokes.json"
_DESCENDING, _ASCENDING = (3, 4, 5, 7, 9), (6, 8)
_SIDE = 0.1  # heights of the digit 8: white on either side of a digit
_SUBPIXEL = 4  # bits after the point of a drawn coordinate

Points = NDArray[np.float64]  # (n, 2): x to the right, y up, in a box of width and height 1
Stroke = list[list[float]]


@cache
def _shapes() -> dict[int, list[list[Stroke]]]:
    """Shapes of each digit, a list of strokes each; a stroke whose ends meet is closed, one of two points straight."""
    return {int(digit): shapes for digit, shapes in json.loads(_SHAPES.read_text("utf-8")).items()}


@dataclass(frozen=True)
class Hand:
    """How one engraver draws digits. Lengths are in heights of the digit 8."""

    shapes: dict[int, tuple[Points, ...]]  # strokes of each digit, in a box of 1 by 1
    low: float  # height of the digits 0, 1 and 2; 1 where all digits stand on the line alike
    width: float  # of a digit but the 1
    one: float  # width of the digit 1
    pen: float  # width of the thinnest stroke
    swell: float  # by which strokes across the nib are wider
    nib: float  # direction in which the pen draws thinnest, radians
    wobble: float  # deviation of a point from its place

    def draw(self, digit: int, height: float, rng: np.random.Generator) -> Glyph:
        """Draw a digit once.

        Parameters
        ----------
        digit
            The digit.
        height
            Pixels of the page, of the digit 8.
        rng
            Decides how this one differs from the others.
        """
        unit = height * DRAWN_PER_PIXEL
        below = self.low - 1 if digit in _DESCENDING else 0.0
        above = 1.0 if digit in _ASCENDING else self.low
        size = np.array([self.one if digit == 1 else self.width, above - below])
        pad = 0.1 + self.pen + self.swell + 3 * self.wobble  # a curve swings a little beyond its points
        corner = np.array([-pad, -(above + pad)])  # top left, y down
        rows, cols = np.ceil(((size + 2 * pad) * unit)[::-1]).astype(int)
        image = np.zeros((rows, cols), np.uint8)
        for stroke in self.shapes[digit]:
            points = _bent(stroke, self.wobble, rng) * size + (0, below)
            _trace(image, (points * (1, -1) - corner) * unit, self, unit)
        coverage = image.astype(np.float32) / np.float32(255)
        left, top, advance = corner[0] + _SIDE, corner[1], size[0] + 2 * _SIDE
        return Glyph(coverage, float(left) * unit, float(top) * unit, float(advance) * unit)


def _trace(image: NDArray[np.uint8], points: Points, hand: Hand, height: float) -> None:
    """Draw one stroke into ``(h, w)`` with a pen whose width depends on its direction."""
    place = np.linspace(0, 1, len(points))
    fine = np.linspace(0, 1, 12 * len(points))
    closed = np.array_equal(points[0], points[-1])
    degree = min(3, len(points) - 1)
    path = make_interp_spline(place, points, degree, bc_type="periodic" if closed else None)(fine)
    steps = np.diff(path, axis=0)
    across = np.abs(np.sin(np.arctan2(-steps[:, 1], steps[:, 0]) - hand.nib))
    width = np.maximum(1, np.round((hand.pen + hand.swell * across) * height)).astype(int)
    fixed = np.round(path * 2**_SUBPIXEL).astype(int)
    for start, end, thick in zip(fixed[:-1], fixed[1:], width, strict=True):
        cv2.line(image, start.tolist(), end.tolist(), 255, int(thick), cv2.LINE_AA, _SUBPIXEL)


def random_hand(rng: np.random.Generator) -> Hand:
    """Choose a hand."""
    habit = float(rng.uniform(0.01, 0.05))
    shapes = {
        digit: tuple(
            _bent(np.array(stroke), habit, rng) for stroke in options[int(rng.integers(len(options)))]
        )
        for digit, options in _shapes().items()
    }
    return Hand(
        shapes=shapes,
        low=1.0 if rng.random() < 0.3 else float(rng.uniform(0.55, 0.8)),
        width=float(rng.uniform(0.38, 0.7)),
        one=float(rng.uniform(0.2, 0.55)),
        pen=float(rng.uniform(0.03, 0.09)),
        swell=float(rng.choice([rng.uniform(0, 0.03), rng.uniform(0.03, 0.12)])),
        nib=float(rng.normal(0.6, 0.4)),
        wobble=float(rng.uniform(0.005, 0.03)),
    )


def _bent(stroke: Points, habit: float, rng: np.random.Generator) -> Points:
    """Move the points of a stroke; a closed one stays closed."""
    bent = stroke + rng.normal(0, habit, stroke.shape)
    if np.array_equal(stroke[0], stroke[-1]):
        bent[-1] = bent[0]
    return bent
