"""Windows of generated pages, as the close-up reader is trained on: around glyphs, and around what is none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from training_pool import TrainingPage

from lib.crops import spoil
from tablekin.models.networks.architecture import DIGIT_HEIGHT, DIGITS
from tablekin.models.networks.closeups import WINDOW
from tablekin.models.networks.glyphs import NOTHING

_RARE = 0.6  # exponent: how much more often a glyph is shown than its kind is frequent
_GLYPHS = 0.75  # share of the windows that are around glyphs
_SHAKEN = 1.6  # pixels: standard deviation of the centre of a window from that of its glyph
_ASIDE = 0.2  # share of them that lie anywhere in the middle of the glyph
_OWN, _FOREIGN = (
    0.3,
    0.55,
)  # shares of a box's size, from its centre: what is a place of the glyph, what is not
_NEAREST = 2.5  # pixels: what is a place of the glyph in any case
_TRIES = 8
UNKNOWN = -1  # label of a place that is not shown


@dataclass(frozen=True)
class PrintedGlyphs:
    """All glyphs of a page, ``n`` of them."""

    label: NDArray[np.int64]  # (n,): 0 to 9 are digits, 10 and more are marks
    boxes: NDArray[np.float32]  # (n, 4)
    ignore: NDArray[np.bool_]  # (n,)


def glyphs_of(page: TrainingPage) -> PrintedGlyphs:
    """Put the digits and the marks of a page together."""
    return PrintedGlyphs(
        np.concatenate([page.digit.astype(np.int64), page.mark.astype(np.int64) + DIGITS]),
        np.concatenate([page.boxes, page.mark_boxes]),
        np.concatenate([page.ignore, page.mark_ignore]),
    )


def name_place(glyphs: PrintedGlyphs, x: float, y: float) -> tuple[int, int]:
    """Tell what stands at a place: its label and which glyph of the page; ``UNKNOWN`` where that is open."""
    centres = (glyphs.boxes[:, :2] + glyphs.boxes[:, 2:]) / 2
    sizes = np.maximum(glyphs.boxes[:, 2:] - glyphs.boxes[:, :2], 1)
    away = np.abs(centres - (x, y))
    inside = (away <= np.maximum(_OWN * sizes, _NEAREST)).all(1)
    near = (away < np.maximum(_FOREIGN * sizes, _NEAREST + 2)).all(1)
    if (near & glyphs.ignore).any():
        return UNKNOWN, -1
    if inside.any():
        of_size = (away / sizes).max(1)
        chosen = int(np.where(inside, of_size, np.inf).argmin())
        return int(glyphs.label[chosen]), chosen
    return (UNKNOWN, -1) if near.any() else (NOTHING, -1)


def cut_window(
    page: TrainingPage, glyphs: PrintedGlyphs, weights: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], int, NDArray[np.float32]] | None:
    """Cut one window: its ink, its label, and the box as :class:`CloseupReader` gives it (nan where there is none).

    Parameters
    ----------
    page, glyphs
        The page and what is on it.
    weights
        ``(n,)``, how often each glyph is shown.
    rng
        Source of what is random.
    """
    for _ in range(_TRIES):
        x, y = _place(page, glyphs, weights, rng)
        label, index = name_place(glyphs, x, y)
        if label != UNKNOWN:
            break
    else:
        return None
    scale = float(np.exp(np.clip(rng.normal(0, 0.12), -0.35, 0.35)))
    angle = math.radians(float(np.clip(rng.normal(0, 0.8), -3, 3)))
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    matrix = np.array([[cosine, -sine, 0], [sine, cosine, 0]])
    matrix[:, 2] = WINDOW / 2 - matrix[:, :2] @ (x, y)
    ink = cv2.warpAffine(page.ink, matrix, (WINDOW, WINDOW), flags=cv2.INTER_LINEAR)
    box = np.full(4, np.nan, np.float32)
    if index >= 0:
        x0, y0, x1, y1 = glyphs.boxes[index]
        middle = matrix[:, :2] @ ((x0 + x1) / 2, (y0 + y1) / 2) + matrix[:, 2] - WINDOW / 2
        sizes = np.log(np.maximum([x1 - x0, y1 - y0], 2) * scale / DIGIT_HEIGHT)
        box[:] = [*(middle / DIGIT_HEIGHT), *sizes]
    spoilt = spoil(ink.astype(np.float32) / 255, rng)
    return np.round(spoilt * 255).astype(np.uint8), label, box


def _place(
    page: TrainingPage, glyphs: PrintedGlyphs, weights: NDArray[np.float64], rng: np.random.Generator
) -> tuple[float, float]:
    """Choose a place: near the centre of a glyph, beside one, or anywhere where there is ink."""
    height, width = page.ink.shape
    if not len(glyphs.label) or rng.random() < 0.4 * (1 - _GLYPHS):
        for _ in range(_TRIES):
            x, y = int(rng.integers(width)), int(rng.integers(height))
            if page.ink[max(0, y - 4) : y + 5, max(0, x - 4) : x + 5].max() > 100:
                break
        return float(x), float(y)
    x0, y0, x1, y1 = glyphs.boxes[rng.choice(len(weights), p=weights)]
    x, y, w, h = (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0
    if rng.random() < 0.6 * (1 - _GLYPHS) / (1 - 0.4 * (1 - _GLYPHS)):
        away = rng.uniform(-1, 1, 2) * (w / 2 + 8, h / 2 + 6)
        return float(x + away[0]), float(y + away[1])
    if rng.random() < _ASIDE:
        return float(x + rng.uniform(-_OWN, _OWN) * w), float(y + rng.uniform(-_OWN, _OWN) * h)
    shift = rng.normal(0, _SHAKEN, 2)
    return float(x + shift[0]), float(y + shift[1])


def rarity(pages: list[PrintedGlyphs], classes: int) -> NDArray[np.float64]:
    """How often a glyph of each class is shown, by how frequent the class is."""
    count = np.zeros(classes)
    for glyphs in pages:
        count += np.bincount(glyphs.label[~glyphs.ignore], minlength=classes)
    return np.asarray(np.maximum(count, 20) ** -_RARE, float)


def cut_windows_of(
    pages: list[TrainingPage], count: int, rng: np.random.Generator, classes: int = NOTHING + 1
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.float32]]:
    """Cut many windows: ink ``(n, WINDOW, WINDOW)``, labels ``(n,)``, boxes ``(n, 4)``."""
    glyphs = [glyphs_of(page) for page in pages]
    shown = rarity(glyphs, classes)
    weights = [shown[each.label] * ~each.ignore for each in glyphs]
    share = np.array([own.sum() for own in weights]) ** 0.5
    share /= share.sum()
    ink = np.zeros((count, WINDOW, WINDOW), np.uint8)
    label, boxes = np.zeros(count, np.int64), np.zeros((count, 4), np.float32)
    chosen = np.sort(rng.choice(len(pages), count, p=share))
    done = 0
    for number in chosen:
        own = weights[number]
        cut = cut_window(pages[number], glyphs[number], own / max(own.sum(), 1e-9), rng)
        if cut is not None:
            ink[done], label[done], boxes[done] = cut
            done += 1
    return ink[:done], label[:done], boxes[:done]
