"""Sources: what an atlas asks a corpus for, some hundred documents at a time, so that memory is bounded."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd
import pyarrow.dataset as ds

from tablekin.corpus import CorpusStore, read_parts
from tablekin.report.atlas.catalogue import Catalogue
from tablekin.report.atlas.document import BOX, DocumentRows, frame_of
from tablekin.report.atlas.upright import UprightPage

NEIGHBOURS = 10  # of a document that its page names
_AT_A_TIME = 256  # documents
_TABLES = {
    "pages": ["doc_id", "orientation", "skew_degrees", "digit_height", "is_table", "flags"],
    "regions": [
        "doc_id",
        "region_id",
        "kind",
        "table_id",
        "row",
        "col",
        *BOX,
        "text",
        "confidence",
        "printed",
    ],
    "digits": ["doc_id", "digit", "score", *BOX, "region_id", "other", "other_score"],
    "factors": ["doc_id", "region_id", "feature", "relevance"],
    "features": ["doc_id", "phi"],
}
_OTHERS = ("checks", "functions")


def read_documents(
    corpus: CorpusStore, alignments: pd.DataFrame, drivers: pd.DataFrame
) -> Iterator[tuple[str, DocumentRows]]:
    """Read everything of every document that was analysed.

    Parameters
    ----------
    corpus
        Where from.
    alignments, drivers
        These tables, whole.

    Yields
    ------
    tuple
        doc_id and rows.
    """
    near = _neighbours(corpus)
    aligned = _both_sides(alignments)
    driven = dict(list(drivers.groupby("doc_id", sort=False)))
    gathered: dict[str, list[pd.DataFrame]] = {name: [] for name in _TABLES}
    documents = 0
    for batch in corpus.batches(_TABLES):
        for name, rows in batch.items():
            gathered[name].append(rows.to_pandas())
        documents += batch["pages"].num_rows
        if documents >= _AT_A_TIME:
            yield from _rows(corpus, gathered, near, aligned, driven)
            gathered, documents = {name: [] for name in _TABLES}, 0
    if documents:
        yield from _rows(corpus, gathered, near, aligned, driven)


def frames_of(corpus: CorpusStore, catalogue: Catalogue) -> dict[str, UprightPage]:
    """Find the upright frame of every document that was analysed."""
    frames: dict[str, UprightPage] = {}
    for batch in corpus.batches({"pages": ["doc_id", "orientation"], "regions": ["doc_id", "x0", "x1"]}):
        regions = dict(list(batch["regions"].to_pandas().groupby("doc_id", sort=False)))
        none = pd.DataFrame({"x0": [], "x1": []})
        for _, page in batch["pages"].to_pandas().iterrows():
            doc = str(page["doc_id"])
            if doc in catalogue.number:
                frames[doc] = frame_of(catalogue.rows.loc[doc], page, regions.get(doc, none))
    return frames


def _rows(
    corpus: CorpusStore,
    gathered: dict[str, list[pd.DataFrame]],
    near: dict[str, pd.DataFrame],
    aligned: dict[str, pd.DataFrame],
    driven: dict[str, pd.DataFrame],
) -> Iterator[tuple[str, DocumentRows]]:
    tables = {name: pd.concat(parts, ignore_index=True) for name, parts in gathered.items()}
    pages = tables.pop("pages").drop_duplicates("doc_id").set_index("doc_id", drop=False)
    phi = dict(zip(tables["features"]["doc_id"], tables.pop("features")["phi"], strict=True))
    names = [str(name) for name in pages.index]
    tables |= {name: corpus.read(name, names) for name in _OTHERS}
    collations = _collations(corpus, names)
    by_document = {name: dict(list(rows.groupby("doc_id", sort=False))) for name, rows in tables.items()}
    by_a = dict(list(collations.groupby("doc_a", sort=False)))
    none = {name: rows.iloc[:0] for name, rows in tables.items()}
    for doc in names:
        own = {name: rows.get(doc, none[name]) for name, rows in by_document.items()}
        yield (
            doc,
            DocumentRows(
                page=pages.loc[doc],
                **own,
                phi=np.asarray(phi[doc], np.float32),
                drivers=driven.get(doc, pd.DataFrame({"region_id": [], "share": []})),
                neighbours=near.get(doc, _NO_NEIGHBOURS),
                alignments=aligned.get(doc, pd.DataFrame(columns=["doc_a", "doc_b"])),
                collations=by_a.get(doc, collations.iloc[:0]),
            ),
        )


_NO_NEIGHBOURS = pd.DataFrame(columns=["partner", "rank", "cosine", "z", "dot"])


def _collations(corpus: CorpusStore, names: Collection[str]) -> pd.DataFrame:
    """Read the aligned cells of pairs whose a is one of these."""
    parts = corpus.layout.parts("collations")
    if not parts:
        return corpus.read("collations", [])
    first = ds.field("doc_a")
    wanted = (
        (first >= min(names)) & (first <= max(names)) & first.isin([*names])
    )  # the range skips whole parts
    rows = read_parts(parts, None, wanted)
    return rows.to_pandas().sort_values(["doc_a", "doc_b"], kind="stable")


def _neighbours(corpus: CorpusStore) -> dict[str, pd.DataFrame]:
    columns = ["doc_a", "doc_b", "cosine", "z", "dot", "rank_a", "rank_b"]
    pairs = corpus.read_nearest_pairs(NEIGHBOURS, columns)
    return {doc: own[own["rank"] <= NEIGHBOURS] for doc, own in _both_sides(pairs, ranked=True).items()}


def _both_sides(pairs: pd.DataFrame, ranked: bool = False) -> dict[str, pd.DataFrame]:
    """Give each document the pairs that it takes part in; where they have ranks, ``partner`` and ``rank`` by it."""
    sides = []
    for own, other in (("a", "b"), ("b", "a")):
        side = pairs.assign(own=pairs[f"doc_{own}"])
        if ranked:
            side = side.assign(partner=pairs[f"doc_{other}"], rank=pairs[f"rank_{own}"])
        sides.append(side)
    both = pd.concat(sides, ignore_index=True)
    if ranked:
        both = both.sort_values(["own", "rank", "partner"])
    return {str(doc): rows for doc, rows in both.groupby("own", sort=False)}
