"""Documents: whether the rows of a batch of documents fit one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from tablekin.check.index import KINDS, DocumentIndex, sum_by_feature
from tablekin.check.problem import ROUNDING, Problem, count_rows, delete_batch, name_some
from tablekin.corpus import CorpusLayout, tables_of_batch
from tablekin.schemas import DOCUMENT_STATUS, FEATURES

_KEYS = {
    "documents": ["doc_id"],
    "pages": ["doc_id"],
    "regions": ["doc_id", "region_id"],
    "features": ["doc_id"],
    "factors": ["doc_id", "region_id", "feature"],
}


def check_documents(layout: CorpusLayout, name: str, index: DocumentIndex) -> Iterator[Problem]:
    """Check a batch of documents and add it to what is known.

    Parameters
    ----------
    layout
        Of the corpus.
    name
        Of the parts of the batch.
    index
        What is known; the batch is added.
    """
    seal = layout.part("documents", name)
    rows = {table: pd.read_parquet(layout.part(table, name)) for table in tables_of_batch(seal)}
    documents = rows["documents"]
    ok = documents.loc[documents["status"] == "ok", "doc_id"]
    repair = delete_batch(layout, name)

    def problem(table: str, what: str) -> Problem:
        return Problem(layout.place(layout.part(table, name)), what, repair)

    for table, what, wrong in _wrong_rows(rows, ok):
        if wrong.any():
            yield problem(table, count_rows(rows[table], wrong, what))
    for table in ("pages", "regions", "features"):
        missing = sorted(set(ok) - set(rows[table]["doc_id"]))
        if missing:
            yield problem(table, f"has no row of {name_some(missing)}")
    features = rows["features"].drop_duplicates("doc_id")
    phi = features[features["doc_id"].isin(ok)].set_index("doc_id")["phi"]
    if lost := _unconserved(phi, rows["factors"]):
        yield problem("factors", f"does not add up to the phi of {name_some(lost)}")
    index.note(name, documents)
    index.add(phi, rows["factors"], rows["regions"])


def _unconserved(phi: pd.Series, factors: pd.DataFrame) -> list[str]:
    """Name the documents whose relevance, summed over the regions, is not their phi."""
    names = list(phi.index)
    if not names:
        return []
    whole = np.stack(phi.to_list()).astype(np.float64)
    largest = np.abs(whole).max(1, keepdims=True)
    differ = ROUNDING.differ(sum_by_feature(factors, names), whole, largest)
    return [names[place] for place in np.flatnonzero(differ.any(axis=1))]


def _wrong_rows(rows: Mapping[str, pd.DataFrame], ok: pd.Series) -> Iterator[tuple[str, str, pd.Series]]:
    """Yield tables of a batch, what may be wrong with a row, and which rows it is wrong with."""
    yield "documents", "have an unknown status", ~rows["documents"]["status"].isin(DOCUMENT_STATUS)
    yield "regions", "have an unknown kind", ~rows["regions"]["kind"].isin(KINDS)
    yield "factors", "have an unknown feature", ~rows["factors"]["feature"].isin(FEATURES)
    yield "factors", "have a relevance that is no number", ~np.isfinite(rows["factors"]["relevance"])
    bad = rows["features"]["phi"].map(lambda phi: not np.isfinite(phi).all())
    yield "features", "have a phi that is no number", bad.astype(bool)
    for table, keys in _KEYS.items():
        yield table, f"repeat the {' and '.join(keys)} of another", rows[table].duplicated(keys)
    known = pd.MultiIndex.from_frame(rows["regions"][["doc_id", "region_id"]])
    for table, frame in rows.items():
        if table != "documents":
            yield table, "are of no document that is ok", ~frame["doc_id"].isin(ok)
        if table in ("digits", "factors", "words"):
            used = pd.MultiIndex.from_frame(frame[["doc_id", "region_id"]])
            yield table, "are of no region in the table regions", pd.Series(~used.isin(known), frame.index)
