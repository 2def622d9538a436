"""Dashes: which stroke is a minus sign and which a short dash, by its width beside the plus signs of the page."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tablekin.models.networks.architecture import DIGIT_HEIGHT
from tablekin.models.networks.marks import mark_index
from tablekin.page import MarkDetections
from tablekin.threshold import threshold

_FACES = (
    "the faces of data/fonts and of the system: ink of the sign beside that of the plus, and of the digit 8"
)


@dataclass(frozen=True)
class DashCriteria:
    """How wide a minus sign is."""

    min_plus: int = threshold(3, "plus signs", "of a page that tell how wide its minus signs are")
    of_plus: float = threshold(
        0.95, "widths of the plus", "a narrower stroke is a short dash, no minus", chosen=_FACES
    )
    short: float = threshold(
        0.72, "digit heights", "what is narrower on a page without plus signs is a short dash", chosen=_FACES
    )
    long: float = threshold(0.95, "digit heights", "what is wider there is a minus sign", chosen=_FACES)


CRITERIA = DashCriteria()
_MINUS, _DASH = mark_index("−"), mark_index("–")
_PLUS = np.array([mark_index("+"), mark_index("±")])


def name_dashes(marks: MarkDetections) -> MarkDetections:
    """Name minus signs and short dashes by their widths, where these tell; the boxes are those of their ink."""
    width = marks.boxes[:, 2] - marks.boxes[:, 0]
    plus = width[np.isin(marks.mark, _PLUS)]
    if len(plus) >= CRITERIA.min_plus:
        short = long = CRITERIA.of_plus * float(np.median(plus))
    else:
        short, long = CRITERIA.short * DIGIT_HEIGHT, CRITERIA.long * DIGIT_HEIGHT
    stroke, mark = np.isin(marks.mark, (_MINUS, _DASH)), marks.mark.copy()
    mark[stroke & (width < short)] = _DASH
    mark[stroke & (width >= long)] = _MINUS
    return replace(marks, mark=mark)
