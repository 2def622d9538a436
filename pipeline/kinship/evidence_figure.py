"""Evidence under a tree: every branch by its letter, and the first places that carry it, cut from the scans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from tablekin.kinship.branch_evidence import BranchEvidence
from tablekin.kinship.stemma import Branch, Split
from tablekin.kinship.variant_table import Cell
from tablekin.lettering import counted, on_drawing
from tablekin.palette import DIFFERS, INK, MUTED

MAX_SHOWN = 3  # places of a branch
_MAX_BRANCHES = 12
_MAX_NAMES = 5  # witnesses of a branch
_HEAD, _CROP, _FOOT, _GAP = (
    0.22,
    0.5,
    0.2,
    0.14,
)  # inches: words over a row of cells, the cells, words under them
_LEFT, _BETWEEN = 0.4, 0.08  # inches
_LONGEST, _LONGEST_CAPTION = 130, 46  # letters over a row, and under a piece of evidence
_SIZE = 7.5  # points

Listed = Sequence[tuple[str, Branch]]  # letters, and the branches they stand for


def evidence_height(branches: int) -> float:
    """Inches that the evidence of so many branches takes."""
    rows = min(branches, _MAX_BRANCHES) * (_HEAD + _CROP + _FOOT + _GAP)
    return rows + _HEAD * (branches > _MAX_BRANCHES)


def draw_evidence(
    axes: Axes,
    size: tuple[float, float],
    listed: Listed,
    evidence: Mapping[Split, Sequence[BranchEvidence]],
    pieces: Mapping[Cell, NDArray[np.uint8]],
) -> None:
    """List branches and what carries them.

    Parameters
    ----------
    axes
        Whole of the place for it.
    size
        Its width and height in inches.
    listed
        The branches.
    evidence
        Of every branch, by its split.
    pieces
        Cells cut from scans, grey; a cell that is not among them is told in words alone.
    """
    axes.set_xlim(0, size[0])
    axes.set_ylim(size[1], 0)
    axes.set_axis_off()
    top = 0.0
    shared = shared_beginning([name for _, branch in listed for name in branch.below or branch.split])
    for letter, branch in listed[:_MAX_BRANCHES]:
        own = evidence[branch.split]
        _write(axes, (_LEFT, top + _HEAD / 2), _head(letter, branch, own, shared))
        width = (size[0] - 2 * _LEFT) / MAX_SHOWN
        for number, one in enumerate(own[:MAX_SHOWN]):
            _draw_one(axes, (_LEFT + number * width, top + _HEAD, width - 2 * _BETWEEN), one, pieces, shared)
        top += _HEAD + _CROP + _FOOT + _GAP
    if len(listed) > _MAX_BRANCHES:
        more = f"and {counted(len(listed) - _MAX_BRANCHES, 'more branch')}: the table branches has them all"
        _write(axes, (_LEFT, top + _HEAD / 2), more)


def shared_beginning(names: Sequence[str]) -> str:
    """Find what all names begin with, up to a sign that parts words: it need not be repeated."""
    first, last = min(names), max(names)
    shared = first[
        : next((place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    ]
    return shared[: max((shared.rfind(sign) for sign in "_- ,"), default=-1) + 1]


def _head(letter: str, branch: Branch, own: Sequence[BranchEvidence], shared: str) -> str:
    names = [name.removeprefix(shared) for name in sorted(branch.below or branch.split)]
    said = ", ".join(names[:_MAX_NAMES]) + (
        f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    )
    errors = counted(len(own), "error" if branch.below else "reading")
    return f"{letter}: {said} share {errors} that the others do not have"[:_LONGEST]


def _draw_one(
    axes: Axes,
    place: tuple[float, float, float],
    one: BranchEvidence,
    pieces: Mapping[Cell, NDArray[np.uint8]],
    shared: str,
) -> None:
    """Show a place from a corner on, in a width: the cell that errs, framed, and beside it one that does not."""
    x, y, width = place
    half = (width - _BETWEEN) / 2
    for cell, colour, broad in ((one.cell, DIFFERS, 1.6), (one.other_cell, MUTED, 0.6)):
        piece = None if cell is None else pieces.get(cell)
        if piece is not None:
            scale = min(half / piece.shape[1], _CROP / piece.shape[0])
            own = piece.shape[1] * scale, piece.shape[0] * scale
            axes.imshow(
                piece,
                cmap="gray",
                vmin=0,
                vmax=255,
                extent=(x, x + own[0], y + own[1], y),
                interpolation="antialiased",
                aspect="auto",
            )
            axes.set_autoscale_on(False)
            axes.add_patch(Rectangle((x, y), *own, fill=False, ec=colour, lw=broad, zorder=2))
            x += own[0] + _BETWEEN
    _write(axes, (place[0], y + _CROP + _FOOT / 2), _caption(one, shared))


def _caption(one: BranchEvidence, shared: str) -> str:
    names = [name.removeprefix(shared) for name in (one.witness, one.other_witness) if name is not None]
    return f"{one.said} ({'; '.join(names)})"[:_LONGEST_CAPTION]


def _write(axes: Axes, place: tuple[float, float], text: str) -> None:
    axes.text(*place, on_drawing(text), fontsize=_SIZE, color=INK, va="center", ha="left", clip_on=True)
