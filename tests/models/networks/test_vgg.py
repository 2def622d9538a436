"""The VGG-16 baseline: its layers and rules against the paper's tables, its BiLRP against the paper's loop."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.bilrp import factor
from tablekin.models.lrp.rules import Gamma, ZBox, Zero
from tablekin.models.networks.vgg import (
    FEATURE_LAYERS,
    VggSimilarity,
    composite,
    gaussian_projection,
    load_vgg16,
    pixel_bounds,
    preprocess,
    random_vgg16,
)
from tests.support.networks import ink

CONVOLUTIONS = {  # index in torchvision's features: inputs, outputs, gamma
    0: (3, 64, 0.5),
    2: (64, 64, 0.5),
    5: (64, 128, 0.5),
    7: (128, 128, 0.5),
    10: (128, 256, 0.5),
    12: (256, 256, 0.25),
    14: (256, 256, 0.25),
    17: (256, 512, 0.25),
    19: (512, 512, 0.1),
    21: (512, 512, 0.1),
    24: (512, 512, 0.1),
    26: (512, 512, 0),
    28: (512, 512, 0),
}
POOLINGS = {4, 9, 16, 23, 30}
Tensors = dict[str, Tensor]


def pixels(height: int, width: int, seed: int = 0) -> Tensor:
    """Make a normalised image, float64."""
    low, high = pixel_bounds(torch.zeros(1, dtype=torch.float64))
    return low + (high - low) * ink(1, 3, height, width, seed=seed)


@pytest.fixture(scope="module")
def trained() -> Tensors:
    """Weights up to layer 10 and a classifier, by torchvision's names."""
    tensors: Tensors = {"classifier.6.bias": torch.zeros(1000)}
    for name, tensor in random_vgg16(seed=1, layer=10).state_dict().items():
        tensors[f"features.{name}"] = tensor
    return tensors


def test_layers_stand_where_torchvision_has_them() -> None:
    features = random_vgg16(seed=0)
    assert len(features) == 31
    for index, module in enumerate(features):
        if index in CONVOLUTIONS:
            assert isinstance(module, nn.Conv2d)
            assert (module.in_channels, module.out_channels) == CONVOLUTIONS[index][:2]
            assert (module.kernel_size, module.stride, module.padding) == ((3, 3), (1, 1), (1, 1))
            assert bool(module.bias.any())
        elif index in POOLINGS:
            assert isinstance(module, nn.MaxPool2d)
            assert (module.kernel_size, module.stride, module.padding) == (2, 2, 0)
        else:
            assert isinstance(module, nn.ReLU)


@pytest.mark.parametrize("layer", FEATURE_LAYERS)
def test_rules_are_the_papers(layer: int) -> None:
    rules = composite(layer, torch.zeros(1, 3, 8, 8))
    places = [index for index in CONVOLUTIONS if index < layer]
    for place, index in enumerate(places):
        rule = rules.rule_for(f"features.{index}", nn.Conv2d(1, 1, 1), place, len(places) + 1)
        gamma = CONVOLUTIONS[index][2]
        if index == 0:
            assert isinstance(rule, ZBox)
        else:
            assert rule == (Gamma(gamma) if gamma else Zero())
    assert rules.rule_for("project", nn.Linear(1, 1), len(places), len(places) + 1) == Zero()


def test_bounds_are_black_and_white_pixels() -> None:
    low, high = pixel_bounds(torch.zeros(1, dtype=torch.float64))
    expected = [
        [(value - m) / s for m, s in ((0.485, 0.229), (0.456, 0.224), (0.406, 0.225))] for value in (0, 1)
    ]
    assert torch.stack([low, high]).reshape(2, 3).tolist() == pytest.approx(np.array(expected))
    images = [np.full((5, 4, 3), value, np.uint8) for value in (0, 255)]
    for bound, image in zip((low, high), images, strict=True):
        torch.testing.assert_close(
            preprocess(image, 3, 7).double(), bound.expand(1, 3, 3, 7), atol=1e-6, rtol=0
        )


@pytest.mark.parametrize(("height", "width"), [(8, 4), (4, 8), (2, 3), (12, 2), (8, 12)])
def test_image_is_averaged_where_it_shrinks(height: int, width: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (8, 6, 3), np.uint8)
    low, high = (bound[0, :, 0, 0].numpy() for bound in pixel_bounds(torch.zeros(1)))
    got = preprocess(image, height, width)
    assert got.shape == (1, 3, height, width)
    assert got.dtype == torch.float32
    expected = image.astype(float) / 255
    for axis, size in ((0, height), (1, width)):
        expected = np.moveaxis(
            resampling(expected.shape[axis], size) @ np.moveaxis(expected, axis, -2), -2, axis
        )
    np.testing.assert_allclose(got[0].permute(1, 2, 0), low + (high - low) * expected, atol=1e-5)


def resampling(old: int, new: int) -> np.ndarray:
    """Matrix ``(new, old)`` of averaging over the new pixel's extent, or of linear interpolation."""
    edges, matrix = np.linspace(0, old, new + 1), np.zeros((new, old))
    for row, (start, end) in enumerate(pairwise(edges)):
        for column in range(old):
            if new < old:
                matrix[row, column] = max(0, min(end, column + 1) - max(start, column)) / (end - start)
            else:
                centre = np.clip((start + end) / 2 - 0.5, 0, old - 1)
                matrix[row, column] = max(0, 1 - abs(centre - column))
    return matrix


def test_grey_image_is_an_image_of_equal_colours() -> None:
    grey = np.random.default_rng(1).integers(0, 256, (9, 7), np.uint8)
    assert torch.equal(preprocess(grey, 4, 9), preprocess(np.stack([grey] * 3, 2), 4, 9))


@pytest.mark.parametrize("image", [np.zeros((4, 4, 3)), np.zeros((4, 4, 4), np.uint8), np.zeros(4, np.uint8)])
def test_other_arrays_are_no_images(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8"):
        preprocess(image, 8, 8)


@pytest.mark.parametrize("name", ["zipped.pth", "as_torchvision_saved_it.pth", "vgg16.safetensors"])
@pytest.mark.parametrize("layer", [5, 10])
def test_checkpoint_becomes_the_layers(trained: Tensors, tmp_path: Path, name: str, layer: int) -> None:
    checkpoint = tmp_path / name
    if checkpoint.suffix == ".safetensors":
        save_file(trained, checkpoint)
    else:
        torch.save(trained, checkpoint, _use_new_zipfile_serialization=name == "zipped.pth")
    features = load_vgg16(checkpoint, layer)
    x = pixels(8, 12).float()
    expected = x
    for index in range(layer):
        if index in CONVOLUTIONS:
            weight, bias = (trained[f"features.{index}.{part}"] for part in ("weight", "bias"))
            expected = F.conv2d(expected, weight, bias, padding=1)
        else:
            expected = F.max_pool2d(expected, 2) if index in POOLINGS else expected.clamp(min=0)
    torch.testing.assert_close(features(x), expected)
    assert not any(parameter.requires_grad for parameter in features.parameters())
    assert set(VggSimilarity(features, 8, 12, None).state_dict()) <= set(trained)


def without(tensors: Tensors, name: str) -> Tensors:
    return {other: tensor for other, tensor in tensors.items() if other != name}


BROKEN = {
    "missing": (
        lambda tensors: without(tensors, "features.2.weight"),
        "features.2.weight: expected float32 (64, 64, 3, 3), found none",
    ),
    "shape": (
        lambda tensors: {**tensors, "features.5.weight": torch.zeros(128, 64, 1, 1)},
        "features.5.weight: expected float32 (128, 64, 3, 3), found float32 (128, 64, 1, 1)",
    ),
    "type": (
        lambda tensors: {**tensors, "features.7.bias": torch.zeros(128, dtype=torch.float16)},
        "features.7.bias: expected float32 (128,), found float16 (128,)",
    ),
    "another network": (
        lambda tensors: {**tensors, "features.1.running_mean": torch.zeros(64)},
        "features.1.running_mean is no tensor of VGG-16",
    ),
    "no tensor": (
        lambda tensors: {**tensors, "features.0.bias": 1},
        "features.0.bias: expected float32 (64,), found int",
    ),
    "nested": (lambda tensors: {"model": tensors}, "model is no tensor of VGG-16"),
    "no names": (lambda tensors: list(tensors.values()), "holds no named tensors"),
}


@pytest.mark.parametrize(("broken", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_wrong_checkpoint_is_refused(trained: Tensors, tmp_path: Path, broken, message: str) -> None:
    checkpoint = tmp_path / "vgg16.pth"
    torch.save(broken(trained), checkpoint)
    with pytest.raises(ValueError, match=f"{re.escape(f'{checkpoint}: {message}')}.*torchvision"):
        load_vgg16(checkpoint, 10)


@pytest.mark.parametrize("name", ["vgg16.pth", "vgg16.safetensors"])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError, match=f"{name}: no such file; .*torchvision"):
        load_vgg16(tmp_path / name)
    for content in (b"", b"no checkpoint at all", b"PK\x03\x04 cut off"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=rf"{name}: cannot be read .*torchvision"):
            load_vgg16(tmp_path / name)


def test_checkpoint_cannot_run_code(tmp_path: Path) -> None:
    torch.save({"features.0.weight": Path("anything")}, tmp_path / "vgg16.pth")
    with pytest.raises(ValueError, match="cannot be read"):
        load_vgg16(tmp_path / "vgg16.pth")


@pytest.mark.parametrize("layer", [0, 4, 6, 30])
def test_other_layers_are_refused(layer: int) -> None:
    for make in (lambda: random_vgg16(0, layer), lambda: composite(layer, torch.zeros(1, 3, 8, 8))):
        with pytest.raises(ValueError, match="feature layers"):
            make()


@pytest.mark.parametrize("layer", FEATURE_LAYERS)
def test_projection_fits_the_layer(layer: int) -> None:
    features = random_vgg16(seed=2, layer=layer)
    with torch.no_grad():
        assert VggSimilarity(features, 35, 41)(pixels(35, 41).float()).shape == (1, 100)
    with pytest.raises(ValueError, match="too small"):
        gaussian_projection(31, 64, 31, seed=0)


def test_projection_preserves_dot_products() -> None:
    features = random_vgg16(seed=3, layer=5).double()
    a, b = (features(pixels(8, 8, seed=seed)).flatten() for seed in (0, 1))
    a, b = a[::2] - b[::2], b[::2] + a[1::2]  # neither parallel nor orthogonal
    drawn = [gaussian_projection(5, 8, 4, seed).double() for seed in range(400)]
    dots = torch.stack([project(a) @ project(b) for project in drawn])
    variance = float(((a @ a) * (b @ b) + (a @ b) ** 2) / 100)  # of a product of normal variables, 100 times
    assert abs(float(a @ b)) > 10 * (variance / 400) ** 0.5
    assert float(dots.mean()) == pytest.approx(float(a @ b), abs=4 * (variance / 400) ** 0.5)
    assert float(dots.var()) == pytest.approx(variance, rel=4 * (2 / 400) ** 0.5)


def test_projection_depends_on_its_seed_alone() -> None:
    features = random_vgg16(seed=4, layer=10)
    weights = [VggSimilarity(features, 16, 16, seed).project.weight for seed in (7, 7, 8)]
    torch.rand(3)
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    of_double = VggSimilarity(random_vgg16(seed=4, layer=10).double(), 16, 16, 7)
    assert torch.equal(of_double.project.weight, weights[0].double())


def test_random_weights_depend_on_their_seed_alone() -> None:
    a, b, other = (random_vgg16(seed, 5) for seed in (5, 5, 6))
    assert torch.equal(a[2].weight, b[2].weight)
    assert not torch.equal(a[2].weight, other[2].weight)


@pytest.mark.parametrize(("projection", "features"), [(0, 100), (None, 64 * 4 * 4)])
def test_relevance_and_what_biases_absorb_make_phi(projection: int | None, features: int) -> None:
    size = 32 if projection is not None else 8
    model = VggSimilarity(random_vgg16(seed=5, layer=5).double(), size, size, projection)
    x = pixels(size, size)
    got = factor(model, x, composite(5, x))
    assert got.phi.shape == (features,)
    torch.testing.assert_close(got.phi, model(x)[0])
    torch.testing.assert_close(got.relevance.sum(1) + got.absorbed, got.phi, rtol=0, atol=1e-10)
    assert float(got.absorbed.abs().max()) > 1e-3 * float(got.phi.abs().max())


def modified(convolution: nn.Conv2d, gamma: float, x: Tensor) -> Tensor:
    weight, bias = convolution.weight, convolution.bias
    return F.conv2d(x, weight + gamma * weight.clamp(min=0), bias + gamma * bias.clamp(min=0), padding=1)


def passed_back(z: Tensor, relevance: Tensor, *inputs: Tensor) -> Tensor:
    """The paper's step: ``x * grad(z * (R / z).detach())``, summed over the inputs."""
    quotient = (relevance / torch.where(z == 0, 1, z)).detach()
    gradients = torch.autograd.grad((z * quotient).sum(), inputs)
    return sum((x * gradient).detach() for x, gradient in zip(inputs, gradients, strict=True))


def layer_by_layer(model: VggSimilarity, x: Tensor, feature: int) -> Tensor:
    """LRP of one feature as in the paper's algorithm: relevance of the pixels ``(h * w,)``."""
    activations = [x]
    for layer in model.features:
        activations.append(layer(activations[-1]))
    top = activations[-1].flatten().clone().requires_grad_()
    z = model.project(top)
    relevance = passed_back(z, F.one_hot(torch.tensor(feature), len(z)) * z, top).reshape(
        activations[-1].shape
    )
    for index in reversed(range(len(model.features))):
        leaf = activations[index].clone().requires_grad_()
        if index == 0:
            low, high = (torch.zeros_like(x) + bound for bound in pixel_bounds(x))
            low.requires_grad_(), high.requires_grad_()
            weight = model.features[0].weight
            z = (
                F.conv2d(leaf, weight, padding=1)
                - F.conv2d(low, weight.clamp(min=0), padding=1)
                - F.conv2d(high, weight.clamp(max=0), padding=1)
            )
            relevance = passed_back(z, relevance, leaf, low, high)
        elif index in CONVOLUTIONS:
            relevance = passed_back(
                modified(model.features[index], CONVOLUTIONS[index][2], leaf), relevance, leaf
            )
        elif index in POOLINGS:
            relevance = passed_back(F.max_pool2d(leaf, 2), relevance, leaf)
    return relevance[0].sum(0).flatten()


def test_factor_follows_the_papers_algorithm() -> None:
    model = VggSimilarity(random_vgg16(seed=6, layer=10).double(), 16, 16)
    x = pixels(16, 16)
    expected = torch.stack([layer_by_layer(model, x, feature) for feature in range(100)])
    got = factor(model, x, composite(10, x))
    largest = float(expected.abs().max())
    assert largest > 0
    torch.testing.assert_close(got.relevance, expected, rtol=0, atol=1e-10 * largest)


def test_single_precision_agrees_with_double() -> None:
    double = VggSimilarity(random_vgg16(seed=7, layer=10).double(), 16, 16)
    single = VggSimilarity(random_vgg16(seed=7, layer=10), 16, 16)
    x = pixels(16, 16)
    expected, got = factor(double, x, composite(10, x)), factor(single, x.float(), composite(10, x.float()))
    assert got.relevance.dtype == torch.float32
    largest = float(expected.relevance.abs().max())
    torch.testing.assert_close(got.relevance.double(), expected.relevance, rtol=0, atol=1e-4 * largest)
