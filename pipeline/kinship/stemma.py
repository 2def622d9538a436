"""Stemma: the tree of witnesses that their shared readings tell of.

What sets some witnesses apart from all others, an error that they share, is evidence that they go back to one of
them or to a lost one (Lachmann's method). The tree is that of neighbour joining (Saitou and Nei, 1987) on the share of
places where two witnesses differ; a branch stays only if enough places tell the witnesses on its two sides apart.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import numpy as np
from Bio import Phylo
from Bio.Phylo.BaseTree import Clade, Tree
from Bio.Phylo.TreeConstruction import DistanceMatrix, DistanceTreeConstructor
from numpy.typing import NDArray

from tablekin.threshold import threshold

_TOKEN = re.compile(r"'(?:[^']|'')*'|[(),:;]|[^'(),:;]+")
Split = frozenset[str]  # the witnesses on the side of a branch that the first witness is not on


@dataclass(frozen=True)
class StemmaCriteria:
    """When a tree, and a branch of it, can be told."""

    min_witnesses: int = threshold(4, "witnesses", "of a tree; of fewer, every tree is the same")
    min_places: int = threshold(
        2,
        "places",
        "that support a branch and no other: an error can be made twice",
        chosen="generated pages (seed 60601): with one place three branches of five are right, with two five of six",
    )
    min_probability: float = threshold(
        0.9,
        "probability",
        "of a branch over all trees, where errors are known by what is computed",
        chosen="generated archives as read, seeds 771977, 771988 and 772208: 52 of 54 are right, of 62; from 0.7, "
        "54 of 58",
    )
    min_step: float = threshold(
        0.9,
        "probability",
        "of a step from one witness to its copy, over all trees",
        chosen="generated tables (seed 81001): all 27 steps are right, with years all 61",
    )


CRITERIA = StemmaCriteria()


@dataclass(frozen=True)
class Branch:
    """A division of the witnesses by a branch of the tree."""

    split: Split
    support: int  # places where the two sides read differently and each agrees within itself
    alone: int  # those that support no other branch of the tree
    against: int  # places that no tree with this branch explains by one change
    probability: float | None = None  # over all trees; None where errors are not known from right readings
    below: Split = frozenset()  # the side that descends from one copy, where that is known
    errors: tuple[int, ...] = ()  # places where that side alone has something else than what is due


@dataclass(frozen=True)
class CopyingStep:
    """A witness that was copied from another, or from a lost copy of it."""

    parent: str
    child: str
    probability: float
    errors: tuple[int, ...]  # places where the child has an error that the parent does not have


@dataclass(frozen=True)
class Stemma:
    """A tree of witnesses, rooted where errors are known from right readings."""

    witnesses: tuple[str, ...]
    branches: tuple[Branch, ...]  # the sure ones, between two groups of at least two witnesses
    doubtful: tuple[Branch, ...]  # those that neighbour joining found and too little speaks for
    newick: str  # lengths: share of the places changed; labels of branches: places that support them alone
    steps: tuple[CopyingStep, ...] = ()
    is_rooted: bool = False

    def tree(self) -> Tree:
        """Read the tree, whatever characters the names of its witnesses have; Biopython's reader stumbles over some."""
        written: list[str] = []
        names: list[str] = []
        for token in _TOKEN.findall(self.newick):
            if token not in "(),:;" and written[-1] in ("(", ","):
                names.append(token[1:-1].replace("''", "'") if token[0] == "'" else token)
                token = str(len(names) - 1)
            written.append(token)
        tree = Phylo.read(io.StringIO("".join(written)), "newick")
        for leaf in tree.get_terminals():
            leaf.name = names[int(leaf.name)]
        return tree

    @property
    def is_thin(self) -> bool:
        """Whether nothing is told of who belongs to whom: such a family is not drawn as a tree."""
        return not self.branches and not self.steps


def infer_stemma(witnesses: tuple[str, ...], readings: NDArray[np.integer]) -> Stemma:
    """Infer the tree of witnesses.

    Parameters
    ----------
    witnesses
        Their names, at least two.
    readings
        ``(places, witnesses)``: equal numbers for equal readings, -1 where a witness has none.
    """
    tree = _join_neighbours(witnesses, differences(readings))
    inner: dict[Split, Clade] = {}
    for clade in tree.get_nonterminals():
        clade.name = None
        split = split_at(clade, witnesses)
        if 2 <= len(split) <= len(witnesses) - 2:
            inner[split] = clade
    sure, doubtful = choose_branches(list(inner), witnesses, readings)
    for branch in sure:
        inner[branch.split].confidence = branch.alone
    for branch in doubtful:
        tree.collapse(inner[branch.split])
    written = io.StringIO()
    Phylo.write(tree, written, "newick", format_branch_length="%1.5f", format_confidence="%d")
    return Stemma(witnesses, tuple(sure), tuple(doubtful), written.getvalue())


def choose_branches(
    splits: list[Split], witnesses: tuple[str, ...], readings: NDArray[np.integer]
) -> tuple[list[Branch], list[Branch]]:
    """Tell the branches that enough places support from the others.

    A place that some witness lacks may support several branches, which differ in the side of that witness. So the
    weakest branch is given up first, and its places are left to the others.
    """
    varied = readings[(readings > 0).any(axis=1)]
    speaking = {split: [speaks(split, witnesses, place) for place in varied] for split in splits}
    support = {split: np.array([vote > 0 for vote in votes], bool) for split, votes in speaking.items()}
    against = {split: sum(vote < 0 for vote in votes) for split, votes in speaking.items()}
    kept, doubtful = list(splits), []

    def alone(split: Split) -> int:
        others = [support[other] for other in kept if other != split]
        return int((support[split] & ~np.any(others, axis=0)).sum()) if others else int(support[split].sum())

    def strength(split: Split) -> tuple[int, int, int, list[str]]:
        smaller = min(len(split), len(witnesses) - len(split))
        return alone(split), int(support[split].sum()), -smaller, sorted(split)

    def branch(split: Split) -> Branch:
        return Branch(split, int(support[split].sum()), alone(split), against[split])

    while kept:
        weakest = branch(min(kept, key=strength))
        if weakest.alone >= CRITERIA.min_places and weakest.alone > weakest.against:
            break
        kept.remove(weakest.split)
        doubtful.append(weakest)
    return [branch(split) for split in kept], doubtful


def differences(readings: NDArray[np.integer]) -> NDArray[np.float64]:
    """Share of places where two witnesses differ, ``(witnesses, witnesses)``; the mean where they have none."""
    read = (readings >= 0).astype(np.int64)
    compared = read.T @ read
    same = np.zeros_like(compared)
    for reading in range(int(readings.max(initial=-1)) + 1):
        here = (readings == reading).astype(np.int64)
        same += here.T @ here
    share = (compared - same) / np.maximum(compared, 1)
    known = compared > 0
    share[~known] = share[known].mean() if known.any() else 0.0
    np.fill_diagonal(share, 0)
    return share


def speaks(split: Split, witnesses: tuple[str, ...], place: NDArray[np.integer]) -> int:
    """Tell whether a place supports a branch (1), contradicts it (-1), or neither (0)."""
    side = np.array([witness in split for witness in witnesses])
    read = place >= 0
    here, there = place[read & side], place[read & ~side]
    if min(len(here), len(there)) >= 2 and len({*here}) == len({*there}) == 1 and here[0] != there[0]:
        return 1
    for reading in {*place[read]}:
        halves = [np.unique(half == reading) for half in (here, there)]
        if all(len(half) == 2 for half in halves):
            return -1
    return 0


def _join_neighbours(witnesses: tuple[str, ...], distances: NDArray[np.float64]) -> Tree:
    lower = [row[: place + 1] for place, row in enumerate(distances.tolist())]
    tree = DistanceTreeConstructor().nj(DistanceMatrix(list(witnesses), lower))
    for clade in tree.find_clades():
        clade.branch_length = max(clade.branch_length, 0.0)
    return tree


def split_at(clade: Clade, witnesses: tuple[str, ...]) -> Split:
    """Name the division of the witnesses by the branch above a clade."""
    return normalized({leaf.name for leaf in clade.get_terminals()}, witnesses)


def normalized(split: set[str], witnesses: tuple[str, ...]) -> Split:
    """Name a branch by the side that the first witness is not on."""
    return frozenset({*witnesses} - split if witnesses[0] in split else split)
