"""Digitize: from a grey page to its ink in the working frame and the figures on it.

Orientation and scale are estimated on a few windows of the page and then the whole page is passed through the
digit network once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from jdeskew.estimator import get_angle
from numpy.typing import NDArray

from tablekin.digitize.normalization import extract_ink
from tablekin.digitize.scale import Corner, Marks, dense_windows, estimate_text_height, find_marks
from tablekin.models.networks.detection_confidence import CANDIDATE, DetectionClassifier
from tablekin.models.networks.digits import (
    DIGIT_HEIGHT,
    DigitNetwork,
    activations,
    find_detections,
    pad_to_grain,
)
from tablekin.page import Detections, WorkingPage

_PROBE_SIDE = 448  # working pixels
_PROBES = 4
_LARGEST_SKEW = 8.0  # degrees
_DOUBT = 0.7  # mean surprise, in nats, at text being upright, from which it may be turned
_CERTAIN = 0.6  # surprise at what is upright where the scale is right
_BELIEF, _BY_FAR = 1.5, 1.0  # it is less at most scales, and less than at what is turned by more
_MORE = 1.1  # how many times as many figures there are in upright text, where that is not certain
_PLAINLY = 0.45  # difference in surprise that decides
_SCALES = (0.1, 4.0)  # working pixels per original pixel
_TALL = (3, 4, 5, 6, 7, 8, 9)  # old-style 0, 1 and 2 are smaller than the others


@dataclass(frozen=True)
class PagePose:
    """How the page lies in its scan."""

    orientation: int  # degrees clockwise the page is turned from upright: 0, 90, 180, 270
    scale: float  # working pixels per original pixel


@dataclass(frozen=True)
class _Look:
    """A window of the page and what the network makes of it."""

    ink: NDArray[np.float32]  # (h, w)
    z: torch.Tensor
    boxes: torch.Tensor
    orientation: torch.Tensor


def _look(network: DigitNetwork, ink: NDArray[np.float32]) -> _Look:
    """Pass ``(h, w)`` ink through the network."""
    batch = _batch(network, ink)
    with torch.inference_mode():
        z, boxes, orientation = network.measure(batch.contiguous(memory_format=torch.channels_last))
    return _Look(ink, z[0], boxes[0], orientation[0])


def _batch(network: DigitNetwork, ink: NDArray[np.float32]) -> torch.Tensor:
    device = next(network.parameters()).device
    return pad_to_grain(torch.from_numpy(np.ascontiguousarray(ink))[None, None].to(device))


def _resize(ink: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    return cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)


def find_pose(network: DigitNetwork, ink: NDArray[np.float32]) -> PagePose:
    """Estimate orientation and scale from the fullest windows of a page.

    The size of the marks gives a first scale, the network tells how the text is turned, and
    the heights of the figures it finds correct the scale.

    Parameters
    ----------
    network
        The digit network.
    ink
        ``(h, w)``, the page as scanned.
    """
    marks = find_marks(ink)
    scales = [float(np.clip(DIGIT_HEIGHT / size, *_SCALES)) for size in estimate_text_height(marks)]
    if not scales:
        return PagePose(0, float(np.clip(1.0, *_SCALES)))
    scale, corners, orientation, looks = _find_orientation(network, ink, marks, scales)
    for _ in range(3):
        heights = _tall_heights(looks)
        if len(heights) < 8:
            break
        factor = float(np.clip(DIGIT_HEIGHT / np.median(heights), 0.5, 2.0))
        scale = float(np.clip(scale * factor, *_SCALES))
        if 0.93 < factor < 1.07:
            break
        looks = [
            _look(network, np.rot90(_probe(ink, corner, scale), orientation // 90)) for corner in corners
        ]
    return PagePose(orientation, scale)


def _probe(ink: NDArray[np.float32], corner: Corner, scale: float) -> NDArray[np.float32]:
    side = round(_PROBE_SIDE / scale)
    x, y = round(corner[0]), round(corner[1])
    return _resize(ink[y : y + side, x : x + side], scale)


_Found = tuple[
    float, list[Corner], int, list[_Look]
]  # scale, corners of the windows, turn in degrees, windows


def _find_orientation(
    network: DigitNetwork, ink: NDArray[np.float32], marks: Marks, scales: list[float]
) -> _Found:
    """Choose a scale, and tell how the text of the fullest windows is turned; the last are looks at them, upright.

    The network's orientation head knows upright text, but hardly one kind of turned text from the other. Where it is
    in doubt, the windows are turned, and the turn decides that surprises it least; a page stays as it is unless another
    turn is plainly better, as with pictures and diagrams. The first scale at which the head is certain decides; where
    it is nowhere, the first scale does if one turn is far better there and shows more figures.
    """
    upright: list[_Found] = []
    turned: _Found | None = None
    for scale in scales:
        corners = dense_windows(marks, (ink.shape[0], ink.shape[1]), _PROBE_SIDE / scale, _PROBES)
        looks = [_look(network, _probe(ink, corner, scale)) for corner in corners]
        surprise = _orientation_nll(looks)
        if surprise < _DOUBT:
            return scale, corners, 0, looks
        turns = [[_look(network, np.rot90(look.ink, turns)) for look in looks] for turns in (1, 2, 3)]
        surprises = [_orientation_nll(windows) for windows in turns]
        best = int(np.argmin(surprises))
        found = (scale, corners, 90 * (best + 1), turns[best])
        if surprises[best] < min(_CERTAIN, surprise - _PLAINLY):
            return found
        far_better = surprises[best] < min(_BELIEF, surprise - _BY_FAR)
        if not upright and far_better and _count_figures(turns[best]) >= _MORE * _count_figures(looks):
            turned = found
        upright.append((scale, corners, 0, looks))
    return turned or max(upright, key=lambda found: _count_figures(found[-1]))


def _count_figures(looks: list[_Look]) -> int:
    return sum(len(find_detections(look.z, look.boxes)) for look in looks)


def _orientation_nll(looks: list[_Look]) -> float:
    """Mean surprise of the orientation head, in nats, at the ink of some windows being upright."""
    found = []
    for look in looks:
        scores = look.orientation.log_softmax(0).cpu().numpy()
        inked = cv2.resize(look.ink, scores.shape[:0:-1], interpolation=cv2.INTER_AREA) > 0.08
        if inked.any():
            found.append(-float(scores[0, inked].mean()))
    return float(np.mean(found)) if found else 0.0


def _tall_heights(looks: list[_Look]) -> NDArray[np.float32]:
    heights = []
    for look in looks:
        found = find_detections(look.z, look.boxes)
        heights.append(found.heights[np.isin(found.digit, _TALL)])
    return np.concatenate(heights) if heights else np.zeros(0, np.float32)


def _find_skew(ink: NDArray[np.float32]) -> float:
    """Degrees clockwise that the lines of an upright page are tilted."""
    factor = min(1.0, 1600 / max(ink.shape))
    small = cv2.resize(ink, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return float(get_angle(np.round(255 * (1 - small)).astype(np.uint8), angle_max=_LARGEST_SKEW))


def _working_frame(
    shape: tuple[int, int], pose: PagePose, skew: float
) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Affine from original to working pixels ``(2, 3)`` and the working page's width and height."""
    height, width = shape
    turn = {
        0: np.array([[1.0, 0, 0], [0, 1, 0]]),
        90: np.array([[0.0, 1, 0], [-1, 0, width - 1]]),
        180: np.array([[-1.0, 0, width - 1], [0, -1, height - 1]]),
        270: np.array([[0.0, -1, height - 1], [1, 0, 0]]),
    }[pose.orientation]
    upright = (width, height) if pose.orientation % 180 == 0 else (height, width)
    rotate = cv2.getRotationMatrix2D(((upright[0] - 1) / 2, (upright[1] - 1) / 2), skew, pose.scale)
    size = (max(1, round(upright[0] * pose.scale)), max(1, round(upright[1] * pose.scale)))
    rotate[:, 2] += (np.array(size) - upright) / 2
    whole = np.vstack([rotate, [0, 0, 1]]) @ np.vstack([turn, [0, 0, 1]])
    return whole[:2], size


def _to_working(
    ink: NDArray[np.float32], affine: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.float32]:
    """Bring ink into the working frame; where it shrinks, average first so that thin strokes stay."""
    scale = float(np.sqrt(abs(np.linalg.det(affine[:, :2]))))
    if scale < 1:
        small = _resize(ink, scale)
        ratio = np.array([ink.shape[1] / small.shape[1], ink.shape[0] / small.shape[0]])
        shift = affine[:, :2] @ ((ratio - 1) / 2) + affine[:, 2]
        affine = np.column_stack([affine[:, :2] * ratio, shift])
        ink = small
    return np.clip(cv2.warpAffine(ink, affine, size, flags=cv2.INTER_LINEAR), 0, 1)


def filter_detections(
    z: torch.Tensor,
    boxes: torch.Tensor,
    ink: NDArray[np.float32],
    credibility: DetectionClassifier,
    threshold: float,
) -> Detections:
    """Choose the detections of the digit maps that are figures; their scores are the probabilities of that.

    Parameters
    ----------
    z, boxes
        Digit maps ``(10, h/4, w/4)`` and boxes, as from :meth:`DigitNetwork.measure`.
    ink
        ``(h, w)``, what the network saw.
    credibility
        Tells figures from letters.
    threshold
        Least probability of a figure.
    """
    found = find_detections(z, boxes, CANDIDATE)
    found = replace(found, score=credibility.probability(found, ink))
    return found.take(found.score >= threshold)


def digitize(
    grey: NDArray[np.uint8], network: DigitNetwork, credibility: DetectionClassifier, threshold: float
) -> tuple[WorkingPage, dict[str, torch.Tensor]]:
    """Bring a page into the working frame and find its figures.

    Parameters
    ----------
    grey
        ``(h, w)``, the page as scanned, 0 black.
    network
        The digit network.
    credibility
        Tells figures from letters.
    threshold
        Least probability of a figure.

    Returns
    -------
    tuple
        The working page, and the network's activations on it.
    """
    ink = extract_ink(grey)
    pose = find_pose(network, ink)
    skew = _find_skew(np.rot90(ink, pose.orientation // 90))
    affine, size = _working_frame((ink.shape[0], ink.shape[1]), pose, skew)
    working = _to_working(ink, affine, size)
    with torch.inference_mode():
        maps = activations(network, _batch(network, working))
        z, boxes, _ = (found[0] for found in network.read_off(maps["up1"], maps["sixteenth3"]))
    inverse = cv2.invertAffineTransform(affine)
    page = WorkingPage(
        ink=working,
        to_original=inverse,
        digits=filter_detections(z, boxes, working, credibility, threshold),
        orientation=pose.orientation,
        skew_degrees=skew,
        scale=pose.scale,
    )
    return page, maps
