"""Train the close-up reader on windows of generated pages and write its weights and its model card.

``python scripts/train_closeups.py RUN`` lets processes generate pages (``training_pool.py``), puts them beside one
another on the device (``--device cuda``), and cuts windows out of them there, spoilt anew each time, while more pages
come in; ``--pool`` names folders of pages to begin with. A wider reader learns beside the one that ships and is its
teacher. It ends after ``--minutes``, and the rate of learning falls until then. RUN keeps where it stands, twice a
minute; the same command goes on from there. At last it writes ``closeups.safetensors`` and its card ``closeups.md``
(``--out``), with figures of every twentieth page, which is not trained on, and prints them beside those of the weights
that were there before. Five minutes of a GPU with sixteen processor cores are enough.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from lib.closeup_card import card
from lib.closeup_windows import Places, WindowSource, choose_places
from lib.page_stream import PageStream, ShownPage
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F
from training_pool import load_page

from tablekin.models.networks.architecture import DIGITS
from tablekin.models.networks.closeups import (
    CLOSEUP_WEIGHTS,
    WINDOW,
    CloseupReader,
    load_closeup_reader,
)
from tablekin.models.networks.glyphs import NOTHING
from tablekin.models.networks.marks import FRACTIONS, MARKS

_READERS: dict[str, Callable[[], CloseupReader]] = {
    "teacher": partial(CloseupReader, (48, 96, 160, 224), 512),
    "closeups": CloseupReader,
}
_BINS = (0.0, 0.5, 0.8, 0.95, 0.99, 1.01)
_BOXES = 0.5  # share of the loss of boxes
_TAUGHT = 0.5  # share of what the teacher says in what a reader learns
_HELD_EVERY, _MOST_HELD = 20, 120  # pages: one of so many is held back, until there are so many
_FIRST_PAGES = 48  # that the training waits for
_ROOM = {"cuda": 24 << 30, "cpu": 1 << 30}  # bytes of ink on the device
_STEADY = 0.9995  # of the mean over the steps that is written at last
_SAVED = 30.0  # seconds
_WARM = 400  # steps in which the rate of learning rises
_NAMES = (*(str(digit) for digit in range(DIGITS)), *MARKS, "nothing")
_KINDS = {
    "points": ".,·:;",
    "primes and quotes": "'\"′″„”“°",
    "plus, minus, dashes": "+−–—±=",
    "references": "*†‡§¶()[]!?/",
    "money": "£$%&",
    "fractions": FRACTIONS,
    "zodiac, planets": "♈♉♊♋♌♍♎♏♐♑♒♓☉☽☿♀♂♃♄",
    "O, o, I, l, i, j": "OoIlij",
}


@dataclass(frozen=True)
class Windows:
    """Windows that were cut, ``n`` of them."""

    ink: Tensor  # (n, 1, WINDOW, WINDOW)
    label: Tensor  # (n,)
    boxes: Tensor  # (n, 4)


def loss_of(found: tuple[Tensor, Tensor], windows: Windows, taught: Tensor | None) -> Tensor:
    """Measure how far scores and boxes are off; ``taught`` are the teacher's log-probabilities, ``(n, CLASSES)``."""
    scores, boxes = (part.float() for part in found)
    named = F.cross_entropy(scores, windows.label)
    if taught is not None:
        away = F.kl_div(scores.log_softmax(1), taught, log_target=True, reduction="batchmean")
        named = (1 - _TAUGHT) * named + _TAUGHT * away
    known = torch.isfinite(windows.boxes)
    placed = ((boxes - windows.boxes.nan_to_num()).abs() * known).sum() / known.sum().clamp(min=1)
    return named + _BOXES * placed


@dataclass
class CloseupTraining:
    """Readers while they learn, and how far they are."""

    device: str
    rate: float
    makers: dict[str, Callable[[], CloseupReader]] = field(default_factory=lambda: _READERS)
    step: int = 0
    seconds: float = 0.0  # of learning
    shown: int = 0  # windows
    pages: int = 0

    def __post_init__(self) -> None:
        self.readers = {name: make().to(self.device) for name, make in self.makers.items()}
        self.steady = {
            name: {key: value.detach().clone() for key, value in reader.state_dict().items()}
            for name, reader in self.readers.items()
        }
        weights = [weight for reader in self.readers.values() for weight in reader.parameters()]
        self.optimiser = torch.optim.AdamW(weights, self.rate, weight_decay=1e-3)
        self._pair()

    def _pair(self) -> None:
        """List the weights beside their means over the steps."""
        pairs = [
            (self.steady[name][key], value)
            for name, reader in self.readers.items()
            for key, value in reader.state_dict().items()
            if value.is_floating_point()
        ]
        self._means, self._values = [mean for mean, _ in pairs], [value for _, value in pairs]

    def learn(self, windows: Windows, share: float) -> dict[str, Tensor]:
        """Learn from some windows; ``share`` of the time is over. Gives the losses."""
        rate = self.rate * (0.005 + 0.995 * (1 + math.cos(math.pi * min(share, 1))) / 2)
        for group in self.optimiser.param_groups:
            group["lr"] = rate * min(1.0, (self.step + 1) / _WARM)
        losses, taught = {}, None
        for name, reader in self.readers.items():
            reader.train()
            with torch.autocast(self.device, torch.bfloat16, enabled=self.device == "cuda"):
                found = reader(windows.ink)
            losses[name] = loss_of(found, windows, taught)
            taught = found[0].detach().float().log_softmax(1) if name == "teacher" else taught
        self.optimiser.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        for reader in self.readers.values():
            nn.utils.clip_grad_norm_(reader.parameters(), 5.0)
        self.optimiser.step()
        self.step += 1
        self.shown += len(windows.label)
        kept = min(_STEADY, self.step / (self.step + 10))
        torch._foreach_lerp_(self._means, self._values, 1 - kept)
        return {name: loss.detach() for name, loss in losses.items()}

    def save(self, path: Path) -> None:
        """Write where the training stands, whole or not at all."""
        part = path.with_suffix(".part")
        state = {
            "readers": {name: reader.state_dict() for name, reader in self.readers.items()},
            "steady": self.steady,
            "optimiser": self.optimiser.state_dict(),
            "told": (self.step, self.seconds, self.shown, self.pages),
        }
        torch.save(state, part)
        part.rename(path)

    def resume(self, path: Path) -> None:
        """Go on from what :meth:`save` wrote, if it is there."""
        if not path.exists():
            return
        state = torch.load(path, weights_only=True, map_location=self.device)
        for name, reader in self.readers.items():
            reader.load_state_dict(state["readers"][name])
        self.steady = state["steady"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds, self.shown, self.pages = state["told"]
        self._pair()

    def write(self, folder: Path) -> None:
        """Write the weights of the reader, not those of its teacher, as tablekin reads them: matrices in float16."""
        state = {
            key: (value.half() if value.ndim > 1 else value).contiguous().cpu()
            for key, value in self.steady["closeups"].items()
        }
        save_file(state, folder / CLOSEUP_WEIGHTS.name)

    def finished(self, name: str) -> CloseupReader:
        """Give a reader with the mean of its weights over the last steps."""
        reader = self.makers[name]()
        reader.load_state_dict(self.steady[name])
        return reader.to(self.device).eval()


@torch.inference_mode()
def measure(reader: CloseupReader, windows: Windows) -> dict[str, object]:
    """Share of windows named rightly, by kind; how true probabilities are; what is mixed up most."""
    reader.eval()
    probability = (
        torch.cat([reader(part)[0].float().softmax(1) for part in windows.ink.split(4096)]).cpu().numpy()
    )
    label = windows.label.cpu().numpy()
    best, sure = probability.argmax(1), probability.max(1)
    right = best == label
    kinds = {
        "digits": label < DIGITS,
        "marks": (label >= DIGITS) & (label < NOTHING),
        "nothing": label == NOTHING,
    }
    kinds |= {
        name: np.isin(label, [DIGITS + MARKS.index(one) for one in signs]) for name, signs in _KINDS.items()
    }
    pairs, counts = np.unique(np.stack([label[~right], best[~right]]), axis=1, return_counts=True)
    most = np.argsort(-counts)[:16]
    sure_ones = {}
    for low, high in pairwise(_BINS):
        within = (sure >= low) & (sure < high)
        if within.any():
            told = round(float(sure[within].mean()), 4), round(float(right[within].mean()), 4)
            sure_ones[f"{low} to {min(high, 1)}"] = (int(within.sum()), *told)
    return {
        **{name: round(float(right[chosen].mean()), 4) for name, chosen in kinds.items() if chosen.any()},
        "sure": sure_ones,
        "mixed up": [
            f"{_NAMES[a]} as {_NAMES[b]} ({n})" for (a, b), n in zip(pairs.T[most], counts[most], strict=True)
        ],
    }


@dataclass
class PageIntake:
    """Pages as they come in: some are held back, the others are shown."""

    shown: WindowSource
    held: WindowSource
    taken: int = 0

    def take(self, pages: list[ShownPage]) -> None:
        """Take pages in."""
        for ink, at, label, boxes in pages:
            is_held = self.taken % _HELD_EVERY == _HELD_EVERY // 2 and self.held.pages < _MOST_HELD
            (self.held if is_held else self.shown).add(ink, Places(at, label, boxes))
            self.taken += 1
        if pages:
            self.shown.settle()


def _pooled(pools: list[Path]) -> list[ShownPage]:
    rng = np.random.default_rng(5)
    pages = []
    for path in [path for pool in pools for path in sorted(pool.glob("*[0-9].png"))]:
        page = load_page(path)
        places = choose_places(page, rng)
        pages.append((page.ink, places.at, places.label, places.boxes))
    return pages


def main() -> None:
    """Train, measure and write the weights and their figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument(
        "--pool", type=Path, action="append", default=[], help="folder of pages to begin with"
    )
    parser.add_argument("--minutes", type=float, default=6.0, help="of learning, all runs together")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--processes", type=int, default=15, help="that generate pages")
    parser.add_argument("--batch", type=int, default=4096, help="windows a step")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--measured", type=int, default=60_000, help="windows that the figures are of")
    parser.add_argument("--seed", type=int, default=97)
    parser.add_argument("--out", type=Path, default=CLOSEUP_WEIGHTS.parent)
    options = parser.parse_args()
    began = time.monotonic()
    torch.manual_seed(options.seed)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    options.run.mkdir(parents=True, exist_ok=True)
    options.out.mkdir(parents=True, exist_ok=True)
    checkpoint = options.run / "checkpoint.pt"
    training = CloseupTraining(options.device, options.rate)
    training.resume(checkpoint)
    device = training.device
    random = torch.Generator(device).manual_seed(options.seed + training.step)
    intake = PageIntake(WindowSource(_ROOM[device], device), WindowSource(_ROOM[device] // 8, device))
    stream = PageStream(options.processes, options.seed, training.pages)
    intake.take(_pooled(options.pool))
    print(f"{intake.taken} pages of pools, {time.monotonic() - began:.0f} s", flush=True)
    while intake.shown.pages < _FIRST_PAGES and stream.alive:
        intake.take(stream.take(16, 5.0))
    print(f"{intake.taken} pages, learning begins, {time.monotonic() - began:.0f} s", flush=True)
    before, start, last = training.seconds, time.monotonic(), time.monotonic()
    while training.seconds < 60 * options.minutes:
        if training.step % 8 == 0:
            intake.take(stream.take(32))
        share = training.seconds / (60 * options.minutes)
        losses = training.learn(Windows(*intake.shown.draw(options.batch, random)), share)
        training.seconds = before + time.monotonic() - start
        if time.monotonic() - last > _SAVED or training.step in (1, 10, 100, 500):
            of_each = ", ".join(f"{name} {float(loss):.4f}" for name, loss in losses.items())
            print(
                f"step {training.step}, {training.shown:,} windows, {intake.taken} pages, "
                f"{training.seconds:.0f} s: {of_each}",
                flush=True,
            )
            if time.monotonic() - last > _SAVED:
                training.save(checkpoint)
                training.write(options.out)
                last = time.monotonic()
    stream.close()
    training.pages += intake.taken
    training.save(checkpoint)
    intake.held.settle()
    windows = Windows(*intake.held.draw(options.measured, torch.Generator(device).manual_seed(7)))
    readers = {name: training.finished(name) for name in training.readers}
    if CLOSEUP_WEIGHTS.is_file():
        readers["before"] = load_closeup_reader(device=device)
    figures = {name: measure(reader, windows) for name, reader in readers.items()}
    told: dict[str, object] = {
        "pages": intake.shown.pages,
        "held": intake.held.pages,
        "shown": training.shown,
        "steps": training.step,
        "seconds": round(training.seconds),
        "device": device,
        "measured": options.measured,
    }
    print(json.dumps(figures | told, ensure_ascii=False, indent=1))
    training.write(options.out)
    weights = sum(values.numel() for values in training.steady["closeups"].values()) / 1e6
    told |= {"weights": weights, "window": WINDOW, "batch": options.batch, "command": " ".join(sys.argv[1:])}
    (options.out / "closeups.md").write_text(card(figures["closeups"], figures.get("before"), told), "utf-8")


if __name__ == "__main__":
    main()
