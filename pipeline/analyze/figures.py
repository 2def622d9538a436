"""Figures: the tables of an analysis as drawings, SVG and PNG."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tablekin.analyze.history import SETTINGS
from tablekin.analyze.works_figure import draw_works, size_of
from tablekin.corpus import replacing
from tablekin.lettering import PLAIN_DRAWING, on_drawing

# Okabe and Ito's colours, which the colour-blind can tell apart
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#000000")
_GREY = "#b8b8b8"
_MAX_CLUSTERS = 40  # whose lives are drawn
_MAX_PLACES = 20
_BAND = f"{SETTINGS.band[1] - SETTINGS.band[0]:.0f} %"


def draw_all(tables: Mapping[str, pd.DataFrame], documents: pd.DataFrame, out: Path) -> Iterator[Path]:
    """Draw what there are tables for, twice each.

    Yields
    ------
    Path
        Of each file; the same tables give the same files.
    """
    drawings: dict[str, tuple[tuple[float, float], Callable[[Axes], None]]] = {
        "map": ((7.5, 6.5), lambda axes: _map(axes, documents)),
        "drivers": ((7.5, 4), lambda axes: _drivers(axes, tables["drivers_by"])),
    }
    if len(works := tables.get("works", pd.DataFrame())) and works["related"].any():
        drawings["works"] = size_of(works), lambda axes: draw_works(axes, works)
    if len(tables.get("entropy_over_time", ())):
        drawings["entropy_over_time"] = (7.5, 4.2), lambda axes: _over_time(axes, tables["entropy_over_time"])
    if len(by_place := tables.get("entropy_by_place", pd.DataFrame())):
        height = 1.2 + 0.28 * min(len(by_place), _MAX_PLACES)
        drawings["entropy_by_place"] = (7.5, height), lambda axes: _by_place(axes, by_place)
    if len(clusters := tables.get("clusters", pd.DataFrame())):
        height = 1.2 + 0.2 * min(len(clusters), _MAX_CLUSTERS)
        drawings["clusters"] = (7.5, height), lambda axes: _clusters(axes, clusters, documents)
    if len(moved := tables.get("flows", pd.DataFrame())):
        drawings["flows"] = (8, 7), lambda axes: _flows(axes, moved)
    for name, (size, draw) in drawings.items():
        figure = Figure(figsize=size, layout="constrained")
        with matplotlib.rc_context(PLAIN_DRAWING):
            draw(figure.subplots())
        for suffix in (".svg", ".png"):
            path = out / f"{name}{suffix}"
            with matplotlib.rc_context(PLAIN_DRAWING), replacing(path) as file:
                dated = {"Date": None} if suffix == ".svg" else None
                figure.savefig(file, format=suffix[1:], dpi=150, metadata=dated)
            yield path


def _map(axes: Axes, documents: pd.DataFrame) -> None:
    """Draw every document; the largest clusters in colours."""
    shown = documents[documents["cluster"] >= len(_COLOURS)]
    rest = documents[documents["cluster"] < 0]
    axes.scatter(rest["x"], rest["y"], s=12, marker="x", color=_GREY, linewidth=0.8, label="in no cluster")
    axes.scatter(shown["x"], shown["y"], s=14, color=_GREY, label="smaller clusters")
    for cluster, colour in enumerate(_COLOURS):
        part = documents[documents["cluster"] == cluster]
        if len(part):
            label = f"cluster {cluster}" + (f": {_usual(part['work'])}" if "work" in part else "")
            axes.scatter(
                part["x"], part["y"], s=22, color=colour, edgecolor="black", linewidth=0.4, label=label
            )
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title("documents with like digits lie near one another", fontsize="medium")
    axes.legend(fontsize="small", loc="upper left", bbox_to_anchor=(1, 1), frameon=False)


def _usual(works: pd.Series) -> str:
    known = works.dropna()
    return on_drawing(str(known.mode().iloc[0])) if len(known) else "?"


def _drivers(axes: Axes, drivers_by: pd.DataFrame) -> None:
    """Draw which kinds of region carry the similarity of the whole corpus."""
    whole = drivers_by[drivers_by["by"] == "corpus"].sort_values("share")
    axes.barh(whole["kind"].str.replace("_", " "), 100 * whole["share"], color=_COLOURS[0])
    axes.set_xlabel("share of the relevance of all pairs, %")
    for row, share in enumerate(whole["share"]):
        axes.annotate(f"{share:.1%}", (100 * share, row), (3, 0), textcoords="offset points", va="center")
    axes.margins(x=0.12)


def _over_time(axes: Axes, table: pd.DataFrame) -> None:
    axes.fill_between(
        table["year"], table["low"], table["high"], color=_GREY, alpha=0.5, label=f"{_BAND} of them"
    )
    axes.plot(
        table["year"],
        table["shuffled"],
        color="#707070",
        linestyle="--",
        label="clusters dealt out at random",
    )
    axes.plot(table["year"], table["entropy"], color=_COLOURS[0], linewidth=2, label="as printed")
    axes.set_xlabel("year")
    axes.set_ylabel("entropy of the clusters, nats")
    axes.legend(fontsize="small", frameon=False)


def _by_place(axes: Axes, table: pd.DataFrame) -> None:
    shown = table.sort_values("documents", ascending=False).head(_MAX_PLACES).sort_values("entropy")
    row = np.arange(len(shown))
    axes.hlines(row, shown["low"], shown["high"], color="#707070", label=f"{_BAND} of samples of its tables")
    axes.plot(shown["plain"], row, "|", color="black", markersize=9, label="not corrected")
    axes.plot(shown["entropy"], row, "o", color=_COLOURS[0], label="corrected for what was not seen")
    axes.set_yticks(
        row,
        [
            f"{on_drawing(place)} ({count})"
            for place, count in zip(shown["place"], shown["documents"], strict=True)
        ],
    )
    axes.set_ylim(-0.7, len(shown) - 0.3)
    axes.set_xlabel("entropy of the clusters, nats")
    axes.legend(fontsize="small", frameon=False, loc="upper left", bbox_to_anchor=(0, -0.18), ncols=3)


def _clusters(axes: Axes, clusters: pd.DataFrame, documents: pd.DataFrame) -> None:
    """Draw the clusters from their first to their last year, a dot a document."""
    shown = clusters.sort_values("documents", ascending=False).head(_MAX_CLUSTERS)
    shown = shown.sort_values(["first_year", "cluster"], ascending=False)
    row = np.arange(len(shown))
    axes.hlines(row, shown["first_year"], shown["last_year"], color=_COLOURS[0])
    names = []
    for place, cluster in zip(row, shown["cluster"], strict=True):
        part = documents[documents["cluster"] == cluster]
        axes.plot(part["year"], np.full(len(part), place), "o", color=_COLOURS[0], markersize=4)
        names.append(f"{_usual(part['work'])} ({cluster})" if "work" in part else f"cluster {cluster}")
    axes.set_yticks(row, names, fontsize="small")
    axes.set_ylim(-0.7, len(shown) - 0.3)
    axes.set_xlabel("year")
    axes.grid(axis="x", color="#e0e0e0")
    axes.set_axisbelow(True)


def _flows(axes: Axes, moved: pd.DataFrame) -> None:
    """Draw how many clusters went from each place to each other one."""
    weight = (
        moved.groupby("place_from")["clusters"]
        .sum()
        .add(moved.groupby("place_to")["clusters"].sum(), fill_value=0)
    )
    places = sorted(weight.sort_values(ascending=False, kind="stable").index[:_MAX_PLACES])
    matrix = moved.pivot_table(index="place_from", columns="place_to", values="clusters", aggfunc="sum")
    matrix = matrix.reindex(index=places, columns=places).fillna(0)
    axes.imshow(matrix, cmap="Blues", vmin=0)
    for (row, column), count in np.ndenumerate(matrix.to_numpy()):
        if count:
            dark = count > 0.6 * matrix.to_numpy().max()
            axes.text(
                column,
                row,
                f"{count:.0f}",
                ha="center",
                va="center",
                fontsize="small",
                color="white" if dark else "black",
            )
    names = [on_drawing(place) for place in places]
    axes.set_xticks(range(len(places)), names, rotation=90)
    axes.set_yticks(range(len(places)), names)
    axes.set_xlabel("printed there later")
    axes.set_ylabel("printed there first")
