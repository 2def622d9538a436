import numpy as np
import pytest
import torch

from tablekin.models.networks.bigram import Spacing
from tablekin.models.networks.detections import Detections
from tablekin.models.networks.digits import DigitNetwork, find_detections, load_digit_network, pad_to_grain
from tablekin.models.occlusion import OcclusionPage, joint_effect

SIDES = (275, 301)  # pixels
SPACING = Spacing(4.0, 40.0, 12.0)


def find_all(fine: torch.Tensor, ink: np.ndarray) -> Detections:
    network = load_digit_network().to(fine.dtype)
    return find_detections(network.head(fine)[0], network.box_head(fine)[0], threshold=0.02)


@pytest.fixture(scope="module")
def network() -> DigitNetwork:
    return load_digit_network().double()


def blobs(height: int, width: int, seed: int) -> torch.Tensor:
    """Smooth random ink, on which the digit maps have many weak detections."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand((1, 1, height // 6 + 1, width // 6 + 1), generator=generator, dtype=torch.float64)
    smooth = torch.nn.functional.interpolate(coarse, size=(height, width), mode="bilinear")
    return (3 * smooth[0, 0] - 1).clamp(0, 1)


def cells(height: int, width: int) -> np.ndarray:
    """Regions 1 to 6, in two rows that begin and end at the page's edges, on region 0."""
    labels = np.zeros((height, width), np.int32)
    rows, cols = np.linspace(0, height - 29, 2).astype(int), np.linspace(0, width - 37, 3).astype(int)
    for i, (top, left) in enumerate((row, col) for row in rows for col in cols):
        labels[top : top + 29, left : left + 37] = 1 + i
    return labels


def page(network: DigitNetwork, seed: int = 0) -> OcclusionPage:
    ink = blobs(*SIDES, seed)
    return OcclusionPage(network, ink, cells(*SIDES), find_all, SPACING)


def test_erasing_each_region_is_passing_the_changed_page_through_the_network(network: DigitNetwork) -> None:
    ink, labels = blobs(*SIDES, 1), cells(*SIDES)
    found = set()
    with torch.inference_mode():
        for region, fine in OcclusionPage(network, ink, labels, find_all, SPACING).erase_each():
            found.add(region)
            changed = ink.masked_fill(torch.from_numpy(labels == region), 0)
            expected, _ = network.trunk(pad_to_grain(changed[None, None]))
            torch.testing.assert_close(fine, expected, rtol=1e-10, atol=1e-12)
    assert found == set(range(7))


def test_a_region_alone_loses_the_same_features_both_ways(network: DigitNetwork) -> None:
    erasable = page(network)
    lost = erasable.contributions()
    assert np.count_nonzero(np.abs(lost).sum(0) > 1e-6) > 4
    for region in (0, 1, 6):
        assert np.allclose(lost[:, region], erasable.phi - erasable.without([region]), atol=1e-9)


def test_erasing_nothing_or_blank_paper_changes_nothing(network: DigitNetwork) -> None:
    ink = blobs(*SIDES, 2)
    labels = cells(*SIDES)
    ink[torch.from_numpy(labels == 4)] = 0
    erasable = OcclusionPage(network, ink, labels, find_all, SPACING)
    assert np.array_equal(erasable.without([]), erasable.phi)
    assert not erasable.contributions()[:, 4].any()
    assert not erasable.without(range(7)).any()


def test_joint_effect_is_the_second_difference_of_the_similarity(network: DigitNetwork) -> None:
    a, b = page(network, 3), page(network, 4)
    effect = joint_effect(a.contributions(), b.contributions())
    for i, j in ((5, 2), (3, 4), (6, 1)):
        whole, no_i = a.phi @ b.phi, a.without([i]) @ b.phi
        no_j, neither = a.phi @ b.without([j]), a.without([i]) @ b.without([j])
        assert effect[i, j] == pytest.approx(whole - no_i - no_j + neither, abs=1e-9)
        assert effect[i, j] != 0
