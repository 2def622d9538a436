"""Kinship: which witnesses of a table share readings that the others do not have, and the tree this tells of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tablekin.corpus import Corpus
from tablekin.errors import UsageError
from tablekin.kinship.figure import draw_stemma
from tablekin.kinship.stemma import Branch, Stemma, infer_stemma
from tablekin.kinship.variant_table import VariantTable, build_variant_table

_COLLATED = ["doc_a", "doc_b", "region_a", "region_b", "text_a", "text_b", "relation", "confidence"]
_FEWEST = 4  # witnesses of which a tree has a branch that could be wrong


@dataclass(frozen=True)
class Family:
    """Documents whose tables go back to one, and what their witnesses read."""

    number: int
    witness_of: Mapping[str, str]  # by document
    years: Mapping[str, float]  # of the witnesses of which it is known, the earliest of their documents
    tradition: VariantTable
    stemma: Stemma | None  # None where too few witnesses have readings in common


def find_families(corpus: Corpus, witness: str | None, year: str | None) -> Iterator[Family]:
    """Find the families of a corpus, those of most documents first.

    Parameters
    ----------
    corpus
        Its tables are up to date.
    witness
        Column of the metadata that names the witness a document is part of; without it, each document is one.
    year
        Column of the metadata that dates a document, if there is one.

    Raises
    ------
    UsageError
        The metadata have no such column, or no two documents are kin.
    """
    documents = corpus.read("documents").set_index("doc_id")
    for column in (witness, year):
        if column is not None and column not in documents:
            raise UsageError(
                f"the metadata of {corpus.root} have no column {column!r}; they have: {', '.join(documents)}"
            )
    alignments = corpus.read("alignments", columns=["doc_a", "doc_b", "is_kin"])
    related = alignments[alignments["is_kin"]]
    if related.empty:
        raise UsageError(
            f"no two documents of {corpus.root} are kin: there is nothing to make a tree of. "
            "Which pairs were compared is in the table alignments"
        )
    groups = _components(related)
    group_of = {doc: number for number, group in enumerate(groups) for doc in group}
    collations = corpus.read("collations", columns=_COLLATED)
    collations = collations.assign(group=collations["doc_a"].map(group_of))
    rows = dict(list(collations.groupby("group")))
    for number, group in enumerate(groups):
        names = {doc: _name(documents, doc, witness) for doc in group}
        yield _family(number, names, _years(documents, names, year), rows[number])


def _components(related: pd.DataFrame) -> list[list[str]]:
    """Group documents that are kin, or kin of kin: the largest groups first, their names sorted."""
    names = sorted({*related["doc_a"], *related["doc_b"]})
    a, b = (pd.Index(names).get_indexer(related[side]) for side in ("doc_a", "doc_b"))
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(len(names), len(names)))
    labels = pd.Series(names).groupby(connected_components(graph, directed=False)[1])
    return sorted((list(group) for _, group in labels), key=lambda group: (-len(group), group[0]))


def _name(documents: pd.DataFrame, doc: str, witness: str | None) -> str:
    value = documents.at[doc, witness] if witness is not None else None
    return doc if value is None or pd.isna(value) else str(value)


def _years(documents: pd.DataFrame, names: Mapping[str, str], year: str | None) -> dict[str, float]:
    if year is None:
        return {}
    known = pd.to_numeric(documents.loc[list(names), year], errors="coerce").dropna()
    return {str(name): float(first) for name, first in known.groupby(known.index.map(names)).min().items()}


def _family(
    number: int, names: Mapping[str, str], years: Mapping[str, float], collations: pd.DataFrame
) -> Family:
    tradition = build_variant_table(collations, names)
    compared = tradition.readings[:, (tradition.readings >= 0).any(axis=0)]
    stemma = None
    if compared.shape[1] >= _FEWEST:
        read = [
            name
            for name, column in zip(tradition.witnesses, tradition.readings.T, strict=True)
            if (column >= 0).any()
        ]
        stemma = infer_stemma(tuple(read), compared)
    return Family(number, names, years, tradition, stemma)


def describe(family: Family) -> Iterator[str]:
    """Say what a family is and what its readings tell.

    Yields
    ------
    str
        Lines.
    """
    tradition = family.tradition
    yield (
        f"family {family.number}: {len(family.witness_of)} documents of {len(tradition.witnesses)} witnesses; "
        f"{len(tradition.readings)} places compared, {len(tradition.variants())} with different readings"
    )
    if family.stemma is None:
        yield f"  fewer than {_FEWEST} witnesses were compared: any tree fits them"
        return
    for branch in family.stemma.branches:
        yield f"  {_together(branch, family)} stand apart from the others: {_evidence(branch)}"
    thin = [branch for branch in family.stemma.doubtful if branch.alone]
    for branch in thin:
        yield f"  too thin to tell whether {_together(branch, family)} belong together: {_evidence(branch)}"
    if not family.stemma.branches and not thin:
        yield "  too thin to tell: no reading is shared by some witnesses against the others"


def _together(branch: Branch, family: Family) -> str:
    assert family.stemma is not None
    others = {*family.stemma.witnesses} - branch.apart
    side = branch.apart if len(branch.apart) <= len(others) else others
    return ", ".join(
        f"{name} ({family.years[name]:.0f})" if name in family.years else name for name in sorted(side)
    )


def _evidence(branch: Branch) -> str:
    places = "1 place" if branch.alone == 1 else f"{branch.alone} places"
    return f"{places} for it" + (f", {branch.against} against" if branch.against else "")


def write_families(families: Sequence[Family], directory: Path, say: Callable[[str], None]) -> None:
    """Write tables, and the tree of each family as Newick, SVG and PNG; ``docs/method/kinship.md`` explains them."""
    directory.mkdir(parents=True, exist_ok=True)
    tables = {
        "witnesses": (_witness_rows, ["family", "witness", "doc_id", "year"]),
        "readings": (
            _reading_rows,
            ["family", "place", "witness", "doc_id", "region_id", "text", "reading"],
        ),
        "shared": (_shared_rows, ["family", "witness_a", "witness_b", "compared", "differing", "shared"]),
        "branches": (_branch_rows, ["family", "apart", "support", "alone", "against", "is_sure"]),
    }
    for name, (rows_of, columns) in tables.items():
        rows = [(family.number, *row) for family in families for row in rows_of(family)]
        pd.DataFrame(rows, columns=columns).to_parquet(directory / f"{name}.parquet", index=False)
    for family in families:
        if family.stemma is not None:
            stem = directory / f"family-{family.number:04d}"
            stem.with_suffix(".nwk").write_text(family.stemma.newick, "utf-8")
            for suffix in (".svg", ".png"):
                draw_stemma(family.stemma, family.years, stem.with_suffix(suffix))
    say(f"tables and trees: {directory}")


def _witness_rows(family: Family) -> Iterator[tuple[str, str, float]]:
    for doc, witness in sorted(family.witness_of.items()):
        yield witness, doc, family.years.get(witness, float("nan"))


def _reading_rows(family: Family) -> Iterator[tuple[int, str, str, int, str, int]]:
    """List the readings of the places where witnesses differ."""
    tradition = family.tradition
    column = {witness: number for number, witness in enumerate(tradition.witnesses)}
    for place in tradition.variants().tolist():
        for witness, cell in sorted(tradition.cells[place].items()):
            reading = int(tradition.readings[place, column[witness]])
            yield place, witness, *cell, tradition.texts[cell], reading


def _shared_rows(family: Family) -> Iterator[tuple[str, str, int, int, int]]:
    """List how often two witnesses were compared, differ, and share a reading that most others do not have."""
    readings = family.tradition.readings
    names = family.tradition.witnesses
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


def _branch_rows(family: Family) -> Iterator[tuple[list[str], int, int, int, bool]]:
    if family.stemma is not None:
        for branches, sure in ((family.stemma.branches, True), (family.stemma.doubtful, False)):
            for branch in branches:
                yield sorted(branch.apart), branch.support, branch.alone, branch.against, sure
