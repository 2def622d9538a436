"""PageFactor: a document's features and where on the page each of them comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array
from torch import Tensor

from tablekin.models.networks.bigram import MinRule, Spacing, bigrams
from tablekin.models.networks.digits import DIGIT_HEIGHT, DigitNetwork
from tablekin.models.page_lrp.patches import PatchPropagation
from tablekin.page import Detections

_USUAL_ADVANCE = 0.5 * DIGIT_HEIGHT  # working pixels, where a page has too few numbers to tell


@dataclass(frozen=True)
class PageFactor:
    """Features of a document and their relevance by region.

    ``relevance.sum(axis=1)`` equals ``phi`` up to rounding.
    """

    phi: NDArray[np.float64]  # (features,)
    relevance: csr_array  # (features, regions), float64


def digit_advance(digits: Detections) -> float:
    """Typical distance from a figure to the next one of the same number, in working pixels.

    The median over the figures that have a neighbour on the right within 1.1 digit heights on the same line.
    """
    if len(digits) < 2:
        return _USUAL_ADVANCE
    order = np.argsort(digits.centres[:, 0], kind="stable")
    x, y = digits.centres[order].T.astype(float)
    reach = np.searchsorted(x, x + 1.1 * DIGIT_HEIGHT, side="right")
    distances = []
    for index, end in enumerate(reach):
        near = np.arange(index + 1, end)
        near = near[np.abs(y[near] - y[index]) < 0.5 * DIGIT_HEIGHT]
        gaps = x[near] - x[index]
        gaps = gaps[gaps > 0.2 * DIGIT_HEIGHT]
        if gaps.size:
            distances.append(gaps[0])
    return float(np.median(distances)) if len(distances) >= 5 else _USUAL_ADVANCE


def spacing_of(advance: float) -> Spacing:
    """Distances at which two figures count as neighbours, in working pixels, from their typical distance."""
    return Spacing(min_dx=0.45 * advance, max_dx=1.5 * advance, max_dy=0.5 * DIGIT_HEIGHT)


def explain_document(
    network: DigitNetwork,
    ink: NDArray[np.floating],
    digits: Detections,
    labels: NDArray[np.int32],
    spacing: Spacing,
    min_rule: MinRule,
    gamma: Mapping[str, float],
    maps: Mapping[str, Tensor] | None = None,
) -> PageFactor:
    """Compute features and factor of a page: LRP of the 110 bigram features down to the pixels, pooled by region.

    Parameters
    ----------
    network
        The digit network.
    ink
        ``(h, w)``, the working page, of the network's floating type.
    digits
        The figures found on it.
    labels
        ``(h, w)``, the leaf region of each pixel.
    spacing
        Distances at which two figures are neighbours.
    min_rule
        Rule of the bigram's minimum, see :mod:`tablekin.models.networks.bigram`.
    gamma
        Gamma of LRP by module of the digit network, see :mod:`tablekin.models.networks.architecture`.
    maps
        The network's activations on the page, if they are there; they are overwritten.
    """
    activation = np.clip(digits.activation, 0, 1).astype(np.float64)
    x, y = digits.centres.astype(np.float64).T
    found = bigrams(digits.digit, activation, x, y, spacing, min_rule)
    if not len(digits):
        return PageFactor(found.phi, csr_array((len(found.phi), int(labels.max()) + 1)))
    device = str(next(network.parameters()).device)
    with torch.inference_mode():
        cones = PatchPropagation(network, torch.from_numpy(np.ascontiguousarray(ink)).to(device), gamma, maps)
        digit = torch.from_numpy(digits.digit.astype(np.int64)).to(device)
        pooled = cones.pool(digit, torch.from_numpy(digits.cell).to(device), labels)
    return PageFactor(found.phi, csr_array(found.shares @ csr_array(pooled)))
