import pytest
import torch

from models.cones import GAMMA, Cones
from models.digits import DigitNetwork, find_peaks, pad_to_grain
from models.lrp import Propagation
from models.rules import Composite, Gamma, ZBox


@pytest.fixture(scope="module")
def network() -> DigitNetwork:
    torch.manual_seed(3)
    return DigitNetwork().eval().requires_grad_(False).double()


def inked_page(height: int, width: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(5)
    return torch.rand((height, width), generator=generator, dtype=torch.float64)


def on_page(corner: torch.Tensor, window: torch.Tensor, shape: tuple[int, int]) -> torch.Tensor:
    """Lay a window of relevance on an empty page; what falls beside it must be nothing."""
    page = torch.zeros((shape[0] + 600, shape[1] + 600), dtype=window.dtype)
    top, left = (int(value) + 300 for value in corner)
    page[top : top + window.shape[0], left : left + window.shape[1]] = window
    inside = page[300 : 300 + shape[0], 300 : 300 + shape[1]]
    assert torch.allclose(inside.abs().sum(), page.abs().sum(), rtol=1e-12)
    return inside


def test_a_cone_is_the_backward_pass_over_the_whole_page(network: DigitNetwork) -> None:
    ink = inked_page(256, 272)
    rules = [(f"{name}*", Gamma(gamma)) for name, gamma in GAMMA.items()]
    composite = Composite((("encode_half*", ZBox(0.0, 1.0)), *rules))
    propagation = Propagation(network, ink[None, None], composite)
    maps = propagation.output[0]
    places = torch.nonzero((maps > 0) & (maps < 1))
    chosen = places[torch.linspace(0, len(places) - 1, 3).long()]
    seeds = torch.zeros((len(chosen), *maps.shape), dtype=torch.float64)
    seeds[(torch.arange(len(chosen)), *chosen.T)] = 1
    whole = propagation.relevance(seeds).input[:, 0]
    cones = Cones(network, ink)
    found = [part for part in cones.follow(chosen[:, 0], chosen[:, 1:], chunk=4)]
    windows = [on_page(c, w, (256, 272)) for corners, w4 in found for c, w in zip(corners, w4, strict=True)]
    torch.testing.assert_close(torch.stack(windows), whole, rtol=1e-9, atol=1e-12)


def test_relevance_is_conserved_on_a_page_of_any_size(network: DigitNetwork) -> None:
    ink = inked_page(131, 213)
    z, boxes, _ = network.measure(pad_to_grain(ink[None, None]))
    peaks = find_peaks(z[0], boxes[0], threshold=1e-6)
    assert len(peaks.digit) > 5
    cell = torch.from_numpy(peaks.cell)
    for corner, relevance in Cones(network, ink).follow(torch.from_numpy(peaks.digit).long(), cell):
        assert torch.allclose(relevance.sum((1, 2)), torch.ones(len(corner), dtype=torch.float64), atol=1e-9)
        for c, window in zip(corner, relevance, strict=True):
            on_page(c, window, (131, 213))


@pytest.mark.parametrize(("height", "width"), [(13, 31), (6, 9)], ids=["cells", "more than units at 1/8 see"])
def test_pooling_by_region_is_pooling_the_pixels(network: DigitNetwork, height: int, width: int) -> None:
    ink = inked_page(120, 150) * (inked_page(120, 150) > 0.5)
    rows, cols = torch.meshgrid(torch.arange(120) // height, torch.arange(150) // width, indexing="ij")
    labels = rows * (150 // width + 1) + cols
    labels[40:90, 60:110] = 0  # a region that touches many others
    z, boxes, _ = network.measure(pad_to_grain(ink[None, None]))
    peaks = find_peaks(z[0], boxes[0], threshold=1e-6)
    digit, cell = torch.from_numpy(peaks.digit).long(), torch.from_numpy(peaks.cell)
    cones = Cones(network, ink)
    pooled = cones.pool(digit, cell, labels.int().numpy())
    by_hand = []
    for corners, windows in cones.follow(digit, cell):
        for corner, window in zip(corners, windows, strict=True):
            page = on_page(corner, window, (120, 150))
            by_hand.append(
                torch.zeros(int(labels.max()) + 1, dtype=torch.float64).index_add(
                    0, labels.flatten(), page.flatten()
                )
            )
    assert len(pooled) > 5
    torch.testing.assert_close(torch.from_numpy(pooled), torch.stack(by_hand), rtol=1e-9, atol=1e-12)
