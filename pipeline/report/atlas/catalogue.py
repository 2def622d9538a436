"""Catalogue: every document of a corpus in a line: what is known of it, its place on the map, and its family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tablekin.analyze import MetadataColumns
from tablekin.corpus import CorpusStore
from tablekin.dating import YEAR_COLUMNS, Years, span, year_column, years_of
from tablekin.page import RegionKind
from tablekin.report.neighbours import describe_row
from tablekin.report.recomputed_page import function_in_words
from tablekin.schemas import SCHEMAS

_LONGEST = 300  # characters of what is said of a document in a list; its own page has all
_OWN = frozenset((*SCHEMAS["documents"].names, *YEAR_COLUMNS))
_ASIDE = [RegionKind.HEADER.value, RegionKind.MARGIN.value]
NONE = -1  # no cluster, no family


@dataclass(frozen=True)
class Catalogue:
    """The documents of a corpus in the order of their names, which numbers them.

    Attributes
    ----------
    rows
        Rows of table ``documents``, indexed by doc_id.
    number
        Place of each doc_id.
    years
        First and last year of each document, where the metadata tell any.
    names
        Columns of the metadata that say what.
    """

    rows: pd.DataFrame
    number: Mapping[str, int]
    years: Mapping[str, Years]
    names: MetadataColumns

    def about(self, doc_id: str) -> str:
        """Say what is known of a document, in a line that need not be broken often."""
        return shorten(describe_row(self.rows.loc[doc_id].rename(None)))

    def metadata(self, doc_id: str) -> dict[str, str]:
        """Give everything the user and libraries said of a document."""
        row = self.rows.loc[doc_id]
        said = {str(name): row[name] for name in self.rows.columns if name not in _OWN and name != "doc_id"}
        return {name: str(value) for name, value in said.items() if not _is_missing(value)}


def shorten(text: str) -> str:
    """Cut a text that is too long for a list."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _is_missing(value: Any) -> bool:
    return not isinstance(value, (list, dict)) and bool(pd.isna(value))


def make_catalogue(corpus: CorpusStore, names: MetadataColumns) -> Catalogue:
    """Read the documents of a corpus."""
    rows = corpus.read("documents").drop_duplicates("doc_id").sort_values("doc_id")
    rows = rows.set_index("doc_id", drop=False)
    column = (year_column([*rows.columns]) or names.year) if names.year == "year" else names.year
    years: dict[str, Years] = {}
    if column in rows:
        known = years_of(rows, column)[[*YEAR_COLUMNS]].dropna(how="all")
        years = {str(doc): span(first, last) for doc, first, last in known.itertuples()}
    return Catalogue(rows, {str(doc): place for place, doc in enumerate(rows.index)}, years, names)


def catalogue_columns(
    catalogue: Catalogue,
    corpus: CorpusStore,
    groups: pd.DataFrame,
    family_of: Mapping[str, int],
) -> dict[str, list[Any]]:
    """Put together what lists, filters, the map and the search know of every document.

    Parameters
    ----------
    catalogue
        The documents.
    corpus
        Tells what they print.
    groups
        Table ``groups``; empty where none was made.
    family_of
        Number of the family of each document that is in one.

    Returns
    -------
    dict
        Columns, a row a document in the order of the catalogue; what is not known is None.
    """
    rows = catalogue.rows
    docs = [str(doc) for doc in rows.index]
    placed = groups.set_index("doc_id").reindex(docs)
    pages = corpus.read("pages", columns=["doc_id", "is_table"]).drop_duplicates("doc_id")
    is_table = dict(zip(pages["doc_id"], pages["is_table"], strict=True))
    printed = _functions(corpus)
    headings = _headings(corpus)
    years = [catalogue.years.get(doc, span(None, None)) for doc in docs]
    return {
        "doc_id": docs,
        "source": [shorten(str(source)) for source in rows["source"]],
        "about": [catalogue.about(doc) for doc in docs],
        "words": [shorten(" ".join(catalogue.metadata(doc).values())) for doc in docs],
        "heading": [headings.get(doc, "") for doc in docs],
        "work": _texts(rows, catalogue.names.work),
        "place": _texts(rows, catalogue.names.place),
        "year_from": [one.first for one in years],
        "year_to": [one.last for one in years],
        "function": [printed.get(doc) for doc in docs],
        "cluster": [int(value) for value in placed["cluster"].fillna(NONE)],
        "family": [family_of.get(doc, NONE) for doc in docs],
        "x": [None if pd.isna(value) else round(float(value), 4) for value in placed["x"]],
        "y": [None if pd.isna(value) else round(float(value), 4) for value in placed["y"]],
        "is_table": [bool(is_table.get(doc, False)) for doc in docs],
        "failed": [
            shorten(str(reason)) if status != "ok" else None
            for status, reason in zip(rows["status"], rows["reason"], strict=True)
        ],
    }


def _texts(rows: pd.DataFrame, column: str) -> list[str | None]:
    if column not in rows:
        return [None] * len(rows)
    return [None if _is_missing(value) else shorten(str(value)) for value in rows[column]]


def _headings(corpus: CorpusStore) -> dict[str, str]:
    """Join the words that were read in the headings and margins of each document."""
    found: dict[str, list[str]] = {}
    for batch in corpus.batches({"regions": ["doc_id", "kind", "printed"]}):
        regions = batch["regions"]
        aside = regions.filter(pc.is_in(regions["kind"], pa.array(_ASIDE)))
        for doc, text in zip(aside["doc_id"].to_pylist(), aside["printed"].to_pylist(), strict=True):
            if text and any(letter.isalpha() for letter in text):
                found.setdefault(doc, []).append(text)
    return {doc: shorten(" ".join(dict.fromkeys(texts))) for doc, texts in found.items()}


def _functions(corpus: CorpusStore) -> dict[str, str]:
    """Name the first function of each document that prints one."""
    functions = corpus.read("functions").sort_values(["doc_id", "table_id", "group"])
    first = functions.drop_duplicates("doc_id")
    return {str(row.doc_id): str(row.function) for row in first.itertuples()}


def functions_of(functions: pd.DataFrame) -> list[str]:
    """Name the functions of a document with their parameters, each once."""
    return list(dict.fromkeys(map(function_in_words, functions.itertuples()))) if len(functions) else []
