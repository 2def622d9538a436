import numpy as np
import pytest
import torch

from tablekin.models.lrp.composite import Composite
from tablekin.models.lrp.propagation import Propagation
from tablekin.models.lrp.rules import Gamma, ZBox
from tablekin.models.networks.architecture import GAMMA
from tablekin.models.networks.detections import Detections
from tablekin.models.networks.digits import DigitNetwork, activations, find_detections, pad_to_grain
from tablekin.models.page_lrp.patches import PatchPropagation


@pytest.fixture(scope="module")
def network() -> DigitNetwork:
    torch.manual_seed(3)
    return DigitNetwork().eval().requires_grad_(False).double()


def inked_page(height: int, width: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(5)
    return torch.rand((height, width), generator=generator, dtype=torch.float64)


def some(found: Detections) -> Detections:
    """Take at most twenty detections from all over the page, which takes less time than all."""
    assert len(found) > 5
    return found.take(np.unique(np.linspace(0, len(found) - 1, 20).astype(int)))


def on_page(corner: torch.Tensor, window: torch.Tensor, shape: tuple[int, int]) -> torch.Tensor:
    """Lay a window of relevance on an empty page; what falls beside it must be nothing."""
    page = torch.zeros((shape[0] + 600, shape[1] + 600), dtype=window.dtype)
    top, left = (int(value) + 300 for value in corner)
    page[top : top + window.shape[0], left : left + window.shape[1]] = window
    inside = page[300 : 300 + shape[0], 300 : 300 + shape[1]]
    assert torch.allclose(inside.abs().sum(), page.abs().sum(), rtol=1e-12)
    return inside


def test_a_patch_is_the_backward_pass_over_the_whole_page(network: DigitNetwork) -> None:
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
    patches = PatchPropagation(network, ink)
    found = [part for part in patches.follow(chosen[:, 0], chosen[:, 1:], chunk=4)]
    windows = [on_page(c, w, (256, 272)) for corners, w4 in found for c, w in zip(corners, w4, strict=True)]
    torch.testing.assert_close(torch.stack(windows), whole, rtol=1e-9, atol=1e-12)


def test_relevance_is_conserved_on_a_page_of_any_size(network: DigitNetwork) -> None:
    ink = inked_page(131, 213)
    z, boxes, _ = network.measure(pad_to_grain(ink[None, None]))
    found = some(find_detections(z[0], boxes[0], threshold=1e-6))
    cell = torch.from_numpy(found.cell)
    for corner, relevance in PatchPropagation(network, ink).follow(
        torch.from_numpy(found.digit).long(), cell
    ):
        assert torch.allclose(relevance.sum((1, 2)), torch.ones(len(corner), dtype=torch.float64), atol=1e-9)
        for c, window in zip(corner, relevance, strict=True):
            on_page(c, window, (131, 213))


@pytest.fixture(scope="module")
def followed(network: DigitNetwork) -> tuple[PatchPropagation, torch.Tensor, torch.Tensor, torch.Tensor]:
    """A page ready to be followed back, its detections (digit, cell), the relevance of each ``(n, 120, 150)``."""
    ink = inked_page(120, 150) * (inked_page(120, 150) > 0.5)
    z, boxes, _ = network.measure(pad_to_grain(ink[None, None]))
    found = some(find_detections(z[0], boxes[0], threshold=1e-6))
    digit, cell = torch.from_numpy(found.digit).long(), torch.from_numpy(found.cell)
    patches = PatchPropagation(network, ink)
    pages = [
        on_page(corner, window, (120, 150))
        for corners, windows in patches.follow(digit, cell)
        for corner, window in zip(corners, windows, strict=True)
    ]
    return patches, digit, cell, torch.stack(pages)


ROWS, COLS = torch.meshgrid(torch.arange(120), torch.arange(150), indexing="ij")


def grid_of(height: int, width: int) -> torch.Tensor:
    return ROWS // height * (150 // width + 1) + COLS // width


def with_a_hole(labels: torch.Tensor) -> torch.Tensor:
    """Let region 0, here at the corner, surround many others as well."""
    labels = labels.clone()
    labels[40:90, 60:110] = 0
    return labels


@pytest.mark.parametrize(
    "labels",
    [
        with_a_hole(grid_of(13, 31)),
        with_a_hole(grid_of(6, 9)),
        torch.zeros(120, 150),
        2 + 5 * grid_of(50, 70),  # numbers that no pixel has
        (ROWS + COLS) // 11,  # stripes, whose boxes are mostly not theirs
        (ROWS // 3 + 2 * (COLS // 5)) % 4,  # regions of many pieces
    ],
    ids=["cells", "small cells", "one region", "gaps", "stripes", "pieces"],
)
def test_pooling_by_region_is_pooling_the_pixels(
    followed: tuple[PatchPropagation, torch.Tensor, torch.Tensor, torch.Tensor], labels: torch.Tensor
) -> None:
    patches, digit, cell, relevance = followed
    pooled = patches.pool(digit, cell, labels.int().numpy()).toarray()
    by_hand = torch.zeros(len(digit), int(labels.max()) + 1, dtype=torch.float64)
    by_hand.index_add_(1, labels.flatten().long(), relevance.flatten(1))
    torch.testing.assert_close(torch.from_numpy(pooled), by_hand, rtol=1e-9, atol=1e-12)


def test_a_page_whose_activations_are_known_is_not_passed_again(network: DigitNetwork) -> None:
    ink = inked_page(64, 96)
    cell, digit = torch.tensor([[7, 11]]), torch.tensor([4])
    labels = (ROWS // 20 * 3 + COLS // 40)[:64, :96].int().numpy()
    maps = activations(network, pad_to_grain(ink[None, None]))
    known = PatchPropagation(network, ink, maps=maps).pool(digit, cell, labels).toarray()
    found = PatchPropagation(network, ink).pool(digit, cell, labels).toarray()
    np.testing.assert_array_equal(known, found)
