import numpy as np
import pytest
import torch

from tablekin.explain.factor import digit_advance, explain_document, spacing_of
from tablekin.models.networks.architecture import GAMMA
from tablekin.models.networks.bigram import bigrams
from tablekin.models.networks.digits import DIGIT_HEIGHT, DigitNetwork, find_detections, pad_to_grain
from tablekin.models.page_lrp.patches import PatchPropagation
from tablekin.page import Detections


def line_of_digits(x: list[float]) -> Detections:
    boxes = np.array([[c - 4, 90, c + 4, 110] for c in x], np.float32)
    return Detections.from_boxes(np.arange(len(x)).astype(np.int8) % 10, np.ones(len(x), np.float32), boxes)


def test_advance_is_the_distance_inside_numbers_not_between_them() -> None:
    digits = line_of_digits([start + step for start in range(0, 800, 80) for step in (0, 11, 22)])
    assert digit_advance(digits) == pytest.approx(11)


def test_advance_of_a_page_without_numbers_is_the_usual_one() -> None:
    assert digit_advance(line_of_digits([10, 200])) == DIGIT_HEIGHT / 2


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
    cones = PatchPropagation(network, ink)
    for corners, windows in cones.follow(
        torch.from_numpy(digits.digit).long(), torch.from_numpy(digits.cell)
    ):
        for corner, window in zip(corners.tolist(), windows, strict=True):
            rows, cols = np.nonzero(window.numpy())
            labels_there = page[rows + corner[0], cols + corner[1]].numpy()
            pooled = np.bincount(labels_there, weights=window.numpy()[rows, cols], minlength=9)
            by_hand += shares[:, peak, None] * pooled[None]
            peak += 1
    np.testing.assert_allclose(factor.relevance.toarray(), by_hand, rtol=1e-4, atol=1e-6)
