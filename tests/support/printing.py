"""A plain style of printing, a compositor who sets in it, and a sheet of digits that stand apart."""

from __future__ import annotations

from functools import cache

import numpy as np

from tablekin.sample.typesetting.line import Compositor
from tablekin.sample.typesetting.sheet import SetPage, Sheet
from tablekin.sample.typesetting.style import Style
from tablekin.sample.typesetting.typecase import TypeCase

PLAIN = Style(
    "im-fell-english/roman", "im-fell-english/roman", "im-fell-english/italic", 22.0, letter_spacing=0.2
)


def plain_compositor(style: Style = PLAIN, seed: int = 0, scale: float = 1.0) -> Compositor:
    rng = np.random.default_rng(seed)
    return Compositor(TypeCase(style.digits, style, style.digit_height, rng), style, rng, scale)


@cache
def isolated_digits(pitch: int = 90) -> SetPage:
    """Digits far from one another, so that ink tells where each went."""
    style = Style("gelasio/roman", "gelasio/roman", "gelasio/roman", 30.0)
    rng = np.random.default_rng(0)
    sheet = Sheet(10 * pitch, 8 * pitch, rng)
    compositor = Compositor(TypeCase(style.digits, style, 30.0, rng), style, rng)
    for row in range(8):
        for col in range(10):
            line = compositor.set_line(str((row + col) % 10))
            sheet.put_line(line, (col + 0.4) * pitch, (row + 0.6) * pitch, 0, row, col)
            sheet.put_cell(
                0, row, col, "", "cell", (col * pitch, row * pitch, (col + 1) * pitch, (row + 1) * pitch)
            )
    return sheet.finish(30.0)
