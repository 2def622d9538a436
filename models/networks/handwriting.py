"""The handwriting reader: whether a digit was written by hand or printed.

It looks at the same features of the digit network as the glyph reader, the five by five cells around a digit, in which
the shapes of strokes and the neighbours of the digit are seen. Of a single digit it is often wrong, of many digits of a
page together seldom. It takes no part in the similarity, and reads nothing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.networks.glyphs import CHANNELS, SIDE, features_around
from tablekin.models.networks.weights import require_weights

_HIDDEN = 32
HANDWRITING_WEIGHTS = Path(__file__).parents[1] / "weights" / "handwriting.safetensors"


class HandwritingReader(nn.Module):
    """Whether digits are written by hand, from the features of the digit network around them."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(CHANNELS * SIDE * SIDE, _HIDDEN)
        self.out = nn.Linear(_HIDDEN, 1)

    def forward(self, around: Tensor) -> Tensor:
        """Compute log-odds ``(n,)`` that digits are written by hand, from features ``(n, CHANNELS * SIDE * SIDE)``."""
        log_odds: Tensor = self.out(F.relu(self.hidden(around)))[:, 0]
        return log_odds


@torch.inference_mode()
def handwriting_probability(
    reader: HandwritingReader, fine: Tensor, rows: NDArray[np.int64], cols: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Compute how likely ``n`` digits of one page are to be written by hand.

    Parameters
    ----------
    reader
        The trained reader.
    fine
        Features ``(1, 48, h, w)`` of the page.
    rows, cols
        ``(n,)`` each: the cells of the digits in the digit maps.

    Returns
    -------
    ndarray
        ``(n,)`` in [0, 1].
    """
    if not len(rows):
        return np.zeros(0, np.float32)
    row, col = (torch.from_numpy(np.ascontiguousarray(part)).to(fine.device) for part in (rows, cols))
    log_odds = reader(features_around(fine, torch.zeros_like(row), row, col))
    probability: NDArray[np.float32] = log_odds.float().sigmoid().cpu().numpy()
    return probability


def load_handwriting_reader(weights: Path = HANDWRITING_WEIGHTS, device: str = "cpu") -> HandwritingReader:
    """Load the trained reader for use.

    Raises
    ------
    FileNotFoundError
        If the weights are missing; the message says how to make them.
    """
    reader = HandwritingReader()
    reader.load_state_dict(load_file(require_weights(weights, "handwriting reader", "train_handwriting")))
    return reader.eval().requires_grad_(False).to(device)
