"""Fit how credible a peak of the digit maps is, on generated pages, and say how well its probabilities hold.

``python scripts/fit_credibility.py POOL`` reads the pages of POOL (see ``practice_pool.py``) that the digit network was
not trained on, those whose number ends in 7. It fits on one half of them and measures on the other: recall and
precision by threshold, beside those of the activation alone, and a reliability table. Then it fits on all and writes
``models/weights/credibility.safetensors``.
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
from practice_pool import PracticePage, load_page
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from models.credibility import CANDIDATE, CREDIBILITY, Credibility, circumstances
from models.digits import DIGIT_HEIGHT, WEIGHTS, DigitNetwork, find_peaks, load_digit_network, pad_to_grain

_THRESHOLDS = (0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7)
_ACTIVATIONS = (0.35, 0.4, 0.45, 0.5, 0.55)
_BINS = np.array([0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 0.99, 1.0001])


@dataclass(frozen=True)
class Sample:
    """The peaks of a page that count."""

    described: NDArray[np.float64]  # (n, k), see models.credibility.CIRCUMSTANCES
    right: NDArray[np.bool_]  # (n,): the page has this figure there
    printed: int  # figures of the page


def describe(page: PracticePage, network: DigitNetwork) -> Sample:
    """Find the peaks of a page and tell which are right: same digit, centres within half a digit height."""
    ink = np.asarray(page.ink / 255, np.float32)
    with torch.inference_mode():
        z, boxes, _ = network.measure(pad_to_grain(torch.from_numpy(ink)[None, None]))
    peaks = find_peaks(z[0], boxes[0], CANDIDATE)
    described = circumstances(peaks, ink)
    centres = (page.boxes[:, :2] + page.boxes[:, 2:]) / 2
    found = (peaks.boxes[:, :2] + peaks.boxes[:, 2:]) / 2
    near = np.abs(found[:, None] - centres[None]).max(-1) < DIGIT_HEIGHT / 2
    right = (near & (peaks.digit[:, None] == page.digit[None]) & ~page.ignore[None]).any(1)
    counts = right | ~(near & page.ignore[None]).any(1)
    return Sample(described[counts], right[counts], int((~page.ignore).sum()))


def fit(samples: list[Sample]) -> Pipeline:
    """Fit the regression on standardized circumstances."""
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=3000))
    return model.fit(
        np.concatenate([s.described for s in samples]), np.concatenate([s.right for s in samples])
    )


def unscaled(model: Pipeline) -> Credibility:
    """Weights that take the circumstances as they are."""
    scaler, regression = model[0], model[1]
    weights = regression.coef_[0] / scaler.scale_
    return Credibility(weights, float(regression.intercept_[0] - weights @ scaler.mean_))


def trade_off(
    values: NDArray, right: NDArray[np.bool_], printed: int, thresholds: tuple[float, ...]
) -> pd.DataFrame:
    """Recall and precision of the peaks from each threshold on."""
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
    rows = groups[["mean score", "right"]].mean().assign(peaks=groups.size())
    rows.index = pd.Index([f"{_BINS[k]:.2f} to {min(_BINS[k + 1], 1):.2f}" for k in rows.index], name="score")
    return rows.reset_index()


def main() -> None:
    """Fit, print the tables, write the weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pool", type=Path)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="of the digit network")
    parser.add_argument("--out", type=Path, default=CREDIBILITY)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    network = load_digit_network(options.weights)
    paths = sorted(options.pool.glob("*7.png"))
    samples = [describe(load_page(path), network) for path in paths]
    samples = [sample for sample in samples if len(sample.right)]
    model = fit(samples[::2])
    described, right = (
        np.concatenate([getattr(s, name) for s in samples[1::2]]) for name in ("described", "right")
    )
    printed, probability = sum(s.printed for s in samples[1::2]), model.predict_proba(described)[:, 1]
    tables = {
        "activation": trade_off(described[:, 0], right, printed, _ACTIVATIONS),
        "credibility": trade_off(probability, right, printed, _THRESHOLDS),
        "reliability": reliability(probability, right),
    }
    print(f"{len(samples)} pages, {printed} figures on the half that measures")
    for name, table in tables.items():
        print(f"\n{name}\n{table.round(4).to_string(index=False)}")
    if options.json:
        rows = {name: table.round(4).to_dict("records") for name, table in tables.items()}
        options.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    fitted = unscaled(fit(samples))
    save_file({"weights": fitted.weights, "bias": np.array(fitted.bias)}, options.out)


if __name__ == "__main__":
    main()
