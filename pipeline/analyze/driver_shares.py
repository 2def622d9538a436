"""Driver shares: which parts of pages carry the similarity of the corpus, and of its works, years and places."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tablekin.corpus import CorpusStore
from tablekin.explain import find_drivers, parts_of
from tablekin.page import RegionKind

_UNIONS = (RegionKind.ROW, RegionKind.COLUMN)  # of cells, whose relevance would count twice
_SEVERAL = ("work", "place")  # what others of are a question for a historian: another work, another town
_KEYS = {"drivers_by": ["kind"], "driver_parts": ["part", "function"]}
_REGIONS = ["doc_id", "region_id", "kind", "table_id", "col"]
_COLUMNS = ["doc_id", "table_id", "col", "group", "role"]


def share_drivers(
    corpus: CorpusStore, documents: pd.DataFrame, columns: dict[str, str]
) -> dict[str, pd.DataFrame]:
    """Sum up which regions drive matches, by their kind and by what they are, and by work, year and place.

    Parameters
    ----------
    corpus
        Its tables are up to date.
    documents
        ``doc_id``, and as far as they are known ``work``, ``year`` and ``place``.
    columns
        The column of the metadata that holds each of these.

    Returns
    -------
    dict
        ``drivers_by``: ``by``, ``partners``, ``value``, ``kind``, ``documents``, ``regions``, ``relevance``, ``share``:
        a row is a kind of region of the documents with one value of a column, with all other documents as partners
        (``all``) or with those of another value only (``other``). ``driver_parts``: the same with ``part`` (value,
        argument, heading ..., as :func:`tablekin.explain.parts_of` has it) and ``function`` in place of ``kind``,
        and also for each ``document``.
        Shares add up to 1 for each ``by``, ``partners`` and ``value``.

    Raises
    ------
    CorpusError
        Table ``drivers`` is not of the present documents, because a run was interrupted.
    """
    functions = corpus.read("functions", columns=["doc_id", "group", "function"])
    parts = parts_of(
        corpus.read("regions", columns=_REGIONS), corpus.read("columns", columns=_COLUMNS), functions
    )
    parts = parts[["doc_id", "region_id", "part", "function"]]
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in _KEYS}
    for rows, value, by, partners in _related(corpus, documents, columns):
        leaves = rows[~rows["kind"].isin(_UNIONS)]
        leaves = leaves.assign(value=leaves["doc_id"].map(value)).dropna(subset=["value"])
        leaves = leaves.astype({"doc_id": str, "kind": str}).merge(parts, on=["doc_id", "region_id"])
        for name, keys in _KEYS.items():
            found[name].append(_sum_up(leaves, keys).assign(by=by, partners=partners))
        if by == "corpus":
            own = _sum_up(leaves.assign(value=leaves["doc_id"]), _KEYS["driver_parts"])
            found["driver_parts"].append(own.assign(by="document", partners=partners))
    sums = ["documents", "regions", "relevance", "share"]
    return {
        name: pd.concat(tables, ignore_index=True)[["by", "partners", "value", *_KEYS[name], *sums]]
        for name, tables in found.items()
    }


def _related(
    corpus: CorpusStore, documents: pd.DataFrame, columns: dict[str, str]
) -> Iterator[tuple[pd.DataFrame, pd.Series, str, str]]:
    """Give rows of drivers, the value of each document, of which column it is, and with which partners."""
    known = documents.set_index("doc_id")
    with_all = corpus.read_drivers()
    yield with_all, pd.Series("", known.index), "corpus", "all"
    for name in ("work", "year", "place"):
        if name in known:
            yield with_all, known[name], name, "all"
            if name in _SEVERAL:
                yield find_drivers(corpus, f"other {columns[name]}"), known[name], name, "other"


def _sum_up(leaves: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    sums = leaves.groupby(["value", *keys], as_index=False).agg(
        documents=("doc_id", "nunique"), regions=("region_id", "size"), relevance=("relevance", "sum")
    )
    total = sums.groupby("value")["relevance"].transform("sum")
    sums["share"] = np.where(total > 0, sums["relevance"] / total.where(total > 0, 1), 0.0)
    return sums.assign(value=sums["value"].astype(str))
