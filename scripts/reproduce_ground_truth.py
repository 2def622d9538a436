"""Compare explanations of similarity with the truth: which digits of two strips agree.

``python scripts/reproduce_ground_truth.py`` trains networks whose dot product counts the pairs of equal digits in
two strips of six handwritten digits, explains pairs of test strips by BiLRP and by the baselines, pooled to the boxes
of the digits, and prints the average cosine similarity (ACS) of the 6 x 6 pair maps with the true ones, after Eberle
et al. 2020. The scans are scikit-learn's. One thread.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import torch
from lib.handwritten import (
    LENGTH,
    SIDE,
    Architecture,
    Scans,
    Strips,
    TransformerArchitecture,
    agreement,
    draw_strips,
    load_scans,
    similarities,
    split,
    train,
)
from torch import Tensor, nn

from tablekin.models.baselines import curvature, embedding_similarity, hessian_product, saliency
from tablekin.models.bilrp import Factor, factor, pair_map
from tablekin.models.lrp.attention import Softmax
from tablekin.models.lrp.composite import Composite
from tablekin.models.lrp.rules import Gamma, Rule, ZBox, Zero

GAMMAS = (0.0, 0.01, 0.03, 0.09, 0.1, 0.25, 0.5, 1.0)
REGIONS = (torch.arange(LENGTH * SIDE) // SIDE).expand(SIDE, -1)  # the box of every pixel
NETWORKS: dict[str, Architecture | TransformerArchitecture] = {
    "4 convolutions": Architecture((12, 24, 48, 48)),
    "3 convolutions": Architecture((12, 24, 48)),
    "5 convolutions": Architecture((12, 24, 48, 48, 48)),
    "4, no biases": Architecture((12, 24, 48, 48), bias=False),
    "4, hidden layer": Architecture((12, 24, 48, 48), hidden=64),
    "transformer": TransformerArchitecture(),
}
CHOSEN = "BiLRP, chosen on validation"

Explainer = Callable[[nn.Module, Tensor], Factor]
"""Network and strip ``(1, 1, h, w)`` -> factor with one place a box."""


def composite(gamma: float, box: bool, softmax: Softmax = "constant") -> Composite:
    """Choose LRP-gamma for convolutions and the hidden layers of transformers, LRP-0 for other linear layers.

    At the pixels it is z^B if ``box``.
    """
    rule: Rule = Gamma(gamma) if gamma else Zero()
    pixels: Rule = ZBox(0, 1) if box else rule
    hidden = (("*.linear1", rule), ("*.linear2", rule))
    return Composite(((0, pixels), *hidden, (nn.Linear, Zero()), (nn.Conv2d, rule)), softmax)


def bilrp_explainers() -> dict[str, Explainer]:
    """List BiLRP with every gamma and both rules at the pixels, weights of attention taken as constants."""
    return {
        f"BiLRP, gamma {gamma:g}{', z^B' if box else ''}": partial(
            factor, rules=composite(gamma, box), regions=REGIONS, chunk=64
        )
        for box in (False, True)
        for gamma in GAMMAS
    }


def expanded_explainers() -> dict[str, Explainer]:
    """List BiLRP with weights of attention expanded, as AttnLRP does, which convolutional networks have none of."""
    return {
        f"BiLRP, gamma {gamma:g}{', z^B' if box else ''}, weights expanded": partial(
            factor, rules=composite(gamma, box, "taylor"), regions=REGIONS, chunk=64
        )
        for box, gamma in ((False, 0.0), (False, 0.1), (True, 0.1))
    }


def less_blank(network: nn.Module, x: Tensor) -> Factor:
    """Embed every region by itself, less what a blank strip's embedding is by its biases."""
    found = embedding_similarity(network, x, regions=REGIONS)
    blank = network(torch.zeros_like(x))[0]
    relevance = found.relevance - blank[:, None]
    return Factor(relevance, found.phi, found.phi.double() - relevance.double().sum(1))


def same_everywhere(network: nn.Module, x: Tensor) -> Factor:
    """Give every box the same, whatever the strip: the score of knowing nothing."""
    return Factor(torch.ones(1, LENGTH), torch.full((1,), float(LENGTH)), torch.zeros(1, dtype=torch.float64))


def baseline_explainers() -> dict[str, Explainer]:
    """List the baselines."""
    return {
        "the same everywhere": same_everywhere,
        "saliency": partial(saliency, regions=REGIONS),
        "curvature": partial(curvature, regions=REGIONS, chunk=64),
        "Hessian x product": partial(hessian_product, regions=REGIONS, chunk=64),
        "embedding similarity": partial(embedding_similarity, regions=REGIONS),
        "embedding similarity, less blank": less_blank,
    }


def average_cosine_similarity(maps: Tensor, truth: Tensor) -> float:
    """Average the cosine between maps ``(pairs, a, b)`` and true maps, over pairs that share anything.

    A map of zeros has cosine 0.

    Raises
    ------
    ValueError
        If no pair shares anything.
    """
    shared = truth.flatten(1).any(1)
    if not shared.any():
        raise ValueError("no two strips share a digit: explain more of them")
    found, true = maps[shared].double().flatten(1), truth[shared].double().flatten(1)
    return float(torch.cosine_similarity(found, true).mean())


def score(network: nn.Module, strips: Strips, explainers: Mapping[str, Explainer]) -> dict[str, float]:
    """Compute the ACS of every explainer over all pairs of two different strips."""
    pairs = list(combinations(range(len(strips.digits)), 2))
    truth = torch.stack([agreement(strips.digits[a], strips.digits[b]) for a, b in pairs])
    scores = {}
    for name, explain in explainers.items():
        factors = [explain(network, ink[None]) for ink in strips.ink]
        maps = torch.stack([pair_map(factors[a], factors[b]) for a, b in pairs])
        scores[name] = average_cosine_similarity(maps, truth)
    return scores


def determination(network: nn.Module, strips: Strips) -> float:
    """Compute R^2 of the similarities of all pairs of two different strips."""
    with torch.no_grad():
        phi = network(strips.ink)
    above = torch.ones(len(phi), len(phi)).triu(1).bool()
    found, true = (phi @ phi.T)[above], similarities(strips.digits)[above]
    return 1 - float(((found - true) ** 2).mean() / true.var(correction=0))


def run_once(
    architecture: Architecture | TransformerArchitecture, scans: Scans, seed: int, steps: int, strips: int
) -> dict[str, Any]:
    """Train one network and score all methods on test strips; choose BiLRP's rules on validation strips."""
    random = torch.Generator().manual_seed(seed)
    training, validation, test = split(scans, random)
    network = train(architecture, training, steps, random)
    bilrp = bilrp_explainers()
    if isinstance(architecture, TransformerArchitecture):
        bilrp |= expanded_explainers()
    on_validation = score(network, draw_strips(validation, strips, random), bilrp)
    chosen = max(on_validation, key=on_validation.__getitem__)
    fit = determination(network, draw_strips(test, 400, random))
    acs = score(network, draw_strips(test, strips, random), bilrp | baseline_explainers())
    return {
        "seed": seed,
        "r2": fit,
        "chosen": chosen,
        "validation": on_validation,
        "acs": {CHOSEN: acs[chosen], **acs},
    }


def spread(values: list[float]) -> str:
    """Write mean and standard deviation over seeds."""
    mean = f"{statistics.fmean(values):.3f}"
    return f"{mean} ± {statistics.stdev(values):.3f}" if len(values) > 1 else mean


def lead(runs: list[dict[str, Any]], baseline: str) -> str:
    """Write by how much the chosen BiLRP leads a baseline, paired by seed, and how often."""
    leads = [run["acs"][CHOSEN] - run["acs"][baseline] for run in runs]
    return f"{spread(leads)}, {sum(value > 0 for value in leads)} of {len(leads)}"


def report(results: Mapping[str, list[dict[str, Any]]]) -> str:
    """Write the tables, in Markdown: a column is a network."""

    def row(name: str, cell: Callable[[list[dict[str, Any]]], str]) -> str:
        return f"| {name} | " + " | ".join(cell(runs) for runs in results.values()) + " |"

    def of_method(name: str) -> Callable[[list[dict[str, Any]]], str]:
        return lambda runs: spread([run["acs"][name] for run in runs]) if name in runs[0]["acs"] else "–"

    def of_lead(name: str) -> Callable[[list[dict[str, Any]]], str]:
        return lambda runs: lead(runs, name)

    rule = "|---|" + "---|" * len(results)
    lines = [f"| ACS on test pairs | {' | '.join(results)} |", rule]
    lines.append(row("R² of the network", lambda runs: spread([run["r2"] for run in runs])))
    methods = (CHOSEN, *baseline_explainers(), *bilrp_explainers(), *expanded_explainers())
    lines += [row(name, of_method(name)) for name in methods]
    lines += ["", f"| {CHOSEN}, leads by | {' | '.join(results)} |", rule]
    lines += [row(name, of_lead(name)) for name in baseline_explainers()]
    lines += ["", "| network | chosen on validation, seed by seed |", "|---|---|"]
    for name, runs in results.items():
        choices = "; ".join(run["chosen"].removeprefix("BiLRP, ") for run in runs)
        lines.append(f"| {name} | {choices} |")
    return "\n".join(lines)


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=5, help="number of seeds: data, weights and pairs")
    parser.add_argument("--steps", type=int, default=1200, help="training steps of a network")
    parser.add_argument(
        "--strips", type=int, default=20, help="strips whose pairs are explained, for each part"
    )
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument(
        "--json", type=Path, help="where to write; what stands there of a seed is kept and not run again"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    begun, worked = time.perf_counter(), time.process_time()
    scans = load_scans()
    settings = {"steps": options.steps, "strips": options.strips}
    results: dict[str, list[dict[str, Any]]] = {}
    if options.json and options.json.exists():
        before = json.loads(options.json.read_text("utf-8"))
        results = before["networks"] if {name: before[name] for name in settings} == settings else {}
    for name in options.networks:
        runs = results.setdefault(name, [])
        for seed in range(len(runs), options.seeds):
            runs.append(run_once(NETWORKS[name], scans, seed, options.steps, options.strips))
            if options.json:
                found = {"seeds": options.seeds, **settings, "networks": results}
                options.json.write_text(json.dumps(found, indent=1) + "\n")
    seconds, processor = time.perf_counter() - begun, time.process_time() - worked
    print(report(results))
    print(f"\n{seconds:.0f} seconds, {processor:.0f} of the processor")


if __name__ == "__main__":
    main()
