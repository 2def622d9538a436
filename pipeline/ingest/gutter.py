"""Gutter: where it lies on a scan that shows two facing pages."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.binarization import binarize, darkness
from tablekin.ingest.thresholds import GUTTER


@dataclass(frozen=True)
class Bands:
    """The paper of an image in horizontal bands, all ``(bands, w)``, as shares of the bright paper."""

    lines: NDArray[np.float32]  # with rules
    paper: NDArray[np.float32]  # without


def find_gutter(grey: NDArray[np.uint8]) -> tuple[float, float] | None:
    """Find the gutter between two facing pages, if the image shows two.

    There must be a shadow, a strip of bed or an edge between two papers near the middle, from the top of the pages
    to their bottom, or a fold through their blank upper and lower margins; blank margins on both sides of it, so
    that no line of text goes on across; and print on both pages. What is not clear is one page: a table cut in
    two is worse than two pages in one document.

    Parameters
    ----------
    grey
        ``(h, w)``, 0 black, upright, its longer side :attr:`GutterCriteria.side` pixels or a little less.

    Returns
    -------
    tuple or None
        Smallest and largest x of the gutter, as shares of the width.
    """
    height, width = grey.shape
    if min(height, width) < GUTTER.min_side or width < GUTTER.min_aspect * height:
        return None
    bands = _measure(grey)
    leaf = np.median(bands.paper, axis=1) > GUTTER.bed  # the others are bed above and below
    if leaf.sum() < GUTTER.min_bands * GUTTER.bands:
        return None
    first, last = np.flatnonzero(leaf)[[0, -1]]
    kept = slice(int(first), int(last) + 1)
    bands = Bands(bands.lines[kept], bands.paper[kept])
    rows = slice(kept.start * height // GUTTER.bands, kept.stop * height // GUTTER.bands)
    ink = _find_ink(grey[rows], bands.paper)
    for evidence, threshold in (
        (np.maximum(_shade(bands.paper), _step(bands.paper)), GUTTER.min_shade),
        (_fold(bands.lines, ink), GUTTER.min_fold),
    ):
        path = _follow(evidence)
        if np.mean(evidence[np.arange(len(path)), path] >= threshold) < GUTTER.min_followed:
            continue
        if _is_blank_beside(path, ink) and _share_of_emptier(ink, path) >= GUTTER.min_ink_of_page:
            middle = _middle(path, evidence)
            return float(middle.min()) / width, float(middle.max() + 1) / width
    return None


def place_gutter(grey: NDArray[np.uint8]) -> tuple[float, float]:
    """Place the gutter on an image that is known to show two facing pages.

    That is where :func:`find_gutter` finds it, or else the middle of the emptiest strip near the image's middle.

    Parameters
    ----------
    grey
        ``(h, w)``, 0 black, upright.

    Returns
    -------
    tuple
        Smallest and largest x of the gutter, as shares of the width.
    """
    if (found := find_gutter(grey)) is not None:
        return found
    width = grey.shape[1]
    inked = _find_ink(grey, _measure(grey).paper).mean(axis=0)
    side = max(round(GUTTER.min_margin * width), 1)
    around = np.convolve(inked, np.full(side, 1 / side), "same")
    begin, end = int(GUTTER.min_x * width), max(int(GUTTER.max_x * width), int(GUTTER.min_x * width) + 1)
    emptiest = begin + np.flatnonzero(
        around[begin:end] <= around[begin:end].min() + GUTTER.max_crossed / side
    )
    strips = np.split(emptiest, np.flatnonzero(np.diff(emptiest) > 1) + 1)
    middle = min((float(strip.mean()) + 0.5 for strip in strips), key=lambda x: abs(x - width / 2))
    return middle / width, middle / width


def _measure(grey: NDArray[np.uint8]) -> Bands:
    pieces = [
        np.quantile(piece, GUTTER.paper_quantile, axis=0) for piece in np.array_split(grey, GUTTER.bands)
    ]
    lines = cv2.blur(np.stack(pieces).astype(np.float32), (3, 1))
    lines /= np.quantile(lines, GUTTER.bright_quantile)
    side = round(GUTTER.max_rule * grey.shape[1]) | 1
    return Bands(lines, cv2.morphologyEx(lines, cv2.MORPH_CLOSE, np.ones((1, side), np.uint8)))


def _shade(paper: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much darker each place is than the paper on both sides of it."""
    reach = round(GUTTER.max_strip * paper.shape[1])
    padded = np.pad(paper, ((0, 0), (reach, reach)), constant_values=0)
    windows = np.lib.stride_tricks.sliding_window_view(padded, reach + 1, axis=1).max(axis=2)
    return np.minimum(windows[:, : paper.shape[1]], windows[:, reach:]) - paper


def _step(paper: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much the paper left and right of each place differ, where they differ the same way all along."""
    near, far = (round(share * paper.shape[1]) for share in (GUTTER.near_edge, GUTTER.far_edge))
    summed = np.pad(np.cumsum(paper, axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    means = (summed[:, far - near :] - summed[:, : near - far]) / (
        far - near
    )  # from each x to x + far - near
    step = np.zeros_like(paper)
    step[:, far : paper.shape[1] - far] = (means[:, near + far :] - means[:, : -near - far])[
        :, : paper.shape[1] - 2 * far
    ]
    both_paper = np.minimum(_shifted_min(paper, far), paper) > GUTTER.bed
    return np.abs(np.where(both_paper & (np.sign(step) == np.sign(np.median(step, axis=0))), step, 0))


def _shifted_min(paper: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    return cv2.erode(paper, np.ones((1, 2 * reach + 1), np.uint8))


def _fold(lines: NDArray[np.float32], ink: NDArray[np.bool_]) -> NDArray[np.float32]:
    """How dark each place is where a line runs through the blank margins above and below all print."""
    shade = _shade(lines)
    across = np.array([piece.mean() for piece in np.array_split(ink, len(lines))])
    blank = across < GUTTER.max_ink_of_end
    ends = bool(blank[0] and blank[-1])
    return shade if ends else np.zeros_like(shade)


def _follow(evidence: NDArray[np.float32]) -> NDArray[np.intp]:
    """Follow the line of most evidence from the first band to the last, ``(bands,)`` x."""
    width = evidence.shape[1]
    begin, end = (round(share * width) for share in (GUTTER.min_x, GUTTER.max_x))
    score = np.minimum(evidence[:, begin:end], 2 * GUTTER.min_fold)
    reach = max(1, round(GUTTER.max_bend * width))
    best = [score[0]]
    came: list[NDArray[np.intp]] = []
    for row in score[1:]:
        padded = np.pad(best[-1], reach, constant_values=-np.inf)
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
        nearest = np.abs(np.arange(2 * reach + 1) - reach) * 1e-6  # straight where all are the same
        came.append((windows - nearest).argmax(1) + np.arange(len(row)) - reach)
        best.append(row + best[-1][came[-1]])
    path = [int(best[-1].argmax())]
    for step in reversed(came):
        path.append(int(step[path[-1]]))
    return np.array(path[::-1]) + begin


def _middle(path: NDArray[np.intp], evidence: NDArray[np.float32]) -> NDArray[np.intp]:
    """Bring each band's place into the middle of the gutter's darkness, ``(bands,)`` x."""
    middle = []
    for x, row in zip(path, evidence, strict=True):
        outside = np.flatnonzero(row < 0.5 * row[x])
        place = int(np.searchsorted(outside, x))
        begin = outside[place - 1] + 1 if place else 0
        end = outside[place] if place < len(outside) else len(row)
        middle.append((int(begin) + int(end) - 1) // 2)
    return np.array(middle)


def _find_ink(grey: NDArray[np.uint8], paper: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which pixels are darker than the paper of their band."""
    height, width = grey.shape
    around = np.maximum(cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR), 1e-3)
    bright = np.quantile(grey / around, GUTTER.paper_quantile)
    return binarize(darkness(grey, bright * around), GUTTER.ink).view(bool)


def _is_blank_beside(path: NDArray[np.intp], ink: NDArray[np.bool_]) -> bool:
    """Whether on each side a strip along the gutter has ink in hardly any row."""
    width = ink.shape[1]
    near, far = (round(share * width) for share in (GUTTER.near_margin, GUTTER.far_margin))
    side = round(GUTTER.min_margin * width)
    pieces = np.array_split(ink, len(path))
    straight = np.concatenate(
        [piece[:, x - far : x + far + 1] for x, piece in zip(path, pieces, strict=True)]
    )
    leaf = straight[ink.mean(axis=1) < GUTTER.max_ink_of_row]  # no bed above and below
    windows = np.lib.stride_tricks.sliding_window_view(leaf, side, axis=1).any(axis=2).mean(axis=0)
    blank = windows <= GUTTER.max_crossed
    return bool(blank[: far - near - side + 2].any() and blank[far + near :].any())


def _share_of_emptier(ink: NDArray[np.bool_], path: NDArray[np.intp]) -> float:
    """Share of the ink on the emptier page."""
    margin = round(GUTTER.near_margin * ink.shape[1])
    left = int(ink[:, : max(path.min() - margin, 0)].sum())
    right = int(ink[:, path.max() + margin :].sum())
    return min(left, right) / max(left + right, 1)
