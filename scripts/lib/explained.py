"""Explained: windows of scans and of their re-scans, explained in every way, kept on disk between two runs."""

from __future__ import annotations

import hashlib
import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from lib.contestants import METHODS, RULES, explain_by_all
from lib.pointing import digits_by_row, plant, row_truth
from lib.rescan import WEAR, rescan
from lib.second_order import random_masks
from lib.window import Window, cut, densest, inverse, read_scan, to_window, transform
from tablekin.ingest import load_image
from tablekin.provenance import versions

Made = TypeVar("Made")
_MASKS = 12  # random ones a page
_DIGITS, _REGIONS, _ROWS = 40, 10, 4  # that a window needs


@dataclass(frozen=True)
class Explained:
    """A window with everything a pair needs of it."""

    window: Window
    factors: NDArray[np.float64]  # (methods, features, regions + 1)
    phi: NDArray[np.float64]  # (features,)
    kept: NDArray[np.bool_]  # (masks, regions + 1)
    left: NDArray[np.float64]  # (masks, features): the features with only those regions

    def factor(self, method: str) -> NDArray[np.float64]:
        """Factor of one of ``METHODS``."""
        return self.factors[METHODS.index(method)]


@dataclass(frozen=True)
class Twin:
    """A window, the same window of a re-scan, and which row of the first each row of the second is."""

    original: Explained
    copy: Explained
    row_of_copy: NDArray[np.int64]  # (rows of the original,): the row of the copy it is, or -1


class PausedError(Exception):
    """The time that was given is over; what is done is kept."""


class Cache:
    """Results by name, on disk.

    Parameters
    ----------
    folder
        Where they lie.
    seconds
        From now on, after which nothing new is begun.
    """

    def __init__(self, folder: Path, seconds: float = np.inf) -> None:
        self._folder, self._until = folder, time.monotonic() + seconds
        folder.mkdir(parents=True, exist_ok=True)
        self._of = f"{dict(RULES)}{METHODS}{WEAR}{_MASKS}{versions()}"  # what all results depend on

    def get(self, name: str, make: Callable[[], Made]) -> Made:
        """Read a result, or make it and write it.

        Raises
        ------
        PausedError
            It is not there, and the time is over.
        """
        digest = hashlib.sha256(f"{name}{self._of}".encode()).hexdigest()[:24]
        path = self._folder / f"{digest}.pickle"
        if path.is_file():
            made: Made = pickle.loads(path.read_bytes())
            return made
        if time.monotonic() > self._until:
            raise PausedError(name)
        made = make()
        partial = path.with_suffix(".part")
        partial.write_bytes(pickle.dumps(made))
        partial.replace(path)
        return made


def is_usable(window: Window) -> bool:
    """Tell whether a window holds enough to be erased piece by piece."""
    return (
        len(window.subject.digits) >= _DIGITS
        and window.subject.regions >= _REGIONS
        and int((digits_by_row(window) > 0).sum()) >= _ROWS
    )


def explain_window(window: Window, rng: np.random.Generator) -> Explained:
    """Explain a window in every way, and erase random parts of it."""
    page = window.subject.erasable()
    kept = random_masks(window.subject.regions, _MASKS, rng)
    left = np.array([page.without(np.flatnonzero(~mask).tolist()) for mask in kept])
    return Explained(window, explain_by_all(window.subject), page.phi, kept, left)


def explain_scan(path: Path, side: int) -> Explained | None:
    """Explain the window of a scan that holds most digits; nothing where it holds too few."""
    page, layout = read_scan(load_image(path))
    for middle in densest(page.digits.centres.astype(float), side, 1):
        window = cut(page, layout, middle, side)
        if is_usable(window):
            return explain_window(window, np.random.default_rng(0))
    return None


def explain_twins(path: Path, side: int, count: int, seed: int) -> list[Twin]:
    """Explain windows of a scan, the fullest first, and the same windows of a re-scan."""
    grey = load_image(path)
    page, layout = read_scan(grey)
    centres = page.digits.centres.astype(float)
    heights = page.digits.heights[page.digits.tall]
    if len(centres) < _DIGITS or not len(heights):
        return []
    image, pose = rescan(grey, float(np.median(heights)) / page.scale, seed)
    page_of_copy, layout_of_copy = read_scan(image)
    rng = np.random.default_rng(seed)
    twins = []
    for middle in densest(centres, side, count):
        window = cut(page, layout, middle, side)
        height, width = window.subject.ink.shape
        on_copy = pose.to_scan(transform(window.to_original, np.array([[width / 2, height / 2]])))
        place = transform(inverse(page_of_copy.to_original), on_copy)[0]
        copy = cut(page_of_copy, layout_of_copy, place, side)
        if not (is_usable(window) and is_usable(copy)):
            continue
        boxes = window.row_boxes().astype(float)
        middles = pose.to_scan(transform(window.to_original, (boxes[:, :2] + boxes[:, 2:]) / 2))
        truth = row_truth(to_window(copy, middles), copy.row_boxes())
        twins.append(Twin(explain_window(window, rng), explain_window(copy, rng), truth))
    return twins


@dataclass(frozen=True)
class Planted:
    """A page into which a row was printed."""

    row: NDArray[np.int32]  # (regions + 1,), as of a window
    factors: NDArray[np.float64]  # (methods, features, regions + 1), of ``METHODS`` but occlusion
    rows: tuple[int, int]  # the row on the page it was taken from, and on this one


def explain_planted(source: Twin, target: Explained, seed: int) -> Planted | None:
    """Print a row of a re-scan into another page, and explain that; the row is told as one of the original."""
    rng = np.random.default_rng(seed)
    found = plant(source.copy.window, source.row_of_copy[source.row_of_copy >= 0], target.window, rng)
    if found is None:
        return None
    window, taken, given = found
    original = np.flatnonzero(source.row_of_copy == taken)
    if len(original) != 1:
        return None
    return Planted(window.row, explain_by_all(window.subject, is_erased=False), (int(original[0]), given))
