"""Values that travel between the stages: a working page, its digits, its layout."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tablekin.models.networks.detections import Detections as Detections
from tablekin.models.networks.detections import MarkDetections as MarkDetections


class RegionKind(StrEnum):
    """What a region of a page is, in the order in which the regions of a page are numbered."""

    OUTSIDE = "outside"
    PAGE_NUMBER = "page_number"
    HEADER = "header"
    ROW = "row"
    COLUMN = "column"
    CELL = "cell"
    MARGIN = "margin"


class Level(StrEnum):
    """What two pages are compared by: cells with headers, rows, or columns."""

    CELL = "cell"
    ROW = "row"
    COLUMN = "column"


class PageFlag(StrEnum):
    """What was done to a page before it was read, or is doubtful about it: the words of ``pages.flags``."""

    INVERTED = "inverted"
    MIRRORED = "mirrored"
    BITONAL = "bitonal"
    LOW_CONTRAST = "low_contrast"
    LOW_RESOLUTION = "low_resolution"
    SKEWED = "skewed"
    REDUCED = "reduced"
    CROWDED = "crowded"
    WRITTEN_BY_HAND = "written_by_hand"
    WORDS_UNREAD = "words_unread"


FLAG_MEANINGS = {
    PageFlag.INVERTED: "light print on dark ground: it was turned into dark on light",
    PageFlag.MIRRORED: "it reads from right to left, so its digits are wrong: mirror the image and analyse it anew",
    PageFlag.BITONAL: "it is black and white alone, and specks were left out where its scale was sought",
    PageFlag.LOW_CONTRAST: "there is little difference between its paper and its ink: it was stretched",
    PageFlag.LOW_RESOLUTION: "its digits are too low to be read surely: scan it at a higher resolution",
    PageFlag.SKEWED: "its lines are tilted by more than a sheet usually is: they were straightened",
    PageFlag.REDUCED: "it is so large for its print that it was read at a lower scale",
    PageFlag.CROWDED: "it is so full of marks that only the surest were looked at: it may be no page of print",
    PageFlag.WRITTEN_BY_HAND: (
        "most of its digits are written by hand, which nothing here was trained on: what was read is a guess, and no "
        "relation or function is claimed of it until its readings are corrected"
    ),
    PageFlag.WORDS_UNREAD: "its words were not read: the OCR engine failed on it or took too long",
}


@dataclass(frozen=True)
class WorkingPage:
    """A page turned upright, deskewed and scaled so that its digits are about 20 pixels high."""

    ink: NDArray[np.float32]  # (height, width) in [0, 1]: 0 paper, 1 ink
    to_original: NDArray[np.float64]  # (2, 3) affine: working pixel -> pixel of the original image
    digits: Detections
    orientation: int = 0  # degrees clockwise the original is turned from upright: 0, 90, 180, 270
    skew_degrees: float = 0.0  # clockwise tilt left after the orientation was undone
    scale: float = 1.0  # working pixels per original pixel
    flags: tuple[PageFlag, ...] = field(default=())
    marks: MarkDetections = field(default_factory=MarkDetections.none)


@dataclass(frozen=True)
class Region:
    """A named part of a page; its box is in pixels of the working frame."""

    region_id: int
    kind: RegionKind
    table_id: int | None
    row: int | None
    col: int | None
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Layout:
    """The regions of a page and the leaf region each pixel belongs to."""

    is_table: bool
    regions: tuple[Region, ...]  # region 0 is "outside"
    labels: NDArray[np.int32]  # (height, width): region_id of a cell, header, page number, margin, or 0
