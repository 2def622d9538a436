"""Measure explanations of the similarity of sentences, and of images in patches, under small transformers.

``python scripts/evaluate_encoders.py --json docs/encoders.json`` trains transformers that count what two inputs share
(``scripts/lib/small_encoders.py``), explains pairs of inputs never seen, and measures each explanation's map of pairs
of places by

- agreement with the exact joint effects ``y - y(without i) - y(without i') + y(without both)``, a cosine;
- agreement with the truth, a cosine with 1 where both places hold the same that counts, else 0;
- second-order deletion: pairs of places go together, that first which the map says takes most; mean similarity left
  (lower is better); insertion: they come, that first which adds most (higher is better);
- how much of the similarity is in no pair of places.

The last three are sums over all pairs of inputs, in parts of the sum of their similarities.

A place is removed by leaving it empty. What was measured of a seed is kept in the file and not measured again.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lib.joint_removal import Array, FeaturesOfKept, follow, joint_effects, mean_height
from lib.second_order import deletion_order, insertion_order
from lib.small_encoders import TASKS, TILE, TILES, Encoder, Samples, determination, shared, train
from numpy.typing import NDArray
from torch import Tensor, nn

from tablekin.models import baselines, bilrp
from tablekin.models.bilrp import Factor
from tablekin.models.lrp import Composite, Gamma, Zero

REGIONS = bilrp.patches(TILES * TILE, TILES * TILE, TILE)
POINTS = 20  # on the way of integrated Jacobians
RANDOM = "random"
COLUMNS = {
    "joint": "joint effects",
    "truth": "truth",
    "deletion": "deletion",
    "insertion": "insertion",
    "absorbed": "in no pair",
}

Explainer = Callable[[Encoder, Tensor], Factor]
"""Encoder and one input -> factor with one place a word or tile."""


def by_lrp(composite: Composite) -> Explainer:
    """Make BiLRP's factors under some rules."""

    def explain(encoder: Encoder, x: Tensor) -> Factor:
        return bilrp.factor(encoder, x, composite, _regions(x))

    return explain


def by_baseline(baseline: Callable[..., Factor], **options: Any) -> Explainer:
    """Make the factors of a baseline: of images at the pixels, of sentences at the vectors of words."""

    def explain(encoder: Encoder, x: Tensor) -> Factor:
        if x.is_floating_point():
            return baseline(encoder, x, _regions(x), **options)
        return baseline(encoder.above, encoder.embed(x), **options)

    return explain


def from_empty(encoder: Encoder, x: Tensor) -> Factor:
    """Integrate Jacobians from an input whose places are all empty."""
    if x.is_floating_point():
        return baselines.integrated_jacobians(encoder, x, REGIONS, steps=POINTS)
    reference = encoder.embed(torch.zeros_like(x))
    return baselines.integrated_jacobians(encoder.above, encoder.embed(x), reference=reference, steps=POINTS)


def _regions(x: Tensor) -> Tensor | None:
    return REGIONS if x.is_floating_point() else None


def _composite(gamma: float, softmax: Any) -> Composite:
    hidden = [("*.linear1", Gamma(gamma)), ("*.linear2", Gamma(gamma))] if gamma else []
    return Composite([*hidden, (nn.Module, Zero())], softmax)


EXPLAINERS: dict[str, Explainer] = {
    "BiLRP, weights of attention constant": by_lrp(_composite(0, "constant")),
    "BiLRP, constant, gamma 0.1 in hidden layers": by_lrp(_composite(0.1, "constant")),
    "BiLRP, weights expanded (AttnLRP)": by_lrp(_composite(0, "taylor")),
    "gradient x input (Hessian x product)": by_baseline(baselines.hessian_product),
    "integrated Jacobians, from zero": by_baseline(baselines.integrated_jacobians, steps=POINTS),
    "integrated Jacobians, from the empty input": from_empty,
}


def features_of(encoder: Encoder, x: Tensor) -> FeaturesOfKept:
    """Make a function from which places stay to the features of what is left of an input."""

    def features(stays: NDArray[np.bool_]) -> Array:
        there = torch.from_numpy(stays)
        kept = there[:, REGIONS.flatten()].reshape(-1, 1, *REGIONS.shape) if x.is_floating_point() else there
        with torch.no_grad():
            found = encoder(torch.where(kept, x, torch.zeros_like(x)))
        return np.asarray(found.double().numpy())

    return features


def cosine(one: Array, two: Array) -> float:
    """Cosine of two maps; 0 of a map of zeros."""
    size = float(np.linalg.norm(one) * np.linalg.norm(two))
    return float((one * two).sum()) / size if size else 0.0


def with_outside(a: Factor, b: Factor) -> Array:
    """Map a pair with what was absorbed as place 0, which is never removed: ``(places of a + 1, places of b + 1)``."""
    one, two = (np.column_stack([part.absorbed.numpy(), part.relevance.double().numpy()]) for part in (a, b))
    return np.asarray(one.T @ two)


def measure_pair(
    encoder: Encoder,
    samples: Samples,
    a: int,
    b: int,
    factors: dict[str, list[Factor]],
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Measure every explanation of one pair of inputs: cosines, and parts of the similarity ``whole``."""
    truth = np.asarray(shared(samples.meaning[a], samples.meaning[b]).double().numpy())
    of_a, of_b = (features_of(encoder, samples.x[place : place + 1]) for place in (a, b))
    places = (truth.shape[0], truth.shape[1])
    exact = joint_effects(of_a, of_b, places)
    maps = {name: with_outside(made[a], made[b]) for name, made in factors.items()}
    maps[RANDOM] = np.pad(rng.standard_normal(places), ((1, 0), (1, 0)))
    found = {}
    for name, relevance in maps.items():
        left = follow(of_a, of_b, deletion_order(relevance), places, deletion=True)
        reached = follow(of_a, of_b, insertion_order(relevance), places, deletion=False)
        found[name] = {
            "joint": cosine(relevance[1:, 1:], exact),
            "truth": cosine(relevance[1:, 1:], truth),
            "deletion": mean_height(left),
            "insertion": mean_height(reached),
        }
        if name != RANDOM:
            account = bilrp.conservation(factors[name][a], factors[name][b])
            found[name]["absorbed"] = abs(account.absorbed)
    return {"whole": account.similarity, "explanations": found}


def run_once(task: str, seed: int, steps: int, inputs: int) -> dict[str, Any]:
    """Train one encoder and measure all explanations of pairs of test inputs: each with the next, if they share any."""
    begun = time.process_time()
    encoder = train(TASKS[task], steps, seed)
    random = torch.Generator().manual_seed(10_000 + seed)
    fit = determination(encoder, TASKS[task].draw(400, random))
    samples = TASKS[task].draw(inputs, random)
    factors = {
        name: [explain(encoder, samples.x[place : place + 1]) for place in range(inputs)]
        for name, explain in EXPLAINERS.items()
    }
    rng = np.random.default_rng(seed)
    pairs = [
        (a, b)
        for a, b in zip(range(inputs), range(1, inputs), strict=False)
        if float(shared(samples.meaning[a], samples.meaning[b]).sum()) > 0
    ]
    found = [measure_pair(encoder, samples, a, b, factors, rng) for a, b in pairs]
    whole = sum(pair["whole"] for pair in found)
    measured = {
        name: {
            column: sum(pair["explanations"][name][column] for pair in found)
            / (len(found) if column in ("joint", "truth") else whole)
            for column in found[0]["explanations"][name]
        }
        for name in found[0]["explanations"]
    }
    seconds = time.process_time() - begun
    return {"r2": fit, "pairs": len(pairs), "seconds": round(seconds), "explanations": measured}


def report(runs: dict[str, dict[str, Any]]) -> str:
    """Write the tables, in Markdown: mean and standard deviation over seeds."""

    def spread(values: list[float]) -> str:
        mean = f"{statistics.fmean(values):.3f}"
        return f"{mean} ± {statistics.stdev(values):.3f}" if len(values) > 1 else mean

    lines: list[str] = []
    for task, seeds in runs.items():
        of_seeds = list(seeds.values())
        fit, pairs = spread([run["r2"] for run in of_seeds]), sum(run["pairs"] for run in of_seeds)
        lines += [f"{task}: R² {fit}, {len(of_seeds)} seeds, {pairs} pairs", ""]
        lines += [f"| {task} | {' | '.join(COLUMNS.values())} |", "|---|" + "---|" * len(COLUMNS)]
        for name in (*EXPLAINERS, RANDOM):
            cells = [
                spread([run["explanations"][name][column] for run in of_seeds])
                if column in of_seeds[0]["explanations"][name]
                else "–"
                for column in COLUMNS
            ]
            lines.append(f"| {name} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=3, help="number of seeds: weights and inputs")
    parser.add_argument("--steps", type=int, default=1000, help="training steps of an encoder")
    parser.add_argument("--inputs", type=int, default=30, help="test inputs, each paired with the next")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    settings = {"steps": options.steps, "inputs": options.inputs}
    kept: dict[str, Any] = {**settings, "tasks": {task: {} for task in TASKS}}
    if options.json and options.json.exists():
        before = json.loads(options.json.read_text("utf-8"))
        kept = before if {name: before.get(name) for name in settings} == settings else kept
    for seed in range(options.seeds):
        for task in TASKS:
            if str(seed) in kept["tasks"][task]:
                continue
            kept["tasks"][task][str(seed)] = run_once(task, seed, options.steps, options.inputs)
            if options.json:
                options.json.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    print(report(kept["tasks"]))
    print(
        sum(run["seconds"] for seeds in kept["tasks"].values() for run in seeds.values()),
        "seconds of a processor",
    )


if __name__ == "__main__":
    main()
