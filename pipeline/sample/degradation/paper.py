"""Paper: colour, texture, stains and shadows of an old sheet under the scanner."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.sample.degradation.press import smooth_field


@dataclass(frozen=True)
class Paper:
    """A sheet. Brightness is in [0, 1]."""

    colour: tuple[float, float, float]  # red, green, blue
    texture: float = 0.02  # deviation of brightness from fibre to fibre
    clouds: float = 0.03  # deviation of brightness over the sheet
    laid_lines: float = 0.0  # depth of the pattern of the mould
    foxing: float = 0.0  # spots a megapixel
    stain: float = 0.0  # darkness of water stains
    edge: float = 0.0  # darkening towards the edges
    gutter: float = 0.0  # darkness of the shadow in the gutter


def shade_paper(
    paper: Paper, shape: tuple[int, int], digit_height: float, gutter_left: bool, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Brightness of the bare sheet relative to its colour, ``(h, w)`` float32, about 1."""
    height, width = shape
    light = 1 + paper.clouds * smooth_field(shape, max(shape) / 4, rng)
    light += 0.5 * paper.clouds * smooth_field(shape, 5 * digit_height, rng)
    light += paper.texture * smooth_field(shape, 0.15 * digit_height + 1, rng)
    light += 0.7 * paper.texture * rng.standard_normal(shape, dtype=np.float32)
    if paper.laid_lines:
        pitch = 0.28 * digit_height
        wave = np.sin(np.arange(height, dtype=np.float32) * (2 * np.pi / pitch))[:, None]
        light += paper.laid_lines * wave * (1 + 0.5 * smooth_field(shape, 6 * digit_height, rng))
    x = np.linspace(0, 1, width, dtype=np.float32)
    y = np.linspace(0, 1, height, dtype=np.float32)
    if paper.edge:
        near = np.minimum.outer(np.minimum(y, 1 - y), np.minimum(x, 1 - x))
        light *= 1 - paper.edge * np.exp(-near * 14)
    if paper.gutter:
        away = x if gutter_left else 1 - x
        light *= 1 - paper.gutter * np.exp(-away * float(rng.uniform(9, 30)))[None, :]
    if paper.stain:
        field = smooth_field(shape, max(shape) / float(rng.uniform(2, 6)), rng)
        rim = np.exp(-((field - 0.9) ** 2) / 0.01) * 0.6 + (field > 0.9) * 0.5
        light *= 1 - paper.stain * cv2.GaussianBlur(rim.astype(np.float32), (0, 0), 2)
    return light


def spot_paper(
    light: NDArray[np.float32], paper: Paper, digit_height: float, rng: np.random.Generator
) -> None:
    """Put foxing and specks on ``(h, w)`` brightness, in place."""
    height, width = light.shape
    for _ in range(rng.poisson(paper.foxing * height * width / 1e6)):
        radius = float(rng.exponential(0.25) + 0.05) * digit_height
        dark = float(rng.uniform(0.1, 0.5))
        x, y = int(rng.integers(width)), int(rng.integers(height))
        reach = int(3 * radius) + 1
        box = light[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]
        rows = np.arange(max(0, y - reach), max(0, y - reach) + box.shape[0])[:, None] - y
        cols = np.arange(max(0, x - reach), max(0, x - reach) + box.shape[1])[None, :] - x
        box *= 1 - dark * np.exp(-(rows**2 + cols**2) / (2 * radius**2)).astype(np.float32)
