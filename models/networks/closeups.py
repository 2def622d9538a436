"""The close-up reader: what stands at a place, from the ink around it in full resolution.

The glyph reader sees features at a quarter of the page's resolution, in which hairlines and the two strokes of a pair
of commas are lost. Where it is in doubt, this one looks at a window of the ink itself and gives the ten digits, every
mark and "nothing" a probability, and the box of what it sees. It takes no part in the similarity.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.networks.architecture import DIGIT_HEIGHT, DIGITS
from tablekin.models.networks.glyphs import CLASSES, NOTHING
from tablekin.models.networks.weights import require_weights

WINDOW = 48  # pixels of the working page, height and width of what it sees
_CHANNELS = (16, 32, 64, 96)
_STRIDES = (2, 2, 1, 2)
_HIDDEN = 192
_AT_ONCE = 512  # windows read in one pass
CLOSEUP_WEIGHTS = Path(__file__).parents[1] / "weights" / "closeups.safetensors"


class CloseupReader(nn.Module):
    """Classes and boxes of glyphs, from windows of ink.

    Parameters
    ----------
    channels, hidden
        Widths of the four convolutions and of the hidden layer; those of the weights that ship by default.
    """

    def __init__(self, channels: tuple[int, int, int, int] = _CHANNELS, hidden: int = _HIDDEN) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for index, (wide, stride) in enumerate(zip(channels, _STRIDES, strict=True)):
            kernel = 5 if index == 0 else 3
            convolution = nn.Conv2d(before, wide, kernel, stride, kernel // 2, bias=False)
            layers += [convolution, nn.BatchNorm2d(wide), nn.ReLU()]
            before = wide
        self.look = nn.Sequential(*layers)
        side = WINDOW // 8
        self.hidden = nn.Linear(before * side * side, hidden)
        self.out = nn.Linear(hidden, CLASSES + 4)

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        """Read windows.

        Parameters
        ----------
        windows
            ``(n, 1, WINDOW, WINDOW)`` in [0, 1], 1 is ink.

        Returns
        -------
        tuple
            Unnormalised log-probabilities ``(n, CLASSES)`` of the ten digits,
            :data:`tablekin.models.networks.marks.MARKS` and nothing; boxes ``(n, 4)``: x and y of the centre from that
            of the window, log width and log height, in units of 20 pixels.
        """
        scores = self.out(F.relu(self.hidden(self.look(windows).flatten(1))))
        return scores[:, :CLASSES], scores[:, CLASSES:]


@dataclass(frozen=True)
class Closeups:
    """What the reader says of ``n`` places."""

    probabilities: NDArray[np.float32]  # (n, CLASSES): ten digits, marks, nothing
    boxes: NDArray[np.float32]  # (n, 4): x0, y0, x1, y1 in working pixels

    @property
    def marks(self) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
        """The likeliest mark at each place, as its place in ``MARKS``, and its probability, ``(n,)`` each."""
        of_marks = self.probabilities[:, DIGITS:NOTHING]
        return of_marks.argmax(1).astype(np.int16), of_marks.max(1)


def cut_windows(ink: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cut windows out of a page ``(h, w)`` around ``(n, 2)``: x, y; ``(n, WINDOW, WINDOW)``, paper beyond the page."""
    half = WINDOW // 2
    padded = cv2.copyMakeBorder(ink, half, half, half, half, cv2.BORDER_CONSTANT, value=0)
    first = np.rint(centres).astype(np.intp)
    first[:, 0] = first[:, 0].clip(0, ink.shape[1] - 1)
    first[:, 1] = first[:, 1].clip(0, ink.shape[0] - 1)
    views = np.lib.stride_tricks.sliding_window_view(padded, (WINDOW, WINDOW))
    return np.ascontiguousarray(views[first[:, 1], first[:, 0]])


@torch.inference_mode()
def read_closeups(reader: CloseupReader, ink: NDArray[np.float32], centres: NDArray[np.float32]) -> Closeups:
    """Read ``n`` places of a page.

    Parameters
    ----------
    reader
        The trained reader.
    ink
        ``(h, w)``, the working page.
    centres
        ``(n, 2)``: x, y in working pixels.
    """
    if not len(centres):
        return Closeups(np.zeros((0, CLASSES), np.float32), np.zeros((0, 4), np.float32))
    windows = torch.from_numpy(cut_windows(ink, centres))[:, None].to(reader.out.weight.device)
    parts = [reader(part) for part in windows.split(_AT_ONCE)]
    probabilities = torch.cat([scores.softmax(1) for scores, _ in parts]).cpu().numpy()
    away = torch.cat([boxes for _, boxes in parts]).cpu().numpy()
    middle = np.rint(centres) + away[:, :2] * DIGIT_HEIGHT
    half = np.exp(away[:, 2:].clip(-3, 1)) * DIGIT_HEIGHT / 2
    return Closeups(probabilities, np.concatenate([middle - half, middle + half], 1).astype(np.float32))


def load_closeup_reader(weights: Path = CLOSEUP_WEIGHTS, device: str = "cpu") -> CloseupReader:
    """Load the trained reader for use.

    Raises
    ------
    FileNotFoundError
        If the weights are missing; the message says how to make them.
    """
    reader = CloseupReader()
    reader.load_state_dict(load_file(require_weights(weights, "close-up reader", "train_closeups")))
    return reader.eval().requires_grad_(False).to(device)
