"""Train the digit network and the glyph reader on generated pages and write their weights.

``python scripts/train_digits.py RUN --steps 6000`` generates pages as it goes, in as many processes as ``--workers``
says, reports every hundred steps, saves to the folder RUN every five hundred (the same command goes on from there), and
ends by writing ``models/weights/digits.safetensors`` and ``glyphs.safetensors``. It starts from the weights that are
there, or with ``--fresh`` from nothing. ``--minutes`` ends it in time, at the slowest rate of learning, whatever the
number of steps is by then. The figures at the end are of pages that were not trained on.
"""

from __future__ import annotations

import argparse
import math
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lib.crops import CROP, CropStream
from lib.targets import MARK, Targets, draw_targets
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader
from training_pool import TrainingPage, make_training_page

from tablekin.models.networks.digits import (
    DIGIT_HEIGHT,
    SHARPNESS,
    STRIDE,
    WEIGHTS,
    DigitNetwork,
    find_detections,
    pad_to_grain,
)
from tablekin.models.networks.glyphs import GLYPH_WEIGHTS, NOTHING, GlyphReader
from tablekin.models.networks.marks import FRACTIONS, mark_index

_CENTRE = 0.2  # of a mark that is none and is taken for one at most
_MOST_HARD = 4096  # places of these, a batch
_FRACTIONS = torch.tensor([MARK + mark_index(mark) for mark in FRACTIONS])
_NOTHINGS = 32  # places without a glyph that the reader learns from, a crop
_SHARES = (1.0, 1.0, 0.2, 0.7, 1.0, 0.3)  # of the losses, in their order
_CALIBRATING = 4  # batches
_MEASURED = 16  # pages that measure
_MEASURED_SEED = 977


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


def unfold(folded: dict[str, Tensor]) -> DigitNetwork:
    """Return a network with scales that computes what the given folded weights do, once its scales are calibrated."""
    network = DigitNetwork(ChannelScale)
    network.load_state_dict(folded, strict=False)
    return network


def blend(before: dict[str, Tensor], after: DigitNetwork, share: float) -> DigitNetwork:
    """Return the network whose weights lie between two, ``share`` of the way from ``before`` to ``after``, both folded.

    What a network learned first it forgets in part as it is trained on other pages; between the two it often knows both
    (Wortsman et al., Robust fine-tuning of zero-shot models, arXiv 2109.01903).
    """
    between = DigitNetwork()
    between.load_state_dict(
        {name: before[name].lerp(value, share) for name, value in after.state_dict().items()}
    )
    return between.eval().requires_grad_(False)


@torch.no_grad()
def calibrate(network: DigitNetwork, ink: Tensor) -> None:
    """Set the scales so that they change nothing at the mean squares of ``ink (b, 1, h, w)``, layer after layer."""
    handles = []

    def set_scale(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        assert isinstance(module, ChannelScale)
        module.mean_square.copy_(inputs[0].square().mean((0, 2, 3)))
        module.gain.copy_(torch.sqrt(module.mean_square + 1e-6))

    for module in network.modules():
        if isinstance(module, ChannelScale):
            handles.append(module.register_forward_pre_hook(set_scale))
    network.eval()(ink)
    for handle in handles:
        handle.remove()


def digit_loss(z: Tensor, heat: Tensor, weight: Tensor) -> Tensor:
    """Penalty-reduced focal loss of Zhou et al. (arXiv 1904.07850, eq. 1), per digit."""
    logits = SHARPNESS * (z - 0.5)
    probability = logits.sigmoid()
    centre = heat == 1
    positive = (1 - probability).square() * F.logsigmoid(logits) * centre
    negative = (1 - heat) ** 4 * probability.square() * F.logsigmoid(-logits) * ~centre
    return -((positive + negative) * weight).sum() / (centre * weight).sum().clamp(min=1)


def glyph_loss(reader: GlyphReader, fine: Tensor, targets: Targets) -> Tensor:
    """Cross-entropy of the classes at the centres of glyphs, or one cell beside them, and where there is nothing."""
    side = fine.shape[-1]
    page, row, col, label = targets.glyph.unbind(1)
    shift = torch.randint(0, 10, (2, len(page)), device=fine.device)  # a tenth each way lies one cell beside
    row = (row + (shift[0] == 0).long() - (shift[0] == 1).long()).clamp(0, side - 1)
    col = (col + (shift[1] == 0).long() - (shift[1] == 1).long()).clamp(0, side - 1)
    size = (fine.shape[0] * _NOTHINGS,)
    empty_page = torch.randint(0, fine.shape[0], size, device=fine.device)
    empty_row, empty_col = (torch.randint(0, side, size, device=fine.device) for _ in range(2))
    crowded = (targets.heat.amax(1) > 0.02) | (targets.weight.amin(1) < 1)
    empty = ~crowded[empty_page, empty_row, empty_col]
    places = torch.cat(
        [torch.stack([page, row, col]), torch.stack([empty_page, empty_row, empty_col])[:, empty]], 1
    )
    wanted = torch.cat([label, torch.full((int(empty.sum()),), NOTHING, device=fine.device)])
    return F.cross_entropy(reader.classify(fine, places[0], places[1], places[2]).float(), wanted)


def hard_loss(reader: GlyphReader, fine: Tensor, centre: Tensor, targets: Targets) -> Tensor:
    """Cross-entropy where a mark seems to have its centre and has none, and at the digits of fractions.

    Parameters
    ----------
    reader
        The reader.
    fine, centre
        Features ``(b, 48, h, w)`` and the map of the centres of marks ``(b, 1, h, w)``.
    targets
        As of these crops.
    """
    peak = (centre == F.max_pool2d(centre, 3, 1, 1)) & (centre > _CENTRE)
    free = (targets.heat.amax(1, keepdim=True) < 0.25) & (targets.weight.amin(1, keepdim=True) > 0)
    page, _, row, col = torch.nonzero(peak & free, as_tuple=True)
    places = [torch.stack([page, row, col], 1)]
    labels = [torch.full((len(page),), NOTHING, device=fine.device)]
    fractions = targets.glyph[torch.isin(targets.glyph[:, 3], _FRACTIONS.to(fine.device))]
    for down in (-1, 1):
        for right in (-1, 1):
            places.append(fractions[:, :3] + torch.tensor([0, down, right], device=fine.device))
            labels.append(fractions[:, 3])
    at, wanted = torch.cat(places), torch.cat(labels)
    inside = ((at[:, 1:] >= 0) & (at[:, 1:] < fine.shape[-1])).all(1)
    at, wanted = at[inside][:_MOST_HARD], wanted[inside][:_MOST_HARD]
    if not len(at):
        return fine.new_zeros(())
    return F.cross_entropy(reader.classify(fine, *at.unbind(1)).float(), wanted)


def losses(network: DigitNetwork, reader: GlyphReader, batch: dict[str, Tensor]) -> tuple[Tensor, ...]:
    """Losses of the digit maps, boxes, orientation, centres of marks, classes of glyphs, and classes at hard places."""
    ink = (batch["ink"][:, None].float() / 255).contiguous(memory_format=torch.channels_last)
    turned = batch["turns"] > 0
    label = torch.where(turned[:, None], -1, batch["label"].long())
    targets = draw_targets(label, batch["boxes"], batch["ignore"], CROP // STRIDE)
    upright = (~turned).float()
    weight = targets.weight * upright[:, None, None, None]
    fine, coarse = network.trunk(ink)
    z, boxes, orientation = (part.float() for part in network.read_off(fine, coarse))
    of_boxes = ((boxes - targets.box).abs() * targets.box_weight[:, None]).sum()
    inked = (F.avg_pool2d(ink, 16) > 0.08).float()[:, 0]
    centre = reader(fine).float()
    turns = batch["turns"].long()[:, None, None].expand(orientation[:, 0].shape)
    entropy = F.cross_entropy(orientation, turns, reduction="none")
    return (
        digit_loss(z, targets.heat[:, :MARK], weight[:, :MARK]),
        of_boxes / targets.box_weight.sum().clamp(min=1),
        (entropy * inked).sum() / inked.sum().clamp(min=1),
        digit_loss(centre, targets.heat[:, MARK:], weight[:, MARK:]),
        glyph_loss(reader, fine, targets),
        hard_loss(reader, fine, centre.detach() * upright[:, None, None, None], targets),
    )


@torch.inference_mode()
def score_marks(
    network: DigitNetwork, reader: GlyphReader, pages: list[TrainingPage]
) -> tuple[float, float, float]:
    """Share of marks whose centre is found, of marks named rightly at their true place, and of digits likewise."""
    found = marks = named = digits = digits_named = 0
    for page in pages:
        ink = pad_to_grain(torch.from_numpy(page.ink.astype(np.float32) / 255)[None, None])
        fine, _ = network.trunk(ink.contiguous(memory_format=torch.channels_last))
        centres = reader(fine)[0, 0]
        near = F.max_pool2d(centres[None, None], 3, 1, 1)[0, 0]
        for boxes, label, ignore in (
            (page.mark_boxes, page.mark.astype(np.int64) + MARK, page.mark_ignore),
            (page.boxes, page.digit.astype(np.int64), page.ignore),
        ):
            at = ((boxes[~ignore][:, :2] + boxes[~ignore][:, 2:]) / 2 // STRIDE).astype(np.int64)
            inside = ((at >= 0) & (at < np.array(centres.shape[::-1]))).all(1)
            if not inside.any():
                continue
            col, row = torch.from_numpy(at[inside]).unbind(1)
            guess = reader.classify(fine, torch.zeros_like(row), row, col).argmax(1).numpy()
            right = int((guess == label[~ignore][inside]).sum())
            if label.max() >= MARK:
                found += int((near[row, col] > 0.5).sum())
                marks, named = marks + int(inside.sum()), named + right
            else:
                digits, digits_named = digits + int(inside.sum()), digits_named + right
    return found / max(marks, 1), named / max(marks, 1), digits_named / max(digits, 1)


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


def _make_measured(number: int) -> TrainingPage:
    """Make one of the pages that measure, every third of them of signs."""
    return make_training_page((_MEASURED_SEED, number), number % 3 == 2)


def _average(mean: nn.Module, now: nn.Module, decay: float) -> None:
    with torch.no_grad():
        for old, new in zip(mean.state_dict().values(), now.state_dict().values(), strict=True):
            old.lerp_(new, 1 - decay)


def main() -> None:
    """Train, report every hundred steps, save every five hundred and at the end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--batch", type=int, default=6)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--marked", type=float, default=0.4, help="share of pages of signs and fractions")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument(
        "--share", type=float, default=1.0, help="how far to go from the digit network's weights before"
    )
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="the glyph reader's are written beside")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    device, started = torch.device(options.device), time.monotonic()
    options.run.mkdir(parents=True, exist_ok=True)
    checkpoint, step = options.run / "checkpoint.pt", 0
    saved = torch.load(checkpoint, weights_only=True) if checkpoint.exists() else None
    step = int(saved["step"]) if saved else 0
    with ProcessPoolExecutor(max(1, options.workers)) as pool:
        measured = list(pool.map(_make_measured, range(_MEASURED)))
    stream = CropStream(options.seed, step, options.batch, options.marked)
    batches = iter(DataLoader(stream, batch_size=None, num_workers=options.workers, prefetch_factor=4))
    network, average = (
        (DigitNetwork(ChannelScale) if options.fresh else unfold(load_file(WEIGHTS))).to(device)
        for _ in range(2)
    )
    reader, reader_average = (GlyphReader().to(device) for _ in range(2))
    if not options.fresh:
        reader.load_state_dict(load_file(GLYPH_WEIGHTS))
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if not options.fresh and not saved:
        ink = torch.cat([next(batches)["ink"] for _ in range(_CALIBRATING)])
        calibrate(network, ink[:, None].to(device).float() / 255)
    average.load_state_dict(network.state_dict())
    reader_average.load_state_dict(reader.state_dict())
    optimiser = torch.optim.AdamW(
        [*network.parameters(), *reader.parameters()], options.rate, weight_decay=1e-4
    )
    parts_of_state: dict[str, Any] = {
        "network": network,
        "average": average,
        "reader": reader,
        "reader_average": reader_average,
        "optimiser": optimiser,
    }
    if saved:
        for name, part in parts_of_state.items():
            part.load_state_dict(saved[name])
    first, running, since = step, np.zeros(len(_SHARES)), time.monotonic()
    done = step / options.steps
    while done < 1:
        spent = (time.monotonic() - started) / (60 * options.minutes)
        done = max(step / options.steps, spent)
        warm = min(1.0, (step - first + 1) / 100)
        rate = options.rate * warm * (0.02 + 0.98 * (1 + math.cos(math.pi * min(done, 1))) / 2)
        for group in optimiser.param_groups:
            group["lr"] = rate
        network.train()
        batch = {name: values.to(device, non_blocking=True) for name, values in next(batches).items()}
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            parts = losses(network, reader, batch)
        torch.stack([share * part for share, part in zip(_SHARES, parts, strict=True)]).sum().backward()
        nn.utils.clip_grad_norm_([*network.parameters(), *reader.parameters()], 5.0)
        optimiser.step()
        optimiser.zero_grad()
        step += 1
        decay = min(0.998, 1 - 10 / (step - first + 10))
        _average(average, network, decay)
        _average(reader_average, reader, decay)
        running += 0.01 * torch.stack([part.detach() for part in parts]).cpu().numpy()
        if step % 100 == 0:
            seconds = (time.monotonic() - since) / 100
            print(f"step {step} loss {running.round(3)} rate {rate:.2e} {seconds:.3f} s/step", flush=True)
            running, since = np.zeros(len(_SHARES)), time.monotonic()
        if step % 500 == 0 or done >= 1:
            state = {name: part.state_dict() for name, part in parts_of_state.items()}
            torch.save({"step": step, **state}, checkpoint)
    folded, glyphs = fold(average.cpu()), reader_average.cpu().eval()
    if options.share < 1 and not options.fresh:
        folded = blend(load_file(WEIGHTS), folded, options.share)
    recall, precision = score_pages(folded, measured)
    print(f"step {step} held-out recall {recall:.4f} precision {precision:.4f}", flush=True)
    marks, named, digits = score_marks(folded, glyphs, measured)
    print(f"marks found {marks:.4f}, named {named:.4f}; digits named {digits:.4f}", flush=True)
    for module, path in ((folded, options.weights), (glyphs, options.weights.with_name(GLYPH_WEIGHTS.name))):
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file({name: values.contiguous() for name, values in module.state_dict().items()}, path)


if __name__ == "__main__":
    main()
