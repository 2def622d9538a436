"""Handwriting: whether the digits of a page are written by hand, told from many of them together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from tablekin.digitize.thresholds import HANDWRITING
from tablekin.models.networks.handwriting import HandwritingReader, handwriting_probability
from tablekin.page import Detections


@dataclass(frozen=True)
class HandwritingJudgement:
    """What the digits of a page say of its ink."""

    digits: int  # that are sure
    mean: float  # probability that one of them is written by hand, 0 where there are too few to tell

    @property
    def is_by_hand(self) -> bool:
        """Whether most of the digits are written by hand."""
        return self.mean >= HANDWRITING.min_mean


def judge_handwriting(
    reader: HandwritingReader, fine: torch.Tensor, digits: Detections
) -> HandwritingJudgement:
    """Tell whether most digits of a page are written by hand.

    Parameters
    ----------
    reader
        The handwriting reader.
    fine
        Finest features of the page, ``(1, c, h, w)``.
    digits
        Digits of the page, with their cells.
    """
    sure = np.flatnonzero(digits.score >= HANDWRITING.sure_digit)
    if len(sure) < HANDWRITING.min_digits:
        return HandwritingJudgement(len(sure), 0.0)
    asked = sure[:: -(-len(sure) // HANDWRITING.max_digits)]
    rows, cols = digits.cell[asked].T
    probability = handwriting_probability(reader, fine, rows, cols)
    return HandwritingJudgement(len(sure), float(probability.mean()))
