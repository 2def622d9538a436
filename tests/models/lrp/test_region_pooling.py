"""Relevance by region, read forward to the middle of a network, against pooling what arrives at the pixels."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from tablekin.models.lrp.composite import Composite
from tablekin.models.lrp.propagation import Propagation
from tablekin.models.lrp.region_pooling import RegionShares, pool, pool_regions
from tablekin.models.lrp.rules import Flat, Gamma, WSquare, ZBox, Zero
from tablekin.models.lrp.step import Step
from tests.support.networks import Residual, UNet, Vgg, ink, made, signed

COMPOSITES = {
    "zero": Composite(((nn.Module, Zero()),)),
    "zbox, gamma": Composite(((0, ZBox(0, 1)), (nn.Module, Gamma(0.25)))),
    "w^2": Composite(((0, WSquare()), (nn.Module, Gamma(0.1)))),
    "flat": Composite(((0, Flat()), (nn.Module, Zero()))),
}
STRIPES = torch.arange(24)[:, None] // 5 * 5 + torch.arange(20)[None] // 4


class Pools(nn.Module):
    """Max pooling with an edge that is cut off, a strided convolution, biases."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 5, (3, 5), padding=(1, 2)),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, 1),
            nn.Conv2d(5, 6, 3, stride=2, padding=1),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            nn.MaxPool2d((1, 2)),
            nn.Flatten(),
            nn.LazyLinear(40),
        )
        self(torch.zeros(2, 1, 24, 20))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


def explained(network: type[nn.Module], composite: Composite) -> tuple[Propagation, Tensor]:
    channels = 2 if network is Residual else 1
    shape = (6, 6) if network is Residual else (24, 20) if network is not UNet else (32, 48)
    propagation = Propagation(made(network), ink(1, channels, *shape), composite)
    regions = torch.arange(shape[0])[:, None] // 5 * 12 + torch.arange(shape[1])[None] // 4
    return propagation, regions


@pytest.mark.parametrize("composite", COMPOSITES.values(), ids=COMPOSITES.keys())
@pytest.mark.parametrize("network", [Vgg, Pools, UNet, Residual], ids=lambda network: network.__name__)
def test_pooling_by_region_is_pooling_the_pixels(network: type[nn.Module], composite: Composite) -> None:
    propagation, regions = explained(network, composite)
    seeds = signed(30, *propagation.output.shape[1:], seed=5) * propagation.output
    at_pixels = propagation.relevance(seeds)
    by_region = propagation.relevance_by_region(seeds, regions, chunk=7)
    expected = pool(at_pixels.input.sum(1).flatten(1), regions)
    torch.testing.assert_close(by_region.input, expected, rtol=1e-10, atol=1e-11)
    torch.testing.assert_close(by_region.absorbed, at_pixels.absorbed, rtol=1e-10, atol=1e-11)


def chain_of(propagation: Propagation) -> tuple[list[Step], int]:
    """List the steps that relevance passes one after the other, and what one seed costs in the whole network."""
    recording = propagation._recording
    chain = [recording.steps[node][1] for node in recording.chain()]
    return chain, sum(step.cost for _, step in recording.steps.values())


def steps_read(seeds: int, regions: Tensor) -> int:
    """Count the steps of ``Pools`` that are read forward."""
    propagation = Propagation(made(Pools), ink(1, 1, 24, 20), COMPOSITES["zero"])
    chain, whole = chain_of(propagation)
    place, shares = pool_regions(propagation.x, regions, chain, seeds, whole, 4)
    assert (place > 0) == isinstance(shares, RegionShares)
    return place


def test_regions_are_carried_forward_only_where_that_saves_work() -> None:
    assert steps_read(1, STRIPES) == 0
    assert steps_read(40, STRIPES) > 0
    assert steps_read(40, torch.zeros_like(STRIPES)) >= steps_read(40, STRIPES)


def test_lower_layers_carry_fewer_functionals_than_upper_ones() -> None:
    propagation = Propagation(made(Pools), ink(1, 1, 24, 20), COMPOSITES["zero"])
    chain, whole = chain_of(propagation)
    carried: list[list[int]] = [[] for _ in chain]

    def counted(step: Step, counts: list[int]) -> Step:
        def adjoint(functional: Tensor) -> Tensor:
            counts.append(len(functional))
            assert step.adjoint is not None
            return step.adjoint(functional)

        return replace(step, adjoint=adjoint)

    steps = [counted(step, counts) for step, counts in zip(chain, carried, strict=True)]
    regions = torch.arange(24)[:, None] // 3 * 7 + torch.arange(20)[None] // 3
    place, _ = pool_regions(propagation.x, regions, steps, 400, whole, None)
    colours = [counts[0] for counts in carried[:place]]
    assert place == len(chain)
    assert colours[0] < colours[-1]
    for end, counts in enumerate(colours, 1):
        assert counts >= most_seen(regions, chain[:end])


def most_seen(regions: Tensor, below: list[Step]) -> int:
    """Count the regions that reach some unit of the output of the last step, region by region."""
    seen = torch.zeros(below[-1].output.shape[2:], dtype=torch.int64)
    for region in range(int(regions.max()) + 1):
        functional = (regions == region).double()[None, None]
        for each in below:
            assert each.adjoint is not None
            functional = each.adjoint(functional)
        seen += (functional[0] != 0).any(0)
    return int(seen.max())


def test_regions_smaller_than_what_a_unit_can_tell_apart_are_pooled_at_the_pixels() -> None:
    propagation, _ = explained(Pools, COMPOSITES["zero"])
    every_pixel = torch.arange(24 * 20).reshape(24, 20)
    seeds = signed(600, *propagation.output.shape[1:], seed=5)
    got = propagation.relevance_by_region(seeds, every_pixel)
    torch.testing.assert_close(got.input, propagation.relevance(seeds).input.sum(1).flatten(1))


def test_regions_that_do_not_fit_are_refused() -> None:
    propagation, regions = explained(Vgg, COMPOSITES["zero"])
    with pytest.raises(ValueError, match="do not fit"):
        propagation.relevance_by_region(torch.ones(1, 5).double(), regions[:, :3])
