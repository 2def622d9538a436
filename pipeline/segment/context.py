"""Context: the rules and letters around a block of digits, in flattened coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.page import Detections
from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.dewarping import Dewarping
from tablekin.segment.ruling import Ruling
from tablekin.threshold import threshold

_LEANING = "tables whose columns lean"


@dataclass(frozen=True)
class BlockContextCriteria:
    """How far around a block its headings and columns of text may reach."""

    beside: float = threshold(26.0, "digit heights", "how far to either side", (19.5, 32.5), chosen=_LEANING)
    above: float = threshold(
        15.0, "digit heights", "how far above the first row", (11.25, 18.75), chosen=_LEANING
    )
    below: float = threshold(3.0, "digit heights", "how far below the last row", (2.25, 3.75))


CRITERIA = BlockContextCriteria()


@dataclass(frozen=True)
class BlockContext:
    """The rules and letters of a part of the page, each pixel with its place on the flattened page."""

    letters: NDArray[np.floating]  # (m, 2): u, v of every pixel of ink that is no digit and no rule
    vertical: NDArray[np.floating]  # (m, 2): u, v of pixels of vertical rules
    horizontal: NDArray[np.floating]  # (m, 2): u, v of pixels of horizontal rules


def find_context(
    dewarping: Dewarping,
    own: Detections,
    ruling: Ruling,
    letters: NDArray[np.uint8],
    metrics: DigitMetrics,
    limits: tuple[float, float, float, float],
) -> BlockContext:
    """Collect the ink around a block's digits, as far as its headings and text columns may reach.

    Parameters
    ----------
    dewarping
        Map of the block.
    own
        Digits of the block.
    ruling, letters, metrics
        Rules, other ink and the size of the digits of the page.
    limits
        Box in which nothing belongs to another block.
    """
    side, above = CRITERIA.beside * metrics.height, CRITERIA.above * metrics.height
    x0 = round(max(float(own.boxes[:, 0].min()) - side, limits[0]))
    y0 = round(max(float(own.boxes[:, 1].min()) - above, limits[1]))
    x1 = round(min(float(own.boxes[:, 2].max()) + side, limits[2]))
    y1 = round(min(float(own.boxes[:, 3].max()) + CRITERIA.below * metrics.height, limits[3]))
    u, v = dewarping.pixels(x0, y0, x1, y1)
    masks = (letters[y0:y1, x0:x1], ruling.vertical[y0:y1, x0:x1], ruling.horizontal[y0:y1, x0:x1])
    return BlockContext(*(np.column_stack([u[m > 0], v[m > 0]]) for m in masks))
