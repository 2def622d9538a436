"""Train the handwriting reader on digits of generated pages and write its weights.

``python scripts/train_handwriting.py RUN --processes 2`` fetches fonts of handwriting by npm, generates pages of print
and of digits by hand, and keeps the features of their digits in the folder RUN, so that a run that was broken off goes
on. Every fifth ten of pages is of faces that are not trained on; the figures at the end are theirs. Two processor cores
are enough.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from lib.handwriting_pages import KINDS, UNSEEN, digits_of, faces_of, make_page
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.networks.digits import load_digit_network
from tablekin.models.networks.handwriting import HANDWRITING_WEIGHTS, HandwritingReader

_BATCH, _DECAY, _DROPPED = 512, 1e-2, (0.2, 0.3)  # dropped: of the features, of the hidden units
_MIN_SPREAD = 0.05  # of a feature, by which it is divided at least


def keep_page(number: int, seed: int, run: Path, faces: dict[str, list[Path]]) -> None:
    """Make a page and keep its digits; one that is there already stays as it is."""
    kept = run / f"{number:05d}.npz"
    if kept.exists():
        return
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    page = make_page((seed, number), faces)
    features, by_hand = digits_of(page, load_digit_network(), np.random.default_rng((seed, number, 1)))
    part = kept.with_suffix(".part.npz")
    np.savez(part, features=features, by_hand=by_hand, kind=page.kind, face=page.face)
    part.rename(kept)


def train(
    features: NDArray[np.float16], by_hand: NDArray[np.bool_], epochs: int, rate: float
) -> HandwritingReader:
    """Train a reader on digits ``(n, 1200)`` and whether they are written by hand ``(n,)``."""
    reader = HandwritingReader()
    mean = torch.from_numpy(features.mean(0, dtype=np.float32))
    spread = torch.from_numpy(features.std(0, dtype=np.float32)).clamp(min=_MIN_SPREAD)
    truth = torch.from_numpy(by_hand).float()
    optimiser = torch.optim.AdamW(reader.parameters(), rate, weight_decay=_DECAY)
    steps, done = epochs * (len(truth) // _BATCH), 0
    for _ in range(epochs):
        for chosen in torch.randperm(len(truth))[: len(truth) // _BATCH * _BATCH].split(_BATCH):
            for group in optimiser.param_groups:
                group["lr"] = rate * min(1.0, (done + 1) / 30) * (1 + math.cos(math.pi * done / steps)) / 2
            seen = F.dropout((torch.from_numpy(features[chosen]).float() - mean) / spread, _DROPPED[0])
            hidden = F.dropout(F.relu(reader.hidden(seen)), _DROPPED[1])
            loss = F.binary_cross_entropy_with_logits(reader.out(hidden)[:, 0], truth[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            done += 1
    return _folded(reader, mean, spread).eval().requires_grad_(False)


@torch.no_grad()
def _folded(reader: HandwritingReader, mean: Tensor, spread: Tensor) -> HandwritingReader:
    """Put mean and spread of the features into the weights."""
    weight = reader.hidden.weight / spread
    reader.hidden.bias.sub_(weight @ mean)
    reader.hidden.weight = nn.Parameter(weight)
    return reader


def measure(
    reader: HandwritingReader,
    features: NDArray[np.float16],
    by_hand: NDArray[np.bool_],
    pages: NDArray[np.int64],
) -> dict[str, Any]:
    """Share of digits told rightly, and the mean probability of being by hand of pages of each kind."""
    with torch.inference_mode():
        probability = reader(torch.from_numpy(features).float()).sigmoid().numpy()
    figures: dict[str, Any] = {
        "digits": len(by_hand),
        "told rightly": round(float(((probability > 0.5) == by_hand).mean()), 4),
    }
    for kind in dict.fromkeys(KINDS):
        of_kind = [page for page in np.unique(pages) if KINDS[page % len(KINDS)] == kind]
        means = [float(probability[pages == page].mean()) for page in of_kind]
        figures[kind] = {
            "pages": len(means),
            **{
                name: round(float(np.quantile(means, at)), 3)
                for name, at in (("lowest", 0), ("median", 0.5), ("highest", 1))
            },
        }
    return figures


def main() -> None:
    """Make pages, train, print figures of unseen faces, write the weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("--pages", type=int, default=700)
    parser.add_argument("--processes", type=int, default=2, help="that make pages")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=83)
    parser.add_argument("--out", type=Path, default=HANDWRITING_WEIGHTS)
    options = parser.parse_args()
    if options.pages < len(KINDS) * UNSEEN:
        parser.error(f"--pages must be {len(KINDS) * UNSEEN} or more, so that there are some to measure on")
    began = time.monotonic()
    options.run.mkdir(parents=True, exist_ok=True)
    faces = faces_of(options.run / "fonts")
    with ProcessPoolExecutor(options.processes) as pool:
        keep = partial(keep_page, seed=options.seed, run=options.run, faces=faces)
        for number, _ in enumerate(pool.map(keep, range(options.pages), chunksize=4), 1):
            if number % 100 == 0:
                print(f"{number} pages, {time.monotonic() - began:.0f} s", flush=True)
    torch.manual_seed(options.seed)
    kept = [np.load(options.run / f"{number:05d}.npz") for number in range(options.pages)]
    features = np.concatenate([page["features"] for page in kept])
    by_hand = np.concatenate([page["by_hand"] for page in kept])
    pages = np.repeat(np.arange(options.pages), [len(page["by_hand"]) for page in kept])
    unseen = pages // len(KINDS) % UNSEEN == UNSEEN - 1
    trained = time.monotonic()
    reader = train(features[~unseen], by_hand[~unseen], options.epochs, options.rate)
    figures = measure(reader, features[unseen], by_hand[unseen], pages[unseen])
    figures |= {
        "trained on": int((~unseen).sum()),
        "seconds of pages": round(trained - began),
        "seconds of training": round(time.monotonic() - trained),
    }
    print(json.dumps(figures, indent=1))
    weights = {
        name: (values.half() if values.ndim > 1 else values).contiguous()
        for name, values in reader.state_dict().items()
    }
    save_file(weights, options.out)


if __name__ == "__main__":
    main()
