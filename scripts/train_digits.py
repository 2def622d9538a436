"""Train the digit network on generated pages and write its weights.

``python scripts/train_digits.py POOL --steps 6000`` reads pages from POOL (see ``training_pool.py``; new pages may
arrive while it runs), goes on from ``POOL/checkpoint.pt`` if that is there, and writes
``models/weights/digits.safetensors``. Pages whose number ends in 7 are never trained on: they measure.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F
from training_pool import TrainingPage, load_page

from tablekin.models.networks.digits import (
    DIGIT_HEIGHT,
    SHARPNESS,
    STRIDE,
    WEIGHTS,
    DigitNetwork,
    find_detections,
    pad_to_grain,
)

_CROP = 384  # pixels
_TURNED = 0.2  # share of crops that are turned, to train the orientation head


class ChannelScale(nn.Module):
    """Divide each channel by its root mean square and multiply by a learned gain: no shift, so no bias."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(channels))
        self.mean_square: Tensor
        self.register_buffer("mean_square", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Scale ``(b, c, h, w)``; in training by the batch, in use by the running mean."""
        if self.training:
            mean_square = x.square().mean((0, 2, 3))
            self.mean_square.lerp_(mean_square.detach(), 0.02)
        else:
            mean_square = self.mean_square
        return x * (self.gain * torch.rsqrt(mean_square + 1e-6))[:, None, None]


def fold(network: DigitNetwork) -> DigitNetwork:
    """Return a network without scales whose convolutions have absorbed them."""
    folded = DigitNetwork()
    state = network.state_dict()
    for name in folded.state_dict():
        value = state[name].clone()
        scale = name.replace(".0.weight", ".1")
        if f"{scale}.gain" in state:
            gain = state[f"{scale}.gain"] * torch.rsqrt(state[f"{scale}.mean_square"] + 1e-6)
            value *= gain[:, None, None, None]
        folded.state_dict()[name].copy_(value)
    return folded.eval().requires_grad_(False)


def cut_crop(page: TrainingPage, rng: np.random.Generator) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Cut a random, slightly rotated and rescaled piece of a page, as ink, digits, boxes, ignore marks."""
    height, width = page.ink.shape
    scale = float(np.exp(np.clip(rng.normal(0, 0.2), -0.5, 0.45)))
    angle = math.radians(float(np.clip(rng.normal(0, 0.8), -3, 3)))
    if len(page.boxes) and rng.random() < 0.8:  # look where digits are, more often than not
        x, y = page.boxes[rng.integers(len(page.boxes)), :2] + rng.uniform(-150, 150, 2)
    else:
        x, y = rng.uniform(0, width), rng.uniform(0, height)
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    matrix = np.array([[cosine, -sine, 0], [sine, cosine, 0]])
    matrix[:, 2] = _CROP / 2 - matrix[:, :2] @ (x, y)
    ink = cv2.warpAffine(page.ink, matrix, (_CROP, _CROP), flags=cv2.INTER_AREA).astype(np.float32) / 255
    centres = (page.boxes[:, :2] + page.boxes[:, 2:]) / 2 @ matrix[:, :2].T + matrix[:, 2]
    half = (page.boxes[:, 2:] - page.boxes[:, :2]) / 2 * scale
    boxes = np.concatenate([centres - half, centres + half], 1).astype(np.float32)
    inside = ((centres > -10) & (centres < _CROP + 10)).all(1)
    if rng.random() < 0.5:
        ink = np.clip(ink * rng.uniform(0.6, 1.5), 0, 1)
    if rng.random() < 0.3:
        ink = np.clip(ink ** rng.uniform(0.6, 1.6), 0, 1)
    if rng.random() < 0.25:
        ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.4, 1.2))
    if rng.random() < 0.3:
        ink = np.clip(ink + rng.normal(0, rng.uniform(0.01, 0.1), ink.shape).astype(np.float32), 0, 1)
    return ink, page.digit[inside], boxes[inside], page.ignore[inside]


def draw_targets(
    digit: NDArray, boxes: NDArray, ignore: NDArray
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Draw the target of the digit maps, the weight of each cell, the target boxes and where they count."""
    side = _CROP // STRIDE
    heat = np.zeros((10, side, side), np.float32)
    weight = np.ones((side, side), np.float32)
    box = np.zeros((4, side, side), np.float32)
    box_weight = np.zeros((side, side), np.float32)
    grid = (np.arange(side, dtype=np.float32) + 0.5) * STRIDE
    for label, (x0, y0, x1, y1), skip in zip(digit, boxes, ignore, strict=True):
        if skip:
            rows = slice(max(0, int(y0 / STRIDE)), max(0, int(y1 / STRIDE) + 1))
            weight[rows, max(0, int(x0 / STRIDE)) : max(0, int(x1 / STRIDE) + 1)] = 0
            continue
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        col, row = int(x // STRIDE), int(y // STRIDE)
        top, left = max(0, row - 2), max(0, col - 2)
        window = (slice(top, max(0, row + 3)), slice(left, max(0, col + 3)))
        bump = np.exp(-((grid[window[0], None] - y) ** 2 + (grid[None, window[1]] - x) ** 2) / (2 * 3.2**2))
        if bump.size == 0:
            continue
        heat[label][window] = np.maximum(heat[label][window], bump)
        near = slice(max(0, row - 1), max(0, row + 2)), slice(max(0, col - 1), max(0, col + 2))
        for axis, value in enumerate((x, y)):
            cells = grid[near[1]][None, :] if axis == 0 else grid[near[0]][:, None]
            box[axis][near] = (value - cells) / DIGIT_HEIGHT
        box[2][near] = math.log(max(x1 - x0, 2) / DIGIT_HEIGHT)
        box[3][near] = math.log(max(y1 - y0, 2) / DIGIT_HEIGHT)
        box_weight[near] = 1
        if 0 <= row < side and 0 <= col < side:
            heat[label, row, col] = 1
    return heat, weight, box, box_weight


def make_batch(pages: list[TrainingPage], size: int, rng: np.random.Generator) -> tuple[Tensor, ...]:
    """Stack crops: ink, heat, weight, boxes, box weight, quarter turns."""
    rows = []
    for _ in range(size):
        ink, digit, boxes, ignore = cut_crop(pages[rng.integers(len(pages))], rng)
        heat, weight, box, box_weight = draw_targets(digit, boxes, ignore)
        turns = int(rng.integers(1, 4)) if rng.random() < _TURNED else 0
        ink = np.rot90(ink, -turns).copy()
        if turns:
            weight, box_weight = weight * 0, box_weight * 0
        rows.append((ink[None], heat, weight[None], box, box_weight[None], np.int64(turns)))
    return tuple(torch.from_numpy(np.stack(column)) for column in zip(*rows, strict=True))


def digit_loss(z: Tensor, heat: Tensor, weight: Tensor) -> Tensor:
    """Penalty-reduced focal loss of Zhou et al. (arXiv 1904.07850, eq. 1), per digit."""
    logits = SHARPNESS * (z - 0.5)
    probability = logits.sigmoid()
    centre = heat == 1
    positive = (1 - probability).square() * F.logsigmoid(logits) * centre
    negative = (1 - heat) ** 4 * probability.square() * F.logsigmoid(-logits) * ~centre
    return -((positive + negative) * weight).sum() / (centre * weight).sum().clamp(min=1)


def losses(network: DigitNetwork, batch: tuple[Tensor, ...]) -> tuple[Tensor, Tensor, Tensor]:
    """Losses of the digit maps, the boxes and the orientation."""
    ink, heat, weight, box, box_weight, turns = batch
    z, boxes, orientation = network.measure(ink.contiguous(memory_format=torch.channels_last))
    of_boxes = ((boxes - box).abs() * box_weight).sum() / box_weight.sum().clamp(min=1)
    inked = (F.avg_pool2d(ink, 16) > 0.08).float()[:, 0]
    entropy = F.cross_entropy(
        orientation, turns[:, None, None].expand(orientation[:, 0].shape), reduction="none"
    )
    return digit_loss(z, heat, weight), of_boxes, (entropy * inked).sum() / inked.sum().clamp(min=1)


def score_pages(network: DigitNetwork, pages: list[TrainingPage]) -> tuple[float, float]:
    """Recall and precision of the digits on whole pages: same digit, centres within half a digit height."""
    found = true = hits = 0
    for page in pages:
        ink = pad_to_grain(torch.from_numpy(page.ink.astype(np.float32) / 255)[None, None])
        with torch.inference_mode():
            z, boxes, _ = network.measure(ink.contiguous(memory_format=torch.channels_last))
        digits = find_detections(z[0], boxes[0])
        centres = (page.boxes[:, :2] + page.boxes[:, 2:]) / 2
        distance = np.abs(digits.centres[:, None] - centres[None]).max(-1)  # (found, true)
        near = distance < DIGIT_HEIGHT / 2
        same = near & (digits.digit[:, None] == page.digit[None])
        ignored = (near & page.ignore[None]).any(1)
        hits += int((same & ~page.ignore[None]).any(0).sum())
        true += int((~page.ignore).sum())
        found += int((~ignored).sum())
    return hits / max(true, 1), hits / max(found, 1)


def main() -> None:
    """Train, report every hundred steps, save every five hundred."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pool", type=Path)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=6)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(options.seed)
    network = DigitNetwork(ChannelScale)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = DigitNetwork(ChannelScale)
    average.load_state_dict(network.state_dict())
    optimiser = torch.optim.AdamW(network.parameters(), options.rate, weight_decay=1e-4)
    checkpoint, step = options.pool / "checkpoint.pt", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        step = saved["step"]
        network.load_state_dict(saved["network"])
        average.load_state_dict(saved["average"])
        optimiser.load_state_dict(saved["optimiser"])
    rng = np.random.default_rng((options.seed, step))
    pages: dict[Path, TrainingPage] = {}
    running, started = np.zeros(3), time.monotonic()
    while step < options.steps:
        if step % 100 == 0:
            for path in sorted(set(options.pool.glob("*-*[0-9].png")) - set(pages)):
                pages[path] = load_page(path)
            training = [page for path, page in pages.items() if not path.stem.endswith("7")]
        warm = min(1.0, (step + 1) / 100)
        rate = options.rate * warm * (0.02 + 0.98 * (1 + math.cos(math.pi * step / options.steps)) / 2)
        for group in optimiser.param_groups:
            group["lr"] = rate
        network.train()
        parts = losses(network, make_batch(training, options.batch, rng))
        (parts[0] + parts[1] + 0.2 * parts[2]).backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        optimiser.zero_grad()
        step += 1
        decay = min(0.998, 1 - 10 / (step + 10))
        with torch.no_grad():
            for mean, value in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
                mean.lerp_(value, 1 - decay)
        running += 0.01 * np.array([part.item() for part in parts])
        if step % 100 == 0:
            seconds = (time.monotonic() - started) / 100
            print(
                f"step {step} pages {len(training)} loss {running.round(3)} {seconds:.2f} s/step", flush=True
            )
            running, started = np.zeros(3), time.monotonic()
        if step % 500 == 0 or step == options.steps:
            folded = fold(average)
            measured = [page for path, page in pages.items() if path.stem.endswith("7")][:24]
            recall, precision = score_pages(folded, measured)
            print(f"step {step} held-out recall {recall:.4f} precision {precision:.4f}", flush=True)
            options.weights.parent.mkdir(parents=True, exist_ok=True)
            save_file({k: v.contiguous() for k, v in folded.state_dict().items()}, options.weights)
            state = {"step": step, "network": network.state_dict(), "average": average.state_dict()}
            torch.save({**state, "optimiser": optimiser.state_dict()}, checkpoint)


if __name__ == "__main__":
    main()
