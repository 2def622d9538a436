"""The definition of BiLRP, step by step, against the library."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from lib.definition import bigram_seeds, digits_relevance

from tablekin.models.lrp.composite import Composite
from tablekin.models.lrp.propagation import Propagation
from tablekin.models.lrp.rules import Gamma, ZBox
from tablekin.models.networks.architecture import GAMMA
from tablekin.models.networks.bigram import Spacing, bigrams
from tablekin.models.networks.digits import DigitNetwork, find_detections


@pytest.fixture(scope="module")
def network() -> DigitNetwork:
    torch.manual_seed(3)
    return DigitNetwork().eval().requires_grad_(False).double()


def test_digit_relevance_by_definition_is_the_librarys(network: DigitNetwork) -> None:
    ink = torch.rand(1, 1, 64, 80, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    rules = [(f"{name}*", Gamma(gamma)) for name, gamma in GAMMA.items()]
    propagation = Propagation(network, ink, Composite((("encode_half*", ZBox(0.0, 1.0)), *rules)))
    seed = torch.rand(
        propagation.output.shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64
    )
    seed = seed * propagation.output
    expected = propagation.relevance(seed).input[0, 0]
    assert float(expected.abs().max()) > 0
    torch.testing.assert_close(digits_relevance(network, ink, seed, GAMMA), expected, rtol=1e-9, atol=1e-12)


def test_bigram_seeds_by_definition_are_the_librarys(network: DigitNetwork) -> None:
    ink = torch.rand(1, 1, 160, 160, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    z, boxes, _ = network.measure(ink)
    digits = find_detections(z[0], boxes[0], threshold=1e-6)
    centres = (digits.boxes[:, :2] + digits.boxes[:, 2:]).astype(float) / 2
    activation = np.clip(digits.activation, 0, 1).astype(float)
    found = bigrams(digits.digit, activation, *centres.T, Spacing(5, 40, 10))
    seeds = bigram_seeds(digits, (5, 40, 10), (40, 40))
    assert any(feature >= 10 for feature in seeds) and any(feature < 10 for feature in seeds)
    by_feature = np.zeros((110, 10, 40, 40))
    for feature, seed in seeds.items():
        by_feature[feature] = seed
    expected = np.zeros_like(by_feature)
    for feature, n in np.argwhere(found.shares.toarray() > 0):
        expected[(feature, digits.digit[n], *digits.cell[n])] += found.shares.toarray()[feature, n]
    np.testing.assert_allclose(by_feature, expected, rtol=1e-9, atol=1e-12)
