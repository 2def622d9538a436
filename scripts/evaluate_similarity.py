"""Measure whether a similarity that knows what is common finds related pages better than the cosine of the features.

``python scripts/evaluate_similarity.py ARCHIVE --train ARCHIVE ...`` reads the scans of sample archives (digits and
features alone; ``--cache DIR`` keeps them, so that the command can be stopped and started again), fits
:class:`tablekin.models.specific_similarity.SpecificSimilarity` on the archives of ``--train`` with the shrinkage that
finds most related pages in them by cross-validation over works, and scores retrieval on ARCHIVE, which it has not seen.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from lib.related_pages import RelatedPages, find_related_pages
from lib.retrieval import cosines, score
from numpy.typing import NDArray
from tqdm import tqdm

from tablekin.config import RunConfig
from tablekin.digitize import digitize, drop_false_positives, load_readers
from tablekin.explain import digit_advance, spacing_of
from tablekin.ingest.image import load_image
from tablekin.models.networks.bigram import bigrams
from tablekin.models.specific_similarity import fit_specific
from tablekin.sample import read_truth
from tablekin.schemas import FEATURES
from tablekin.segment import TableCriteria, segment

SHRINKAGES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
FOLDS = 4
MEASURES = ["average_precision", "nearest", "precision"]

Features = NDArray[np.float64]


def read_features(scan: Path, cache: Path | None) -> Features:
    """Compute the features of a scan as ``tablekin run`` does, ``(features,)``."""
    known = cache / f"{scan.stem}.npz" if cache else None
    if known and known.exists():
        return np.asarray(np.load(known)["phi"], np.float64)
    config, readers = RunConfig(), load_readers("cpu")
    with torch.inference_mode():
        page, _ = digitize(load_image(scan), readers, config.digitize.threshold)
    layout = segment(page, TableCriteria(min_digits=config.segment.min_digits))
    digits = drop_false_positives(page, layout, config.digitize.threshold_without_table).digits
    activation = np.clip(digits.activation, 0, 1).astype(np.float64)
    x, y = digits.centres.astype(np.float64).T
    spacing = spacing_of(digit_advance(digits))
    phi = bigrams(digits.digit, activation, x, y, spacing, config.explain.min_rule).phi
    if known:
        known.parent.mkdir(parents=True, exist_ok=True)
        np.savez(known, phi=phi)
    return phi


def read_archive(archive: Path, cache: Path | None) -> tuple[RelatedPages, Features, NDArray[np.object_]]:
    """Read an archive: its pages with tables, their features and their works."""
    pages, truth = find_related_pages(archive), read_truth(archive, "documents").set_index("doc")
    scans = [archive / "scans" / str(truth.at[doc, "file"]) for doc in pages.docs]
    own = cache / archive.name if cache else None
    phi = np.stack([read_features(scan, own) for scan in tqdm(scans, archive.name)])
    return pages, phi, truth.loc[list(pages.docs), "work"].to_numpy(object)


def choose_shrinkage(pages: RelatedPages, phi: Features, work: NDArray[np.object_]) -> dict[float, float]:
    """Mean average precision of each shrinkage, on works that were left out when it was fitted."""
    works = np.random.default_rng(0).permutation(np.unique(work.astype(str)))
    found: dict[float, list[float]] = {each: [] for each in SHRINKAGES}
    for fold in range(FOLDS):
        out = np.isin(work.astype(str), works[fold::FOLDS])
        for shrinkage, values in found.items():
            model = fit_specific(phi[~out], pages.related[np.ix_(~out, ~out)], shrinkage)
            rows = score(cosines(model.features(phi)), pages)
            values += rows.loc[rows["doc"].isin(np.array(pages.docs)[out]), "average_precision"].tolist()
    return {shrinkage: float(np.mean(values)) for shrinkage, values in found.items()}


def join(
    archives: Sequence[tuple[RelatedPages, Features, NDArray[np.object_]]],
) -> tuple[Features, NDArray[np.bool_]]:
    """Join the features of archives, and which of their pages are related."""
    sizes = np.cumsum([0, *(len(phi) for _, phi, _ in archives)])
    related = np.zeros((sizes[-1], sizes[-1]), bool)
    for (pages, _, _), first, last in zip(archives, sizes[:-1], sizes[1:], strict=True):
        related[first:last, first:last] = pages.related
    return np.concatenate([phi for _, phi, _ in archives]), related


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path, help="the one to find related pages in")
    parser.add_argument("--train", type=Path, nargs="+", required=True, help="archives of other seeds")
    parser.add_argument("--cache", type=Path, help="folder for the features of scans that have been read")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    trained = [read_archive(each, options.cache) for each in options.train]
    curves = pd.DataFrame([choose_shrinkage(*each) for each in trained]).mean()
    chosen = float(curves.idxmax())
    phi, related = join(trained)
    pages, unseen, _ = read_archive(options.archive, options.cache)
    models = {shrinkage: fit_specific(phi, related, shrinkage) for shrinkage in SHRINKAGES}
    root = np.sqrt(np.maximum(unseen, 0))
    similarities = {
        "cosine of the features": cosines(unseen),
        "centred alone": cosines(
            unseen / np.maximum(unseen.sum(1, keepdims=True), 1e-9) - models[chosen].mean
        ),
        "cosine of their square roots": cosines(root),
        **{f"specific, shrinkage {each}": cosines(model.features(unseen)) for each, model in models.items()},
    }
    rows = {name: score(similarity, pages)[MEASURES].mean() for name, similarity in similarities.items()}
    table = pd.DataFrame(rows).T
    print(f"\n{len(FEATURES)} features; fitted on {len(phi)} pages, shrinkage {chosen} by cross-validation")
    print(curves.round(4).to_string())
    print(
        f"\n{len(pages.docs)} pages, {int(pages.related.any(1).sum())} with related ones\n{table.round(4).to_string()}"
    )
    if options.json:
        found = {
            "trained_pages": len(phi),
            "chosen": chosen,
            "cross_validated": {str(each): round(float(value), 4) for each, value in curves.items()},
            "pages": int(pages.related.any(1).sum()),
            "retrieval": json.loads(table.round(4).to_json(orient="index")),
        }
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
