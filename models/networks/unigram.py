"""Unigram features: how much of each digit a page holds, wherever it stands. The baseline of the bigrams.

``phi_j = sum over p of a_j(p)``, the ten features :data:`tablekin.models.networks.features.UNIGRAMS`. As the bigrams,
they come from dense maps or from detections.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from torch import Tensor, nn

from tablekin.models.networks.architecture import DIGITS
from tablekin.models.networks.bigram import FeatureShares


class UnigramLayer(nn.Module):
    """Digit maps to the ten features, on dense maps."""

    def forward(self, maps: Tensor) -> Tensor:
        """Turn maps ``(batch, 10, h, w)`` into features ``(batch, 10)``."""
        return maps.sum((2, 3))


def unigrams(digit: ArrayLike, activation: ArrayLike) -> FeatureShares:
    """Compute the ten features from the detections of a page.

    Parameters
    ----------
    digit
        ``(n,)``, 0 to 9.
    activation
        ``(n,)``, not negative.
    """
    digits, height = np.asarray(digit, np.int64), np.asarray(activation, np.float64)
    shape = (DIGITS, digits.size)
    shares = csr_array((height, (digits, np.arange(digits.size))), shape=shape)
    phi = np.bincount(digits, weights=height, minlength=DIGITS)
    return FeatureShares(np.asarray(phi, np.float64), shares)
