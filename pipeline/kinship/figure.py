"""Figure: the tree of witnesses as a picture."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib
from Bio import Phylo
from matplotlib.figure import Figure

from tablekin.corpus import replacing
from tablekin.dating import Years
from tablekin.kinship.stemma import Stemma, split_at

_ROW = 0.32  # inches a witness
_WIDTH = 7.5  # inches
_LABEL: dict[str, Any] = {
    "textcoords": "offset points",
    "ha": "right",
    "fontsize": "small",
    "color": "#c8102e",
}
_HINT = "From the earliest witness on the left; the readings themselves do not tell the direction."
_NO_HINT = "The readings do not tell the direction: no witness on the left need be earlier."


def draw_stemma(stemma: Stemma, years: Mapping[str, Years], path: Path) -> None:
    """Draw a tree; a year, where it is known, tells from which witness to begin.

    Parameters
    ----------
    stemma
        The tree.
    years
        Of the witnesses of which it is known.
    path
        Its ending (.svg, .png) tells the format; the same tree gives the same file.
    """
    tree = Phylo.read(io.StringIO(stemma.newick), "newick")
    known = {name: years[name] for name in stemma.witnesses if name in years}
    if known:
        tree.root_with_outgroup(min(known, key=lambda name: (known[name].by, name)))
    leaves = tree.get_terminals()
    figure = Figure(figsize=(_WIDTH, 1.1 + _ROW * len(leaves)), layout="constrained")
    axes = figure.subplots()
    height = {leaf: float(row) for row, leaf in enumerate(leaves)}
    for clade in tree.get_nonterminals(order="postorder"):
        below = [height[child] for child in clade]
        height[clade] = sum(below) / len(below)
    depth = tree.depths()
    places = {branch.split: branch.alone for branch in stemma.branches}
    for clade in tree.find_clades():
        x, y = depth[clade], height[clade]
        for child in clade:
            axes.plot([x, x, depth[child]], [y, height[child], height[child]], color="black", linewidth=1)
        if clade.is_terminal():
            text = f"{clade.name}, {years[clade.name]}" if clade.name in years else clade.name
            axes.annotate(text, (x, y), (4, 0), textcoords="offset points", va="center")
        elif (split := split_at(clade, stemma.witnesses)) in places:
            label = str(places.pop(split))  # the root divides one branch in two
            axes.annotate(label, (x, y), (-3, 3), **_LABEL)
    width = max(depth.values()) or 1.0
    axes.set_xlim(-0.03 * width, 1.45 * width)
    axes.set_ylim(len(leaves) - 0.4, -0.6)
    axes.set_yticks([])
    axes.set_xlabel("share of the compared places changed; in red, the places that set a branch apart")
    axes.set_title(_HINT if known else _NO_HINT, fontsize="small")
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    with matplotlib.rc_context({"svg.hashsalt": "tablekin"}), replacing(path) as file:
        dated = {"Date": None} if path.suffix == ".svg" else None
        figure.savefig(file, format=path.suffix[1:], dpi=150, metadata=dated)
