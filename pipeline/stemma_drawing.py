"""Stemma drawing: the tree of witnesses as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import dendropy
import matplotlib
from matplotlib.figure import Figure

from pipeline.stemma import Stemma, normalized

_ROW = 0.32  # inches a witness
_WIDTH = 7.5
_HINT = "From the earliest witness on the left; the readings themselves do not tell the direction."
_NO_HINT = "The readings do not tell the direction: no witness on the left need be earlier."


def draw_stemma(stemma: Stemma, years: Mapping[str, float], path: Path) -> None:
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
    tree = dendropy.Tree.get(data=stemma.newick, schema="newick", preserve_underscores=True)
    known = {name: years[name] for name in stemma.witnesses if name in years}
    if known:
        first = min(known, key=lambda name: (known[name], name))
        leaf = tree.find_node_with_taxon_label(first)
        tree.to_outgroup_position(leaf, update_bipartitions=False)
    order = {leaf: row for row, leaf in enumerate(tree.leaf_node_iter())}
    height: dict[dendropy.Node, float] = {}
    for node in tree.postorder_node_iter():
        below = [height[child] for child in node.child_nodes()]
        height[node] = sum(below) / len(below) if below else float(order[node])
    figure = Figure(figsize=(_WIDTH, 1.1 + _ROW * len(order)), layout="constrained")
    axes = figure.subplots()
    depth = {tree.seed_node: 0.0}
    for node in tree.preorder_node_iter():
        for child in node.child_nodes():
            depth[child] = depth[node] + max(child.edge_length or 0.0, 0.0)
            axes.plot([depth[node], depth[child]], [height[child]] * 2, color="black", linewidth=1)
            axes.plot([depth[node]] * 2, [height[node], height[child]], color="black", linewidth=1)
    width = max(depth.values()) or 1.0
    places = {branch.apart: branch.alone for branch in stemma.branches}
    for node, x in depth.items():
        if node.taxon is not None:
            name = node.taxon.label
            text = f"{name}, {years[name]:.0f}" if name in years else name
            axes.annotate(text, (x, height[node]), (4, 0), textcoords="offset points", va="center")
        elif (
            apart := normalized({leaf.taxon.label for leaf in node.leaf_iter()}, stemma.witnesses)
        ) in places:
            axes.annotate(
                str(places[apart]),
                (x, height[node]),
                (-3, 3),
                textcoords="offset points",
                ha="right",
                fontsize="small",
                color="#c8102e",
            )
    axes.set_xlim(-0.03 * width, 1.45 * width)
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.set_yticks([])
    axes.set_xlabel("share of the compared places changed; in red, the places that set a branch apart")
    axes.set_title(_HINT if known else _NO_HINT, fontsize="small")
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    with matplotlib.rc_context({"svg.hashsalt": "tablekin"}):
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)
