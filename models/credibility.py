"""Credibility: how likely it is that a peak of the digit maps is the figure it says, given what stands around it.

The activation of a peak says how much the ink looks like a figure. A letter of a word can look like one, a worn figure
of a table may hardly; what stands beside, above and below tells them apart. A logistic regression weighs the two,
fitted on generated pages (``scripts/fit_credibility.py``). It chooses which peaks are figures and gives them their
score; the activations, and with them the similarity, stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from scipy.spatial import cKDTree

from models.digits import DIGIT_HEIGHT, Peaks

CANDIDATE = 0.2  # least activation of a peak that may be a figure
CREDIBILITY = Path(__file__).parent / "weights" / "credibility.safetensors"
CIRCUMSTANCES = (
    "activation",
    "activation squared",
    "beside",
    "above",
    "below",
    "company",
    "smaller",
    "letters on both sides",
    "ink beside",
    "height",
    "width",
    *(f"is {digit}" for digit in range(10)),
    *(f"activation of {digit}" for digit in range(10)),
)

# Distances and lengths are in digit heights.
_REACH = 4.0  # how far around a peak others count
_LINE = 0.5  # centres of figures of one line differ less in height
_ADVANCE = 1.3  # the next figure of a number is nearer
_COLUMN = 0.35  # centres of figures of one column differ less across
_PITCH = (0.8, 3.2)  # the next figure of a column is farther and nearer
_CROWD = 3.0  # figures so near are company
_SMALLER = 0.75  # figures of fractions are lower than this, in heights of their company
_STRONG = 0.4  # least activation of a peak whose ink is not taken for letters
_BAND = 0.4  # above and below the centre, where letters beside are looked for
_BESIDE = 0.7  # how far beside


def circumstances(peaks: Peaks, ink: NDArray[np.float32]) -> NDArray[np.float64]:
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
        ``(n, k)``, a column for each of :data:`CIRCUMSTANCES`.
    """
    boxes = peaks.boxes.astype(np.float64)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2 / DIGIT_HEIGHT
    width, height = ((boxes[:, 2:] - boxes[:, :2]) / DIGIT_HEIGHT).T
    activation = peaks.activation.astype(np.float64)
    shown = activation.clip(0, 1)
    one, other = cKDTree(centres).query_pairs(_REACH, p=np.inf, output_type="ndarray").T
    at, near = np.concatenate([one, other]), np.concatenate([other, one])
    x, y = (centres[near] - centres[at]).T
    apart = np.maximum(np.abs(x), np.abs(y)) > 0.2  # else it is another reading of the same ink
    at, near, x, y = at[apart], near[apart], x[apart], y[apart]

    def strongest(chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        found = np.zeros(len(centres))
        np.maximum.at(found, at[chosen], shown[near[chosen]])
        return found

    def total(chosen: NDArray[np.bool_], values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(at[chosen], values[near[chosen]], len(centres)).astype(np.float64)

    column = (np.abs(x) < _COLUMN) & (np.abs(y) > _PITCH[0]) & (np.abs(y) < _PITCH[1])
    everywhere = np.ones(len(at), bool)
    weight = total(everywhere, shown)
    usual = np.where(weight > 0.5, total(everywhere, shown * height) / np.maximum(weight, 0.5), 1.0)
    left, right = _ink_beside(peaks, ink)
    columns = [
        activation,
        shown**2,
        strongest((np.abs(y) < _LINE) & (np.abs(x) < _ADVANCE)),
        strongest(column & (y < 0)),
        strongest(column & (y > 0)),
        np.log1p(total(np.maximum(np.abs(x), np.abs(y)) < _CROWD, shown)),
        np.maximum(0, _SMALLER - height / usual),
        np.sqrt(left * right),
        left + right,
        height,
        width,
    ]
    which = (peaks.digit[:, None] == np.arange(10)).astype(np.float64)
    return np.column_stack([*columns, which, which * activation[:, None]])


def _ink_beside(peaks: Peaks, ink: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean ink on the left and on the right of each peak that belongs to no strong one."""
    letters = ink.copy()
    strong = peaks.boxes[peaks.activation >= _STRONG]
    corners = np.concatenate([np.floor(strong[:, :2]), np.ceil(strong[:, 2:])], 1)
    for x0, y0, x1, y1 in np.maximum(corners, 0).astype(np.intp):
        letters[y0:y1, x0:x1] = 0
    sums = cv2.integral(letters)
    middle = (peaks.boxes[:, 1] + peaks.boxes[:, 3]) / 2
    top, bottom = middle - _BAND * DIGIT_HEIGHT, middle + _BAND * DIGIT_HEIGHT
    reach = _BESIDE * DIGIT_HEIGHT

    def mean(x0: NDArray[np.float32], x1: NDArray[np.float32]) -> NDArray[np.float64]:
        left, right = (np.clip(np.rint(x), 0, ink.shape[1]).astype(np.intp) for x in (x0, x1))
        up, down = (np.clip(np.rint(y), 0, ink.shape[0]).astype(np.intp) for y in (top, bottom))
        area = np.maximum((right - left) * (down - up), 1)
        total = sums[down, right] - sums[up, right] - sums[down, left] + sums[up, left]
        return np.asarray(np.maximum(total, 0) / area, np.float64)

    return mean(peaks.boxes[:, 0] - reach, peaks.boxes[:, 0]), mean(
        peaks.boxes[:, 2], peaks.boxes[:, 2] + reach
    )


@dataclass(frozen=True)
class Credibility:
    """A logistic regression on :data:`CIRCUMSTANCES`."""

    weights: NDArray[np.float64]  # (k,)
    bias: float

    def probability(self, peaks: Peaks, ink: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probability that each peak is the figure it says, ``(n,)``; see :func:`circumstances`."""
        if not len(peaks.digit):
            return np.zeros(0, np.float32)
        logit = circumstances(peaks, ink) @ self.weights + self.bias
        return (1 / (1 + np.exp(-logit))).astype(np.float32)


@cache
def load_credibility(path: Path = CREDIBILITY) -> Credibility:
    """Load the fitted weights.

    Raises
    ------
    FileNotFoundError
        If they are missing; the message says how to make them.
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"{path}: no weights of the credibility; make them with scripts/fit_credibility.py"
        )
    fitted = load_file(path)
    return Credibility(fitted["weights"], float(fitted["bias"]))
