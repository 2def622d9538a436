"""Make pictures of tables with signs, fractions, letters and ditto marks, in any font, for ``evaluate_symbols.py``.

``python scripts/make_symbol_tables.py OUT FONT...`` sets a table of each kind in each font file, six columns between
rules, and scans it: blurred a little, with grain, as JPEG. ``OUT/symbols_truth.json`` says what is printed, a cell that
is as high as several lines in the first of them. What is
read of fonts that no training used says how signs are read, rather than fonts. Signs that a font has not are taken
from DejaVu Sans, raised letters are small ones.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from tablekin.sample.training.cells import digits, roman
from tablekin.sample.typesetting.faces import FACES, draws

_SIZE = (1500, 1900)  # pixels
_TOP, _LEFT, _PITCH, _COLUMN = 120, 96, 50, 235
_ROWS = 34
_RAISED = {"ʰ": "h", "ᵐ": "m", "ˢ": "s"}
_SIGNS = "♈♉♊♋♌♍♎♏♐♑♒♓"
_BORROWED = FACES["dejavu-sans/roman"].files[0]
Writer = Callable[[np.random.Generator, int], str]


def _n(count: int) -> Writer:
    """Write numbers of one length that do not begin with a 0."""
    return lambda rng, row: str(rng.integers(1, 10)) + digits(rng, count - 1)


def _framed(before: str, count: int, after: str = "") -> Writer:
    return lambda rng, row: before + _n(count)(rng, row) + after


def _in_turn(*cells: str) -> Writer:
    """Write cells in turn; ``#`` stands for a number of two digits."""
    return lambda rng, row: cells[row % len(cells)].replace("#", _n(2)(rng, row))


def _joined(*writers: Writer | str) -> Writer:
    return lambda rng, row: "".join(part if isinstance(part, str) else part(rng, row) for part in writers)


def _below(limit: int) -> Writer:
    return lambda rng, row: str(rng.integers(1, limit))


def _of(letters: str, count: int) -> Writer:
    return lambda rng, row: "".join(rng.choice(list(letters), count))


KINDS: dict[str, tuple[Writer, ...]] = {
    "plain": (_n(2), _n(2), _n(3), _n(1), _n(2)),
    "plusminus": (
        _joined("+", _n(1), ".", _below(10)),
        _joined("−", _n(1), ".", _below(10)),
        _framed("+", 2),
        _framed("–", 2),
        _framed("±", 1),
    ),
    "sexagesimal": (
        _joined(_below(70), "° ", _n(2), "′ ", _n(2), "″"),
        _joined(_below(24), "ʰ ", _n(2), "ᵐ"),
        _framed("", 2, "'"),
        _framed("", 2, '"'),
        _joined(_below(31), "°"),
    ),
    "fractions": (
        _framed("", 1, "½"),
        _framed("", 2, "¼"),
        _framed("", 1, "¾"),
        _framed("", 2, " 1/2"),
        _n(2),
    ),
    "ditto": (
        _n(2),
        _in_turn("#", "do."),
        _in_turn("#", "„", "„"),
        _in_turn("#", "”", "”"),
        _in_turn("#", '" "'),
    ),
    "leaders": (lambda rng, row: "Jujuy............", _n(2), _n(2), _framed("···", 2), _framed("...", 2)),
    "footnotes": (
        _framed("", 2, "*"),
        _framed("", 2, "†"),
        _framed("", 2, "‡"),
        _framed("", 2, "§"),
        _framed("(", 2, ")"),
    ),
    "roman": (
        _n(2),
        lambda rng, row: roman(row % 12 + 1),
        _n(2),
        _in_turn("XX", "XL", "LI", "IIII", "xij", "viij"),
        _n(2),
    ),
    "hex": (
        _of("0123456789ABCDEF", 4),
        _of("0123456789ABCDEF", 2),
        _n(2),
        _n(2),
        _joined("0x", _of("0123456789abcdef", 2)),
    ),
    "blanks": (
        _n(2),
        _in_turn("#", "—"),
        _in_turn("#", "", ""),
        _in_turn("#", "..."),
        _in_turn("o", "#", "#", "#"),
    ),
    "thousands": (
        _joined(_n(1), ",", _n(3)),
        _joined(_n(2), " ", _n(3)),
        _joined(_n(1), ".", _n(3), ",", _n(2)),
        _joined(_n(1), "·", _n(2)),
        _joined(_n(3), "'", _n(2)),
    ),
    "money": (
        _framed("£", 2),
        _joined(_below(20), "s."),
        _joined(_below(12), "d."),
        _framed("$", 2),
        _framed("", 2, "%"),
    ),
    "letters": (
        _framed("lO", 2),
        _framed("S", 2),
        _joined("N. ", _n(2), " E."),
        _framed("", 2, " a.m."),
        _framed("B", 1),
    ),
    "zodiac": (
        lambda rng, row: _SIGNS[row % 12],
        _joined(lambda rng, row: _SIGNS[row // 3 % 12], " ", _below(30)),
        _framed("N", 2),
        _joined(_n(2), " ", _n(2), "′"),
        _n(2),
    ),
    "climates": (_n(2), _n(3), _n(2), _n(3), _n(2)),
    "spans": (_n(2), _n(3), _n(1), _n(2), _n(2)),
}
# columns whose cells are as high as several lines, between rules, and as how many: climates, each of three lines
_LINES: dict[str, dict[int, int]] = {"climates": {0: 3}, "spans": {1: 2, 3: 3, 5: 4}}


@cache
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def _write(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, path: Path, size: int, ink: int
) -> None:
    """Set a text from a pen on its base line."""
    x, y = at
    for one in text:
        raised = one in _RAISED and not draws(path, one)
        drawn = _RAISED[one] if raised else one
        own = path if one.isspace() or draws(path, drawn) else _BORROWED
        font = _font(own, round(0.55 * size) if raised else size)
        draw.text((x, y - (0.3 * size if raised else 0)), drawn, font=font, fill=ink, anchor="ls")
        x += font.getlength(drawn)


def make_table(kind: str, path: Path, rng: np.random.Generator) -> tuple[NDArray[np.uint8], list[list[str]]]:
    """Set and scan one table; also what its cells say."""
    probe = _font(path, 200).getbbox("8", anchor="ls")
    size = round(200 * float(rng.uniform(22, 28)) / (probe[3] - probe[1]))
    paper, ink, rule = int(rng.integers(225, 248)), int(rng.integers(15, 60)), int(rng.integers(2, 4))
    image = Image.new("L", _SIZE, paper)
    draw = ImageDraw.Draw(image)
    writers = (lambda rng, row: str(rng.integers(1, 10)) + str(row % 10), *KINDS[kind])
    cells = [[writer(rng, row) for writer in writers] for row in range(_ROWS)]
    lines = _LINES.get(kind, {})
    for row, line in enumerate(cells):
        for col, text in enumerate(line):
            high = lines.get(col, 1)
            if row % high:
                line[col] = ""
                continue
            middle = row + (min(high, _ROWS - row) - 1) / 2
            at = (_LEFT + 16 + col * _COLUMN, _TOP + 26 + middle * _PITCH)
            _write(draw, at, text, path, size, ink)
            if high > 1 and row:
                x, y = _LEFT + col * _COLUMN, _TOP + 26 + row * _PITCH - 0.5 * _PITCH - size // 3
                draw.line([(x, y), (x + _COLUMN, y)], fill=60, width=rule)
    bottom = _TOP + _ROWS * _PITCH
    for col in range(len(writers)):
        draw.line([(_LEFT + col * _COLUMN, _TOP - 20), (_LEFT + col * _COLUMN, bottom)], fill=60, width=rule)
    if rng.random() < 0.5:
        for y in (_TOP - 48, _TOP - 12, bottom):
            draw.line([(_LEFT, y), (_SIZE[0] - 1, y)], fill=60, width=rule)
    blurred = np.asarray(image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.6, 1.1)))), float)
    grain = rng.normal(0, rng.uniform(2, 6), blurred.shape)
    return np.clip(blurred + grain, 0, 255).astype(np.uint8), cells


def main() -> None:
    """Make the pictures and their truth."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("fonts", type=Path, nargs="+")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    truth = {}
    for number, path in enumerate(options.fonts):
        for index, kind in enumerate(KINDS):
            name = f"{kind}_{path.parent.name}-{path.stem}".replace(" ", "")
            image, cells = make_table(kind, path, np.random.default_rng((options.seed, number, index)))
            Image.fromarray(image).save(options.out / f"{name}.jpg", quality=85)
            truth[name] = cells
    (options.out / "symbols_truth.json").write_text(json.dumps(truth, ensure_ascii=False) + "\n", "utf-8")
    print(f"{len(truth)} pictures in {options.out}")


if __name__ == "__main__":
    main()
