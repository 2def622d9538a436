"""WitnessRows: what a corpus says of the cells of a document, in arrays that take little room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tablekin.page import RegionKind
from tablekin.schemas import FEATURES

COLUMNS = {
    "regions": ["doc_id", "region_id", "kind", "table_id", "row", "col", "text", "confidence"],
    "digits": ["doc_id", "digit", "score", "x0", "region_id"],
    "factors": ["doc_id", "region_id", "feature", "relevance"],
}
_FEATURES = pa.array(FEATURES)
_ZERO = ord("0")


class CellRows(NamedTuple):
    """Cells of tables."""

    region: NDArray[np.int32]  # (cells,)
    table: NDArray[np.int32]
    row: NDArray[np.int32]
    col: NDArray[np.int32]
    confidence: NDArray[np.floating]
    text: pa.StringArray


class DigitRows(NamedTuple):
    """Digits, by region and in each from left to right."""

    region: NDArray[np.int32]  # (digits,)
    sign: NDArray[np.uint8]  # "0" to "9" in ASCII
    score: NDArray[np.floating]


class FactorRows(NamedTuple):
    """What the factor of a document has in its regions."""

    region: NDArray[np.int32]  # (entries,)
    feature: NDArray[np.uint8]  # place in ``FEATURES``
    relevance: NDArray[np.float32]


class WitnessRows(NamedTuple):
    """Rows of one document."""

    cells: CellRows
    digits: DigitRows
    factors: FactorRows


_NO_PLACES, _NO_SIGNS, _NO_SCORES = np.zeros(0, np.int32), np.zeros(0, np.uint8), np.zeros(0, np.float32)
NO_ROWS = WitnessRows(
    CellRows(_NO_PLACES, _NO_PLACES, _NO_PLACES, _NO_PLACES, _NO_SCORES, pa.array([], pa.string())),
    DigitRows(_NO_PLACES, _NO_SIGNS, _NO_SCORES),
    FactorRows(_NO_PLACES, _NO_SIGNS, _NO_SCORES),
)
"""Of a document without cells."""


def rows_of_frames(regions: pd.DataFrame, digits: pd.DataFrame, factors: pd.DataFrame) -> WitnessRows:
    """Take the rows of one document from its tables ``regions``, ``digits`` and ``factors``."""
    tables = {
        name: pa.table({column: _as_arrow(frame[column]) for column in COLUMNS[name][1:]})
        for name, frame in (("regions", regions), ("digits", digits), ("factors", factors))
    }
    return _rows(*tables.values())


def _as_arrow(values: pd.Series) -> pa.Array:
    return pa.array(values.to_numpy(object, na_value=None), from_pandas=True)


def rows_by_document(tables: Mapping[str, pa.Table], wanted: pa.Array) -> Iterator[tuple[str, WitnessRows]]:
    """Yield the rows of each document of a batch that is wanted.

    Parameters
    ----------
    tables
        Tables ``regions``, ``digits`` and ``factors`` of the batch, with ``COLUMNS``.
    wanted
        Names of documents.
    """
    names = pc.unique(tables["regions"]["doc_id"])
    names = names.filter(pc.is_in(names, wanted))
    places = {
        name: pc.fill_null(pc.index_in(table["doc_id"], names), -1).to_numpy()
        for name, table in tables.items()
    }
    orders = {name: np.argsort(place, kind="stable") for name, place in places.items()}
    bounds = {
        name: np.searchsorted(place[orders[name]], np.arange(len(names) + 1))
        for name, place in places.items()
    }
    for number, name in enumerate(names.to_pylist()):
        own = (
            take_rows(table, orders[kind][bounds[kind][number] : bounds[kind][number + 1]])
            for kind, table in tables.items()
        )
        yield name, _rows(*own)


def take_rows(table: pa.Table, places: NDArray[np.int64]) -> pa.Table:
    """Take rows at rising places, which mostly stand together."""
    if len(places) and places[-1] - places[0] + 1 == len(places):
        return table.slice(places[0], len(places))
    return table.take(places)


def _rows(regions: pa.Table, digits: pa.Table, factors: pa.Table) -> WitnessRows:
    """Keep what concerns cells, of the tables of one document."""
    if not len(regions):
        return NO_ROWS
    cells = regions.filter(
        pc.and_(pc.equal(regions["kind"], RegionKind.CELL.value), pc.is_valid(regions["table_id"]))
    )
    region = _numbers(cells, "region_id", np.int32)
    owner = _numbers(digits, "region_id", np.int32)
    order = np.lexsort((_numbers(digits, "x0", np.float64), owner))
    order = order[np.isin(owner[order], region)]
    explained = _numbers(factors, "region_id", np.int32)
    known = np.isin(explained, region)
    feature = pc.index_in(factors["feature"].cast(pa.string()), _FEATURES)
    return WitnessRows(
        CellRows(
            region,
            _numbers(cells, "table_id", np.int32),
            _numbers(cells, "row", np.int32),
            _numbers(cells, "col", np.int32),
            cells["confidence"].to_numpy(),
            pc.fill_null(cells["text"].cast(pa.string()), "").combine_chunks(),
        ),
        DigitRows(
            owner[order],
            (_numbers(digits, "digit", np.uint8) + _ZERO)[order].astype(np.uint8),
            digits["score"].to_numpy()[order],
        ),
        FactorRows(
            explained[known],
            feature.to_numpy().astype(np.uint8)[known],
            _numbers(factors, "relevance", np.float32)[known],
        ),
    )


def _numbers(table: pa.Table, column: str, kind: Any) -> NDArray[Any]:
    return np.asarray(table[column].to_numpy()).astype(kind)
