"""Pages that are honest and as heavy as can be: full of digits or specks, of a hundred megapixels, or small print."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

_INK, _PAPER = 20, 235


def heavy_pages() -> Iterator[tuple[str, bytes]]:
    """Make them one by one: the name and the content of a PNG."""
    pages = (("full", _full()), ("specks", _specks()), ("foldout", _foldout()), ("sheet", _sheet()))
    for name, page in pages:
        yield f"heavy_{name}.png", cv2.imencode(".png", page)[1].tobytes()


def register_page(seed: int) -> NDArray[np.uint8]:
    """Draw a register of 3,072 digits on 4.6 million pixels, as a month of hourly readings has them."""
    return _table(32, 24, 55, 100, 1.1, (1000, 10000), seed)


def _table(
    rows: int,
    columns: int,
    line: int,
    cell: int,
    size: float,
    numbers_in: tuple[int, int] = (10, 60),
    seed: int = 0,
) -> NDArray[np.uint8]:
    page = np.full((rows * line + 2 * line, columns * cell + cell), _PAPER, np.uint8)
    numbers = np.random.default_rng(seed).integers(*numbers_in, (rows, columns))
    thickness = max(1, round(2 * size))
    for (row, column), number in np.ndenumerate(numbers):
        place = (cell // 2 + column * cell, (row + 2) * line - line // 3)
        cv2.putText(page, str(number), place, cv2.FONT_HERSHEY_SIMPLEX, size, _INK, thickness, cv2.LINE_AA)
    return page


def _full() -> NDArray[np.uint8]:
    """Draw a table of 6,148 cells on 12 million pixels."""
    return _table(116, 53, 34, 55, 0.8)


def _sheet() -> NDArray[np.uint8]:
    """Draw a spread of 21 million pixels in small print: a register of 3,800 digits beside an empty page."""
    register = _table(80, 24, 46, 108, 0.72)
    return np.hstack([np.full((len(register), 2800), _PAPER, np.uint8), register])


def _specks() -> NDArray[np.uint8]:
    """Draw a page of noise in black and white, which has more marks than any print."""
    return np.where(np.random.default_rng(0).random((4000, 3000)) < 0.1, 0, 255).astype(np.uint8)


def _foldout() -> NDArray[np.uint8]:
    """Draw a table of 2,000 cells on a hundred million pixels."""
    return _table(50, 40, 196, 244, 3.0)
