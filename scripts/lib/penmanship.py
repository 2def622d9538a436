"""Penmanship: digits as a hand writes them, no two alike, and as a typewriter strikes them, from free fonts.

The fonts are fetched by npm from the packages of Fontsource (SIL Open Font License or Apache License) when they are
needed, and are no part of the project.
"""

from __future__ import annotations

import subprocess
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tablekin.sample.typesetting.faces import DRAWN_PER_PIXEL, Glyph

_VERSION = "5.3.0"  # of the packages
HANDS = (
    *("alex-brush", "allura", "annie-use-your-telescope", "architects-daughter", "bad-script", "caveat"),
    *("corinthia", "covered-by-your-grace", "ephesis", "gaegu", "gloria-hallelujah", "gochi-hand", "handlee"),
    *("herr-von-muellerhoff", "homemade-apple", "kalam", "licorice", "liu-jian-mao-cao", "long-cang"),
    *("monsieur-la-doulaise", "ms-madi", "nanum-brush-script", "nanum-pen-script", "oooh-baby"),
    *("parisienne", "rock-salt", "sacramento", "schoolbell", "shadows-into-light", "short-stack"),
    *("sue-ellen-francisco", "swanky-and-moo-moo", "the-girl-next-door", "whisper", "yomogi"),
)
UNSEEN_HANDS = (
    *("cedarville-cursive", "indie-flower", "marck-script"),
    *("mr-de-haviland", "pinyon-script", "reenie-beanie"),
)
TYPEWRITERS = ("courier-prime", "cousine", "anonymous-pro", "special-elite")
GROTESQUES = ("libre-franklin", "oswald", "work-sans", "archivo-narrow")
UNSEEN_PRINTS = ("cutive-mono", "ibm-plex-sans")
_PAD = 0.4  # digit heights, around a drawing, in which it is deformed
_MAX_GROWTH, _MAX_SHRINKAGE = 0.2, 0.3  # digit heights; of a stroke's width


@dataclass(frozen=True)
class Penmanship:
    """How someone writes digits, or strikes them. Lengths are in heights of the digit 8, angles in degrees."""

    face: Path
    slant: float = 0.0  # to the right per height
    width: float = 1.0
    stroke: float | None = None  # mean width of a stroke; that of the face if there is none
    wobble: float = 0.0  # by which a part of a digit is displaced
    size: float = 0.0  # by which digits differ in height and width
    leaning: float = 0.0  # by which they differ in slant
    turn: float = 0.0  # by which they are turned, either way
    lift: float = 0.0  # by which they stand off the line
    space: float = 0.0  # between digits, besides the face's
    tone: float = 1.0  # of the palest parts of strokes: 1 all are black

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
        coverage, left, top, advance = _drawn(self.face, digit, round(unit * _em_per_height(self.face)))
        pad = round(_PAD * unit)
        image = cv2.copyMakeBorder(coverage, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
        image = self._deform(image, (pad - left, pad - top), unit, rng)
        if self.stroke is not None:
            image = _with_strokes(image, self.stroke * unit * (1 + rng.normal(0, 0.1)), unit)
        if self.tone < 1:
            image = image * _field(rng.uniform(self.tone, 1, (3, 3)), image.shape)
        up = rng.normal(0, self.lift) * unit
        step = advance * self.width * (1 + rng.normal(0, self.size / 3)) + self.space * unit
        return Glyph(image.clip(0, 1).astype(np.float32), left - pad, top - pad + up, step)

    def _deform(
        self, image: NDArray[np.float32], foot: tuple[int, int], unit: float, rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Displace the parts of ``(h, w)``, turn, slant and stretch it around the pen's place on the line, ``x, y``."""
        knots = (int(rng.integers(3, 6)),) * 2
        angle = np.radians(rng.normal(0, self.turn))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        slant, wide, tall = (rng.normal(0, spread) for spread in (self.leaning, self.size, self.size))
        shape = np.array([[self.width * (1 + wide), -self.slant - slant], [0, 1 + tall]])
        back = np.linalg.inv(turn @ shape)
        x, y = (
            axis - start
            for axis, start in zip(np.meshgrid(*map(np.arange, image.shape[::-1])), foot, strict=True)
        )
        source = [
            (row[0] * x + row[1] * y + start + _field(rng.normal(0, self.wobble * unit, knots), image.shape))
            for row, start in zip(back, foot, strict=True)
        ]
        across, down = (values.astype(np.float32) for values in source)
        return cv2.remap(image, across, down, cv2.INTER_LINEAR).astype(np.float32)


def random_penmanship(rng: np.random.Generator, faces: Sequence[Path]) -> Penmanship:
    """Choose a way of writing."""
    return Penmanship(
        face=faces[int(rng.integers(len(faces)))],
        slant=float(rng.normal(0.05, 0.15)),
        width=float(np.clip(rng.normal(1, 0.15), 0.7, 1.5)),
        stroke=float(np.exp(rng.uniform(np.log(0.06), np.log(0.16)))),
        wobble=float(rng.uniform(0.01, 0.04)),
        size=float(rng.uniform(0.03, 0.12)),
        leaning=float(rng.uniform(0.02, 0.08)),
        turn=float(rng.uniform(1, 6)),
        lift=float(rng.uniform(0.02, 0.1)),
        space=float(rng.uniform(-0.02, 0.12)),
        tone=float(rng.choice([1.0, rng.uniform(0.4, 1)])),
    )


def random_machine(rng: np.random.Generator, faces: Sequence[Path]) -> Penmanship:
    """Choose a typewriter, or print of a face that no book has: digits are alike, and hardly off the line."""
    return Penmanship(
        face=faces[int(rng.integers(len(faces)))],
        slant=float(rng.choice([0.0, rng.uniform(0, 0.25)], p=[0.8, 0.2])),
        width=float(np.clip(rng.normal(1, 0.1), 0.8, 1.3)),
        stroke=float(np.exp(rng.uniform(np.log(0.07), np.log(0.18)))),
        wobble=float(rng.uniform(0, 0.004)),
        size=0.01,
        turn=float(rng.uniform(0, 0.8)),
        lift=float(rng.choice([0.005, rng.uniform(0.005, 0.04)])),
        space=float(rng.uniform(-0.02, 0.1)),
        tone=float(rng.choice([1.0, rng.uniform(0.6, 1)])),
    )


def fetch_faces(names: Sequence[str], folder: Path) -> list[Path]:
    """Fetch fonts by npm, those that are not in the folder yet, and list their files.

    Raises
    ------
    subprocess.CalledProcessError
        npm does not have one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if not (folder / f"{name}.woff2").exists():
            package = f"@fontsource/{name}@{_VERSION}"
            packed = subprocess.run(
                ["npm", "pack", "--silent", package, "--pack-destination", str(folder)],
                check=True,
                capture_output=True,
                text=True,
            )
            archive = folder / packed.stdout.split()[-1]
            with tarfile.open(archive) as files:
                found = files.extractfile(f"package/files/{name}-latin-400-normal.woff2")
                assert found is not None
                (folder / f"{name}.woff2").write_bytes(found.read())
            archive.unlink()
    return [folder / f"{name}.woff2" for name in names]


@lru_cache(maxsize=256)
def _font(face: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(face), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=256)
def _em_per_height(face: Path) -> float:
    _, top, _, bottom = _font(face, 256).getbbox("8", anchor="ls")
    return 256 / (bottom - top)


@lru_cache(maxsize=1024)
def _drawn(face: Path, digit: int, em: int) -> tuple[NDArray[np.float32], int, int, float]:
    """Draw a digit as the face has it: ink, its left and top edges from the pen, and the pen's way."""
    font, character = _font(face, em), str(digit)
    left, top, right, bottom = (int(edge) for edge in font.getbbox(character, anchor="ls"))
    image = Image.new("L", (max(1, right - left), max(1, bottom - top)), 0)
    ImageDraw.Draw(image).text((-left, -top), character, font=font, fill=255, anchor="ls")
    return np.asarray(image, np.float32) / np.float32(255), left, top, font.getlength(character)


def _field(knots: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Spread values smoothly over ``(h, w)``."""
    return cv2.resize(knots.astype(np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC).astype(
        np.float32
    )


def _with_strokes(image: NDArray[np.float32], width: float, unit: float) -> NDArray[np.float32]:
    """Let the strokes of ``(h, w)`` grow or shrink until they are ``width`` pixels wide, as far as they can."""
    ink = (image > 0.5).astype(np.uint8)
    if not ink.any():
        return image
    within = cv2.distanceTransform(ink, cv2.DIST_L2, 3)
    beyond = cv2.distanceTransform(1 - ink, cv2.DIST_L2, 3)
    edge = max(1, int(((within > 0) & (within < 1.5)).sum()))
    now = 2 * float(ink.sum()) / edge
    growth = float(np.clip((width - now) / 2, -_MAX_SHRINKAGE * now, _MAX_GROWTH * unit))
    grown: NDArray[np.float32] = np.where(ink > 0, within - 0.5, 0.5 - beyond) + np.float32(growth + 0.5)
    return grown.clip(0, 1)
