"""Digitize: from a grey page to its ink in the working frame, and the digits and marks on it.

Orientation and scale are estimated on a few windows of the page and then the whole page is passed through the
digit network once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tablekin.digitize.exposure import find_exposure
from tablekin.digitize.handwriting import judge_handwriting
from tablekin.digitize.normalization import extract_ink
from tablekin.digitize.orientation import as_batch, find_pose
from tablekin.digitize.own_digits import name_by_likes
from tablekin.digitize.pieces import COMPOSED
from tablekin.digitize.second_look import look_again
from tablekin.digitize.skew import find_skew
from tablekin.digitize.thresholds import SCALE, SKEW
from tablekin.digitize.transform import to_working, working_frame
from tablekin.models.networks.architecture import DIGIT_HEIGHT, FINE
from tablekin.models.networks.closeups import CloseupReader, load_closeup_reader
from tablekin.models.networks.detection_confidence import (
    CANDIDATE,
    DetectionClassifier,
    load_detection_classifier,
    other_digit,
)
from tablekin.models.networks.digits import DigitNetwork, activations, find_detections, load_digit_network
from tablekin.models.networks.glyphs import GlyphReader, find_marks, glyph_probabilities, load_glyph_reader
from tablekin.models.networks.handwriting import HandwritingReader, load_handwriting_reader
from tablekin.models.networks.sections import WHOLE, finest_features
from tablekin.page import Detections, MarkDetections, PageFlag, WorkingPage

_MIN_COMPOSED = 0.75  # probability of such a mark at least
_MAX_HEIGHT = 1.6  # digit heights, of such a mark: two digits of two rows are higher
_PART = 0.7  # share of its box that each of its parts takes at most
_PART_HEIGHT = 0.9  # share of its height, likewise
_MARGIN = 0.2  # of its width, that the box of such a mark is too narrow on either side at most
_MIDDLE = 0.6  # share of a digit's box, from its centre, in which a mark is another reading of it


@dataclass(frozen=True)
class Readers:
    """The networks that read a page, and what tells their digits from letters and print from handwriting."""

    digits: DigitNetwork
    glyphs: GlyphReader
    closeups: CloseupReader
    classifier: DetectionClassifier
    handwriting: HandwritingReader


@dataclass(frozen=True)
class PageGlyphs:
    """What is printed on a page."""

    digits: Detections
    marks: MarkDetections
    is_crowded: bool  # whether there was so much that only the surest were looked at
    is_by_hand: bool  # whether most of its digits are written, not printed


Found = TypeVar("Found", Detections, MarkDetections)


@lru_cache(maxsize=2)
def load_readers(device: str = "cpu") -> Readers:
    """Load the trained networks, once a process and device."""
    return Readers(
        load_digit_network(device=device),
        load_glyph_reader(device=device),
        load_closeup_reader(device=device),
        load_detection_classifier(),
        load_handwriting_reader(device=device),
    )


def find_glyphs(
    readers: Readers, fine: torch.Tensor, ink: NDArray[np.float32], threshold: float
) -> PageGlyphs:
    """Find the digits and the marks of a page.

    Parameters
    ----------
    readers
        The networks.
    fine
        Finest features of the page, ``(1, c, h, w)``, as from :meth:`DigitNetwork.trunk`.
    ink
        ``(h, w)``, what the network saw.
    threshold
        Lowest probability of a digit.

    Returns
    -------
    PageGlyphs
        The detections that are digits, their scores the probabilities of that, and the marks that stand where no digit
        was found.
    """
    z, boxes = readers.digits.head(fine)[0], readers.digits.box_head(fine)[0]
    candidates = find_detections(z, boxes, CANDIDATE)
    found = _surest(candidates, candidates.activation)
    glyphs = glyph_probabilities(readers.glyphs, fine, found.cell[:, 0], found.cell[:, 1])
    other, other_score = other_digit(found.digit, glyphs)
    score = readers.classifier.probability(found, ink, glyphs)
    found = replace(found, score=score, other=other, other_score=other_score)
    is_digit = found.score >= threshold
    digits = found.take(is_digit)
    named = glyphs[is_digit, digits.digit]
    seen = find_marks(readers.glyphs, fine, boxes)
    marks = _surest(seen, seen.score)
    is_crowded = len(found) < len(candidates) or len(marks) < len(seen)
    digits, marks = look_again(readers.closeups, ink, digits, named, marks)
    marks = _surest(marks, marks.score)
    digits = name_by_likes(drop_parts(digits, marks), fine, z, ink)
    is_by_hand = judge_handwriting(readers.handwriting, fine, digits).is_by_hand
    return PageGlyphs(digits, drop_covered(marks, digits), is_crowded, is_by_hand)


def drop_parts(digits: Detections, marks: MarkDetections) -> Detections:
    """Leave out digits that are parts of a mark: the small digits of a fraction, the rings of per cent.

    Parameters
    ----------
    digits, marks
        All that was found on the page. What is as large as the mark is no part of it.
    """
    low = marks.boxes[:, 3] - marks.boxes[:, 1] <= _MAX_HEIGHT * DIGIT_HEIGHT
    whole = marks.take(np.isin(marks.mark, COMPOSED) & (marks.score >= _MIN_COMPOSED) & low)
    if not len(whole) or not len(digits):
        return digits
    tree = cKDTree(digits.centres)
    x0, y0, x1, y1 = whole.boxes.T
    reach = np.maximum(x1 - x0, y1 - y0)
    part = np.zeros(len(digits), bool)
    for near, box in zip(tree.query_ball_point(whole.centres, reach, p=np.inf), whole.boxes, strict=True):
        beside = np.array(near, np.intp)
        x, y = digits.centres[beside].T
        x0, y0, x1, y1 = box + _MARGIN * (box[2] - box[0]) * np.array([-1, -1, 1, 1])
        inside = (x > x0) & (x < x1) & (y > y0) & (y < y1)
        sizes = digits.boxes[beside, 2:] - digits.boxes[beside, :2]
        small = sizes.prod(1) < _PART * (box[2] - box[0]) * (box[3] - box[1])
        small &= sizes[:, 1] < _PART_HEIGHT * (box[3] - box[1])
        part[beside[inside & small]] = True
    return digits.take(~part)


def drop_covered(marks: MarkDetections, digits: Detections) -> MarkDetections:
    """Leave out marks whose centre lies in the middle of a digit: another reading of the same ink."""
    if not len(marks) or not len(digits):
        return marks
    half = (digits.boxes[:, 2:] - digits.boxes[:, :2]) / 2 * _MIDDLE
    tree = cKDTree(digits.centres)
    _, nearest = tree.query(marks.centres, k=min(4, len(digits)))
    nearest = nearest.reshape(len(marks), -1)
    inside = (np.abs(marks.centres[:, None] - digits.centres[nearest]) < half[nearest]).all(-1).any(1)
    return marks.take(~inside)


def _largest_scale(wanted: float, pixels: int) -> float:
    """How far a page of so many pixels may be enlarged at most, of which a scale is wanted."""
    usual = (SCALE.usual_pixels / pixels) ** 0.5
    if wanted * SCALE.min_reduction <= usual:
        return usual
    return float((SCALE.max_pixels / pixels) ** 0.5)


def _surest(found: Found, strength: NDArray[np.float32]) -> Found:
    """Keep as many as a page may have, the strongest, in their order."""
    if len(found) <= SCALE.max_detections:
        return found
    return found.take(np.sort(np.argsort(-strength, kind="stable")[: SCALE.max_detections]))


def digitize(
    grey: NDArray[np.uint8], readers: Readers, threshold: float
) -> tuple[WorkingPage, dict[str, torch.Tensor] | None]:
    """Bring a page into the working frame and find its digits.

    Parameters
    ----------
    grey
        ``(h, w)``, the page as scanned, 0 black.
    readers
        The networks.
    threshold
        Lowest probability of a digit.

    Returns
    -------
    tuple
        The working page, and the network's activations on it, unless they would take too much memory.
    """
    exposure = find_exposure(grey)
    ink = extract_ink(255 - grey if exposure.is_negative else grey)
    network = readers.digits
    pose = find_pose(network, ink, exposure.is_bitonal)
    skew = find_skew(np.rot90(ink, pose.orientation // 90))
    is_skewed = abs(skew) > SKEW.usual_degrees
    shape = (ink.shape[0], ink.shape[1])
    _, size = working_frame(shape, pose.orientation, 1, skew, whole=is_skewed)
    largest = _largest_scale(pose.scale, size[0] * size[1])
    is_reduced = pose.scale > largest
    pose = replace(pose, scale=min(pose.scale, largest))
    affine, size = working_frame(shape, pose.orientation, pose.scale, skew, whole=is_skewed)
    working = to_working(ink, affine, size)
    with torch.inference_mode():
        batch = as_batch(network, working)
        if working.size > WHOLE:
            maps, fine = None, finest_features(network, batch[0, 0, : working.shape[0], : working.shape[1]])
        else:
            maps = activations(network, batch)
            fine = maps[FINE]
        glyphs = find_glyphs(readers, fine, working, threshold)
    inverse = cv2.invertAffineTransform(affine)
    told = (
        (PageFlag.MIRRORED, pose.is_mirrored),
        (PageFlag.LOW_RESOLUTION, len(glyphs.digits) > 0 and DIGIT_HEIGHT / pose.scale < SCALE.min_height),
        (PageFlag.SKEWED, is_skewed),
        (PageFlag.REDUCED, is_reduced),
        (PageFlag.CROWDED, glyphs.is_crowded),
        (PageFlag.WRITTEN_BY_HAND, glyphs.is_by_hand),
    )
    page = WorkingPage(
        ink=working,
        to_original=inverse,
        digits=glyphs.digits,
        marks=glyphs.marks,
        orientation=pose.orientation,
        skew_degrees=skew,
        scale=pose.scale,
        flags=(*exposure.flags, *(word for word, is_so in told if is_so)),
    )
    return page, maps
