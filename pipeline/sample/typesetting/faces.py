"""Faces: the printing types that ship with the project and the drawings of their characters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from matplotlib import get_data_path
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tablekin import data

_FONTS = Path(data.__file__).parent / "fonts"
_PROBE = 256  # pixels per em at which a face is measured
DRAWN_PER_PIXEL = 3  # characters are drawn this many times larger than set, then averaged down


@dataclass(frozen=True)
class Face:
    """A type in one cut.

    Parameters
    ----------
    name
        Folder under ``data/fonts`` and cut, for instance ``"cormorant/italic"``.
    kind
        ``"old-style"`` and ``"lining"`` say how its digits stand on the line; ``"blackletter"`` is for text,
        ``"practice"`` and ``"screen"`` are for training alone.
    """

    name: str
    kind: str

    @property
    def italic(self) -> bool:
        """Whether the cut is italic."""
        return self.name.endswith("/italic")

    @property
    def package(self) -> str:
        """The folder that holds the face and its licence."""
        return self.name.partition("/")[0]

    @property
    def files(self) -> tuple[Path, ...]:
        """The face's own file, its supplement of letters, and a face with signs, in order of preference."""
        borrowed = Path(get_data_path()) / "fonts" / "ttf"
        signs = borrowed / "DejaVuSans.ttf"
        if self.name in _SCREEN:
            return borrowed / _SCREEN[self.name], signs
        own = _FONTS / f"{self.name}.woff2"
        supplement = _FONTS / f"{self.name}-ext.woff2"
        return (own, supplement, signs) if supplement.exists() else (own, signs)


def _faces(kind: str, names: dict[str, str]) -> tuple[Face, ...]:
    cuts = {"r": "roman", "i": "italic", "b": "bold"}
    return tuple(Face(f"{package}/{cuts[cut]}", kind) for package, marks in names.items() for cut in marks)


_OLD_STYLE = {
    "im-fell-english": "ri",
    "im-fell-dw-pica": "ri",
    "im-fell-double-pica": "ri",
    "im-fell-french-canon": "ri",
    "im-fell-great-primer": "ri",
    "sorts-mill-goudy": "ri",
    "linden-hill": "ri",
    "goudy-bookletter-1911": "r",
    "fanwood-text": "ri",
    "cormorant": "rib",
    "vollkorn": "rib",
    "alegreya": "ri",
    "gelasio": "ri",
    "playfair-display": "rib",
    "rosarivo": "ri",
}
_LINING = {
    "old-standard-tt": "rib",
    "libre-bodoni": "rib",
    "libre-baskerville": "rib",
    "libre-caslon-text": "rib",
    "cardo": "r",
}
_PRACTICE = {"gfs-didot": "r", "crimson-text": "r", "eb-garamond": "r"}  # the sample archive has none of them
_SCREEN = {  # of matplotlib, with all signs; nor of these
    "dejavu-serif/roman": "DejaVuSerif.ttf",
    "dejavu-serif/italic": "DejaVuSerif-Italic.ttf",
    "dejavu-serif/bold": "DejaVuSerif-Bold.ttf",
    "dejavu-sans/roman": "DejaVuSans.ttf",
    "stix/roman": "STIXGeneral.ttf",
    "stix/italic": "STIXGeneralItalic.ttf",
    "stix/bold": "STIXGeneralBol.ttf",
}
FACES: dict[str, Face] = {
    face.name: face
    for face in (
        *_faces("old-style", _OLD_STYLE),
        *_faces("lining", _LINING),
        *_faces("blackletter", {"unifrakturmaguntia": "r"}),
        *_faces("practice", _PRACTICE),
        *(Face(name, "screen") for name in _SCREEN),
    )
}


@lru_cache(maxsize=512)
def _font(path: Path, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


@cache
def draws(path: Path, character: str) -> bool:
    """Tell whether a file draws the character as anything else than its sign for missing characters."""
    font = _font(path, 64)
    drawn, missing = font.getmask(character), font.getmask("\U0010fffe")
    return drawn.size != missing.size or bytes(drawn) != bytes(missing)


def has_character(face: Face, character: str) -> bool:
    """Tell whether the face itself, not the signs it borrows, holds a character."""
    return character.isspace() or any(draws(path, character) for path in face.files[:-1])


@cache
def _file_of(face: Face, character: str) -> Path:
    for path in face.files:
        if character.isspace() or draws(path, character):
            return path
    raise ValueError(f"no face has the character {character!r}")


@cache
def em_per_digit_height(face: Face) -> float:
    """Size of the em in units of the height of the digit 8."""
    left, top, right, bottom = _font(face.files[0], _PROBE).getbbox("8", anchor="ls")
    del left, right
    return _PROBE / (bottom - top)


@dataclass(frozen=True)
class Glyph:
    """A character drawn large: ``DRAWN_PER_PIXEL`` times the size at which it will be set."""

    coverage: NDArray[np.float32]  # (h, w) in [0, 1]
    left: float  # of the bitmap's left edge from the pen, in drawn pixels
    top: float  # of the bitmap's top edge from the base line, in drawn pixels; negative is above
    advance: float  # of the pen, in drawn pixels
    per_pixel: int = DRAWN_PER_PIXEL


class DigitDrawer(Protocol):
    """Anything that draws digits one by one, each a little different."""

    def draw(self, digit: int, height: float, rng: np.random.Generator) -> Glyph:
        """Draw a digit once, where the digit 8 is ``height`` pixels of the page high."""
        ...


@lru_cache(maxsize=4096)
def draw_character(face: Face, character: str, em: float) -> Glyph:
    """Draw a character at ``DRAWN_PER_PIXEL`` times the size ``em`` (pixels).

    Raises
    ------
    ValueError
        If no face has the character.
    """
    font = _font(_file_of(face, character), em * DRAWN_PER_PIXEL)
    left, top, right, bottom = (int(v) for v in font.getbbox(character, anchor="ls"))
    width, height = max(1, right - left + 2), max(1, bottom - top + 2)
    image = Image.new("L", (width, height), 0)
    ImageDraw.Draw(image).text((1 - left, 1 - top), character, font=font, fill=255, anchor="ls")
    coverage = np.asarray(image, np.float32) / np.float32(255)
    return Glyph(coverage, left - 1, top - 1, font.getlength(character))
