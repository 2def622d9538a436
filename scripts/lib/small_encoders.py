"""Small transformers that learn what two inputs share: names in sentences, marks in images.

A sentence is a row of words: names, other words, and "not". The similarity of two sentences is the number of pairs of
places where the same name stands, a name after "not" left out; so a name alone does not say whether it counts. An image
is a square of tiles, each empty, a mark or a texture; its similarity to another is the number of pairs of equal marks.
What counts is known, so the true map of a pair is too. An empty place (word 0, a tile without ink) counts for nothing,
is met in training, and is what a place is replaced by where it is removed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WORDS = 10  # of a sentence
NOT, OTHERS, NAMES = 1, 12, 8  # word 0 is empty; 2 to 13 are other words, 14 to 21 names
TILES, TILE = 4, 6  # tiles along an image, pixels along a tile
MARKS, TEXTURES = 6, 2
FEATURES, WIDTH, HEADS, BLOCKS = 12, 32, 4, 2


@dataclass(frozen=True)
class Samples:
    """Inputs and what stands in every place of them."""

    x: Tensor  # (n, words) int64, or (n, 1, h, w) float32
    meaning: Tensor  # (n, places) int64: what counts in a place, 0 nothing


@dataclass(frozen=True)
class Task:
    """What an encoder learns."""

    draw: Callable[[int, torch.Generator], Samples]
    embedding: Callable[[], nn.Module]  # to vectors (n, places, WIDTH)
    places: int
    class_token: bool  # whether features come from a token of their own, or from the sum over all


def draw_sentences(count: int, random: torch.Generator) -> Samples:
    """Draw words one by one."""
    kind = torch.multinomial(
        torch.tensor([0.1, 0.2, 0.3, 0.4]), count * WORDS, replacement=True, generator=random
    ).reshape(count, WORDS)
    other = torch.randint(OTHERS, (count, WORDS), generator=random) + 2
    name = torch.randint(NAMES, (count, WORDS), generator=random) + 1
    x = torch.stack([torch.zeros_like(kind), torch.full_like(kind, NOT), other, name + OTHERS + 1])
    words = x.gather(0, kind[None])[0]
    negated = F.pad(words[:, :-1] == NOT, (1, 0))
    return Samples(words, torch.where((kind == 3) & ~negated, name, 0))


def _stencils() -> Tensor:
    """Draw the marks ``(MARKS, TILE, TILE)``."""
    y, x = torch.meshgrid(torch.arange(TILE), torch.arange(TILE), indexing="ij")
    ring = (y - 2.5).abs().maximum((x - 2.5).abs()).round() == 2
    shapes = [
        y // 2 == 1,
        x // 2 == 1,
        (y - x).abs() < 1,
        (y + x - 5).abs() < 1,
        ring,
        (y // 2 == 1) & (x // 2 == 1),
    ]
    return torch.stack(shapes).float()


def draw_images(count: int, random: torch.Generator) -> Samples:
    """Draw tiles one by one: a mark of any strength, moved by a pixel at most; a texture; or nothing."""
    places = (count, TILES * TILES)
    kind = torch.multinomial(
        torch.tensor([0.3, 0.2, 0.5]), count * TILES**2, replacement=True, generator=random
    )
    mark = torch.randint(MARKS, places, generator=random)
    drawn = F.pad(_stencils(), (1, 1, 1, 1))[mark.flatten()]
    down, across = torch.randint(3, (2, len(drawn)), generator=random)
    rows = down[:, None, None] + torch.arange(TILE)[:, None]
    columns = across[:, None, None] + torch.arange(TILE)
    moved = drawn[torch.arange(len(drawn))[:, None, None], rows, columns]
    texture = torch.rand((len(drawn), TILE, TILE), generator=random) < 0.25
    strength = 0.6 + 0.4 * torch.rand((len(drawn), 1, 1), generator=random)
    tiles = torch.stack([torch.zeros_like(moved), texture.float(), moved])
    tiles = strength * tiles[kind, torch.arange(len(drawn))]
    images = tiles.reshape(count, TILES, TILES, TILE, TILE).transpose(2, 3)
    meaning = torch.where(kind.reshape(places) == 2, mark + 1, 0)
    return Samples(images.reshape(count, 1, TILES * TILE, TILES * TILE), meaning)


class Patches(nn.Module):
    """Embed the tiles of images ``(n, 1, h, w)`` as vectors ``(n, tiles, WIDTH)``."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Conv2d(1, WIDTH, TILE, TILE)

    def forward(self, x: Tensor) -> Tensor:
        """Embed."""
        return self.project(x).flatten(2).transpose(1, 2)


class AboveEmbedding(nn.Module):
    """What an encoder does with vectors ``(n, places, WIDTH)``: features ``(n, FEATURES)``."""

    def __init__(self, places: int, class_token: bool) -> None:
        super().__init__()
        self.position = nn.Parameter(0.02 * torch.randn(1, places, WIDTH))
        self.start = nn.Parameter(0.02 * torch.randn(1, 1, WIDTH)) if class_token else None
        layer = nn.TransformerEncoderLayer(
            WIDTH, HEADS, 2 * WIDTH, dropout=0, activation="gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerEncoder(layer, BLOCKS, enable_nested_tensor=False)
        self.head = nn.Linear(WIDTH, FEATURES)

    def forward(self, vectors: Tensor) -> Tensor:
        """Compute features."""
        h = vectors + self.position
        if self.start is None:
            return self.head(self.blocks(h).sum(1))
        h = torch.cat([self.start.expand(h.shape[0], -1, -1), h], 1)
        return self.head(self.blocks(h)[:, 0])


class Encoder(nn.Module):
    """A transformer of sentences or of images."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.embed, self.above = task.embedding(), AboveEmbedding(task.places, task.class_token)

    def forward(self, x: Tensor) -> Tensor:
        """Compute features ``(n, FEATURES)``."""
        return self.above(self.embed(x))


TASKS = {
    "sentences": Task(
        draw_sentences, lambda: nn.Embedding(2 + OTHERS + NAMES, WIDTH), WORDS, class_token=False
    ),
    "images": Task(draw_images, Patches, TILES * TILES, class_token=True),
}


def shared(a: Tensor, b: Tensor) -> Tensor:
    """Mark the pairs of places ``(..., places, places)`` that hold the same, of meanings ``(..., places)``."""
    return ((a[..., :, None] == b[..., None, :]) & (a[..., :, None] > 0)).float()


def similarities(meaning: Tensor) -> Tensor:
    """Count what every two of ``(n, places)`` share: ``(n, n)``."""
    return shared(meaning[:, None], meaning[None]).sum((2, 3))


def train(task: Task, steps: int, seed: int, batch: int = 48, rate: float = 3e-3) -> Encoder:
    """Train an encoder so that ``<phi(x), phi(x')>`` is what two inputs share."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        encoder = Encoder(task)
    random = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(encoder.parameters(), rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    apart = ~torch.eye(batch, dtype=torch.bool)
    for _ in range(steps):
        samples = task.draw(batch, random)
        phi = encoder(samples.x)
        loss = F.mse_loss((phi @ phi.T)[apart], similarities(samples.meaning)[apart])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return encoder.eval().requires_grad_(False)


@torch.no_grad()
def determination(encoder: Encoder, samples: Samples) -> float:
    """Compute R^2 of the similarities of all pairs of two different inputs."""
    phi = encoder(samples.x)
    above = torch.ones(len(phi), len(phi)).triu(1).bool()
    found, true = (phi @ phi.T)[above], similarities(samples.meaning)[above]
    return 1 - float(((found - true) ** 2).mean() / true.var(correction=0))
