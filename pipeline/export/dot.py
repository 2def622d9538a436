"""DOT: the stemma of each family, by the conventions of OpenStemmata (https://openstemmata.github.io/).

An arrow leads from a source to its copy; what is not extant is grey; a line without direction is one whose
direction is not known.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from Bio.Phylo.BaseTree import Clade

from tablekin.export.chosen_families import chosen_families, family_in_words
from tablekin.export.selection import Selection
from tablekin.export.written_file import one_line, write_file
from tablekin.kinship import Family, Stemma
from tablekin.version import __version__

_LOGGER = logging.getLogger(__name__)
_ARCHETYPE = "computed"  # what a table should say, from which all errors depart


@dataclass(eq=False)
class StemmaNode:
    """A witness, or a lost copy, which has no name; and what was copied from it."""

    name: str = ""
    parent: StemmaNode | None = None
    copies: list[StemmaNode] = field(default_factory=list)

    def move(self, parent: StemmaNode) -> None:
        """Make it a copy of another."""
        if self.parent is not None:
            self.parent.copies.remove(self)
        self.parent = parent
        parent.copies.append(self)

    def lineage(self) -> Iterator[StemmaNode]:
        """Yield it and what it descends from, up to the root."""
        yield self
        if self.parent is not None:
            yield from self.parent.lineage()


def write(selection: Selection) -> Iterator[Path]:
    """Write ``family-0000.gv`` and so on, of the families of which a tree can be told.

    Yields
    ------
    Path
        Each file when it is written.
    """
    treeless = []
    for family in chosen_families(selection):
        if family.stemma is None or family.stemma.is_thin:
            treeless.append(str(family.number))
            continue
        text = "\n".join([*_lines(family, family.stemma), ""])
        yield write_file(selection.out / f"family-{family.number:04d}.gv", text.encode())
    if treeless:
        _LOGGER.warning(
            "no stemma of the families %s: they have too few witnesses, or too little tells who copied whom "
            "(tablekin kinship %s says more)",
            ", ".join(treeless),
            selection.corpus.root,
        )


def stemma_tree(stemma: Stemma) -> StemmaNode:
    """Make a tree of a stemma: groups that descend from one copy, and witnesses that were copied from witnesses.

    Parameters
    ----------
    stemma
        Rooted or not.

    Returns
    -------
    StemmaNode
        The root: of a rooted stemma the archetype, otherwise any lost copy in its middle.
    """
    root = StemmaNode()
    witnesses: dict[str, StemmaNode] = {}
    _grow(root, stemma.tree().root, witnesses)
    for step in stemma.steps:
        parent, child = witnesses[step.parent], witnesses[step.child]
        above = {*parent.lineage()}
        top = [node for node in child.lineage() if node not in above]
        if top:  # the parent is no copy of the child's
            top[-1].move(parent)
    _tidy(root)
    return root


def _grow(node: StemmaNode, clade: Clade, witnesses: dict[str, StemmaNode]) -> None:
    for child in clade.clades:
        below = StemmaNode(child.name if child.is_terminal() else "")
        below.move(node)
        if child.is_terminal():
            witnesses[below.name] = below
        else:
            _grow(below, child, witnesses)


def _tidy(node: StemmaNode) -> None:
    """Take out lost copies from which nothing, or one thing alone, was copied."""
    for below in list(node.copies):
        _tidy(below)
        if not below.name and len(below.copies) < 2:
            place = node.copies.index(below)
            for only in list(below.copies):
                only.move(node)
                node.copies.insert(place, node.copies.pop())
            node.copies.remove(below)


def _lines(family: Family, stemma: Stemma) -> Iterator[str]:
    root = stemma_tree(stemma)
    yield from (f"// {line}" for line in (f"tablekin {__version__}", *family_in_words(family)))
    yield "digraph {"
    lost = (f"lost{number}" for number in range(1, len(stemma.witnesses) + 2))
    names = {root: next(lost)}
    yield f'    {names[root]} [color="grey", label="{_ARCHETYPE if stemma.is_rooted else ""}"];'
    direction = "" if stemma.is_rooted else " [dir=none]"
    waiting = [root]
    while waiting:
        node = waiting.pop(0)
        for below in node.copies:
            names[below] = _quoted(below.name) if below.name else next(lost)
            if not below.name:
                yield f'    {names[below]} [color="grey", label=""];'
            yield f"    {names[node]} -> {names[below]}{direction};"
        waiting.extend(node.copies)
    yield "}"


def _quoted(text: str) -> str:
    """Write a text as one word of the language, with nothing in it that stands for something else."""
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
