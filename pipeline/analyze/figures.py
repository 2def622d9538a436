"""Figures: the tables of an analysis as drawings, SVG and PNG."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tablekin.analyze.history import SETTINGS
from tablekin.analyze.map_figure import draw_documents, shorten, usual_work
from tablekin.analyze.works_figure import draw_works, size_of
from tablekin.corpus import replacing
from tablekin.lettering import PLAIN_DRAWING
from tablekin.palette import FAINT, INK, MUTED, PAPER, SERIES

_MAX_CLUSTERS = 40  # whose lives are drawn
_MAX_PLACES = 20
_MAX_FUNCTIONS = 8  # that are named among the drivers
_BAND = f"{SETTINGS.band[1] - SETTINGS.band[0]:.0f} %"
_STEP = 1.5  # usual steps of years from which two points are not joined
_DARK = 0.6  # of the largest number from which numbers on a field are white
_DPI = 200
_STYLE: Any = {
    **PLAIN_DRAWING,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": "medium",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": "small",
}


def draw_all(tables: Mapping[str, pd.DataFrame], documents: pd.DataFrame, out: Path) -> Iterator[Path]:
    """Draw what there are tables for, twice each.

    Yields
    ------
    Path
        Of each file; the same tables give the same files.
    """
    parts = driver_bars(tables["driver_parts"])
    drawings: dict[str, tuple[tuple[float, float], Callable[[Axes], None]]] = {
        "map": ((8.6, 7.2), lambda axes: draw_documents(axes, documents)),
        "drivers": ((8, 1.6 + 0.34 * len(parts)), lambda axes: _drivers(axes, parts)),
    }
    if len(works := tables.get("works", pd.DataFrame())) and works["related"].any():
        drawings["works"] = size_of(works), lambda axes: draw_works(axes, works)
    if len(tables.get("entropy_over_time", ())):
        drawings["entropy_over_time"] = (8, 4.6), lambda axes: _over_time(axes, tables["entropy_over_time"])
    if len(by_place := tables.get("entropy_by_place", pd.DataFrame())):
        height = 2.0 + 0.3 * min(len(by_place), _MAX_PLACES)
        drawings["entropy_by_place"] = (8, height), lambda axes: _by_place(axes, by_place)
    if len(clusters := tables.get("clusters", pd.DataFrame())):
        height = 1.8 + 0.24 * min(len(clusters), _MAX_CLUSTERS)
        drawings["clusters"] = (8, height), lambda axes: _clusters(axes, clusters, documents)
    if len(moved := tables.get("flows", pd.DataFrame())):
        matrix = _flow_matrix(moved)
        size = (2.6 + 0.42 * max(matrix.shape[1], 8), 2.4 + 0.36 * max(matrix.shape[0], 3))
        drawings["flows"] = size, lambda axes: _flows(axes, matrix)
    for name, (size, draw) in drawings.items():
        with matplotlib.rc_context(_STYLE):
            figure = Figure(figsize=size, layout="constrained")
            draw(figure.subplots())
        for suffix in (".svg", ".png"):
            path = out / f"{name}{suffix}"
            with matplotlib.rc_context(_STYLE), replacing(path) as file:
                dated = {"Date": None} if suffix == ".svg" else None
                figure.savefig(file, format=suffix[1:], dpi=_DPI, metadata=dated)
            yield path


def _explain(axes: Axes, columns: int) -> None:
    """Put the legend below everything else, where it covers nothing."""
    assert isinstance(axes.figure, Figure)
    axes.figure.legend(loc="outside lower left", ncols=columns)


def driver_bars(driver_parts: pd.DataFrame) -> pd.Series:
    """Name the parts of pages that the similarity of the whole corpus lies in, the largest last, with their shares."""
    whole = driver_parts[driver_parts["by"] == "corpus"]
    named = whole[whole["function"] != ""].nlargest(_MAX_FUNCTIONS, "share")["function"]
    names = [
        f"{_NAMES.get(part, part)}: {function if function in {*named} else _OTHERS}"
        if function
        else _NAMES.get(part, part)
        for part, function in zip(whole["part"], whole["function"], strict=True)
    ]
    shares = whole["share"].groupby(names).sum().sort_values(kind="stable")
    return shares.iloc[
        np.argsort([0 if name.endswith(_OTHERS) else 1 for name in shares.index], kind="stable")
    ]


_OTHERS = "other functions"
_NAMES = {
    "value": "values",
    "argument": "arguments",
    "difference": "differences",
    "text": "texts in tables",
    "cell": "cells of unknown columns",
    "heading": "headings",
    "page number": "page numbers",
    "margin": "margins",
    "outside": "outside of tables",
}


def _drivers(axes: Axes, shares: pd.Series) -> None:
    """Draw which parts of pages carry the similarity of the whole corpus."""
    axes.barh(shares.index, 100 * shares, color=SERIES[0], height=0.7)
    axes.set_xlabel("share of the relevance of all pairs, %")
    for row, share in enumerate(shares):
        axes.annotate(
            f"{share:.1%}",
            (100 * share, row),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize="small",
        )
    axes.margins(x=0.12, y=0.02)
    axes.tick_params(axis="y", length=0)
    axes.set_title("What the likeness of all pages is made of")


def _over_time(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the entropy with gaps where no year has enough tables."""
    below = int((table["entropy"] < table["low"]).sum())
    steps = table["year"].diff()
    usual = float(steps.median()) if len(table) > 1 else 0.0
    run = (steps > _STEP * usual).cumsum()
    for number, own in table.groupby(run):
        first = number == 0
        year = own["year"] if len(own) > 1 else own["year"].repeat(2) + np.array([-usual, usual]) / 4
        own = own if len(own) > 1 else own.loc[own.index.repeat(2)]
        axes.fill_between(
            year,
            own["low"],
            own["high"],
            color=FAINT,
            alpha=0.6,
            lw=0,
            label=f"{_BAND} of these" if first else None,
        )
        axes.plot(
            year,
            own["shuffled"],
            color=MUTED,
            ls="--",
            label="clusters dealt out at random" if first else None,
        )
        axes.plot(year, own["entropy"], color=SERIES[0], lw=2, label="as printed" if first else None)
    axes.set_xlabel("year")
    axes.set_ylabel("entropy of the clusters, nats")
    axes.set_ylim(bottom=0)
    axes.set_title(
        f"How various the printed tables were: less than chance would have it in {below} of {len(table)} windows"
    )
    _explain(axes, 3)


def _by_place(axes: Axes, table: pd.DataFrame) -> None:
    shown = table.sort_values("documents", ascending=False).head(_MAX_PLACES).sort_values("entropy")
    row = np.arange(len(shown))
    axes.hlines(row, shown["low"], shown["high"], color=MUTED, label=f"{_BAND} of samples of its tables")
    axes.plot(shown["plain"], row, "|", color=INK, markersize=10, label="not corrected")
    axes.plot(shown["entropy"], row, "o", color=SERIES[0], label="corrected for what was not seen")
    places = zip(shown["place"], shown["documents"], strict=True)
    axes.set_yticks(row, [f"{shorten(place)} ({count})" for place, count in places])
    axes.set_ylim(-0.7, len(shown) - 0.3)
    axes.set_xlabel("entropy of the clusters, nats")
    axes.grid(axis="x", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)
    axes.set_title("How various the tables of a place are (in brackets, how many it has)")
    _explain(axes, 3)


def _clusters(axes: Axes, clusters: pd.DataFrame, documents: pd.DataFrame) -> None:
    """Draw the clusters from their first to their last year, a dot a document."""
    shown = clusters.sort_values("documents", ascending=False).head(_MAX_CLUSTERS)
    shown = shown.sort_values(["first_year", "cluster"], ascending=False)
    row = np.arange(len(shown))
    axes.hlines(row, shown["first_year"], shown["last_year"], color=SERIES[0], lw=1.2)
    names = []
    for place, cluster in zip(row, shown["cluster"], strict=True):
        part = documents[documents["cluster"] == cluster]
        axes.plot(part["year"], np.full(len(part), place), "o", color=SERIES[0], markersize=4.5)
        names.append(f"{usual_work(part['work'])} ({cluster})" if "work" in part else f"cluster {cluster}")
    axes.set_yticks(row, names, fontsize="small")
    axes.set_ylim(-0.7, len(shown) - 0.3)
    axes.set_xlabel("year")
    axes.grid(axis="x", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)
    left = f"; the {len(shown)} largest of {len(clusters)}" if len(clusters) > len(shown) else ""
    axes.set_title(f"Lives of the clusters: a point is a document, a line the years of its cluster{left}")


def _flow_matrix(moved: pd.DataFrame) -> pd.DataFrame:
    """Count the clusters that went from each place to each other one: those places with most of them."""
    ends = [moved.groupby(end)["clusters"].sum() for end in ("place_from", "place_to")]
    weight = ends[0].add(ends[1], fill_value=0)
    places = {*weight.sort_values(ascending=False, kind="stable").index[:_MAX_PLACES]}
    kept = moved[moved["place_from"].isin(places) & moved["place_to"].isin(places)]
    return kept.pivot_table(index="place_from", columns="place_to", values="clusters", aggfunc="sum").fillna(
        0
    )


def _flows(axes: Axes, matrix: pd.DataFrame) -> None:
    """Draw how many clusters went from each place to each other one."""
    most = matrix.to_numpy().max()
    axes.imshow(matrix, cmap="Blues", vmin=0, vmax=most, aspect="auto")
    for (row, column), count in np.ndenumerate(matrix.to_numpy()):
        if count:
            colour = PAPER if count > _DARK * most else INK
            axes.text(column, row, f"{count:.0f}", ha="center", va="center", fontsize="small", color=colour)
    axes.set_xticks(range(matrix.shape[1]), [shorten(place) for place in matrix.columns], rotation=90)
    axes.set_yticks(range(matrix.shape[0]), [shorten(place) for place in matrix.index])
    axes.set_xticks(np.arange(matrix.shape[1] - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(matrix.shape[0] - 1) + 0.5, minor=True)
    axes.grid(which="minor", color=FAINT, lw=0.6)
    axes.tick_params(which="both", length=0)
    axes.set_xlabel("printed there later")
    axes.set_ylabel("printed there first")
    axes.set_title("Clusters that one place printed first and another later")
