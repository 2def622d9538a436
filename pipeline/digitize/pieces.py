"""Pieces: connected ink of a page that belongs to no digit, and which marks take which of them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.models.networks.marks import FRACTIONS, MARKS, mark_index
from tablekin.page import Detections, MarkDetections
from tablekin.threshold import threshold


@dataclass(frozen=True)
class PieceCriteria:
    """What is a piece of ink, and when it is that of a mark."""

    ink: float = threshold(0.3, "ink", "more belongs to a piece")
    rule: int = threshold(41, "pixels of the working page", "straight ink that is longer is a rule")
    along: int = threshold(150, "pixels of the working page", "above and below, where rules are looked for")
    beside: int = threshold(2, "pixels of the working page", "beside a piece, likewise")
    gap: int = threshold(3, "pixels of the working page", "narrower gaps part nothing")
    margin: int = threshold(1, "pixels of the working page", "around a digit that are its own, too")
    middle: float = threshold(0.6, "share of a mark's box", "around its centre: ink in it is the mark's")
    near: float = threshold(3.0, "pixels of the working page", "from its centre, likewise")
    larger: float = threshold(1.0, "of its height or width", "that a mark's ink may be larger")
    slack: float = threshold(2.0, "pixels of the working page", "that it may be larger or smaller besides")
    smaller: float = threshold(0.5, "of its height or width", "that its ink has at least")
    wider: float = threshold(
        0.3, "of its width", "that the ink of a letter may be wider: two letters may touch"
    )


CRITERIA = PieceCriteria()
COMPOSED = np.array([mark_index(mark) for mark in FRACTIONS + "%"])
_LETTERS = np.array([mark.isalpha() for mark in MARKS])


@dataclass(frozen=True)
class Pieces:
    """Pieces of ink, ``k`` of them."""

    labels: NDArray[np.int32]  # (h, w): the piece that each pixel belongs to, 1 to k; 0 is none
    boxes: NDArray[np.float32]  # (k + 1, 4): x0, y0, x1, y1 of each; the first is of none
    upright: NDArray[np.uint8]  # (h, w): 1 where an upright rule is

    def on_rules(self, boxes: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Tell which boxes ``(n, 4)`` have an upright rule above or below them: what is there is left of it."""
        first = np.maximum(boxes[:, :2] - (CRITERIA.beside, CRITERIA.along), 0).astype(np.intp)
        last = (boxes[:, 2:] + (CRITERIA.beside, CRITERIA.along)).astype(np.intp)
        corners = zip(first, last, strict=True)
        return np.array([bool(self.upright[y0:y1, x0:x1].any()) for (x0, y0), (x1, y1) in corners], bool)

    def of_marks(self, marks: MarkDetections) -> list[NDArray[np.int32]]:
        """Tell which pieces have ink in the middle of each mark's box."""
        half = np.maximum((marks.boxes[:, 2:] - marks.boxes[:, :2]) / 2 * CRITERIA.middle, CRITERIA.near)
        first = np.maximum(np.floor(marks.centres - half), 0).astype(np.intp)
        last = np.ceil(marks.centres + half).astype(np.intp)
        inside = (self.labels[y0:y1, x0:x1] for (x0, y0), (x1, y1) in zip(first, last, strict=True))
        return [np.unique(labels[labels > 0]) for labels in inside]


def find_pieces(ink: NDArray[np.float32], digits: Detections) -> Pieces:
    """Find the pieces of ink ``(h, w)`` outside the boxes of the digits; rules are left out."""
    dark = (ink > CRITERIA.ink).astype(np.uint8)
    dark -= cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, CRITERIA.rule), np.uint8))
    upright = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((CRITERIA.rule, 1), np.uint8))
    dark -= upright
    first = np.floor(digits.boxes[:, :2]) - CRITERIA.margin
    last = np.ceil(digits.boxes[:, 2:]) + CRITERIA.margin
    for x0, y0, x1, y1 in np.maximum(np.concatenate([first, last], 1), 0).astype(np.intp):
        dark[y0:y1, x0:x1] = 0
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((CRITERIA.gap, CRITERIA.gap), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    corners = stats[:, [cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP]]
    sizes = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    return Pieces(labels, np.concatenate([corners, corners + sizes], 1).astype(np.float32), upright)


def fit_to_ink(marks: MarkDetections, others: MarkDetections, pieces: Pieces) -> MarkDetections:
    """Give marks the boxes of their ink, where none of the others has it and it is about as large as they are.

    Marks that are put together of small digits keep what they had, since some of their ink may be a digit's.
    """
    boxes, owned = marks.boxes.copy(), pieces.of_marks(marks)
    owners = np.bincount(np.concatenate([*owned, *pieces.of_marks(others), np.zeros(1, np.int32)]))
    for index, own in enumerate(owned):
        if not len(own) or (owners[own] > 1).any():
            continue
        of_ink = pieces.boxes[own]
        box = np.concatenate([of_ink[:, :2].min(0), of_ink[:, 2:].max(0)])
        size, before = box[2:] - box[:2], boxes[index, 2:] - boxes[index, :2]
        if marks.mark[index] in COMPOSED:
            box = np.concatenate(
                [np.minimum(box[:2], boxes[index, :2]), np.maximum(box[2:], boxes[index, 2:])]
            )
        larger = np.array(
            [CRITERIA.wider if _LETTERS[marks.mark[index]] else CRITERIA.larger, CRITERIA.larger]
        )
        if (size <= (1 + larger) * before + CRITERIA.slack).all() and (
            size >= CRITERIA.smaller * before - CRITERIA.slack
        ).all():
            boxes[index] = box
    return MarkDetections(marks.mark, marks.score, boxes)
