"""Convolutions between the units that take part, against whole ones of torch in float64."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.lrp import Gamma, Propagation, Zero, active_units
from tablekin.models.lrp.active_units import ActiveUnits, Surroundings, convolve_active
from tests.support.networks import ink, signed


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gather units however many take part."""
    monkeypatch.setattr(active_units, "_PER_NUMBER", 0)
    monkeypatch.setattr(active_units, "_is_faster", lambda *_: True)


@pytest.fixture
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def some(*shape: int, share: float, seed: int) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) < share


def convolved(
    maps: Tensor, weight: Tensor, needed: Tensor, stride: int = 1, padding: int = 1, dilation: int = 1
) -> Tensor | None:
    around = Surroundings((stride, stride), (-padding, -padding), (dilation, dilation))
    return convolve_active(maps, weight.permute(0, 2, 3, 1), needed, around)


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-13), (torch.float32, 1e-5)])
@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "dilation"),
    [((3, 3), 1, 1, 1), ((1, 1), 1, 0, 1), ((3, 5), 2, 2, 1), ((3, 3), 1, 2, 2), ((2, 2), 3, 0, 1)],
)
@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_it_is_the_convolution_where_something_is_needed(  # type: ignore[no-untyped-def]
    kernel, stride: int, padding: int, dilation: int, share: float, dtype: torch.dtype, tolerance: float
) -> None:
    maps = signed(6, 5, 9, 11) * some(5, 9, 11, share=share, seed=1)
    weight = signed(70, 5, *kernel, seed=2)  # more receivers than are multiplied at a time
    whole = F.conv2d(maps, weight, None, stride, padding, dilation)
    needed = some(*whole.shape[1:], share=0.5, seed=3)
    got = convolved(maps.to(dtype), weight.to(dtype), needed, stride, padding, dilation)
    assert got is not None
    assert got.dtype == dtype
    torch.testing.assert_close(got.double(), whole * needed, rtol=0, atol=tolerance)


def test_where_most_units_take_part_a_whole_convolution_is_left_to_others() -> None:
    weight = signed(64, 64, 3, 3).float()
    dense, everywhere = signed(50, 64, 8, 8).float(), torch.ones(64, 8, 8, dtype=torch.bool)
    assert convolved(dense, weight, everywhere) is None
    few = dense * some(64, 8, 8, share=0.05, seed=1)
    assert convolved(few, weight, everywhere) is not None


@pytest.mark.usefixtures("always", "threads")
def test_threads_change_no_bit() -> None:
    maps = signed(40, 64, 16, 16).float() * some(64, 16, 16, share=0.3, seed=1)
    weight, needed = signed(64, 64, 3, 3, seed=2).float(), some(64, 16, 16, share=0.5, seed=3)
    found = []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        found.append(convolved(maps, weight, needed))
    assert found[0] is not None
    assert all(torch.equal(found[0], other) for other in found[1:] if other is not None)


def test_units_are_taken_out_and_put_back() -> None:
    mask = some(4, 3, 5, share=0.4, seed=0)
    maps = signed(7, 4, 3, 5) * mask
    units = ActiveUnits.of(mask)
    assert units.begin[-1] == int(mask.sum()) == len(units.index)
    picked = units.pick(maps)
    for place in range(15):
        for unit in range(units.begin[place], units.begin[place + 1]):
            expected = maps[:, units.channel[unit], place // 5, place % 5]
            assert torch.equal(picked[unit], expected)
    assert torch.equal(units.put(picked), maps)
    by_place = maps.permute(2, 3, 1, 0).reshape(-1, 7)
    assert torch.equal(by_place[units.by_place], picked)


class Pooled(nn.Module):
    """Convolutions below and above max pooling, with biases."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 6, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(6, 8, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 9, 3, padding=2, dilation=2),
            nn.ReLU(),
            nn.Flatten(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


@pytest.mark.parametrize("rule", [Zero(), Gamma(0.25)], ids=["zero", "gamma"])
@pytest.mark.parametrize("by_region", [False, True], ids=["pixels", "regions"])
def test_relevance_is_the_same(rule, by_region: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    torch.manual_seed(0)
    network, x = Pooled().double().eval(), ink(1, 1, 12, 16)
    regions = torch.arange(12)[:, None] // 4 * 4 + torch.arange(16) // 4
    monkeypatch.setattr(active_units, "_PER_NUMBER", 0)
    found = []
    for faster in (True, False):
        monkeypatch.setattr(active_units, "_is_faster", lambda *_, faster=faster: faster)
        propagation = Propagation(network, x, rule)
        seeds = torch.diag(propagation.output[0])
        found.append(
            propagation.relevance_by_region(seeds, regions) if by_region else propagation.relevance(seeds)
        )
    assert float(found[1].input.abs().max()) > 0.01
    torch.testing.assert_close(found[0].input, found[1].input, rtol=1e-11, atol=1e-13)
    torch.testing.assert_close(found[0].absorbed, found[1].absorbed, rtol=1e-11, atol=1e-13)
