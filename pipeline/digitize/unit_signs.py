"""Signs of degrees above columns: small rings close above the first row, which look like the digit 0 of old style."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tablekin.models.networks.architecture import DIGIT_HEIGHT
from tablekin.models.networks.marks import mark_index
from tablekin.page import Detections, MarkDetections
from tablekin.threshold import threshold


@dataclass(frozen=True)
class UnitSignCriteria:
    """Which zeros are signs of degrees: small ones in a line, each alone above a number and closer than a row is."""

    smaller: float = threshold(
        0.93, "widths of the page's 0", "that such a ring has at most, in the middle of its line"
    )
    min_own: int = threshold(5, "zeros", "of the page that are no rings, which tell how wide its 0 is")
    min_rings: int = threshold(3, "rings", "in one line at least")
    alone: float = threshold(1.2, "digit heights", "to the next digit of its line, and above it, at least")
    level: float = threshold(0.4, "digit heights", "that two digits of a line may lie apart")
    below: float = threshold(
        3.0, "digit heights", "from one digit to the next below, as far as that is looked for"
    )
    above: float = threshold(0.85, "times", "as far above a digit as the rows of the page lie apart, at most")
    beside: float = threshold(1.0, "digit heights", "from the one to the other along the line at most")
    looked_at: int = threshold(200, "digits", "of the page that tell how far apart its rows are")
    score: float = threshold(0.9, "probability", "that such a sign is given")


CRITERIA = UnitSignCriteria()


def find_degree_signs(digits: Detections) -> tuple[NDArray[np.bool_], MarkDetections]:
    """Find signs of degrees that were read as zeros.

    Parameters
    ----------
    digits
        Digits of the page, ``n``, in pixels of the working page.

    Returns
    -------
    tuple
        ``(n,)``: which of them are signs; and these as marks.
    """
    is_sign = np.zeros(len(digits), bool)
    rings = _rings(digits)
    width = digits.boxes[:, 2] - digits.boxes[:, 0]
    own = (digits.digit == 0) & ~rings
    if rings.sum() >= CRITERIA.min_rings and own.sum() >= CRITERIA.min_own:
        usual = float(np.median(width[own]))
        lines = np.flatnonzero(rings)
        lines = lines[np.argsort(digits.centres[lines, 1], kind="stable")]
        cuts = np.flatnonzero(np.diff(digits.centres[lines, 1]) > CRITERIA.level * DIGIT_HEIGHT) + 1
        for line in np.split(lines, cuts):
            if len(line) >= CRITERIA.min_rings and np.median(width[line]) <= CRITERIA.smaller * usual:
                is_sign[line] = True
    count = int(is_sign.sum())
    mark = np.full(count, mark_index("°"), np.int16)
    return is_sign, MarkDetections(mark, np.full(count, CRITERIA.score, np.float32), digits.boxes[is_sign])


def _rings(digits: Detections) -> NDArray[np.bool_]:
    """Tell which zeros ``(n,)`` stand alone in their line, closer above another digit than the rows of the page are."""
    rings = np.zeros(len(digits), bool)
    zeros = np.flatnonzero(digits.digit == 0)
    if len(zeros) < CRITERIA.min_rings:
        return rings
    level = digits.centres / (np.array([CRITERIA.alone, CRITERIA.level]) * DIGIT_HEIGHT)
    away, _ = cKDTree(level).query(level[zeros], k=min(2, len(level)), p=np.inf)
    alone = zeros[away[:, -1] > 1]
    if len(alone) < CRITERIA.min_rings:
        return rings
    some = np.linspace(0, len(digits) - 1, min(len(digits), CRITERIA.looked_at)).astype(np.intp)
    pitch = np.median(_drops(digits, some)[0])
    drop, is_first = _drops(digits, alone)
    rings[alone] = is_first & np.isfinite(drop) & (drop <= CRITERIA.above * pitch) & np.isfinite(pitch)
    return rings


def _drops(digits: Detections, chosen: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """How far below each of ``k`` digits the next one is ``(k,)``, in pixels, and which have none close above them."""
    reach = np.array([CRITERIA.alone, CRITERIA.below]) * DIGIT_HEIGHT
    near = cKDTree(digits.centres / reach).query_ball_point(digits.centres[chosen] / reach, 1, p=np.inf)
    drop, is_first = np.full(len(chosen), np.inf), np.zeros(len(chosen), bool)
    for place, (index, others) in enumerate(zip(chosen, near, strict=True)):
        right, down = (digits.centres[others] - digits.centres[index]).T
        is_below = (down > CRITERIA.level * DIGIT_HEIGHT) & (np.abs(right) <= CRITERIA.beside * DIGIT_HEIGHT)
        drop[place] = down[is_below].min(initial=np.inf)
        is_first[place] = not ((down < 0) & (down >= -CRITERIA.alone * DIGIT_HEIGHT)).any()
    return drop, is_first
