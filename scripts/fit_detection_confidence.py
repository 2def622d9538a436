"""Fit how likely it is that a detection is the digit it says, and say how well the probabilities hold.

``python scripts/fit_detection_confidence.py POOL`` reads the pages of POOL (see ``training_pool.py``) that the digit
network was not trained on, those whose number ends in 7; with ``--all`` it reads every page, of a POOL made for this
alone. It fits on one half of them and measures on the other: recall and precision by threshold, beside those of the
activation alone, and a reliability table. Then it fits on all and writes
``models/weights/detection_confidence.safetensors``. With ``--measure`` it fits nothing and measures the weights that
are there on all these pages.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier
from training_pool import TrainingPage, load_page

from tablekin.models.networks.detection_confidence import (
    CANDIDATE,
    DetectionClassifier,
    context_features,
    load_detection_classifier,
)
from tablekin.models.networks.detection_confidence import WEIGHTS as CONFIDENCE_WEIGHTS
from tablekin.models.networks.digits import (
    DIGIT_HEIGHT,
    WEIGHTS,
    DigitNetwork,
    find_detections,
    load_digit_network,
    pad_to_grain,
)
from tablekin.models.networks.glyphs import GlyphReader, glyph_probabilities, load_glyph_reader

_TREES, _DEPTH = 150, 4
_THRESHOLDS = (0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7)
_ACTIVATIONS = (0.35, 0.4, 0.45, 0.5, 0.55)
_BINS = np.array([0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 0.99, 1.0001])


@dataclass(frozen=True)
class Sample:
    """The detections of a page that count."""

    described: NDArray[np.float32]  # (n, k), see CONTEXT_FEATURES
    right: NDArray[np.bool_]  # (n,): the page has this digit there
    printed: int  # digits of the page


def describe(page: TrainingPage, network: DigitNetwork, reader: GlyphReader) -> Sample:
    """Find the detections of a page and tell which are right: same digit, centres within half a digit height."""
    ink = np.asarray(page.ink / 255, np.float32)
    with torch.inference_mode():
        fine, coarse = network.trunk(pad_to_grain(torch.from_numpy(ink)[None, None]))
        z, boxes, _ = network.read_off(fine, coarse)
    found = find_detections(z[0], boxes[0], CANDIDATE)
    glyphs = glyph_probabilities(reader, fine, found.cell[:, 0], found.cell[:, 1])
    described = context_features(found, ink, glyphs)
    centres = (page.boxes[:, :2] + page.boxes[:, 2:]) / 2
    near = np.abs(found.centres[:, None] - centres[None]).max(-1) < DIGIT_HEIGHT / 2
    right = (near & (found.digit[:, None] == page.digit[None]) & ~page.ignore[None]).any(1)
    counts = right | ~(near & page.ignore[None]).any(1)
    return Sample(described[counts], right[counts], int((~page.ignore).sum()))


def fit(described: NDArray[np.float32], right: NDArray[np.bool_]) -> GradientBoostingClassifier:
    """Fit trees that tell right detections, ``(n, k)`` and ``(n,)``."""
    model = GradientBoostingClassifier(
        n_estimators=_TREES,
        max_depth=_DEPTH,
        learning_rate=0.1,
        subsample=0.5,
        max_features=0.5,
        min_samples_leaf=50,
        random_state=0,
    )
    return model.fit(described, right)


def filled(model: GradientBoostingClassifier) -> DetectionClassifier:
    """Fill up fitted trees to full ones: below a leaf that lies higher, all leaves have its value."""
    inner = 2**_DEPTH - 1
    feature = np.zeros((_TREES, inner), np.int16)
    threshold = np.zeros((_TREES, inner))
    leaf = np.zeros((_TREES, inner + 1))
    for number, estimator in enumerate(model.estimators_[:, 0]):
        tree = estimator.tree_
        places = np.zeros(2 * inner + 1, np.intp)  # of each node of the full tree, the one it comes from
        for node in range(inner):
            place = places[node]
            ends = tree.children_left[place] == tree.children_right[place]
            if not ends:
                feature[number, node], threshold[number, node] = (
                    tree.feature[place],
                    tree.threshold[place],
                )
            places[2 * node + 1] = place if ends else tree.children_left[place]
            places[2 * node + 2] = place if ends else tree.children_right[place]
        leaf[number] = model.learning_rate * tree.value[places[inner:], 0, 0]
    prior = model.init_.class_prior_[1]
    return DetectionClassifier(feature, threshold, leaf, np.array(np.log(prior / (1 - prior))))


def _together(samples: list[Sample]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    return np.concatenate([s.described for s in samples]), np.concatenate([s.right for s in samples])


def trade_off(
    values: NDArray, right: NDArray[np.bool_], printed: int, thresholds: tuple[float, ...]
) -> pd.DataFrame:
    """Recall and precision of the detections from each threshold on."""
    rows = []
    for threshold in thresholds:
        kept = values >= threshold
        rows.append((threshold, right[kept].sum() / printed, right[kept].mean(), kept.sum() / printed))
    return pd.DataFrame(rows, columns=["from", "recall", "precision", "found / printed"])


def reliability(probability: NDArray, right: NDArray[np.bool_]) -> pd.DataFrame:
    """Compare probabilities with how often they came true."""
    table = pd.DataFrame(
        {"bin": np.digitize(probability, _BINS) - 1, "mean score": probability, "right": right}
    )
    groups = table.groupby("bin")
    rows = groups[["mean score", "right"]].mean().assign(detections=groups.size())
    rows.index = pd.Index([f"{_BINS[k]:.2f} to {min(_BINS[k + 1], 1):.2f}" for k in rows.index], name="score")
    return rows.reset_index()


def main() -> None:
    """Fit, print the tables, write the weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pool", type=Path)
    parser.add_argument("--all", action="store_true", help="take every page: none of them was trained on")
    parser.add_argument(
        "--measure", action="store_true", help="measure the weights that are there; fit nothing"
    )
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="of the digit network")
    parser.add_argument("--out", type=Path, default=CONFIDENCE_WEIGHTS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    network, reader = load_digit_network(options.weights), load_glyph_reader()
    paths = sorted(options.pool.glob("*[0-9].png" if options.all else "*7.png"))
    samples = [describe(load_page(path), network, reader) for path in paths]
    samples = [sample for sample in samples if len(sample.right)]
    if len(samples) < 2:
        raise SystemExit(f"{options.pool}: fewer than two pages to fit on; make them with training_pool.py")
    measured = samples if options.measure else samples[1::2]
    model = load_detection_classifier() if options.measure else filled(fit(*_together(samples[::2])))
    described, right = _together(measured)
    printed = sum(s.printed for s in measured)
    probability = 1 / (1 + np.exp(-model.log_odds(described)))
    tables = {
        "activation": trade_off(described[:, 0], right, printed, _ACTIVATIONS),
        "confidence": trade_off(probability, right, printed, _THRESHOLDS),
        "reliability": reliability(probability, right),
    }
    print(f"{len(samples)} pages, {printed} digits on the {len(measured)} that measure")
    for name, table in tables.items():
        print(f"\n{name}\n{table.round(4).to_string(index=False)}")
    if options.json:
        rows = {name: table.round(4).to_dict("records") for name, table in tables.items()}
        options.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    if not options.measure:
        filled(fit(*_together(samples))).save(options.out)


if __name__ == "__main__":
    main()
