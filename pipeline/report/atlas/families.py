"""Families: each with its witnesses, what they read where they differ, and the tree that this tells of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from Bio.Phylo.BaseTree import Clade, Tree

from tablekin.corpus import CorpusStore
from tablekin.dating import UNDATED, year_column
from tablekin.errors import UsageError
from tablekin.kinship import Family, Stemma, describe_family, find_families, split_at
from tablekin.report.atlas.catalogue import Catalogue

UNKNOWN_DUE = -1  # which of the readings is the computed one
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # sigla, as editions use them: no I, no O


def all_families(corpus: CorpusStore, catalogue: Catalogue, witness: str | None) -> Iterator[Family]:
    """Find the families of a corpus, one by one; none where no two documents were copied from one another.

    Parameters
    ----------
    corpus
        Its tables are up to date.
    catalogue
        Its documents.
    witness
        Column of the metadata that names the witness a document is part of, if any.
    """
    if witness is not None and witness not in catalogue.rows:
        raise UsageError(
            f"the metadata of {corpus.root} have no column {witness!r}; they have: {', '.join(catalogue.rows)}"
        )
    wanted = catalogue.names.year
    year = year_column([*catalogue.rows]) if wanted == "year" else wanted
    try:
        yield from find_families(corpus, witness, year)
    except UsageError:
        return


def siglum(place: int) -> str:
    """Name a witness by its place: A to Z without I and O, then A1 to Z1 and so on."""
    turn, letter = divmod(place, len(_LETTERS))
    return f"{_LETTERS[letter]}{turn or ''}"


def in_short(family: Family, number: Mapping[str, int]) -> dict[str, Any]:
    """Say of a family what a list of families needs."""
    first, *more = describe_family(family)
    return {
        "number": family.number,
        "documents": sorted(number[doc] for doc in family.witness_of if doc in number),
        "witnesses": len(family.variants.witnesses),
        "places": len(family.variants.readings),
        "differing": len(family.variants.variants()),
        "thin": family.stemma is None or family.stemma.is_thin,
        "sentence": first.partition(": ")[2],
        "told": [line.strip() for line in more],
    }


def family_shard(family: Family, number: Mapping[str, int]) -> dict[str, Any]:
    """Put together everything of a family: sigla, places where witnesses differ, branches, steps, tree."""
    ordered = sorted(
        family.variants.witnesses, key=lambda name: (family.years.get(name, UNDATED).by or 9999, name)
    )
    place_of = {name: place for place, name in enumerate(ordered)}
    documents: dict[str, list[int]] = {name: [] for name in ordered}
    for doc, name in sorted(family.witness_of.items()):
        if doc in number and name in documents:
            documents[name].append(number[doc])
    stemma = family.stemma
    return {
        "number": family.number,
        "witnesses": [
            {
                "siglum": siglum(place_of[name]),
                "name": name,
                "years": str(family.years[name]) if name in family.years else "",
                "documents": documents[name],
            }
            for name in ordered
        ],
        "places": [*_places(family, place_of, number)],
        "branches": [] if stemma is None else [*_branches(stemma, place_of)],
        "steps": []
        if stemma is None
        else [
            {
                "parent": place_of[step.parent],
                "child": place_of[step.child],
                "probability": round(step.probability, 3),
                "errors": list(step.errors),
            }
            for step in stemma.steps
            if step.parent in place_of and step.child in place_of
        ],
        "tree": None if stemma is None or stemma.is_thin else _tree(family, stemma, place_of),
        "rooted": bool(stemma is not None and stemma.is_rooted),
        "alike": list(family.alike),
    }


def _places(
    family: Family, place_of: Mapping[str, int], number: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    """List the places where witnesses differ: of each witness document, region, text and which reading."""
    variants = family.variants
    column = {name: number for number, name in enumerate(variants.witnesses)}
    for place in variants.variants().tolist():
        cells = [
            [
                place_of[name],
                number[cell[0]],
                int(cell[1]),
                variants.texts[cell],
                int(variants.readings[place, column[name]]),
            ]
            for name, cell in sorted(variants.cells[place].items())
            if cell[0] in number
        ]
        due = int(variants.due[place]) if variants.due is not None else UNKNOWN_DUE
        yield {"place": place, "due": due, "cells": cells}


def _branches(stemma: Stemma, place_of: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for branches, is_sure in ((stemma.branches, True), (stemma.doubtful, False)):
        for branch in branches:
            yield {
                "below": sorted(place_of[name] for name in branch.below or branch.split if name in place_of),
                "is_rooted": bool(branch.below),
                "support": branch.support,
                "alone": branch.alone,
                "against": branch.against,
                "is_sure": is_sure,
                "probability": None if branch.probability is None else round(branch.probability, 3),
                "errors": list(branch.errors),
            }


def _tree(family: Family, stemma: Stemma, place_of: Mapping[str, int]) -> list[dict[str, Any]]:
    """Lay the tree out: its nodes from the root on, with depth, row, parent, witness, and branch that ends there."""
    tree = stemma.tree()
    known = {name: family.years[name] for name in stemma.witnesses if name in family.years}
    if known and not stemma.is_rooted:
        tree.root_with_outgroup(min(known, key=lambda name: (known[name].by, name)))
    heights, depths = _heights(tree), tree.depths()
    branches = [(branch.below or branch.split, place) for place, branch in enumerate(stemma.branches)]
    nodes: list[dict[str, Any]] = []
    ids: dict[Clade, int] = {}
    parents = {child: clade for clade in tree.find_clades() for child in clade}
    for clade in tree.find_clades(order="preorder"):
        ids[clade] = len(nodes)
        leaves = frozenset(leaf.name for leaf in clade.get_terminals())
        split = leaves if stemma.is_rooted else split_at(clade, stemma.witnesses)
        carried = [place for members, place in branches if members == split and not clade.is_terminal()]
        nodes.append(
            {
                "parent": ids[parents[clade]] if clade in parents else -1,
                "depth": round(float(depths[clade]), 5),
                "row": round(heights[clade], 3),
                "witness": place_of.get(str(clade.name), -1) if clade.is_terminal() else -1,
                "branch": carried[0] if carried else -1,
            }
        )
    return nodes


def _heights(tree: Tree) -> dict[Clade, float]:
    heights = {leaf: float(row) for row, leaf in enumerate(tree.get_terminals())}
    for clade in tree.get_nonterminals(order="postorder"):
        below = [heights[child] for child in clade]
        heights[clade] = sum(below) / len(below)
    return heights
