"""Train the glyph reader alone, on features of the digit network as it is, and write its weights.

``python scripts/train_glyphs.py RUN POOL...`` cuts crops from the pages of the POOLs (``training_pool.py``, with
``--marked`` for pages of signs, fractions and letters), computes the digit network's features of them once, into the
folder RUN, and trains the reader from where its weights stand. Features that are there already are kept as they are, so
that a run that was broken off goes on. Pages whose number ends in 7 are not trained on; the figures at the end are
theirs, before and after. Two processor cores are enough.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from lib.crops import CROP, NONE, Crop, cut_crop
from lib.digit_losses import digit_loss, glyph_loss, hard_loss
from lib.page_scores import score_marks
from lib.targets import MARK, draw_targets
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from training_pool import TrainingPage, load_page

from tablekin.models.networks.digits import STRIDE, load_digit_network
from tablekin.models.networks.glyphs import GLYPH_WEIGHTS, GlyphReader, load_glyph_reader

_CROPS_A_PAGE, _BATCH, _DECAY = 6, 12, 0.99


def cut_crops(page: TrainingPage, seed: int) -> list[Crop]:
    """Cut crops of a page, the same for the same seed."""
    rng = np.random.default_rng(seed)
    return [cut_crop(page, rng) for _ in range(_CROPS_A_PAGE)]


def _gather(run: Path, pages: list[Path]) -> list[dict[str, Tensor]]:
    """Compute the features that are not there yet, and load all: ``fine``, ``label``, ``boxes``, ``ignore`` a crop."""
    crops = []
    for number, path in enumerate(pages):
        cut = cut_crops(load_page(path), number)
        kept = run / f"{path.stem}.pt"
        if not kept.exists():
            with torch.inference_mode():
                ink = torch.from_numpy(np.stack([crop.ink for crop in cut]))[:, None]
                fine = load_digit_network().trunk(ink)[0].half().clone()
            part = kept.with_suffix(".part")
            torch.save({"fine": fine}, part)
            part.rename(kept)
        features = torch.load(kept, weights_only=True)["fine"]
        for fine, crop in zip(features, cut, strict=True):
            known = {name: torch.from_numpy(getattr(crop, name)) for name in ("label", "boxes", "ignore")}
            crops.append({"fine": fine, **known})
    return crops


def train(reader: GlyphReader, crops: list[dict[str, Tensor]], epochs: int, rate: float) -> GlyphReader:
    """Train a reader; gives back the average of its weights over the last hundred steps or so."""
    average = GlyphReader()
    average.load_state_dict(reader.state_dict())
    reader.requires_grad_(True).train()
    optimiser = torch.optim.AdamW(reader.parameters(), rate, weight_decay=1e-3)
    steps, done, since, running = epochs * (len(crops) // _BATCH), 0, time.monotonic(), np.zeros(2)
    for _ in range(epochs):
        for chosen in torch.randperm(len(crops))[: len(crops) // _BATCH * _BATCH].split(_BATCH):
            for group in optimiser.param_groups:
                group["lr"] = rate * min(1.0, (done + 1) / 30) * (1 + math.cos(math.pi * done / steps)) / 2
            batch = [crops[index] for index in chosen]
            fine = torch.stack([crop["fine"] for crop in batch]).float()
            label, boxes, ignore = (
                pad_sequence([crop[name] for crop in batch], True, fill)
                for name, fill in (("label", NONE), ("boxes", 0), ("ignore", 0))
            )
            targets = draw_targets(label, boxes, ignore.bool(), CROP // STRIDE)
            centre = reader(fine)
            centres = digit_loss(centre, targets.heat[:, MARK:], targets.weight[:, MARK:])
            classes = glyph_loss(reader, fine, targets)
            optimiser.zero_grad()
            (centres + classes + 0.3 * hard_loss(reader, fine, centre.detach(), targets)).backward()
            optimiser.step()
            done += 1
            with torch.no_grad():
                for old, new in zip(average.parameters(), reader.parameters(), strict=True):
                    old.lerp_(new, 1 - min(_DECAY, 1 - 10 / (done + 10)))
            running += 0.02 * np.array([float(centres), float(classes)])
            if done % 50 == 0:
                spent = (time.monotonic() - since) / done
                print(f"step {done} of {steps} loss {running.round(4)} {spent:.2f} s/step", flush=True)
                running[:] = 0
    return average.eval().requires_grad_(False)


def main() -> None:
    """Train, print how well marks are found and named before and after, write the weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("pools", type=Path, nargs="+")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=61)
    parser.add_argument("--features", action="store_true", help="compute the features and stop")
    parser.add_argument("--out", type=Path, default=GLYPH_WEIGHTS)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    cv2.setNumThreads(1)
    options.run.mkdir(parents=True, exist_ok=True)
    pages = [path for pool in options.pools for path in sorted(pool.glob("*[0-9].png"))]
    crops = _gather(options.run, [path for path in pages if path.stem[-1] != "7"])
    if options.features:
        return
    measured = [load_page(path) for path in pages if path.stem[-1] == "7"]
    network, before = load_digit_network(), load_glyph_reader()
    reader = GlyphReader()
    reader.load_state_dict(before.state_dict())
    after = train(reader, crops, options.epochs, options.rate)
    for name, one in (("before", before), ("after", after)):
        marks, named, digits = score_marks(network, one, measured)
        print(f"{name}: marks found {marks:.4f}, named {named:.4f}; digits named {digits:.4f}", flush=True)
    save_file({name: values.contiguous() for name, values in after.state_dict().items()}, options.out)


if __name__ == "__main__":
    main()
