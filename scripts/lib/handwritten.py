"""Strips of six handwritten digits, and networks that learn how many digits two strips share."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional as F

SIDE = 16  # pixels, of a digit's box
LENGTH = 6  # digits of a strip
PARTS = (997, 400, 400)  # scans for training, validation and test
STAGES = ((1, 64, 3e-3, 0.3), (LENGTH, 24, 2e-3, 0.7))  # digits, batch, learning rate, share of the steps


@dataclass(frozen=True)
class Scans:
    """Scanned digits."""

    ink: Tensor  # (scans, SIDE, SIDE) float32, 0 to 1
    digit: Tensor  # (scans,) int64


@dataclass(frozen=True)
class Strips:
    """Images of digits in a row."""

    ink: Tensor  # (strips, 1, SIDE, length * SIDE) float32, 0 to 1
    digits: Tensor  # (strips, length) int64


@dataclass(frozen=True)
class Architecture:
    """The form of a network: 3 x 3 convolutions, a sum over positions, linear layers."""

    channels: tuple[int, ...]  # of every convolution
    bias: bool = True
    hidden: int = 0  # units of a hidden layer after the sum, or none
    pooled: int = 3  # how many of the convolutions, the first ones, are followed by max pooling
    features: int = 20


@dataclass(frozen=True)
class TransformerArchitecture:
    """The form of a transformer: square patches, blocks of attention, a sum over patches, a linear layer."""

    width: int = 48
    heads: int = 4
    blocks: int = 1
    patch: int = 8  # pixels along a patch; it divides a digit's box
    features: int = 20
    longer: int = 3  # times as many steps of training as of convolutional networks, which learn faster


class SumOverPositions(nn.Module):
    """Sum maps ``(n, channels, h, w)`` to ``(n, channels)``."""

    def forward(self, x: Tensor) -> Tensor:
        """Sum."""
        return x.sum((2, 3))


class PatchEmbedding(nn.Module):
    """Embed the patches of strips ``(n, 1, h, w)``, not wider than six digits: ``(n, patches, width)``."""

    def __init__(self, architecture: TransformerArchitecture) -> None:
        super().__init__()
        width, patch = architecture.width, architecture.patch
        self.project = nn.Conv2d(1, width, patch, patch)
        self.row = nn.Parameter(torch.zeros(1, width, SIDE // patch, 1))
        self.column = nn.Parameter(torch.zeros(1, width, 1, LENGTH * SIDE // patch))

    def forward(self, x: Tensor) -> Tensor:
        """Embed."""
        h = self.project(x)
        h = h + (self.row + self.column[..., : h.shape[3]])
        return h.flatten(2).transpose(1, 2)


class SumOverTokens(nn.Module):
    """Sum vectors ``(n, tokens, width)`` to ``(n, width)``."""

    def forward(self, x: Tensor) -> Tensor:
        """Sum."""
        return x.sum(1)


def load_scans() -> Scans:
    """Load scikit-learn's 1,797 scans of 8 x 8 pixels, doubled in size."""
    source = load_digits()
    ink = torch.from_numpy(source.images).float()[:, None] / 16
    ink = F.interpolate(ink, (SIDE, SIDE), mode="bilinear", align_corners=False)[:, 0]
    return Scans(ink, torch.from_numpy(source.target).long())


def split(scans: Scans, random: torch.Generator) -> tuple[Scans, Scans, Scans]:
    """Split scans into disjoint parts for training, validation and test."""
    order = torch.randperm(len(scans.digit), generator=random)
    training, validation, test = (Scans(scans.ink[part], scans.digit[part]) for part in order.split(PARTS))
    return training, validation, test


def draw_strips(scans: Scans, count: int, random: torch.Generator, length: int = LENGTH) -> Strips:
    """Put ``length`` scans, drawn with replacement, side by side."""
    chosen = torch.randint(len(scans.digit), (count, length), generator=random)
    ink = scans.ink[chosen].transpose(1, 2).reshape(count, 1, SIDE, length * SIDE)
    return Strips(ink, scans.digit[chosen])


def agreement(a: Tensor, b: Tensor) -> Tensor:
    """Mark the pairs of positions that hold the same digit.

    Parameters
    ----------
    a, b
        ``(..., length)`` digits, which broadcast against each other.

    Returns
    -------
    Tensor
        ``(..., length, length)`` float32, 1 where they agree: the true pair map. Its sum is the similarity.
    """
    return (a[..., :, None] == b[..., None, :]).float()


def similarities(digits: Tensor) -> Tensor:
    """Count, for every two of the strips ``(strips, length)``, the agreeing positions: ``(strips, strips)``."""
    return agreement(digits[:, None], digits[None]).sum((2, 3))


def build(architecture: Architecture) -> nn.Sequential:
    """Build an untrained network, from strips ``(n, 1, h, w)`` to features ``(n, features)``."""
    layers: list[nn.Module] = []
    below, bias = 1, architecture.bias
    for place, channels in enumerate(architecture.channels):
        layers += [nn.Conv2d(below, channels, 3, padding=1, bias=bias), nn.ReLU()]
        if place < architecture.pooled:
            layers.append(nn.MaxPool2d(2))
        below = channels
    layers.append(SumOverPositions())
    if architecture.hidden:
        layers += [nn.Linear(below, architecture.hidden, bias=bias), nn.ReLU()]
        below = architecture.hidden
    layers.append(nn.Linear(below, architecture.features, bias=bias))
    return nn.Sequential(*layers)


def build_transformer(architecture: TransformerArchitecture, seed: int) -> nn.Sequential:
    """Build an untrained transformer, from strips ``(n, 1, h, w)`` to features ``(n, features)``."""
    width = architecture.width
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        layer = nn.TransformerEncoderLayer(
            width, architecture.heads, 2 * width, 0, "gelu", batch_first=True, norm_first=True
        )
        blocks = nn.TransformerEncoder(layer, architecture.blocks, enable_nested_tensor=False)
        last = nn.Linear(width, architecture.features)
        return nn.Sequential(PatchEmbedding(architecture), blocks, SumOverTokens(), last)


@torch.no_grad()
def start(
    architecture: Architecture | TransformerArchitecture, scans: Scans, random: torch.Generator
) -> nn.Sequential:
    """Build a network with random weights and a last layer that whitens its features over single digits.

    Without the whitening all similarities are at first nearly equal, and training settles at their mean.
    """
    if isinstance(architecture, TransformerArchitecture):
        network = build_transformer(architecture, int(torch.randint(1 << 31, (), generator=random)))
    else:
        network = build(architecture)
        for parameter in network.parameters():
            if parameter.ndim > 1:
                nn.init.kaiming_normal_(parameter, generator=random)
            else:
                nn.init.zeros_(parameter)
    last = network[-1]
    assert isinstance(last, nn.Linear)
    if last.bias is not None:
        nn.init.zeros_(last.bias)
    below = network[:-1](draw_strips(scans, 512, random, length=1).ink)
    _, sizes, directions = torch.linalg.svd(below / len(below) ** 0.5, full_matrices=False)
    count = architecture.features
    last.weight[:] = (
        0.3 * directions[:count] / sizes[:count, None]
    )  # <phi, phi> is then near 1, as it should be
    return network


def train(
    architecture: Architecture | TransformerArchitecture, scans: Scans, steps: int, random: torch.Generator
) -> nn.Sequential:
    """Train a network so that ``<phi(x), phi(x')>`` is the number of pairs of positions with the same digit.

    First on single digits, then on strips. Every step takes all pairs of two different images of a batch;
    the loss is their mean squared error.
    """
    network = start(architecture, scans, random)
    if isinstance(architecture, TransformerArchitecture):
        steps *= architecture.longer
    for length, batch, rate, share in STAGES:
        optimizer = torch.optim.Adam(network.parameters(), rate)
        count = round(share * steps)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=count)
        apart = ~torch.eye(batch, dtype=torch.bool)
        for _ in range(count):
            images = draw_strips(scans, batch, random, length)
            phi = network(images.ink)
            loss = F.mse_loss((phi @ phi.T)[apart], similarities(images.digits)[apart])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return network.eval().requires_grad_(False)
