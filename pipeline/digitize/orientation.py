"""Orientation: which way a page stands in its scan, and at which scale its digits are seen best."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tablekin.digitize.scale import (
    Corner,
    Marks,
    dense_windows,
    drop_specks,
    estimate_text_height,
    find_marks,
)
from tablekin.digitize.thresholds import MARKS, ORIENTATION, SCALE
from tablekin.digitize.transform import resize
from tablekin.models.networks.digits import DIGIT_HEIGHT, DigitNetwork, find_detections, pad_to_grain


@dataclass(frozen=True)
class PagePose:
    """How the page lies in its scan."""

    orientation: int  # degrees clockwise the page is turned from upright: 0, 90, 180, 270
    scale: float  # working pixels per original pixel
    is_mirrored: bool = False  # as a negative that was scanned from its back


@dataclass(frozen=True)
class WindowView:
    """A window of the page and what the network makes of it."""

    ink: NDArray[np.float32]  # (h, w)
    z: torch.Tensor  # (10, h/4, w/4)
    boxes: torch.Tensor
    orientation: torch.Tensor  # (4, h/16, w/16): logits of the text being turned by 0, 90, 180, 270 degrees


@dataclass(frozen=True)
class PoseCandidate:
    """A scale at which a page was looked at, and the turn that is likeliest there."""

    scale: float  # working pixels per original pixel
    corners: list[Corner]  # of the windows, pixels of the scan
    orientation: int  # degrees clockwise the page is turned from upright
    views: list[WindowView]  # of the windows, turned back

    def count_digits(self) -> int:
        """Count the digits that are seen."""
        return sum(len(find_detections(view.z, view.boxes)) for view in self.views)


def as_batch(network: DigitNetwork, ink: NDArray[np.float32]) -> torch.Tensor:
    """Make a batch of one page from ``(h, w)`` ink, padded as the network needs it and where the network is."""
    device = next(network.parameters()).device
    return pad_to_grain(torch.from_numpy(np.ascontiguousarray(ink))[None, None].to(device))


def find_pose(network: DigitNetwork, ink: NDArray[np.float32], has_specks: bool = False) -> PagePose:
    """Estimate orientation and scale from the fullest windows of a page.

    The size of the marks gives a first scale, the network tells how the text is turned, and
    the heights of the digits it finds correct the scale.

    Parameters
    ----------
    network
        The digit network.
    ink
        ``(h, w)``, the page as scanned.
    has_specks
        Whether the paper may be full of specks, as with one bit: they are left out, lest they are taken for digits.
    """
    marks = find_marks(ink)
    if has_specks and (typical := estimate_text_height(marks)):
        ink = drop_specks(ink, ORIENTATION.min_speck * typical[0])
        marks = find_marks(ink)
    scales = [_clip_scale(DIGIT_HEIGHT / size) for size in estimate_text_height(marks)]
    if not scales:
        return PagePose(0, 1.0)
    chosen = _choose_candidate(network, ink, marks, scales)
    scale, views = chosen.scale, chosen.views
    for _ in range(SCALE.max_rounds):
        heights = _tall_heights(views)
        if len(heights) < SCALE.min_digits:
            break
        factor = float(np.clip(DIGIT_HEIGHT / np.median(heights), 1 / SCALE.max_step, SCALE.max_step))
        scale = _clip_scale(scale * factor)
        if abs(factor - 1) < SCALE.tolerance:
            break
        turns = chosen.orientation // 90
        views = [_view(network, np.rot90(_cut(ink, corner, scale), turns)) for corner in chosen.corners]
    else:  # what looks like digits at any scale are specks
        scale = chosen.scale
    return PagePose(chosen.orientation, scale, _is_mirrored(network, chosen.views))


def _is_mirrored(network: DigitNetwork, views: list[WindowView]) -> bool:
    """Whether the mirror image of some windows is plainly upright and they are not."""
    nll = orientation_nll(views)
    if nll < ORIENTATION.min_nll_of_mirrored:
        return False
    mirrored = orientation_nll([_view(network, view.ink[:, ::-1]) for view in views])
    return mirrored < min(ORIENTATION.max_nll_of_mirror, nll - ORIENTATION.min_gain)


def _clip_scale(scale: float) -> float:
    return float(np.clip(scale, SCALE.min_scale, SCALE.max_scale))


def _cut(ink: NDArray[np.float32], corner: Corner, scale: float) -> NDArray[np.float32]:
    """Cut a window out of a page and bring it to a scale."""
    side = round(ORIENTATION.probe_side / scale)
    x, y = round(corner[0]), round(corner[1])
    return resize(ink[y : y + side, x : x + side], scale)


def _view(network: DigitNetwork, ink: NDArray[np.float32]) -> WindowView:
    """Pass ``(h, w)`` ink through the network.

    It is done module by module, always in the same order of additions: every pixel of the working page depends on the
    last bits of the scale, and what is hardly read at one may not be at the next.
    """
    batch = as_batch(network, ink).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        z, boxes, orientation = network.read_off(*network.trunk(batch, by_modules=True))
    return WindowView(ink, z[0], boxes[0], orientation[0])


def _choose_candidate(
    network: DigitNetwork, ink: NDArray[np.float32], marks: Marks, scales: list[float]
) -> PoseCandidate:
    """Choose a scale, and tell how the text of the fullest windows is turned.

    The network's orientation head knows upright text, but hardly one kind of turned text from the other. Where it is
    in doubt, the windows are turned, and the turn with the lowest nll decides; a page stays as it is unless another
    turn is plainly better, as with pictures and diagrams. The first scale at which the head is certain decides; where
    it is nowhere, the first scale does if one turn is far better there and shows more digits.
    """
    upright: list[PoseCandidate] = []
    turned: PoseCandidate | None = None
    for scale in scales:
        side = ORIENTATION.probe_side / scale
        min_size = MARKS.min_size_in_window * DIGIT_HEIGHT / scale
        corners = dense_windows(marks, (ink.shape[0], ink.shape[1]), side, ORIENTATION.probes, min_size)
        views = [_view(network, _cut(ink, corner, scale)) for corner in corners]
        as_it_is = PoseCandidate(scale, corners, 0, views)
        nll = orientation_nll(views)
        if nll < ORIENTATION.max_nll:
            return as_it_is
        turns = [[_view(network, np.rot90(view.ink, turns)) for view in views] for turns in (1, 2, 3)]
        turned_nll = [orientation_nll(windows) for windows in turns]
        best = int(np.argmin(turned_nll))
        candidate = PoseCandidate(scale, corners, 90 * (best + 1), turns[best])
        if turned_nll[best] < min(ORIENTATION.max_nll_of_turn, nll - ORIENTATION.min_gain):
            return candidate
        far_better = turned_nll[best] < min(
            ORIENTATION.max_nll_of_better, nll - ORIENTATION.min_gain_of_better
        )
        if not upright and far_better:
            more = candidate.count_digits() >= ORIENTATION.min_digit_ratio * as_it_is.count_digits()
            turned = candidate if more else None
        upright.append(as_it_is)
    return turned or max(upright, key=PoseCandidate.count_digits)


def orientation_nll(views: list[WindowView]) -> float:
    """Mean negative log-likelihood, in nats, of the ink of some windows being upright, by the orientation head."""
    found = []
    for view in views:
        log_likelihood = view.orientation.log_softmax(0).cpu().numpy()  # (4, h, w)
        coverage = cv2.resize(view.ink, log_likelihood.shape[:0:-1], interpolation=cv2.INTER_AREA)
        inked = coverage > ORIENTATION.min_coverage
        if inked.any():
            found.append(-float(log_likelihood[0, inked].mean()))
    return float(np.mean(found)) if found else 0.0


def _tall_heights(views: list[WindowView]) -> NDArray[np.float32]:
    heights = []
    for view in views:
        found = find_detections(view.z, view.boxes)
        heights.append(found.heights[found.tall])
    return np.concatenate(heights) if heights else np.zeros(0, np.float32)
