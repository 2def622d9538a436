"""Every operation's way back against a loop over places, or the dense matrix of the operation."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.lrp.composite import Composite
from tablekin.models.lrp.propagation import Propagation
from tablekin.models.lrp.rules import Zero
from tablekin.models.lrp.step import UnsupportedOperationError
from tests.support.networks import ink, signed


class Calls(nn.Module):
    """A network of one function."""

    def __init__(self, function: Callable[..., Tensor], constant: Tensor | None = None) -> None:
        super().__init__()
        self.function = function
        self.constant = constant

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x) if self.constant is None else self.function(x, self.constant)


def passed(network: nn.Module, x: Tensor, seeds: Tensor) -> tuple[np.ndarray, np.ndarray]:
    propagation = Propagation(network, x, Composite())
    torch.testing.assert_close(propagation.output, network(x.clone()))
    result = propagation.relevance(seeds, chunk=2)
    return result.input.flatten(1).numpy(), result.absorbed.numpy()


def dense(function: Callable[[Tensor], Tensor], x: Tensor) -> np.ndarray:
    """Matrix ``(inputs, outputs)`` of a linear function."""
    basis = torch.eye(x.numel(), dtype=torch.float64).reshape(-1, *x.shape)
    return torch.stack([function(vector).flatten() for vector in basis]).numpy()


UNCHANGED = {
    "nn.ReLU": nn.ReLU(inplace=True),
    "relu": Calls(F.relu),
    "relu in place": Calls(lambda x: F.relu(x * 1, inplace=True)),
    "relu method": Calls(lambda x: x.relu()),
    "clamp": Calls(lambda x: x.clamp(0, 1)),
    "torch.clamp": Calls(lambda x: torch.clamp(x, min=0)),
    "identity": nn.Identity(),
    "dropout": nn.Dropout().eval(),
    "hardtanh": nn.Hardtanh(0, 1),
    "relu6": nn.ReLU6(),
    "functional dropout": Calls(lambda x: F.dropout(x, 0.5, training=False)),
    "view": Calls(lambda x: x.view(x.size(0), -1)),
    "reshape": Calls(lambda x: x.reshape(x.shape[0], x.shape[1] * 3, -1)),
    "torch.reshape": Calls(lambda x: torch.reshape(x, (1, 24))),
    "squeeze": Calls(lambda x: torch.squeeze(x.view(1, 24, 1), 2)),
    "flatten": Calls(lambda x: torch.flatten(x, 1)),
    "nn.Flatten": nn.Flatten(2),
    "scaling": Calls(lambda x: 2 * x / 3.0),
}


@pytest.mark.parametrize("network", UNCHANGED.values(), ids=UNCHANGED.keys())
def test_passes_unchanged(network: nn.Module) -> None:
    x = signed(1, 2, 3, 4)
    seeds = signed(3, *network(x.clone()).shape[1:], seed=1)
    got, absorbed = passed(network, x, seeds)
    np.testing.assert_allclose(got, seeds.flatten(1).numpy(), rtol=1e-15)
    np.testing.assert_array_equal(absorbed, 0)


WINNERS = {
    "nn.AdaptiveMaxPool2d": nn.AdaptiveMaxPool2d((2, 3)),
    "adaptive": Calls(lambda x: F.adaptive_max_pool2d(x, 1)),
    "amax": Calls(lambda x: x.amax((2, 3))),
    "amax kept": Calls(lambda x: torch.amax(x, (-1, -2), keepdim=True)),
}


@pytest.mark.parametrize("network", WINNERS.values(), ids=WINNERS.keys())
def test_maxima_give_all_to_the_winner(network: nn.Module) -> None:
    x = signed(1, 2, 4, 6).requires_grad_()
    output = network(x)
    seeds = signed(3, *output.shape[1:], seed=1)
    routed = [torch.autograd.grad(output, x, seed[None], retain_graph=True)[0].flatten() for seed in seeds]
    got, absorbed = passed(network, x.detach(), seeds)
    np.testing.assert_array_equal(got, torch.stack(routed).numpy())
    np.testing.assert_array_equal(absorbed, 0)


SUMS = {
    "average pooling": nn.AvgPool2d(2),
    "overlapping average pooling": Calls(lambda x: F.avg_pool2d(x, 3, 2, 1)),
    "global average pooling": nn.AdaptiveAvgPool2d(1),
    "adaptive": Calls(lambda x: F.adaptive_avg_pool2d(x, (2, 3))),
    "sum": Calls(lambda x: x.sum((2, 3))),
    "sum kept": Calls(lambda x: torch.sum(x, dim=-1, keepdim=True)),
    "mean": Calls(lambda x: x.mean(dim=(2, 3))),
    "bilinear": nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
    "bilinear to size": Calls(lambda x: F.interpolate(x, size=(5, 7), mode="bilinear")),
    "x + x": Calls(lambda x: x + x),
}


@pytest.mark.parametrize("network", SUMS.values(), ids=SUMS.keys())
def test_sums_share_in_proportion(network: nn.Module) -> None:
    x = ink(1, 2, 4, 6)
    seeds = signed(3, *network(x).shape[1:], seed=1)
    contributions = x.flatten().numpy()[:, None] * dense(network, x)
    expected = seeds.flatten(1).numpy() @ (contributions / contributions.sum(0)).T
    got, absorbed = passed(network, x, seeds)
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(absorbed, 0, atol=1e-13)


def test_vanishing_sum_absorbs() -> None:
    x = torch.zeros(1, 1, 2, 2, dtype=torch.float64)
    got, absorbed = passed(nn.AvgPool2d(2), x, torch.full((1, 1, 1, 1), 3.0, dtype=torch.float64))
    np.testing.assert_array_equal(got, 0)
    np.testing.assert_array_equal(absorbed, 3)


def test_nearest_upsampling_collects_copies_even_of_zero() -> None:
    x = torch.zeros(1, 1, 2, 3, dtype=torch.float64)
    seeds = signed(2, 1, 4, 6)
    expected = seeds.numpy().reshape(2, 2, 2, 3, 2).sum((2, 4)).reshape(2, 6)
    for network in (nn.Upsample(scale_factor=2), Calls(lambda x: F.interpolate(x, scale_factor=2.0))):
        got, absorbed = passed(network, x, seeds)
        np.testing.assert_allclose(got, expected)
        np.testing.assert_array_equal(absorbed, 0)


@pytest.mark.parametrize(
    "options",
    [{"kernel_size": 2}, {"kernel_size": 3, "stride": 2, "padding": 1}, {"kernel_size": 2, "stride": 1}],
)
@pytest.mark.parametrize(
    "call", [nn.MaxPool2d, lambda **options: Calls(lambda x: F.max_pool2d(x, **options))]
)
def test_max_pooling_gives_all_to_the_winner(options, call) -> None:
    x = signed(1, 2, 6, 5)
    network = call(**options)
    seeds = signed(3, *network(x).shape[1:], seed=1)
    padding, stride = options.get("padding", 0), options.get("stride", options["kernel_size"])
    padded = F.pad(x, (padding,) * 4, value=-np.inf).numpy()[0]
    expected = np.zeros((3, *padded.shape))
    for channel, row, col in np.ndindex(*seeds.shape[1:]):
        top, left, side = row * stride, col * stride, options["kernel_size"]
        window = padded[channel, top : top + side, left : left + side]
        y, x_ = np.unravel_index(window.argmax(), window.shape)
        expected[:, channel, top + y, left + x_] += seeds[:, channel, row, col].numpy()
    got, absorbed = passed(network, x, seeds)
    inner = expected[:, :, padding : padding + 6, padding : padding + 5]
    np.testing.assert_allclose(got, inner.reshape(3, -1))
    np.testing.assert_array_equal(absorbed, 0)


def test_addition_shares_and_constants_absorb() -> None:
    x, constant = ink(1, 1, 2, 3), torch.tensor([[1.0, 2.0, 0.0]], dtype=torch.float64)
    seeds = signed(2, 1, 2, 3, seed=1)
    for function, total in (
        (lambda x, c: x + c, x + constant),
        (lambda x, c: torch.add(c, x, alpha=1), x + constant),
        (lambda x, c: x.sub(c), x - constant),
    ):
        got, absorbed = passed(Calls(function, constant), x, seeds)
        expected = seeds * x / total
        np.testing.assert_allclose(got, expected.flatten(1).numpy())
        np.testing.assert_allclose(absorbed, (seeds - expected).sum((1, 2, 3)).numpy(), atol=1e-14)


def test_difference_of_two_branches() -> None:
    x = ink(1, 1, 2, 3)
    got, absorbed = passed(Calls(lambda x: 3 * x - x.relu()), x, torch.ones(1, 1, 2, 3, dtype=torch.float64))
    np.testing.assert_allclose(got, 3 / 2 - 1 / 2)
    np.testing.assert_allclose(absorbed, 0, atol=1e-15)


def test_mask_absorbs_what_it_hides() -> None:
    mask = torch.tensor([[1.0, 0.0, 2.0]], dtype=torch.float64)
    seeds = signed(2, 1, 2, 3)
    got, absorbed = passed(Calls(lambda x, m: m * x, mask), ink(1, 1, 2, 3), seeds)
    np.testing.assert_allclose(got, (seeds * (mask != 0)).flatten(1).numpy())
    np.testing.assert_allclose(absorbed, seeds[..., 1].sum((1, 2)).numpy())


def test_concatenation_hands_each_its_part() -> None:
    constant = torch.ones(1, 1, 2, 3, dtype=torch.float64)
    network = Calls(lambda x, c: torch.cat([x, c, 2 * x], 1), constant)
    seeds = signed(2, 3, 2, 3)
    got, absorbed = passed(network, ink(1, 1, 2, 3), seeds)
    np.testing.assert_allclose(got, (seeds[:, 0] + seeds[:, 2]).flatten(1).numpy())
    np.testing.assert_allclose(absorbed, seeds[:, 1].sum((1, 2)).numpy())


def normalised(norm: nn.Module) -> nn.Module:
    nn.init.normal_(norm.running_mean)
    nn.init.uniform_(norm.running_var, 0.5, 2)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    return norm


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kind", ["convolution", "linear"])
def test_batch_normalisation_is_part_of_the_layer_below(kind: str, bias: bool) -> None:
    torch.manual_seed(0)
    if kind == "linear":
        layer, norm, x = nn.Linear(3, 4, bias=bias), normalised(nn.BatchNorm1d(4)), signed(1, 3)
    else:
        layer, norm = nn.Conv2d(2, 4, 3, bias=bias), normalised(nn.BatchNorm2d(4))
        x = signed(1, 2, 5, 4)
    network = nn.Sequential(layer, norm, nn.ReLU()).double().eval().requires_grad_(False)
    propagation = Propagation(network, x, Composite((("0", Zero()),)))
    torch.testing.assert_close(propagation.output, network(x))
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    folded = type(layer)(*((3, 4) if kind == "linear" else (2, 4, 3))).double().requires_grad_(False)
    folded.weight.copy_(layer.weight * scale.reshape(-1, *(1,) * (layer.weight.ndim - 1)))
    folded.bias.copy_(((layer.bias if bias else 0) - norm.running_mean) * scale + norm.bias)
    seeds = signed(2, *propagation.output.shape[1:])
    expected = Propagation(nn.Sequential(folded), x, Composite((("0", Zero()),))).relevance(seeds)
    got = propagation.relevance(seeds)
    torch.testing.assert_close(got.input, expected.input)
    torch.testing.assert_close(got.absorbed, expected.absorbed)


REFUSED = {
    "sigmoid": (nn.Sigmoid(), "Sigmoid"),
    "softmax": (Calls(lambda x: x.softmax(1)), "softmax"),
    "softmax over the batch": (Calls(lambda x: x + x.softmax(0)), "over the batch"),
    "quotient": (Calls(lambda x: 1 / x), "depends on the input"),
    "sum over batch": (Calls(lambda x: x.sum(0)), "batch"),
    "sum over all": (Calls(lambda x: x.sum()), "batch"),
    "clamp above zero": (Calls(lambda x: x.clamp(0.5, 1)), "moves zero"),
    "bicubic": (nn.Upsample(scale_factor=2, mode="bicubic"), "bicubic"),
    "loose batch normalisation": (nn.Sequential(nn.ReLU(), nn.BatchNorm2d(2).eval()), "must follow"),
    "learning batch normalisation": (nn.Sequential(nn.Conv2d(2, 2, 1), nn.BatchNorm2d(2)), r"eval\(\)"),
    "reflecting": (nn.Sequential(nn.Conv2d(2, 2, 3, padding=1, padding_mode="reflect")), "zeros"),
    "two outputs": (Calls(lambda x: (x, x)), "one tensor"),
    "constant output": (Calls(lambda x, c: c * 1, torch.ones(1)), "no way back|not depend"),
    "flattened batch": (Calls(lambda x: x.flatten()), "start_dim"),
    "growing sum": (Calls(lambda x, c: x + c, torch.ones(3, 1, 1, 1)), "repeats"),
}


@pytest.mark.parametrize(("network", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_explained_is_named(network: nn.Module, reason: str) -> None:
    composite = Composite(((nn.Module, Zero()),))
    with pytest.raises(UnsupportedOperationError, match=reason) as refused:
        Propagation(network.double(), signed(1, 2, 4, 4), composite)
    assert "\n" not in str(refused.value) and "%" not in str(refused.value)


class Decides(nn.Module):
    """Goes different ways for different inputs."""

    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x


class Named(nn.Module):
    """A convolution, then a layer no relevance can be passed through."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(2, 2, 1)
        self.gate = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        return self.gate(self.first(x))


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        (
            Named(),
            r"relevance cannot be passed back through layer 'gate' \(Sigmoid\): no way back is known; known are .*"
            r"Conv2d, .*ReLU.* and modules with a method 'record'",
        ),
        (
            Calls(lambda x: torch.exp(x)),
            "relevance cannot be passed back through the function 'exp': no way back is known through what it computes",
        ),
        (
            nn.Sequential(nn.ReLU(), nn.Sequential(Calls(lambda x: x.log1p()))),
            r"relevance cannot be passed back through the method 'log1p' in layer '1\.0' \(Calls\): no way back is "
            "known through what it computes",
        ),
        (
            nn.Sequential(nn.Flatten(2), nn.GRU(16, 3)),
            r"relevance cannot be passed back through layer '1' \(GRU\): no way back is known; known are .*",
        ),
        (
            Calls(lambda x: x.softmax(1)),
            "the model's output does not depend on its input, .* a Composite with softmax='taylor'",
        ),
        (Decides(), "Decides cannot be written down as a graph .* decides by values of its input.*"),
    ],
)
def test_one_sentence_says_where_and_why(network: nn.Module, sentence: str) -> None:
    with pytest.raises(UnsupportedOperationError) as refused:
        Propagation(network.double(), signed(1, 2, 4, 4), Zero())
    assert re.fullmatch(sentence, str(refused.value))
