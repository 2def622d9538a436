"""Detection confidence: how likely it is that a detection is the digit it says, given its surroundings.

The activation of a peak says how much the ink looks like a figure. A letter of a word can look like one, a worn figure
of a table may hardly; what stands beside it, in its line and in its column, tells them apart. Boosted regression trees
weigh the two, fitted on generated pages (``scripts/fit_credibility.py``). They choose which peaks are figures and give
them their score; the activations, and with them the similarity, stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from scipy.spatial import cKDTree

from tablekin.models.networks.detections import Detections
from tablekin.models.networks.digits import DIGIT_HEIGHT

CANDIDATE = 0.2  # least activation of a peak that may be a figure
CREDIBILITY = Path(__file__).parents[1] / "weights" / "credibility.safetensors"
CONTEXT_FEATURES = (
    "activation",
    "digit",
    "left",  # activation of the next figure of the number
    "right",
    "above",  # activation of the next figure of the column
    "below",
    "company",  # how much stands around, as a logarithm
    "line",  # how much stands in the line, as a logarithm
    "mean of the line",
    "column",
    "mean of the column",
    "alike in the column",
    "rival",  # activation of what overlaps
    "ink on the left",
    "ink on the right",
    "smaller",
    "height",
    "width",
    "page",  # how much stands on the page, as a logarithm
)

# Distances and lengths are in digit heights.
_REACH = 4.0  # how far around a peak others count
_OTHER = 0.2  # what is nearer is another reading of the same ink
_RIVAL = 0.6  # what is nearer overlaps
_LINE = 0.5  # centres of figures of one line differ less in height
_ALONG = 20.0  # how far along the line
_ADVANCE = 1.3  # the next figure of a number is nearer
_COLUMN = 0.35  # centres of figures of one column differ less across
_UP = 15.0  # how far up and down the column
_PITCH = (0.8, 3.2)  # the next figure of a column is farther and nearer
_CROWD = 3.0  # figures so near are company
_SMALLER = 0.75  # figures of fractions are lower than this, in heights of their company
_STRONG = 0.4  # least activation of a peak whose ink is not taken for letters
_SURE = 0.5  # least activation of a peak that counts for the page
_BAND = 0.4  # above and below the centre, where letters beside are looked for
_BESIDE = 0.7  # how far beside


class _Near:
    """Pairs of peaks that lie near each other, each pair both ways, and sums over them."""

    def __init__(self, centres: NDArray[np.float64], shown: NDArray[np.float64], across: float, along: float):
        reach = np.array([across, along])
        one, other = cKDTree(centres / reach).query_pairs(1.0, p=np.inf, output_type="ndarray").T
        self.at, self.of = np.concatenate([one, other]), np.concatenate([other, one])
        self.x, self.y = (centres[self.of] - centres[self.at]).T
        self.apart = np.maximum(np.abs(self.x), np.abs(self.y)) > _OTHER
        self.shown = shown[self.of]
        self.count = len(centres)

    def strongest(self, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        found = np.zeros(self.count)
        np.maximum.at(found, self.at[chosen], self.shown[chosen])
        return found

    def total(
        self, chosen: NDArray[np.bool_], values: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        values = self.shown if values is None else values
        return np.bincount(self.at[chosen], values[chosen], self.count).astype(np.float64)

    def mean(self, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Mean activation; 0 where there is none."""
        return self.total(chosen) / np.maximum(self.total(chosen, np.ones(len(self.at))), 1)


def context_features(detections: Detections, ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Describe peaks and what stands around them.

    Parameters
    ----------
    peaks
        All peaks of a page from :data:`CANDIDATE` on, ``n`` of them; they are one another's surroundings.
    ink
        ``(h, w)`` of the working page.

    Returns
    -------
    ndarray
        ``(n, k)``, a column for each of :data:`CONTEXT_FEATURES`.
    """
    boxes = detections.boxes.astype(np.float64)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2 / DIGIT_HEIGHT
    width, height = ((boxes[:, 2:] - boxes[:, :2]) / DIGIT_HEIGHT).T
    shown = detections.activation.astype(np.float64).clip(0, 1)
    near = _Near(centres, shown, _REACH, _REACH)
    in_line = near.apart & (np.abs(near.y) < _LINE) & (np.abs(near.x) < _ADVANCE)
    in_column = (np.abs(near.x) < _COLUMN) & (np.abs(near.y) > _PITCH[0]) & (np.abs(near.y) < _PITCH[1])
    crowd = near.apart & (np.maximum(np.abs(near.x), np.abs(near.y)) < _CROWD)
    weight = near.total(near.apart)
    heights = near.total(near.apart, near.shown * height[near.of])
    usual = np.where(weight > _SURE, heights / np.maximum(weight, _SURE), 1.0)
    line = _Near(centres, shown, _ALONG, _LINE)
    column = _Near(centres, shown, _COLUMN, _UP)
    other_rows = np.abs(column.y) > _RIVAL
    alike = other_rows & (detections.digit[column.at] == detections.digit[column.of])
    overlapping = np.maximum(np.abs(near.x), np.abs(near.y)) < _RIVAL
    left, right = _ink_beside(detections, ink)
    columns = [
        detections.activation,
        detections.digit,
        near.strongest(in_line & (near.x < 0)),
        near.strongest(in_line & (near.x > 0)),
        near.strongest(in_column & (near.y < 0)),
        near.strongest(in_column & (near.y > 0)),
        np.log1p(near.total(crowd)),
        np.log1p(line.total(line.apart)),
        line.mean(line.apart),
        np.log1p(column.total(other_rows)),
        column.mean(other_rows),
        np.log1p(column.total(alike)),
        near.strongest(overlapping),
        left,
        right,
        np.maximum(0, _SMALLER - height / usual),
        height,
        width,
        np.full(len(centres), np.log1p(shown[shown > _SURE].sum())),
    ]
    return np.column_stack(columns).astype(np.float32)


def _ink_beside(
    detections: Detections, ink: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean ink on the left and on the right of each peak that belongs to no strong one."""
    letters = ink.copy()
    strong = detections.boxes[detections.activation >= _STRONG]
    corners = np.concatenate([np.floor(strong[:, :2]), np.ceil(strong[:, 2:])], 1)
    for x0, y0, x1, y1 in np.maximum(corners, 0).astype(np.intp):
        letters[y0:y1, x0:x1] = 0
    sums = cv2.integral(letters)
    middle = (detections.boxes[:, 1] + detections.boxes[:, 3]) / 2
    top, bottom = middle - _BAND * DIGIT_HEIGHT, middle + _BAND * DIGIT_HEIGHT
    reach = _BESIDE * DIGIT_HEIGHT

    def mean(x0: NDArray[np.float32], x1: NDArray[np.float32]) -> NDArray[np.float64]:
        left, right = (np.clip(np.rint(x), 0, ink.shape[1]).astype(np.intp) for x in (x0, x1))
        up, down = (np.clip(np.rint(y), 0, ink.shape[0]).astype(np.intp) for y in (top, bottom))
        area = np.maximum((right - left) * (down - up), 1)
        total = sums[down, right] - sums[up, right] - sums[down, left] + sums[up, left]
        return np.asarray(np.maximum(total, 0) / area, np.float64)

    return mean(detections.boxes[:, 0] - reach, detections.boxes[:, 0]), mean(
        detections.boxes[:, 2], detections.boxes[:, 2] + reach
    )


@dataclass(frozen=True)
class DetectionClassifier:
    """Boosted regression trees on :data:`CONTEXT_FEATURES`, each filled up to a full binary tree of the same depth.

    The nodes of a tree are numbered by level: those below node ``i`` are ``2 i + 1``, for what is at most the
    threshold, and ``2 i + 2``. The leaves of all trees and the bias add up to the logarithm of the odds.
    """

    circumstance: NDArray[np.int16]  # (trees, 2**depth - 1), which is compared
    threshold: NDArray[np.float64]  # (trees, 2**depth - 1)
    leaf: NDArray[np.float64]  # (trees, 2**depth)
    bias: NDArray[np.float64]  # ()

    def probability(self, detections: Detections, ink: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probability that each peak is the figure it says, ``(n,)``; see :func:`context_features`."""
        if not len(detections.digit):
            return np.zeros(0, np.float32)
        odds = self.log_odds(context_features(detections, ink))
        return (1 / (1 + np.exp(-odds))).astype(np.float32)

    def log_odds(self, described: NDArray[np.float32]) -> NDArray[np.float64]:
        """Walk down all trees, ``(n, k)`` to ``(n,)``."""
        trees, inner = np.arange(len(self.leaf)), self.threshold.shape[1]
        peaks, node = np.arange(len(described))[:, None], np.zeros((len(described), len(trees)), np.intp)
        for _ in range(inner.bit_length()):
            value = described[peaks, self.circumstance[trees, node]]
            node = 2 * node + 1 + (value > self.threshold[trees, node])
        return np.asarray(self.leaf[trees, node - inner].sum(1) + self.bias, np.float64)

    def save(self, path: Path) -> None:
        """Write the trees."""
        save_file({part.name: np.asarray(getattr(self, part.name)) for part in fields(self)}, path)


@cache
def load_detection_classifier(path: Path = CREDIBILITY) -> DetectionClassifier:
    """Load the fitted trees.

    Raises
    ------
    FileNotFoundError
        If they are missing; the message says how to make them.
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"{path}: no weights of the credibility; make them with scripts/fit_credibility.py"
        )
    return DetectionClassifier(**load_file(path))
