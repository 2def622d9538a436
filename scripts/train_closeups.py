"""Train the close-up reader on windows of generated pages and write its weights and its model card.

``python scripts/train_closeups.py RUN POOL...`` cuts windows from the pages of the POOLs (``training_pool.py``, with
``--marked`` for pages of signs, fractions and letters), anew for every round, and saves to the folder RUN after each;
the same command goes on from there, ``--minutes`` ends it sooner. After the last round it writes
``models/weights/closeups.safetensors`` and the figures that its card (``closeups.md``) quotes. Pages whose number ends
in 7 are not trained on; the figures are of them. One processor core is enough.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import torch
from lib.closeup_card import card
from lib.closeup_windows import cut_windows_of
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F
from training_pool import MADE, TrainingPage, load_page

from tablekin.models.networks.architecture import DIGITS
from tablekin.models.networks.closeups import CLOSEUP_WEIGHTS, WINDOW, CloseupReader
from tablekin.models.networks.glyphs import NOTHING
from tablekin.models.networks.marks import MARKS

_BATCH, _WINDOWS, _MEASURED = 256, 40_000, 20_000
_BINS = (0.0, 0.5, 0.8, 0.95, 0.99, 1.01)
_BOXES = 0.5  # share of the loss of boxes
_NAMES = (*(str(digit) for digit in range(DIGITS)), *MARKS, "nothing")


def _batch(ink: NDArray[np.uint8], chosen: NDArray[np.intp]) -> Tensor:
    return torch.from_numpy(ink[chosen])[:, None].float() / 255


def train_round(
    reader: CloseupReader,
    optimiser: torch.optim.Optimizer,
    windows: tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.float32]],
    rates: tuple[float, float],
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Show all windows once, the rate of learning going from the first to the second; the mean losses."""
    ink, label, boxes = windows
    reader.train()
    steps = len(label) // _BATCH
    sums = np.zeros(2)
    for step, chosen in enumerate(np.split(rng.permutation(len(label))[: steps * _BATCH], steps)):
        for group in optimiser.param_groups:
            group["lr"] = rates[0] + (rates[1] - rates[0]) * step / steps
        scores, found = reader(_batch(ink, chosen))
        wanted = torch.from_numpy(boxes[chosen])
        named = F.cross_entropy(scores, torch.from_numpy(label[chosen]))
        placed = (found - wanted).abs()[torch.isfinite(wanted)].mean()
        optimiser.zero_grad()
        (named + _BOXES * placed).backward()
        nn.utils.clip_grad_norm_(reader.parameters(), 5.0)
        optimiser.step()
        sums += float(named.detach()), float(placed.detach())
    return float(sums[0] / steps), float(sums[1] / steps)


@torch.inference_mode()
def measure(
    reader: CloseupReader, windows: tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.float32]]
) -> dict[str, object]:
    """Share of windows named rightly, of digits, marks, and nothing; how true probabilities are; what is mixed up."""
    ink, label, _ = windows
    reader.eval()
    shares = np.array_split(np.arange(len(label)), 40)
    parts = [reader(_batch(ink, chosen))[0].softmax(1) for chosen in shares if len(chosen)]
    probability = torch.cat(parts).numpy()
    best, sure = probability.argmax(1), probability.max(1)
    right = best == label
    kinds = {
        "digits": label < DIGITS,
        "marks": (label >= DIGITS) & (label < NOTHING),
        "nothing": label == NOTHING,
    }
    pairs, counts = np.unique(np.stack([label[~right], best[~right]]), axis=1, return_counts=True)
    most = np.argsort(-counts)[:12]
    sure_ones = {}
    for low, high in pairwise(_BINS):
        within = (sure >= low) & (sure < high)
        if within.any():
            told = round(float(sure[within].mean()), 4), round(float(right[within].mean()), 4)
            sure_ones[f"{low} to {min(high, 1)}"] = (int(within.sum()), *told)
    return {
        **{name: round(float(right[chosen].mean()), 4) for name, chosen in kinds.items()},
        "sure": sure_ones,
        "mixed up": [
            f"{_NAMES[a]} as {_NAMES[b]} ({n})" for (a, b), n in zip(pairs.T[most], counts[most], strict=True)
        ],
    }


def _pages(pools: list[Path]) -> tuple[list[TrainingPage], list[TrainingPage]]:
    paths = [path for pool in pools for path in sorted(pool.glob("*[0-9].png"))]
    held = [path for path in paths if path.stem[-1] == "7"]
    return [load_page(path) for path in paths if path not in held], [load_page(path) for path in held]


class CloseupTraining:
    """A reader while it learns, and how far it is; saved to a file after every round."""

    def __init__(self, checkpoint: Path, rate: float) -> None:
        self.reader = CloseupReader()
        self._checkpoint = checkpoint
        self._optimiser = torch.optim.AdamW(self.reader.parameters(), rate, weight_decay=1e-3)
        self._rate = rate
        self.done, self.seconds = 0, 0.0
        if checkpoint.exists():
            saved = torch.load(checkpoint, weights_only=True)
            self.reader.load_state_dict(saved["reader"])
            self._optimiser.load_state_dict(saved["optimiser"])
            self.done, self.seconds = saved["done"], saved["seconds"]

    def learn(self, pages: list[TrainingPage], rounds: int, seed: int) -> None:
        """Train one round of as many, on windows cut for it, and save."""
        began = time.monotonic()
        rng = np.random.default_rng((seed, self.done))
        shares = [0.01 + 0.99 * (1 + math.cos(math.pi * (self.done + k) / rounds)) / 2 for k in (0, 1)]
        rates = (self._rate * shares[0], self._rate * shares[1])
        windows = cut_windows_of(pages, _WINDOWS, rng)
        losses = train_round(self.reader, self._optimiser, windows, rates, rng)
        self.done += 1
        self.seconds += time.monotonic() - began
        part = self._checkpoint.with_suffix(".part")
        state = {"reader": self.reader.state_dict(), "optimiser": self._optimiser.state_dict()}
        torch.save({**state, "done": self.done, "seconds": self.seconds}, part)
        part.rename(self._checkpoint)
        print(
            f"round {self.done} of {rounds}: loss {losses[0]:.4f}, boxes {losses[1]:.4f}, {self.seconds:.0f} s",
            flush=True,
        )


def main() -> None:
    """Train, measure and write the weights and their card."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("pools", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=32, help=f"of {_WINDOWS:,} windows")
    parser.add_argument("--minutes", type=float, default=math.inf, help="end after these, to go on later")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=83)
    parser.add_argument("--out", type=Path, default=CLOSEUP_WEIGHTS)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.manual_seed(options.seed)
    options.run.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    training = CloseupTraining(options.run / "checkpoint.pt", options.rate)
    pages, held = _pages(options.pools)
    while training.done < options.rounds and time.monotonic() - began < 60 * options.minutes:
        training.learn(pages, options.rounds, options.seed)
    reader = training.reader
    figures = measure(reader, cut_windows_of(held, _MEASURED, np.random.default_rng(7)))
    figures |= {"pages": len(pages), "held": len(held)}
    figures |= {"rounds": training.done, "seconds": round(training.seconds)}
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    save_file({name: values.contiguous() for name, values in reader.eval().state_dict().items()}, options.out)
    told = {
        "weights": sum(values.numel() for values in reader.state_dict().values()) / 1e6,
        "window": WINDOW,
        "windows": _WINDOWS,
        "measured": _MEASURED,
        "total": options.rounds,
        "seed": options.seed,
        "pools": " ".join(f"POOL{number + 1}" for number in range(len(options.pools))),
        "commands": [
            f"python scripts/training_pool.py POOL{number + 1} {how}"
            for number, pool in enumerate(options.pools)
            for how in (pool / MADE).read_text("utf-8").splitlines()
        ],
    }
    options.out.with_suffix(".md").write_text(card(figures | told), "utf-8")


if __name__ == "__main__":
    main()
