"""Analyze: what drives the corpus as a whole, and its history where the metadata tell years and places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tablekin.analyze import figures as analysis_figures
from tablekin.analyze.clusters import ALONE, make_groups, write_groups
from tablekin.analyze.history import (
    LEAST_WEIGHT,
    entropy_by_place,
    entropy_over_time,
    flows,
    lives_of_families,
    parse_years,
)
from tablekin.corpus import Corpus
from tablekin.errors import UsageError
from tablekin.explain.drivers import drivers

_UNIONS = ("row", "column")  # of cells, whose relevance would count twice


@dataclass(frozen=True)
class Columns:
    """Names of the metadata's columns."""

    work: str = "work"
    year: str = "year"
    place: str = "place"


def analyze(
    corpus: Corpus, out: Path, columns: Columns, window: float, say: Callable[[str], None]
) -> dict[str, pd.DataFrame]:
    """Write table ``groups`` into a corpus, and the analyses of ``docs/method/analysis.md`` into a folder.

    Parameters
    ----------
    corpus
        Its tables are up to date.
    out
        Folder for the tables, as Parquet, and the figures, as SVG and PNG.
    columns
        Which columns of the metadata say what; what needs one that is missing is left out.
    window
        Standard deviation in years of the window that slides over time.
    say
        Is told what is left out, and why.

    Returns
    -------
    dict
        The tables by name, ``groups`` among them.

    Raises
    ------
    UsageError
        The corpus has no document that could be analysed.
    """
    groups = make_groups(corpus)
    if groups.empty:
        raise UsageError(f"{corpus.root} has no document that was analysed; run it first")
    write_groups(corpus, groups)
    tables = {"groups": groups}
    documents = _documents(corpus, groups, columns, say)
    tables["drivers_by"] = _drivers_by(corpus, documents, say)
    tables |= dict(_histories(documents, window, say))
    out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        if name != "groups":
            table.to_parquet(out / f"{name}.parquet", index=False)
    for path in analysis_figures.draw_all(tables, documents, out):
        say(f"figure: {path}")
    return tables


def _documents(
    corpus: Corpus, groups: pd.DataFrame, columns: Columns, say: Callable[[str], None]
) -> pd.DataFrame:
    """Put together what is known of each document: ``work``, ``year`` and ``place`` as far as the metadata tell."""
    metadata = corpus.read("documents").set_index("doc_id").reindex(groups["doc_id"])
    pages = corpus.read("pages", columns=["doc_id", "is_table"]).set_index("doc_id")
    documents = groups.assign(is_table=pages["is_table"].reindex(groups["doc_id"]).to_numpy(bool))
    for name in ("work", "year", "place"):
        column = getattr(columns, name)
        if column not in metadata:
            say(f"the metadata have no column {column!r}: what needs a {name} is left out")
            continue
        values = metadata[column].reset_index(drop=True)
        if name == "year":
            years = parse_years(values)
            unread = values.notna() & years.isna()
            if unread.any():
                example = values[unread].iloc[0]
                say(
                    f"{int(unread.sum())} documents have a {column} that is not one year, such as {example!r}"
                )
            values = years
        documents[name] = values.to_numpy()
    return documents


def _drivers_by(corpus: Corpus, documents: pd.DataFrame, say: Callable[[str], None]) -> pd.DataFrame:
    """Sum up which kinds of region drive matches, by work, year and place of their document.

    A row is a kind of region of the documents with one value of a column, with all other documents as partners
    (``all``) or with those of another value only (``other``).
    """
    known = documents.set_index("doc_id")
    found = [_sum_up(drivers(corpus), pd.Series("", known.index), "corpus", "all")]
    for name in ("work", "year", "place"):
        if name not in known:
            continue
        found.append(_sum_up(drivers(corpus), known[name], name, "all"))
        column = {"work": "work", "place": "place"}.get(name)
        if column in corpus.read("documents"):
            found.append(_sum_up(drivers(corpus, f"other {column}"), known[name], name, "other"))
    return pd.concat(found, ignore_index=True)


def _sum_up(rows: pd.DataFrame, value: pd.Series, by: str, partners: str) -> pd.DataFrame:
    leaves = rows[~rows["kind"].isin(_UNIONS)]
    leaves = leaves.assign(value=leaves["doc_id"].map(value)).dropna(subset=["value"])
    leaves["kind"] = leaves["kind"].astype(str)
    sums = leaves.groupby(["value", "kind"], as_index=False).agg(
        documents=("doc_id", "nunique"), regions=("region_id", "size"), relevance=("relevance", "sum")
    )
    total = sums.groupby("value")["relevance"].transform("sum")
    sums["share"] = np.where(total > 0, sums["relevance"] / total.where(total > 0, 1), 0.0)
    return sums.assign(by=by, partners=partners, value=sums["value"].astype(str))[
        ["by", "partners", "value", "kind", "documents", "regions", "relevance", "share"]
    ]


def _histories(
    documents: pd.DataFrame, window: float, say: Callable[[str], None]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Make the analyses that need years or places, of pages with tables."""
    tables = documents[documents["is_table"]]
    own = tables["cluster"].where(tables["cluster"] != ALONE, -2 - np.arange(len(tables)))
    various = tables.assign(cluster=own)  # a table without a family is one by itself
    if "year" in tables:
        over_time = entropy_over_time(various.dropna(subset=["year"]), window)
        if over_time.empty:
            say(f"no year has {LEAST_WEIGHT:.0f} dated tables around it: no entropy over time")
        yield "entropy_over_time", over_time
    if "place" in tables:
        by_place = entropy_by_place(various.dropna(subset=["place"]))
        few = tables["place"].nunique() - len(by_place)
        if few:
            say(f"{few} places have fewer than {LEAST_WEIGHT:.0f} tables: no entropy of theirs")
        yield "entropy_by_place", by_place
    if "year" in tables and "place" in tables:
        dated = tables.dropna(subset=["year"])
        yield "families", lives_of_families(dated)
        yield "flows", flows(dated)
