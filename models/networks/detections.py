"""Detections: the digits and the marks found on a page."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from tablekin.models.networks.architecture import STRIDE


@dataclass(frozen=True)
class Detections:
    """Digits found on a page, ``n`` of them, in pixels of the working frame."""

    digit: NDArray[np.int8]  # (n,), 0..9
    score: NDArray[np.float32]  # (n,), in [0, 1]: how likely it is that each is the digit it says
    boxes: NDArray[np.float32]  # (n, 4): x0, y0, x1, y1
    activation: NDArray[np.float32]  # (n,): the digit map's value before clamping to [0, 1]
    cell: NDArray[np.int64]  # (n, 2): row and column in the digit maps
    other: NDArray[np.int8]  # (n,): the digit that each may be instead; -1 where none is known
    other_score: NDArray[np.float32]  # (n,), in [0, 1]: how likely that is

    @classmethod
    def from_boxes(
        cls, digit: NDArray[np.int8], score: NDArray[np.float32], boxes: NDArray[np.float32]
    ) -> Detections:
        """Make detections of digits of which no map is known, for instance of digits that were set by hand.

        Their activations are their scores, their cells those that their centres lie in.

        Parameters
        ----------
        digit, score
            ``(n,)``.
        boxes
            ``(n, 4)``: x0, y0, x1, y1 in working pixels.
        """
        centres = (boxes[:, :2] + boxes[:, 2:]) / 2
        cell = np.floor(centres[:, ::-1] / STRIDE).astype(np.int64)
        none = np.full(len(digit), -1, np.int8)
        return cls(digit, score, boxes, score, cell, none, np.zeros(len(digit), np.float32))

    def __len__(self) -> int:
        """Count the digits."""
        return len(self.digit)

    @property
    def centres(self) -> NDArray[np.float32]:
        """Centres of the boxes, ``(n, 2)``: x, y."""
        return (self.boxes[:, :2] + self.boxes[:, 2:]) * np.float32(0.5)

    @property
    def heights(self) -> NDArray[np.float32]:
        """Heights of the boxes, ``(n,)``."""
        return self.boxes[:, 3] - self.boxes[:, 1]

    @property
    def tall(self) -> NDArray[np.bool_]:
        """Which are 3 to 9, ``(n,)``: of old-style digits 0, 1 and 2 are lower than the others."""
        return self.digit >= 3

    def take(self, kept: NDArray[np.bool_] | NDArray[np.intp]) -> Detections:
        """Select detections: ``kept (n,)`` says which, or lists their indices in a new order."""
        return Detections(*(getattr(self, part.name)[kept] for part in fields(self)))


@dataclass(frozen=True)
class MarkDetections:
    """Marks found on a page: points, signs, fractions and letters, ``m`` of them, in pixels of the working frame."""

    mark: NDArray[np.int16]  # (m,): places in tablekin.models.networks.marks.MARKS
    score: NDArray[np.float32]  # (m,), in [0, 1]: how likely it is that each is the mark it says
    boxes: NDArray[np.float32]  # (m, 4): x0, y0, x1, y1

    @classmethod
    def none(cls) -> MarkDetections:
        """Make an empty list."""
        return cls(np.zeros(0, np.int16), np.zeros(0, np.float32), np.zeros((0, 4), np.float32))

    def __len__(self) -> int:
        """Count the marks."""
        return len(self.mark)

    @property
    def centres(self) -> NDArray[np.float32]:
        """Centres of the boxes, ``(m, 2)``: x, y."""
        return (self.boxes[:, :2] + self.boxes[:, 2:]) * np.float32(0.5)

    def take(self, kept: NDArray[np.bool_] | NDArray[np.intp]) -> MarkDetections:
        """Select marks: ``kept (m,)`` says which, or lists their indices in a new order."""
        return MarkDetections(self.mark[kept], self.score[kept], self.boxes[kept])
