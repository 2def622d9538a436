"""Type case: the sorts of one face in one size, each letter in several slightly different casts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.sample.typesetting.faces import FACES, draw_character, em_per_digit_height, has_character
from tablekin.sample.typesetting.style import Style

_ROUND = "0"  # digits that break
_CASTS = 3  # different casts of a character
_DRAWN = 25  # different drawings of a digit that is cut by hand
_INKED = 64  # of 255: a pixel that counts for a sort's tight box
_HAIRLINES = {
    "old-standard-tt",
    "libre-bodoni",
    "playfair-display",
    "libre-baskerville",
    "cormorant",
    "im-fell-french-canon",
    "im-fell-double-pica",
    "linden-hill",
}
_HAIRLINE_GROWTH = 0.014  # digit heights: hairlines drawn for screens are thinner than type could be cast
_SWELL = 0.75  # exponent of the coverage: ink swells where a stroke is thinner than a pixel
_SUBSTITUTES = {"ſ": "s", "′": "'", "″": '"', "ʒ": "z", "—": "-", "¶": "", "☞": ""}


@dataclass(frozen=True)
class Sort:
    """The print of one piece of type, in pixels of the page."""

    coverage: NDArray[np.uint8]  # (h, w), 255 is solid ink
    left: int  # of the bitmap from the pen
    top: int  # of the bitmap from the base line; negative is above
    advance: float
    box: tuple[int, int, int, int]  # tight box of the ink from pen and base line: x0, y0, x1, y1


def _bend(coverage: NDArray[np.float32], strength: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Displace the outline of ``(h, w)`` by a smooth random field of ``strength`` pixels."""
    height, width = coverage.shape
    field = rng.normal(0, strength, (2, 4, 4)).astype(np.float32)
    dx, dy = (cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC) for part in field)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(coverage, x + dx, y + dy, cv2.INTER_LINEAR)


def _batter(coverage: NDArray[np.float32], height: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Clog a sort with ink, or knock off a part of its face; ``height``: of a digit in drawn pixels."""
    if rng.random() < 0.45:
        side = max(3, round(float(rng.uniform(0.08, 0.22)) * height)) | 1
        blot = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        return cv2.morphologyEx(coverage, cv2.MORPH_CLOSE, blot).astype(np.float32)
    h, w = coverage.shape
    angle, depth = rng.uniform(0, 2 * np.pi), rng.uniform(0.12, 0.35) * height
    x, y = np.meshgrid(np.arange(w, dtype=np.float32) - w / 2, np.arange(h, dtype=np.float32) - h / 2)
    left_over = 0.5 * height - depth - (x * np.cos(angle) + y * np.sin(angle))
    return (coverage * np.clip(left_over / (0.08 * height), 0, 1)).astype(np.float32)


def _break(coverage: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Leave a gap in a round stroke, as where a hairline has not printed."""
    h, w = coverage.shape
    x, y = np.meshgrid((np.arange(w) - w / 2) / w, (np.arange(h) - h / 2) / h)
    away = np.abs((np.arctan2(y, x) - rng.uniform(-np.pi, np.pi) + np.pi) % (2 * np.pi) - np.pi)
    gap = rng.uniform(0.15, 0.75)  # radians to either side
    return (coverage * np.clip((away - gap) / 0.15, 0, 1)).astype(np.float32)


class TypeCase:
    """A compositor's case: gives the sorts of a face at the size a style asks for.

    Parameters
    ----------
    face
        Name of the face, see :data:`tablekin.sample.typesetting.faces.FACES`.
    style
        Gives slant, weight, width and irregularity.
    digit_height
        Height of the digit 8 in pixels.
    rng
        Decides how the casts of a character differ.
    """

    def __init__(self, face: str, style: Style, digit_height: float, rng: np.random.Generator) -> None:
        self.face = FACES[face]
        self.digit_height = digit_height
        self.em = digit_height * em_per_digit_height(self.face)
        self._style = style
        self._rng = rng
        self._sorts: dict[tuple[str, int, float], Sort] = {}

    def sort(self, character: str, scale: float = 1.0) -> Sort:
        """Take a random cast of a character, ``scale`` times the size of the case."""
        drawn = self._style.hand is not None and character in "0123456789"
        key = (character, int(self._rng.integers(_DRAWN if drawn else _CASTS)), scale)
        if self._style.damage and self._rng.random() < self._style.damage:
            return self._cast(character, scale, damaged=True)
        if self._style.breaks and character in _ROUND and self._rng.random() < self._style.breaks:
            return self._cast(character, scale, broken=True)
        if key not in self._sorts:
            self._sorts[key] = self._cast(character, scale)
        return self._sorts[key]

    def sign(self, character: str) -> str:
        """Tell which sign stands for a character that is no digit: a face without primes takes apostrophes."""
        return self._drawn_as(character)[0]

    def _drawn_as(self, character: str) -> tuple[str, float]:
        """Character whose drawing prints ``character``, and its vertical scale."""
        if character == "1" and self._style.one == "I":
            heights = [-draw_character(self.face, letter, self.em).top for letter in "xI"]
            return "I", heights[0] / heights[1]
        if character == "0":
            return self._style.zero, 1.0
        if character in _SUBSTITUTES and not has_character(self.face, character):
            return _SUBSTITUTES[character] or " ", 1.0
        return character, 1.0

    def _cast(self, character: str, scale: float, damaged: bool = False, broken: bool = False) -> Sort:
        style, rng = self._style, self._rng
        if style.hand is not None and character in "0123456789":
            glyph, stretch = style.hand.draw(int(character), self.digit_height * scale, rng), 1.0
        else:
            drawn, stretch = self._drawn_as(character)
            glyph = draw_character(self.face, drawn, round(self.em * scale * 4) / 4)
        n = glyph.per_pixel
        wild = style.irregularity
        size = 1 + rng.normal(0, 0.01 + 0.05 * wild)
        wide = style.width_factor * size * (1 + rng.normal(0, 0.01 + 0.05 * wild))
        tall = stretch * size
        tilt = math.radians(rng.normal(0, 0.4 + 3.5 * wild))
        shear = style.slant + rng.normal(0, 0.05) * wild
        matrix = np.array([[wide, -shear * tall - math.sin(tilt)], [math.sin(tilt) * wide, tall]])
        h, w = glyph.coverage.shape
        corners = np.array([[x + glyph.left, y + glyph.top] for x in (0, w) for y in (0, h)]) @ matrix.T
        pad = 2 * n
        low = np.floor((corners.min(0) - pad) / n).astype(int)  # page pixels
        high = np.ceil((corners.max(0) + pad) / n).astype(int)
        offset = matrix @ (glyph.left, glyph.top) - low * n
        size_px = (high - low) * n
        coverage = cv2.warpAffine(glyph.coverage, np.column_stack([matrix, offset]), tuple(map(int, size_px)))
        coverage = _bend(coverage, n * self.digit_height * (0.008 + 0.02 * wild), rng)
        coverage = self._change_weight(coverage, n, rng)
        if damaged:
            coverage = _batter(coverage, n * self.digit_height * scale, rng)
        if broken:
            coverage = _break(coverage, rng)
        small = cv2.resize(coverage, tuple(map(int, high - low)), interpolation=cv2.INTER_AREA)
        ink = np.clip(small**_SWELL * 255, 0, 255).astype(np.uint8)
        rows, cols = np.nonzero(ink > _INKED)
        if len(rows):
            box = (cols.min() + low[0], rows.min() + low[1], cols.max() + 1 + low[0], rows.max() + 1 + low[1])
        else:
            box = (0, 0, 0, 0)
        x0, y0, x1, y1 = (int(v) for v in box)
        return Sort(ink, int(low[0]), int(low[1]), glyph.advance * wide / n, (x0, y0, x1, y1))

    def _change_weight(
        self, coverage: NDArray[np.float32], per_pixel: int, rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Let strokes grow or shrink by the style's weight, by blurring and moving the threshold."""
        thin = _HAIRLINE_GROWTH if self.face.package in _HAIRLINES else 0.0
        growth = (self._style.weight + thin + rng.normal(0, 0.006)) * self.digit_height * per_pixel
        sigma = max(0.8, abs(growth) * 1.2)
        soft = 0.5 * cv2.GaussianBlur(coverage, (0, 0), sigma) + 0.5 * coverage
        threshold = np.clip(0.5 - 0.4 * growth / (sigma * 1.2), 0.12, 0.62)
        return np.clip((soft - threshold) * 2.5 * sigma + 0.5, 0, 1).astype(np.float32)
