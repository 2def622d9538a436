"""Subject: a page, or a window of it, explained in many ways: for ``scripts/evaluate_faithfulness.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array
from torch import Tensor

from tablekin.config import RunConfig
from tablekin.digitize.stage import digitize, find_glyphs, load_readers
from tablekin.explain import digit_advance, spacing_of
from tablekin.ingest import load_image
from tablekin.models.networks.architecture import GAMMA
from tablekin.models.networks.bigram import DIGITS, FEATURES, MinRule, Spacing, bigrams
from tablekin.models.networks.detections import Detections
from tablekin.models.networks.digits import GRAIN, DigitNetwork, pad_to_grain
from tablekin.models.occlusion import OcclusionPage
from tablekin.models.page_lrp.patches import PatchPropagation
from tablekin.segment import segment

Level = Literal["cells", "digits"]
"""What is erased: the regions of the layout, or each digit by itself."""

SETTINGS: Mapping[str, Mapping[str, float]] = {
    "table": GAMMA,
    **{str(gamma): dict.fromkeys(GAMMA, gamma) for gamma in (0.0, 0.1, 0.25, 1.0, 4.0)},
}
DEFAULT = "proportional, gamma table"
OWN, HESSIAN, SALIENCY, OCCLUSION = "own region", "Hessian x product", "saliency", "occlusion"


@lru_cache(maxsize=1)
def trained() -> DigitNetwork:
    """Load the digit network, once a process."""
    return load_readers().digits


def find_digits(fine: Tensor, ink: NDArray[np.float32]) -> Detections:
    """Find the digits in the features ``(1, c, h/4, w/4)`` of ink ``(h, w)`` as the pipeline does by default."""
    return find_glyphs(load_readers(), fine, ink, RunConfig().digitize.threshold).digits


def trained_digits(ink: NDArray[np.float32]) -> Detections:
    """Find the digits in ink ``(h, w)``."""
    with torch.inference_mode():
        fine, _ = trained().trunk(pad_to_grain(torch.from_numpy(ink)[None, None]))
    return find_digits(fine, ink)


@dataclass(frozen=True)
class Subject:
    """A page, or a window of it, ready to be explained and erased."""

    ink: NDArray[np.float32]  # (h, w) working pixels
    labels: NDArray[np.int32]  # (h, w): 0 outside, then the regions, without gaps
    digits: Detections
    spacing: Spacing

    @property
    def regions(self) -> int:
        """Number of regions besides the outside."""
        return int(self.labels.max())

    @property
    def centres(self) -> NDArray[np.float64]:
        """Centres of the digits, ``(n, 2)``: x, y."""
        return self.digits.centres.astype(np.float64)

    def erasable(self) -> OcclusionPage:
        """Make it ready to be erased."""
        return OcclusionPage(trained(), torch.from_numpy(self.ink), self.labels, find_digits, self.spacing)


def prepare(path: Path, side: int, level: Level) -> Subject:
    """Bring a scan into the working frame, find its regions, and cut out a window around most digits.

    Parameters
    ----------
    path
        An image.
    side
        Largest height and width of the window, in working pixels.
    level
        What the regions are.
    """
    page, _ = digitize(load_image(path), load_readers(), RunConfig().digitize.threshold)
    labels = segment(page).labels
    centre = np.median(page.digits.centres, axis=0) if len(page.digits) else np.zeros(2)
    window = []
    for middle, length in zip(centre[::-1], page.ink.shape, strict=True):
        start = int(np.clip(middle - side / 2, 0, max(length - side, 0))) // GRAIN * GRAIN
        window.append(slice(start, start + side))
    ink, labels = np.ascontiguousarray(page.ink[tuple(window)]), labels[tuple(window)]
    digits = trained_digits(ink)
    if level == "digits":
        labels = digit_labels(digits.boxes, labels)
    used = np.union1d([0], labels)
    return Subject(
        ink, np.searchsorted(used, labels).astype(np.int32), digits, spacing_of(digit_advance(page.digits))
    )


def digit_labels(boxes: NDArray[np.float32], labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Make every digit within a region of the layout a region; overlapping boxes part at equal distance.

    Parameters
    ----------
    boxes
        ``(n, 4)``: x0, y0, x1, y1.
    labels
        ``(h, w)``, regions of the layout, 0 outside.
    """
    made = np.zeros_like(labels)
    nearest = np.full(labels.shape, np.inf)
    for digit, (x0, y0, x1, y1) in enumerate(boxes, 1):
        rows = np.arange(max(0, int(y0)), min(labels.shape[0], int(np.ceil(y1))))
        cols = np.arange(max(0, int(x0)), min(labels.shape[1], int(np.ceil(x1))))
        if not (len(rows) and len(cols)):
            continue
        place = np.ix_(rows, cols)
        distance = np.hypot((rows + 0.5 - (y0 + y1) / 2)[:, None], (cols + 0.5 - (x0 + x1) / 2)[None])
        won = (distance < nearest[place]) & (labels[place] > 0)
        made[place] = np.where(won, digit, made[place])
        nearest[place] = np.where(won, distance, nearest[place])
    return made


class GradientPatches(PatchPropagation):
    """Gradient times input, a peak's share of one: LRP-0 down to the pixels themselves."""

    def _pixel_rule(self, ink: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        return ink, weight


def gradient_shares(
    digit: ArrayLike, activation: ArrayLike, x: NDArray[np.float64], y: NDArray[np.float64], spacing: Spacing
) -> csr_array:
    """Multiply the gradient of the 110 features by what goes into them, ``(features, n)``.

    The minimum gives everything to the weaker digit, a neighbour counts against an isolated digit, and an
    activation above 1 (cut off) has no gradient. Parameters as in
    :func:`tablekin.models.networks.bigram.bigrams`, but for the activations, which are those before they are cut off.
    """
    digits, height = np.asarray(digit, np.int64), np.clip(activation, 0, 1).astype(np.float64)
    minima = bigrams(digits, height, x, y, spacing, "weaker").shares.tocoo()
    pairs = minima.row >= DIGITS
    dx, dy = x[None] - x[:, None], np.abs(y[None] - y[:, None])
    near = (dx >= spacing.min_dx) & (dx <= spacing.max_dx) & (dy <= spacing.max_dy)
    beside = np.where(near | near.T, height[None], 0)
    strongest = beside.argmax(1)
    against = beside.max(1)
    alone = np.flatnonzero(height > against)
    entries = np.concatenate([minima.data[pairs], height[alone], -against[alone]])
    rows = np.concatenate([minima.row[pairs], digits[alone], digits[alone]])
    columns = np.concatenate([minima.col[pairs], alone, strongest[alone]])
    entries = entries * (np.asarray(activation)[columns] <= 1)
    return coo_array((entries, (rows, columns)), shape=(len(FEATURES), digits.size)).tocsr()


def pool(patches: PatchPropagation, subject: Subject) -> NDArray[np.float64]:
    """Share of every region in the relevance of every digit, ``(n, regions)``."""
    digit = torch.from_numpy(subject.digits.digit.astype(np.int64))
    return patches.pool(digit, torch.from_numpy(subject.digits.cell), subject.labels).toarray()


def shares(subject: Subject, rule: MinRule) -> csr_array:
    """Compute what every digit answers for, ``(features, n)``."""
    activation = np.clip(subject.digits.activation, 0, 1)
    x, y = subject.centres.T
    return bigrams(subject.digits.digit, activation, x, y, subject.spacing, rule).shares


def places(subject: Subject) -> NDArray[np.float64]:
    """Put every digit in one region, ``(n, regions)``."""
    height, width = subject.labels.shape
    x, y = subject.centres.astype(int).T
    region = subject.labels[y.clip(0, height - 1), x.clip(0, width - 1)]
    return np.eye(subject.regions + 1)[region]


def explain(subject: Subject) -> dict[str, NDArray[np.float64]]:
    """Explain a page by every method: factors ``(features, regions)``; saliency has one feature.

    ``own region`` is no explanation: what a digit answers for is put down to the region its centre lies in.
    """
    ink = torch.from_numpy(subject.ink)
    factors = {}
    with torch.inference_mode():
        for setting, gamma in SETTINGS.items():
            pooled = pool(PatchPropagation(trained(), ink, gamma), subject)
            for rule in get_args(MinRule):
                factors[f"{rule}, gamma {setting}"] = shares(subject, rule) @ pooled
        pooled = pool(GradientPatches(trained(), ink, SETTINGS["0.0"]), subject)
    digits, (x, y) = subject.digits, subject.centres.T
    factors[HESSIAN] = gradient_shares(digits.digit, digits.activation, x, y, subject.spacing) @ pooled
    factors[OWN] = shares(subject, "proportional") @ places(subject)
    squares = np.bincount(subject.labels.ravel(), (subject.ink.astype(np.float64) ** 2).ravel())
    factors[SALIENCY] = squares[None]
    factors[OCCLUSION] = subject.erasable().contributions()
    return factors
