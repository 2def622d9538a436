"""Figure: the tree of witnesses as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tablekin.corpus import replacing
from tablekin.dating import Years
from tablekin.kinship.branch_evidence import BranchEvidence
from tablekin.kinship.evidence_figure import draw_evidence, evidence_height, shared_beginning
from tablekin.kinship.stemma import Branch, Split, Stemma, split_at
from tablekin.kinship.variant_table import Cell
from tablekin.lettering import PLAIN_DRAWING, on_drawing
from tablekin.palette import DIFFERS, INK

_ROW = 0.32  # inches a witness
_WIDTH = 7.5  # inches
_AXES = 0.92  # share of the width that the axis takes
_LETTER, _MAX_LETTERS = (
    0.086,
    60,
)  # inches that a letter of a name takes on average, and letters that have room
_HEAD, _FOOT = 0.3, 0.62  # inches over the tree for its title, and under it for its axis
_LABEL: dict[str, Any] = {
    "textcoords": "offset points",
    "ha": "right",
    "fontsize": "small",
    "color": DIFFERS,
}
_HINT = "From the earliest witness on the left; the readings themselves do not tell the direction."
_ROOTED = "From the computed table on the left: what differs from it is an error, and errors are inherited."
_NO_HINT = "The readings do not tell the direction: no witness on the left need be earlier."


@matplotlib.rc_context(PLAIN_DRAWING | {"image.composite_image": False})
def draw_stemma(
    stemma: Stemma,
    years: Mapping[str, Years],
    path: Path,
    evidence: Mapping[Split, Sequence[BranchEvidence]] | None = None,
    pieces: Mapping[Cell, NDArray[np.uint8]] | None = None,
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
    evidence
        What carries the branches; as much is listed under the tree as there is room for.
    pieces
        Of scans, grey: the cells that evidence shows.
    """
    tree = stemma.tree()
    known = {name: years[name] for name in stemma.witnesses if name in years}
    if known and not stemma.is_rooted:
        tree.root_with_outgroup(min(known, key=lambda name: (known[name].by, name)))
    leaves = tree.get_terminals()
    listed = [branch for branch in stemma.branches if (evidence or {}).get(branch.split)]
    letters = {branch.split: _letter(number) for number, branch in enumerate(listed)}
    high, low = 1.1 + _ROW * len(leaves), evidence_height(len(listed))
    whole = high + low
    figure = Figure(figsize=(_WIDTH, whole))
    axes = figure.add_axes((0.04, (low + _FOOT) / whole, _AXES, (high - _FOOT - _HEAD) / whole))
    height = {leaf: float(row) for row, leaf in enumerate(leaves)}
    for clade in tree.get_nonterminals(order="postorder"):
        below = [height[child] for child in clade]
        height[clade] = sum(below) / len(below)
    depth = tree.depths()
    named = {leaf: _name(str(leaf.name), stemma, years) for leaf in leaves}
    labels = {
        branch.below or branch.split: _label(branch, letters.get(branch.split), evidence or {})
        for branch in stemma.branches
    }
    shift = (
        0.06 * (max(depth.values()) or 1.0) if stemma.is_rooted else 0.0
    )  # an archetype before the first witness
    for clade in tree.find_clades():
        x, y = depth[clade], height[clade]
        for child in clade:
            axes.plot([x, x, depth[child]], [y, height[child], height[child]], color=INK, linewidth=1)
        if clade.is_terminal():
            axes.annotate(on_drawing(named[clade]), (x, y), (4, 0), textcoords="offset points", va="center")
            continue
        inside = frozenset(leaf.name for leaf in clade.get_terminals())
        label = labels.pop(inside if stemma.is_rooted else split_at(clade, stemma.witnesses), "")
        axes.annotate(on_drawing(label), (x, y), (-3, 3), **_LABEL)  # the root divides one branch in two
    if stemma.is_rooted:
        root = height[tree.root]
        axes.plot([-shift, 0], [root, root], color=INK, linewidth=1)
        axes.annotate(
            "computed", (-shift, root), (-4, 0), textcoords="offset points", va="center", ha="right"
        )
    width = max(depth.values()) or 1.0
    left = -0.35 * width if stemma.is_rooted else -0.03 * width
    axes.set_xlim(left, _right_end(left, [(depth[leaf], len(named[leaf])) for leaf in leaves]))
    axes.set_ylim(len(leaves) - 0.4, -0.6)
    axes.set_yticks([])
    axes.xaxis.set_major_formatter(
        lambda share, _: "" if share < 0 else f"{share:g}"
    )  # before the first witness
    axes.set_xlabel(f"share of the compared places changed; {_told(stemma, bool(listed))}", fontsize="small")
    axes.set_title(_ROOTED if stemma.is_rooted else _HINT if known else _NO_HINT, fontsize="small")
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    if low:
        lower = figure.add_axes((0.0, 0.0, 1.0, low / whole))
        draw_evidence(
            lower, (_WIDTH, low), [(letters[one.split], one) for one in listed], evidence or {}, pieces or {}
        )
    with replacing(path) as file:
        dated = {"Date": None} if path.suffix == ".svg" else None
        figure.savefig(file, format=path.suffix[1:], dpi=150, metadata=dated)


def _name(name: str, stemma: Stemma, years: Mapping[str, Years]) -> str:
    """Name a witness, with its year, and what it was copied from where that is told."""
    shared = shared_beginning(stemma.witnesses)
    source = next((step.parent for step in stemma.steps if step.child == name), None)
    dated = f"{name}, {years[name]}" if name in years else name
    return dated if source is None else f"{dated}, from {source.removeprefix(shared) or source}"


def _right_end(left: float, names: Sequence[tuple[float, int]]) -> float:
    """End the axis where the names behind all leaves, by depth and number of letters, have room."""
    width = _WIDTH * _AXES
    room = [max(width - _LETTER * letters, width / 4) for _, letters in names]
    return max(left + (x - left) * width / wide for (x, _), wide in zip(names, room, strict=True)) or 1.0


def _letter(number: int) -> str:
    """Letter a branch: A to Z, then A1, B1 and so on."""
    return chr(ord("A") + number % 26) + (str(number // 26) if number >= 26 else "")


def _told(stemma: Stemma, listed: bool) -> str:
    if not stemma.branches:
        return "no branch is sure"
    what = "the errors that carry a branch" if stemma.is_rooted else "the places that set a branch apart"
    return f"in colour, {what}" + (", which are listed below by its letter" if listed else "")


def _label(branch: Branch, letter: str | None, evidence: Mapping[Split, Sequence[BranchEvidence]]) -> str:
    """Say beside a branch what carries it: how many errors or places, or how probable it is without any."""
    known = len(evidence.get(branch.split, ())) if branch.below else branch.alone
    count = str(known) if known else f"{branch.probability or 0:.2f}"
    return f"{letter}: {count}" if letter else count
