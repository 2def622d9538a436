"""Driver shares: which kinds of region carry the similarity of the corpus, and of its works, years and places."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tablekin.corpus import CorpusStore
from tablekin.explain import find_drivers
from tablekin.page import RegionKind

_UNIONS = (RegionKind.ROW, RegionKind.COLUMN)  # of cells, whose relevance would count twice
_SEVERAL = ("work", "place")  # what others of are a question for a historian: another work, another town


def share_drivers(corpus: CorpusStore, documents: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """Sum up which kinds of region drive matches, by work, year and place of their document.

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
    DataFrame
        ``by``, ``partners``, ``value``, ``kind``, ``documents``, ``regions``, ``relevance``, ``share``: a row is a kind
        of region of the documents with one value of a column, with all other documents as partners (``all``) or with
        those of another value only (``other``).

    Raises
    ------
    CorpusError
        Table ``drivers`` is not of the present documents, because a run was interrupted.
    """
    known = documents.set_index("doc_id")
    with_all = corpus.read_drivers()
    found = [_sum_up(with_all, pd.Series("", known.index), "corpus", "all")]
    for name in ("work", "year", "place"):
        if name in known:
            found.append(_sum_up(with_all, known[name], name, "all"))
            if name in _SEVERAL:
                others = find_drivers(corpus, f"other {columns[name]}")
                found.append(_sum_up(others, known[name], name, "other"))
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
