"""Line: characters set one after another, with the digits among them known."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

import numpy as np

from tablekin.sample.typesetting.faces import has_character
from tablekin.sample.typesetting.style import Style
from tablekin.sample.typesetting.typecase import Sort, TypeCase

_FRACTION_SCALE = 0.56
_STROKE_SCALE = 0.8  # of the stroke of a slanted fraction
_MAX_READ = 1.6  # digit heights: larger digits are display, not data


@dataclass(frozen=True)
class Placed:
    """A sort in a line; pen and base line in pixels from the line's start."""

    sort: Sort
    x: int
    y: int
    digit: int  # 0..9, or -1
    ignore: bool  # a digit that is not read as one: of a fraction, raised, or of display size
    turned: bool = False  # set upside down
    mark: str = ""  # the character, where it is no digit


@dataclass
class Line:
    """A set line; bars are thin rules ``(x0, y0, x1, y1)``, as in fractions."""

    placed: list[Placed] = field(default_factory=list)
    bars: list[tuple[float, float, float, float]] = field(default_factory=list)
    fractions: list[tuple[str, float, float, float, float]] = field(
        default_factory=list
    )  # mark, x0, y0, x1, y1
    width: float = 0.0


def _digit_of(character: str) -> int:
    return int(character) if character in "0123456789" else -1


class Compositor:
    """Sets lines of one case in one style."""

    def __init__(self, case: TypeCase, style: Style, rng: np.random.Generator, scale: float = 1.0) -> None:
        self.case = case
        self.scale = scale
        self.digit_height = case.digit_height * scale
        self._style = style
        self._rng = rng

    def chance(self, share: float) -> bool:
        """Tell whether something happens that happens in ``share`` of all cases."""
        return share > 0 and bool(self._rng.random() < share)

    def spell(self, text: str) -> str:
        """Spell as the printer does: long s, v for u."""
        style = self._style
        if style.v_for_u:
            text = text.replace("U", "V").replace("v", "u")
            text = re.sub(r"\bu", "v", text)
        if style.long_s:
            letters = list(text)
            for i, letter in enumerate(letters):
                if letter == "s" and i + 1 < len(letters) and letters[i + 1].isalpha():
                    letters[i] = "ſ"
            text = "".join(letters)
        return text

    def set_line(self, text: str, spacing: float | None = None, extra: float = 0.0) -> Line:
        """Set a text.

        Parameters
        ----------
        text
            Without line breaks. Vulgar fractions such as ``½`` are built from small digits and a bar or a stroke,
            unless the style takes the face's own sorts.
        spacing
            Letter spacing in digit heights; the style's by default.
        extra
            Pixels added to every word space.
        """
        style, rng, height = self._style, self._rng, self.digit_height
        letter_space = (style.letter_spacing if spacing is None else spacing) * height
        shake = (0.006 + 0.05 * style.irregularity) * height
        line, x = Line(), 0.0
        for character in text:
            if character == " ":
                x += style.word_spacing * height * (1 + 0.1 * rng.normal()) + extra
                continue
            parts = unicodedata.decomposition(character).split()
            if (
                style.fractions == "cast"
                and not character.isdigit()
                and has_character(self.case.face, character)
            ):
                parts = []
            if parts[:1] == ["<fraction>"]:
                x = self._add_fraction(line, character, "".join(chr(int(p, 16)) for p in parts[1:]), x)
                continue
            superior = parts[:1] == ["<super>"] and len(parts) == 2 and parts[1].startswith("00")
            plain = chr(int(parts[1], 16)) if superior else character
            sort = self.case.sort(plain, self.scale * (style.superior if superior else 1.0))
            y = round(rng.normal(0, shake)) - (round(style.rise * height) if superior else 0)
            digit = _digit_of(plain)
            turned = digit < 0 and plain.isalpha() and rng.random() < style.turned_sorts
            ignore = (superior and digit >= 0) or self.scale > _MAX_READ
            mark = "" if digit >= 0 or turned else self.case.sign(plain) if plain == character else character
            line.placed.append(Placed(sort, round(x + rng.normal(0, shake)), y, digit, ignore, turned, mark))
            x += sort.advance + letter_space
        line.width = max(0.0, x - letter_space) if text else 0.0
        return line

    def _add_fraction(self, line: Line, character: str, fraction: str, x: float) -> float:
        """Append a fraction such as ``½``, spelt ``1⁄2``; returns where the pen stands after it."""
        height, slanted = self.digit_height, self._style.fractions != "stacked"
        above, _, below = fraction.partition("⁄")
        sizes = self.scale * _FRACTION_SCALE
        rows = [[self.case.sort(c, sizes) for c in part] for part in (above, below)]
        widths = [sum(sort.advance for sort in row) for row in rows]
        width = (sum(widths) if slanted else max(widths)) + 0.08 * height
        starts = [0.0, width - widths[1]] if slanted else [(width - row_width) / 2 for row_width in widths]
        lines = (-0.45, 0.02) if slanted else (-0.5, 0.28)
        for row, part, start, base in zip(rows, (above, below), starts, lines, strict=True):
            pen = x + start
            for sort, digit in zip(row, part, strict=True):
                line.placed.append(Placed(sort, round(pen), round(base * height), _digit_of(digit), True))
                pen += sort.advance
        own = line.placed[-len(above + below) :]
        if slanted:
            stroke = self.case.sort("/", self.scale * _STROKE_SCALE)
            middle = x + widths[0] + 0.04 * height - (stroke.box[0] + stroke.box[2]) / 2
            line.placed.append(Placed(stroke, round(middle), round(-0.04 * height), -1, True))
        else:
            bar = -0.36 * height
            line.bars.append((x, bar, x + width, bar + max(1.0, 0.06 * height)))
        tops = [placed.y + placed.sort.box[1] for placed in own]
        feet = [placed.y + placed.sort.box[3] for placed in own]
        line.fractions.append((character, x, min(tops), x + width, max(feet)))
        return x + width + 0.1 * height
