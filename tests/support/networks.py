"""Small networks of the shapes the project uses, in float64, with activations that are alive."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Vgg(nn.Module):
    """Convolutions with biases, max pooling, projection and sum pooling, as the VGG baseline."""

    def __init__(self, bias: bool = True) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1, bias=bias),
            nn.ReLU(inplace=True),
            nn.Conv2d(4, 6, 3, padding=1, bias=bias),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Conv2d(6, 6, 3, padding=1, bias=bias),
            nn.ReLU(),
        )
        self.project = nn.Linear(6, 5, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.project(self.features(x).sum((2, 3)))


class UNet(nn.Module):
    """Strided and dilated convolutions without biases, nearest upsampling, a skip, a clamped head."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Conv2d(1, 4, 3, stride=2, padding=1, bias=False)
        self.context = nn.Conv2d(4, 6, 3, stride=2, padding=2, dilation=2, bias=False)
        self.merge = nn.Conv2d(10, 6, 3, padding=1, bias=False)
        self.head = nn.Conv2d(6, 10, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        down = F.relu(self.down(x))
        context = self.context(down).relu()
        up = F.interpolate(context, scale_factor=2.0, mode="nearest")
        return self.head(torch.relu(self.merge(torch.cat([up, down], 1)))).clamp(0, 1)


class Residual(nn.Module):
    """Batch normalisation, residual addition, average pooling, a mask, bilinear upsampling."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(2, 4, 3, padding=1)
        self.first_norm = nn.BatchNorm2d(4)
        self.second = nn.Conv2d(4, 4, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(4)
        self.third = nn.Linear(4, 3)
        self.third_norm = nn.BatchNorm1d(3)
        self.register_buffer("mask", (torch.arange(36).reshape(6, 6) % 5 != 0).double())
        for norm in (self.first_norm, self.second_norm, self.third_norm):
            nn.init.uniform_(norm.running_mean, -0.2, 0.2)
            nn.init.uniform_(norm.running_var, 0.5, 2)
            nn.init.uniform_(norm.weight, 0.5, 2)
            nn.init.uniform_(norm.bias, -0.2, 0.2)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.first_norm(self.first(x)), inplace=True)
        x = F.relu(x + self.second_norm(self.second(x)))
        x = F.avg_pool2d(x * self.mask, 2) + 0.1
        x = F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        return self.third_norm(self.third(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1)))


def made(network: type[nn.Module], seed: int = 0, **options: bool) -> nn.Module:
    """Make a network whose weights do not depend on the order of the tests."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return network(**options).double().eval().requires_grad_(False)


def ink(*shape: int, seed: int = 0) -> Tensor:
    """Make an input in [0, 1], float64."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def signed(*shape: int, seed: int = 0) -> Tensor:
    """Make normally distributed numbers, float64."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
