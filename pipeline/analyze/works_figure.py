"""WorksFigure: a matrix of works, which share tables and how many of their pages."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from tablekin.analyze.works import order_works, sharing
from tablekin.lettering import on_drawing
from tablekin.palette import FAINT, INK, MUTED, PAPER, UNTOLD

_MAX_WORKS = 30  # that are drawn, those with most related pages
_LONGEST = 26  # letters of a name
_NOT_COMPARED, _NOT_RELATED = UNTOLD, PAPER
_DARK = 0.6  # share of pages from which numbers on a field are white


def drawn_works(works: pd.DataFrame) -> list[tuple[str, str]]:
    """Choose the works that are drawn, by year: those with most related pages; each with its label."""
    found = sharing(works)
    weight = pd.concat([found.set_index("work_a")["related"], found.set_index("work_b")["related"]])
    most = weight.groupby(level=0).sum().sort_values(ascending=False, kind="stable").index[:_MAX_WORKS]
    return [(name, label) for name, label in order_works(works) if name in {*most}]


def size_of(works: pd.DataFrame) -> tuple[float, float]:
    """Give the size in inches at which every number can be read."""
    count = len(drawn_works(works))
    return 4.4 + 0.36 * count, 3.6 + 0.36 * count


def draw_works(axes: Axes, works: pd.DataFrame) -> None:
    """Draw works against works: how many pairs of pages are related and, in colour, the share of pages in them."""
    named = drawn_works(works)
    place = {name: number for number, (name, _) in enumerate(named)}
    share = np.full((len(named), len(named)), np.nan)
    related = np.zeros(share.shape, int)
    for row in works.itertuples():
        if row.work_a in place and row.work_b in place:
            taking = max(row.related_a / row.documents_a, row.related_b / row.documents_b)
            for one, other in ((row.work_a, row.work_b), (row.work_b, row.work_a)):
                share[place[one], place[other]] = taking
                related[place[one], place[other]] = row.related
    axes.set_facecolor(_NOT_COMPARED)
    image = axes.imshow(np.ma.masked_invalid(share), cmap="Blues", vmin=0, vmax=1)
    for (row_number, column), count in np.ndenumerate(related):
        if count:
            colour = PAPER if share[row_number, column] > _DARK else INK
            axes.text(
                column, row_number, str(count), ha="center", va="center", fontsize="small", color=colour
            )
    np.fill_diagonal(share, np.nan)
    for number in range(len(named)):
        axes.plot([number - 0.5, number + 0.5], [number - 0.5, number + 0.5], color=MUTED, linewidth=0.8)
    labels = [on_drawing(_shorten(name) + label.removeprefix(name)) for name, label in named]
    axes.set_xticks(range(len(named)), labels, rotation=90, fontsize="small")
    axes.set_yticks(range(len(named)), labels, fontsize="small")
    axes.set_xticks(np.arange(len(named) - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(len(named) - 1) + 0.5, minor=True)
    axes.grid(which="minor", color=FAINT, linewidth=0.6)
    axes.tick_params(which="minor", length=0)
    axes.set_title("Pairs of pages that are related, of works by year")
    assert isinstance(axes.figure, Figure)
    bar = axes.figure.colorbar(image, ax=axes, shrink=0.7)
    bar.set_label("pages of the one or the other work that take part", fontsize="small")
    bar.ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    keys = [
        Patch(facecolor=_NOT_RELATED, edgecolor=MUTED, label="compared, not related"),
        Patch(facecolor=_NOT_COMPARED, edgecolor=MUTED, label="no pages compared"),
    ]
    axes.figure.legend(handles=keys, fontsize="small", frameon=False, loc="outside lower left", ncols=2)


def _shorten(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip()}…"
