"""MapFigure: every document in the plane, like ones near one another, the largest clusters named."""

from __future__ import annotations

import matplotlib.patheffects as effects
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tablekin.analyze.clusters import NO_CLUSTER
from tablekin.lettering import counted, on_drawing
from tablekin.palette import FAINT, INK, MARKERS, MUTED, PAPER, SERIES

_LONGEST = 34  # letters of a name
_HALO: list[effects.AbstractPathEffect] = [effects.withStroke(linewidth=2.6, foreground=PAPER)]


def draw_documents(axes: Axes, documents: pd.DataFrame) -> None:
    """Draw every document; the largest clusters have a colour, a mark and their number beside them."""
    large = len(SERIES)
    shown = documents[documents["cluster"] >= large]
    rest = documents[documents["cluster"] == NO_CLUSTER]
    if len(rest):
        axes.scatter(rest["x"], rest["y"], s=16, marker="x", color=MUTED, lw=0.8, label="in no cluster")
    if len(shown):
        axes.scatter(
            shown["x"], shown["y"], s=20, color=FAINT, edgecolor=MUTED, lw=0.5, label="in a smaller cluster"
        )
    for cluster, (colour, marker) in enumerate(zip(SERIES, MARKERS, strict=True)):
        part = documents[documents["cluster"] == cluster]
        if part.empty:
            continue
        label = f"cluster {cluster}" + (f": {usual_work(part['work'])}" if "work" in part else "")
        axes.scatter(
            part["x"],
            part["y"],
            s=38,
            color=colour,
            marker=marker,
            edgecolor=INK,
            lw=0.5,
            label=label,
            zorder=3,
        )
        _number(axes, part[["x", "y"]].to_numpy(float), cluster)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_aspect("equal", adjustable="datalim")
    axes.spines[:].set(visible=True, color=FAINT)
    axes.margins(0.06)
    clusters = documents.loc[documents["cluster"] != NO_CLUSTER, "cluster"].nunique()
    axes.set_title(
        "Documents with like digits lie near one another; far apart says little\n"
        f"{counted(len(documents), 'document')}, {counted(clusters, 'cluster')}, {len(rest)} in none"
    )
    assert isinstance(axes.figure, Figure)
    axes.figure.legend(loc="outside lower left", ncols=2)


def _number(axes: Axes, places: np.ndarray, cluster: int) -> None:
    """Write the number of a cluster at the document that is nearest to its middle."""
    middle = np.median(places, axis=0)
    x, y = places[np.argmin(((places - middle) ** 2).sum(1))]
    text = axes.annotate(
        str(cluster),
        (x, y),
        (6, 5),
        textcoords="offset points",
        fontsize="medium",
        fontweight="bold",
        zorder=4,
    )
    text.set_path_effects(_HALO)


def usual_work(works: pd.Series) -> str:
    """Name the work that most documents are of."""
    known = works.dropna()
    return shorten(str(known.mode().iloc[0])) if len(known) else "?"


def shorten(name: str) -> str:
    """Cut a name that is too long for a drawing, and write out what cannot stand there."""
    cut = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip()}…"
    return on_drawing(cut)
