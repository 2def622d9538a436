"""Families: documents that collation found kin, or kin of kin, what their witnesses read and the tree this tells of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tablekin.collation import Relation
from tablekin.corpus import CorpusStore
from tablekin.dating import YEAR_COLUMNS, Years, span, years_of
from tablekin.errors import UsageError
from tablekin.kinship.rooting import infer_rooted_stemma
from tablekin.kinship.stemma import CRITERIA, Stemma, infer_stemma
from tablekin.kinship.variant_table import VariantTable, build_variant_table

_COLLATED = [
    "doc_a",
    "doc_b",
    "region_a",
    "region_b",
    "text_a",
    "text_b",
    "relation",
    "confidence",
    "error_in",
]
_AS_OBJECTS = dict.fromkeys(("doc_a", "doc_b", "text_a", "text_b", "relation", "error_in"), object)


@dataclass(frozen=True)
class Family:
    """Documents that are kin, or kin of kin, and what their witnesses read."""

    number: int
    witness_of: Mapping[str, str]  # by document
    years: Mapping[str, Years]  # of the witnesses of which any is known, the earliest of their documents
    variants: VariantTable
    stemma: Stemma | None  # None where too few witnesses have readings in common
    alike: tuple[
        int, ...
    ] = ()  # numbers of families that print the same function and were not copied from this one


def find_families(
    corpus: CorpusStore, witness: str | None, year: str | None, with_stemma: bool = True
) -> Iterator[Family]:
    """Find the families of a corpus, those of most documents first.

    Parameters
    ----------
    corpus
        Its tables are up to date.
    witness
        Column of the metadata that names the witness a document is part of; without it, each document is one.
    year
        Column of the metadata that dates a document, if there is one.
    with_stemma
        Whether trees are inferred, which takes most of the time.

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
    alignments = corpus.read("alignments", columns=["doc_a", "doc_b", "verdict"])
    related = alignments[alignments["verdict"] == Relation.COPIED]
    if related.empty:
        raise UsageError(
            f"no two documents of {corpus.root} are related by copying, by collation: there is no family to make a "
            "tree of; the table alignments says which pairs were compared and what they have in common"
        )
    dates = None if year is None else years_of(documents, year)
    groups = _components(related)
    group_of = {doc: number for number, group in enumerate(groups) for doc in group}
    collations = corpus.read("collations", columns=_COLLATED)
    rows = collations.groupby(collations["doc_a"].map(group_of)).indices
    alike = _alike(alignments, group_of)
    for number, group in enumerate(groups):
        names = {doc: _name(documents, doc, witness) for doc in group}
        own = collations.iloc[rows[number]].astype(_AS_OBJECTS)  # which are gone through one by one
        yield replace(
            _family(number, names, _years(dates, names), own, with_stemma),
            alike=alike.get(number, ()),
        )


def _alike(alignments: pd.DataFrame, group_of: Mapping[str, int]) -> dict[int, tuple[int, ...]]:
    """Find the families that print one function, pair by pair, though neither was copied from the other."""
    same = alignments[alignments["verdict"] == Relation.SAME_FUNCTION]
    found: dict[int, set[int]] = {}
    for doc_a, doc_b in zip(same["doc_a"], same["doc_b"], strict=True):
        a, b = group_of.get(doc_a), group_of.get(doc_b)
        if a is not None and b is not None and a != b:
            found.setdefault(a, set()).add(b)
            found.setdefault(b, set()).add(a)
    return {number: tuple(sorted(others)) for number, others in found.items()}


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


def _years(dates: pd.DataFrame | None, names: Mapping[str, str]) -> dict[str, Years]:
    if dates is None:
        return {}
    known = dates.loc[list(names)].dropna(how="all")
    known = known.assign(witness=known.index.map(names), by=known["year_to"].fillna(known["year_from"]))
    earliest = known.sort_values(["witness", "by", "year_from"]).drop_duplicates("witness")
    rows = earliest[["witness", *YEAR_COLUMNS]].itertuples(index=False)
    return {str(witness): span(first, last) for witness, first, last in rows}


def _family(
    number: int,
    names: Mapping[str, str],
    years: Mapping[str, Years],
    collations: pd.DataFrame,
    with_stemma: bool,
) -> Family:
    variants = build_variant_table(collations, names)
    compared = variants.readings[:, (variants.readings >= 0).any(axis=0)]
    stemma = None
    if with_stemma and compared.shape[1] >= CRITERIA.min_witnesses:
        read = [
            name
            for name, column in zip(variants.witnesses, variants.readings.T, strict=True)
            if (column >= 0).any()
        ]
        stemma = infer_rooted_stemma(variants, years) or infer_stemma(tuple(read), compared)
    return Family(number, names, years, variants, stemma)
