"""PageFactor: a document's features and where on the page each of them comes from."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array
from torch import Tensor

from tablekin.models.networks.bigram import MinRule, Spacing, bigrams
from tablekin.models.networks.digits import DigitNetwork
from tablekin.models.page_lrp import pool_page
from tablekin.page import Detections


@dataclass(frozen=True)
class PageFactor:
    """Features of a document and their relevance by region.

    ``relevance.sum(axis=1)`` equals ``phi`` up to rounding.
    """

    phi: NDArray[np.float64]  # (features,)
    relevance: csr_array  # (features, regions), float64


def explain_document(
    network: DigitNetwork,
    ink: NDArray[np.floating],
    digits: Detections,
    labels: NDArray[np.int32],
    spacing: Spacing,
    min_rule: MinRule,
    gamma: Mapping[str, float],
    maps: MutableMapping[str, Tensor] | None = None,
) -> PageFactor:
    """Compute features and factor of a page: LRP of the 110 bigram features down to the pixels, pooled by region.

    Parameters
    ----------
    network
        The digit network.
    ink
        ``(h, w)``, the working page, of the network's floating type.
    digits
        The digits found on it.
    labels
        ``(h, w)``, the leaf region of each pixel.
    spacing
        Distances at which two digits are neighbours.
    min_rule
        Rule of the bigram's minimum, see :mod:`tablekin.models.networks.bigram`.
    gamma
        Gamma of LRP by module of the digit network, see :mod:`tablekin.models.networks.architecture`.
    maps
        The network's activations on the page, if they are there; they are overwritten and taken out.
    """
    activation = np.clip(digits.activation, 0, 1).astype(np.float64)
    x, y = digits.centres.astype(np.float64).T
    found = bigrams(digits.digit, activation, x, y, spacing, min_rule)
    if not len(digits):
        return PageFactor(found.phi, csr_array((len(found.phi), int(labels.max()) + 1)))
    device = str(next(network.parameters()).device)
    with torch.inference_mode():
        page = torch.from_numpy(np.ascontiguousarray(ink)).to(device)
        digit = torch.from_numpy(digits.digit.astype(np.int64)).to(device)
        cell = torch.from_numpy(digits.cell).to(device)
        pooled = pool_page(network, page, digit, cell, labels, gamma, maps)
    return PageFactor(found.phi, csr_array(found.shares @ pooled))
