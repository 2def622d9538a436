"""Windows of generated pages, as the close-up reader is trained on: around glyphs, and around what is none."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F
from training_pool import TrainingPage

from tablekin.models.networks.architecture import DIGIT_HEIGHT, DIGITS
from tablekin.models.networks.closeups import WINDOW
from tablekin.models.networks.glyphs import CLASSES, NOTHING

_RARE, _FEW = (
    0.6,
    200,
)  # exponent: how much more often a rare glyph is shown, and from where on it counts as rare
_GLYPHS = 0.78  # share of the windows that are around glyphs
_SHAKEN = 1.6  # pixels: standard deviation of a place from the centre of its glyph
_NEAR = 2  # places near the centre of each glyph; one more lies anywhere in its middle
_BESIDE, _ANYWHERE = 0.35, 0.2  # places a glyph beside one, and anywhere in the ink
_OWN, _FOREIGN = 0.3, 0.55  # shares of a box's size, from its centre: what is its place, what is not
_NEAREST = 2.5  # pixels: what is a place of the glyph in any case
_AT_ONCE = 256  # places named in one pass
UNKNOWN = -1  # label of a place that is not shown


@dataclass(frozen=True)
class PrintedGlyphs:
    """All glyphs of a page, ``n`` of them."""

    label: NDArray[np.int64]  # (n,): 0 to 9 are digits, 10 and more are marks
    boxes: NDArray[np.float32]  # (n, 4)
    ignore: NDArray[np.bool_]  # (n,)


@dataclass(frozen=True)
class Places:
    """Places of a page that windows are cut around, ``k`` of them, and what stands there."""

    at: NDArray[np.float32]  # (k, 2): x, y
    label: NDArray[np.int16]  # (k,)
    boxes: NDArray[np.float32]  # (k, 4): of the glyph; nan where there is none


def glyphs_of(page: TrainingPage) -> PrintedGlyphs:
    """Put the digits and the marks of a page together."""
    return PrintedGlyphs(
        np.concatenate([page.digit.astype(np.int64), page.mark.astype(np.int64) + DIGITS]),
        np.concatenate([page.boxes, page.mark_boxes]),
        np.concatenate([page.ignore, page.mark_ignore]),
    )


def name_places(
    glyphs: PrintedGlyphs, at: NDArray[np.float32]
) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
    """Tell what stands at places ``(k, 2)``: labels, ``UNKNOWN`` where that is open, and the glyph or -1; ``(k,)``."""
    label, index = np.full(len(at), NOTHING, np.int16), np.full(len(at), -1, np.int64)
    if not len(glyphs.label):
        return label, index
    centres = (glyphs.boxes[:, :2] + glyphs.boxes[:, 2:]) / 2
    sizes = np.maximum(glyphs.boxes[:, 2:] - glyphs.boxes[:, :2], 1)
    own, foreign = np.maximum(_OWN * sizes, _NEAREST), np.maximum(_FOREIGN * sizes, _NEAREST + 2)
    for first in range(0, len(at), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        away = np.abs(centres[None] - at[part, None])
        inside, near = (away <= own).all(2), (away < foreign).all(2)
        chosen = np.where(inside, (away / sizes).max(2), np.inf).argmin(1)
        is_glyph = inside.any(1)
        is_open = (near & glyphs.ignore).any(1) | (near.any(1) & ~is_glyph)
        label[part] = np.where(is_glyph, glyphs.label[chosen], label[part])
        index[part] = np.where(is_glyph, chosen, -1)
        label[part][is_open], index[part][is_open] = UNKNOWN, -1
    return label, index


def choose_places(page: TrainingPage, rng: np.random.Generator) -> Places:
    """Choose places of a page: near the centres of its glyphs, in their middle, beside them, anywhere in the ink."""
    glyphs = glyphs_of(page)
    shown = np.flatnonzero(~glyphs.ignore)
    x0, y0, x1, y1 = glyphs.boxes[shown].T
    centres = np.stack([x0 + x1, y0 + y1], 1) / 2
    sizes = np.stack([x1 - x0, y1 - y0], 1)
    near = np.repeat(centres, _NEAR, 0) + rng.normal(0, _SHAKEN, (_NEAR * len(shown), 2))
    aside = centres + rng.uniform(-_OWN, _OWN, sizes.shape) * sizes
    some = rng.permutation(len(shown))[: round(_BESIDE * len(shown))]
    beside = centres[some] + rng.uniform(-1, 1, (len(some), 2)) * (sizes[some] / 2 + (8, 6))
    rows, cols = np.nonzero(page.ink[::4, ::4] > 100)
    inked = rng.permutation(len(rows))[: 40 + round(_ANYWHERE * len(shown))]
    anywhere = np.stack([cols[inked], rows[inked]], 1) * 4 + rng.normal(0, 4, (len(inked), 2))
    at = np.concatenate([near, aside, beside, anywhere]).astype(np.float32)
    label, index = name_places(glyphs, at)
    boxes = np.full((len(at), 4), np.nan, np.float32)
    boxes[index >= 0] = glyphs.boxes[index[index >= 0]]
    known = label != UNKNOWN
    return Places(at[known], label[known], boxes[known])


@dataclass
class WindowSource:
    """Pages and their places on one device, where windows are cut out of them, spoilt, without end.

    Parameters
    ----------
    room
        Bytes of ink that it holds at most; pages that have no room are left out.
    device
        Where the ink lies and the windows are made.
    """

    room: int
    device: str = "cpu"
    pages: int = 0
    _used: int = 0
    _ink: Tensor = field(init=False)
    _parts: list[Tensor] = field(default_factory=list)
    _table: Tensor = field(init=False)  # (k, 10): first byte, height, width, x, y, label, box
    _heap: Tensor = field(init=False)  # (k,): sums of the shares of the places before

    def __post_init__(self) -> None:
        self._ink = torch.zeros(self.room, dtype=torch.uint8, device=self.device)
        self._table = torch.zeros((0, 10), dtype=torch.float64, device=self.device)

    def add(self, ink: NDArray[np.uint8], places: Places) -> bool:
        """Take a page ``(h, w)`` in, if there is room."""
        if self._used + ink.size > self.room or not len(places.label):
            return False
        self._ink[self._used : self._used + ink.size] = torch.from_numpy(ink.ravel()).to(self.device)
        page = np.broadcast_to([self._used, *ink.shape], (len(places.label), 3))
        rows = np.concatenate([page, places.at, places.label[:, None], places.boxes], 1)
        self._parts.append(torch.from_numpy(rows).to(self.device))
        self._used += ink.size
        self.pages += 1
        return True

    def settle(self) -> None:
        """Let the pages that came in since be shown; rare glyphs are shown more often than they are printed."""
        if self._parts:
            self._table = torch.cat([self._table, *self._parts])
            self._parts = []
        label = self._table[:, 5].long()
        count = torch.bincount(label, minlength=CLASSES).double()
        share = count.clamp(min=_FEW) ** -_RARE
        share[NOTHING] = 0
        glyphs = (share * count).sum()
        share[NOTHING] = glyphs * (1 - _GLYPHS) / _GLYPHS / count[NOTHING].clamp(min=1)
        self._heap = share[label].cumsum(0)

    def draw(self, count: int, random: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Cut windows at places drawn by their shares.

        Parameters
        ----------
        count
            How many, ``n``.
        random
            Source of what is random, of the same device.

        Returns
        -------
        tuple
            Ink ``(n, 1, WINDOW, WINDOW)`` in [0, 1], labels ``(n,)``, and boxes ``(n, 4)`` as
            :class:`tablekin.models.networks.closeups.CloseupReader` gives them, nan where there is none.
        """
        drawn = torch.rand(count, generator=random, device=self.device, dtype=torch.float64) * self._heap[-1]
        rows = self._table[torch.searchsorted(self._heap, drawn).clamp(max=len(self._heap) - 1)]
        matrix = _distortions(count, random, self.device)
        ink = _sample(self._ink, rows[:, :3].long(), rows[:, 3:5].float(), matrix)
        label, corners = rows[:, 5].long(), rows[:, 6:10].float()
        middle = (corners[:, :2] + corners[:, 2:]) / 2 - rows[:, 3:5].float()
        middle = (matrix @ middle[:, :, None])[:, :, 0]
        sizes = (corners[:, 2:] - corners[:, :2]).clamp(min=2) * matrix.diagonal(dim1=1, dim2=2)
        boxes = torch.cat([middle / DIGIT_HEIGHT, torch.log(sizes / DIGIT_HEIGHT)], 1)
        ink = _overprint(ink, middle, sizes, label, random)
        return spoil_windows(ink, random), label, boxes


def _uniform(
    count: int, low: float, high: float, random: torch.Generator, device: torch.device | str
) -> Tensor:
    return low + (high - low) * torch.rand(count, generator=random, device=device)


def _distortions(count: int, random: torch.Generator, device: str) -> Tensor:
    """Draw scales (0.8 to 1.25), widths, slants and small turns: ``(n, 2, 2)``, from the page to the window."""
    normal = torch.randn((4, count), generator=random, device=device)
    scale = torch.exp((0.11 * normal[0]).clamp(-0.223, 0.223))
    wide = torch.exp((0.07 * normal[1]).clamp(-0.16, 0.16))
    slant = (0.06 * normal[2]).clamp(-0.18, 0.18)
    angle = torch.deg2rad((1.0 * normal[3]).clamp(-4, 4))
    across, down = scale * wide, scale / wide
    cosine, sine = torch.cos(angle), torch.sin(angle)
    rows = [cosine * across, -sine * down - slant * down, sine * across, cosine * down]
    return torch.stack(rows, 1).reshape(count, 2, 2)


def _sample(ink: Tensor, pages: Tensor, at: Tensor, matrix: Tensor) -> Tensor:
    """Take windows ``(n, 1, WINDOW, WINDOW)`` out of pages laid one behind the other; paper beyond their edges."""
    steps = torch.arange(WINDOW, device=at.device, dtype=torch.float32) - WINDOW // 2
    grid = torch.stack(torch.meshgrid(steps, steps, indexing="xy")).reshape(2, -1)
    a, b, c, d = matrix.flatten(1).T
    back = torch.stack([d, -b, -c, a], 1).reshape(-1, 2, 2) / (a * d - b * c)[:, None, None]
    x, y = (back @ grid[None] + at[:, :, None]).unbind(1)
    left, top = torch.floor(x), torch.floor(y)
    right, low = x - left, y - top
    first, height, width = (part[:, None] for part in pages.T)
    found = torch.zeros_like(x)
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        col, row = left.long() + dx, top.long() + dy
        inside = (col >= 0) & (row >= 0) & (col < width) & (row < height)
        value = ink[torch.where(inside, first + row * width + col, 0)].float() * inside
        found += value * (right if dx else 1 - right) * (low if dy else 1 - low)
    return (found / 255).reshape(-1, 1, WINDOW, WINDOW)


def _overprint(ink: Tensor, middle: Tensor, sizes: Tensor, label: Tensor, random: torch.Generator) -> Tensor:
    """Print points of leaders across some large glyphs, and rules beside some: they lie on digits in narrow columns."""
    count, device = len(ink), ink.device

    def between(low: float, high: float) -> Tensor:
        return _uniform(count, low, high, random, device)[:, None, None]

    def some(share: float) -> Tensor:
        return torch.rand(count, generator=random, device=device) < share

    steps = torch.arange(WINDOW, device=device, dtype=torch.float32) - WINDOW // 2
    x, y = steps[None, None, :], steps[None, :, None]
    at, half = middle[:, :, None, None], sizes[:, :, None, None] / 2
    large = (sizes.amax(1) >= 0.6 * DIGIT_HEIGHT) & (label != NOTHING)
    dotted, ruled, lined = some(0.05) & large, some(0.05), some(0.04) & large
    pitch, phase = between(5, 15), between(0, 15)
    line = torch.where(
        between(0, 1) < 0.75, at[:, 1] + half[:, 1] + between(-3, 1), at[:, 1] + between(-6, 6)
    )
    along = (x - phase + pitch / 2).remainder(pitch) - pitch / 2
    away = (along**2 + (y - line) ** 2).sqrt()
    points = (1.2 * (between(0.8, 2.0) + 0.5 - away)).clamp(0, 1) * (x < between(-6, 40)) * between(0.6, 1)
    side = torch.where(between(0, 1) < 0.5, -1.0, 1.0)
    beside = torch.where(
        torch.isfinite(at[:, 0]), at[:, 0] + side * (half[:, 0] + between(-1, 9)), between(-20, 20)
    )
    upright = (between(0.5, 1.5) + 0.5 - (x - beside).abs()).clamp(0, 1).expand_as(away) * between(0.5, 1)
    below = at[:, 1] + side * (half[:, 1] + between(1, 9))
    level = (between(0.5, 1.5) + 0.5 - (y - below).abs()).clamp(0, 1).expand_as(away) * between(0.5, 1)
    for chosen, print_ in ((dotted, points), (ruled, upright), (lined, level)):
        ink = torch.where(chosen[:, None, None, None], torch.maximum(ink, print_[:, None]), ink)
    return ink


def spoil_windows(ink: Tensor, random: torch.Generator) -> Tensor:
    """Change weight, darkness and sharpness of windows ``(n, 1, h, w)``, add noise, or leave only black and white."""
    count, device = len(ink), ink.device

    def between(low: float, high: float) -> Tensor:
        return _uniform(count, low, high, random, device)[:, None, None, None]

    def some(share: float, changed: Tensor, before: Tensor) -> Tensor:
        chosen = torch.rand(count, generator=random, device=device) < share
        return torch.where(chosen[:, None, None, None], changed, before)

    grown = F.max_pool2d(ink, 3, 1, 1)
    ink = some(0.14, torch.lerp(ink, grown, between(0.2, 1.0)), ink)
    shrunk = -F.max_pool2d(-ink, 3, 1, 1)
    ink = some(0.12, torch.lerp(ink, shrunk, between(0.15, 0.75)), ink)
    ink = some(0.5, (ink * between(0.6, 1.5)).clamp(0, 1), ink)
    ink = some(0.3, ink.clamp(min=1e-6) ** between(0.6, 1.6), ink)
    ink = some(0.3, _blurred(ink, between(0.4, 1.4)), ink)
    noise = torch.randn(ink.shape, generator=random, device=device)
    ink = some(0.3, (ink + noise * between(0.01, 0.1)).clamp(0, 1), ink)
    grain = noise.flip(0) * between(0.0, 0.12)
    return some(0.12, (ink + grain > between(0.25, 0.65)).to(ink.dtype), ink)


def _blurred(ink: Tensor, sigma: Tensor) -> Tensor:
    """Blur each window ``(n, 1, h, w)`` by its own Gaussian, ``(n, 1, 1, 1)`` pixels, cut off after three."""
    taps = [torch.exp(-(k**2) / (2 * sigma**2)) for k in range(4)]
    whole = taps[0] + 2 * (taps[1] + taps[2] + taps[3])
    for axis in (2, 3):
        size = ink.shape[axis]
        padded = F.pad(ink, (0, 0, 3, 3) if axis == 2 else (3, 3, 0, 0))
        parts = [padded.narrow(axis, k, size) * taps[abs(k - 3)] for k in range(7)]
        ink = torch.stack(parts).sum(0) / whole
    return ink
