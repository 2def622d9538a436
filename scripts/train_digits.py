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

import numpy as np
import torch
from lib.channel_scale import ChannelScale, blend, calibrate, fold, unfold
from lib.crops import CropStream
from lib.digit_losses import SHARES, losses
from lib.page_scores import score_marks, score_pages
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.utils.data import DataLoader
from training_pool import TrainingPage, make_training_page

from tablekin.models.networks.digits import WEIGHTS, DigitNetwork
from tablekin.models.networks.glyphs import GLYPH_WEIGHTS, GlyphReader

_CALIBRATING = 4  # batches
_MEASURED = 16  # pages that measure
_MEASURED_SEED = 977
_REPORTED = 100  # steps from one line to the next
_SAVED = 500  # steps from one checkpoint to the next


class Training:
    """A network and a reader while they learn, the averages of their weights, and how far they are."""

    def __init__(self, device: torch.device, rate: float, fresh: bool) -> None:
        self._device = device
        self.network, self.average = (
            (DigitNetwork(ChannelScale) if fresh else unfold(load_file(WEIGHTS))).to(device) for _ in range(2)
        )
        self.reader, self.reader_average = (GlyphReader().to(device) for _ in range(2))
        if not fresh:
            self.reader.load_state_dict(load_file(GLYPH_WEIGHTS))
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._parameters = [*self.network.parameters(), *self.reader.parameters()]
        self.optimiser = torch.optim.AdamW(self._parameters, rate, weight_decay=1e-4)
        self.step = self._first = 0

    def calibrate(self, ink: Tensor) -> None:
        """Set the scales of weights that were folded by ``ink (b, h, w)``, 0 to 255."""
        calibrate(self.network, ink[:, None].to(self._device).float() / 255)

    def begin(self) -> None:
        """Let the averages start from the weights as they are."""
        self.average.load_state_dict(self.network.state_dict())
        self.reader_average.load_state_dict(self.reader.state_dict())

    def learn(self, batch: dict[str, Tensor], rate: float) -> Tensor:
        """Take one step at a rate of learning, which is lower in the first hundred; the losses, unweighted."""
        warm = min(1.0, (self.step - self._first + 1) / 100)
        for group in self.optimiser.param_groups:
            group["lr"] = warm * rate
        self.network.train()
        batch = {name: values.to(self._device, non_blocking=True) for name, values in batch.items()}
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._device.type == "cuda"):
            parts = losses(self.network, self.reader, batch)
        torch.stack([share * part for share, part in zip(SHARES, parts, strict=True)]).sum().backward()
        nn.utils.clip_grad_norm_(self._parameters, 5.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.step += 1
        decay = min(0.998, 1 - 10 / (self.step - self._first + 10))
        _average(self.average, self.network, decay)
        _average(self.reader_average, self.reader, decay)
        return torch.stack([part.detach() for part in parts]).cpu()

    def save(self, checkpoint: Path) -> None:
        """Save everything that the training goes on from."""
        states = {name: part.state_dict() for name, part in self._parts().items()}
        torch.save({"step": self.step, **states}, checkpoint)

    def go_on_from(self, checkpoint: Path) -> None:
        """Restore what :meth:`save` saved."""
        saved = torch.load(checkpoint, weights_only=True)
        self.step = self._first = int(saved["step"])
        for name, part in self._parts().items():
            part.load_state_dict(saved[name])

    def _parts(self) -> dict[str, nn.Module | torch.optim.Optimizer]:
        return {
            "network": self.network,
            "average": self.average,
            "reader": self.reader,
            "reader_average": self.reader_average,
            "optimiser": self.optimiser,
        }


def _average(mean: nn.Module, now: nn.Module, decay: float) -> None:
    with torch.no_grad():
        for old, new in zip(mean.state_dict().values(), now.state_dict().values(), strict=True):
            old.lerp_(new, 1 - decay)


def _make_measured(number: int) -> TrainingPage:
    """Make one of the pages that measure, every third of them of signs."""
    return make_training_page((_MEASURED_SEED, number), number % 3 == 2)


def train(options: argparse.Namespace) -> tuple[Training, list[TrainingPage]]:
    """Train until the steps are done or the minutes are over; also the pages that measure."""
    torch.manual_seed(options.seed)
    started = time.monotonic()
    options.run.mkdir(parents=True, exist_ok=True)
    checkpoint = options.run / "checkpoint.pt"
    resumed = checkpoint.exists()
    with ProcessPoolExecutor(max(1, options.workers)) as pool:
        measured = list(pool.map(_make_measured, range(_MEASURED)))
    step = int(torch.load(checkpoint, weights_only=True)["step"]) if resumed else 0
    stream = CropStream(options.seed, step, options.batch, options.marked)
    batches = iter(DataLoader(stream, batch_size=None, num_workers=options.workers, prefetch_factor=4))
    training = Training(torch.device(options.device), options.rate, options.fresh)
    if not options.fresh and not resumed:
        training.calibrate(torch.cat([next(batches)["ink"] for _ in range(_CALIBRATING)]))
    training.begin()
    if resumed:
        training.go_on_from(checkpoint)
    running, since = np.zeros(len(SHARES)), time.monotonic()
    done = training.step / options.steps
    while done < 1:
        spent = (time.monotonic() - started) / (60 * options.minutes)
        done = max(training.step / options.steps, spent)
        rate = options.rate * (0.02 + 0.98 * (1 + math.cos(math.pi * min(done, 1))) / 2)
        running += training.learn(next(batches), rate).numpy() / _REPORTED
        if training.step % _REPORTED == 0:
            seconds = (time.monotonic() - since) / _REPORTED
            print(
                f"step {training.step} loss {running.round(3)} rate {rate:.2e} {seconds:.3f} s/step",
                flush=True,
            )
            running, since = np.zeros(len(SHARES)), time.monotonic()
        if training.step % _SAVED == 0 or done >= 1:
            training.save(checkpoint)
    return training, measured


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
    training, measured = train(options)
    folded, glyphs = fold(training.average.cpu()), training.reader_average.cpu().eval()
    if options.share < 1 and not options.fresh:
        folded = blend(load_file(WEIGHTS), folded, options.share)
    recall, precision = score_pages(folded, measured)
    print(f"step {training.step} held-out recall {recall:.4f} precision {precision:.4f}", flush=True)
    marks, named, digits = score_marks(folded, glyphs, measured)
    print(f"marks found {marks:.4f}, named {named:.4f}; digits named {digits:.4f}", flush=True)
    for module, path in ((folded, options.weights), (glyphs, options.weights.with_name(GLYPH_WEIGHTS.name))):
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file({name: values.contiguous() for name, values in module.state_dict().items()}, path)


if __name__ == "__main__":
    main()
