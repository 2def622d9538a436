"""Train the similarity that knows what tables have in common: ``models/weights/similarity.safetensors``.

``python scripts/train_similarity.py WORK`` makes sample archives in WORK, one for each seed, reads the features of
their pages, and keeps them, so that the command can be stopped and started again (``--minutes`` stops it by itself).

1. W is fitted to the differences of related pages (:func:`tablekin.models.specific_similarity.fit_specific`);
2. it is learned further, ``(I + A) W``, by gradient descent on a contrast: of every related pair, the cosine is to be
   above those with all unrelated pages of the archive (InfoNCE, a softmax over them), with ``decay |A|^2`` against
   going far from the fit.

The constant of the model, the shrinkage of the fit and the decay are those that find most related pages in an archive
that was left out. All is in float64 and starts from the fit, so that nothing is drawn at random but the archives.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from lib.page_features import Archive, Features, read_archive
from lib.retrieval import cosines, score
from numpy.typing import NDArray

from tablekin.models.specific_similarity import WEIGHTS, SpecificSimilarity, fit_specific
from tablekin.sample import write_archive

SEEDS, PAGES = (820011, 820021), 500
CONSTANTS, SHRINKAGES, DECAYS = (1.0, 2.0, 4.0), (0.05, 0.1, 0.2), (1.0, 3.0, 10.0)
TEMPERATURE, STEPS, RATE = 0.1, 100, 0.02
MEASURES = ["average_precision", "nearest", "precision"]
_NEVER = -1e9  # a logit that counts nothing

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class TrainingPages:
    """Pages of archives together; those of two archives say nothing of one another."""

    phi: Features
    related: Mask
    unrelated: Mask

    @classmethod
    def of(cls, archives: Sequence[Archive]) -> TrainingPages:
        """Join archives."""
        sizes = np.cumsum([0, *(len(phi) for _, phi, _ in archives)])
        related, unrelated = (np.zeros((sizes[-1], sizes[-1]), bool) for _ in range(2))
        for (pages, _, _), first, last in zip(archives, sizes[:-1], sizes[1:], strict=True):
            here = slice(first, last)
            related[here, here] = pages.related
            unrelated[here, here] = ~pages.related & ~pages.neutral
        return cls(np.concatenate([phi for _, phi, _ in archives]), related, unrelated)


def learn(pages: TrainingPages, fitted: SpecificSimilarity, decay: float) -> SpecificSimilarity:
    """Learn a fitted similarity further, see above; ``decay`` is that of the squares of A, summed over a row."""
    first = torch.tensor(fitted.weights / np.linalg.norm(fitted.weights))
    centred = torch.tensor(fitted.proportions(pages.phi) - fitted.mean)
    related, unrelated = torch.tensor(pages.related), torch.tensor(pages.unrelated)
    rows = related.any(1)
    change = torch.zeros_like(first, requires_grad=True)
    optimiser = torch.optim.Adam([change], lr=RATE)
    for _ in range(STEPS):
        compared = centred @ (first + change @ first).T
        compared = torch.nn.functional.normalize(compared, dim=1)
        logits = compared @ compared.T / TEMPERATURE
        others = torch.logsumexp(logits.masked_fill(~unrelated, _NEVER), 1, keepdim=True)
        of_pair = torch.nn.functional.softplus(others - logits) * related
        loss = (of_pair.sum(1)[rows] / related.sum(1)[rows]).mean() + decay * change.square().sum(1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    weights = (first + change.detach() @ first).numpy()
    return SpecificSimilarity(fitted.mean, weights, fitted.constant)


def retrieval(model: SpecificSimilarity, archive: Archive) -> dict[str, float]:
    """Tell how well related pages of an archive are found."""
    means = score(cosines(model.features(archive[1])), archive[0])[MEASURES].mean()
    return {name: round(float(value), 4) for name, value in means.items()}


def left_out(archives: Sequence[Archive], constant: float, shrinkage: float, decay: float | None) -> float:
    """Mean average precision in each archive when the others are trained on; without ``decay``, of the fit alone."""
    found = []
    for number, archive in enumerate(archives):
        others = TrainingPages.of([other for place, other in enumerate(archives) if place != number])
        model = fit_specific(others.phi, others.related, shrinkage, constant)
        model = model if decay is None else learn(others, model, decay)
        found.append(retrieval(model, archive)["average_precision"])
    return float(np.mean(found))


def main() -> None:
    """Make and read archives, choose, train, write the weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("work", type=Path, help="folder for the archives and the features of their pages")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop reading pages after these")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    until = time.monotonic() + 60 * options.minutes
    torch.set_num_threads(1)
    archives = []
    for seed in options.seeds:
        folder = options.work / str(seed)
        if not (folder / "metadata.csv").exists():
            write_archive(folder, PAGES, seed)
        archives.append(read_archive(folder, options.work / "features", until))
    fits = {(c, s): left_out(archives, c, s, None) for c in CONSTANTS for s in SHRINKAGES}
    constant, shrinkage = max(fits, key=fits.__getitem__)
    decays = {decay: left_out(archives, constant, shrinkage, decay) for decay in DECAYS}
    decay = max(decays, key=decays.__getitem__)
    pages = TrainingPages.of(archives)
    model = learn(pages, fit_specific(pages.phi, pages.related, shrinkage, constant), decay)
    model.save(options.out)
    related = int(np.triu(pages.related).sum())
    print(f"{len(pages.phi)} pages of seeds {list(options.seeds)}, {related} related pairs")
    for (c, s), value in fits.items():
        print(f"  fit, constant {c}, shrinkage {s}: mean average precision {value:.4f} in archives left out")
    for each, value in decays.items():
        print(f"  learned further, decay {each}: {value:.4f}")
    print(f"constant {constant}, shrinkage {shrinkage}, decay {decay}: {options.out}")
    if options.json:
        found = {
            "seeds": list(options.seeds),
            "pages": len(pages.phi),
            "related_pairs": related,
            "fits": [{"constant": c, "shrinkage": s, "left_out": round(v, 4)} for (c, s), v in fits.items()],
            "learned": {str(each): round(value, 4) for each, value in decays.items()},
            "chosen": {"constant": constant, "shrinkage": shrinkage, "decay": decay},
        }
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
