import numpy as np
import torch

from tablekin.explain import explain_document, spacing_of
from tablekin.models.networks.architecture import GAMMA
from tablekin.models.networks.bigram import bigrams
from tablekin.models.networks.digits import DigitNetwork, find_detections, pad_to_grain
from tablekin.models.page_lrp.patches import PatchPropagation


def test_factor_sums_to_phi_and_pools_the_pixel_maps() -> None:
    torch.manual_seed(1)
    network = DigitNetwork().eval().requires_grad_(False)
    with torch.no_grad():
        network.head.weight *= 40  # an untrained network's activations are faint
    ink = torch.rand(176, 240)
    z, boxes, _ = network.measure(pad_to_grain(ink[None, None]))
    digits = find_detections(z[0], boxes[0], threshold=0.1)
    labels = (np.arange(176)[:, None] // 60 * 3 + np.arange(240)[None] // 80).astype(np.int32)
    spacing = spacing_of(10)
    factor = explain_document(network, ink.numpy(), digits, labels, spacing, "proportional", GAMMA)
    np.testing.assert_allclose(factor.relevance.sum(axis=1), factor.phi, rtol=1e-5, atol=1e-6)
    centres = (digits.boxes[:, :2] + digits.boxes[:, 2:]).astype(float) / 2
    found = bigrams(digits.digit, np.clip(digits.activation, 0, 1), *centres.T, spacing)
    by_hand = np.zeros((len(found.phi), 9))
    shares = found.shares.toarray()
    page = torch.from_numpy(labels).long()
    peak = 0
    patches = PatchPropagation(network, ink)
    for corners, windows in patches.follow(
        torch.from_numpy(digits.digit).long(), torch.from_numpy(digits.cell)
    ):
        for corner, window in zip(corners.tolist(), windows, strict=True):
            rows, cols = np.nonzero(window.numpy())
            labels_there = page[rows + corner[0], cols + corner[1]].numpy()
            pooled = np.bincount(labels_there, weights=window.numpy()[rows, cols], minlength=9)
            by_hand += shares[:, peak, None] * pooled[None]
            peak += 1
    np.testing.assert_allclose(factor.relevance.toarray(), by_hand, rtol=1e-4, atol=1e-6)
