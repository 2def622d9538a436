from pathlib import Path

import numpy as np
import pytest
import torch

from tablekin.models.networks.digits import (
    DIGIT_HEIGHT,
    STRIDE,
    DigitNetwork,
    find_detections,
    load_digit_network,
    pad_to_grain,
)


def test_paper_without_ink_activates_nothing() -> None:
    network = DigitNetwork().requires_grad_(False)
    assert float(network(torch.zeros(1, 1, 64, 64)).abs().max()) == 0


def test_activation_grows_in_proportion_to_the_ink() -> None:
    network = DigitNetwork().double().requires_grad_(False)
    ink = torch.rand(1, 1, 64, 96, dtype=torch.float64)
    torch.testing.assert_close(network.measure(0.5 * ink)[0], 0.5 * network.measure(ink)[0])


def test_maps_are_those_of_the_modules_one_after_the_other() -> None:
    network = DigitNetwork().double().requires_grad_(False)
    ink = torch.rand(2, 1, 96, 64, dtype=torch.float64)
    for found, expected in zip(network.trunk(ink), network.trunk(ink, by_modules=True), strict=True):
        assert float(expected.max()) > 0
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-15)


def test_padding_reaches_the_next_multiple_of_sixteen_with_paper() -> None:
    padded = pad_to_grain(torch.ones(1, 1, 33, 64))
    assert padded.shape == (1, 1, 48, 64)
    assert float(padded.sum()) == 33 * 64


def test_detections_are_the_winners_among_digits_and_neighbours() -> None:
    z = torch.zeros(10, 8, 12)
    z[4, 3, 5], z[7, 3, 5], z[7, 3, 6] = 0.9, 0.8, 0.7  # one place, three candidates
    z[1, 6, 9] = 1.4
    z[2, 0, 0] = 0.4  # too weak
    boxes = torch.zeros(4, 8, 12)
    boxes[0, 3, 5], boxes[2:, 3, 5] = 0.1, torch.tensor([np.log(0.5), 0.0])
    found = find_detections(z, boxes)
    assert found.digit.tolist() == [4, 1]
    assert found.cell.tolist() == [[3, 5], [6, 9]]
    x, y = 5.5 * STRIDE + 0.1 * DIGIT_HEIGHT, 3.5 * STRIDE
    np.testing.assert_allclose(found.boxes[0], [x - 5, y - 10, x + 5, y + 10], rtol=1e-5)


def test_missing_weights_name_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="train_digits"):
        load_digit_network(tmp_path / "none.safetensors")
