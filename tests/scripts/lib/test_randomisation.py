"""Networks that forgot, layer by layer."""

from __future__ import annotations

import pytest
import torch
from lib.randomisation import STAGES, randomised

from tablekin.models.networks.digits import DigitNetwork


def test_layers_are_redrawn_from_the_head_down_with_the_deviation_they_had() -> None:
    torch.manual_seed(0)
    network = DigitNetwork().requires_grad_(False)
    before = {name: weight.clone() for name, weight in network.named_parameters()}
    for number, (stage, changed) in enumerate(randomised(network, 1), 1):
        assert stage == STAGES[number - 1]
        for name, weight in changed.named_parameters():
            redrawn = name.split(".")[0] in STAGES[:number]
            assert torch.equal(weight, before[name]) != redrawn
            if redrawn and weight.numel() > 1000:
                assert float(weight.std() / before[name].std()) == pytest.approx(1, abs=0.1)
    assert all(torch.equal(weight, before[name]) for name, weight in network.named_parameters())
