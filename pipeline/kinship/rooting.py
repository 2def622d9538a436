"""Rooting: the tree of witnesses whose errors are known from what their tables should say."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
from Bio import Phylo
from Bio.Phylo.BaseTree import Clade, Tree
from numpy.typing import NDArray

from tablekin.dating import Years
from tablekin.kinship.descent import UNKNOWN, Descent, infer_descent
from tablekin.kinship.stemma import (
    CRITERIA,
    Branch,
    CopyingStep,
    Split,
    Stemma,
    choose_branches,
    normalized,
)
from tablekin.kinship.variant_table import VariantTable

_MIN_ERRORS = 2  # places with an error that some witness has, without which a tree has no root
_DOUBTFUL = 0.3  # probability from which a branch is named as open


def infer_rooted_stemma(variants: VariantTable, years: Mapping[str, Years]) -> Stemma | None:
    """Infer the tree of witnesses with the computed table as its root; None where too few errors are known.

    Parameters
    ----------
    variants
        What the witnesses read; those without readings take no part.
    years
        Of the witnesses of which they are known.
    """
    if variants.due is None:
        return None
    read = np.asarray((variants.readings >= 0).any(axis=0))
    witnesses = tuple(name for name, has in zip(variants.witnesses, read.tolist(), strict=True) if has)
    readings, present = variants.readings[:, read], variants.present[:, read]
    wrong = (variants.due != UNKNOWN)[:, None] & (readings >= 0) & (readings != variants.due[:, None])
    if wrong.any(1).sum() < _MIN_ERRORS or len(witnesses) < CRITERIA.min_witnesses:
        return None
    once = ~variants.repeated()
    descent = infer_descent(witnesses, readings[once], variants.due[once], present[once], years)
    sure, doubtful = _branches(descent, witnesses, readings, wrong)
    newick = _newick(witnesses, readings, [branch for branch in sure if branch.below])
    return Stemma(
        witnesses, tuple(sure), tuple(doubtful), newick, tuple(_steps(descent, readings, wrong)), True
    )


def _branches(
    descent: Descent, witnesses: tuple[str, ...], readings: NDArray[np.integer], wrong: NDArray[np.bool_]
) -> tuple[list[Branch], list[Branch]]:
    """Tell branches that nearly all trees have from those that some have."""
    probability: dict[Split, float] = {}
    sides: dict[Split, tuple[float, frozenset[str]]] = {}
    for group, share in sorted(descent.groups.items(), key=lambda one: sorted(one[0])):
        if 2 <= len(group) <= len(witnesses) - 2:
            split = normalized({*group}, witnesses)
            probability[split] = probability.get(split, 0.0) + share
            sides[split] = max(sides.get(split, (0.0, frozenset())), (share, group), key=lambda one: one[0])
    likely = [split for split, share in probability.items() if share >= _DOUBTFUL]
    errors = {split: _errors_of(sides[split][1], witnesses, wrong, readings) for split in likely}
    counted = {
        branch.split: branch for part in choose_branches(likely, witnesses, readings) for branch in part
    }
    sure: list[Branch] = []
    doubtful: list[Branch] = []
    for split in sorted(likely, key=lambda one: (-probability[one], sorted(one))):
        known, below = counted[split], sides[split][1]
        inside = {place for other in likely if sides[other][1] < below for place in errors[other]}
        own = tuple(place for place in errors[split] if place not in inside)
        branch = Branch(split, known.support, known.alone, known.against, probability[split], below, own)
        (sure if probability[split] >= CRITERIA.min_probability else doubtful).append(branch)
    return sure, doubtful


def _errors_of(
    below: frozenset[str], witnesses: tuple[str, ...], wrong: NDArray[np.bool_], readings: NDArray[np.integer]
) -> tuple[int, ...]:
    """Find the places where two or more of a group have one error, and nobody else has it."""
    side = np.array([name in below for name in witnesses])
    found = []
    for place in np.flatnonzero(wrong[:, side].sum(1) >= 2):
        shared = {*readings[place, side & wrong[place]]}
        if len(shared) == 1 and not (readings[place, ~side] == next(iter(shared))).any():
            found.append(int(place))
    return tuple(found)


def _steps(descent: Descent, readings: NDArray[np.integer], wrong: NDArray[np.bool_]) -> list[CopyingStep]:
    names = descent.witnesses
    steps = []
    told = (descent.parent[:-1] >= CRITERIA.min_step) & ~descent.outdone
    for child, parent in zip(*np.nonzero(told.T), strict=True):
        new = wrong[:, child] & ~wrong[:, parent] & (readings[:, parent] >= 0)
        places = tuple(np.flatnonzero(new).tolist())
        steps.append(CopyingStep(names[parent], names[child], float(descent.parent[parent, child]), places))
    return steps


def _newick(witnesses: tuple[str, ...], readings: NDArray[np.integer], branches: list[Branch]) -> str:
    """Write the groups that are sure, one inside the other, as a rooted tree."""
    root = Clade()
    inside: list[tuple[frozenset[str], Clade]] = [(frozenset(witnesses), root)]
    for branch in sorted(branches, key=lambda one: (-len(one.below), sorted(one.below))):
        holders = [(group, clade) for group, clade in inside if branch.below < group]
        if any(
            group & branch.below and not (branch.below <= group or group <= branch.below)
            for group, _ in inside
        ):
            continue  # the same witnesses are on both sides of two branches seen from different roots
        holder = min(holders, key=lambda one: len(one[0]))[1]
        clade = Clade(branch_length=_length(branch.below, witnesses, readings), confidence=len(branch.errors))
        holder.clades.append(clade)
        inside.append((branch.below, clade))
    for name in witnesses:
        holder = min((one for one in inside if name in one[0]), key=lambda one: len(one[0]))[1]
        holder.clades.append(Clade(branch_length=_length(frozenset([name]), witnesses, readings), name=name))
    written = io.StringIO()
    tree = Tree(root, rooted=True)
    Phylo.write(tree, written, "newick", format_branch_length="%1.5f", format_confidence="%d")
    return written.getvalue()


def _length(group: frozenset[str], witnesses: tuple[str, ...], readings: NDArray[np.integer]) -> float:
    """Share of the places of a group where all of it reads what nobody else does."""
    side = np.array([name in group for name in witnesses])
    changed = compared = 0
    for place in readings:
        own, others = {*place[side & (place >= 0)].tolist()}, {*place[~side & (place >= 0)].tolist()}
        if own and others:
            compared += 1
            changed += len(own) == 1 and not own & others
    return changed / max(compared, 1)
