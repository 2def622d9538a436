"""BranchEvidence: the places that carry a branch of a tree, each shown by two cells: one errs, the other does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.kinship.families import Family
from tablekin.kinship.stemma import Branch, Split, speaks
from tablekin.kinship.variant_table import Cell

Cut = Callable[
    [Cell], NDArray[np.uint8] | None
]  # a cell with what stands around it, grey, from its scan; None is lost


@dataclass(frozen=True)
class BranchEvidence:
    """What one place tells of a branch."""

    text: str  # what the witnesses of the branch have there
    other: str  # what another witness has; "" where none has the place
    witness: str  # whose cell is shown
    cell: Cell
    other_witness: str | None
    other_cell: Cell | None

    @property
    def said(self) -> str:
        """Both readings in words."""
        return f"{self.text} for {self.other}" if self.other else self.text


def evidence_of(family: Family) -> dict[Split, list[BranchEvidence]]:
    """Collect what carries the branches of a family's tree: errors where these are known, or else readings.

    Returns
    -------
    dict
        By the side of the branch that :attr:`Branch.split` names. Of witnesses that share an error one is shown, the
        same at every place where it has it, and one that lacks the error. What most of them have comes first.
    """
    assert family.stemma is not None
    return {
        branch.split: list(_evidence(branch, side_of(branch, family.stemma.witnesses), family))
        for branch in family.stemma.branches
    }


def side_of(branch: Branch, witnesses: tuple[str, ...]) -> Split:
    """Name the side of a branch whose readings are told: that below it, or else the smaller one."""
    others = frozenset(witnesses) - branch.split
    return branch.below or (branch.split if len(branch.split) <= len(others) else others)


def _evidence(branch: Branch, side: Split, family: Family) -> Iterator[BranchEvidence]:
    variants = family.variants
    column = {name: number for number, name in enumerate(variants.witnesses)}

    def shown(place: int, inside: bool, beside: str = "") -> tuple[str, Cell] | None:
        """Choose a witness: one that is surely read, whose reading is another than that beside it, and the shortest."""
        cells, read = variants.cells[place], variants.readings[place]
        names = [name for name in sorted(cells) if (name in side) is inside]
        if not names:
            return None

        def rank(name: str) -> tuple[bool, bool, int]:
            text = variants.texts[cells[name]]
            return bool(read[column[name]] < 0), text == beside, len(text)

        name = min(names, key=rank)
        return name, cells[name]

    def having(place: int) -> int:
        """Witnesses of the branch that have the reading of most of it."""
        read = [variants.readings[place, column[name]] for name in side]
        return max(Counter(reading for reading in read if reading >= 0).values(), default=0)

    places = branch.errors if branch.below else _supporting(branch, family)
    for place in sorted(places, key=lambda place: (-having(place), place)):
        own = shown(place, True)
        if own is not None:
            other = shown(place, False, variants.texts[own[1]])
            yield BranchEvidence(
                text=variants.texts[own[1]],
                other="" if other is None else variants.texts[other[1]],
                witness=own[0],
                cell=own[1],
                other_witness=None if other is None else other[0],
                other_cell=None if other is None else other[1],
            )


def _supporting(branch: Branch, family: Family) -> Iterator[int]:
    """Yield the places where the two sides of a branch read differently and each agrees within itself."""
    assert family.stemma is not None
    known = [family.variants.witnesses.index(name) for name in family.stemma.witnesses]
    for place, readings in enumerate(family.variants.readings[:, known]):
        if speaks(branch.split, family.stemma.witnesses, readings) > 0:
            yield place


def cut_all(
    evidence: Mapping[Split, list[BranchEvidence]], cut: Cut, most: int
) -> dict[Cell, NDArray[np.uint8]]:
    """Cut the cells that the first pieces of evidence of every branch show, those of one document after another."""
    cells = {
        cell
        for own in evidence.values()
        for one in own[:most]
        for cell in (one.cell, one.other_cell)
        if cell is not None
    }
    pieces = {cell: cut(cell) for cell in sorted(cells)}
    return {cell: piece for cell, piece in pieces.items() if piece is not None}
