"""The VGG-16 similarity model that BiLRP was first shown on: a general network for photographs, as a baseline.

Eberle et al. 2020 (arXiv 2003.05431): the activations of one of five layers are flattened and projected to 100
features at random. Layers are numbered as in torchvision's ``vgg16().features``, whose checkpoint the user
gives; a feature layer ``n`` means ``features[:n]``. It differs from the authors' script in two points: the
projection is scaled so that it preserves dot products, and the denominators of the rules have no stabiliser.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn

from tablekin.models.lrp.composite import Composite, Selector
from tablekin.models.lrp.rules import Gamma, Rule, ZBox, Zero

FEATURE_LAYERS = (5, 10, 17, 24, 31)
BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))  # convolutions and channels before each pooling
FEATURES = 100
GAMMAS = ((10, 0.5), (17, 0.25), (24, 0.1))  # the last layer a gamma serves; above them all it is 0
MEAN = (0.485, 0.456, 0.406)  # of ImageNet's red, green and blue, in [0, 1]
DEVIATION = (0.229, 0.224, 0.225)
EXPECTED = (
    "expected the VGG-16 checkpoint of torchvision (the state dict of torchvision.models.vgg16, "
    "a file named like vgg16-397923af.pth) or the same tensors in a .safetensors file"
)


class VggSimilarity(nn.Module):
    """From an image to the features that are compared: VGG layers, flattened, projected at random.

    Parameters
    ----------
    features
        From :func:`load_vgg16` or :func:`random_vgg16`; shared, not copied.
    height, width
        Pixels of the image, which must have this size. Features of different sizes are not comparable.
    projection
        Seed of the projection, see :func:`gaussian_projection`; None: the activations themselves are the
        features, for small images only.
    """

    def __init__(self, features: nn.Sequential, height: int, width: int, projection: int | None = 0) -> None:
        super().__init__()
        self.features = features
        self.project: nn.Module = nn.Identity()
        if projection is not None:
            weight = next(features.parameters())
            project = gaussian_projection(len(features), height, width, projection)
            self.project = project.to(weight.device, weight.dtype)

    def forward(self, x: Tensor) -> Tensor:
        """Compute the features ``(b, 100)`` of images ``(b, 3, height, width)``, see :func:`preprocess`."""
        return self.project(torch.flatten(self.features(x), 1))


def gaussian_projection(layer: int, height: int, width: int, seed: int) -> nn.Linear:
    """Draw the projection of a layer's activations to 100 features, without bias, float32 on the CPU.

    Weights are normal with variance 1/100: the expected dot product of two projected vectors is that of the
    vectors. The same arguments give the same weights. They take 400 bytes an activation, so that early
    layers need much memory for large images.

    Raises
    ------
    ValueError
        If the layer is none of the five, or the image is too small for it.
    """
    depth = _depth(layer)
    activations = BLOCKS[depth - 1][1] * (height >> depth) * (width >> depth)
    if not activations:
        raise ValueError(f"layer {layer} halves the image {depth} times: {height} x {width} px is too small")
    generator = torch.Generator().manual_seed(seed)
    project = nn.Linear(activations, FEATURES, bias=False, device="meta")
    weight = torch.randn(FEATURES, activations, generator=generator).div_(FEATURES**0.5)
    project.weight = nn.Parameter(weight, requires_grad=False)
    return project


def composite(layer: int, like: Tensor) -> Composite:
    """Choose the rules of the paper: z^B for the pixels, gamma falling with depth, LRP-0 for the projection.

    Parameters
    ----------
    layer
        The feature layer.
    like
        An input; gives the device and floating type of the bounds of its pixels.
    """
    low, high = pixel_bounds(like)
    rules: list[tuple[Selector, Rule]] = [("features.0", ZBox(low, high)), ("project", Zero())]
    for index, module in enumerate(_layers(layer)):
        if isinstance(module, nn.Conv2d):
            gammas = (Gamma(gamma) for last, gamma in GAMMAS if index <= last)
            rules.append((f"features.{index}", next(gammas, Zero())))
    return Composite(tuple(rules))


def pixel_bounds(like: Tensor) -> tuple[Tensor, Tensor]:
    """Give black and white as normalised pixels, ``(1, 3, 1, 1)`` each, of the type and device of ``like``."""
    mean, deviation = (like.new_tensor(values).reshape(1, 3, 1, 1) for values in (MEAN, DEVIATION))
    return (0 - mean) / deviation, (1 - mean) / deviation


def preprocess(image: NDArray[np.uint8], height: int, width: int) -> Tensor:
    """Resize and normalise an image as the network was trained with.

    Parameters
    ----------
    image
        ``(h, w, 3)`` RGB or ``(h, w)`` grey, 0 to 255.
    height, width
        Pixels of the result. The aspect ratio is not kept. Along an axis that shrinks pixels are averaged,
        along one that grows they are interpolated linearly.

    Returns
    -------
    Tensor
        ``(1, 3, height, width)`` float32, in deviations from ImageNet's mean.

    Raises
    ------
    ValueError
        If the image is not one of these arrays.
    """
    if image.dtype != np.uint8 or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)):
        raise ValueError(f"expected (h, w, 3) or (h, w) uint8, not {image.shape} {image.dtype}")
    pixels = image.astype(np.float32) / 255
    for size in ((width, image.shape[0]), (width, height)):  # axis by axis, as one may shrink, the other grow
        shrinks = size[0] * size[1] < pixels.shape[0] * pixels.shape[1]
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    maps = pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, None], 3, 2)
    normalised = (maps - np.array(MEAN, np.float32)) / np.array(DEVIATION, np.float32)  # (height, width, 3)
    return torch.from_numpy(np.ascontiguousarray(normalised.transpose(2, 0, 1)))[None]


def load_vgg16(checkpoint: Path, layer: int = 31) -> nn.Sequential:
    """Load ``features[:layer]`` of a trained VGG-16, float32 on the CPU.

    Parameters
    ----------
    checkpoint
        torchvision's file, ``.pth`` or the same tensors as ``.safetensors``. No code in a ``.pth`` is
        executed. The classifier's tensors, and those of layers above, need not be there.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the layer is none of the five, or the file holds anything else, naming the first tensor that is
        wrong.
    """
    features = _layers(layer)
    if not checkpoint.is_file():
        raise FileNotFoundError(f"{checkpoint}: no such file; {EXPECTED}")
    found = _read(checkpoint)
    known = _names(_layers(31))
    foreign = [name for name in found if name not in known and not name.startswith("classifier.")]
    if foreign:
        raise ValueError(f"{checkpoint}: {foreign[0]} is no tensor of VGG-16; {EXPECTED}")
    weights = {}
    for name, expected in _names(features).items():
        if _described(found.get(name)) != _described(expected):
            raise ValueError(
                f"{checkpoint}: {name}: expected {_described(expected)}, "
                f"found {_described(found.get(name))}; {EXPECTED}"
            )
        weights[name.removeprefix("features.")] = found[name]
    features.load_state_dict(weights, assign=True)
    return features.eval().requires_grad_(False)


def _read(checkpoint: Path) -> dict[str, Any]:
    try:
        if checkpoint.suffix == ".safetensors":
            return load_file(checkpoint)  # type: ignore[no-any-return]
        found = torch.load(checkpoint, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged pickle raises almost anything
        cause = type(error).__name__  # not its message: torch's advises to load without weights_only
        raise ValueError(f"{checkpoint}: cannot be read as a checkpoint ({cause}); {EXPECTED}") from error
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise ValueError(f"{checkpoint}: holds no named tensors; {EXPECTED}")
    return found


def _names(features: nn.Sequential) -> dict[str, Tensor]:
    """Give the tensors of the layers by the names torchvision gives them."""
    return {f"features.{name}": tensor for name, tensor in features.state_dict().items()}


def _described(tensor: object) -> str:
    if tensor is None:
        return "none"
    if not isinstance(tensor, Tensor):
        return type(tensor).__name__
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"


def random_vgg16(seed: int, layer: int = 31) -> nn.Sequential:
    """Make ``features[:layer]`` with random weights, float32 on the CPU: for tests, not for comparing images.

    Weights are He et al.'s for ReLU (normal, variance 2 over the number of inputs), biases normal with
    deviation 0.05.
    """
    features = _layers(layer).to_empty(device="cpu")
    generator = torch.Generator().manual_seed(seed)
    for convolution in features:
        if isinstance(convolution, nn.Conv2d):
            nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu", generator=generator)
            nn.init.normal_(convolution.bias, 0, 0.05, generator=generator)  # type: ignore[arg-type]
    return features.eval().requires_grad_(False)


def _layers(layer: int) -> nn.Sequential:
    """Build ``features[:layer]`` without weights."""
    layers: list[nn.Module] = []
    below = 3
    for convolutions, channels in BLOCKS[: _depth(layer)]:
        for _ in range(convolutions):
            layers += [nn.Conv2d(below, channels, 3, padding=1, device="meta"), nn.ReLU()]
            below = channels
        layers.append(nn.MaxPool2d(2, 2))
    return nn.Sequential(*layers)


def _depth(layer: int) -> int:
    """Count the poolings below a feature layer."""
    if layer not in FEATURE_LAYERS:
        raise ValueError(f"layer {layer} is none of the feature layers {FEATURE_LAYERS}")
    return FEATURE_LAYERS.index(layer) + 1
