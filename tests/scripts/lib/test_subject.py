"""A page as the measurements see it: gradients by autograd, digits as regions."""

from __future__ import annotations

import numpy as np
import torch
from lib.subject import GradientPatches, digit_labels, gradient_shares

from tablekin.models.networks.architecture import GAMMA
from tablekin.models.networks.bigram import BigramLayer, Spacing
from tablekin.models.networks.digits import DigitNetwork, find_detections


def test_gradient_shares_are_gradient_times_activation() -> None:
    rng = np.random.default_rng(3)
    digit = rng.integers(0, 10, 25)
    height = rng.uniform(0.2, 1.3, 25)  # some are cut off
    # on a grid of maps, a digit a cell, so that the dense layer computes the same features
    cell = np.stack(np.divmod(rng.choice(12 * 16, 25, replace=False), 16), 1)
    shifts = [(dx, dy) for dx in (1, 2, 3) for dy in (-1, 0, 1)]
    spacing = Spacing(0.5, 3.5, 1.5)
    activation = torch.tensor(height, requires_grad=True)
    maps = torch.zeros((1, 10, 12, 16), dtype=torch.float64)
    maps = maps.index_put((torch.zeros(25).long(), *map(torch.from_numpy, (digit, *cell.T))), activation)
    phi = BigramLayer(shifts)(maps.clamp(0, 1))[0]
    expected = torch.stack(
        [torch.autograd.grad(value, activation, retain_graph=True)[0] * activation for value in phi]
    )
    found = gradient_shares(digit, height, cell[:, 1].astype(float), cell[:, 0].astype(float), spacing)
    assert np.count_nonzero(expected.detach().numpy() < 0) > 0
    assert np.allclose(found.toarray(), expected.detach().numpy(), atol=1e-12)


def test_gradient_patches_are_gradient_times_input() -> None:
    torch.manual_seed(3)
    network = DigitNetwork().eval().requires_grad_(False).double()
    ink = torch.rand((128, 144), generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    leaf = ink.clone().requires_grad_()
    z, boxes, _ = network.measure(leaf[None, None])
    digits = find_detections(z[0].detach(), boxes[0].detach(), threshold=1e-4)
    labels = (np.arange(128)[:, None] // 40 * 4 + np.arange(144) // 40).astype(np.int32)
    chosen = np.linspace(0, len(digits) - 1, 4).astype(int)
    digit, cell = digits.digit[chosen].astype(int), digits.cell[chosen]
    patches = GradientPatches(network, ink, dict.fromkeys(GAMMA, 0.0))
    found = patches.pool(torch.from_numpy(digit), torch.from_numpy(cell), labels).toarray()
    for row, d, (y, x) in zip(found, digit, cell, strict=True):
        (gradient,) = torch.autograd.grad(z[0, d, y, x], leaf, retain_graph=True)
        product = (gradient * ink / z[0, d, y, x]).detach().numpy()
        assert np.allclose(row, np.bincount(labels.ravel(), product.ravel()), atol=1e-9)


def test_every_digit_within_a_region_is_a_region() -> None:
    labels = np.zeros((40, 60), np.int32)
    labels[:, 20:] = 3
    boxes = np.array([[2, 5, 12, 20], [25, 5, 37, 20], [33, 5, 45, 20]], np.float32)
    made = digit_labels(boxes, labels)
    assert set(np.unique(made)) == {0, 2, 3}  # the first lies outside
    assert (made == 2).sum() == (made == 3).sum() == 10 * 15  # the overlap of 4 x 15 is parted
