"""Measure whether the explanation of a pair of pages names the region pairs their similarity depends on.

``python scripts/evaluate_faithfulness.py FOLDER...`` takes sample archives (``tablekin sample``): pairs of editions of
one work, and as many of unrelated tables; and plain folders of scans: every page with the next. Regions are erased
from both pages, painted with paper, and everything is computed again on the changed pages:

- agreement: cosine and rank correlation of the map of region pairs with the exact joint effects
  ``y - y(without i) - y(without i') + y(without both)``;
- deletion: regions of both pages go in the order of the largest relevance of their pairs, or, "by region", of the
  relevance of all their pairs together; area under the similarity left (lower is better);
- insertion: only those that come first in that order stay; area under the similarity reached (higher is better).

Means with 95 % intervals from a bootstrap of works (archive) or documents (folder), and differences to the default.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, get_args

import matplotlib as mpl
import numpy as np
import pandas as pd
from lib.bootstrap import resample
from lib.pairing import Pair, choose_pairs
from lib.perturbation import (
    CURVES,
    FRACTIONS,
    ExplainedPage,
    agreement,
    area,
    follow_curves,
)
from lib.randomisation import randomise
from lib.subject import DEFAULT, Level, explain, prepare
from matplotlib.figure import Figure

from tablekin.execution import Failure, default_workers, run_in_order

_LEAST = 10  # regions a page needs
MEASURES = ("cosine", "rank correlation", "deletion", "insertion")

Task = TypeVar("Task")
Result = TypeVar("Result")


def _explain(path: Path, side: int, level: Level) -> ExplainedPage:
    subject = prepare(path, side, level)
    if subject.regions < _LEAST:
        return ExplainedPage(subject, {})
    return ExplainedPage(subject, explain(subject))


def _score(task: tuple[ExplainedPage, ExplainedPage, int]) -> dict[str, dict[str, Any]]:
    a, b, seed = task
    scores: dict[str, dict[str, Any]] = {method: dict(row) for method, row in agreement(a, b).items()}
    for method, curves in follow_curves(a, b, seed).items():
        scores.setdefault(method, {}).update(
            {f"{name} curve": curve for name, curve in curves.items()}
            | {name: area(curve) for name, curve in curves.items()}
        )
    return scores


def _agree(task: tuple[ExplainedPage, ExplainedPage, int]) -> dict[str, dict[str, float]]:
    return agreement(*task[:2])


def _randomise(task: tuple[ExplainedPage, ExplainedPage, int]) -> list[dict[str, object]]:
    a, b, seed = task
    return randomise(a.subject, b.subject, seed)


def _run(function: Callable[[Task], Result], tasks: Sequence[Task], workers: int, what: str) -> list[Result]:
    """Apply a function to all tasks in processes.

    Raises
    ------
    RuntimeError
        If one fails.
    """
    results = []
    for done, result in enumerate(run_in_order(function, tasks, workers), 1):
        if isinstance(result, Failure):
            raise RuntimeError(f"{what} {done}: {result.reason}\n{result.detail}")
        results.append(result)
        print(f"{what} {done} of {len(tasks)}", flush=True)
    return results


def evaluate(
    pairs: list[Pair], level: Level, side: int, seed: int, workers: int, sane: int, curves: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score every pair by every method, and randomise the network for the first ``sane`` pairs of each group.

    Without ``curves`` nothing is measured but the agreement with the exact joint effects.

    Returns
    -------
    tuple
        Scores: a row a pair and method. Randomisation: a row a pair and stage. Pairs with a page of fewer than ten
        regions are left out.
    """
    paths = sorted({path for pair in pairs for path in (pair.a, pair.b)})
    pages = dict(
        zip(paths, _run(partial(_explain, side=side, level=level), paths, workers, "page"), strict=True)
    )
    pairs = [pair for pair in pairs if pages[pair.a].factors and pages[pair.b].factors]
    tasks = [(pages[pair.a], pages[pair.b], seed + number) for number, pair in enumerate(pairs)]
    rows = []
    for pair, scores in zip(pairs, _run(_score if curves else _agree, tasks, workers, "pair"), strict=True):
        known = {
            "group": pair.group,
            "a": pair.a.name,
            "b": pair.b.name,
            "units": list(pair.units),
            "regions": [pages[path].subject.regions for path in (pair.a, pair.b)],
        }
        rows += [{**known, "method": method, **row} for method, row in scores.items()]
    groups = pd.Series([pair.group for pair in pairs])
    first = np.flatnonzero(groups.groupby(groups).cumcount() < sane)
    changes: list[dict[str, object]] = []
    if len(first):
        results = _run(_randomise, [tasks[i] for i in first], workers, "randomised pair")
        for i, stages in zip(first, results, strict=True):
            changes += [{"group": pairs[i].group, "a": pairs[i].a.name, **stage} for stage in stages]
    return pd.DataFrame(rows), pd.DataFrame(changes)


def summarise(scores: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Average every measure over the pairs of each group, with intervals, and its difference to the default.

    Returns
    -------
    DataFrame
        A row a group, method and measure: ``mean``, ``low``, ``high``, ``difference``, ``difference_low``,
        ``difference_high``.
    """
    rows = []
    for group, part in scores.groupby("group", sort=False):
        units = part.drop_duplicates(["a", "b"])["units"].tolist()
        weights = resample(units, seed)
        for measure in part.columns.intersection(MEASURES, sort=False):
            wide = part.pivot_table(index=["a", "b"], columns="method", values=measure, sort=False)
            for method in wide.columns:
                values = wide[method].to_numpy()
                paired = values - wide[DEFAULT].to_numpy()
                row = {"group": group, "method": method, "measure": measure, "pairs": len(values)}
                for name, series in (("", values), ("difference", paired)):
                    low, high = np.quantile(weights @ series, [0.025, 0.975])
                    row |= {
                        name or "mean": float(series.mean()),
                        f"{name}_low".lstrip("_"): float(low),
                        f"{name}_high".lstrip("_"): float(high),
                    }
                rows.append(row)
    return pd.DataFrame(rows)


def as_markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def show(summary: pd.DataFrame, name: str) -> str:
    """Write one table a group: a row a method, its measures with intervals; or the differences to the default.

    One pair has no interval.
    """
    parts = []
    for group, part in summary.groupby("group", sort=False):
        cells = {
            (row["method"], row["measure"]): f"{row[name]:.3f}"
            + (f" ({row[low]:.3f} to {row[high]:.3f})" if row["pairs"] > 1 else "")
            for row in part.to_dict("records")
            for low, high in [("low", "high") if name == "mean" else (f"{name}_low", f"{name}_high")]
        }
        measures = part["measure"].unique()
        rows = [
            [method, *(cells.get((method, measure), "") for measure in measures)]
            for method in part["method"].unique()
        ]
        title = f"{group}, {part['pairs'].iloc[0]} pairs" + ("" if name == "mean" else ": less the default")
        parts.append(f"{title}\n\n{as_markdown(['method', *measures], rows)}")
    return "\n\n".join(parts)


def show_changes(changes: pd.DataFrame) -> str:
    """Write the randomisation: a row a stage, means over all pairs."""
    means = changes.drop(columns=["group", "a"]).groupby("re-drawn down to", sort=False).mean()
    rows = [[str(stage), *(f"{value:.3f}" for value in row)] for stage, row in means.iterrows()]
    return as_markdown(["re-drawn down to", *means.columns], rows)


def draw(scores: pd.DataFrame, path: Path) -> None:
    """Draw the mean curves of every group: deletion above, insertion below."""
    groups = scores["group"].unique()
    names = dict.fromkeys(method.removesuffix(", by region") for method in CURVES)
    colours = {name: f"C{number}" for number, name in enumerate(names)}
    with mpl.rc_context({"svg.hashsalt": "tablekin", "font.size": 8}):
        figure = Figure(figsize=(3.2 * len(groups) + 0.4, 6.6), layout="constrained")
        axes = figure.subplots(2, len(groups), squeeze=False, sharex=True, sharey="row")
        for column, group in enumerate(groups):
            for row, name in enumerate(("deletion", "insertion")):
                for method in CURVES:
                    chosen = scores[(scores["group"] == group) & (scores["method"] == method)]
                    curve = np.mean(chosen[f"{name} curve"].tolist(), axis=0)
                    style, colour = (
                        "--" if method.endswith("by region") else "-",
                        colours[method.removesuffix(", by region")],
                    )
                    axes[row, column].plot(FRACTIONS, curve, style, color=colour, lw=1, label=method)
                axes[row, column].set_title(f"{name}, {group}")
            axes[1, column].set_xlabel("share of the regions of each page")
            axes[0, column].set_ylabel("similarity left")
            axes[1, column].set_ylabel("similarity reached")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4)
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def main() -> None:
    """Run the evaluation."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--pairs", type=int, nargs="+", default=[24], help="pairs a folder, or one for each")
    parser.add_argument(
        "--regions", choices=get_args(Level), default="cells", help="erase cells, or single digits"
    )
    parser.add_argument("--side", type=int, default=1024, help="largest window of a page, working pixels")
    parser.add_argument("--sanity", type=int, default=0, help="pairs a group whose network is randomised")
    parser.add_argument(
        "--agreement", action="store_true", help="nothing but the agreement: many times faster"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=default_workers("cpu"))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path, help="picture of the curves")
    options = parser.parse_args()
    if options.agreement and options.plot:
        parser.error("--agreement measures no curves to --plot")
    counts = options.pairs * (len(options.folders) if len(options.pairs) == 1 else 1)
    pairs = [
        pair
        for folder, count in zip(options.folders, counts, strict=True)
        for pair in choose_pairs(folder, count, options.seed)
    ]
    scores, changes = evaluate(
        pairs,
        options.regions,
        options.side,
        options.seed,
        options.workers,
        options.sanity,
        not options.agreement,
    )
    summary = summarise(scores, options.seed)
    print(show(summary, "mean"), show(summary, "difference"), sep="\n\n")
    if len(changes):
        print("\n" + show_changes(changes))
    if options.json:
        found: Mapping[str, Any] = {
            "fractions": FRACTIONS,
            "summary": summary.to_dict("records"),
            "scores": json.loads(scores.to_json(orient="records")),
            "randomisation": changes.to_dict("records"),
        }
        options.json.write_text(json.dumps(found, indent=1))
    if options.plot:
        draw(scores, options.plot)


if __name__ == "__main__":
    main()
