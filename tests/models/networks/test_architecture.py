"""The table of layers against the network that torch runs: its modules, its shapes, and receptive fields measured."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from tablekin.models.networks.architecture import (
    COARSE,
    DIGITS,
    FINE,
    GAMMA,
    GRAIN,
    LAYERS,
    PER_GRAIN,
    PIXELS,
    STRIDE,
    affected_units,
    grains_around,
    receptive_fields,
)
from tablekin.models.networks.digits import DigitNetwork, activations

HEIGHT, WIDTH = 352, 448  # pixels; the receptive field of a digit spans 215
NAMES = [layer.name for layer in LAYERS]


@pytest.fixture(scope="module")
def network() -> DigitNetwork:
    """Weights that are all positive, so that nothing a unit could depend on is switched off."""
    network = DigitNetwork().eval().requires_grad_(False).double()
    for parameter in network.parameters():
        parameter.abs_().add_(1e-3)
    return network


@pytest.fixture(scope="module")
def page(network: DigitNetwork) -> dict[str, Tensor]:
    """All maps of a page with ink everywhere, ``(1, c, h, w)``."""
    ink = torch.rand((1, 1, HEIGHT, WIDTH), generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return activations(network, (0.2 + ink).requires_grad_())


def extent(places: Tensor) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and last row, and first and last column, of what is not zero in ``(h, w)``."""
    rows, cols = torch.nonzero(places, as_tuple=True)
    return (int(rows.min()), int(rows.max())), (int(cols.min()), int(cols.max()))


@pytest.mark.parametrize("layer", LAYERS, ids=NAMES)
def test_layers_are_the_networks_convolutions(network: DigitNetwork, layer) -> None:  # type: ignore[no-untyped-def]
    convolution = network.get_submodule(layer.convolution)
    assert isinstance(convolution, nn.Conv2d)
    assert (convolution.in_channels, convolution.out_channels) == (layer.channels_in, layer.channels)
    assert convolution.stride == (layer.stride, layer.stride)
    assert convolution.dilation == (layer.dilation, layer.dilation)
    assert convolution.bias is None
    units = (5, 8)
    reach = (convolution.kernel_size[0] - 1) // 2 * layer.dilation
    assert layer.field(units) == (5 * layer.stride - reach, 8 * layer.stride + reach)
    users = [o for o in range(-20, 40) if layer.field((o, o))[0] <= 8 and layer.field((o, o))[1] >= 5]
    assert layer.reach(units) == (min(users), max(users))


def test_no_convolution_of_the_trunk_is_left_out(network: DigitNetwork) -> None:
    heads = {"head", "box_head", "orientation_head"}
    found = {name for name, module in network.named_modules() if isinstance(module, nn.Conv2d)}
    assert found == {layer.convolution for layer in LAYERS} | heads
    assert set(GAMMA) == {layer.stage for layer in LAYERS[1:]} | {"head"}


def test_maps_have_the_sizes_the_table_says(page: dict[str, Tensor]) -> None:
    channels = {"ink": 1} | {layer.name: layer.channels for layer in LAYERS}
    for name in ("ink", *NAMES):
        assert page[name].shape == (1, channels[name], HEIGHT // PIXELS[name], WIDTH // PIXELS[name])
        assert PER_GRAIN[name] * PIXELS[name] == GRAIN
    assert {name: values.shape[1] for name, values in page.items()} == channels


def test_digit_maps_and_orientation_have_the_stated_strides(network: DigitNetwork) -> None:
    z, boxes, orientation = network.measure(torch.zeros((1, 1, HEIGHT, WIDTH), dtype=torch.float64))
    assert z.shape == (1, DIGITS, HEIGHT // STRIDE, WIDTH // STRIDE)
    assert boxes.shape[2:] == z.shape[2:] and PIXELS[FINE] == STRIDE
    assert orientation.shape[2:] == (HEIGHT // PIXELS[COARSE], WIDTH // PIXELS[COARSE])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("offset", [0, 1])
def test_receptive_fields_are_where_gradients_arrive(page: dict[str, Tensor], name: str, offset: int) -> None:
    unit = [side // (2 * PIXELS[name]) + offset for side in (HEIGHT, WIDTH)]
    value = page[name][0, :, unit[0], unit[1]].sum()
    (gradient,) = torch.autograd.grad(value, page["ink"], retain_graph=True)
    assert extent(gradient[0, 0]) == tuple(receptive_fields(name, (place, place))["ink"] for place in unit)


def test_what_detections_depend_on_is_where_gradients_arrive(page: dict[str, Tensor]) -> None:
    grain = (HEIGHT // GRAIN // 2, WIDTH // GRAIN // 2)
    row, col = (PER_GRAIN[FINE] * side for side in grain)
    value = page[FINE][0, :, row : row + PER_GRAIN[FINE], col : col + PER_GRAIN[FINE]].sum()
    fields = receptive_fields(FINE, (0, PER_GRAIN[FINE] - 1))
    names = [name for name in fields if name != FINE]
    gradients = torch.autograd.grad(value, [page[name] for name in names], retain_graph=True)
    for name, gradient in zip(names, gradients, strict=True):
        moved = [tuple(unit + PER_GRAIN[name] * side for unit in fields[name]) for side in grain]
        assert list(extent(gradient[0].sum(0))) == moved


@pytest.mark.parametrize("sides", [(1, 1), (3, 2)])
def test_what_depends_on_some_pixels_is_what_answers_to_them(
    network: DigitNetwork, sides: tuple[int, int]
) -> None:
    first = (GRAIN * 9, GRAIN * 12)
    last = [start + GRAIN * side - 1 for start, side in zip(first, sides, strict=True)]
    ink = torch.zeros((1, 1, HEIGHT, WIDTH), dtype=torch.float64)
    ink[0, 0, first[0] : last[0] + 1, first[1] : last[1] + 1] = 1
    maps = activations(network, ink)
    affected = [affected_units(pixels) for pixels in zip(first, last, strict=True)]
    for name in NAMES:
        assert extent(maps[name][0].sum(0)) == tuple(along[name] for along in affected)


@pytest.mark.parametrize(
    ("units", "around"), [((0, 3), 0), ((-1, 3), 1), ((0, 4), 1), ((-4, 7), 1), ((-5, 0), 2), ((0, 8), 2)]
)
def test_grains_around_hold_all_units_and_no_grain_too_many(units: tuple[int, int], around: int) -> None:
    assert PER_GRAIN["quarter0"] == 4
    assert grains_around("quarter0", units) == around
