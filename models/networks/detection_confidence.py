"""Detection confidence: how likely it is that a detection is the digit it says, given its surroundings.

The activation of a detection says how much the ink looks like a digit. A letter of a word can look like one, a worn
digit of a table may hardly; what stands beside it, in its line and in its column, tells them apart. Boosted regression
trees weigh the two, fitted on generated pages (``scripts/fit_detection_confidence.py``). They choose which detections
are digits and give them their score; the activations, and with them the similarity, stay as they are.
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

from tablekin.models.networks.architecture import DIGIT_HEIGHT, DIGITS
from tablekin.models.networks.detections import Detections
from tablekin.models.networks.glyphs import NOTHING
from tablekin.models.networks.marks import LOOKALIKES, mark_index
from tablekin.models.networks.weights import require_weights

CANDIDATE = 0.2  # min. activation of a detection that may be a digit
WEIGHTS = Path(__file__).parents[1] / "weights" / "detection_confidence.safetensors"
CONTEXT_FEATURES = (
    "activation",
    "digit",
    "left",  # activation of the next digit of the number
    "right",
    "above",  # activation of the next digit of the column
    "below",
    "density",  # how much stands around, as a logarithm
    "line",  # how much stands in the line, as a logarithm
    "mean of the line",
    "column",
    "mean of the column",
    "same digit in the column",
    "overlap",  # activation of what overlaps
    "ink on the left",
    "ink on the right",
    "smaller",
    "height",
    "width",
    "page",  # how much stands on the page, as a logarithm
    "named",  # probability of the digit, or of a letter that may be its sort, by the glyph reader
    "named otherwise",  # of the most likely other digit
    "mark",  # of any other mark
    "nothing",
)


@dataclass(frozen=True)
class SurroundingsCriteria:
    """What counts as beside, in the line, in the column; lengths in digit heights, between centres.

    The trees were fitted with these values and take them into account: whoever changes one fits the trees anew. They
    were set from the usual spacing of printed tables, not searched for, and ranges of indifference were not measured.
    """

    around: float = 4.0  # as far as others count
    same_ink: float = 0.2  # what is nearer is another reading of the same ink
    overlap: float = 0.6  # what is nearer overlaps
    line: float = 0.5  # digits of one line differ less in height
    line_length: float = 20.0  # how far along the line others count
    advance: float = 1.3  # the next digit of a number is nearer
    column: float = 0.35  # digits of one column differ less across
    column_length: float = 15.0  # how far up and down the column others count
    min_pitch: float = 0.8  # the next digit of a column is farther
    max_pitch: float = 3.2  # and nearer
    density: float = 3.0  # as far as others make a place dense
    fraction: float = 0.75  # digits of fractions are lower than this, in heights of those around
    min_letters: float = 0.4  # activation from which ink is not taken for letters
    min_certain: float = 0.5  # activation from which a detection counts for the page
    band: float = 0.4  # above and below the centre, where letters beside are looked for
    beside: float = 0.7  # how far beside the box


CRITERIA = SurroundingsCriteria()


class _Neighbours:
    """Pairs of detections that lie near each other, each pair both ways, and sums over them."""

    def __init__(
        self, centres: NDArray[np.float64], activation: NDArray[np.float64], across: float, along: float
    ) -> None:
        reach = np.array([across, along])
        one, other = cKDTree(centres / reach).query_pairs(1.0, p=np.inf, output_type="ndarray").T
        self.at, self.of = np.concatenate([one, other]), np.concatenate([other, one])
        self.x, self.y = (centres[self.of] - centres[self.at]).T
        self.apart = np.maximum(np.abs(self.x), np.abs(self.y)) > CRITERIA.same_ink
        self.activation = activation[self.of]
        self.count = len(centres)

    def strongest(self, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Greatest activation; 0 where there is none."""
        found = np.zeros(self.count)
        np.maximum.at(found, self.at[chosen], self.activation[chosen])
        return found

    def total(
        self, chosen: NDArray[np.bool_], values: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Sum of activations, or of other values of the pairs."""
        values = self.activation if values is None else values
        return np.bincount(self.at[chosen], values[chosen], self.count).astype(np.float64)

    def mean(self, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Mean activation; 0 where there is none."""
        return self.total(chosen) / np.maximum(self.total(chosen, np.ones(len(self.at))), 1)


def context_features(
    detections: Detections, ink: NDArray[np.float32], glyphs: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Describe detections and what stands around them.

    Parameters
    ----------
    detections
        All detections of a page from :data:`CANDIDATE` on, ``n`` of them; they are one another's surroundings.
    ink
        ``(h, w)`` of the working page.
    glyphs
        ``(n, CLASSES)``, as from :func:`tablekin.models.networks.glyphs.glyph_probabilities` at their cells.

    Returns
    -------
    ndarray
        ``(n, k)``, a column for each of :data:`CONTEXT_FEATURES`.
    """
    boxes = detections.boxes.astype(np.float64)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2 / DIGIT_HEIGHT
    width, height = ((boxes[:, 2:] - boxes[:, :2]) / DIGIT_HEIGHT).T
    activation = detections.activation.astype(np.float64).clip(0, 1)
    near = _Neighbours(centres, activation, CRITERIA.around, CRITERIA.around)
    across, up = np.abs(near.x), np.abs(near.y)
    in_number = near.apart & (up < CRITERIA.line) & (across < CRITERIA.advance)
    in_column = (across < CRITERIA.column) & (up > CRITERIA.min_pitch) & (up < CRITERIA.max_pitch)
    dense = near.apart & (np.maximum(across, up) < CRITERIA.density)
    weight = near.total(near.apart)
    heights = near.total(near.apart, near.activation * height[near.of])
    usual = np.where(weight > CRITERIA.min_certain, heights / np.maximum(weight, CRITERIA.min_certain), 1.0)
    line = _Neighbours(centres, activation, CRITERIA.line_length, CRITERIA.line)
    column = _Neighbours(centres, activation, CRITERIA.column, CRITERIA.column_length)
    other_rows = np.abs(column.y) > CRITERIA.overlap
    same_digit = other_rows & (detections.digit[column.at] == detections.digit[column.of])
    left, right = _ink_beside(detections, ink)
    letter = np.zeros(len(centres), np.float32)
    for digit, letters in LOOKALIKES.items():
        places = [DIGITS + mark_index(mark) for mark in letters]
        letter += np.where(detections.digit == digit, glyphs[:, places].sum(1), 0)
    named = glyphs[np.arange(len(centres)), detections.digit] + letter
    columns = [
        detections.activation,
        detections.digit,
        near.strongest(in_number & (near.x < 0)),
        near.strongest(in_number & (near.x > 0)),
        near.strongest(in_column & (near.y < 0)),
        near.strongest(in_column & (near.y > 0)),
        np.log1p(near.total(dense)),
        np.log1p(line.total(line.apart)),
        line.mean(line.apart),
        np.log1p(column.total(other_rows)),
        column.mean(other_rows),
        np.log1p(column.total(same_digit)),
        near.strongest(np.maximum(across, up) < CRITERIA.overlap),
        left,
        right,
        np.maximum(0, CRITERIA.fraction - height / usual),
        height,
        width,
        np.full(len(centres), np.log1p(activation[activation > CRITERIA.min_certain].sum())),
        named,
        other_digit(detections.digit, glyphs)[1],
        glyphs[:, DIGITS:NOTHING].sum(1) - letter,
        glyphs[:, NOTHING],
    ]
    return np.column_stack(columns).astype(np.float32)


def other_digit(
    digit: NDArray[np.int8], glyphs: NDArray[np.float32]
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Find what each digit ``(n,)`` may be instead: the most likely other digit, and its probability."""
    others = glyphs[:, :DIGITS].copy()
    others[np.arange(len(digit)), digit] = -1
    best = others.argmax(1)
    return best.astype(np.int8), others[np.arange(len(digit)), best].clip(0, 1)


def _ink_beside(
    detections: Detections, ink: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean ink on the left and on the right of each detection that belongs to no strong one."""
    letters = ink.copy()
    strong = detections.boxes[detections.activation >= CRITERIA.min_letters]
    corners = np.concatenate([np.floor(strong[:, :2]), np.ceil(strong[:, 2:])], 1)
    for x0, y0, x1, y1 in np.maximum(corners, 0).astype(np.intp):
        letters[y0:y1, x0:x1] = 0
    sums = cv2.integral(letters)
    middle = (detections.boxes[:, 1] + detections.boxes[:, 3]) / 2
    top, bottom = middle - CRITERIA.band * DIGIT_HEIGHT, middle + CRITERIA.band * DIGIT_HEIGHT
    reach = CRITERIA.beside * DIGIT_HEIGHT

    def mean(x0: NDArray[np.float32], x1: NDArray[np.float32]) -> NDArray[np.float64]:
        left, right = (np.clip(np.rint(x), 0, ink.shape[1]).astype(np.intp) for x in (x0, x1))
        up, down = (np.clip(np.rint(y), 0, ink.shape[0]).astype(np.intp) for y in (top, bottom))
        area = np.maximum((right - left) * (down - up), 1)
        total = sums[down, right] - sums[up, right] - sums[down, left] + sums[up, left]
        return np.asarray(np.maximum(total, 0) / area, np.float64)

    first, last = detections.boxes[:, 0], detections.boxes[:, 2]
    return mean(first - reach, first), mean(last, last + reach)


@dataclass(frozen=True)
class DetectionClassifier:
    """Boosted regression trees on :data:`CONTEXT_FEATURES`, each filled up to a full binary tree of the same depth.

    The nodes of a tree are numbered by level: those below node ``i`` are ``2 i + 1``, for what is at most the
    threshold, and ``2 i + 2``. The leaves of all trees and the bias add up to the logarithm of the odds.
    """

    feature: NDArray[np.int16]  # (trees, 2**depth - 1), index of the feature that is compared
    threshold: NDArray[np.float64]  # (trees, 2**depth - 1)
    leaf: NDArray[np.float64]  # (trees, 2**depth)
    bias: NDArray[np.float64]  # ()

    def probability(
        self, detections: Detections, ink: NDArray[np.float32], glyphs: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Probability that each detection is the digit it says, ``(n,)``; see :func:`context_features`."""
        if not len(detections):
            return np.zeros(0, np.float32)
        odds = self.log_odds(context_features(detections, ink, glyphs))
        return (1 / (1 + np.exp(-odds))).astype(np.float32)

    def log_odds(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Walk down all trees, ``(n, k)`` to ``(n,)``."""
        trees, inner = np.arange(len(self.leaf)), self.threshold.shape[1]
        row, node = np.arange(len(features))[:, None], np.zeros((len(features), len(trees)), np.intp)
        for _ in range(inner.bit_length()):
            value = features[row, self.feature[trees, node]]
            node = 2 * node + 1 + (value > self.threshold[trees, node])
        return np.asarray(self.leaf[trees, node - inner].sum(1) + self.bias, np.float64)

    def save(self, path: Path) -> None:
        """Write the trees."""
        save_file({part.name: np.asarray(getattr(self, part.name)) for part in fields(self)}, path)


@cache
def load_detection_classifier(path: Path = WEIGHTS) -> DetectionClassifier:
    """Load the fitted trees.

    Raises
    ------
    FileNotFoundError
        If they are missing; the message says how to make them.
    """
    return DetectionClassifier(
        **load_file(require_weights(path, "detection confidence", "fit_detection_confidence"))
    )
