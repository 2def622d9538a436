import numpy as np
import torch

from tablekin.models.networks.digits import DigitNetwork, find_detections, pad_to_grain
from tablekin.models.networks.sections import divide
from tablekin.models.page_lrp import PatchPropagation, pool_page

SIDES = (331, 475)
LARGEST = 300 * 400


def test_sections_pool_what_the_whole_page_does() -> None:
    torch.manual_seed(6)
    network = DigitNetwork().eval().requires_grad_(False).double()
    ink = torch.rand(SIDES, dtype=torch.float64)
    z, boxes, _ = network.measure(pad_to_grain(ink[None, None]))
    found = find_detections(z[0], boxes[0], threshold=1e-6)
    found = found.take(np.unique(np.linspace(0, len(found) - 1, 12).astype(int)))
    digit, cell = torch.from_numpy(found.digit).long(), torch.from_numpy(found.cell)
    rows, cols = np.indices(SIDES)
    labels = (rows // 90 * 7 + cols // 70).astype(np.int32)
    sections = divide(SIDES, LARGEST)
    assert len(sections) > 2
    assert len(np.unique(labels[sections[0].outer])) < labels.max()
    whole = PatchPropagation(network, ink).pool(digit, cell, labels).toarray()
    by_sections = pool_page(network, ink, digit, cell, labels, whole=0, largest=LARGEST).toarray()
    np.testing.assert_allclose(by_sections, whole, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(whole.sum(1), 1)
