"""The glyph reader: which mark stands where, and what a detected digit might be instead.

It reads the features that the digit network has computed at a quarter of the page's resolution. One map says where the
centres of marks are; a small classifier looks at the five by five cells around a centre and gives every digit, every
mark and "nothing" a probability. It takes no part in the similarity: the ten digit maps are the digit network's own.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.networks.architecture import DIGITS
from tablekin.models.networks.detections import MarkDetections
from tablekin.models.networks.digits import read_boxes
from tablekin.models.networks.marks import MARKS
from tablekin.models.networks.weights import require_weights

CHANNELS = 48  # of the digit network's finest features
SIDE = 5  # cells, 4 pixels each, that the classifier sees in either direction
HIDDEN = 160
CLASSES = DIGITS + len(MARKS) + 1  # digits, marks, nothing
NOTHING = CLASSES - 1
_AT_ONCE = 8192  # places classified in one pass
GLYPH_WEIGHTS = Path(__file__).parents[1] / "weights" / "glyphs.safetensors"


class GlyphReader(nn.Module):
    """Centres of marks, and classes of glyphs, from the features of the digit network."""

    def __init__(self) -> None:
        super().__init__()
        self.centre = nn.Conv2d(CHANNELS, 1, 1)
        self.hidden = nn.Linear(CHANNELS * SIDE * SIDE, HIDDEN)
        self.out = nn.Linear(HIDDEN, CLASSES)

    def forward(self, fine: Tensor) -> Tensor:
        """Map where marks have their centres: features ``(b, 48, h, w)`` to ``(b, 1, h, w)``, before clamping."""
        centres: Tensor = self.centre(fine)
        return centres

    def classify(self, fine: Tensor, page: Tensor, row: Tensor, col: Tensor) -> Tensor:
        """Score the classes of ``n`` places.

        Parameters
        ----------
        fine
            Features ``(b, 48, h, w)``.
        page, row, col
            ``(n,)`` each: which of the ``b`` pages, and the cell of the centre in it.

        Returns
        -------
        Tensor
            ``(n, CLASSES)``: unnormalised log-probabilities of the ten digits, :data:`MARKS`, and nothing.
        """
        seen = features_around(fine, page, row, col)
        scores: Tensor = self.out(F.relu(self.hidden(seen)))
        return scores


def features_around(fine: Tensor, page: Tensor, row: Tensor, col: Tensor) -> Tensor:
    """Gather the features of the ``SIDE`` by ``SIDE`` cells around ``n`` places.

    Parameters
    ----------
    fine
        Features ``(b, CHANNELS, h, w)``; beyond a page they are 0.
    page, row, col
        ``(n,)`` each: which of the ``b`` pages, and the cell in the middle.

    Returns
    -------
    Tensor
        ``(n, SIDE * SIDE * CHANNELS)``: row by row, the channels of a cell beside one another.
    """
    reach = SIDE // 2
    padded = F.pad(fine, (reach, reach, reach, reach))
    offsets = torch.arange(SIDE, device=fine.device)
    rows = row[:, None, None] + offsets[None, :, None]
    cols = col[:, None, None] + offsets[None, None, :]
    return padded[page[:, None, None], :, rows, cols].flatten(1)


@torch.inference_mode()
def glyph_probabilities(
    reader: GlyphReader, fine: Tensor, rows: NDArray[np.int64], cols: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Compute what stands at ``n`` cells of one page.

    Parameters
    ----------
    reader
        The trained reader.
    fine
        Features ``(1, 48, h, w)`` of the page.
    rows, cols
        ``(n,)`` each.

    Returns
    -------
    ndarray
        ``(n, CLASSES)``: probabilities of the ten digits, :data:`MARKS`, and nothing.
    """
    if not len(rows):
        return np.zeros((0, CLASSES), np.float32)
    row, col = (torch.from_numpy(np.ascontiguousarray(part)).to(fine.device) for part in (rows, cols))
    scores = [
        reader.classify(fine, torch.zeros_like(part), part, col[start : start + _AT_ONCE])
        for start, part in zip(range(0, len(row), _AT_ONCE), row.split(_AT_ONCE), strict=True)
    ]
    probabilities: NDArray[np.float32] = torch.cat(scores).float().softmax(1).cpu().numpy()
    return probabilities


@torch.inference_mode()
def find_marks(reader: GlyphReader, fine: Tensor, boxes: Tensor, threshold: float = 0.25) -> MarkDetections:
    """Find the marks of one page.

    Parameters
    ----------
    reader
        The trained reader.
    fine
        Features ``(1, 48, h, w)`` of the page.
    boxes
        Maps of boxes ``(4, h, w)``, as from :meth:`DigitNetwork.measure`.
    threshold
        Lowest activation of a centre; what is weak and yet a mark is settled by its score.

    Returns
    -------
    MarkDetections
        Row by row of the map; a centre at which the classifier sees a digit or nothing is left out.
    """
    centre = reader(fine)[0, 0]
    winner = centre == F.max_pool2d(centre[None, None], 3, 1, 1)[0, 0]
    rows, cols = torch.nonzero(winner & (centre >= threshold), as_tuple=True)
    probabilities = glyph_probabilities(reader, fine, rows.cpu().numpy(), cols.cpu().numpy())
    best = probabilities.argmax(1)
    found = MarkDetections(
        (best - DIGITS).astype(np.int16),
        probabilities[np.arange(len(best)), best],
        read_boxes(boxes, rows, cols),
    )
    return found.take((best >= DIGITS) & (best != NOTHING))


def load_glyph_reader(weights: Path = GLYPH_WEIGHTS, device: str = "cpu") -> GlyphReader:
    """Load the trained reader for use.

    Raises
    ------
    FileNotFoundError
        If the weights are missing; the message says how to make them.
    """
    reader = GlyphReader()
    reader.load_state_dict(load_file(require_weights(weights, "glyph reader", "train_digits")))
    return reader.eval().requires_grad_(False).to(device)
