"""Diagram: woodcut-like drawings, pages with digits on them that are no tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.sample.typesetting.line import Compositor
from tablekin.sample.typesetting.sheet import Sheet


def _circle(centre: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    angle = np.linspace(0, 2 * np.pi, max(12, int(radius)))
    return centre + radius * np.stack([np.cos(angle), np.sin(angle)], 1)


def _stroke(sheet: Sheet, path: NDArray[np.float64], width: float) -> None:
    """Ink a path ``(n, 2)`` with a stroke of changing width."""
    along = np.gradient(path, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], 1) / np.maximum(np.hypot(*along.T), 1e-6)[:, None]
    swell = np.interp(np.linspace(0, 6, len(path)), np.arange(7), sheet.rng.uniform(0.5, 1.3, 7)) * width / 2
    outline = np.concatenate([path + across * swell[:, None], (path - across * swell[:, None])[::-1]])
    sheet.fill(outline)


def _hatch(sheet: Sheet, low: NDArray, high: NDArray, pitch: float) -> None:
    """Fill a box with parallel strokes."""
    for offset in np.arange(0, high[0] - low[0], pitch):
        a = np.array([low[0] + offset, low[1]])
        b = np.array([min(low[0] + offset + 0.6 * (high[1] - low[1]), high[0]), high[1]])
        _stroke(sheet, np.linspace(a, b, 8), 0.35 * pitch)


def draw_diagram(
    sheet: Sheet,
    corner: tuple[float, float],
    side: float,
    digits: Compositor,
    names: Compositor,
) -> None:
    """Draw a sphere with circles, axes, hatching, letters and scale numbers into a square.

    Parameters
    ----------
    sheet
        Where to print.
    corner, side
        The square, in pixels.
    digits, names
        Set the numbers and the letters.
    """
    rng = sheet.rng
    centre = np.array(corner) + side / 2
    line = max(1.2, 0.12 * digits.digit_height)
    outer = 0.47 * side
    radii = np.sort(rng.uniform(0.25, 1.0, int(rng.integers(2, 6)))) * outer
    for radius in (*radii, outer):
        _stroke(sheet, _circle(centre, radius), line * rng.uniform(0.6, 1.8))
    for angle in rng.uniform(0, np.pi, int(rng.integers(1, 6))):
        arm = np.array([np.cos(angle), np.sin(angle)]) * outer
        _stroke(sheet, np.linspace(centre - arm, centre + arm, 20), line)
    for _ in range(int(rng.integers(0, 4))):
        low = centre + rng.uniform(-0.8, 0.3, 2) * outer
        _hatch(sheet, low, low + rng.uniform(0.1, 0.5, 2) * outer, max(3.0, 0.25 * digits.digit_height))
    marks = int(rng.choice([0, 12, 24, 36]))
    for k in range(marks):
        angle = 2 * np.pi * k / marks
        arm = np.array([np.cos(angle), np.sin(angle)])
        _stroke(sheet, np.linspace(centre + arm * outer * 0.94, centre + arm * outer, 4), line)
        if marks <= 24 and rng.random() < 0.7:
            number = digits.set_line(str(rng.integers(1, 100)))
            place = centre + arm * outer * 0.86
            sheet.put_line(number, place[0] - number.width / 2, place[1] + digits.digit_height / 2)
    for _ in range(int(rng.integers(3, 12))):
        letter = names.set_line(str(rng.choice(list("ABCDEFGHIKLMNOPQRSTVXZabcdeghilnoqsz"))))
        place = centre + rng.uniform(-0.95, 0.95, 2) * outer
        sheet.put_line(letter, place[0], place[1])
