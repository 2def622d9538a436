"""Tables: families as Parquet, and their trees as Newick and as drawings; ``docs/method/kinship.md`` explains them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from tablekin.corpus import replacing
from tablekin.dating import UNDATED, YEAR_COLUMNS
from tablekin.kinship.branch_evidence import Cut, cut_all, evidence_of
from tablekin.kinship.evidence_figure import MAX_SHOWN
from tablekin.kinship.families import Family
from tablekin.kinship.figure import draw_stemma

_COLUMNS = {
    "witnesses": ["family", "witness", "doc_id", "year", *YEAR_COLUMNS],
    "readings": ["family", "place", "witness", "doc_id", "region_id", "text", "reading"],
    "shared": ["family", "witness_a", "witness_b", "compared", "differing", "shared"],
    "branches": [
        "family",
        "apart",
        "support",
        "alone",
        "against",
        "is_sure",
        "probability",
        "below",
        "errors",
    ],
    "steps": ["family", "parent", "child", "probability", "errors"],
}


def write_families(
    families: Sequence[Family], directory: Path, say: Callable[[str], None], cut: Cut | None = None
) -> None:
    """Write tables, and the tree of each family as Newick, SVG and PNG.

    Parameters
    ----------
    families
        All of a corpus.
    directory
        Made if it is not there.
    say
        Is told where they are.
    cut
        Cuts cells from their scans, which are shown under the trees; without it, none are.
    """
    directory.mkdir(parents=True, exist_ok=True)
    rows_of: dict[str, Callable[[Family], Iterator[tuple[object, ...]]]] = {
        "witnesses": _witness_rows,
        "readings": _reading_rows,
        "shared": _shared_rows,
        "branches": _branch_rows,
        "steps": _step_rows,
    }
    for name, columns in _COLUMNS.items():
        rows = [(family.number, *row) for family in families for row in rows_of[name](family)]
        table = pd.DataFrame(rows, columns=columns)
        if name == "witnesses":
            table = table.astype({"year": "float64", **dict.fromkeys(YEAR_COLUMNS, "Int64")})
        with replacing(directory / f"{name}.parquet") as file:
            table.to_parquet(file, index=False)
    for family in families:
        if family.stemma is not None and not family.stemma.is_thin:
            stem = tree_path(directory, family)
            with replacing(stem.with_suffix(".nwk")) as file:
                file.write(family.stemma.newick.encode())
            evidence = evidence_of(family)
            pieces = {} if cut is None else cut_all(evidence, cut, MAX_SHOWN)
            for suffix in (".svg", ".png"):
                draw_stemma(family.stemma, family.years, stem.with_suffix(suffix), evidence, pieces)
    say(f"tables and trees: {directory}")


def tree_path(directory: Path, family: Family) -> Path:
    """Give the place of a family's tree, without the endings of its formats: nwk, svg and png."""
    return directory / f"family-{family.number:04d}"


def _witness_rows(family: Family) -> Iterator[tuple[object, ...]]:
    for doc, witness in sorted(family.witness_of.items()):
        years = family.years.get(witness, UNDATED)
        yield witness, doc, years.middle, years.first, years.last


def _reading_rows(family: Family) -> Iterator[tuple[object, ...]]:
    """List the readings of the places where witnesses differ."""
    variants = family.variants
    column = {witness: number for number, witness in enumerate(variants.witnesses)}
    for place in variants.variants().tolist():
        for witness, cell in sorted(variants.cells[place].items()):
            reading = int(variants.readings[place, column[witness]])
            yield place, witness, *cell, variants.texts[cell], reading


def _shared_rows(family: Family) -> Iterator[tuple[object, ...]]:
    """List how often two witnesses were compared, differ, and share a reading that most others do not have."""
    readings = family.variants.readings
    names = family.variants.witnesses
    for a, one in enumerate(names):
        for b in range(a + 1, len(names)):
            left, right = readings[:, a], readings[:, b]
            both = (left >= 0) & (right >= 0)
            differ, rare = left != right, left > 0
            yield (
                one,
                names[b],
                int(both.sum()),
                int((both & differ).sum()),
                int((both & ~differ & rare).sum()),
            )


def _branch_rows(family: Family) -> Iterator[tuple[object, ...]]:
    if family.stemma is not None:
        for branches, sure in ((family.stemma.branches, True), (family.stemma.doubtful, False)):
            for branch in branches:
                counts = (branch.support, branch.alone, branch.against)
                below = sorted(branch.below)
                yield sorted(branch.split), *counts, sure, branch.probability, below, list(branch.errors)


def _step_rows(family: Family) -> Iterator[tuple[object, ...]]:
    if family.stemma is not None:
        for step in family.stemma.steps:
            yield step.parent, step.child, step.probability, list(step.errors)
