"""Crops of generated pages, as the digit network is trained on, made without end by several processes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info
from training_pool import TrainingPage, make_training_page

CROP = 384  # pixels
MOST_GLYPHS = 640  # of a crop that are kept; the rest of an overfull crop is marked as ignored
NONE = -1  # label of padding
_TURNED = 0.2  # share of crops that are turned, to train the orientation head
_FIRST_PAGES, _CROPS_A_PAGE, _MOST_PAGES = 10, 160, 80
_FIRST_CROPS = 16  # that a page serves for until there are so many


@dataclass(frozen=True)
class Crop:
    """A piece of a page: ink, and its glyphs; labels 0 to 9 are digits, 10 and more are marks."""

    ink: NDArray[np.float32]  # (CROP, CROP) in [0, 1]
    label: NDArray[np.int64]  # (n,)
    boxes: NDArray[np.float32]  # (n, 4)
    ignore: NDArray[np.bool_]  # (n,)


def cut_crop(page: TrainingPage, rng: np.random.Generator) -> Crop:
    """Cut a random, slightly rotated, rescaled and spoilt piece of a page."""
    height, width = page.ink.shape
    scale = float(np.exp(np.clip(rng.normal(0, 0.2), -0.5, 0.45)))
    angle = math.radians(float(np.clip(rng.normal(0, 0.8), -3, 3)))
    if len(page.boxes) and rng.random() < 0.8:  # look where digits are, more often than not
        x, y = page.boxes[rng.integers(len(page.boxes)), :2] + rng.uniform(-150, 150, 2)
    else:
        x, y = rng.uniform(0, width), rng.uniform(0, height)
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    matrix = np.array([[cosine, -sine, 0], [sine, cosine, 0]])
    matrix[:, 2] = CROP / 2 - matrix[:, :2] @ (x, y)
    ink = cv2.warpAffine(page.ink, matrix, (CROP, CROP), flags=cv2.INTER_AREA).astype(np.float32) / 255
    label = np.concatenate([page.digit.astype(np.int64), page.mark.astype(np.int64) + 10])
    corners = np.concatenate([page.boxes, page.mark_boxes])
    ignore = np.concatenate([page.ignore, page.mark_ignore])
    centres = (corners[:, :2] + corners[:, 2:]) / 2 @ matrix[:, :2].T + matrix[:, 2]
    half = (corners[:, 2:] - corners[:, :2]) / 2 * scale
    boxes = np.concatenate([centres - half, centres + half], 1).astype(np.float32)
    inside = ((centres > -10) & (centres < CROP + 10)).all(1)
    return Crop(spoil(ink, rng), label[inside], boxes[inside], ignore[inside])


def spoil(ink: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Change darkness and sharpness, add noise, or leave only black and white."""
    if rng.random() < 0.5:
        ink = np.clip(ink * rng.uniform(0.6, 1.5), 0, 1)
    if rng.random() < 0.3:
        ink = np.clip(ink ** rng.uniform(0.6, 1.6), 0, 1)
    if rng.random() < 0.25:
        ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.4, 1.2)).astype(np.float32)
    if rng.random() < 0.3:
        ink = np.clip(ink + rng.normal(0, rng.uniform(0.01, 0.1), ink.shape).astype(np.float32), 0, 1)
    if rng.random() < 0.08:  # a scan of one bit
        grain = rng.normal(0, rng.uniform(0.0, 0.12), ink.shape).astype(np.float32)
        ink = (ink + grain > rng.uniform(0.25, 0.65)).astype(np.float32)
    return ink.astype(np.float32)


def stack(crops: list[Crop], rng: np.random.Generator) -> dict[str, Tensor]:
    """Stack crops into tensors, some of them turned; the glyphs padded to the same number.

    Returns
    -------
    dict
        ``ink (b, CROP, CROP)`` of 8 bits, ``label (b, n)``, ``boxes (b, n, 4)``, ``ignore (b, n)``, and ``turns (b,)``,
        quarters clockwise.
    """
    most = max(1, min(MOST_GLYPHS, max(len(crop.label) for crop in crops)))
    ink = np.zeros((len(crops), CROP, CROP), np.uint8)
    label = np.full((len(crops), most), NONE, np.int16)
    boxes = np.zeros((len(crops), most, 4), np.float32)
    ignore = np.ones((len(crops), most), bool)
    turns = np.where(rng.random(len(crops)) < _TURNED, rng.integers(1, 4, len(crops)), 0)
    for number, crop in enumerate(crops):
        ink[number] = np.rot90(np.round(crop.ink * 255), -int(turns[number]))
        kept = slice(0, most)
        count = min(most, len(crop.label))
        label[number, :count] = crop.label[kept]
        boxes[number, :count] = crop.boxes[kept]
        ignore[number, :count] = crop.ignore[kept]
    named = {"ink": ink, "label": label, "boxes": boxes, "ignore": ignore, "turns": turns}
    return {name: torch.from_numpy(values) for name, values in named.items()}


class CropStream(IterableDataset[dict[str, Tensor]]):
    """Batches of crops from pages that are generated as they are needed.

    Parameters
    ----------
    seed, start
        Seed of the run, and the step it starts at: what follows depends on them and on the number of the process.
    batch
        Crops a batch.
    marked
        Share of the pages that are of signs, fractions and letters.
    """

    def __init__(self, seed: int, start: int, batch: int, marked: float = 0.0) -> None:
        super().__init__()
        self._seed, self._start, self._batch, self._marked = seed, start, batch, marked

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        """Give batches without end; a page serves for some crops, then another joins it."""
        cv2.setNumThreads(1)
        torch.set_num_threads(1)
        info = get_worker_info()
        process = info.id if info is not None else 0
        rng = np.random.default_rng((self._seed, self._start, process))
        number = 1_000_000 * (process + 1) + self._start
        pages: list[TrainingPage] = []
        cut = 0
        while True:
            crops: list[Crop] = []
            while len(crops) < self._batch:
                wanted = _CROPS_A_PAGE if len(pages) >= _FIRST_PAGES else _FIRST_CROPS
                if not pages or cut % wanted == 0:
                    page = make_training_page((self._seed, number), bool(rng.random() < self._marked))
                    pages = [*pages[1 - _MOST_PAGES :], page]
                    number += 1
                crops.append(cut_crop(pages[rng.integers(len(pages))], rng))
                cut += 1
            yield stack(crops, rng)
