"""Digitize: from a grey page to its ink in the working frame and the digits on it.

Orientation and scale are estimated on a few windows of the page and then the whole page is passed through the
digit network once.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tablekin.digitize.normalization import extract_ink
from tablekin.digitize.orientation import as_batch, find_pose
from tablekin.digitize.skew import find_skew
from tablekin.digitize.transform import to_working, working_frame
from tablekin.models.networks.architecture import COARSE, FINE
from tablekin.models.networks.detection_confidence import CANDIDATE, DetectionClassifier
from tablekin.models.networks.digits import DigitNetwork, activations, find_detections
from tablekin.page import Detections, WorkingPage


def filter_detections(
    z: torch.Tensor,
    boxes: torch.Tensor,
    ink: NDArray[np.float32],
    classifier: DetectionClassifier,
    threshold: float,
) -> Detections:
    """Keep the detections that are digits; their scores become the probabilities of that.

    Parameters
    ----------
    z, boxes
        Digit maps ``(10, h/4, w/4)`` and boxes, as from :meth:`DigitNetwork.measure`.
    ink
        ``(h, w)``, what the network saw.
    classifier
        Tells digits from letters.
    threshold
        Lowest probability of a digit.
    """
    found = find_detections(z, boxes, CANDIDATE)
    found = replace(found, score=classifier.probability(found, ink))
    return found.take(found.score >= threshold)


def digitize(
    grey: NDArray[np.uint8], network: DigitNetwork, classifier: DetectionClassifier, threshold: float
) -> tuple[WorkingPage, dict[str, torch.Tensor]]:
    """Bring a page into the working frame and find its digits.

    Parameters
    ----------
    grey
        ``(h, w)``, the page as scanned, 0 black.
    network
        The digit network.
    classifier
        Tells digits from letters.
    threshold
        Lowest probability of a digit.

    Returns
    -------
    tuple
        The working page, and the network's activations on it.
    """
    ink = extract_ink(grey)
    pose = find_pose(network, ink)
    skew = find_skew(np.rot90(ink, pose.orientation // 90))
    affine, size = working_frame((ink.shape[0], ink.shape[1]), pose.orientation, pose.scale, skew)
    working = to_working(ink, affine, size)
    with torch.inference_mode():
        maps = activations(network, as_batch(network, working))
        z, boxes, _ = (found[0] for found in network.read_off(maps[FINE], maps[COARSE]))
    inverse = cv2.invertAffineTransform(affine)
    page = WorkingPage(
        ink=working,
        to_original=inverse,
        digits=filter_detections(z, boxes, working, classifier, threshold),
        orientation=pose.orientation,
        skew_degrees=skew,
        scale=pose.scale,
    )
    return page, maps
