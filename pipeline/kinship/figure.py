"""Figure: the tree of witnesses as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from tablekin.corpus import replacing
from tablekin.dating import Years
from tablekin.kinship.stemma import Branch, Stemma, split_at
from tablekin.lettering import PLAIN_DRAWING, on_drawing
from tablekin.palette import DIFFERS, INK

_ROW = 0.32  # inches a witness
_WIDTH = 7.5  # inches
_SHOWN = 1  # error of a branch that is written out
_LABEL: dict[str, Any] = {
    "textcoords": "offset points",
    "ha": "right",
    "fontsize": "small",
    "color": DIFFERS,
}
_HINT = "From the earliest witness on the left; the readings themselves do not tell the direction."
_ROOTED = "From the computed table on the left: what differs from it is an error, and errors are inherited."
_NO_HINT = "The readings do not tell the direction: no witness on the left need be earlier."


@matplotlib.rc_context(PLAIN_DRAWING)
def draw_stemma(
    stemma: Stemma,
    years: Mapping[str, Years],
    path: Path,
    errors: Mapping[frozenset[str], Sequence[str]] | None = None,
) -> None:
    """Draw a tree from the computed table, or else from the witness that is earliest by the years that are known.

    Parameters
    ----------
    stemma
        The tree.
    years
        Of the witnesses of which it is known.
    path
        Its ending (.svg, .png) tells the format; the same tree gives the same file.
    errors
        That carry a branch, by the witnesses below it, in words; as many are written as there is room for.
    """
    tree = stemma.tree()
    known = {name: years[name] for name in stemma.witnesses if name in years}
    if known and not stemma.is_rooted:
        tree.root_with_outgroup(min(known, key=lambda name: (known[name].by, name)))
    leaves = tree.get_terminals()
    figure = Figure(figsize=(_WIDTH, 1.1 + _ROW * len(leaves)), layout="constrained")
    axes = figure.subplots()
    height = {leaf: float(row) for row, leaf in enumerate(leaves)}
    for clade in tree.get_nonterminals(order="postorder"):
        below = [height[child] for child in clade]
        height[clade] = sum(below) / len(below)
    depth = tree.depths()
    places = {branch.split: str(branch.alone) for branch in stemma.branches if not branch.below}
    carried = {branch.below: _carried(branch, errors or {}) for branch in stemma.branches if branch.below}
    shift = (
        0.06 * (max(depth.values()) or 1.0) if stemma.is_rooted else 0.0
    )  # an archetype before the first witness
    for clade in tree.find_clades():
        x, y = depth[clade], height[clade]
        for child in clade:
            axes.plot([x, x, depth[child]], [y, height[child], height[child]], color=INK, linewidth=1)
        if clade.is_terminal():
            text = f"{clade.name}, {years[clade.name]}" if clade.name in years else clade.name
            axes.annotate(on_drawing(text), (x, y), (4, 0), textcoords="offset points", va="center")
        elif stemma.is_rooted:
            label = carried.get(frozenset(leaf.name for leaf in clade.get_terminals()), "")
            axes.annotate(on_drawing(label), (x, y), (-3, 3), **_LABEL)
        elif (split := split_at(clade, stemma.witnesses)) in places:
            label = places.pop(split)  # the root divides one branch in two
            axes.annotate(on_drawing(label), (x, y), (-3, 3), **_LABEL)
    if stemma.is_rooted:
        root = height[tree.root]
        axes.plot([-shift, 0], [root, root], color=INK, linewidth=1)
        axes.annotate(
            "computed", (-shift, root), (-4, 0), textcoords="offset points", va="center", ha="right"
        )
    width = max(depth.values()) or 1.0
    axes.set_xlim(-0.03 * width if not stemma.is_rooted else -0.35 * width, 1.45 * width)
    axes.set_ylim(len(leaves) - 0.4, -0.6)
    axes.set_yticks([])
    told = "the errors that carry a branch" if stemma.is_rooted else "the places that set a branch apart"
    axes.set_xlabel(f"share of the compared places changed; in colour, {told}")
    axes.set_title(_ROOTED if stemma.is_rooted else _HINT if known else _NO_HINT, fontsize="small")
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    with replacing(path) as file:
        dated = {"Date": None} if path.suffix == ".svg" else None
        figure.savefig(file, format=path.suffix[1:], dpi=150, metadata=dated)


def _carried(branch: Branch, errors: Mapping[frozenset[str], Sequence[str]]) -> str:
    """Write the errors that carry a branch, two of them in full."""
    known = list(errors.get(branch.below, ()))
    more = f" + {len(known) - _SHOWN}" if len(known) > _SHOWN else ""
    return ", ".join(known[:_SHOWN]) + more if known else f"{branch.probability or 0:.2f}"
