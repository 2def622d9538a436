"""Truth: what is known about every page of a sample archive, as tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa

from tablekin.sample.typesetting.layout import JOINT

_BOX = [(side, pa.float32()) for side in ("x0", "y0", "x1", "y1")]  # pixels of the scan
_PLACE = [("table", pa.int16()), ("row", pa.int16()), ("col", pa.int16())]  # on the page; -1 is none
_KEYS = [("row_key", pa.string()), ("column_keys", pa.string())]

SCHEMAS: dict[str, pa.Schema] = {
    "documents": pa.schema(
        [
            ("doc", pa.string()),
            ("file", pa.string()),
            ("work", pa.string()),
            ("edition", pa.string()),
            ("kind", pa.string()),
            ("is_table", pa.bool_()),
            ("width", pa.int32()),
            ("height", pa.int32()),
            ("orientation", pa.int16()),
            ("skew_degrees", pa.float32()),
            ("digit_height", pa.float32()),
            ("face", pa.string()),
            ("wear", pa.float32()),
        ]
    ),
    "cells": pa.schema(
        [
            ("doc", pa.string()),
            ("work", pa.string()),
            *_PLACE,
            ("kind", pa.string()),
            ("text", pa.string()),
            *_KEYS,
            *_BOX,
        ]
    ),
    "digits": pa.schema([("doc", pa.string()), ("digit", pa.int8()), *_PLACE, ("ignore", pa.bool_()), *_BOX]),
    "misprints": pa.schema(
        [
            ("doc", pa.string()),
            *_PLACE,
            ("row_key", pa.string()),
            ("column_key", pa.string()),
            ("printed", pa.string()),
            ("correct", pa.string()),
            ("kind", pa.string()),
            ("introduced_in", pa.string()),
        ]
    ),
    "tree": pa.schema(
        [
            ("edition", pa.string()),
            ("parent", pa.string()),
            ("work", pa.string()),
            ("year", pa.int16()),
            ("place", pa.string()),
            ("language", pa.string()),
        ]
    ),
    "deviations": pa.schema(
        [
            ("doc", pa.string()),
            *_PLACE,
            ("row_key", pa.string()),
            ("column_key", pa.string()),
            ("computed", pa.string()),
            ("due", pa.string()),
        ]
    ),
    "works": pa.schema(
        [
            ("work", pa.string()),
            ("family", pa.string()),
            ("parameters", pa.string()),
            ("anew_of", pa.string()),
            ("author", pa.string()),
        ]
    ),
}


def read_truth(directory: Path, table: str) -> pd.DataFrame:
    """Read a table of the truth of the sample archive in ``directory``: one of ``SCHEMAS``."""
    return pd.read_parquet(directory / "truth" / f"{table}.parquet")


def origins(directory: Path) -> pd.Series:
    """Name for every work the one that it was computed anew of, or itself: works of one origin print one function."""
    works = read_truth(directory, "works").set_index("work")
    return works["anew_of"].fillna(works.index.to_series())


def corresponding_cells(cells: pd.DataFrame, doc_a: str, doc_b: str) -> pd.DataFrame:
    """Find the cells of two documents that print the same values of the same work.

    Parameters
    ----------
    cells
        Table ``cells`` of the truth.
    doc_a, doc_b
        The documents.

    Returns
    -------
    DataFrame
        table_a, row_a, col_a, text_a, table_b, row_b, col_b, text_b: one row for each pair of cells that
        share a place; a cell that holds a whole value has several partners where its places have columns.
    """
    bodies = []
    for doc, side in ((doc_a, "a"), (doc_b, "b")):
        body = cells[(cells["doc"] == doc) & (cells["kind"] == "cell")]
        body = body.assign(key=body["column_keys"].str.split(JOINT, regex=False)).explode("key")
        kept = body[["work", "row_key", "key", "table", "row", "col", "text"]]
        bodies.append(
            kept.rename(columns={name: f"{name}_{side}" for name in ("table", "row", "col", "text")})
        )
    both = bodies[0].merge(bodies[1], on=["work", "row_key", "key"])
    return both.drop(columns=["work", "row_key", "key"]).drop_duplicates(ignore_index=True)
