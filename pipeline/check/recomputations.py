"""Recomputations: whether what was recomputed is of the readings that the corpus has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from tablekin.check.index import KINDS, DocumentIndex
from tablekin.check.problem import Mask, Problem, count_rows, delete_part
from tablekin.corpus import (
    CorpusLayout,
    ReadingsProvenance,
    RecomputedTables,
    read_parts,
    read_provenance,
)
from tablekin.page import RegionKind
from tablekin.schemas import RECOMPUTED_TABLES

_ROLES = ("argument", "value", "difference", "text")
_KINDS = ("function", "difference", "sum", "neighbour")
_ROUNDINGS = ("nearest", "truncated")


def check_recomputations(
    layout: CorpusLayout,
    sound: Mapping[str, Sequence[Path]],
    index: DocumentIndex | None,
    fingerprint: str | None,
) -> Iterator[Problem]:
    """Check the tables ``columns``, ``functions``, ``numbers`` and ``checks``.

    Parameters
    ----------
    layout
        Of the corpus.
    sound
        Parts of each table that can be read.
    index
        All documents; without it, rows are not looked at.
    fingerprint
        That of the config in the record, if it tells it.
    """
    tables = RecomputedTables(layout)
    readings: dict[str, str | None] = {}  # of each batch, as they are now
    batches = {part.name for part in layout.parts("documents")}
    for table in RECOMPUTED_TABLES:
        for name in sorted(batches - {part.name for part in layout.parts(table)}):
            yield Problem(layout.place(layout.part(table, name)), "is missing", "run again")
        for part in sound[table]:
            place, repair = layout.place(part), delete_part(layout, part)
            if part.name not in batches:
                yield Problem(place, "belongs to no batch of documents", repair)
                continue
            made_from = read_provenance(part, ReadingsProvenance.of_seal)
            if made_from is None:
                yield Problem(place, "does not say which readings it was made from", repair)
                continue
            if fingerprint and made_from.fingerprint != fingerprint:
                what = f"was made with another config than {layout.place(layout.record)} tells"
                yield Problem(place, what, repair)
            if part.name not in readings:
                read = all(layout.part(one, part.name) in sound[one] for one in ("regions", "digits"))
                readings[part.name] = tables.digest(part.name) if read else None
            if readings[part.name] not in (None, made_from.readings):
                yield Problem(place, "was made from other readings than the corpus has", "run again")
            if index is None:
                continue
            found = read_parts([part])
            rows = found.to_pandas()
            for what, wrong in _wrong_rows(table, found, rows, index):
                if wrong.any():
                    yield Problem(place, count_rows(rows, wrong, what), repair)


def _wrong_rows(
    table: str, found: pa.Table, rows: pd.DataFrame, index: DocumentIndex
) -> Iterator[tuple[str, pd.Series | Mask]]:
    """Yield what may be wrong with a row, and which rows it is wrong with."""
    document = index.places(found["doc_id"])
    if index.complete:
        yield "are of no document that is ok", document < 0
    if table == "columns":
        yield "have an unknown role", ~rows["role"].isin(_ROLES)
    elif table == "functions":
        yield "have an unknown rounding", ~rows["rounding"].isin(_ROUNDINGS)
        yield "have more values within rounding than values", rows["within_rounding"] > rows["cells"]
    elif table == "numbers":
        yield "have an unknown role", ~rows["role"].isin(_ROLES)
        yield "have a function and no computed value", rows["function"].notna() & (rows["finding"] < 0)
        yield "have other places than radices", rows["regions"].str.len() != rows["radices"].str.len() + 1
    else:
        yield "have an unknown kind", ~rows["kind"].isin(_KINDS)
        odds = rows[["p_misprint", "p_misreading"]]
        beyond = (odds < 0).any(axis=1) | (odds.sum(axis=1) > 1 + 1e-6) | odds.isna().any(axis=1)
        yield "have probabilities that are none", beyond
        if "witnesses_same" in rows:
            counts = rows[["witnesses_same", "witnesses_due"]]
            yield "have counts of witnesses that are none", (counts < 0).any(axis=1)
        yield "repeat the doc_id and region_id of another", rows.duplicated(["doc_id", "region_id"])
        if index.complete:
            kinds = index.kinds(document, rows["region_id"].to_numpy(np.int64))
            yield "are of no cell in the table regions", kinds != KINDS.index(RegionKind.CELL)
