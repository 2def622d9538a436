"""TableReader: the tables of a corpus, whole or only the rows of some documents and pairs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Literal

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from tablekin.corpus.document_list import DocumentList
from tablekin.corpus.encoded import read_encoded
from tablekin.corpus.layout import CorpusLayout
from tablekin.corpus.parts import is_one_of, read_parts
from tablekin.corpus.selected_rows import (
    find_holders,
    may_hold,
    read_rows_between,
    read_rows_near,
    read_rows_with,
)
from tablekin.schemas import (
    ALL_SCHEMAS,
    DOCUMENT_TABLES,
    OPTIONAL_COLUMNS,
    OPTIONAL_DOCUMENT_TABLES,
    RECOMPUTED_TABLES,
)

_PAIR = ["doc_a", "doc_b"]
_BY_DOCUMENT = {*DOCUMENT_TABLES, *OPTIONAL_DOCUMENT_TABLES, *RECOMPUTED_TABLES}
_REMEMBERED = 100  # documents, at most, whose parts are remembered
_WHOLE_NUMBERS = {pa.int64(): pd.Int64Dtype()}  # of the user's metadata, which may have gaps


class TableReader:
    """Reads the tables that lie as ``layout`` says; opens only the parts that may hold what is asked for."""

    def __init__(self, layout: CorpusLayout) -> None:
        self.layout = layout
        self._document_list = DocumentList(layout)
        # parts of documents, as last looked for, and those that may hold a document
        self._holders: tuple[tuple[str, ...], dict[str, set[str]]] = ((), {})

    def read(
        self, table: str, doc_ids: Collection[str] | None = None, columns: list[str] | None = None
    ) -> pd.DataFrame:
        """Read a table, or only the rows of some documents: of pairs, those of two of them."""
        schema = ALL_SCHEMAS[table]
        parts = self.layout.parts(table)
        if not parts:
            return schema.empty_table().select(columns or schema.names).to_pandas()
        listed = self._document_list.table() if table == "documents" else None
        if listed is not None:
            rows = listed if doc_ids is None else listed.filter(is_one_of("doc_id", doc_ids))
            found = rows if columns is None else rows.select(columns)
            return found.to_pandas(types_mapper=_WHOLE_NUMBERS.get)
        condition, holding = None, None
        if doc_ids is not None:
            keys = [key for key in ("doc_id", *_PAIR) if key in schema.names]
            condition = reduce(and_, (is_one_of(key, doc_ids) for key in keys))
            holding = self._parts_holding(table, parts, keys, doc_ids) or parts[:1]
            if table != "documents":  # whose parts differ in the user's columns
                parts = holding
        optional = [schema.field(name) for name in OPTIONAL_COLUMNS.get(table, ())]
        found = read_parts(parts, columns, condition, optional, holding)
        return found.to_pandas(types_mapper=_WHOLE_NUMBERS.get if table == "documents" else None)

    def _parts_holding(
        self, table: str, parts: list[Path], keys: list[str], doc_ids: Collection[str]
    ) -> list[Path]:
        """Choose the parts of a table that may hold rows of some documents, by their statistics.

        Those of tables of documents have the same documents where they have the same name: they are looked for once.
        """
        if table not in _BY_DOCUMENT or len(doc_ids) > _REMEMBERED:
            ascending = sorted(doc_ids)
            return [part for part in parts if may_hold(part, keys, ascending)]
        known_parts = self._document_list.parts_of(doc_ids)
        if known_parts is not None:
            return [part for part in parts if part.name in known_parts]
        documents = self.layout.parts("documents")
        listed = tuple(part.name for part in documents)
        known = self._holders[1] if self._holders[0] == listed else {}
        if missing := {*doc_ids} - known.keys():
            known |= find_holders(documents, "doc_id", missing)
        self._holders = listed, known
        names = set[str]().union(*(known[doc_id] for doc_id in doc_ids))
        return [part for part in parts if part.name in names]

    def batches(
        self,
        tables: Mapping[str, list[str]],
        doc_ids: Collection[str] | None = None,
        is_encoded: bool = False,
    ) -> Iterator[dict[str, pa.Table]]:
        """Read tables of documents batch by batch; ``tables`` names their columns.

        Batches that certainly have none of ``doc_ids`` are left out. Strings come as dictionaries where ``is_encoded``.
        """
        chosen = self.layout.parts("documents")
        if doc_ids is not None:
            chosen = self._parts_holding("documents", chosen, ["doc_id"], doc_ids)
        for name in (part.name for part in chosen):
            parts = {table: self.layout.part(table, name) for table in tables}
            if is_encoded:
                yield {table: read_encoded(parts[table], columns) for table, columns in tables.items()}
            else:
                yield {table: read_parts([parts[table]], columns) for table, columns in tables.items()}

    def read_nearest_pairs(self, neighbours: int, columns: list[str] | None = None) -> pd.DataFrame:
        """Read ``doc_a`` and ``doc_b``, or other columns, of pairs one of which is among the nearest of the other.

        Parameters
        ----------
        neighbours
            So many of a document's partners are near.
        columns
            Of table ``pairs``.
        """
        near = (ds.field("rank_a") <= neighbours) | (ds.field("rank_b") <= neighbours)
        wanted = columns or _PAIR
        optional = [ALL_SCHEMAS["pairs"].field(name) for name in OPTIONAL_COLUMNS["pairs"]]
        found = [read_parts([part], wanted, near, optional) for part in self.layout.parts("pairs")]
        empty = ALL_SCHEMAS["pairs"].empty_table().select(wanted)
        return pa.concat_tables([empty.replace_schema_metadata(), *found]).to_pandas()

    def read_scores(self, pairs: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
        """Read columns of table ``pairs`` for some pairs, reading the table piece by piece.

        Parameters
        ----------
        pairs
            ``doc_a`` and ``doc_b``.
        columns
            Which.

        Returns
        -------
        DataFrame
            ``doc_a``, ``doc_b`` and the columns, of those pairs that the table has, in its order.
        """
        docs_a, docs_b = (ds.field(name).isin(pa.array(pairs[name].unique(), pa.string())) for name in _PAIR)
        chosen = pairs[_PAIR].drop_duplicates()
        wanted = [*_PAIR, *columns]
        found = [ALL_SCHEMAS["pairs"].empty_table().select(wanted).to_pandas()]
        for part in self.layout.parts("pairs"):
            for rows in ds.dataset(part, format="parquet").to_batches(columns=wanted, filter=docs_a & docs_b):
                if rows.num_rows:
                    found.append(rows.to_pandas().merge(chosen, on=_PAIR))
        return pd.concat(found[1:] or found, ignore_index=True)

    def read_pairs_of(self, doc_id: str) -> pd.DataFrame:
        """Read the rows of table ``pairs`` that one document takes part in."""
        return self._read_rows_of("pairs", doc_id)

    def read_nearest_to(self, doc_id: str, count: int) -> pd.DataFrame:
        """Read the rows of table ``pairs`` whose other document is among so many nearest of one."""
        parts = self.layout.parts("pairs")
        return read_rows_near(parts, ALL_SCHEMAS["pairs"], doc_id, count).to_pandas()

    def read_matches_of(self, doc_id: str) -> pd.DataFrame:
        """Read the rows of table ``matches`` that one document takes part in."""
        return self._read_rows_of("matches", doc_id)

    def read_alignments_of(self, doc_id: str) -> pd.DataFrame:
        """Read the rows of table ``alignments`` that one document takes part in."""
        return self._read_rows_of("alignments", doc_id)

    def read_between(
        self, table: Literal["pairs", "matches"], doc_id: str, others: Collection[str]
    ) -> pd.DataFrame:
        """Read the rows of a table of pairs that one document takes part in with one of some others."""
        parts = self.layout.parts(table)
        return read_rows_between(parts, ALL_SCHEMAS[table], ("doc_a", "doc_b"), doc_id, others).to_pandas()

    def _read_rows_of(self, table: str, doc_id: str) -> pd.DataFrame:
        return read_rows_with(self.layout.parts(table), ALL_SCHEMAS[table], _PAIR, doc_id).to_pandas()
