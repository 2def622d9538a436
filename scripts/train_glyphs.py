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
import unicodedata
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch
from lib.crops import CROP, NONE, Crop, cut_crop
from lib.targets import MARK, Targets, draw_targets
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence
from train_digits import digit_loss, glyph_loss, score_marks
from training_pool import TrainingPage, load_page

from tablekin.models.networks.digits import DIGIT_HEIGHT, STRIDE, load_digit_network
from tablekin.models.networks.glyphs import GLYPH_WEIGHTS, NOTHING, GlyphReader, load_glyph_reader
from tablekin.models.networks.marks import FRACTIONS, mark_index

_CROPS_A_PAGE, _BATCH, _DECAY = 6, 12, 0.99
_CENTRE = 0.2  # of a mark that is none and is taken for one at most
_FRACTIONS = torch.tensor([MARK + mark_index(mark) for mark in FRACTIONS])
_CHARACTERS = {
    (int(parts[0]), int(parts[1])): mark
    for mark in FRACTIONS
    for parts in [unicodedata.normalize("NFKC", mark).split("\u2044")]
}


def name_fractions(page: TrainingPage) -> TrainingPage:
    """Add to the marks of a page its fractions, which are set as two small digits and a bar."""
    small = np.flatnonzero(page.ignore)
    upper, lower = small[:-1], small[1:]
    away = page.boxes[lower].reshape(-1, 2, 2).mean(1) - page.boxes[upper].reshape(-1, 2, 2).mean(1)
    pairs = (lower == upper + 1) & (away > 0).all(1) & (away < DIGIT_HEIGHT).all(1)
    digits = zip(page.digit[upper[pairs]].tolist(), page.digit[lower[pairs]].tolist(), strict=True)
    marks = np.array([mark_index(_CHARACTERS.get(pair, "")) for pair in digits], np.int16)
    first, marks = upper[pairs][marks >= 0], marks[marks >= 0]
    corners = np.stack([page.boxes[first], page.boxes[first + 1]])
    boxes = np.concatenate([corners[..., :2].min(0), corners[..., 2:].max(0)], 1)
    return replace(
        page,
        mark=np.concatenate([page.mark, marks]),
        mark_boxes=np.concatenate([page.mark_boxes, boxes]),
        mark_ignore=np.concatenate([page.mark_ignore, np.zeros(len(first), bool)]),
    )


def cut_crops(page: TrainingPage, seed: int) -> list[Crop]:
    """Cut crops of a page, the same for the same seed."""
    rng = np.random.default_rng(seed)
    return [cut_crop(page, rng) for _ in range(_CROPS_A_PAGE)]


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
    labels = [torch.full((len(page),), NOTHING)]
    fractions = targets.glyph[torch.isin(targets.glyph[:, 3], _FRACTIONS)]
    for down in (-1, 1):
        for right in (-1, 1):
            places.append(fractions[:, :3] + torch.tensor([0, down, right]))
            labels.append(fractions[:, 3])
    at, wanted = torch.cat(places), torch.cat(labels)
    inside = ((at[:, 1:] >= 0) & (at[:, 1:] < fine.shape[-1])).all(1)
    if not inside.any():
        return torch.zeros(())
    return F.cross_entropy(reader.classify(fine, *at[inside].unbind(1)), wanted[inside])


def _gather(run: Path, pages: list[Path]) -> list[dict[str, Tensor]]:
    """Compute the features that are not there yet, and load all: ``fine``, ``label``, ``boxes``, ``ignore`` a crop."""
    crops = []
    for number, path in enumerate(pages):
        cut = cut_crops(name_fractions(load_page(path)), number)
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
    measured = [name_fractions(load_page(path)) for path in pages if path.stem[-1] == "7"]
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
