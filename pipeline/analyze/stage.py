"""Analyze: what drives the corpus as a whole, and its history where the metadata tell years and places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tablekin.analyze.clusters import NO_CLUSTER
from tablekin.analyze.driver_shares import share_drivers
from tablekin.analyze.figures import draw_all
from tablekin.analyze.groups import make_groups, write_groups
from tablekin.analyze.history import (
    SETTINGS,
    entropy_by_place,
    entropy_over_time,
    flows,
    lives_of_clusters,
)
from tablekin.analyze.parameters import parameters_of
from tablekin.analyze.works import make_works, write_works
from tablekin.corpus import CorpusStore, replacing
from tablekin.dating import SETTINGS as DATING
from tablekin.dating import YEAR_COLUMNS, middle_years, year_column, years_of
from tablekin.errors import UsageError

_IN_THE_CORPUS = ("groups", "works")
_FEWEST = f"{SETTINGS.min_documents:.0f}"


@dataclass(frozen=True)
class MetadataColumns:
    """Names of the metadata's columns that tell work, year and place."""

    work: str = "work"
    year: str = "year"
    place: str = "place"


def analyze(
    corpus: CorpusStore, out: Path, columns: MetadataColumns, window: float, say: Callable[[str], None]
) -> dict[str, pd.DataFrame]:
    """Write tables ``groups`` and ``works`` into a corpus, and other analyses into a folder: docs/method/analysis.md.

    Parameters
    ----------
    corpus
        Its tables are up to date.
    out
        Folder for the tables, as Parquet, and the drawings, as SVG and PNG.
    columns
        Which columns of the metadata say what; what needs one that is missing is left out.
    window
        Standard deviation in years of the window that slides over time.
    say
        Is told what is left out, and why.

    Returns
    -------
    dict
        The tables by name, ``groups`` and, if works are known, ``works`` among them.

    Raises
    ------
    UsageError
        The corpus has no document that could be analysed.
    CorpusError
        Its table ``drivers`` is not of its present documents.
    """
    tables, documents = study(corpus, columns, window, say)
    write_groups(corpus, tables["groups"])
    if "works" in tables:
        write_works(corpus, tables["works"])
    else:
        corpus.work_table.drop()
    out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        if name not in _IN_THE_CORPUS:
            with replacing(out / f"{name}.parquet") as file:
                table.to_parquet(file, index=False)
    for path in draw_all(tables, documents, out):
        say(f"drawing: {path}")
    return tables


def study(
    corpus: CorpusStore, columns: MetadataColumns, window: float, say: Callable[[str], None]
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Make the tables of ``analyze`` without writing anything.

    Returns
    -------
    tuple
        The tables by name, and what is known of each document: ``groups`` with ``work``, ``year``, ``place``.

    Raises
    ------
    UsageError
        The corpus has no document that could be analysed.
    CorpusError
        Its table ``drivers`` is not of its present documents.
    """
    groups = make_groups(corpus, corpus.seed)
    if groups.empty:
        raise UsageError(f"{corpus.root} has no document that was analysed; run it first")
    tables = {"groups": groups}
    documents = _documents(corpus, groups, columns, say)
    if "work" in documents:
        tables["works"] = make_works(corpus, *_works_and_years(corpus, documents, columns))
    tables |= share_drivers(corpus, documents, asdict(columns))
    tables["parameters"] = parameters_of(corpus.read("functions"), documents)
    tables |= dict(_histories(documents, window, corpus.seed, say))
    return tables, documents


def _works_and_years(
    corpus: CorpusStore, documents: pd.DataFrame, columns: MetadataColumns
) -> tuple[pd.Series, pd.DataFrame]:
    """Give the work and the first and last year of each document, by doc_id."""
    metadata = corpus.read("documents").set_index("doc_id").reindex(documents["doc_id"])
    column = _year_column(metadata, columns.year)
    years = (
        years_of(metadata, column)
        if column in metadata
        else pd.DataFrame(pd.NA, metadata.index, [*YEAR_COLUMNS], "Int64")
    )
    return documents.set_index("doc_id")["work"], years


def _year_column(metadata: pd.DataFrame, name: str) -> str:
    return (year_column([*metadata.columns]) or name) if name == "year" else name


def _documents(
    corpus: CorpusStore, groups: pd.DataFrame, columns: MetadataColumns, say: Callable[[str], None]
) -> pd.DataFrame:
    """Put together what is known of each document: ``work``, ``year`` and ``place`` as far as the metadata tell."""
    metadata = corpus.read("documents").set_index("doc_id").reindex(groups["doc_id"])
    pages = corpus.read("pages", columns=["doc_id", "is_table"]).set_index("doc_id")
    documents = groups.assign(is_table=pages["is_table"].reindex(groups["doc_id"]).to_numpy(bool))
    for name in ("work", "year", "place"):
        column = getattr(columns, name)
        if name == "year":
            column = _year_column(metadata, column)
        if column not in metadata:
            say(f"the metadata have no column {column!r}: what needs a {name} is left out")
            continue
        values = metadata[column].reset_index(drop=True)
        if name == "year":
            years = middle_years(years_of(metadata, column)).reset_index(drop=True)
            unread = values.notna() & years.isna()
            if unread.any():
                say(
                    f"{column} tells no year within {DATING.max_span} in {int(unread.sum())} of the documents, such "
                    f"as {str(values[unread].iloc[0])!r}: they count as undated"
                )
            values = years
        documents[name] = values.array
    return documents


def _histories(
    documents: pd.DataFrame, window: float, seed: int, say: Callable[[str], None]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Make the analyses that need years or places, of pages with tables."""
    tables = documents[documents["is_table"]]
    own = tables["cluster"].where(tables["cluster"] != NO_CLUSTER, -2 - np.arange(len(tables)))
    various = tables.assign(cluster=own)  # a table in no cluster is one by itself
    if "year" in tables:
        over_time = entropy_over_time(various.dropna(subset=["year"]), window, seed=seed)
        if over_time.empty:
            say(f"no year has {_FEWEST} dated tables around it: entropy over time is left out")
        yield "entropy_over_time", over_time
    if "place" in tables:
        by_place = entropy_by_place(various.dropna(subset=["place"]), seed)
        few = tables["place"].nunique() - len(by_place)
        if few:
            say(f"places with fewer than {_FEWEST} tables, whose entropy is left out: {few}")
        yield "entropy_by_place", by_place
    if "year" in tables and "place" in tables:
        dated = tables.dropna(subset=["year"])
        yield "clusters", lives_of_clusters(dated)
        yield "flows", flows(dated)
